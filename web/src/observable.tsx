/* observable.tsx - the answer about a value: what the evidence shows, whether it still holds, how
 * soon to act; then why, against, who, seen, do, unknown, and who was asked. */
import type { Answer, Asked, Evidence, Fact, Tied } from './answer.ts';
import { day, minute, span } from './dates.ts';
import { both, number, t, word } from './i18n.ts';
import { AskFor, Count, Details, Said, Section, Some, Value, Word } from './parts.tsx';
import { visible } from './text.ts';

const CHANGES_OWNER = ['ipv4', 'ipv6', 'domain', 'url', 'email'];
const ENTITY_NAMES = 6;
const ABSENT_SHOWN = 3;

/* Whether it still holds is said of what is bad, and of a conflict that is over. */
export function hasState(a: Answer): boolean {
    if (a.verdict === 'malicious' || a.verdict === 'suspicious') return Boolean(a.state);
    return a.verdict === 'conflicting' && Boolean(a.state) && a.state !== 'current';
}

function holdsNow(a: Answer): string {
    const until = { day: day(a.expires) };
    if (!a.expires) return t('holds.file');
    if (a.why?.some((e) => e.valid_until === a.expires)) return t('holds.valid', until);
    if (a.age_days == null) return t('holds.current-undated', until);
    return t('holds.current', { n: a.age_days, ...until });
}

/* As the third line of the page in a terminal says it (src/answer/ask/summary.c). */
export function holds(a: Answer): string {
    const since = { day: day(a.expires) };
    if (a.state === 'current') return holdsNow(a);
    if (a.state === 'withdrawn') return t('holds.withdrawn');
    if (a.state === 'expired') return t('holds.expired', since);
    const stale =
        a.age_days == null ? t('holds.stale-undated', since) : t('holds.stale', { n: a.age_days, ...since });
    const owner = CHANGES_OWNER.includes(a.question.kind) ? t('join.sentence') + t('holds.new-owner') : '';
    return stale + owner;
}

function factText(f: Fact): string {
    const product = visible([f.product, f.version].filter(Boolean).join(' '));
    const port = f.port ? String(f.port) : '';
    const protocol = f.protocol?.toUpperCase();
    const where = protocol ? t('fact.on', { protocol, port }) : t('fact.port', { port });
    const note = f.note ? ' (' + word('note', f.note) + ')' : '';
    const mark = f.watermark ? 'watermark ' + visible(f.watermark) + note : '';
    const path = f.path ? t('fact.path', { path: f.path }) : '';
    const key = f.key ? t('fact.key', { key: f.key }) : '';
    return [product, port && where, mark, path, key].filter(Boolean).join(t('join.comma'));
}

/* Of the other value only the text is said; it is defanged as what it looks like. */
function kindOf(value: string): string {
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return 'url';
    return value.includes('@') ? 'email' : /^[\w.-]+(\/\d+)?$/.test(value) ? 'domain' : '';
}

function About({ e }: { e: Evidence }) {
    if (!e.via || e.via === 'self' || !e.about) return null;
    return (
        <div class="muted">
            {word('via', e.via)} <Value kind={kindOf(e.about)} value={e.about} />
        </div>
    );
}

function EvidenceRow({ e }: { e: Evidence }) {
    return (
        <tr>
            <td>
                <Said text={e.source} />
                {e.origin && e.origin !== e.source && (
                    <div class="muted">
                        {t('why.origin')} <Said text={e.origin} />
                    </div>
                )}
            </td>
            <td>
                <Said text={both(e.statement)} />
                <About e={e} />
            </td>
            <td class="when">{span(e.first_seen, e.last_seen, e.valid_until)}</td>
            <td class="place" title={visible(e.document ?? '')}>
                <Said text={e.at ?? '–'} />
            </td>
            <td>
                {e.state && e.state !== 'current' && <span class="tag">{word('state', e.state)}</span>}
                {e.tlp && e.tlp !== 'clear' && <span class="tag">TLP:{visible(e.tlp.toUpperCase())}</span>}
                {e.points ? <span class="tag">{t('why.points', { n: e.points })}</span> : null}
                {e.confidence != null && <span class="tag">{t('why.confidence', { n: e.confidence })}</span>}
            </td>
        </tr>
    );
}

