import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADDRESS_MAX, body, curl, fromAddress, guessMode, lines, toAddress } from './question.ts';

test('lines are values, sentences are text', () => {
    const rows: [string, 'values' | 'text'][] = [
        ['8.8.8.8', 'values'],
        ['18[.]182[.]158[.]197', 'values'],
        ['Strontium', 'values'],
        ['Forest Blizzard', 'values'],
        ['1.2.3.4\nevil.example\r\nhxxp://x[.]example/a', 'values'],
        ['\n\n 1.2.3.4 \n\n', 'values'],
        ['https://a.example/x?y=1,2', 'values'],
        ['the host asked 1.2.3.4', 'text'],
        ['evil.example 1.2.3.4', 'text'],
        ['1.2.3.4, 5.6.7.8', 'text'],
        ['It was seen. Block it', 'text'],
        ['端末 PC1 が 203.0.113.9 へ通信した', 'text'],
        ['端末が通信した。', 'text'],
        ['CVE-2024-3400 again', 'text'],
        ['see T1059.001 now', 'text'],
        ['a b c d e', 'text'],
        ['1.2.3.4\nand then it asked again for more', 'text'],
    ];
    for (const [given, want] of rows) assert.equal(guessMode(given), want, given);
});

test('a question goes into the address bar and comes back', () => {
    for (const text of ['8.8.8.8', 'a&b=c#d?e%f', 'a+b', 'x\ny\nz', '日本語 \u202e', "it's", '"q"', 'a b'])
        for (const mode of ['values', 'text'] as const) {
            const address = toAddress({ mode, text });
            const url = new URL('http://h/' + address);
            assert.equal(url.search, '', 'what is asked is behind the "#"');
            assert.deepEqual(fromAddress('', url.hash), { mode, text });
        }
});

test('links from outside say ?q=', () => {
    assert.deepEqual(fromAddress('?q=8.8.8.8', ''), { mode: 'values', text: '8.8.8.8' });
    assert.deepEqual(fromAddress('?q=a+b', ''), { mode: 'values', text: 'a b' });
    assert.deepEqual(fromAddress('?q=old', '#q=new'), { mode: 'values', text: 'new' });
    assert.equal(fromAddress('?q=', '#'), null);
    assert.equal(fromAddress('', ''), null);
});

test('what is too long for the address bar is not put there', () => {
    const fits = 'a'.repeat(ADDRESS_MAX - 2);
    assert.equal(toAddress({ mode: 'values', text: fits }).length, ADDRESS_MAX + 1);
    assert.equal(toAddress({ mode: 'values', text: fits + 'a' }), '');
});

test('the server gets values, or a text to find them in', () => {
    assert.deepEqual(lines(' a \r\n\r\nb\rc\n'), ['a', 'b', 'c']);
    assert.equal(body({ mode: 'values', text: 'a\nb' }), '{"values":["a","b"]}');
    assert.equal(body({ mode: 'text', text: 'a\nb' }), '{"text":"a\\nb"}');
});

test('a shell reads the copied command as one question', () => {
    const c = curl('http://127.0.0.1:8790', { mode: 'values', text: "x'; rm -rf /; '$(id)`id`" });
    const quoted = /--data-binary '((?:[^']|'\\'')*)' 'http/.exec(c);
    assert.equal(quoted?.[1]?.replaceAll("'\\''", "'"), '{"values":["x\'; rm -rf /; \'$(id)`id`"]}');
});
