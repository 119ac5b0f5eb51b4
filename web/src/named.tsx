/* named.tsx - answers about a thing with a name: who it is and who says so, how it works; and about
 * a name that means several things, or nothing. */
import {
    type Answer,
    type Entity,
    namesBySources,
    type Relation,
    type Saying,
    type Technique,
} from './answer.ts';
import { day, span } from './dates.ts';
import { both, t, word } from './i18n.ts';
import { AskFor, Details, Prose, Said, Section, Some, Value, Word } from './parts.tsx';
import { visible } from './text.ts';

const NAME_GROUPS = 4;
const NAMES_FIRST = 12;
const RELATIONS_FIRST = 12;
const TECHNIQUES_FIRST = 14;
const GROUPS = ['get-in', 'stay', 'take-out', 'other'];

export function RelationItem({ r }: { r: Relation }) {
    const dates =
        r.first_seen || r.last_seen
            ? ' ' + day(r.first_seen ?? r.last_seen) + ' – ' + day(r.last_seen ?? r.first_seen)
            : '';
    return (
        <>
            <AskFor text={r.external_id || r.id}>{visible(r.name)}</AskFor>
            <span class="muted">
                {r.external_id && r.external_id !== r.name ? (
                    <>
                        {' '}
                        <Said text={r.external_id} />
                    </>
                ) : null}
                {dates}
                {r.techniques ? ' (' + t('relation.techniques', { n: r.techniques }) + ')' : ''}
            </span>
        </>
    );
}

export function Relations({
    label,
    of,
    leftOut = 0,
}: {
    label: string;
    of: readonly Relation[] | undefined;
    leftOut?: number | undefined;
}) {
    if (!of?.length) return null;
    return (
        <Section label={label}>
            <p class="run">
                <span class="muted">{of.length + leftOut}</span>{' '}
                <Some
                    of={of}
                    first={RELATIONS_FIRST}
                    leftOut={leftOut}
                    render={(r) => <RelationItem r={r} />}
                />
            </p>
        </Section>
    );
}

function Sayings({
    label,
    of,
    askable,
}: {
    label: string;
    of: readonly Saying[] | undefined;
    askable?: boolean;
}) {
    if (!of?.length) return null;
    return (
        <Section label={label}>
            <p class="run">
                <Some
                    of={of}
                    first={RELATIONS_FIRST}
                    render={(s) => (
                        <>
                            {askable ? (
                                <AskFor text={s.name}>{visible(s.name)}</AskFor>
                            ) : (
                                <Said text={s.name} />
                            )}
                            <span class="muted">
                                {' '}
                                ({<Said text={(s.sources ?? []).join(t('join.comma'))} />}
                                {s.confidence != null
                                    ? t('join.comma') + t('why.confidence', { n: s.confidence })
                                    : ''}
                                )
                            </span>
                        </>
                    )}
                />
            </p>
        </Section>
    );
}

function Names({ a, e }: { a: Answer; e: Entity }) {
    const groups = namesBySources(e.names ?? []);
    if (!groups.length) return null;
    const shared = (e.names ?? []).filter((n) => n.shared);
    return (
        <Section label={t('label.names')}>
            <table class="pairs">
                <tbody>
                    {groups.slice(0, NAME_GROUPS).map((g, i) => (
                        <tr key={i}>
                            <th scope="row">
                                <Said text={g.sources.join(' + ')} />
                            </th>
                            <td class="run">
                                <Some of={g.names} first={NAMES_FIRST} render={(n) => <Said text={n} />} />
                            </td>
                        </tr>
                    ))}
                </tbody>
            </table>
            {groups.length > NAME_GROUPS && (
                <Details summary={t('names.other', { n: groups.length - NAME_GROUPS })}>
                    {() => (
                        <table class="pairs">
                            <tbody>
                                {groups.slice(NAME_GROUPS).map((g, i) => (
                                    <tr key={i}>
                                        <th scope="row">
                                            <Said text={g.sources.join(' + ')} />
                                        </th>
                                        <td class="run">
                                            <Some of={g.names} first={50} render={(n) => <Said text={n} />} />
                                        </td>
                                    </tr>
                                ))}
                            </tbody>
                        </table>
                    )}
                </Details>
            )}
            {a.more?.names ? <p class="muted">{t('more.left-out', { n: a.more.names })}</p> : null}
            {shared.length > 0 && (
                <p>
                    {t('names.shared')} <Some of={shared} first={4} render={(n) => <Said text={n.name} />} />
                </p>
            )}
        </Section>
    );
}

