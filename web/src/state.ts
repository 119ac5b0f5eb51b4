/* state.ts - what the page knows, as signals; and what changes it. Views only read them. */
import { batch, computed, signal } from '@preact/signals';
import { type Line, urgency } from './answer.ts';
import * as api from './api.ts';
import {
    fromAddress,
    guessMode,
    lines,
    type Mode,
    type Question,
    TEXT_MAX,
    toAddress,
    VALUES_MAX,
} from './question.ts';
import { paint, whenTheSystemChanges } from './palette.ts';
import { remember, remembered } from './remember.ts';
import type { Key } from './i18n.ts';

export type Where = 'starting' | 'first-run' | 'log-in' | 'ready' | 'unreachable';

/* One question and what came of it; kept, so that going back asks nothing again. */
export interface Run {
    question: Question;
    many: boolean;
    form: 'short' | 'full' | 'all';
    lines: Line[];
    busy: boolean;
    refusal: api.Refusal | null;
    started: number;
    took_ms: number;
}

export const where = signal<Where>('starting');
/* Why nothing could be said about the session. */
export const trouble = signal<api.Refusal | null>(null);
export const session = signal<api.Session | null>(null);
export const typed = signal('');
export const mode = signal<Mode | 'auto'>('auto');
export const run = signal<Run | null>(null);
/* The list that the shown answer was opened from, and its place there. */
export const list = signal<Run | null>(null);
export const cursor = signal(-1); /* -1: nobody has moved yet */
export const only = signal<string>('');
/* Of a long list as many rows are drawn; more on demand. */
export const ROWS_STEP = 200;
export const rowsShown = signal(ROWS_STEP);
export const worstFirst = signal(remembered('order') === 'worst');
export const defanged = signal(remembered('defang') !== 'no');
export const theme = signal(remembered('theme') ?? 'auto');
whenTheSystemChanges(() => paint(theme.value));
export const notice = signal<{ key: Key; at: number } | null>(null);
export const helpOpen = signal(false);

export const effectiveMode = computed<Mode>(() =>
    mode.value === 'auto' ? guessMode(typed.value) : mode.value,
);

const RUNS_KEPT = 8;
const FLUSH_MS = 80;
const kept: { key: string; run: Run }[] = [];
let stop: AbortController | null = null;

export function say(key: Key): void {
    notice.value = { key, at: Date.now() };
}

function keyOf(q: Question): string {
    return q.mode + '\n' + q.text;
}

function keep(r: Run): void {
    const key = keyOf(r.question);
    const old = kept.findIndex((k) => k.key === key);
    if (old >= 0) kept.splice(old, 1);
    kept.unshift({ key, run: r });
    kept.length = Math.min(kept.length, RUNS_KEPT);
}

function keptRun(q: Question): Run | undefined {
    return kept.find((k) => k.key === keyOf(q) && !k.run.busy && !k.run.refusal)?.run;
}

/* Rows of the list that is shown, in its order, without those that the filter hides. */
export function rowsOf(r: Run, keepRow: (l: Line) => boolean): number[] {
    const at = r.lines.map((_, i) => i).filter((i) => keepRow(r.lines[i] as Line));
    if (!worstFirst.value) return at;
    return at.sort((x, y) => urgency(r.lines[x] as Line) - urgency(r.lines[y] as Line) || x - y);
}

function show(r: Run): void {
    run.value = r;
}

async function perform(r: Run): Promise<void> {
    const mine = new AbortController();
    stop?.abort();
    stop = mine;
    let waiting: Line[] = [];
    let timer = 0;
    const flush = () => {
        timer = 0;
        const more = waiting;
        waiting = [];
        r = { ...r, lines: r.lines.concat(more), took_ms: performance.now() - r.started };
        if (stop === mine) show(r);
    };
    try {
        await api.ask(
            r.question,
            r.form,
            (l) => {
                waiting.push(l);
                timer ||= window.setTimeout(flush, r.lines.length ? FLUSH_MS : 0);
            },
            mine.signal,
        );
    } catch (e) {
        const refusal = e instanceof api.Refusal ? e : new api.Refusal('internal', String(e));
        if (refusal.status === 401) {
            /* whoever logs in next may see less */
            kept.length = 0;
            list.value = null;
            where.value = 'log-in';
        }
        r = { ...r, refusal };
    }
    window.clearTimeout(timer);
    r = { ...r, busy: false };
    flush();
    /* A text with one value in it is answered in full, as that value would be. */
    const alone = r.many && !r.refusal && r.lines.length === 1 ? r.lines[0]?.answer : undefined;
    if (alone && stop === mine) {
        await perform({
            ...r,
            many: false,
            form: 'full',
            busy: true,
            lines: [],
            question: { mode: 'values', text: alone.question.input },
        });
        return;
    }
    keep(r);
}

