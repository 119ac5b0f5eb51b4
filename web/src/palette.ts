/* palette.ts - which of the two sets of colours in style.css the page has: the one that was chosen, or
 * the one that the system has now. */

const system = matchMedia('(prefers-color-scheme: dark)');

export function paint(theme: string | null): void {
    const fixed = theme === 'light' || theme === 'dark';
    document.documentElement.dataset.theme = fixed ? theme : system.matches ? 'dark' : 'light';
}

export function whenTheSystemChanges(then: () => void): void {
    system.addEventListener('change', then);
}
