/* shown.tsx - one answer, whatever it is about: its head, its parts, what to do, what is not known,
 * and the ways to take it elsewhere. */
import { type Answer, type Line, headWord } from './answer.ts';
import { copy, copyValue, download } from './copy.ts';
import { clock, day } from './dates.ts';
import { both, type Both, t, word } from './i18n.ts';
import { Icon } from './icons.tsx';
import { Named, NamedHead, NamedMore, Several, SeveralHead } from './named.tsx';
import { Observable, ObservableHead, ObservableMore } from './observable.tsx';
import { Command, Details, Said, Section, shownValue, Tlp } from './parts.tsx';
import { curl } from './question.ts';
import { askAll } from './state.ts';
import { visible, visibleLines } from './text.ts';
import { Vulnerability, VulnerabilityHead, VulnerabilityMore } from './vulnerability.tsx';

function sortOf(a: Answer): 'value' | 'vulnerability' | 'named' | 'several' {
    if (a.verdict) return 'value';
    if (a.scores) return 'vulnerability';
    return a.entity ? 'named' : 'several';
}

/* What is copied by "y" and stands in the title. */
export function titleOf(a: Answer): { kind: string; value: string } {
    if (sortOf(a) === 'value') return { kind: a.question.kind, value: a.question.value };
    return { kind: '', value: a.entity?.name ?? a.question.input };
}

function Reading({ a }: { a: Answer }) {
    const q = a.question;
    const also = q.also ?? [];
    if (q.input === q.value && !also.length) return null;
    if (sortOf(a) !== 'value') return null;
    return (
        <p class="line muted">
            {q.input !== q.value && (
                <>
                    {t('question.typed')} <Said text={q.input} class="mono" />
                    {(q.steps?.length ?? 0) > 0
                        ? ' (' + q.steps?.map((s) => word('step', s)).join(t('join.comma')) + ')'
                        : ''}{' '}
                </>
            )}
            {also.length > 0 &&
                t('question.also', { kinds: also.map((k) => word('kind', k)).join(t('join.comma')) })}
        </p>
    );
}

function Head({ a }: { a: Answer }) {
    const title = titleOf(a);
    const e = a.entity;
    const sort =
        word('kind', e?.kind ?? a.question.kind) +
        (e?.external_id && e.external_id !== e.name ? t('join.comma') + visible(e.external_id) : '');
    return (
        <header class="answer-head">
            <div class="title">
                <h1 tabIndex={-1}>
                    <bdi>{shownValue(title.kind, title.value)}</bdi>
                </h1>
                <button
                    type="button"
                    class="quiet"
                    title={t('value.copy')}
                    aria-label={t('value.copy')}
                    onClick={(ev) => copyValue(title.kind, title.value, ev.shiftKey)}
                >
                    <Icon name="copy" />
                </button>
                <span class="muted">{sort}</span>
                <span class="meta">
                    {a.handling && <Tlp tlp={a.handling.tlp} pap={a.handling.pap} />}
                    {a.as_of && (
                        <time class="muted" dateTime={a.as_of}>
                            {t('as-of', { time: clock(a.as_of) })}
                        </time>
                    )}
                </span>
            </div>
            <Reading a={a} />
        </header>
    );
}

/* "you run it" is a condition here, and must not look like a statement. */
function condition(of: Both): string {
    return of.en === 'otherwise' ? both(of) : t('priority.if', { when: both(of) });
}

function Priority({ a }: { a: Answer }) {
    const ifs = a.priority_if ?? [];
    const p = (name: string) => (
        <strong class={'priority p-' + name.replace(/[^A-Z0-9]/g, '')}>{visible(name)}</strong>
    );
    if (!a.priority && !ifs.length && sortOf(a) !== 'value') return null;
    return (
        <p class="line">
            <strong class="word w-priority">{t('label.priority')}</strong>{' '}
            {a.priority ? (
                <>
                    {p(a.priority)}
                    {a.question.seen_at ? ' ' + t('priority.seen', { day: day(a.question.seen_at) }) : ''}
                </>
            ) : ifs.length ? (
                ifs.map((x, i) => (
                    <span class="case" key={i}>
                        {p(x.priority)} <Said text={condition(x.when)} />
                    </span>
                ))
            ) : (
                t('priority.unset')
            )}
        </p>
    );
}

function Impact({ of }: { of: Both | null | undefined }) {
    if (!of) return null;
    return (
        <span class="muted">
            {' '}
            {t('do.impact')} <Said text={both(of)} />
        </span>
    );
}