function begin(q: Question): void {
    const old = keptRun(q);
    if (old) {
        show(old);
        return;
    }
    const many = q.mode === 'text' || lines(q.text).length > 1;
    const r: Run = {
        question: q,
        many,
        form: many ? 'short' : 'full',
        lines: [],
        busy: true,
        refusal: null,
        started: performance.now(),
        took_ms: 0,
    };
    show(r);
    void perform(r);
}

/* The answer that is shown, with lists of up to 1,000. */
export function askAll(): void {
    const r = run.value;
    if (r && !r.many) void perform({ ...r, form: 'all', busy: true, refusal: null, lines: [] });
}

function tooMuch(q: Question): Key | null {
    if (q.mode === 'values' && lines(q.text).length > VALUES_MAX) return 'ask.too-many';
    return q.text.length > TEXT_MAX ? 'ask.too-long' : null;
}

/* Asks, and writes the question into the address bar. */
export function ask(q: Question, from: { list: Run; at: number } | null = null): void {
    const text = q.text.trim();
    if (!text) return;
    const trouble = tooMuch(q);
    if (trouble) {
        say(trouble);
        return;
    }
    batch(() => {
        list.value = from?.list ?? null;
        if (from) cursor.value = from.at;
        else {
            typed.value = text;
            only.value = '';
            cursor.value = -1;
            rowsShown.value = ROWS_STEP;
        }
    });
    const question = { mode: q.mode, text };
    const address = toAddress(question);
    if (!address) say('ask.not-in-address');
    history.pushState(
        { question, from: from ? { question: from.list.question, at: from.at } : null },
        '',
        '/' + address,
    );
    begin(question);
    window.scrollTo(0, 0);
}

export function askTyped(): void {
    ask({ mode: effectiveMode.value, text: typed.value });
}

export function cancel(): void {
    stop?.abort();
}

/* What the address or the history says; nothing is asked twice. */
export function followAddress(state: unknown): void {
    const s = state as { question?: Question; from?: { question: Question; at: number } | null } | null;
    const q = s?.question ?? fromAddress(location.search, location.hash);
    if (!q) {
        stop?.abort();
        batch(() => {
            run.value = list.value = null;
            typed.value = '';
        });
        return;
    }
    const opened = s?.from ? keptRun(s.from.question) : undefined;
    batch(() => {
        list.value = opened ?? null;
        if (s?.from) cursor.value = s.from.at;
        else typed.value = q.text;
        mode.value = s?.from || q.mode === guessMode(q.text) ? 'auto' : q.mode;
    });
    begin(q);
}

export async function start(): Promise<void> {
    try {
        session.value = await api.whoAmI();
        enter();
    } catch (e) {
        const r = e instanceof api.Refusal ? e : new api.Refusal('internal', String(e));
        trouble.value = r;
        where.value = r.status === 401 ? (r.fields.first_run ? 'first-run' : 'log-in') : 'unreachable';
    }
}

export function enter(): void {
    where.value = 'ready';
    const q = fromAddress(location.search, location.hash);
    if (q && location.search) history.replaceState({ question: q }, '', '/' + toAddress(q));
    followAddress(history.state);
}

export async function leave(): Promise<void> {
    cancel();
    try {
        await api.logOut();
    } catch {
        /* the session is over either way, or the next page says so */
    }
    kept.length = 0;
    batch(() => {
        session.value = run.value = list.value = null;
        typed.value = '';
        where.value = 'log-in';
    });
    history.replaceState(null, '', '/');
}

export function setTheme(name: string): void {
    theme.value = name;
    remember('theme', name);
    paint(name);
}

export function setDefanged(on: boolean): void {
    defanged.value = on;
    remember('defang', on ? 'yes' : 'no');
}

export function setWorstFirst(on: boolean): void {
    worstFirst.value = on;
    remember('order', on ? 'worst' : 'asked');
}
