/* parts.tsx - what answers are made of. Foreign text is text nodes in an isolating element; a value
 * is never a link: it is copied by a click, or asked of this page. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { copy, copyValue } from './copy.ts';
import { number, t, word } from './i18n.ts';
import { Icon } from './icons.tsx';
import { ask, defanged } from './state.ts';
import { defang, visible, visibleLines } from './text.ts';

/* A text of somebody else's, in one line. */
export function Said({ text, class: look }: { text: string | null | undefined; class?: string }) {
    return <bdi class={look}>{visible(text ?? '')}</bdi>;
}

const PROSE_SHOWN = 600;

/* A longer text of somebody else's; the end of a very long one on demand. */
export function Prose({ text }: { text: string }) {
    const [whole, setWhole] = useState(false);
    const cut = !whole && text.length > PROSE_SHOWN + 80;
    return (
        <div class="prose" dir="auto">
            {visibleLines(cut ? text.slice(0, PROSE_SHOWN) : text)}
            {cut && (
                <>
                    {'… '}
                    <button type="button" class="plain" onClick={() => setWhole(true)}>
                        {t('more.text', { n: text.length - PROSE_SHOWN })}
                    </button>
                </>
            )}
        </div>
    );
}

export function shownValue(kind: string, value: string): string {
    return visible(defanged.value ? defang(kind, value) : value);
}

/* A value: a click copies it, with Shift defanged. */
export function Value({ kind, value }: { kind: string; value: string }) {
    return (
        <button
            type="button"
            class="value"
            title={t('value.copy')}
            onClick={(e) => copyValue(kind, value, e.shiftKey)}
        >
            <bdi>{shownValue(kind, value)}</bdi>
        </button>
    );
}

/* A value or a name that can be asked next. */
export function AskFor({
    text,
    kind,
    children,
}: {
    text: string;
    kind?: string;
    children?: ComponentChildren;
}) {
    return (
        <button
            type="button"
            class="askfor"
            title={t('value.ask')}
            onClick={() => ask({ mode: 'values', text })}
        >
            <bdi>{children ?? shownValue(kind ?? '', text)}</bdi>
        </button>
    );
}

export function Command({ text }: { text: string }) {
    return (
        <button type="button" class="command" title={t('command.copy')} onClick={() => void copy(text)}>
            <bdi>{visible(text)}</bdi>
        </button>
    );
}

export function Word({ name, group = 'word' }: { name: string; group?: string }) {
    return (
        <strong class={'word w-' + name.replace(/[^a-z-]/g, '')}>
            <Icon name={name} />
            {word(group, name)}
        </strong>
    );
}

const TLP = ['clear', 'green', 'amber', 'amber+strict', 'red'];

export function Tlp({ tlp, pap }: { tlp: string; pap?: string | null }) {
    const look = TLP.includes(tlp) ? tlp.replace('+', '-') : 'red'; /* what is not known is not passed on */
    return (
        <span class={'tlp tlp-' + look} title={t(('tlp.' + look) as 'tlp.red')}>
            TLP:{visible(tlp.toUpperCase())}
            {pap ? ' PAP:' + visible(pap.toUpperCase()) : ''}
        </span>
    );
}

export function Section({
    label,
    children,
    id,
}: {
    label: string;
    children: ComponentChildren;
    id?: string;
}) {
    return (
        <section class="section" id={id}>
            <h2>{label}</h2>
            <div class="content">{children}</div>
        </section>
    );
}

export function Details({
    summary,
    children,
    open,
}: {
    summary: string;
    children: () => ComponentChildren;
    open?: boolean;
}) {
    const [shown, setShown] = useState(open ?? false);
    return (
        <details
            open={open ?? false}
            onToggle={(e) => setShown((e.currentTarget as HTMLDetailsElement).open)}
        >
            <summary>{summary}</summary>
            {shown && children()}
        </details>
    );
}

/* Lists that may be long: the first of them, the rest on demand, and how many the answer left out. */
export function Some<T>({
    of,
    first,
    leftOut = 0,
    render,
}: {
    of: readonly T[];
    first: number;
    leftOut?: number;
    render: (x: T) => ComponentChildren;
}) {
    const [all, setAll] = useState(false);
    const shown = all ? of : of.slice(0, first);
    return (
        <>
            {shown.map((x, i) => (
                <span class="item" key={i}>
                    {render(x)}
                </span>
            ))}
            {shown.length < of.length && (
                <button type="button" class="plain" onClick={() => setAll(true)}>
                    {t('more.items', { n: of.length - shown.length + leftOut })}
                </button>
            )}
            {shown.length === of.length && leftOut > 0 && (
                <span class="muted">{t('more.left-out', { n: leftOut })}</span>
            )}
        </>
    );
}

export function Count({ n }: { n: number | null | undefined }) {
    return <span class="number">{n === null || n === undefined ? '–' : number(n)}</span>;
}
