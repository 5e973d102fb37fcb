import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, describeRow, readAnswer, speakRow, summarize } from '../src/heaviest';

const RANGE = { start: { line: 11, character: 4 }, end: { line: 11, character: 9 } };
const ROW = {
  uri: 'file:///w/a.py',
  name: 'S.f',
  language: 'python',
  selectionRange: RANGE,
  text: '1.2 MB',
  growth: 2.1,
  assumes: 'xs: list[int] of n',
  medians: { memory: 1_200_000, runtime: 0.5 },
  curves: { memory: [{ n: 10, median: 1, low: 0.5, high: 2 }], runtime: [] },
};
const ANSWER = { rows: [ROW], complete: true, message: '', n: 10_000, files: 3, functions: 40, abstained: [{ reason: 'syntax error', count: 2 }, { reason: 'x', count: 1 }] };

test('an answer is read', () => {
  const answer = readAnswer(ANSWER, 'memory');
  const { selectionRange, ...rest } = ROW;
  assert.deepEqual(answer.rows, [{ ...rest, start: selectionRange.start, end: selectionRange.end }]);
  assert.deepEqual([answer.metric, answer.n, answer.files, answer.functions, answer.abstained], ['memory', 10_000, 3, 40, 3]);
});

test('rows without what newer servers add have none of it', () => {
  const { medians, curves, growth, ...old } = ROW;
  assert.ok(medians.memory > 0 && curves.memory.length > 0 && growth > 0);
  const [row] = readAnswer({ ...ANSWER, rows: [old] }, 'memory').rows;
  assert.deepEqual([row?.medians, row?.curves, row?.growth], [{ memory: null, runtime: null }, { memory: [], runtime: [] }, null]);
});

const ODD: [string, unknown, number][] = [
  ['null', null, 0],
  ['a text', 'rows', 0],
  ['rows that are none', { rows: 3 }, 0],
  ['a row that is none', { rows: [null, 7, ROW] }, 1],
  ['a row without a name', { rows: [{ ...ROW, name: '' }] }, 0],
  ['a row without a place', { rows: [{ ...ROW, selectionRange: { start: { line: 1 } } }] }, 0],
  ['odd numbers', { rows: [{ ...ROW, growth: 'n', medians: { memory: '1', runtime: null } }], n: 'many' }, 1],
  ['odd curves', { rows: [{ ...ROW, curves: { memory: [null, { n: 1 }], runtime: 'x' } }] }, 1],
];
for (const [name, value, rows] of ODD) {
  test(`read without a crash: ${name}`, () => {
    const answer = readAnswer(value, 'runtime');
    assert.equal(answer.rows.length, rows);
    assert.equal(answer.complete, false);
    for (const row of answer.rows) {
      assert.ok([row.growth, row.medians.memory, row.medians.runtime].every((each) => each === null || Number.isFinite(each)));
    }
  });
}

const answer = readAnswer(ANSWER, 'memory');
const [row] = answer.rows;
assert.ok(row);

test('a row is described', () => {
  assert.equal(describeRow(row, 'src/a.py'), '1.2 MB · n² · src/a.py');
  assert.equal(describeRow({ ...row, growth: null }, 'a.py'), '1.2 MB · a.py');
});

test('a row is spoken in words, with the line as the editor counts it', () => {
  assert.equal(speakRow(row, answer, 'a.py'), 'S.f, 1.2 MB of memory, at n 10,000, growth n², a.py, line 12');
  assert.equal(speakRow({ ...row, text: '3 ms', growth: null }, { ...answer, metric: 'runtime' }, 'a.py'), 'S.f, 3 ms of runtime, at n 10,000, a.py, line 12');
});

const SUMMARIES: [Partial<Answer>, string][] = [
  [{}, '40 functions in 3 files. 3 without a forecast'],
  [{ abstained: 0 }, '40 functions in 3 files'],
  [{ complete: false, message: 'cancelled' }, '40 functions in 3 files. 3 without a forecast. Not complete: cancelled'],
  [{ complete: false, functions: 0, abstained: 0 }, 'Not complete: no reason given'],
  [{ functions: 0, files: 0, abstained: 0 }, 'No functions were found'],
];
for (const [changes, expected] of SUMMARIES) {
  test(`summary: ${expected}`, () => {
    assert.equal(summarize({ ...answer, ...changes }), expected);
  });
}
