import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Health, describe, readStatus } from '../src/health';

function check(name: string, input: unknown, expected: Omit<Health, 'detail'> | undefined): void {
  test(name, () => {
    const status = readStatus(input);
    if (status === undefined) {
      assert.equal(expected, undefined);
      return;
    }
    const { severity, busy, text } = describe(status);
    assert.deepEqual({ severity, busy, text }, expected);
  });
}

check('starting', { state: 'starting', message: '', model: null, pending: 0 }, { severity: 'information', busy: true, text: 'Loading the model' });
check('ready', { state: 'ready', message: '', model: 'm-1', pending: 0 }, { severity: 'information', busy: false, text: 'Ready: m-1' });
check('one pending', { state: 'ready', message: '', model: 'm-1', pending: 1 }, { severity: 'information', busy: true, text: 'Forecasting 1 function' });
check('three pending', { state: 'ready', model: 'm-1', pending: 3 }, { severity: 'information', busy: true, text: 'Forecasting 3 functions' });
check('restarting', { state: 'restarting', message: 'killed' }, { severity: 'warning', busy: true, text: 'The forecasting process is restarting' });
check('noModel', { state: 'noModel', message: 'no such folder' }, { severity: 'warning', busy: false, text: 'No model' });
check('failed', { state: 'failed' }, { severity: 'error', busy: false, text: 'Forecasting failed' });
check('stopped', { state: 'stopped' }, { severity: 'warning', busy: false, text: 'Stopped' });
check('odd fields', { state: 'ready', message: 1, model: 2, pending: -3 }, { severity: 'information', busy: false, text: 'Ready: no model named' });
check('unknown state', { state: 'asleep' }, undefined);
check('no object', 'ready', undefined);
check('null', null, undefined);

test('the message is the detail', () => {
  const status = readStatus({ state: 'noModel', message: 'manifest missing' });
  assert.equal(status && describe(status).detail, 'manifest missing');
});
