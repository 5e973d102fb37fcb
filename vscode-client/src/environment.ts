/**
 * Pricetag's own Python environment: where the editor knows no pricetag, one is made out of the wheels that the extension
 * carries, once per version. Knows nothing of VS Code.
 *
 * A folder counts only with its mark, which is written last: an installation that was cut off is made anew.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** The oldest Python that the server runs on. */
export const OLDEST_PYTHON: readonly [number, number] = [3, 10];
const MARK = 'pricetag.json';
const PROBE_TIMEOUT_MS = 20_000;
/** What a Python says of itself: its version, and whether it can make environments (Debian's comes without `ensurepip`). */
const PROBE = `import sys
try:
    import ensurepip, venv
    able = 1
except ImportError:
    able = 0
print(sys.version_info[0], sys.version_info[1], able)`;

/** What `build/wheels.mjs` wrote beside the wheels. */
export interface Wheels {
  readonly folder: string;
  /** File name of the server's own wheel. */
  readonly server: string;
  /** The Python ("3.11") that every package is there for; undefined: they come from the package index. */
  readonly completeFor: string | undefined;
}

export interface Python {
  readonly interpreter: string;
  readonly version: readonly [number, number];
}

/** Why there can be no environment, as sentences for people. */
export class EnvironmentError extends Error {}

/** The wheels in `folder`, or undefined where the extension carries none. */
export async function readWheels(folder: string): Promise<Wheels | undefined> {
  try {
    const content = JSON.parse(await readFile(path.join(folder, 'wheels.json'), 'utf8')) as Record<string, unknown>;
    const { server, completeFor } = content;
    if (typeof server !== 'string' || path.basename(server) !== server) {
      return undefined;
    }
    await access(path.join(folder, server));
    return { folder, server, completeFor: typeof completeFor === 'string' ? completeFor : undefined };
  } catch {
    return undefined;
  }
}

/** The interpreter of the environment in `folder`, if it is whole and holds the server of `wheels`. */
export async function installed(folder: string, wheels: Wheels): Promise<string | undefined> {
  try {
    const mark = JSON.parse(await readFile(path.join(folder, MARK), 'utf8')) as Record<string, unknown>;
    const interpreter = interpreterOf(folder);
    await access(interpreter);
    return mark['server'] === wheels.server ? interpreter : undefined;
  } catch {
    return undefined;
  }
}

/** The first of `candidates` that is new enough and can make environments. Throws `EnvironmentError`, which says what to do. */
export async function suitablePython(candidates: readonly string[], completeFor?: string): Promise<Python> {
  const suitable: Python[] = [];
  let withoutVenv = '';
  let tooOld = '';
  for (const interpreter of candidates) {
    const found = await probe(interpreter);
    if (found === undefined) {
      continue;
    }
    const [major, minor, able] = found;
    const version = `${major}.${minor}`;
    if (major < OLDEST_PYTHON[0] || (major === OLDEST_PYTHON[0] && minor < OLDEST_PYTHON[1])) {
      tooOld ||= `${interpreter} is Python ${version}.`;
    } else if (able === 0) {
      withoutVenv ||= `${interpreter} cannot make environments; on Debian and Ubuntu the package python${version}-venv adds that.`;
    } else {
      suitable.push({ interpreter, version: [major, minor] });
      if (completeFor === undefined || completeFor === version) {
        break;
      }
    }
  }
  const chosen = suitable.find(({ version }) => version.join('.') === completeFor) ?? suitable[0];
  if (chosen === undefined) {
    const why = withoutVenv || tooOld || 'None was found in the Python extension or on PATH.';
    throw new EnvironmentError(`Pricetag needs Python ${OLDEST_PYTHON.join('.')} or newer. ${why}`);
  }
  return chosen;
}

/** Interpreters on PATH, newest versions first. A relative entry of PATH could lead into the workspace and is left out. */
export function pythonsOnPath(searchPath: readonly string[], platform: NodeJS.Platform): readonly string[] {
  const windows = platform === 'win32';
  const paths = windows ? path.win32 : path.posix;
  const names = windows ? ['python.exe'] : ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
  const folders = searchPath.filter((entry) => paths.isAbsolute(entry));
  return names.flatMap((name) => folders.map((folder) => paths.join(folder, name)));
}

/**
 * Makes the environment in `folder` anew, with `report` told what is done. Throws `EnvironmentError`; where `signal` is
 * aborted, and after every failure, the folder is gone again.
 */
export async function install(
  python: Python,
  wheels: Wheels,
  folder: string,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<string> {
  const interpreter = interpreterOf(folder);
  const offline = wheels.completeFor === python.version.join('.');
  const sources = offline ? ['--no-index', '--find-links', wheels.folder] : [];
  const pip = ['-I', '-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--no-warn-script-location'];
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(path.dirname(folder), { recursive: true });
    report('Making an environment');
    await run(python.interpreter, ['-I', '-m', 'venv', folder], report, signal);
    await run(interpreter, [...pip, ...sources, path.join(wheels.folder, wheels.server)], report, signal);
    await writeFile(path.join(folder, MARK), `${JSON.stringify({ server: wheels.server, python: python.interpreter })}\n`);
    return interpreter;
  } catch (error) {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    throw error instanceof EnvironmentError ? error : new EnvironmentError(`Pricetag could not be installed: ${String(error)}`);
  }
}

function interpreterOf(folder: string): string {
  return process.platform === 'win32' ? path.join(folder, 'Scripts', 'python.exe') : path.join(folder, 'bin', 'python');
}

function probe(interpreter: string): Promise<readonly [number, number, number] | undefined> {
  const options = { cwd: os.homedir(), timeout: PROBE_TIMEOUT_MS, windowsHide: true };
  return new Promise((resolve) => {
    execFile(interpreter, ['-I', '-c', PROBE], options, (error, output) => {
      const [major, minor, able] = output.trim().split(' ').map(Number);
      const whole = error === null && major !== undefined && minor !== undefined && able !== undefined;
      resolve(whole && !Number.isNaN(major) ? [major, minor, able] : undefined);
    });
  });
}

/** Runs a program to its end, each line of its output reported. The last line on standard error explains a failure. */
async function run(program: string, args: readonly string[], report: (line: string) => void, signal: AbortSignal): Promise<void> {
  const throwIfCancelled = (): void => {
    if (signal.aborted) {
      throw new EnvironmentError('Cancelled.');
    }
  };
  throwIfCancelled();
  const child = spawn(program, args, { cwd: os.homedir(), windowsHide: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const cancel = (): void => {
    child.kill('SIGKILL');
  };
  signal.addEventListener('abort', cancel, { once: true });
  let last = '';
  createInterface({ input: child.stdout }).on('line', report);
  createInterface({ input: child.stderr }).on('line', (line) => {
    last = line.trim() || last;
    report(line);
  });
  try {
    const status = await ended(child);
    throwIfCancelled();
    if (status !== 0) {
      throw new EnvironmentError(`Pricetag could not be installed. ${last || `${program} ended with status ${status}.`}`);
    }
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** A child's exit status, null where a signal ended it. */
function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      reject(new EnvironmentError(`Pricetag could not be installed. ${error.message}`));
    });
    child.once('close', resolve);
  });
}
