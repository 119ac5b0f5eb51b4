/* text.ts - foreign text for the eyes: what a reader would not see is shown, and values lose their
 * power. The same rules as src/base/terminal.c and src/model/observable/defang.c; text.test.ts has
 * their tables. Right-to-left text is isolated by the element that holds it (parts.tsx). */

const MARKS_MAX = 4;
const UNSEEN = /[\p{Cn}\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;
/* Default_Ignorable_Code_Point outside those categories, and the empty Braille pattern. */
const BLANK = /[͏ᅟᅠ឴឵᠋-᠏⠀ㅤ︀-️ﾠ\u{e0000}-\u{e0fff}]/u;
const MARK = /[\p{Mn}\p{Me}]/u;
const WORD = /[\p{L}\p{N}\p{M}]/u;
const PLAIN = /^[ -~぀-ヿ一-鿿、。「」]*$/;
const ALPHABETS: [string, RegExp][] = [
    ['Latin', /\p{Script=Latin}/u],
    ['Greek', /\p{Script=Greek}/u],
    ['Cyrillic', /\p{Script=Cyrillic}/u],
    ['Armenian', /\p{Script=Armenian}/u],
    ['Cherokee', /\p{Script=Cherokee}/u],
];
const NAMED: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function hex(c: number, digits: number): string {
    return c.toString(16).padStart(digits, '0');
}

function shown(ch: string, marks: number): string {
    const c = ch.codePointAt(0) as number;
    if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return NAMED[ch] ?? '\\x' + hex(c, 2);
    if (marks > MARKS_MAX || UNSEEN.test(ch) || BLANK.test(ch)) return '⟦U+' + hex(c, 4).toUpperCase() + '⟧';
    return ch;
}

function markOf(alphabets: Set<string>): string {
    if (alphabets.size < 2) return '';
    return (
        '⟦' +
        ALPHABETS.map(([name]) => name)
            .filter((n) => alphabets.has(n))
            .join('+') +
        '⟧'
    );
}

/* Invisible and bidirectional characters as ⟦U+202E⟧, controls as \x1b, words of several alphabets
 * that look alike marked ⟦Latin+Cyrillic⟧. What was made visible stays as it is. */
export function visible(text: string): string {
    if (PLAIN.test(text)) return text;
    let out = '';
    let at = 0;
    let alphabets = new Set<string>();
    let marks = MARKS_MAX; /* a mark at the front has no letter */
    const endWord = () => {
        const mark = markOf(alphabets);
        if (mark && !text.startsWith(mark, at)) out += mark;
        alphabets = new Set();
    };
    for (const ch of text) {
        const mark = MARK.test(ch);
        if (!mark && !WORD.test(ch)) endWord();
        const is = ALPHABETS.find(([, letters]) => letters.test(ch));
        if (is) alphabets.add(is[0]);
        marks = mark ? marks + 1 : 0;
        out += shown(ch, marks);
        at += ch.length;
    }
    endWord();
    return out;
}

/* Prose of several lines: the ends of lines stay. */
export function visibleLines(text: string): string {
    return text.split(/\r?\n/).map(visible).join('\n');
}

function dots(s: string): string {
    return s.replaceAll('.', '[.]');
}

function defangUrl(value: string): string {
    const m = /^([a-z][a-z0-9+.-]*):\/\//i.exec(value);
    if (!m && /^[a-z][a-z0-9+-]*:(?!\d)/i.test(value)) return value; /* "data:..." leads nowhere */
    const scheme = m?.[1] ?? '';
    const rest = value.slice(m?.[0].length ?? 0);
    const end = rest.search(/[/?#]/);
    const authority = end < 0 ? rest : rest.slice(0, end);
    const host = authority.lastIndexOf('@') + 1;
    const broken = authority.slice(0, host) + dots(authority.slice(host));
    const name = scheme.replace(/^http(s?)$/i, 'hxxp$1').replace(/^ftp(s?)$/i, 'fxp$1');
    return (m ? name + '://' : '') + broken + (end < 0 ? '' : rest.slice(end));
}

/* A value so written that nothing follows it; reading it back gives the value. */
export function defang(kind: string, value: string): string {
    if (kind === 'ipv4' || kind === 'domain' || kind === 'cidr') return dots(value);
    if (kind === 'url') return defangUrl(value);
    if (kind !== 'email') return value;
    const at = value.lastIndexOf('@');
    const host = value.slice(at + 1);
    return value.slice(0, Math.max(at, 0)) + '[@]' + (host.startsWith('[') ? host : dots(host));
}
