/* lang.ts - which language a reader gets: what he chose, else the first that his browser wants. */
export type Lang = 'en' | 'ja';

export function firstLang(said: string | null, wanted: readonly string[]): Lang {
    if (said === 'en' || said === 'ja') return said;
    return wanted.map((w) => w.slice(0, 2)).find((w): w is Lang => w === 'en' || w === 'ja') ?? 'en';
}
