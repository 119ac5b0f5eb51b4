import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineSplitter } from './ndjson.ts';

function split(bytes: Uint8Array, at: number): string[] {
    const out: string[] = [];
    const s = new LineSplitter((l) => out.push(l));
    s.push(bytes.subarray(0, at));
    s.push(bytes.subarray(at));
    s.end();
    return out;
}

test('lines are the same wherever the stream is cut', () => {
    const bytes = new TextEncoder().encode('{"a":1}\n\n{"b":"悪性"}\r\n{"c":"\u{1f600}"}');
    const whole = split(bytes, bytes.length);
    assert.deepEqual(
        whole.map((l) => JSON.parse(l)),
        [{ a: 1 }, { b: '悪性' }, { c: '\u{1f600}' }],
    );
    for (let at = 0; at < bytes.length; at++) assert.deepEqual(split(bytes, at), whole);
});

test('a line without end is refused, not kept for ever', () => {
    const s = new LineSplitter(() => assert.fail('no line ended'));
    const piece = new Uint8Array(1 << 20).fill(0x61);
    assert.throws(() => {
        for (let i = 0; i < 20; i++) s.push(piece);
    });
});
