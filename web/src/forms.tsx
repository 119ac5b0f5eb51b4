/* forms.tsx - who are you: the log-in, and the first account of a new installation. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { firstRun, logIn, Refusal, type Session, whoAmI } from './api.ts';
import { type Key, t, word } from './i18n.ts';
import { Icon } from './icons.tsx';
import { Said } from './parts.tsx';
import { enter, session, where } from './state.ts';

export const PASSWORD_MIN = 12;

function Field({
    name,
    label,
    type = 'text',
    complete,
    hint,
    minLength,
    first,
}: {
    name: string;
    label: Key;
    type?: 'text' | 'password';
    complete: string;
    hint?: Key;
    minLength?: number;
    first?: boolean;
}) {
    const box = useRef<HTMLInputElement>(null);
    useEffect(() => {
        if (first) box.current?.focus();
    }, []);
    const common = {
        id: 'f-' + name,
        name,
        ref: box,
        autocomplete: complete,
        required: true,
        spellcheck: false,
        autocapitalize: 'none',
        ...(minLength ? { minLength } : {}),
        ...(hint ? { 'aria-describedby': 'h-' + name } : {}),
    } as const;
    return (
        <p class="field">
            <label for={common.id}>{t(label)}</label>
            {type === 'password' ? <input type="password" {...common} /> : <input type="text" {...common} />}
            {hint && (
                <span id={'h-' + name} class="muted">
                    {t(hint)}
                </span>
            )}
        </p>
    );
}

export function RefusalText({ r }: { r: Refusal }) {
    const wait = r.fields.retry_after_s;
    return (
        <div class="refusal" role="alert">
            <strong>
                <Icon name="error" /> {word('refused', r.code)}
            </strong>{' '}
            {wait !== undefined && t('refused.wait', { n: wait })} {r.detail && <Said text={r.detail} />}
        </div>
    );
}

/* Sends the fields of a form; what is refused is said above its button. */
function Form({
    send,
    button,
    children,
}: {
    send: (f: FormData) => Promise<Session>;
    button: Key;
    children: ComponentChildren;
}) {
    const [busy, setBusy] = useState(false);
    const [refused, setRefused] = useState<Refusal | null>(null);
    const submit = async (e: SubmitEvent) => {
        e.preventDefault();
        setBusy(true);
        try {
            session.value = await send(new FormData(e.currentTarget as HTMLFormElement));
            enter();
        } catch (why) {
            setRefused(why instanceof Refusal ? why : new Refusal('internal', String(why)));
        }
        setBusy(false);
    };
    return (
        <form class="card" onSubmit={(e) => void submit(e as SubmitEvent)}>
            {children}
            {refused && <RefusalText r={refused} />}
            <p>
                <button type="submit" class="primary" disabled={busy}>
                    {t(button)}
                </button>
            </p>
        </form>
    );
}

function text(f: FormData, name: string): string {
    return String(f.get(name) ?? '');
}

/* The way in by the organisation's own login, where the service has one: a link, as it leads elsewhere. */
function Elsewhere() {
    const [there, setThere] = useState(false);
    useEffect(() => {
        void whoAmI().catch((e: unknown) => setThere(e instanceof Refusal && e.fields.oidc === true));
    }, []);
    return there ? (
        <p>
            <a href="/api/v1/oidc/start">{t('login.oidc')}</a>
        </p>
    ) : null;
}

export function LogIn() {
    const [second, setSecond] = useState(false);
    const send = async (f: FormData) => {
        try {
            return await logIn(
                text(f, 'login').trim(),
                text(f, 'password'),
                text(f, 'code').replaceAll(/\s/g, ''),
            );
        } catch (e) {
            if (e instanceof Refusal && e.fields.totp && !second) {
                setSecond(true);
                throw new Refusal('totp');
            }
            throw e instanceof Refusal && e.status === 401
                ? new Refusal(second ? 'wrong-code' : 'wrong-password', '', 401, e.fields)
                : e;
        }
    };
    return (
        <main class="narrow" id="main">
            <h1>{t('login.title')}</h1>
            <Form send={send} button="login.button">
                <Field name="login" label="login.login" complete="username" first />
                <Field name="password" label="login.password" type="password" complete="current-password" />
                {second && (
                    <Field
                        name="code"
                        label="login.code"
                        complete="one-time-code"
                        hint="login.code-hint"
                        first
                    />
                )}
            </Form>
            <Elsewhere />
        </main>
    );
}

export function FirstRun() {
    const send = (f: FormData) => {
        if (text(f, 'password') !== text(f, 'again')) throw new Refusal('passwords-differ');
        return firstRun(text(f, 'token').trim(), text(f, 'login').trim(), text(f, 'password'));
    };
    return (
        <main class="narrow" id="main">
            <h1>{t('first.title')}</h1>
            <p>{t('first.what')}</p>
            <Form send={async (f) => send(f)} button="first.button">
                <Field name="token" label="first.token" complete="off" hint="first.token-hint" first />
                <Field name="login" label="login.login" complete="username" />
                <Field
                    name="password"
                    label="login.password"
                    type="password"
                    complete="new-password"
                    hint="first.password-hint"
                    minLength={PASSWORD_MIN}
                />
                <Field
                    name="again"
                    label="first.again"
                    type="password"
                    complete="new-password"
                    minLength={PASSWORD_MIN}
                />
            </Form>
            <p>
                <button
                    type="button"
                    class="plain"
                    onClick={() => {
                        where.value = 'log-in';
                    }}
                >
                    {t('first.have-account')}
                </button>
            </p>
        </main>
    );
}
