import assert from 'node:assert/strict';
import { test } from 'node:test';
import en from './en.json';
import ja from './ja.json';
import { clock, span } from './dates.ts';
import { fill, lang, t, word } from './i18n.ts';
import { firstLang } from './lang.ts';

test('both languages have every text', () => {
    assert.deepEqual(Object.keys(ja), Object.keys(en));
});

test('arguments and their plurals', () => {
    assert.equal(fill('{n} {n|source|sources}', 'en', { n: 1 }), '1 source');
    assert.equal(fill('{n} {n|source|sources}', 'en', { n: 2137 }), '2,137 sources');
    assert.equal(fill('{n} 件', 'ja', { n: 1 }), '1 件');
    assert.equal(fill('{a}{b}', 'en', { a: '{b}', b: 'x' }), '{b}x', 'an argument is not read as a pattern');
    assert.equal(fill('{gone}', 'en', {}), '');
});

test('a reader gets the language that was chosen, else the first that the browser wants', () => {
    assert.equal(firstLang(null, ['ja-JP', 'en']), 'ja');
    assert.equal(firstLang(null, ['fr', 'ja', 'en']), 'ja');
    assert.equal(firstLang(null, ['fr']), 'en');
    assert.equal(firstLang('en', ['ja']), 'en');
    assert.equal(firstLang('xx', ['ja']), 'ja');
});

test('a word without a text stays as it is', () => {
    lang.value = 'ja';
    assert.equal(word('word', 'malicious'), '悪性');
    assert.equal(word('word', 'no-such-word'), 'no-such-word');
    assert.equal(t('title.many', { n: 3 }), '回答 3 件');
    lang.value = 'en';
});

test('days and times', () => {
    assert.equal(clock('2026-11-22T01:00:59.123Z', 'UTC'), '2026-11-22 01:00 UTC');
    assert.equal(clock('2026-11-22T01:00:00Z', 'Asia/Tokyo'), '2026-11-22 10:00 JST');
    assert.equal(clock('2026-12-31T20:00:00Z', 'Asia/Tokyo'), '2027-01-01 05:00 JST');
    assert.equal(clock('no time', 'UTC'), 'no time');
    assert.equal(span('2020-12-15T13:17:41Z', '2021-01-15T08:55:44Z'), '2020-12-15 13:17 – 2021-01-15 08:55');
    assert.equal(span(null, '2021-01-15T08:55:44Z'), '2021-01-15 08:55');
    assert.equal(span(null, null, '2021-01-15T00:00:00Z'), 'until 2021-01-15');
    assert.equal(span(null, null), 'undated');
});
