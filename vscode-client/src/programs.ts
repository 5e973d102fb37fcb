/** Programs that are run to their end. Knows nothing of VS Code. */
import { type ChildProcess, spawn } from 'node:child_process';
import os from 'node:os';
import { createInterface } from 'node:readline';
import { t } from './l10n';

/**
 * Runs a program away from the workspace, each line of its output reported. Rejects with its last line on standard error
 * where it fails. Where `signal` is aborted it is ended, with the programs that it has started.
 */
export async function runToEnd(
  program: string,
  args: readonly string[],
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  // In a group of its own its children can be ended with it.
  const detached = process.platform !== 'win32';
  const child = spawn(program, args, { cwd: os.homedir(), windowsHide: true, detached, stdio: ['ignore', 'pipe', 'pipe'] });
  const end = (): void => {
    endTree(child);
  };
  signal.addEventListener('abort', end, { once: true });
  let last = '';
  createInterface({ input: child.stdout }).on('line', report);
  createInterface({ input: child.stderr }).on('line', (line) => {
    last = line.trim() || last;
    report(line);
  });
  try {
    const status = await ended(child);
    signal.throwIfAborted();
    if (status !== 0) {
      throw new Error(last || t('{0} ended with status {1}.', program, String(status)));
    }
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** A child's exit status, null where a signal ended it. */
function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}

function endTree(child: ChildProcess): void {
  if (child.pid === undefined) {
    return; // it never started
  }
  if (process.platform === 'win32') {
    const args = ['/pid', String(child.pid), '/T', '/F'];
    spawn('taskkill', args, { windowsHide: true, stdio: 'ignore' }).on('error', () => child.kill());
    return;
  }
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // it has ended by itself
  }
}
