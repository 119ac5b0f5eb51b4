/* question.ts - what was typed or pasted: one value, a value a line, or text with values in it; and
 * the question in the address bar, which keeps it behind the "#" so that no server log has it. */

export type Mode = 'values' | 'text';
export interface Question {
    mode: Mode;
    text: string;
}

export const VALUES_MAX = 10000;
export const TEXT_MAX = 8 << 20; /* characters; the server's own limit is told by the server */
export const ADDRESS_MAX = 8000;

const WORDS_OF_A_NAME = 4;
/* What stands in a sentence beside other words is worth extracting. */
const VALUE_IN_TEXT = new RegExp(
    [/\w\[?\.\]?\w/, /:\/\//, /[\w.]@\w/, /\b[0-9a-f]{32,}\b/, /\bCVE-\d/, /\bT\d{4}\b/]
        .map((r) => r.source)
        .join('|'),
    'i',
);

export function lines(text: string): string[] {
    return text
        .split(/\r\n|\r|\n/)
        .map((l) => l.trim())
        .filter((l) => l !== '');
}

function isOneValue(line: string): boolean {
    const words = line.split(/\s+/);
    if (words.length === 1) return true;
    if (words.length > WORDS_OF_A_NAME || /[。、;!?]|[.,:](\s|$)/.test(line)) return false;
    return !words.some((w) => VALUE_IN_TEXT.test(w));
}

/* Each line a value, when every line can be one: a word, or a name of a few words. Japanese is
 * written without blanks, so a full stop decides there. */
export function guessMode(text: string): Mode {
    return lines(text).every((l) => isOneValue(l) && !/[。、]/.test(l)) ? 'values' : 'text';
}

export function toAddress(q: Question): string {
    const sent =
        (q.mode === guessMode(q.text) ? '' : 'mode=' + q.mode + '&') + 'q=' + encodeURIComponent(q.text);
    return sent.length > ADDRESS_MAX ? '' : '#' + sent;
}

function parameters(s: string): Question | null {
    const p = new URLSearchParams(s);
    const text = p.get('q')?.trim();
    if (!text) return null;
    const mode = p.get('mode');
    return { text, mode: mode === 'values' || mode === 'text' ? mode : guessMode(text) };
}

/* Of "/?q=..." (links from outside) and "/#q=..." (what this page writes). */
export function fromAddress(search: string, hash: string): Question | null {
    return parameters(hash.replace(/^#/, '').replaceAll('+', '%2B')) ?? parameters(search);
}

/* As JSON for the server. */
export function body(q: Question): string {
    return JSON.stringify(q.mode === 'text' ? { text: q.text } : { values: lines(q.text) });
}

function shellQuoted(s: string): string {
    return "'" + s.replaceAll("'", "'\\''") + "'";
}

/* The same question for a terminal. */
export function curl(origin: string, q: Question): string {
    return (
        `curl -sS -H "Authorization: Bearer $NOROSHI_TOKEN" -H 'Content-Type: application/json' \\\n` +
        `  --data-binary ${shellQuoted(body(q))} '${origin}/api/v1/ask?form=full'`
    );
}
