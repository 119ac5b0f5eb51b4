/* table.tsx - many answers: a row each in the short form, as they come. Any of them opens in full. */
import { both, number, t, word } from './i18n.ts';
import { type Answer, headWord, type Line } from './answer.ts';
import { copy, download } from './copy.ts';
import { day } from './dates.ts';
import { Icon } from './icons.tsx';
import { hasState } from './observable.tsx';
import { Said, shownValue, Word } from './parts.tsx';
import { curl } from './question.ts';
import {
    ask,
    cancel,
    cursor,
    only,
    type Run,
    rowsOf,
    rowsShown,
    ROWS_STEP,
    setWorstFirst,
    worstFirst,
} from './state.ts';
import { defang, visible } from './text.ts';

export function wordOf(l: Line): string {
    return l.answer ? headWord(l.answer) : 'error';
}

export function visibleRows(r: Run): number[] {
    return rowsOf(r, (l) => !only.value || wordOf(l) === only.value);
}

/* Opens the n-th of the rows that are shown. */
export function openRow(r: Run, n: number): void {
    const l = r.lines[visibleRows(r)[n] ?? -1];
    if (l?.answer) ask({ mode: 'values', text: l.answer.question.input }, { list: r, at: n });
}

export function moveTo(r: Run, n: number): void {
    const last = visibleRows(r).length - 1;
    cursor.value = Math.max(0, Math.min(n, last));
    if (cursor.value >= rowsShown.value) rowsShown.value = cursor.value + ROWS_STEP;
    requestAnimationFrame(() => document.querySelector<HTMLElement>('tr.here button.open')?.focus());
}

function priorities(l: Line): string {
    const a = l.answer;
    return (
        a?.priority ??
        (a?.priority_if ?? [])
            .map((p) => p.priority)
            .filter((p, i, all) => all.indexOf(p) === i)
            .join(' / ')
    );
}

function State({ a }: { a: Answer }) {
    if (!a.state || !hasState(a)) return null;
    const until = day(a.expires);
    return (
        <span class="state">
            <Icon name={a.state} /> {word('state', a.state)}
            {until && (
                <span class="muted"> {t(a.state === 'current' ? 'until' : 'since', { day: until })}</span>
            )}
        </span>
    );
}

function what(a: Answer): string {
    if (headWord(a) === 'ambiguous')
        return t('several.among', { name: a.entity?.name ?? a.entities?.[0]?.name ?? '' });
    const name = a.entity?.name ?? a.entities?.[0]?.name ?? '';
    const roles = (a.role ?? []).map((r) => word('role', r));
    return (
        [name === a.question.value ? '' : name, ...roles].filter(Boolean).join(t('join.comma')) ||
        both(a.summary)
    );
}

function Row({ l, n, place, here }: { l: Line; n: number; place: number; here: boolean }) {
    const a = l.answer;
    if (!a)
        return (
            <tr class={'row' + (here ? ' here' : '')}>
                <td class="number muted">{number(place + 1)}</td>
                <td class="mono">
                    <Said text={l.error?.where ?? ''} />
                </td>
                <td colSpan={5}>
                    <Word name="error" /> {word('error', l.error?.code ?? 'internal')}{' '}
                    <Said text={l.error?.message} class="muted" />
                </td>
            </tr>
        );
    return (
        <tr class={'row' + (here ? ' here' : '')}>
            <td class="number muted">{number(place + 1)}</td>
            <td>
                <button type="button" class="open" data-row={n}>
                    <bdi>{shownValue(a.question.kind, a.question.value)}</bdi>
                </button>
            </td>
            <td class="muted nowrap">
                {word('kind', a.verdict ? a.question.kind : (a.entity?.kind ?? a.question.kind))}
            </td>
            <td>
                <Word name={headWord(a)} />
            </td>
            <td>
                <State a={a} />
            </td>
            <td>
                <Said text={what(a)} />
            </td>
            <td class="nowrap">{visible(priorities(l))}</td>
        </tr>
    );
}

