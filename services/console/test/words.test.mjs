// The console says everything in both languages, with the same gaps to fill.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import zh from '../src/words/zh.js';
import en from '../src/words/en.js';

const PARTS = ['shell', 'oversight', 'work'];
const gaps = (text) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
const sources = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((each) =>
    each.isDirectory() ? sources(new URL(`${each.name}/`, folder)) : [new URL(each.name, folder)],
  );

test('words_when_one_language_has_a_sentence_then_the_other_has_it', () => {
  assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort());
});
test('words_when_a_sentence_has_a_gap_then_both_languages_have_it', () => {
  for (const key of Object.keys(zh)) assert.deepEqual(gaps(zh[key]), gaps(en[key]), key);
});
test('words_when_notes_are_offered_then_both_languages_offer_as_many', () => {
  for (const key of Object.keys(zh).filter((each) => each.startsWith('notes.')))
    assert.equal(zh[key].split('|').length, en[key].split('|').length, key);
});
test('words_when_a_screen_says_a_sentence_then_it_exists', () => {
  for (const url of sources(new URL('../src/', import.meta.url)).filter((each) => /\.(vue|js)$/.test(each.pathname))) {
    const text = readFileSync(url, 'utf8');
    for (const [, key] of text.matchAll(/\bt\('([\w.]+)'/g)) assert.ok(key in zh, `${url.pathname}: ${key}`);
    for (const [, key] of text.matchAll(/words: '([\w.]+)'/g)) assert.ok(key in zh, `${url.pathname}: ${key}`);
  }
});
test('words_when_two_files_have_a_key_then_neither_hides_the_other', async () => {
  for (const language of ['zh', 'en']) {
    const seen = new Map();
    for (const part of PARTS) {
      const text = readFileSync(new URL(`../src/words/${part}.${language}.js`, import.meta.url), 'utf8');
      for (const [, key] of text.matchAll(/^\s*'([^']+)':/gm)) {
        assert.ok(!seen.has(key), `${key}: ${seen.get(key)} and ${part}`);
        seen.set(key, part);
      }
    }
  }
});
