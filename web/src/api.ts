/* api.ts - the program's HTTP API, as far as this page needs it. Every failure becomes one
 * `Refusal` with a code that the catalogue has a sentence for. */
import { readLine, type Line } from './answer.ts';
import { readLines } from './ndjson.ts';
import { body, type Question } from './question.ts';

export interface User {
    login: string;
    name?: string | null;
    role: string;
    clearance: string;
    organisation?: string | null;
}
export interface Session {
    user: User;
    csrf: string;
}

export class Refusal extends Error {
    constructor(
        readonly code: string,
        readonly detail = '',
        readonly status = 0,
        readonly fields: {
            first_run?: boolean;
            oidc?: boolean;
            totp?: boolean;
            retry_after_s?: number;
        } = {},
    ) {
        super(code);
    }
}

let csrf = '';

const BY_STATUS: Record<number, string> = {
    400: 'input',
    401: 'forbidden',
    403: 'forbidden',
    404: 'not-found',
    413: 'limit',
    429: 'busy',
    503: 'busy',
};

async function refusal(r: Response): Promise<Refusal> {
    let p: {
        code?: string;
        detail?: string;
        title?: string;
        first_run?: boolean;
        oidc?: boolean;
        totp?: boolean;
    } = {};
    try {
        p = await r.json();
    } catch {
        /* not ours: a proxy's page */
    }
    const code = p.code ?? BY_STATUS[r.status] ?? 'internal';
    const wait = Number(r.headers.get('Retry-After') ?? NaN);
    return new Refusal(code, p.detail ?? p.title ?? '', r.status, {
        first_run: p.first_run === true,
        oidc: p.oidc === true,
        totp: p.totp === true,
        ...(Number.isFinite(wait) ? { retry_after_s: wait } : {}),
    });
}

async function call(method: string, path: string, json?: string, signal?: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = {
        Accept: 'application/json, application/x-ndjson, application/problem+json',
    };
    if (json !== undefined) headers['Content-Type'] = 'application/json';
    if (method !== 'GET' && csrf) headers['X-CSRF-Token'] = csrf;
    let r: Response;
    try {
        r = await fetch('/api/v1' + path, {
            method,
            headers,
            credentials: 'same-origin',
            cache: 'no-store',
            redirect: 'error',
            ...(json === undefined ? {} : { body: json }),
            ...(signal ? { signal } : {}),
        });
    } catch {
        throw new Refusal(signal?.aborted ? 'aborted' : 'unreachable');
    }
    if (!r.ok) throw await refusal(r);
    return r;
}

async function session(r: Response): Promise<Session> {
    const s = (await r.json()) as Session;
    csrf = s.csrf;
    return s;
}

export async function whoAmI(): Promise<Session> {
    return session(await call('GET', '/session'));
}

export async function logIn(login: string, password: string, code: string): Promise<Session> {
    return session(
        await call('POST', '/session', JSON.stringify({ login, password, ...(code ? { code } : {}) })),
    );
}

export async function firstRun(token: string, login: string, password: string): Promise<Session> {
    return session(await call('POST', '/first-run', JSON.stringify({ token, login, password })));
}

export async function logOut(): Promise<void> {
    await call('DELETE', '/session');
    csrf = '';
}

/* Answers come one by one, in the order of the questions. */
export async function ask(
    q: Question,
    form: 'short' | 'full' | 'all',
    each: (l: Line) => void,
    signal: AbortSignal,
): Promise<void> {
    const r = await call('POST', '/ask?form=' + form, body(q), signal);
    if (!r.body) throw new Refusal('unreachable');
    try {
        await readLines(r.body, (line) => each(readLine(line)));
    } catch (e) {
        if (e instanceof Refusal) throw e;
        throw new Refusal(signal.aborted ? 'aborted' : 'cut');
    }
}
