/* kit.mjs - a browser for the tests of the page, what they count, and what nobody may see happen:
 * dialogs, requests to elsewhere, reports of the policy, errors of scripts. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export class Tap {
    number = 0;
    failed = 0;

    check(good, name, detail = '') {
        this.number++;
        if (!good) this.failed++;
        console.log(`${good ? '' : 'not '}ok ${this.number} - ${name}`);
        if (!good)
            console.error(
                `${name}: ${(typeof detail === 'string' ? detail : JSON.stringify(detail)).slice(0, 1200)}`,
            );
        return good;
    }

    equal(got, want, name) {
        return this.check(
            JSON.stringify(got) === JSON.stringify(want),
            name,
            `got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`,
        );
    }

    end() {
        console.log(`1..${this.number}`);
        process.exitCode = this.failed ? 1 : 0;
    }
}

export async function browser() {
    const root = process.getuid() === 0;
    return chromium.launch({ executablePath: '/usr/bin/chromium', args: root ? ['--no-sandbox'] : [] });
}

/* A page that is watched: what happened there against the rules is in `seen`. */
export async function watched(context, origin) {
    const page = await context.newPage();
    const seen = [];
    page.on('dialog', (d) => {
        seen.push('dialog: ' + d.message());
        void d.dismiss();
    });
    page.on('pageerror', (e) => seen.push('error: ' + e.message));
    page.on('popup', (p) => seen.push('popup: ' + p.url()));
    page.on('console', (m) => {
        if (/Content Security Policy|TrustedHTML|TrustedScript/i.test(m.text()))
            seen.push('policy: ' + m.text());
    });
    page.on('request', (r) => {
        if (!r.url().startsWith(origin + '/') && !r.url().startsWith('blob:' + origin))
            seen.push('request: ' + r.url().slice(0, 200));
    });
    await page.addInitScript(() => {
        globalThis.reports = [];
        addEventListener('securitypolicyviolation', (e) =>
            globalThis.reports.push(`${e.violatedDirective} ${e.blockedURI}`),
        );
    });
    return { page, seen };
}

/* What WCAG 2.x A and AA forbid, as axe finds it. */
export async function violations(page) {
    await page.evaluate(AXE);
    const found = await page.evaluate(() =>
        globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }),
    );
    return found.violations.map(
        (v) =>
            `${v.id}: ${v.nodes
                .map((n) => n.target.join(' ') + ' ' + n.html.slice(0, 120))
                .slice(0, 3)
                .join(' | ')}`,
    );
}
