import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, headWord, namesBySources, readLine, urgency } from './answer.ts';

const q = (kind: string) => ({ input: 'x', kind, value: 'x' });
const answer = (o: object) => ({ schema: 'noroshi.answer/1', id: '', question: q('ipv4'), ...o }) as Answer;

test('a line is an answer, an error, or said to be neither', () => {
    assert.equal(
        readLine('{"question":{"input":"x","kind":"ipv4","value":"x"}}').answer?.question.input,
        'x',
    );
    assert.equal(readLine('{"error":{"code":"limit","message":"m"}}').error?.code, 'limit');
    for (const bad of ['', '{', '[]', 'null', '1', '{"a":1}', '<html>'])
        assert.equal(readLine(bad).error?.code, 'internal', bad);
});

test('the word that stands first', () => {
    assert.equal(headWord(answer({ verdict: 'benign' })), 'benign');
    assert.equal(headWord(answer({ scores: { kev: {} } })), 'exploited');
    assert.equal(headWord(answer({ scores: { kev: null, ssvc: null }, record: {} })), 'known');
    assert.equal(headWord(answer({ scores: { kev: null } })), 'unknown');
    assert.equal(headWord(answer({ scores: {}, record: { state: 'rejected' } })), 'rejected');
    assert.equal(headWord(answer({ question: q('actor'), entity: { kind: 'actor', name: 'A' } })), 'named');
    assert.equal(
        headWord(answer({ question: q('vulnerability'), entity: { kind: 'vulnerability' } })),
        'known',
    );
    assert.equal(headWord(answer({ question: q('name'), entities: [{}, {}] })), 'ambiguous');
    assert.equal(
        headWord(answer({ question: q('name'), entity: { kind: 'actor' } })),
        'ambiguous',
        'short form',
    );
    assert.equal(headWord(answer({ question: q('name'), entities: [] })), 'unknown');
});

test('worst first', () => {
    const lines = [
        { verdict: 'benign' },
        { verdict: 'malicious', state: 'stale', score: 0 },
        { verdict: 'unknown' },
        { verdict: 'malicious', state: 'current', score: 70 },
        { verdict: 'malicious', state: 'current', score: 90 },
        { verdict: 'suspicious', state: 'current', score: 40 },
    ].map((o) => ({ raw: '', answer: answer(o) }));
    const order = lines.map((_, i) => i).sort((a, b) => urgency(lines[a]!) - urgency(lines[b]!));
    assert.deepEqual(order, [4, 3, 1, 5, 2, 0]);
});

test('names are gathered by who uses them', () => {
    const groups = namesBySources([
        { name: 'APT28', source: 'b', kind: 'primary' },
        { name: 'Sofacy', source: 'a', kind: 'alias' },
        { name: 'apt28', source: 'a', kind: 'alias' },
        { name: 'APT28', source: 'a', kind: 'alias' },
    ]);
    assert.deepEqual(groups, [
        { sources: ['a', 'b'], names: ['APT28'] },
        { sources: ['a'], names: ['Sofacy'] },
    ]);
});
