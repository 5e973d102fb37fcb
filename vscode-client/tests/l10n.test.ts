import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { describe } from '../src/health';
import { fill, t, translateWith } from '../src/l10n';

const root = path.join(__dirname, '..');
const read = (file: string): Record<string, string> => JSON.parse(fs.readFileSync(path.join(root, file), 'utf8')) as Record<string, string>;
const TEXT = /\bt\(\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")/g;

/** Every text that the sources hand to the translator. */
function used(): Set<string> {
  const sources = fs.readdirSync(path.join(root, 'src')).filter((name) => name.endsWith('.ts'));
  const texts = sources.flatMap((name) => [...fs.readFileSync(path.join(root, 'src', name), 'utf8').matchAll(TEXT)]);
  return new Set(texts.map(([, literal = '']) => literal.slice(1, -1).replace(/\\(.)/g, '$1')));
}

const placeholders = (text: string): readonly string[] => [...text.matchAll(/\{\d+\}/g)].map(String).sort();
const links = (text: string): readonly string[] => [...text.matchAll(/\((command:[^)]*)\)|`#[\w.]+#`/g)].map(String).sort();

test('every text of the sources is in the bundle, as it stands, and no other', () => {
  const bundle = read('l10n/bundle.l10n.json');
  assert.deepEqual(Object.keys(bundle).sort(), [...used()].sort());
  for (const [key, text] of Object.entries(bundle)) {
    assert.equal(text, key);
  }
});

test('German has every text, with the same values and links', () => {
  for (const [english, german] of [
    ['l10n/bundle.l10n.json', 'l10n/bundle.l10n.de.json'],
    ['package.nls.json', 'package.nls.de.json'],
  ] as const) {
    const [original, translated] = [read(english), read(german)];
    assert.deepEqual(Object.keys(translated), Object.keys(original), german);
    for (const [key, text] of Object.entries(original)) {
      const other = translated[key] ?? '';
      assert.notEqual(other.trim(), '', key);
      assert.deepEqual(placeholders(other), placeholders(text), key);
      assert.deepEqual(links(other).map((link) => link.split(',')[0]), links(text).map((link) => link.split(',')[0]), key);
    }
  }
});

const FILLED: [string, (string | number)[], string][] = [
  ['no values', [], 'no values'],
  ['{0} and {1}', ['a', 2], 'a and 2'],
  ['{1} before {0}', ['a', 'b'], 'b before a'],
  ['{0} {0}', ['a'], 'a a'],
  ['{0} {1}', ['a'], 'a {1}'],
  ['{0}', ['{1}', 'b'], '{1}'],
  ['a {n} b', [1], 'a {n} b'],
];
for (const [text, values, expected] of FILLED) {
  test(`"${text}" filled`, () => {
    assert.equal(fill(text, ...values), expected);
  });
}

after(() => {
  translateWith(fill);
});

test('what is said follows the translator', () => {
  const german = read('l10n/bundle.l10n.de.json');
  translateWith((message, ...values) => fill(german[message] ?? message, ...values));
  assert.equal(t('{0} of memory', '2 MB'), '2 MB Speicher');
  assert.equal(describe({ state: 'ready', message: '', model: 'm', pending: 3 }).text, '3 Funktionen werden vorhergesagt');
});
