/* frame.tsx - what stands around: name of the program, who is logged in, language, theme, help. */
import { useEffect, useRef } from 'preact/hooks';
import { type Lang, lang, setLang, t, word } from './i18n.ts';
import { Icon } from './icons.tsx';
import { Said, Tlp } from './parts.tsx';
import { defanged, helpOpen, leave, notice, session, setDefanged, setTheme, theme } from './state.ts';

const LANGS: [Lang, string][] = [
    ['en', 'English'],
    ['ja', '日本語'],
];

export function Top() {
    const s = session.value;
    return (
        <header class="top">
            <span class="brand">
                <Icon name="fire" /> Noroshi{' '}
                <span class="muted" lang="ja">
                    狼煙
                </span>
            </span>
            {s && (
                <span class="who">
                    <Said text={s.user.name || s.user.login} />{' '}
                    <span class="muted">
                        {word('role-of', s.user.role)}
                        {s.user.organisation ? (
                            <>
                                , <Said text={s.user.organisation} />
                            </>
                        ) : null}
                    </span>{' '}
                    <span class="muted">{t('top.sees')}</span> <Tlp tlp={s.user.clearance} />
                </span>
            )}
            <span class="tools">
                {s && (
                    <label>
                        <input
                            type="checkbox"
                            checked={defanged.value}
                            onChange={(e) => setDefanged((e.currentTarget as HTMLInputElement).checked)}
                        />{' '}
                        {t('top.defanged')}
                    </label>
                )}
                <label>
                    <span class="offscreen">{t('top.language')}</span>
                    <select
                        name="lang"
                        value={lang.value}
                        onChange={(e) => setLang((e.currentTarget as HTMLSelectElement).value as Lang)}
                    >
                        {LANGS.map(([l, name]) => (
                            <option key={l} value={l} lang={l}>
                                {name}
                            </option>
                        ))}
                    </select>
                </label>
                <label>
                    <span class="offscreen">{t('top.theme')}</span>
                    <select
                        name="theme"
                        value={theme.value}
                        onChange={(e) => setTheme((e.currentTarget as HTMLSelectElement).value)}
                    >
                        {(['auto', 'light', 'dark'] as const).map((n) => (
                            <option key={n} value={n}>
                                {t(`theme.${n}`)}
                            </option>
                        ))}
                    </select>
                </label>
                {s && (
                    <button
                        type="button"
                        aria-keyshortcuts="?"
                        onClick={() => {
                            helpOpen.value = true;
                        }}
                    >
                        {t('top.help')}
                    </button>
                )}
                {s && (
                    <button type="button" onClick={() => void leave()}>
                        {t('top.log-out')}
                    </button>
                )}
            </span>
        </header>
    );
}

const KEYS = [
    ['/', 'help.focus'],
    ['Enter', 'help.enter'],
    ['j k', 'help.move'],
    ['o', 'help.open'],
    ['u', 'help.up'],
    ['y', 'help.copy'],
    ['Y', 'help.copy-defanged'],
    ['d', 'help.defang'],
    ['Esc', 'help.escape'],
    ['?', 'help.help'],
] as const;

export function Help() {
    const box = useRef<HTMLDialogElement>(null);
    useEffect(() => {
        if (helpOpen.value) box.current?.showModal();
        else box.current?.close();
    }, [helpOpen.value]);
    return (
        <dialog
            ref={box}
            aria-labelledby="help-title"
            onClose={() => {
                helpOpen.value = false;
            }}
        >
            <h2 id="help-title">{t('help.title')}</h2>
            <table class="pairs">
                <tbody>
                    {KEYS.map(([k, what]) => (
                        <tr key={k}>
                            <th scope="row">
                                {k.split(' ').map((x) => (
                                    <kbd key={x}>{x}</kbd>
                                ))}
                            </th>
                            <td>{t(what)}</td>
                        </tr>
                    ))}
                </tbody>
            </table>
            <p class="muted">{t('help.values')}</p>
            <p>
                <button
                    type="button"
                    class="primary"
                    onClick={() => {
                        helpOpen.value = false;
                    }}
                >
                    {t('help.close')}
                </button>
            </p>
        </dialog>
    );
}

const NOTICE_MS = 4000;

export function Notice() {
    const n = notice.value;
    useEffect(() => {
        const timer = window.setTimeout(() => {
            notice.value = null;
        }, NOTICE_MS);
        return () => window.clearTimeout(timer);
    }, [n]);
    return (
        <div class="notice" role="status" aria-live="polite">
            {n && <span>{t(n.key)}</span>}
        </div>
    );
}
