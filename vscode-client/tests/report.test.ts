import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { type Answer, readAnswer } from '../src/heaviest';
import { type Report, reportPage } from '../src/report';

const range = { start: { line: 4, character: 4 }, end: { line: 4, character: 5 } };
const curve = [10, 100, 1000].map((n) => ({ n, median: n, low: n / 2, high: n * 2 }));
const raw = (name: string, language: string, memory: number | null, runtime: number | null): object => ({
  uri: `file:///w/${name}.x`,
  name,
  language,
  selectionRange: range,
  text: '> 2 GB',
  growth: 1.9,
  assumes: '',
  medians: { memory, runtime },
  curves: { memory: curve, runtime: curve },
});

function reportOn(rows: object[], changes: Partial<Answer> = {}, links?: Report['links']): string {
  const answer = { ...readAnswer({ rows, complete: true, n: 1000, files: 2, functions: rows.length }, 'memory'), ...changes };
  const report: Report = { answer, workspace: 'w & <co>', locale: 'en', fileOf: (row) => row.uri.slice('file:///w/'.length) };
  return reportPage(links === undefined ? report : { ...report, links });
}

const ROWS = [raw('f', 'python', 1e6, 1e-3), raw('g', 'cpp', 2e6, 2e-3), raw('h', 'python', 3e6, null)];

test('the page has both kinds of plots and a table', () => {
  const page = reportOn(ROWS);
  assert.equal([...page.matchAll(/<svg xmlns/g)].length, 3);
  const [scatter = ''] = page.split('<figcaption>');
  assert.equal([...scatter.matchAll(/class="mark circle"/g)].length, 1, 'h has no runtime and is left out');
  assert.equal([...scatter.matchAll(/class="mark triangle"/g)].length, 1);
  assert.match(page, /<td>f<\/td><td>f\.x:5<\/td><td>&gt; 2 GB<\/td><td>1\.0 ms<\/td><td>n²<\/td>/);
  assert.match(page, /<td>h<\/td>.*<td>–<\/td>/);
});

test('the policy admits the one style and nothing else', () => {
  const page = reportOn(ROWS);
  const style = /<style>([^]*)<\/style>/.exec(page)?.[1] ?? '';
  const digest = createHash('sha256').update(style).digest('base64');
  assert.match(page, new RegExp(`content="default-src 'none'; style-src 'sha256-${digest.replace(/[+/]/g, '\\$&')}'"`));
  assert.doesNotMatch(page, /<script|<link|<img|\sstyle=|\son\w+=|@import|url\(/);
});

test('an exported page links nowhere; the panel links to functions', () => {
  assert.doesNotMatch(reportOn(ROWS), /href/);
  const panel = reportOn(ROWS, {}, { rowAt: (index) => `command:go?${index}&x="`, exportPage: 'command:save' });
  assert.match(panel, /<a href="command:go\?1&amp;x=&quot;">g<\/a>/);
  assert.match(panel, /<a href="command:save">/);
});

test('names are text', () => {
  const page = reportOn([raw('<script>x</script>', 'cpp', 1, 1)]);
  assert.doesNotMatch(page, /<script/);
  assert.match(page, /w &amp; &lt;co&gt;/);
});

test('an empty report says so in each part', () => {
  const page = reportOn([], { complete: false, message: 'cancelled' });
  assert.equal([...page.matchAll(/There is nothing to show/g)].length, 4);
  assert.match(page, /Not complete: cancelled\./);
});

test('every class that the page uses has a style, and the other way round', () => {
  const page = reportOn(ROWS) + reportOn([]);
  const used = new Set([...page.matchAll(/class="([^"]+)"/g)].flatMap(([, names = '']) => names.split(' ')));
  const style = /<style>([^]*?)<\/style>/.exec(page)?.[1] ?? '';
  const styled = new Set([...style.matchAll(/\.([a-z]\w*)(?=[ ,{:])/g)].map(([, name = '']) => name));
  const unused = ['s3', 's4', 's5']; // of more functions than these
  assert.deepEqual([...used, ...unused].filter((name) => !['series'].includes(name)).sort(), [...styled].filter((name) => name !== 'series').sort());
});
