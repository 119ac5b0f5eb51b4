/* dates.ts - days and times as people here read them: ISO 8601, UTC, and JST for who is in Japan. */
import { t } from './i18n.ts';
import { visible } from './text.ts';

export function day(time: string | null | undefined): string {
    return visible(time?.slice(0, 10) ?? '');
}

export function minute(time: string | null | undefined): string {
    return visible(time?.slice(0, 16).replace('T', ' ') ?? '');
}

const JST_MS = 9 * 3600 * 1000;

/* "2026-11-22 01:00 UTC", in Japan "2026-11-22 10:00 JST". */
export function clock(time: string, zone: string = Intl.DateTimeFormat().resolvedOptions().timeZone): string {
    const ms = Date.parse(time);
    if (Number.isNaN(ms)) return visible(time);
    if (zone !== 'Asia/Tokyo') return minute(time) + ' UTC';
    return minute(new Date(ms + JST_MS).toISOString()) + ' JST';
}

/* First to last sighting; one day, or one open end, when that is all. */
export function span(
    first: string | null | undefined,
    last: string | null | undefined,
    until?: string | null,
): string {
    const a = first ?? last;
    const b = last ?? first;
    if (a && b) return minute(a) === minute(b) ? minute(a) : minute(a) + ' – ' + minute(b);
    return until ? t('until', { day: day(until) }) : t('undated');
}
