/** The answer of `pricetag/heaviest`, and how its rows are put to people. Knows nothing of VS Code. */
import { t } from './l10n';
import { type Metric, formatCount, growthSymbol } from './units';

export const HEAVIEST_METHOD = 'pricetag/heaviest';

export interface Place {
  readonly line: number;
  readonly character: number;
}

/** One metric at one n: bytes or seconds. */
export interface CurvePoint {
  readonly n: number;
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** One function. */
export interface Row {
  readonly uri: string;
  readonly name: string;
  readonly language: string;
  /** Where its name stands. */
  readonly start: Place;
  readonly end: Place;
  /** The metric asked for, as the server writes it: `1.2 MB`, `> 2 GB`. */
  readonly text: string;
  /** Exponent over n; null where it is unknown. */
  readonly growth: number | null;
  readonly assumes: string;
  /** Bytes and seconds at n; null where there is no forecast that may be shown. */
  readonly medians: Readonly<Record<Metric, number | null>>;
  /** Empty where none was asked for. */
  readonly curves: Readonly<Record<Metric, readonly CurvePoint[]>>;
}

export interface Answer {
  readonly rows: readonly Row[];
  readonly complete: boolean;
  /** Why the answer is not complete. */
  readonly message: string;
  readonly metric: Metric;
  readonly n: number;
  readonly files: number;
  readonly functions: number;
  /** How many functions have no forecast. */
  readonly abstained: number;
}

/** Reads an answer to a request for `metric`. The server may be of another version: rows that do not fit are left out. */
export function readAnswer(value: unknown, metric: Metric): Answer {
  const answer = record(value);
  return {
    rows: list(answer['rows']).flatMap((row) => readRow(row) ?? []),
    complete: answer['complete'] === true,
    message: text(answer['message']),
    metric,
    n: number(answer['n']) ?? 0,
    files: number(answer['files']) ?? 0,
    functions: number(answer['functions']) ?? 0,
    abstained: list(answer['abstained']).reduce<number>((sum, reason) => sum + (number(record(reason)['count']) ?? 0), 0),
  };
}

function readRow(value: unknown): Row | undefined {
  const row = record(value);
  const [uri, name] = [text(row['uri']), text(row['name'])];
  const range = record(row['selectionRange']);
  const [start, end] = [readPlace(range['start']), readPlace(range['end'])];
  if (uri === '' || name === '' || start === undefined || end === undefined) {
    return undefined;
  }
  const [medians, curves] = [record(row['medians']), record(row['curves'])];
  return {
    uri,
    name,
    language: text(row['language']),
    start,
    end,
    text: text(row['text']),
    growth: number(row['growth']) ?? null,
    assumes: text(row['assumes']),
    medians: { memory: number(medians['memory']) ?? null, runtime: number(medians['runtime']) ?? null },
    curves: { memory: readCurve(curves['memory']), runtime: readCurve(curves['runtime']) },
  };
}

function readPlace(value: unknown): Place | undefined {
  const place = record(value);
  const [line, character] = [number(place['line']), number(place['character'])];
  return line === undefined || character === undefined ? undefined : { line, character };
}

function readCurve(value: unknown): readonly CurvePoint[] {
  return list(value).flatMap((each) => {
    const point = record(each);
    const [n, median, low, high] = ['n', 'median', 'low', 'high'].map((name) => number(point[name]));
    return n === undefined || median === undefined || low === undefined || high === undefined ? [] : [{ n, median, low, high }];
  });
}

/** What stands behind a row's name: `1.2 MB · n² · src/a.py`. */
export function describeRow(row: Row, file: string): string {
  return [row.text, growthSymbol(row.growth), file].filter((part) => part !== '').join(' · ');
}

/** The same for a screen reader, in words. */
export function speakRow(row: Row, { metric, n }: Answer, file: string): string {
  const cost = metric === 'memory' ? t('{0} of memory', row.text) : t('{0} of runtime', row.text);
  const growth = growthSymbol(row.growth);
  const parts = [row.name, cost, t('at n {0}', formatCount(n)), ...(growth === '' ? [] : [t('growth {0}', growth)])];
  return [...parts, t('{0}, line {1}', file, row.start.line + 1)].join(', ');
}

/** What an answer covers, and what is missing from it. */
export function summarize(answer: Answer): string {
  const covered = t('{0} functions in {1} files', formatCount(answer.functions), formatCount(answer.files));
  const without = answer.abstained > 0 ? t('{0} without a forecast', formatCount(answer.abstained)) : '';
  const missing = answer.complete ? '' : t('Not complete: {0}', answer.message || t('no reason given'));
  const found = answer.functions > 0 ? covered : answer.complete ? t('No functions were found') : '';
  return [found, without, missing].filter((part) => part !== '').join('. ');
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
