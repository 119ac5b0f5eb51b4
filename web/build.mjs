/* build.mjs - node build.mjs OUT: the page as files that a browser gets. Names of scripts and styles hold
 * a digest of what is in them; each file stands beside its brotli and gzip forms, and manifest.json
 * lists them for tools/embed-web. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const out = process.argv[2];
if (!out) {
    console.error('usage: node build.mjs OUT');
    process.exit(2);
}

const MIME = {
    '.html': 'text/html; charset=utf-8',
    '.css': 'text/css; charset=utf-8',
    '.js': 'text/javascript; charset=utf-8',
    '.svg': 'image/svg+xml',
};

const common = {
    absWorkingDir: here,
    bundle: true,
    minify: true,
    write: false,
    target: ['es2022', 'chrome111', 'firefox115', 'safari16.4'],
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
};

async function bundled(entry, options) {
    const result = await build({ ...common, ...options, entryPoints: [entry], metafile: true });
    return {
        bytes: Buffer.from(result.outputFiles[0].contents),
        inputs: Object.keys(result.metafile.inputs),
    };
}

const files = new Map(); /* path in the URL -> bytes */
const inputs = new Set(['src/index.html', 'src/icon.svg', 'package-lock.json', 'build.mjs']);
const placed = {}; /* name in index.html -> path in the URL */

function place(name, bytes) {
    const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
    const path = '/assets/' + basename(name, extname(name)) + '.' + digest + extname(name);
    files.set(path, bytes);
    placed[name] = path;
}

for (const [name, entry, options] of [
    ['main.js', 'src/main.tsx', { format: 'esm', jsx: 'automatic', jsxImportSource: 'preact' }],
    ['theme.js', 'src/theme.ts', { format: 'iife' }],
    ['style.css', 'src/style.css', {}],
]) {
    const one = await bundled(entry, options);
    one.inputs.forEach((i) => inputs.add(i));
    place(name, one.bytes);
}
place('icon.svg', readFileSync(join(here, 'src/icon.svg')));

const page = readFileSync(join(here, 'src/index.html'), 'utf8').replace(/\{([\w.]+)\}/g, (_, name) => {
    if (!placed[name]) throw new Error('index.html wants ' + name);
    return placed[name];
});
files.set('/', Buffer.from(page));

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const manifest = [];
for (const [path, bytes] of files) {
    const digest = createHash('sha256').update(bytes).digest('hex');
    const type = MIME[extname(path) || '.html'];
    writeFileSync(join(out, digest), bytes);
    writeFileSync(join(out, digest + '.gz'), gzipSync(bytes, { level: 9 }));
    writeFileSync(
        join(out, digest + '.br'),
        brotliCompressSync(bytes, {
            params: {
                [constants.BROTLI_PARAM_QUALITY]: 11,
                [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
                [constants.BROTLI_PARAM_LGWIN]: 22,
            },
        }),
    );
    manifest.push({ path, type, digest, immutable: path !== '/' });
}
writeFileSync(
    join(out, 'manifest.json'),
    JSON.stringify({ files: manifest, inputs: [...inputs].sort() }, null, 1),
);
