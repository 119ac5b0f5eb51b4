/* page.mjs - node page.mjs BASE TOKEN POLICY TEXT: the page as a person uses it, against a running
 * `noroshi serve` with the starter pack and no account yet. TEXT is messy text with values in it. */
import { createHmac } from 'node:crypto';
import { browser, Tap, violations, watched } from './kit.mjs';

const [base, token, policy, messy] = process.argv.slice(2);
const PASSWORD = 'five ravens over Nara';
const tap = new Tap();
const b = await browser();
const context = await b.newContext({
    locale: 'en-US',
    timezoneId: 'UTC',
    viewport: { width: 1280, height: 900 },
});
await context.grantPermissions(['clipboard-read', 'clipboard-write']);
const { page, seen } = await watched(context, base);

const asked = [];
page.on('request', (r) => {
    if (r.url().includes('/api/v1/ask')) asked.push(r.postData());
});
const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
const text = (selector) => page.locator(selector).first().innerText();
const section = (label) =>
    page.locator('.section', { has: page.getByRole('heading', { name: label, exact: true }) }).first();

/* As a person does it with many lines: by the clipboard. */
async function paste(what) {
    await page.evaluate((w) => navigator.clipboard.writeText(w), what);
    await page.focus('#ask');
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Control+V');
    await page.waitForFunction((n) => document.querySelector('#ask').value.length === n, what.length);
}

async function ask(what) {
    await paste(what);
    await page.getByRole('button', { name: /^(Ask|照会)$/ }).click();
    await page.waitForFunction(
        () =>
            !document.querySelector('[role=status].progress button') &&
            document.querySelector('.answer, .answers, .refusal, .many p:not(.progress)'),
    );
}

async function accessible(name) {
    for (const scheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme: scheme });
        tap.equal(await violations(page), [], `WCAG AA: ${name}, ${scheme}`);
    }
    await page.emulateMedia({ colorScheme: 'light' });
}

/* --- the first visit ---------------------------------------------------------------------------- */

const first = await page.goto(base + '/?q=8.8.8.8');
const headers = await first.allHeaders();
tap.equal(headers['content-security-policy'], policy, 'the page comes with its policy');
tap.equal(
    [
        headers['x-content-type-options'],
        headers['referrer-policy'],
        headers['cross-origin-opener-policy'],
        headers['cache-control'],
        headers['content-encoding'],
    ],
    ['nosniff', 'no-referrer', 'same-origin', 'no-cache', 'br'],
    'and with the other headers',
);
await page.waitForSelector('input[name=token]');
await accessible('first account');
await page.fill('input[name=token]', 'wrong');
await page.fill('input[name=login]', 'hana');
await page.fill('input[name=password]', PASSWORD);
await page.fill('input[name=again]', PASSWORD + 'x');
await page.click('button[type=submit]');
tap.check((await text('.refusal')).includes('differ'), 'two passwords that differ are refused');
await page.fill('input[name=again]', PASSWORD);
await page.click('button[type=submit]');
await page.waitForFunction(
    () =>
        document.querySelector('.refusal') &&
        !document.querySelector('.refusal').innerText.includes('differ'),
);
tap.check(await page.locator('input[name=token]').isVisible(), 'a wrong token lets nobody in');
await page.fill('input[name=token]', token);
await page.click('button[type=submit]');
await page.waitForSelector('.answer');
tap.check(
    (await text('.answer h1')).includes('8[.]8[.]8[.]8'),
    'the question of the link is answered after the log-in',
);
tap.equal(
    await page.evaluate(() => location.search + location.hash),
    '#q=8.8.8.8',
    'it stands behind the "#" from then on',
);
tap.check((await text('.verdict')).includes('BENIGN'), '8.8.8.8 is benign');
tap.check((await text('.top .who')).includes('hana'), 'who is logged in is said');
tap.check((await text('.who .tlp')).startsWith('TLP:'), 'and what he sees');

/* --- an address --------------------------------------------------------------------------------- */

