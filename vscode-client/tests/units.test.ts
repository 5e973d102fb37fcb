import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Metric, formatCount, formatValue, growthSymbol } from '../src/units';

// The server's own cases (tests/unit/forecast/test_format.py) where it has one.
const VALUES: [Metric, number, string][] = [
  ['memory', 0, '0 B'],
  ['memory', 0.4, '0 B'],
  ['memory', 7.6, '8 B'],
  ['memory', 640, '640 B'],
  ['memory', 1200, '1.2 kB'],
  ['memory', 999_900, '1.0 MB'],
  ['memory', 1_250_000, '1.3 MB'],
  ['memory', 12_345_678, '12 MB'],
  ['memory', 2 ** 31, '2.1 GB'],
  ['memory', 5e18, '5,000 PB'],
  ['runtime', 0, '0 ns'],
  ['runtime', 1.2e-7, '120 ns'],
  ['runtime', 3.4e-3, '3.4 ms'],
  ['runtime', 9.99e-4, '1.0 ms'],
  ['runtime', 1.2, '1.2 s'],
  ['runtime', 4321, '4,300 s'],
];
for (const [metric, value, expected] of VALUES) {
  test(`${metric} of ${value}`, () => {
    assert.equal(formatValue(metric, value), expected);
  });
}

const GROWTHS: [number | null, string][] = [
  [null, ''],
  [NaN, ''],
  [-0.3, '1'],
  [0.2, '1'],
  [0.5, '√n'],
  [1.1, 'n'],
  [1.4, 'n¹·⁵'],
  [2, 'n²'],
  [3.6, 'n³·⁵'],
];
for (const [exponent, expected] of GROWTHS) {
  test(`growth ${String(exponent)}`, () => {
    assert.equal(growthSymbol(exponent), expected);
  });
}

test('thousands are separated', () => {
  assert.equal(formatCount(1_234_567), '1,234,567');
});
