/* remember.ts - choices of how the page looks, kept in this browser; a browser may refuse. */

export function remembered(name: string): string | null {
    try {
        return localStorage.getItem('noroshi.' + name);
    } catch {
        return null;
    }
}

export function remember(name: string, value: string): void {
    try {
        localStorage.setItem('noroshi.' + name, value);
    } catch {
        /* it holds for this page, then */
    }
}