await page.locator('body').click({ position: { x: 5, y: 500 } });
await page.keyboard.press('/');
tap.equal(await page.evaluate(() => document.activeElement.id), 'ask', '"/" leads to the box');
await page.keyboard.type('195[.]2[.]93[.]160');
await page.keyboard.press('Enter');
await page.waitForFunction(() => document.querySelector('h1')?.innerText === '195[.]2[.]93[.]160');
const verdict = await text('.verdict');
tap.check(
    /MALICIOUS\s+Cobalt Strike command-and-control server, 2020-04-04 to 2020-09-06/.test(verdict),
    'what it is',
    verdict,
);
tap.check(
    /STALE\s+nothing newer for [\d,]+ days; below the decay threshold since 2020-10-23/.test(verdict),
    'whether it holds',
    verdict,
);
tap.check(
    /PRIORITY\s+P1\s+if your contact is inside those dates.*P3\s+otherwise/s.test(verdict),
    'on what its priority depends',
    verdict,
);
tap.equal(await section('WHY').locator('tbody tr').count(), 3, 'three rows of evidence');
tap.check(
    (await section('WHY').innerText()).includes('cobaltstrike_sodinokibi.csv:16'),
    'each with its place',
);
tap.check((await section('WHY').innerText()).includes('1 independent source'), 'counted once');
tap.check((await section('DO').locator('li').count()) >= 3, 'what to do');
tap.check((await section('DO').innerText()).includes('noroshi hunt 195.2.93.160'), 'with the command');
tap.check(
    (await section('UNKNOWN').innerText()).includes('noroshi request new'),
    'what is not known, and whom to ask',
);
tap.check((await section('TIED TO').innerText()).includes('Cobalt Strike'), 'what it is tied to');
tap.check((await section('SEEN').innerText()).includes('cannot say'), 'seen here');
tap.equal(await text('.answer .tlp'), 'TLP:CLEAR', 'its marking');
tap.equal(await page.title(), '195.2.93.160 – Noroshi', 'the title');
tap.equal(await page.locator('a[href]').count(), 0, 'nothing is a link');
await page.keyboard.press('Escape');
await page.keyboard.press('y');
await page.waitForSelector('.notice span');
tap.equal(await clipboard(), '195.2.93.160', '"y" copies the value');
await page.keyboard.press('Y');
await page.waitForFunction(() => document.querySelector('.notice')?.innerText.includes('defanged'));
tap.equal(await clipboard(), '195[.]2[.]93[.]160', '"Y" copies it defanged');
await page.getByRole('button', { name: 'Copy as curl' }).click();
await page.waitForTimeout(100);
tap.check(
    (await clipboard()).includes(
        `--data-binary '{"values":["195[.]2[.]93[.]160"]}' '${base}/api/v1/ask?form=full'`,
    ),
    'the same for curl',
    await clipboard(),
);
const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download NDJSON' }).click(),
]);
const stream = await saved.createReadStream();
let ndjson = '';
for await (const piece of stream) ndjson += piece;
tap.equal(JSON.parse(ndjson).verdict, 'malicious', 'the answer as a file');
await page.keyboard.press('d');
tap.equal(await text('h1'), '195.2.93.160', '"d" shows values as they are');
await page.keyboard.press('d');
await accessible('an address');
await section('ASKED').locator('summary').click();
await section('ASKED').locator('tbody tr').first().waitFor();
tap.check((await section('ASKED').locator('tbody tr').count()) >= 4, 'who was asked');
await section('SCORE').locator('summary').click();
await page.keyboard.press('?');
await page.waitForSelector('dialog[open]');
await accessible('the keys');
await page.keyboard.press('Escape');
await page.waitForSelector('dialog[open]', { state: 'detached' });

/* --- in Japanese -------------------------------------------------------------------------------- */

await page.selectOption('select[name=lang]', 'ja');
tap.equal(await page.evaluate(() => document.documentElement.lang), 'ja', 'lang is set');
tap.check(
    /悪性\s+Cobalt Strike の C2 サーバー/.test(await text('.verdict')),
    'the same in Japanese',
    await text('.verdict'),
);
for (const label of ['根拠', '反証', '攻撃者', '自組織', '対処', '未確認', '関連対象', '照会先'])
    tap.check((await section(label).count()) === 1, 'it has ' + label);
