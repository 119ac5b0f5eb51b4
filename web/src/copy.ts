/* copy.ts - to the clipboard, and to a file. Off loopback over plain HTTP browsers have no clipboard
 * interface; then the old command of the selection does it. */
import { defang } from './text.ts';
import { say } from './state.ts';
import type { Key } from './i18n.ts';

function bySelection(text: string): boolean {
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'offscreen';
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
}

export async function copy(text: string, key: Key = 'copied'): Promise<void> {
    try {
        if (navigator.clipboard) await navigator.clipboard.writeText(text);
        else if (!bySelection(text)) throw new Error('refused');
        say(key);
    } catch {
        say('copy-refused');
    }
}

export function copyValue(kind: string, value: string, broken: boolean): void {
    void copy(broken ? defang(kind, value) : value, broken ? 'copied-defanged' : 'copied');
}

export function download(name: string, parts: string[]): void {
    const at = URL.createObjectURL(new Blob(parts, { type: 'application/x-ndjson' }));
    const a = document.createElement('a');
    a.setAttribute('href', at); /* a blob of our own, to a file */
    a.setAttribute('download', name);
    a.click();
    URL.revokeObjectURL(at);
}