function TechniqueItem({ x }: { x: Technique }) {
    return (
        <>
            <AskFor text={x.id}>{visible(x.id)}</AskFor> <Said text={x.name} />
        </>
    );
}

function Procedures({ of }: { of: readonly Technique[] }) {
    const said = of.filter((x) => x.procedure?.text);
    if (!said.length) return null;
    return (
        <Details summary={t('how.procedures', { n: said.length })}>
            {() => (
                <dl class="procedures">
                    {said.map((x) => (
                        <div key={x.id}>
                            <dt>
                                <TechniqueItem x={x} />
                            </dt>
                            <dd>
                                <Prose text={x.procedure?.text ?? ''} />
                                <span class="muted">
                                    <Said text={x.procedure?.source ?? ''} />
                                </span>
                            </dd>
                        </div>
                    ))}
                </dl>
            )}
        </Details>
    );
}

export function How({ a }: { a: Answer }) {
    const list = a.techniques ?? [];
    if (!list.length) return null;
    const total = a.counts?.techniques ?? list.length + (a.more?.techniques ?? 0);
    return (
        <Section label={t('label.how')}>
            <p>{t('how.counts', { n: total, m: a.counts?.software ?? a.software?.length ?? 0 })}</p>
            <table class="pairs">
                <tbody>
                    {GROUPS.map((g) => {
                        const of = list.filter((x) => (x.group ?? 'other') === g);
                        return (
                            of.length > 0 && (
                                <tr key={g}>
                                    <th scope="row">{word('group', g)}</th>
                                    <td class="run">
                                        <Some
                                            of={of}
                                            first={TECHNIQUES_FIRST}
                                            render={(x) => <TechniqueItem x={x} />}
                                        />
                                    </td>
                                </tr>
                            )
                        );
                    })}
                </tbody>
            </table>
            <Procedures of={list} />
            {a.more?.techniques ? <p class="muted">{t('more.left-out', { n: a.more.techniques })}</p> : null}
        </Section>
    );
}

function Active({ a, e }: { a: Answer; e: Entity }) {
    const last = a.campaigns?.[0];
    const parts = [
        e.since_year ? t('active.since', { year: String(e.since_year) }) : '',
        e.first_seen && e.last_seen ? span(day(e.first_seen), day(e.last_seen)) : '',
    ].filter(Boolean);
    if (!parts.length && !last?.last_seen) return null;
    return (
        <Section label={t('label.active')}>
            <p>
                {parts.join(t('join.sentence'))}
                {parts.length && last?.last_seen ? t('join.sentence') : ''}
                {last?.last_seen ? (
                    <>
                        {t('active.latest')} <RelationItem r={last} />
                    </>
                ) : null}
            </p>
        </Section>
    );
}

function Facts({ label, of }: { label: string; of: readonly string[] | undefined }) {
    if (!of?.length) return null;
    return (
        <Section label={label}>
            <p class="run">
                <Some of={of} first={20} render={(x) => <Said text={x} />} />
            </p>
        </Section>
    );
}

function Held({ a }: { a: Answer }) {
    const o = a.observables;
    if (!o?.count) return null;
    return (
        <Section label={t('label.indicators')}>
            <p>{t(o.at_least ? 'held.over' : 'held', { n: o.count })}</p>
            <ul>
                {o.sample.slice(0, 20).map((s, i) => (
                    <li key={i}>
                        <Value kind={s.kind} value={s.value} />{' '}
                        <span class="muted">{word('kind', s.kind)}</span>
                    </li>
                ))}
            </ul>
        </Section>
    );
}

