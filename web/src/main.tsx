/* main.tsx - the page: who are you, then the box and what was answered. */
import { effect } from '@preact/signals';
import { render } from 'preact';
import { AskBox } from './askbox.tsx';
import { FirstRun, LogIn, RefusalText } from './forms.tsx';
import { Help, Notice, Top } from './frame.tsx';
import { lang, number, setLang, t } from './i18n.ts';
import { move, onKey } from './keys.ts';
import { AskFor } from './parts.tsx';
import { Shown, titleOf } from './shown.tsx';
import { cursor, followAddress, list, type Run, run, start, trouble, where } from './state.ts';
import { Table, visibleRows } from './table.tsx';
import { visible } from './text.ts';

const EXAMPLES = ['195.2.93.160', 'Strontium', 'CVE-2021-44228', 'T1059.001', '8.8.8.8'];

function Empty() {
    return (
        <div class="empty">
            <p>{t('empty.what')}</p>
            <p class="run">
                {t('empty.try')}{' '}
                {EXAMPLES.map((x) => (
                    <span class="item" key={x}>
                        <AskFor text={x}>{x}</AskFor>
                    </span>
                ))}
            </p>
            <p class="muted">{t('empty.promise')}</p>
        </div>
    );
}

function Crumbs({ l }: { l: Run }) {
    const rows = visibleRows(l).length;
    return (
        <nav class="crumbs" aria-label={t('crumbs.label')}>
            <button type="button" onClick={() => history.back()}>
                {t('crumbs.back', { n: l.lines.length })}
            </button>
            <span class="muted">{t('crumbs.place', { at: cursor.value + 1, of: rows })}</span>
            <button type="button" disabled={cursor.value <= 0} onClick={() => move(-1)}>
                {t('crumbs.previous')}
            </button>
            <button type="button" disabled={cursor.value >= rows - 1} onClick={() => move(1)}>
                {t('crumbs.next')}
            </button>
        </nav>
    );
}

function Result({ r }: { r: Run }) {
    const first = r.lines[0];
    return (
        <>
            {r.many && <Table r={r} />}
            {!r.many && first && <Shown key={first.answer?.id ?? 'error'} l={first} />}
            {!r.many && !first && r.busy && (
                <p class="progress" role="status">
                    {t('table.asking')}
                </p>
            )}
            {r.refusal && <RefusalText r={r.refusal} />}
        </>
    );
}

function Ready() {
    const r = run.value;
    return (
        <main id="main">
            <AskBox />
            {list.value && <Crumbs l={list.value} />}
            {r ? <Result r={r} /> : <Empty />}
        </main>
    );
}

function Page() {
    return (
        <>
            <Top />
            {where.value === 'starting' && (
                <p class="progress narrow" role="status">
                    {t('starting')}
                </p>
            )}
            {where.value === 'unreachable' && (
                <main class="narrow" id="main">
                    {trouble.value && <RefusalText r={trouble.value} />}
                    <p>
                        <button type="button" onClick={() => void start()}>
                            {t('retry')}
                        </button>
                    </p>
                </main>
            )}
            {where.value === 'log-in' && <LogIn />}
            {where.value === 'first-run' && <FirstRun />}
            {where.value === 'ready' && <Ready />}
            <Help />
            <Notice />
        </>
    );
}

function title(): string {
    const r = run.value;
    if (where.value !== 'ready' || !r) return 'Noroshi';
    const a = r.many ? undefined : r.lines[0]?.answer;
    return (
        (a
            ? visible(titleOf(a).value).slice(0, 80)
            : r.many
              ? t('title.many', { n: number(r.lines.length) })
              : t('table.asking')) + ' – Noroshi'
    );
}

const root = document.querySelector('#app');
if (root) {
    setLang(lang.value);
    effect(() => {
        document.title = title();
    });
    document.addEventListener('keydown', onKey);
    window.addEventListener('popstate', (e) => {
        if (where.value === 'ready') followAddress(e.state);
    });
    window.addEventListener('hashchange', () => {
        if (where.value === 'ready' && !history.state) followAddress(null);
    });
    render(<Page />, root);
    void start();
}
