/**
 * Pricetag's own Python environment: where the editor knows no pricetag, one is made out of the wheels that the extension
 * carries, once per version. Knows nothing of VS Code.
 *
 * A folder counts only with its mark, which is written last: an installation that was cut off is made anew.
 */
import { execFile } from 'node:child_process';
import { access, lstat, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { t } from './l10n';
import { runToEnd } from './programs';

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

/** What `wheels.mjs` wrote beside the wheels. */
export interface Wheels {
  readonly folder: string;
  /** File name of the server's own wheel. */
  readonly server: string;
  /** The wheel's SHA-256, in hex: a wheel that was built anew is another one, whatever its version. */
  readonly digest: string;
  /** The Python ("3.11") that every package is there for; undefined: they come from the package index. */
  readonly completeFor: string | undefined;
}

export interface Python {
  readonly interpreter: string;
  readonly version: readonly [number, number];
}

/** An environment that is there. */
export interface Environment {
  readonly interpreter: string;
  /** What making it took, and what it takes on disk. */
  readonly seconds: number;
  readonly bytes: number;
}

/** Why there is no environment, as sentences for people. */
export class EnvironmentError extends Error {
  constructor(
    message: string,
    readonly reason: 'no Python' | 'cancelled' | 'failed' = 'failed',
  ) {
    super(message);
  }
}

/** The wheels in `folder`, or undefined where the extension carries none. */
export async function readWheels(folder: string): Promise<Wheels | undefined> {
  try {
    const content = JSON.parse(await readFile(path.join(folder, 'wheels.json'), 'utf8')) as Record<string, unknown>;
    const { server, digest, completeFor } = content;
    if (typeof server !== 'string' || path.basename(server) !== server || typeof digest !== 'string' || !/^[\da-f]{64}$/.test(digest)) {
      return undefined;
    }
    await access(path.join(folder, server));
    return { folder, server, digest, completeFor: typeof completeFor === 'string' ? completeFor : undefined };
  } catch {
    return undefined;
  }
}

/** The environment in `folder`, if it is whole and holds the server of `wheels`. */
export async function installed(folder: string, wheels: Wheels): Promise<Environment | undefined> {
  try {
    const mark = JSON.parse(await readFile(path.join(folder, MARK), 'utf8')) as Record<string, unknown>;
    const interpreter = interpreterOf(folder);
    await access(interpreter);
    const { digest, seconds, bytes } = mark;
    if (digest !== wheels.digest || typeof seconds !== 'number' || typeof bytes !== 'number') {
      return undefined;
    }
    return { interpreter, seconds, bytes };
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
      tooOld ||= t('{0} is Python {1}.', interpreter, version);
    } else if (able === 0) {
      withoutVenv ||= t(
        '{0} cannot make environments; on Debian and Ubuntu the package python{1}-venv adds that.',
        interpreter,
        version,
      );
    } else {
      suitable.push({ interpreter, version: [major, minor] });
      if (completeFor === undefined || completeFor === version) {
        break;
      }
    }
  }
  const chosen = suitable.find(({ version }) => version.join('.') === completeFor) ?? suitable[0];
  if (chosen === undefined) {
    const why = withoutVenv || tooOld || t('None was found in the Python extension or on PATH.');
    throw new EnvironmentError(`${t('Pricetag needs Python {0} or newer.', OLDEST_PYTHON.join('.'))} ${why}`, 'no Python');
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
): Promise<Environment> {
  const interpreter = interpreterOf(folder);
  const offline = wheels.completeFor === python.version.join('.');
  const sources = offline ? ['--no-index', '--find-links', wheels.folder] : [];
  const pip = ['-I', '-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--no-warn-script-location'];
  const begun = performance.now();
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(path.dirname(folder), { recursive: true });
    report(t('Making an environment'));
    await runToEnd(python.interpreter, ['-I', '-m', 'venv', folder], report, signal);
    await runToEnd(interpreter, [...pip, ...sources, path.join(wheels.folder, wheels.server)], report, signal);
    const made = { seconds: (performance.now() - begun) / 1000, bytes: await bytesIn(folder) };
    const mark = { server: wheels.server, digest: wheels.digest, python: python.interpreter, ...made };
    await writeFile(path.join(folder, MARK), `${JSON.stringify(mark)}\n`);
    return { interpreter, ...made };
  } catch (error) {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    if (signal.aborted) {
      throw new EnvironmentError(t('Setting up Pricetag was cancelled.'), 'cancelled');
    }
    const why = error instanceof Error ? error.message : String(error);
    throw new EnvironmentError(t('Pricetag could not be installed. {0}', why));
  }
}

/** What the files in a folder hold together. Links are not followed: `lib64` leads to `lib`. */
async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const inside = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      bytes += await bytesIn(inside);
    } else if (entry.isFile()) {
      bytes += (await lstat(inside)).size;
    }
  }
  return bytes;
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
