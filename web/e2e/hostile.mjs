/* hostile.mjs - node hostile.mjs DIST POLICY ANSWERS: answers whose every text is hostile, drawn by the
 * page as it is built into the program, under the policy that the program sends. Nothing may happen: no dialog, no
 * request, no report, no element that a text brought along; and what is invisible is shown.
 * DIST is where tools/embed-web left the files, ANSWERS a file of real answers, one a line. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { browser, Tap, watched } from './kit.mjs';

const [dist, policy, answersFile] = process.argv.slice(2);
const ORIGIN = 'http://noroshi.test';
const files = JSON.parse(readFileSync(join(dist, 'manifest.json'), 'utf8')).files;
const answers = readFileSync(answersFile, 'utf8')
    .trim()
    .split('\n')
    .map((l) => JSON.parse(l));
const corpus = readFileSync(new URL('./hostile.txt', import.meta.url), 'utf8')
    .split('\n')
    .filter((l) => l && !l.startsWith('# '))
    .map((l) => JSON.parse(`"${l}"`));
corpus.push('A'.repeat(8192), 'あ'.repeat(3000), '<script>alert(1)</script>'.repeat(200));

/* Words that choose which view draws an answer stay in one round, and are hostile in the other. */
const STEERING = new Set([
    'kind',
    'verdict',
    'state',
    'schema',
    'said',
    'group',
    'range',
    'basis',
    'priority',
    'tlp',
    'via',
    'relation',
]);

/* `next` gives the text for the next field: always the same, or one after the other. */
function poisoned(x, next, all, key = '') {
    if (Array.isArray(x)) return x.map((v) => poisoned(v, next, all, key));
    if (x && typeof x === 'object')
        return Object.fromEntries(Object.entries(x).map(([k, v]) => [k, poisoned(v, next, all, k)]));
    return typeof x === 'string' && (all || !STEERING.has(key)) ? next() : x;
}

const always = (text) => () => text;
const inTurn = (at) => () => corpus[at++ % corpus.length];

/* Which texts go into which fields: in each round every field has another one; with NOROSHI_TEST_LONG
 * every field has every one. */
const rounds = process.env.NOROSHI_TEST_LONG
    ? corpus.map((text) => [text.slice(0, 40), () => always(text), text.includes('\u202e')])
    : [0, 5, 11, 17].map((at) => ['in turn from ' + at, () => inTurn(at), false]);

const tap = new Tap();
const b = await browser();
let reply = '';

async function route(r) {
    const url = new URL(r.request().url());
    const file = files.find((f) => f.path === url.pathname);
    if (url.origin !== ORIGIN) return r.abort();
    if (file)
        return r.fulfill({
            body: readFileSync(join(dist, file.digest)),
            headers: { 'Content-Type': file.type, 'Content-Security-Policy': policy },
        });
    if (url.pathname === '/api/v1/session')
        return r.fulfill({
            json: {
                user: { login: 'x', name: '<b>x</b>', role: 'admin', clearance: 'red', organisation: null },
                csrf: 'c',
            },
        });
    if (url.pathname === '/api/v1/ask')
        return r.fulfill({ body: reply, headers: { 'Content-Type': 'application/x-ndjson' } });
    return r.fulfill({ status: 404, body: '' });
}

const UNSEEN = '[\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2064\\u2066-\\u2069\\ufeff\\u{e0000}-\\u{e007f}]';

