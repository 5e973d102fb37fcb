import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { exclusively } from '../src/exclusive';

let place = '';
let other: ChildProcess;
const never = new AbortController().signal;

before(async () => {
  place = await mkdtemp(path.join(os.tmpdir(), 'pricetag-lock-'));
  other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await once(other, 'spawn');
});
after(async () => {
  other.kill();
  await rm(place, { recursive: true, force: true });
});

/** A lock held by a process of this id, or by none that has said its name. */
async function held(name: string, holder: number | undefined): Promise<string> {
  const lock = path.join(place, name);
  await writeFile(lock, String(holder ?? ''));
  return lock;
}

test('a free lock is taken, and given back after a failure too', async () => {
  const lock = path.join(place, 'free');
  assert.equal(await exclusively(lock, never, () => access(lock).then(() => 'held')), 'held');
  await assert.rejects(exclusively(lock, never, () => Promise.reject(new Error('broken'))), /broken/);
  await assert.rejects(access(lock));
});

test('the lock of a process that lives is waited for', async () => {
  const lock = await held('waited', other.pid);
  const order: string[] = [];
  const waiting = exclusively(lock, never, () => Promise.resolve(order.push('ours')));
  await new Promise((resolve) => setTimeout(resolve, 700));
  order.push('theirs');
  await rm(lock);
  await waiting;
  assert.deepEqual(order, ['theirs', 'ours']);
});

test('waiting ends when it is cancelled, and the lock stays', async () => {
  const lock = await held('cancelled', other.pid);
  const cancel = new AbortController();
  const waiting = exclusively(lock, cancel.signal, () => Promise.resolve());
  cancel.abort();
  await assert.rejects(waiting, { name: 'AbortError' });
  await access(lock);
});

test('locks that nobody holds are taken over', async () => {
  const gone = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
  await once(gone, 'exit');
  const unnamed = await held('unnamed', undefined);
  await utimes(unnamed, 0, 0);
  for (const lock of [await held('gone', gone.pid), await held('own', process.pid), await held('odd', NaN), unnamed]) {
    assert.equal(await exclusively(lock, never, () => Promise.resolve('taken')), 'taken', lock);
  }
});
