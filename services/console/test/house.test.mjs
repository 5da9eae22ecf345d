// What the page promises its Content-Security-Policy and its budget, held by looking at the sources.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';

const sources = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((each) =>
    each.isDirectory() ? sources(new URL(`${each.name}/`, folder)) : [new URL(each.name, folder)],
  );
const files = sources(new URL('../src/', import.meta.url))
  .filter((each) => /\.(vue|js|css)$/.test(each.pathname))
  .map((url) => ({ name: url.pathname.split('/src/')[1], text: readFileSync(url, 'utf8') }));

test('sources_when_shown_then_nothing_becomes_markup', () => {
  for (const { name, text } of files)
    assert.doesNotMatch(
      text,
      /v-html|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/,
      name,
    );
});
test('sources_when_a_template_has_a_style_then_it_is_bound', () => {
  for (const { name, text } of files) assert.doesNotMatch(text, /<[a-z][^>]*\sstyle="/i, name);
});
test('sources_when_loaded_then_nothing_comes_from_elsewhere', () => {
  for (const { name, text } of files)
    assert.doesNotMatch(text, /https?:\/\/(?!www\.w3\.org)|url\((?!['"]?#)|@import/, name);
});
test('sources_when_opened_then_they_say_what_they_are_for', () => {
  for (const { name, text } of files.filter((each) => /\.js$/.test(each.name))) assert.match(text, /^\/\/ /, name);
});
test('package_when_the_page_runs_then_vue_is_all_it_has', () => {
  for (const { name, text } of files)
    for (const [, from] of text.matchAll(/from '([^'.][^']*)'/g)) assert.equal(from, 'vue', name);
});
test('lock_when_installed_elsewhere_then_it_names_no_host', () => {
  assert.doesNotMatch(
    readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'),
    /"resolved"|https?:\/\/registry/,
  );
});