/* What a text must not have brought into the page. */
function look(unseen) {
    const app = document.querySelector('#app');
    const found = [
        ...app.querySelectorAll(
            'script, style, iframe, img, object, embed, a[href], [style], [onerror], [onload], [onclick], base, meta, link',
        ),
    ].map((e) => e.outerHTML.slice(0, 120));
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const bare = [];
    for (let n = walker.nextNode(); n; n = walker.nextNode())
        if (new RegExp(unseen, 'u').test(n.data) && !n.parentElement.closest('textarea'))
            bare.push(n.data.slice(0, 60));
    for (const e of app.querySelectorAll('[title], [aria-label]'))
        for (const name of ['title', 'aria-label'])
            if (new RegExp(unseen, 'u').test(e.getAttribute(name) ?? ''))
                bare.push(name + '=' + e.getAttribute(name).slice(0, 60));
    return {
        found,
        bare,
        reports: globalThis.reports,
        wide:
            document.documentElement.scrollWidth > innerWidth + 1
                ? [...app.querySelectorAll('*')]
                      .filter(
                          (e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll'),
                      )
                      .map((e) => e.outerHTML.slice(0, 90))
                      .slice(0, 5)
                : false,
        title: document.title,
        text: app.innerText,
    };
}

async function draw(page, lines) {
    reply = lines.map((a) => JSON.stringify(a) + '\n').join('');
    await page.evaluate(
        (n) => {
            location.hash = '#q=' + n + (n.endsWith('m') ? '%0Ax' : '');
        },
        `v${Math.random()}${lines.length > 1 ? 'm' : ''}`,
    );
    await page.waitForFunction(
        () =>
            document.querySelector('.answer, tr.row, .refusal') &&
            !document.querySelector('[role=status].progress button'),
    );
    await page.evaluate(() => {
        for (const d of document.querySelectorAll('details')) d.open = true;
    });
    await page.waitForTimeout(20);
    return page.evaluate(look, UNSEEN);
}

for (const [lang, width, all] of [
    ['en-US', 1280, false],
    ['ja-JP', 390, false],
    ['en-US', 390, true],
]) {
    const context = await b.newContext({ locale: lang, viewport: { width, height: 800 } });
    const { page, seen } = await watched(context, ORIGIN);
    await page.route('**/*', route);
    await page.goto(ORIGIN + '/');
    await page.waitForSelector('#ask');
    const name = `${lang}, ${width} px${all ? ', every word' : ''}: `;
    for (const answer of answers) {
        const bad = [];
        let shown = 0;
        for (const [what, next, sure] of width === 390 ? rounds.filter((_, i) => i % 2) : rounds) {
            const got = await draw(page, [poisoned(answer, next(), all)]);
            const seen = got.text.includes('⟦U+202E⟧');
            shown += seen;
            if (got.found.length || got.bare.length || got.reports.length || got.wide || (sure && !seen))
                bad.push({ what, ...got, text: '' });
        }
        tap.check(!bad.length && shown > 0, name + answer.question.input + ' with every text hostile', {
            shown,
            bad,
        });
    }
    const row = await draw(
        page,
        corpus.map((text) => poisoned(answers[0], always(text), all)),
    );
    tap.check(
        !row.found.length && !row.bare.length && !row.wide && row.text.includes('⟦U+202E⟧'),
        name + 'a list of them',
        { ...row, text: '' },
    );
    const errors = await draw(
        page,
        corpus.map((text) => ({ error: { code: text, message: text, where: text, at: 1 } })),
    );
    tap.check(!errors.found.length && !errors.bare.length && !errors.wide, name + 'errors', {
        ...errors,
        text: '',
    });
    for (const kind of ['.askfor', '.value', '.command']) {
        await draw(page, [poisoned(answers[0], always('javascript:alert(1)'), all)]);
        const button = page.locator(kind).first();
        if (await button.count()) await button.click();
        await page.waitForTimeout(50);
    }
    tap.equal(await page.evaluate(() => location.origin), ORIGIN, name + 'a click on a value leads nowhere');
    tap.equal(seen, [], name + 'no dialog, no request, no report, no error');
    await context.close();
}

/* That all this would be noticed. */
const context = await b.newContext();
const { page, seen } = await watched(context, ORIGIN);
await page.route('**/*', route);
await page.goto(ORIGIN + '/');
await page.waitForSelector('#ask');
const refused = await page.evaluate(() => {
    try {
        document.body.innerHTML = '<img src=x onerror=alert(1)>';
        return 'taken';
    } catch (e) {
        return e.name;
    }
});
tap.equal(refused, 'TypeError', 'the policy: no markup out of text');
await page.evaluate(() => {
    const img = document.createElement('img');
    img.src = 'http://elsewhere.test/x.png';
    document.querySelector('#app').append(img);
});
await page.waitForFunction(() => globalThis.reports.length > 0);
const noticed = await page.evaluate(look, UNSEEN);
tap.check(
    noticed.found.length === 1 &&
        noticed.reports.some((r) => r.startsWith('img-src')) &&
        seen.some((s) => s.startsWith('policy')),
    'the policy: an image from elsewhere is refused, and noticed',
    { noticed, seen },
);
await b.close();
tap.end();