function Actions({ a }: { a: Answer }) {
    const list = a.actions ?? [];
    if (!list.length) return null;
    return (
        <Section label={t('label.do')}>
            <ol class="actions">
                {list.map((x) => (
                    <li key={x.order}>
                        {x.if && (
                            <strong>
                                <Said text={both(x.if)} />
                                {t('join.colon')}
                            </strong>
                        )}
                        <Said text={both(x.do)} />
                        {x.because && (
                            <span class="because" title={visible(x.because.id)}>
                                {' '}
                                [{word('because', x.because.kind)}
                                {x.because.kind === 'claim' || x.because.kind === 'kev'
                                    ? ''
                                    : ' ' + visible(x.because.id)}
                                ]
                            </span>
                        )}
                        {x.until && <span class="muted"> {t('until', { day: day(x.until) })}</span>}
                        <Impact of={x.impact} />
                        {x.run?.map((r, i) => (
                            <div key={i}>
                                <Command text={r} />
                            </div>
                        ))}
                    </li>
                ))}
            </ol>
        </Section>
    );
}

function Unknown({ a }: { a: Answer }) {
    const list = a.unknown ?? [];
    if (!list.length) return null;
    const person = [...new Set(list.map((u) => u.run).filter((r): r is string => Boolean(r)))];
    return (
        <Section label={t('label.unknown')}>
            <ul>
                {list.map((u, i) => (
                    <li key={i}>
                        <Said text={both(u.what)} />
                        {u.would_change && (
                            <span class="muted">
                                {' '}
                                {t('unknown.changes', { what: word('change', u.would_change) })}
                            </span>
                        )}
                    </li>
                ))}
            </ul>
            {person.map((r) => (
                <p key={r}>
                    {t('unknown.person')} <Command text={r} />
                </p>
            ))}
        </Section>
    );
}

function TakeAway({ l, a }: { l: Line; a: Answer }) {
    const q = { mode: 'values', text: a.question.input } as const;
    const { claims_over: _, ...more } = a.more ?? {};
    const left = Object.values(more).reduce((sum, n) => sum + n, 0);
    return (
        <Section label={t('label.take')}>
            <p class="buttons">
                {left > 0 && (
                    <button type="button" onClick={askAll}>
                        {t('take.all', { n: left })}
                    </button>
                )}
                <button type="button" onClick={() => void copy(curl(location.origin, q))}>
                    {t('take.curl')}
                </button>
                <button type="button" onClick={() => download('answer.ndjson', [l.raw + '\n'])}>
                    {t('take.download')}
                </button>
                <button type="button" onClick={() => void copy(l.raw)}>
                    {t('take.copy')}
                </button>
            </p>
            <Details summary={t('take.json')}>
                {() => <pre class="json">{visibleLines(JSON.stringify(a, null, 1))}</pre>}
            </Details>
            <p class="muted mono">{visible(a.id)}</p>
        </Section>
    );
}

export function Shown({ l }: { l: Line }) {
    const a = l.answer;
    if (!a) return <Failed l={l} />;
    const sort = sortOf(a);
    return (
        <article class={'answer a-' + headWord(a)} aria-label={visible(titleOf(a).value)}>
            <Head a={a} />
            <div class="verdict">
                {sort === 'value' && <ObservableHead a={a} />}
                {sort === 'vulnerability' && <VulnerabilityHead a={a} />}
                {sort === 'named' && <NamedHead a={a} />}
                {sort === 'several' && <SeveralHead a={a} />}
                <Priority a={a} />
            </div>
            {sort === 'value' && <Observable a={a} />}
            {sort === 'vulnerability' && <Vulnerability a={a} />}
            {sort === 'named' && <Named a={a} />}
            {sort === 'several' && <Several a={a} />}
            <Actions a={a} />
            <Unknown a={a} />
            {sort === 'value' && <ObservableMore a={a} />}
            {sort === 'vulnerability' && <VulnerabilityMore a={a} />}
            {sort === 'named' && <NamedMore a={a} />}
            <TakeAway l={l} a={a} />
        </article>
    );
}

export function Failed({ l }: { l: Line }) {
    const e = l.error;
    if (!e) return null;
    return (
        <div class="refusal" role="alert">
            <strong>
                <Icon name="error" /> {word('error', e.code)}
            </strong>{' '}
            <Said text={e.message} />
            {e.where && (
                <div class="muted mono">
                    <Said text={e.where} />
                </div>
            )}
        </div>
    );
}
