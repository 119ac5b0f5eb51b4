/* icons.tsx - shapes of our own: what a colour says, its shape says, too. */

const PATHS: Record<string, string> = {
    /* octagon with a cross, triangle, circle with a tick, circle with a question, two arrows */
    bad: 'M5 1h6l4 4v6l-4 4H5l-4-4V5zM5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6',
    warn: 'M8 1.5 15 14.5H1zM8 6v4M8 12v.6',
    good: 'M8 1a7 7 0 1 0 0 14A7 7 0 1 0 8 1M4.6 8.2l2.4 2.4 4.4-4.8',
    open: 'M8 1a7 7 0 1 0 0 14A7 7 0 1 0 8 1M6 6.2a2 2 0 1 1 2.9 1.7Q8 8.4 8 9.4M8 11.4v.6',
    both: 'M1.5 5.5h11M9.5 2.5l3 3-3 3M14.5 10.5h-11M6.5 7.5l-3 3 3 3',
    named: 'M2 2h5.5L14 8.5 8.5 14 2 7.5zM5 5v.2',
    clock: 'M8 1a7 7 0 1 0 0 14A7 7 0 1 0 8 1M8 4v4.2l2.8 1.8',
    gone: 'M8 1a7 7 0 1 0 0 14A7 7 0 1 0 8 1M3.2 12.8 12.8 3.2',
    copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
    fire:
        'M8 1.2c.6 2.6 4.4 4.2 4.4 8.4a4.4 4.4 0 0 1-8.8 0c0-1.8.9-2.' +
        '9 1.7-3.8.3 1 .8 1.5 1.4 1.7C6.4 5.2 6.9 3 8 1.2',
};

const OF_WORD: Record<string, string> = {
    malicious: 'bad',
    exploited: 'bad',
    suspicious: 'warn',
    benign: 'good',
    conflicting: 'both',
    ambiguous: 'both',
    named: 'named',
    known: 'named',
    rejected: 'gone',
    unknown: 'open',
    current: 'good',
    stale: 'clock',
    expired: 'clock',
    withdrawn: 'gone',
    error: 'warn',
};

export function Icon({ name }: { name: string }) {
    return (
        <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
            <path d={PATHS[OF_WORD[name] ?? name] ?? PATHS.open} />
        </svg>
    );
}
