import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coalesce } from '../src/coalesce';

/** A task whose runs end when told to. */
function controlled(): { task: () => Promise<void>; ends: ((error?: Error) => void)[]; counts: { most: number } } {
  const ends: ((error?: Error) => void)[] = [];
  const counts = { active: 0, most: 0 };
  const task = async (): Promise<void> => {
    counts.active += 1;
    counts.most = Math.max(counts.most, counts.active);
    try {
      await new Promise<void>((resolve, reject) => {
        ends.push((error) => {
          if (error === undefined) resolve();
          else reject(error);
        });
      });
    } finally {
      counts.active -= 1;
    }
  };
  return { task, ends, counts };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('calls during a run are joined into one further run', async () => {
  const { task, ends, counts } = controlled();
  const run = coalesce(task);
  const calls = [run(), run(), run(), run()];
  await settled();
  assert.equal(ends.length, 1);
  ends[0]?.();
  await settled();
  assert.equal(ends.length, 2);
  ends[1]?.();
  await Promise.all(calls);
  await settled();
  assert.equal(ends.length, 2);
  assert.equal(counts.most, 1);
});

test('a call while the queued run is under way queues another', async () => {
  const { task, ends, counts } = controlled();
  const run = coalesce(task);
  const calls = [run(), run()];
  await settled();
  ends[0]?.();
  await settled();
  calls.push(run());
  ends[1]?.();
  await settled();
  assert.equal(ends.length, 3);
  ends[2]?.();
  await Promise.all(calls);
  assert.equal(counts.most, 1);
});

test('a failed run rejects its own callers and the queued run still starts', async () => {
  const { task, ends } = controlled();
  const run = coalesce(task);
  const first = run();
  const second = run();
  const rejected = assert.rejects(first, /broken/);
  await settled();
  ends[0]?.(new Error('broken'));
  await rejected;
  await settled();
  ends[1]?.();
  await second;
  const third = run();
  ends[2]?.();
  await third;
  assert.equal(ends.length, 3);
});
