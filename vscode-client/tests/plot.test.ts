import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Axis, type Mark, SERIES, type Series, escapeText, linePlot, logScale, scatterPlot, spread } from '../src/plot';

const AXIS: Axis = { label: 'cost <&>', format: (value) => `${value} u`, least: 1 };

const TICKS: [string, number[], number, number[]][] = [
  ['within one decade', [20, 30], 1, [10, 100]],
  ['powers of ten are ends', [10, 1000], 1, [10, 100, 1000]],
  ['one power of ten', [100], 1, [100, 1000]],
  ['nothing', [], 1e-9, [1e-9, 1e-8]],
  ['no numbers', [NaN, Infinity], 1, [1, 10]],
  ['zero and less lie at the least', [0, -5, 50], 1, [1, 10, 100]],
  ['many decades, some left out', [1, 1e12], 1, [1, 100, 1e4, 1e6, 1e8, 1e10, 1e12]],
];
for (const [name, values, least, expected] of TICKS) {
  test(`ticks: ${name}`, () => {
    assert.deepEqual(logScale(values, least, 0, 100).ticks, expected);
  });
}

test('a scale is logarithmic, also upwards', () => {
  const right = logScale([10, 1000], 1, 100, 300);
  assert.deepEqual([10, 100, 1000].map(right.place).map(Math.round), [100, 200, 300]);
  const up = logScale([10, 1000], 1, 300, 100);
  assert.deepEqual([10, 100, 1000].map(up.place).map(Math.round), [300, 200, 100]);
});

test('names at lines are moved apart and stay in the plot', () => {
  const cases: [number[], number[]][] = [
    [[], []],
    [[50], [50]],
    [[50, 52], [50, 60]],
    [[52, 50], [60, 50]],
    [[99, 100, 100], [80, 90, 100]],
    [[-5, 0], [0, 10]],
  ];
  for (const [heights, expected] of cases) {
    assert.deepEqual(spread(heights, 10, 0, 100), expected);
  }
});

const ESCAPED: [string, string][] = [
  ['plain', 'plain'],
  ['operator<<(a&, "b")', 'operator&lt;&lt;(a&amp;, &quot;b&quot;)'],
  ["'", '&#39;'],
  ['a\u0000b\u001b', 'a\ufffdb\ufffd'],
  ['lone \ud800 surrogate', 'lone \ufffd surrogate'],
  ['𝑓 größer', '𝑓 größer'],
];
for (const [text, expected] of ESCAPED) {
  test(`escaped: ${JSON.stringify(text)}`, () => {
    assert.equal(escapeText(text), expected);
  });
}

/** Numbers in every attribute that places something. */
function coordinates(svg: string): number[] {
  const attributes = [...svg.matchAll(/ (?:x|y|cx|cy|points|d|transform)="([^"]*)"/g)].map(([, value = '']) => value);
  assert.ok(attributes.length > 0);
  return attributes.flatMap((value) => value.match(/-?[\d.]+|NaN|Infinity|undefined/g) ?? []).map(Number);
}

const mark = (x: number, y: number, title = 'f'): Mark => ({ x, y, title, shape: 'circle' });
const SCATTERS: [string, Mark[]][] = [
  ['none', []],
  ['one', [mark(5, 5)]],
  ['the same twice', [mark(5, 5), mark(5, 5)]],
  ['zeros', [mark(0, 0), mark(0, 100)]],
  ['far apart', [mark(1, 1), mark(1e15, 1e15)]],
];
for (const [name, marks] of SCATTERS) {
  test(`a scatter of ${name} lies within its frame`, () => {
    const svg = scatterPlot('title', AXIS, AXIS, marks);
    assert.equal([...svg.matchAll(/class="mark/g)].length, marks.length);
    assert.ok(coordinates(svg).every((value) => Number.isFinite(value) && value >= -90 && value <= 720));
  });
}

test('heavier is higher, slower is further right; shapes tell kinds apart', () => {
  const svg = scatterPlot('t', AXIS, AXIS, [mark(10, 10), mark(1000, 1000), { ...mark(10, 10), shape: 'triangle' }]);
  const [one, other] = [...svg.matchAll(/cx="([\d.]+)" cy="([\d.]+)"/g)].map((match) => match.slice(1).map(Number));
  assert.ok(one && other && (one[0] ?? 0) < (other[0] ?? 0) && (one[1] ?? 0) > (other[1] ?? 0));
  assert.match(svg, /<path class="mark triangle"/);
});

const series = (name: string, ...values: number[]): Series => ({
  name,
  points: values.map((y, index) => ({ x: 10 ** (index + 1), y, low: y / 2, high: y * 2 })),
});

test('lines have bands, dots and names', () => {
  const svg = linePlot('t', AXIS, AXIS, [series('f', 10, 100, 1000), series('g', 5, 5, 5), series('none')]);
  assert.equal([...svg.matchAll(/<polyline/g)].length, 2);
  assert.equal([...svg.matchAll(/<polygon/g)].length, 2);
  assert.equal([...svg.matchAll(/class="dot"/g)].length, 6);
  assert.match(svg, />f<\/text>.*>g<\/text>/);
  assert.ok(coordinates(svg).every((value) => Number.isFinite(value) && value >= -90 && value <= 720));
});

test('no more lines than can be told apart', () => {
  const svg = linePlot('t', AXIS, AXIS, Array.from({ length: SERIES + 3 }, (_, index) => series(`f${index}`, 10, 20)));
  assert.equal([...svg.matchAll(/<polyline/g)].length, SERIES);
});

test('text from outside cannot leave its place', () => {
  const nasty = '"></title><script>alert(1)</script>';
  for (const svg of [
    scatterPlot(nasty, { ...AXIS, label: nasty, format: () => nasty }, AXIS, [mark(1, 1, nasty)]),
    linePlot(nasty, AXIS, AXIS, [series(nasty, 1, 2)]),
  ]) {
    assert.doesNotMatch(svg, /<script|<\/title><[^/]*script/);
    assert.match(svg, /&lt;script&gt;|&quot;&gt;&lt;\/title/);
  }
});

test('a long name is cut between characters', () => {
  const svg = linePlot('t', AXIS, AXIS, [series('𝑓'.repeat(30), 1, 2)]);
  assert.match(svg, new RegExp(`>${'𝑓'.repeat(23)}…</text>`, 'u'));
});