await page.reload();
await page.waitForSelector('.answer');
tap.equal(
    await page.evaluate(() => document.documentElement.lang),
    'ja',
    'a reload keeps language, session and question',
);
await accessible('an address, in Japanese');
await page.selectOption('select[name=theme]', 'dark');
tap.equal(
    await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme),
    'dark',
    'the theme that was chosen',
);
const scheme = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
await page.emulateMedia({ colorScheme: 'dark' });
await page.selectOption('select[name=theme]', 'light');
tap.equal(await scheme(), 'light', 'light was chosen, whatever the system has');
await page.selectOption('select[name=theme]', 'auto');
tap.equal(await scheme(), 'dark', 'nothing was chosen: as the system has it');
await page.emulateMedia({ colorScheme: 'light' });
await page.waitForFunction(() => document.documentElement.dataset.theme === 'light');
tap.equal(await scheme(), 'light', 'and as it changes');
await page.selectOption('select[name=lang]', 'en');

/* --- things with a name, vulnerabilities, nothing -------------------------------------------------- */

const shapes = [
    [
        'Strontium',
        {
            title: 'APT28',
            verdict: /"Strontium" matched another of its names/,
            sections: [
                'ORIGIN',
                'NAMES',
                'ACTIVE',
                'HOW',
                'DO',
                'UNKNOWN',
                'SOFTWARE',
                'CAMPAIGNS',
                'MITIGATE',
            ],
        },
    ],
    [
        'T1059.001',
        { title: 'PowerShell', sections: ['TACTICS', 'PART OF', 'PLATFORMS', 'DO', 'USED BY', 'SOFTWARE'] },
    ],
    ['Nobelium', { title: 'Nobelium', sections: ['MEANS', 'EQUATED', 'DO', 'UNKNOWN'] }],
    [
        'CVE-2021-44228',
        {
            title: 'CVE-2021-44228',
            verdict: /EXPLOITED.*P1/s,
            sections: ['SCORES', 'KEV', 'AFFECTED', 'WHO', 'DO', 'UNKNOWN', 'CWE'],
        },
    ],
    [
        '198.51.100.7',
        { title: '198[.]51[.]100[.]7', verdict: /UNKNOWN/, sections: ['ASKED', 'DO', 'UNKNOWN'] },
    ],
    ['no such name', { title: 'no such name', sections: ['UNKNOWN'] }],
];
for (const [question, want] of shapes) {
    await ask(question);
    await page.waitForFunction((t) => document.querySelector('h1')?.innerText === t, want.title);
    tap.check(
        !want.verdict || want.verdict.test(await text('.verdict')),
        question + ' is answered',
        await text('.verdict'),
    );
    const missing = [];
    for (const label of want.sections) if ((await section(label).count()) === 0) missing.push(label);
    tap.equal(missing, [], question + ' has all of its parts');
    await accessible(question);
}
await page.getByRole('button', { name: 'Cobalt Strike' }).count();
await ask('Strontium');
/* The answer may be drawn again in the moment of the click. */
for (let tries = 0; tries < 5; tries++) {
    const button = page.getByRole('button', { name: /Show lists in full/ });
    if (await button.count()) await button.click();
    const full = page.waitForFunction(
        () => document.querySelector('.answer') && !document.body.innerText.includes('were left out'),
        undefined,
        { timeout: tries < 4 ? 10000 : 30000 },
    );
    if (await full.then(() => true, () => false)) break;
}
tap.check(JSON.parse(asked.at(-1)).values[0] === 'Strontium', 'lists that were cut are shown in full');
await section('HOW').locator('.askfor').first().click();
await page.waitForFunction(() => document.querySelector('.answer h1')?.innerText !== 'APT28');
await page.goBack();
await page.waitForFunction(() => document.querySelector('h1')?.innerText === 'APT28');
tap.check(true, 'what stands in an answer can be asked, and back again');

/* --- what a hostile source brought into the store ------------------------------------------------- */

for (const question of ['203.0.113.77', 'malware--6e0c2c1e-3c5f-4c0f-9b63-5d1f0e6a7a02']) {
    await ask(question);
    await page.waitForFunction(() =>
        document.querySelector('.answer')?.innerText.includes('<img src=x onerror=alert(1)>⟦U+202E⟧gnp.exe'),
    );
    const brought = await page.evaluate(() => ({
        elements: document.querySelectorAll('#app :is(img, script, iframe, style, a[href])').length,
        bare: document.querySelector('#app').innerText.includes('\u202e'),
    }));
    tap.equal(
        brought,
        { elements: 0, bare: false },
        'hostile texts of the store are texts: ' + question.slice(0, 12),
    );
}

