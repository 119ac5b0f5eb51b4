/* test.mjs - bundles every src/X.test.ts into one file and runs it: node test.mjs OUT.mjs. Prints TAP. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const out = process.argv[2];
const tests = readdirSync(here + 'src').filter((n) => n.endsWith('.test.ts'));
await build({
    absWorkingDir: here,
    stdin: { contents: tests.map((n) => `import './src/${n}';`).join('\n'), resolveDir: here },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node18',
    outfile: out,
    logLevel: 'warning',
});
const run = spawnSync(process.execPath, ['--test-reporter=tap', out], {
    stdio: ['ignore', 'inherit', 'inherit'],
});
process.exit(run.status ?? 1);