function Chips({ r }: { r: Run }) {
    const counts = new Map<string, number>();
    for (const l of r.lines) counts.set(wordOf(l), (counts.get(wordOf(l)) ?? 0) + 1);
    return (
        <div class="chips" role="group" aria-label={t('table.filter')}>
            <button
                type="button"
                aria-pressed={!only.value}
                onClick={() => {
                    only.value = '';
                    cursor.value = -1;
                }}
            >
                {t('table.all', { n: r.lines.length })}
            </button>
            {[...counts].map(([name, n]) => (
                <button
                    type="button"
                    key={name}
                    aria-pressed={only.value === name}
                    onClick={() => {
                        only.value = only.value === name ? '' : name;
                        cursor.value = -1;
                    }}
                >
                    <Icon name={name} /> {word('word', name)} {number(n)}
                </button>
            ))}
            <label class="order">
                <input
                    type="checkbox"
                    checked={worstFirst.value}
                    onChange={(e) => setWorstFirst((e.currentTarget as HTMLInputElement).checked)}
                />{' '}
                {t('table.worst-first')}
            </label>
        </div>
    );
}

function values(r: Run, broken: boolean): string {
    return (
        visibleRows(r)
            .map((i) => r.lines[i]?.answer)
            .filter((a) => a !== undefined)
            .map((a) => (broken ? defang(a.question.kind, a.question.value) : a.question.value))
            .join('\n') + '\n'
    );
}

function Buttons({ r }: { r: Run }) {
    return (
        <p class="buttons">
            <button type="button" onClick={() => void copy(values(r, false), 'copied-list')}>
                {t('table.copy')}
            </button>
            <button type="button" onClick={() => void copy(values(r, true), 'copied-list-defanged')}>
                {t('table.copy-defanged')}
            </button>
            <button
                type="button"
                onClick={() =>
                    download(
                        'answers.ndjson',
                        r.lines.map((l) => l.raw + '\n'),
                    )
                }
            >
                {t('take.download')}
            </button>
            <button type="button" onClick={() => void copy(curl(location.origin, r.question))}>
                {t('take.curl')}
            </button>
        </p>
    );
}

/* The row that an event happened in, or -1. */
function rowAt(e: Event): number {
    return Number((e.target as HTMLElement).closest<HTMLElement>('button.open')?.dataset.row ?? -1);
}

export function Table({ r }: { r: Run }) {
    const rows = visibleRows(r);
    const shown = rows.slice(0, rowsShown.value);
    return (
        <div class="many">
            <p class="progress" role="status">
                {r.busy
                    ? t('table.busy', { n: r.lines.length })
                    : t('table.done', { n: r.lines.length, seconds: (r.took_ms / 1000).toFixed(1) })}
                {r.busy && (
                    <button type="button" class="plain" onClick={cancel}>
                        {t('table.stop')}
                    </button>
                )}
            </p>
            {!r.busy && !r.lines.length && !r.refusal && <p>{t('table.nothing')}</p>}
            {r.lines.length > 0 && (
                <>
                    <Chips r={r} />
                    <div class="scroll" tabIndex={0} role="region" aria-label={t('table.label')}>
                        <table
                            class="answers rows"
                            onClick={(e) => openRow(r, rowAt(e))}
                            onFocusIn={(e) => {
                                if (rowAt(e) >= 0) cursor.value = rowAt(e);
                            }}
                        >
                            <caption class="offscreen">{t('table.label')}</caption>
                            <thead>
                                <tr>
                                    <th scope="col" class="number">
                                        {t('col.place')}
                                    </th>
                                    <th scope="col">{t('col.value')}</th>
                                    <th scope="col">{t('col.kind')}</th>
                                    <th scope="col">{t('col.verdict')}</th>
                                    <th scope="col">{t('col.state')}</th>
                                    <th scope="col">{t('col.what')}</th>
                                    <th scope="col">{t('col.priority')}</th>
                                </tr>
                            </thead>
                            <tbody>
                                {shown.map((i, n) => (
                                    <Row
                                        key={i}
                                        l={r.lines[i] as Line}
                                        n={n}
                                        place={i}
                                        here={n === cursor.value}
                                    />
                                ))}
                            </tbody>
                        </table>
                    </div>
                    {shown.length < rows.length && (
                        <p>
                            <button
                                type="button"
                                onClick={() => {
                                    rowsShown.value += ROWS_STEP;
                                }}
                            >
                                {t('table.more', { n: rows.length - shown.length })}
                            </button>
                        </p>
                    )}
                    <Buttons r={r} />
                </>
            )}
        </div>
    );
}
