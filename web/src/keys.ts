/* keys.ts - the keyboard: nothing here can only be done with it, and nothing while somebody types. */
import { copyValue } from './copy.ts';
import { titleOf } from './shown.tsx';
import { cancel, cursor, defanged, helpOpen, list, run, session, setDefanged } from './state.ts';
import { moveTo, openRow, visibleRows } from './table.tsx';

function typing(e: KeyboardEvent): boolean {
    const on = e.target as HTMLElement;
    return /^(INPUT|TEXTAREA|SELECT)$/.test(on.tagName) || on.isContentEditable;
}

/* In a list to the next row; in an answer that was opened from one, to the next answer. */
export function move(by: number): void {
    const r = run.value;
    if (list.value) {
        const to = cursor.value + by;
        if (to >= 0 && to < visibleRows(list.value).length) openRow(list.value, to);
    } else if (r?.many) {
        moveTo(r, cursor.value + by);
    }
}

function copyCurrent(broken: boolean): void {
    const r = run.value;
    const l = r?.many ? r.lines[visibleRows(r)[Math.max(cursor.value, 0)] ?? -1] : r?.lines[0];
    if (!l?.answer) return;
    const what = r?.many
        ? { kind: l.answer.question.kind, value: l.answer.question.value }
        : titleOf(l.answer);
    copyValue(what.kind, what.value, broken);
}

const ACTIONS: Record<string, () => void> = {
    '/': () => document.querySelector<HTMLTextAreaElement>('#ask')?.select(),
    j: () => move(1),
    k: () => move(-1),
    o: () => {
        if (run.value?.many) openRow(run.value, Math.max(cursor.value, 0));
    },
    u: () => {
        if (list.value) history.back();
    },
    y: () => copyCurrent(false),
    Y: () => copyCurrent(true),
    d: () => setDefanged(!defanged.value),
    '?': () => {
        helpOpen.value = !helpOpen.value;
    },
};

/* Enter on a row opens the one the cursor is on: the focus follows it only when it was drawn. */
function entersRow(e: KeyboardEvent): boolean {
    const on = e.target as HTMLElement;
    const row = on === document.body || on.classList.contains('open');
    return e.key === 'Enter' && row && cursor.value >= 0 && run.value?.many === true;
}

export function onKey(e: KeyboardEvent): void {
    if (!session.value || e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    if (e.key === 'Escape') {
        (document.activeElement as HTMLElement | null)?.blur();
        if (run.value?.busy) cancel();
        return;
    }
    const act =
        typing(e) || (helpOpen.value && e.key !== '?') ? undefined : ACTIONS[entersRow(e) ? 'o' : e.key];
    if (!act) return;
    e.preventDefault();
    act();
}