/* --- many --------------------------------------------------------------------------------------- */

await ask(messy);
await page.waitForSelector('.answers tbody tr');
const found = await page.locator('.answers .open').allInnerTexts();
tap.check(
    found.includes('195[.]2[.]93[.]160') && found.includes('CVE-2017-0144') && found.length >= 4,
    'values are found in a text',
    found,
);
tap.check(JSON.parse(asked.at(-1)).text !== undefined, 'the server found them');
await accessible('a list');
const before = asked.length;
await page.keyboard.press('Escape');
await page.keyboard.press('j');
await page.keyboard.press('j');
tap.equal(await page.locator('tr.here .open').innerText(), found[1], '"j" goes on to the next row');
await page.keyboard.press('k');
await page.keyboard.press('Enter');
await page.waitForSelector('.answer');
tap.equal(await text('.answer h1'), found[0], 'Enter opens it');
await page.keyboard.press('j');
await page.waitForFunction((t) => document.querySelector('.answer h1')?.innerText === t, found[1]);
tap.check((await text('.crumbs')).includes(`2 of ${found.length}`), '"j" goes on to the next answer');
await page.goBack();
await page.keyboard.press('u');
await page.waitForSelector('.answers tbody tr');
tap.equal(asked.length, before + 2, 'the list is not asked again');
const chip = page.locator('.chips button', { hasText: 'MALICIOUS' });
await chip.click();
tap.check(
    (await page.locator('.answers .w-malicious').count()) ===
        (await page.locator('.answers tbody tr').count()),
    'only one verdict',
);
tap.equal(await chip.getAttribute('aria-pressed'), 'true', 'the filter says that it is on');