function EvidenceTable({ rows, caption }: { rows: readonly Evidence[]; caption: string }) {
    return (
        <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
            <table class="rows">
                <caption class="offscreen">{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col">{t('col.source')}</th>
                        <th scope="col">{t('col.says')}</th>
                        <th scope="col">{t('col.when')}</th>
                        <th scope="col">{t('col.place-in')}</th>
                        <th scope="col">{t('col.notes')}</th>
                    </tr>
                </thead>
                <tbody>
                    {rows.map((e) => (
                        <EvidenceRow key={e.claim} e={e} />
                    ))}
                </tbody>
            </table>
        </div>
    );
}

function Why({ a }: { a: Answer }) {
    const rows = a.why ?? [];
    if (!rows.length) return null;
    const over = a.more?.why ?? 0;
    const facts = a.facts ?? [];
    return (
        <Section label={t(a.independent ? 'label.why' : 'label.context')}>
            {facts.length > 0 && (
                <ul class="facts">
                    {facts.map((f, i) => (
                        <li key={i}>
                            <bdi>{factText(f)}</bdi>
                        </li>
                    ))}
                </ul>
            )}
            <EvidenceTable rows={rows} caption={t('label.why')} />
            <p class="muted">
                {t('why.counts', { n: rows.length + over, m: a.independent ?? 0 })}
                {a.independent === 1 && rows.length > 1 ? t('join.sentence') + t('why.once') : ''}
                {over > 0 ? t('join.sentence') + t('more.left-out', { n: over }) : ''}
                {a.more?.claims_over ? t('join.sentence') + t('why.at-least', { n: a.more.claims_over }) : ''}
                {a.confidence && a.confidence !== 'none'
                    ? t('join.sentence') + t('confidence', { word: word('confidence', a.confidence) })
                    : ''}
            </p>
        </Section>
    );
}

function absent(asked: readonly Asked[]): string {
    const big = asked
        .filter((s) => s.said === 'nothing' && !s.list && !s.set)
        .sort((x, y) => (y.held ?? 0) - (x.held ?? 0));
    if (!big.length) return '';
    const named = big
        .slice(0, ABSENT_SHOWN)
        .map((s) => t('absent.one', { source: s.source, held: number(s.held ?? 0) }));
    return t('absent', { list: named.join(t('join.comma')) });
}

function Against({ a }: { a: Answer }) {
    const rows = a.against ?? [];
    const asked = a.asked ?? [];
    if (rows.length)
        return (
            <Section label={t('label.against')}>
                <EvidenceTable rows={rows} caption={t('label.against')} />
            </Section>
        );
    const lists = asked.filter((s) => s.list && s.said !== 'not-asked').length;
    const missing = absent(asked);
    return (
        <Section label={t('label.against')}>
            <p>
                {lists ? t('against.no-list', { n: lists }) : t('against.no-lists')}
                {missing && t('join.sentence')}
                {missing && <bdi>{missing}</bdi>}
            </p>
        </Section>
    );
}

function Names({ e }: { e: Tied }) {
    const names = [...new Set((e.names ?? []).map((n) => n.name))].filter((n) => n !== e.name);
    if (!names.length) return null;
    return (
        <span class="muted">
            {' '}
            {t('who.also')}{' '}
            <Some of={names} first={ENTITY_NAMES} leftOut={0} render={(n) => <Said text={n} />} />
        </span>
    );
}

function TiedTo({ e }: { e: Tied }) {
    return (
        <li>
            <AskFor text={e.id}>{visible(e.name)}</AskFor>{' '}
            <span class="muted">
                {word('kind', e.kind)}
                {e.basis ? t('join.comma') + word('basis', e.basis) : ''}
                {e.confidence != null ? t('join.comma') + t('why.confidence', { n: e.confidence }) : ''}
            </span>
            {(e.for?.length ?? 0) > 0 && (
                <span class="muted">
                    {' '}
                    ({t('who.says')} <Said text={e.for?.join(t('join.comma'))} />)
                </span>
            )}
            <Names e={e} />
        </li>
    );
}

function Who({ a }: { a: Answer }) {
    const who = a.attribution;
    if (!who || !a.independent || a.verdict === 'benign') return null;
    return (
        <Section label={t('label.who')}>
            <p>
                {who.said === 'candidates'
                    ? t('who.candidates', { n: who.candidates.length })
                    : who.because.length
                      ? t('who.not')
                      : t('who.nobody')}
            </p>
            {who.candidates.length > 0 && (
                <ul>
                    {who.candidates.map((c) => (
                        <TiedTo key={c.id} e={c} />
                    ))}
                </ul>
            )}
            {who.because.length > 0 && (
                <ul class="reasons">
                    {who.because.map((b, i) => (
                        <li key={i}>
                            <Said text={both(b.text)} />
                        </li>
                    ))}
                </ul>
            )}
        </Section>
    );
}

function Tie({ a }: { a: Answer }) {
    const list = a.entities ?? [];
    if (!list.length) return null;
    return (
        <Section label={t('label.tied')}>
            <ul>
                {list.map((e) => (
                    <TiedTo key={e.id} e={e} />
                ))}
            </ul>
        </Section>
    );
}

function Seen({ a }: { a: Answer }) {
    const h = a.seen_here;
    if (!h) return null;
    const covered = { n: h.coverage.sources, from: day(h.coverage.from), to: day(h.coverage.to) };
    const text =
        h.said === 'yes'
            ? t('seen.yes', { n: h.count, from: day(h.first), to: day(h.last) })
            : h.said === 'no'
              ? t('seen.no', covered)
              : h.coverage.sources
                ? t('seen.cannot')
                : t('seen.no-logs');
    return (
        <Section label={t('label.seen')}>
            <p>{text}</p>
        </Section>
    );
}

function ShownTechniques({ a }: { a: Answer }) {
    const list = a.techniques ?? [];
    if (!list.length) return null;
    return (
        <Section label={t('label.techniques')}>
            <ul>
                {list.map((x) => (
                    <li key={x.id}>
                        <AskFor text={x.id}>{visible(x.id)}</AskFor> <Said text={x.name} />
                        <span class="muted">
                            {' '}
                            {[word('basis', x.basis ?? ''), ...(x.tactics ?? [])]
                                .filter(Boolean)
                                .map(visible)
                                .join(t('join.comma'))}
                        </span>
                    </li>
                ))}
            </ul>
        </Section>
    );
}

function Context({ a }: { a: Answer }) {
    const said = Object.entries(a.context ?? {}).filter(([, v]) => v !== null && v !== false && v !== '');
    const pivots = a.pivots ?? [];
    if (!said.length && !pivots.length) return null;
    return (
        <Section label={t('label.context')}>
            {said.map(([k, v]) => (
                <p key={k}>
                    <span class="muted">{word('context', k)}</span>{' '}
                    <Said text={v === true ? t('yes') : String(v)} class="mono" />
                </p>
            ))}
            {pivots.length > 0 && (
                <ul>
                    {pivots.map((p, i) => (
                        <li key={i}>
                            {p.kind === 'property' ? (
                                <Value kind="" value={p.value} />
                            ) : (
                                <AskFor text={p.value} kind={p.kind} />
                            )}
                            <span class="muted">
                                {' '}
                                {p.kind === 'property' ? '' : word('kind', p.kind)}
                                {p.relation === 'shares' ? (
                                    ''
                                ) : (
                                    <>
                                        {' '}
                                        <Said text={p.relation} />
                                    </>
                                )}
                                {p.shared_by
                                    ? ' ' +
                                      t(p.at_least ? 'pivot.at-least' : 'pivot.shared', { n: p.shared_by })
                                    : ''}
                            </span>
                        </li>
                    ))}
                </ul>
            )}
        </Section>
    );
}

function AskedTable({ a }: { a: Answer }) {
    return (
        <div class="scroll" tabIndex={0} role="region" aria-label={t('label.asked')}>
            <table class="rows">
                <caption class="offscreen">{t('label.asked')}</caption>
                <thead>
                    <tr>
                        <th scope="col">{t('col.source')}</th>
                        <th scope="col">{t('col.said')}</th>
                        <th scope="col" class="number">
                            {t('col.held')}
                        </th>
                        <th scope="col">{t('col.newest')}</th>
                        <th scope="col">{t('col.fresh')}</th>
                    </tr>
                </thead>
                <tbody>
                    {(a.asked ?? []).map((s, i) => (
                        <tr key={i}>
                            <td>
                                <Said text={s.said === 'not-asked' ? word('asked', s.source) : s.source} />
                                {(s.list || s.set) && (
                                    <span class="tag">{s.set ? word('set', s.set) : t('asked.list')}</span>
                                )}
                            </td>
                            <td>
                                <span class={'said s-' + s.said.replace(/[^a-z-]/g, '')}>
                                    {word('said', s.said)}
                                </span>
                                {s.why && (
                                    <span class="muted">
                                        {' '}
                                        <Said text={both(s.why)} />
                                    </span>
                                )}
                            </td>
                            <td class="number">
                                <Count n={s.held} />
                            </td>
                            <td class="when">{day(s.newest) || (s.held == null ? '–' : t('undated'))}</td>
                            <td class="when">{minute(s.fresh_as_of) || '–'}</td>
                        </tr>
                    ))}
                </tbody>
            </table>
        </div>
    );
}

function WhoWasAsked({ a }: { a: Answer }) {
    const asked = a.asked ?? [];
    if (!asked.length) return null;
    const did = asked.filter((s) => s.said === 'something' || s.said === 'nothing').length;
    return (
        <Section label={t('label.asked')}>
            <Details summary={t('asked.summary', { n: did, m: asked.length - did })} open={isSilent(a)}>
                {() => <AskedTable a={a} />}
            </Details>
        </Section>
    );
}

function Score({ a }: { a: Answer }) {
    if (a.score === undefined || !a.rule) return null;
    return (
        <Section label={t('label.score')}>
            <Details summary={t('score.summary', { n: a.score, rule: word('rule', a.rule) })}>
                {() => (
                    <ul>
                        {(a.parts ?? []).map((p, i) => (
                            <li key={i}>
                                <span class="mono">{visible(p.rule)}</span> {t('why.points', { n: p.points })}
                            </li>
                        ))}
                        <li class="muted">{t('score.note')}</li>
                    </ul>
                )}
            </Details>
        </Section>
    );
}

export function ObservableHead({ a }: { a: Answer }) {
    return (
        <>
            <p class="line">
                <Word name={a.verdict ?? 'unknown'} /> <Said text={both(a.summary)} />
                {(a.role?.length ?? 0) > 1 && (
                    <span class="muted"> {a.role?.map((r) => word('role', r)).join(t('join.comma'))}</span>
                )}
            </p>
            {hasState(a) && a.state && (
                <p class="line">
                    <Word name={a.state} group="state" /> {holds(a)}
                </p>
            )}
        </>
    );
}

/* Nothing is said about it: then who was asked is the answer. */
function isSilent(a: Answer): boolean {
    return !a.why?.length && !a.against?.length;
}

export function Observable({ a }: { a: Answer }) {
    if (isSilent(a)) return <WhoWasAsked a={a} />;
    return (
        <>
            <Why a={a} />
            <Against a={a} />
            <Who a={a} />
            <Seen a={a} />
        </>
    );
}

/* What is looked at after what to do. */
export function ObservableMore({ a }: { a: Answer }) {
    return (
        <>
            <Tie a={a} />
            <ShownTechniques a={a} />
            <Context a={a} />
            {!isSilent(a) && <WhoWasAsked a={a} />}
            <Score a={a} />
        </>
    );
}
