/** One task at a time over all windows of the editor. Knows nothing of VS Code. */
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 500;
/** How long a lock may stand without its holder's name. */
const WRITING_MS = 5_000;

/**
 * Runs a task while `lock`, a file that names our process, is ours; waits while another process that lives has it. Rejects
 * with the signal's reason where that is aborted meanwhile.
 */
export async function exclusively<T>(lock: string, signal: AbortSignal, task: () => Promise<T>): Promise<T> {
  while (!(await taken(lock))) {
    if (!(await lives(lock))) {
      await rm(lock, { force: true });
    } else {
      await delay(PATIENCE_MS, undefined, { signal });
    }
  }
  try {
    return await task();
  } finally {
    await rm(lock, { force: true });
  }
}

async function taken(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      return false;
    }
    throw error;
  }
}

/** Does another process hold the lock, and live? Ours never does: within one process the caller sees to that. */
async function lives(lock: string): Promise<boolean> {
  try {
    const holder = Number(await readFile(lock, 'utf8'));
    if (holder === 0) {
      return Date.now() - (await stat(lock)).mtimeMs < WRITING_MS; // made, but not written yet
    }
    if (!Number.isInteger(holder) || holder < 0 || holder === process.pid) {
      return false;
    }
    process.kill(holder, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // it lives, and is somebody else's
  }
}