const LINES = 10000;
const values = Array.from({ length: LINES - 2 }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
await ask(['195.2.93.160', ...values, 'x'.repeat(8193)].join('\n'));
await page.waitForFunction(
    () => document.querySelector('.many .progress')?.innerText.startsWith('10,000 answers in'),
    null,
    { timeout: 120000 },
);
tap.check(true, '10,000 lines are 10,000 answers');
tap.equal(await page.evaluate(() => location.hash), '', 'they are not in the address bar');
tap.check((await text('.chips')).includes('MALICIOUS 1'), 'each line has its answer');
await page.locator('.chips button', { hasText: 'NOT ASKED' }).click();
tap.check(
    (await text('.answers tbody tr')).includes('over a limit'),
    'a value over a limit is said in its place',
    await text('.answers tbody tr'),
);
await page.locator('.chips button').first().click();
await page.getByLabel('worst first').check();
tap.equal(await page.locator('.answers .open').first().innerText(), '195[.]2[.]93[.]160', 'the worst first');
await page.getByLabel('worst first').uncheck();
const count = asked.length;
await paste([...values, 'a', 'b', 'c'].join('\n'));
await page.getByRole('button', { name: 'Ask', exact: true }).click();
tap.check(
    (await text('#ask-taken')).includes('More than 10,000') && asked.length === count,
    '10,001 lines are refused before they are sent',
);
await ask('nothing to be found in these plain words.');
tap.check((await text('.many')).includes('No value was found'), 'a text without values');

/* --- narrow ------------------------------------------------------------------------------------- */

await page.setViewportSize({ width: 390, height: 800 });
for (const question of [
    '195.2.93.160',
    'Strontium',
    'CVE-2021-44228',
    '195.2.93.160\n8.8.8.8\nf9397b3b2e8a1d15f9e0508d6a6fd9f8cf50eda67ea8056cac948c42b51047b6',
]) {
    await ask(question);
    await page.waitForTimeout(100);
    tap.check(
        await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
        `390 px hold ${question.split('\n')[0]}`,
    );
}
await page.setViewportSize({ width: 1280, height: 900 });

/* --- trouble -------------------------------------------------------------------------------------- */

const hanging = [];
await page.route('**/api/v1/ask*', (r) => void hanging.push(r));
await page.fill('#ask', '203.0.113.1\n203.0.113.2');
await page.getByRole('button', { name: 'Ask', exact: true }).click();
await page.locator('.progress', { hasText: 'so far' }).waitFor();
await page.getByRole('button', { name: 'Stop' }).click();
await page.locator('.refusal', { hasText: 'Stopped' }).waitFor();
tap.equal(hanging.length, 1, 'a question can be stopped');
await page.unroute('**/api/v1/ask*');
await context.setOffline(true);
await page.fill('#ask', '203.0.113.3');
await page.getByRole('button', { name: 'Ask', exact: true }).click();
await page.locator('.refusal', { hasText: 'cannot be reached' }).waitFor();
tap.check(true, 'a server that is gone is said');
await accessible('a refusal');
await context.setOffline(false);

/* --- the session ends ----------------------------------------------------------------------------- */

/* RFC 6238 with RFC 4648's base32, as authenticators do it. */
function oneTimeCode(secret, now = Date.now()) {
    const bits = [...secret]
        .map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0'))
        .join('');
    const key = Buffer.from(bits.match(/.{8}/g).map((b8) => parseInt(b8, 2)));
    const step = Buffer.alloc(8);
    step.writeBigUInt64BE(BigInt(Math.floor(now / 30000)));
    const mac = createHmac('sha1', key).update(step).digest();
    const at = mac[19] & 15;
    return String((mac.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, '0');
}

const post = (path, json) =>
    page.evaluate(
        async ([where, what]) => {
            const { csrf } = await (await fetch('/api/v1/session')).json();
            const r = await fetch('/api/v1/' + where, {
                method: 'POST',
                body: what && JSON.stringify(what),
                headers: { 'X-CSRF-Token': csrf, 'Content-Type': 'application/json' },
            });
            return r.json();
        },
        [path, json],
    );

async function logIn(password) {
    await page.fill('input[name=login]', 'hana');
    await page.fill('input[name=password]', password);
    await page.click('button[type=submit]');
}

await context.clearCookies();
await page.fill('#ask', 'Emotet');
await page.getByRole('button', { name: 'Ask', exact: true }).click();
await page.waitForSelector('input[name=password]');
await page.waitForSelector('main a');
tap.equal(await page.getAttribute('main a', 'href'), '/api/v1/oidc/start', 'the way in by the organisation');
await accessible('log-in');
await logIn('not the password');
tap.check((await text('.refusal')).includes('Login or password is wrong'), 'a wrong password is said');
await logIn(PASSWORD);
await page.waitForFunction(() => document.querySelector('h1')?.innerText === 'Emotet');
tap.check(true, 'the question is answered after the log-in');
const { uri } = await post('totp');
const { recovery_codes: codes } = await post('totp/confirm', {
    code: oneTimeCode(new URL(uri).searchParams.get('secret')),
});
await page.getByRole('button', { name: 'Log out' }).click();
await page.waitForSelector('input[name=password]');
tap.check(!(await page.content()).includes('Emotet'), 'nothing stays after the log-out');
await page.goBack();
await page.waitForTimeout(200);
tap.check(!(await page.content()).includes('Emotet'), 'not by going back either');
await logIn(PASSWORD);
await page.waitForSelector('input[name=code]');
tap.check((await text('.refusal')).includes('second factor'), 'a second factor is asked for');
await accessible('log-in with a second factor');
await page.fill('input[name=code]', codes[0]);
/* A server that is busy, or slows guesses down, says when to try again. */
for (let tries = 0; tries < 5; tries++) {
    await page.click('button[type=submit]');
    await page.locator('#ask, .refusal:not(:has-text("second factor"))').waitFor();
    if (await page.locator('#ask').count()) break;
    if (!(await text('.refusal')).includes('Try again in')) break;
    await page.waitForTimeout(2000);
}
tap.check(
    await page.locator('.top .who', { hasText: 'hana' }).count(),
    'with its code he is in',
    await text('body'),
);

tap.equal(seen, [], 'no dialog, no request to elsewhere, no report, no error');
tap.equal(await page.evaluate(() => globalThis.reports ?? []), [], 'no report of the policy');
await b.close();
tap.end();
