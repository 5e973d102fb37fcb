/** Numbers for people, written as the server writes them: two significant digits, decimal units. */

export type Metric = 'memory' | 'runtime';

const UNITS: Record<Metric, readonly string[]> = {
  memory: ['B', 'kB', 'MB', 'GB', 'TB', 'PB'],
  runtime: ['ns', 'µs', 'ms', 's'],
};
const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** Bytes or seconds: `1.2 MB`, `3.4 ms`. */
export function formatValue(metric: Metric, value: number): string {
  const units = UNITS[metric];
  let rounded = round(metric === 'memory' ? value : value * 1e9);
  let power = 0;
  while (rounded >= 1000 && power < units.length - 1) {
    // Rounded before the unit is chosen: 999.9 kB is "1.0 MB", never "1000 kB".
    rounded = round(rounded / 1000);
    power += 1;
  }
  const whole = rounded >= 10 || rounded === 0 || (metric === 'memory' && power === 0); // there is no tenth of a byte
  return `${whole ? formatCount(Math.round(rounded)) : rounded.toFixed(1)} ${units[power] ?? ''}`;
}

/** `1`, `√n`, `n`, `n¹·⁵`, `n²`...: an exponent to the nearest half; empty where it is unknown. */
export function growthSymbol(exponent: number | null): string {
  if (exponent === null || !Number.isFinite(exponent)) {
    return '';
  }
  const halves = Math.max(0, Math.round(exponent * 2));
  return ['1', '√n', 'n'][halves] ?? `n${raised(String(halves / 2))}`;
}

/** A whole number with thousands separated: `10,000`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

function raised(digits: string): string {
  return digits.replace(/./g, (digit) => (digit === '.' ? '·' : (SUPERSCRIPTS[Number(digit)] ?? '')));
}

function round(value: number): number {
  return Number(value.toPrecision(2));
}