export function matched(a: Answer): string {
    const e = a.entity;
    const asked = a.question.input;
    if (!e?.matched_name || asked.toLowerCase() === e.name.toLowerCase() || asked === e.external_id)
        return '';
    const sources = [...new Set((e.matched_by ?? []).map((m) => m.source))];
    return sources.length ? t('named.matched', { asked, sources: sources.join(t('join.comma')) }) : '';
}

export function NamedHead({ a }: { a: Answer }) {
    const alias = matched(a);
    return alias ? (
        <p class="line">
            <bdi>{alias}</bdi>
        </p>
    ) : null;
}

export function Named({ a }: { a: Answer }) {
    const e = a.entity as Entity;
    return (
        <>
            {e.description && (
                <Section label={t('label.what')}>
                    <Prose text={e.description.text} />
                    <span class="muted">
                        <Said text={e.description.source} />
                    </span>
                </Section>
            )}
            <Sayings label={t('label.origin')} of={e.origins} askable />
            <Names a={a} e={e} />
            <Active a={a} e={e} />
            <Sayings label={t('label.motives')} of={e.motives} />
            <Sayings label={t('label.targets')} of={e.targets} askable />
            <Facts label={t('label.tactics')} of={e.tactics} />
            {e.parent && (
                <Section label={t('label.parent')}>
                    <p>
                        <AskFor text={e.parent.external_id || e.parent.id}>{visible(e.parent.name)}</AskFor>
                    </p>
                </Section>
            )}
            <Facts label={t('label.platforms')} of={e.platforms} />
            <How a={a} />
        </>
    );
}

/* What is looked at after what to do. */
export function NamedMore({ a }: { a: Answer }) {
    return (
        <>
            <Relations label={t('label.parts')} of={a.subtechniques} leftOut={a.more?.subtechniques} />
            <Relations label={t('label.software')} of={a.software} leftOut={a.more?.software} />
            <Relations label={t('label.used-by')} of={a.actors} leftOut={a.more?.actors} />
            <Relations label={t('label.campaigns')} of={a.campaigns} leftOut={a.more?.campaigns} />
            <Relations label={t('label.exploits')} of={a.exploits} leftOut={a.more?.exploits} />
            <Relations
                label={t('label.vulnerabilities')}
                of={a.vulnerabilities}
                leftOut={a.more?.vulnerabilities}
            />
            <Relations label={t('label.detect')} of={a.detections} leftOut={a.more?.detections} />
            <Relations label={t('label.mitigate')} of={a.mitigations} leftOut={a.more?.mitigations} />
            <Relations label={t('label.related')} of={a.relations} leftOut={a.more?.relations} />
            <Held a={a} />
        </>
    );
}

export function SeveralHead({ a }: { a: Answer }) {
    return (
        <p class="line">
            <Word name={a.entities?.length ? 'ambiguous' : 'unknown'} /> <Said text={both(a.summary)} />
        </p>
    );
}

export function Several({ a }: { a: Answer }) {
    return (
        <>
            {(a.entities?.length ?? 0) > 0 && (
                <Section label={t('label.candidates')}>
                    <ul>
                        {a.entities?.map((e) => (
                            <li key={e.id}>
                                <AskFor text={e.id}>{visible(e.name)}</AskFor>{' '}
                                <span class="muted">
                                    {word('kind', e.kind)} ({t('several.called-so')}{' '}
                                    <Said
                                        text={[...new Set((e.called_so_by ?? []).map((c) => c.source))].join(
                                            t('join.comma'),
                                        )}
                                    />
                                    )
                                </span>
                                <p class="run muted">
                                    <Some
                                        of={[...new Set((e.names ?? []).map((n) => n.name))].filter(
                                            (n) => n !== e.name,
                                        )}
                                        first={10}
                                        render={(n) => <Said text={n} />}
                                    />
                                </p>
                            </li>
                        ))}
                    </ul>
                </Section>
            )}
            {(a.notes?.length ?? 0) > 0 && (
                <Section label={t('label.same')}>
                    <ul>
                        {a.notes?.map((n, i) => (
                            <li key={i}>
                                <Said text={both(n.text)} />
                            </li>
                        ))}
                    </ul>
                </Section>
            )}
        </>
    );
}
