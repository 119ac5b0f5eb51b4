/* answer.ts - the answer as it comes (docs/answers.md), and what is read out of it for the page. A
 * field may be missing: the short form has few, and a newer server may have others. */
import type { Both } from './i18n.ts';

export interface Problem {
    code: string;
    message: string;
    at?: number | null;
    where?: string | null;
}
export interface Evidence {
    claim: string;
    source: string;
    origin?: string;
    statement: Both;
    points?: number;
    confidence?: number | null;
    tlp?: string;
    first_seen?: string | null;
    last_seen?: string | null;
    valid_until?: string | null;
    document?: string | null;
    at?: string | null;
    rule?: string;
    via?: string;
    about?: string | null; /* the other value */
    counts_as?: number | null;
    state?: string;
}
export interface Fact {
    port?: number;
    protocol?: string;
    product?: string;
    version?: string;
    watermark?: string;
    note?: string;
    path?: string;
    key?: string;
}
export interface Asked {
    source: string;
    said: string;
    why?: Both | null;
    held?: number | null;
    newest?: string | null;
    fresh_as_of?: string | null;
    list?: boolean;
    set?: string | null;
}
export interface Name {
    name: string;
    source: string;
    kind: string;
    shared?: boolean | string;
}
export interface Tied {
    id: string;
    kind: string;
    name: string;
    names?: Name[];
    relation?: string;
    confidence?: number | null;
    basis?: string | null;
    for?: string[];
    against?: string[];
    called_so_by?: { source: string; name: string; kind: string }[];
}
export interface Technique {
    id: string;
    name: string;
    tactics?: string[];
    group?: string;
    basis?: string;
    procedure?: { text: string; source?: string } | null;
    mapping?: string[] | null;
    sources?: string[];
}
export interface Action {
    order: number;
    if?: Both | null;
    do: Both;
    run?: string[];
    until?: string | null;
    impact?: Both | null;
    because?: { kind: string; id: string };
}
export interface Relation {
    id: string;
    kind: string;
    name: string;
    external_id?: string | null;
    relation?: string;
    direction?: string;
    techniques?: number | null;
    first_seen?: string | null;
    last_seen?: string | null;
    text?: string | null;
    basis?: string | null;
    mapping?: string[] | null;
    sources?: string[];
}
export interface Saying {
    id: string;
    kind: string;
    name: string;
    sources?: string[];
    confidence?: number | null;
    basis?: string | null;
}
export interface Entity {
    id: string;
    kind: string;
    name: string;
    external_id?: string | null;
    names?: Name[];
    matched_name?: string | null;
    matched_by?: { source: string; kind: string }[];
    members?: { id: string; revoked?: boolean }[];
    description?: { text: string; source: string } | null;
    origins?: Saying[];
    targets?: Saying[];
    motives?: Saying[];
    first_seen?: string | null;
    last_seen?: string | null;
    since_year?: number | null;
    tactics?: string[];
    platforms?: string[];
    parent?: { id: string; name: string; external_id?: string | null } | null;
}
export interface Range {
    range: string;
    from?: string | null;
    to?: string | null;
    commits?: boolean;
}
export interface Affected {
    name: string;
    vendor?: string | null;
    product?: string | null;
    affected: boolean;
    versions?: Range[];
    versions_left_out?: number;
    fixed?: string[];
    unaffected?: string[];
    by?: string | null;
    source?: string;
}
export interface Scores {
    cvss?: {
        version: string;
        score: string;
        severity?: string;
        vector: string;
        overall?: string | null;
        by: string;
        source: string;
    }[];
    epss?: {
        score: string | number;
        percentile?: string | number | null;
        day?: string | null;
        source?: string;
    } | null;
    kev?: {
        date_added?: string;
        due_date?: string;
        ransomware?: string;
        required_action?: string | null;
        vendor?: string;
        product?: string;
        cwes?: string[];
        source?: string;
        at?: string;
    } | null;
    ssvc?: {
        exploitation: string;
        automatable: string;
        technical_impact: string;
        by: string;
        at?: string;
        decision?: Record<string, string>;
    } | null;
    priority?: {
        if_affected?: string;
        points?: number;
        text?: Both;
        because?: Both;
        terms?: { what: string; points: number }[];
    } | null;
}
export interface Here {
    said: string;
    count: number;
    first?: string | null;
    last?: string | null;
    coverage: { from?: string | null; to?: string | null; sources: number };
}
export interface Answer {
    schema: string;
    id: string;
    as_of?: string;
    handling?: { tlp: string; pap: string | null };
    question: {
        input: string;
        kind: string;
        value: string;
        also?: string[];
        steps?: string[];
        seen_at?: string | null;
    };
    verdict?: string;
    state?: string;
    valid?: { from: string | null; to: string | null };
    age_days?: number | null;
    score?: number;
    confidence?: string;
    rule?: string;
    parts?: { rule: string; points: number }[];
    independent?: number;
    summary?: Both;
    role?: string[];
    facts?: Fact[];
    why?: Evidence[];
    against?: Evidence[];
    asked?: Asked[];
    entities?: Tied[];
    entity?: Entity | null;
    notes?: { text: Both }[];
    attribution?: { said: string; candidates: Tied[]; because: { text: Both }[] };
    techniques?: Technique[];
    context?: Record<string, unknown>;
    seen_here?: Here;
    first_seen?: string | null;
    last_seen?: string | null;
    expires?: string | null;
    detections?: Relation[];
    actions?: Action[];
    priority?: string | null;
    priority_if?: { when: Both; priority: string }[];
    pivots?: { kind: string; value: string; relation: string; shared_by?: number; at_least?: boolean }[];
    desk?: { open: unknown[] };
    unknown?: { what: Both; would_change?: string; run?: string }[];
    more?: Record<string, number>;
    counts?: Record<string, number>;
    software?: Relation[];
    campaigns?: Relation[];
    actors?: Relation[];
    subtechniques?: Relation[];
    exploits?: Relation[];
    vulnerabilities?: Relation[];
    relations?: Relation[];
    mitigations?: Relation[];
    observables?: { count: number; at_least: boolean; sample: { kind: string; value: string }[] };
    scores?: Scores;
    record?: {
        state?: string;
        rejected_why?: string | null;
        assigner?: string;
        public?: string | null;
        cwes?: string[];
    } | null;
    exposed_before_disclosure?: boolean;
    indicators?: { source: string; count: number }[];
    affected?: Affected[];
    exploited_by?: Relation[];
    changes?: Record<string, unknown>[];
}

