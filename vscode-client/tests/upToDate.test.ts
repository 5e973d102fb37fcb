import assert from 'node:assert/strict';
import { test } from 'node:test';
import { upToDate } from '../src/upToDate';

/** Asks about a document that changes during the first of the asks; returns the answer and how many asks there were. */
async function asked(changes: number, cancelledAfter = Infinity): Promise<[string, number]> {
  const document = { version: 7 };
  const cancellation = { isCancellationRequested: false };
  let asks = 0;
  const answer = await upToDate(document, cancellation, async () => {
    const { version } = document;
    asks += 1;
    cancellation.isCancellationRequested = asks >= cancelledAfter;
    if (asks <= changes) document.version += 1;
    await Promise.resolve();
    return `of ${String(version)}`;
  });
  return [answer, asks];
}

test('an answer about the text as it is, is taken', async () => {
  assert.deepEqual(await asked(0), ['of 7', 1]);
});

test('an answer about an older text is asked for again', async () => {
  assert.deepEqual(await asked(2), ['of 9', 3]);
});

test('endless typing gets an answer', async () => {
  assert.deepEqual(await asked(Infinity), ['of 11', 5]);
});

test('whoever no longer wants an answer is not kept waiting', async () => {
  assert.deepEqual(await asked(Infinity, 2), ['of 8', 2]);
});

test('a failure is passed on', async () => {
  const failing = upToDate({ version: 1 }, { isCancellationRequested: false }, () => Promise.reject(new Error('gone')));
  await assert.rejects(failing, /gone/);
});
