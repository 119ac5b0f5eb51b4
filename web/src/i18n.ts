/* i18n.ts - texts of this page in the reader's language. Answers bring their own in both.
 * "{name}" is an argument, "{n|day|days}" its form for one and for others. */
import { signal } from '@preact/signals';
import en from './en.json';
import ja from './ja.json';
import { firstLang, type Lang } from './lang.ts';
import { remember, remembered } from './remember.ts';
import { visible } from './text.ts';

export type Key = keyof typeof en;
export type { Lang };
export type Args = Record<string, string | number>;
export interface Both {
    en: string;
    ja: string;
}

const catalogue: Record<Lang, Record<Key, string>> = { en, ja };

export const lang = signal<Lang>(
    firstLang(remembered('lang'), typeof navigator === 'undefined' ? [] : navigator.languages),
);

export function setLang(l: Lang): void {
    lang.value = l;
    remember('lang', l);
    document.documentElement.lang = l;
}

export function number(n: number, l: Lang = lang.value): string {
    return new Intl.NumberFormat(l).format(n);
}

export function fill(pattern: string, l: Lang, args: Args): string {
    return pattern.replace(
        /\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g,
        (_, name: string, one?: string, other?: string) => {
            const v = args[name] ?? '';
            if (one !== undefined)
                return new Intl.PluralRules(l).select(Number(v)) === 'one' ? one : (other ?? '');
            return typeof v === 'number' ? number(v, l) : v;
        },
    );
}

/* Arguments may be somebody else's: what cannot be seen in them is shown. */
export function t(key: Key, args: Args = {}): string {
    const shown = Object.entries(args).map(([k, v]) => [k, typeof v === 'string' ? visible(v) : v]);
    return fill(catalogue[lang.value][key], lang.value, Object.fromEntries(shown) as Args);
}

/* For keys that a word of an answer completes: "kind.ipv4". A word that is new stays as it is. */
export function word(group: string, w: string): string {
    const key = group + '.' + w;
    return key in en ? t(key as Key) : visible(w);
}

/* A text that an answer brought in both languages. */
export function both(text: Both | null | undefined): string {
    return text ? (text[lang.value] ?? text.en ?? '') : '';
}
