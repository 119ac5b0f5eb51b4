/* The tables of src/base/sink_test.c and src/model/observable_test.c, so that a browser and a
 * terminal show the same. Only right-to-left text differs: an element isolates it here. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defang, visible, visibleLines } from './text.ts';

test('what a reader would not see is shown', () => {
    const rows: [string, string][] = [
        ['plain text, C:\\Windows\\x', 'plain text, C:\\Windows\\x'],
        ['日本語のテキスト。', '日本語のテキスト。'],
        ['caf\u00e9 na\u00efve \u{1f600}', 'caf\u00e9 na\u00efve \u{1f600}'],
        ['a\x1b[31mred', 'a\\x1b[31mred'],
        ['a\nb\rc\td\be\x7ff\0g', 'a\\nb\\rc\\td\\x08e\\x7ff\\x00g'],
        ['\u009b31m \u0085', '\\x9b31m \\x85'],
        ['exe\u202egnp.scr', 'exe⟦U+202E⟧gnp.scr'],
        ['\u2066x\u2069', '⟦U+2066⟧x⟦U+2069⟧'],
        ['pay\u200bpal \ufeff\u00ad\u2060', 'pay⟦U+200B⟧pal ⟦U+FEFF⟧⟦U+00AD⟧⟦U+2060⟧'],
        ['x\u{e0041}\u{e007f}', 'x⟦U+E0041⟧⟦U+E007F⟧'],
        ['x\ufe0f\u{e0100}', 'x⟦U+FE0F⟧⟦U+E0100⟧'],
        ['\u3164\u115f\u2800', '⟦U+3164⟧⟦U+115F⟧⟦U+2800⟧'],
        ['\u2028\u2029', '⟦U+2028⟧⟦U+2029⟧'],
        ['\ue000\u{10ffff}', '⟦U+E000⟧⟦U+10FFFF⟧'],
        ['\u0301a\u0301', '⟦U+0301⟧a\u0301'],
        ['z\u0300\u0301\u0302\u0303\u0304\u0305', 'z\u0300\u0301\u0302\u0303⟦U+0304⟧⟦U+0305⟧'],
        ['p\u0430ypal.com', 'p\u0430ypal⟦Latin+Cyrillic⟧.com'],
        ['\u0391pple \u043c\u043e\u0441', '\u0391pple⟦Latin+Greek⟧ \u043c\u043e\u0441'],
        ['C2\u30b5\u30fc\u30d0\u30fc', 'C2\u30b5\u30fc\u30d0\u30fc'],
        ['\u00b5Torrent', '\u00b5Torrent'],
        ['⟦U+202E⟧', '⟦U+202E⟧'],
        ['\ud800x', '⟦U+D800⟧x'],
        ['', ''],
    ];
    for (const [given, want] of rows) {
        assert.equal(visible(given), want, JSON.stringify(given));
        assert.equal(visible(want), want, 'once is enough');
    }
});

test('prose keeps the ends of its lines and nothing else', () => {
    assert.equal(visibleLines('a\u202e\r\nb\tc\nd'), 'a⟦U+202E⟧\nb\\tc\nd');
});

test('a long text is shown whole', () => {
    assert.equal(visible('a\u202e'.repeat(100000)), 'a⟦U+202E⟧'.repeat(100000));
});

test('values lose their power', () => {
    const rows: [string, string, string][] = [
        ['ipv4', '192.0.2.1', '192[.]0[.]2[.]1'],
        ['cidr', '192.0.2.0/24', '192[.]0[.]2[.]0/24'],
        ['domain', 'a.example.com', 'a[.]example[.]com'],
        ['url', 'https://u:p@a.example.com:81/x.php?y=z.w', 'hxxps://u:p@a[.]example[.]com:81/x.php?y=z.w'],
        ['url', 'ftp://a.example/', 'fxp://a[.]example/'],
        ['url', 'a.example.com/x.y', 'a[.]example[.]com/x.y'],
        ['url', 'a.example.com:81/x.y', 'a[.]example[.]com:81/x.y'],
        ['url', 'data:text/html,<script>', 'data:text/html,<script>'],
        ['url', 'http://a.example?x=b.c', 'hxxp://a[.]example?x=b.c'],
        ['email', 'a.b@example.com', 'a.b[@]example[.]com'],
        ['email', 'a@[192.0.2.1]', 'a[@][192.0.2.1]'],
        ['ipv6', '2001:db8::1', '2001:db8::1'],
        ['md5', 'd41d8cd98f00b204e9800998ecf8427e', 'd41d8cd98f00b204e9800998ecf8427e'],
        ['filename', 'a.exe', 'a.exe'],
    ];
    for (const [kind, value, want] of rows) assert.equal(defang(kind, value), want, value);
});