/* One line of a reply: an answer, or why there is none. */
export interface Line {
    raw: string;
    answer?: Answer;
    error?: Problem;
}

export function readLine(raw: string): Line {
    try {
        const o = JSON.parse(raw) as { error?: Problem; question?: unknown } & Answer;
        if (o.error) return { raw, error: o.error };
        if (o.question) return { raw, answer: o };
    } catch {
        /* told below */
    }
    return {
        raw,
        error: {
            code: 'internal',
            message: 'the server sent a line that is no answer',
            where: raw.slice(0, 80),
        },
    };
}

/* The word that stands first: a verdict; of a vulnerability whether it is exploited, which the short
 * form does not say; of a name whether it is one thing (of several the short form has the first). */
export function headWord(a: Answer): string {
    if (a.verdict) return a.verdict;
    if (a.record?.state === 'rejected') return 'rejected';
    if (a.scores) {
        const active = a.scores.kev || a.scores.ssvc?.exploitation === 'active';
        return active ? 'exploited' : a.record || a.entity?.names?.length ? 'known' : 'unknown';
    }
    if (a.question.kind === 'name')
        return a.entity || (a.entities?.length ?? 0) > 1 ? 'ambiguous' : 'unknown';
    if (a.entity) return a.entity.kind === 'vulnerability' ? 'known' : 'named';
    return (a.entities?.length ?? 0) > 1 ? 'ambiguous' : 'unknown';
}

const WORST = [
    'malicious',
    'exploited',
    'conflicting',
    'suspicious',
    'named',
    'known',
    'ambiguous',
    'unknown',
    'rejected',
    'benign',
];

/* Order of triage: by verdict, fresher first, then by priority and score. Smaller is worse. */
export function urgency(l: Line): number {
    const a = l.answer;
    if (!a) return WORST.length * 1000;
    const state = ['current', 'stale', 'expired', 'withdrawn'].indexOf(a.state ?? 'current');
    return WORST.indexOf(headWord(a)) * 1000 + Math.max(state, 0) * 200 + (100 - (a.score ?? 0));
}

/* Names of a thing, gathered by the sources that use them, those of most sources first. */
export function namesBySources(names: readonly Name[]): { sources: string[]; names: string[] }[] {
    const users = new Map<string, { name: string; sources: Set<string> }>();
    for (const n of names) {
        const at = users.get(n.name.toLowerCase()) ?? { name: n.name, sources: new Set<string>() };
        at.sources.add(n.source);
        users.set(n.name.toLowerCase(), at);
    }
    const groups = new Map<string, { sources: string[]; names: string[] }>();
    for (const { name, sources } of users.values()) {
        const list = [...sources].sort();
        const key = JSON.stringify(list);
        const g = groups.get(key) ?? { sources: list, names: [] };
        g.names.push(name);
        groups.set(key, g);
    }
    return [...groups.values()].sort(
        (x, y) => y.sources.length - x.sources.length || y.names.length - x.names.length,
    );
}
