/**
 * Which server program to start. Knows nothing of VS Code, so that its order can be tested:
 *
 * 1. the program that `pricetag.server.path` names,
 * 2. the interpreter that `pricetag.python` names,
 * 3. the workspace's interpreters, in the order given, if they have pricetag (trusted workspaces only),
 * 4. `pricetag` on PATH,
 * 5. the environment that the extension made for itself (`environment.ts`).
 *
 * An explicit choice that does not work is an error: silently using another server would hide it.
 */
import path from 'node:path';
import { t } from './l10n';

/** What a search may look at. */
export interface Surroundings {
  /** `pricetag.server.path`; empty where unset. */
  readonly serverPath: string;
  /** `pricetag.python`; empty where unset. */
  readonly python: string;
  /** May code of the workspace be run? */
  readonly trusted: boolean;
  /** The interpreters of the workspace, best first. Asked only when needed. */
  readonly workspaceInterpreters: () => Promise<readonly string[]>;
  /** The entries of PATH. */
  readonly searchPath: readonly string[];
  readonly platform: NodeJS.Platform;
  /** Is there a file that may be run? */
  readonly isExecutable: (file: string) => Promise<boolean>;
  /** The interpreter of the extension's own environment, if there is one. */
  readonly ownInterpreter: () => Promise<string | undefined>;
  /** Can this interpreter import pricetag? */
  readonly hasPricetag: (interpreter: string) => Promise<boolean>;
}

export type Origin = 'pricetag.server.path' | 'pricetag.python' | 'workspace interpreter' | 'PATH' | 'own environment';

/** A program to start, and why this one. */
export interface Server {
  readonly command: string;
  readonly args: readonly string[];
  readonly origin: Origin;
}

/** No server: what is wrong, as a sentence. `setting` names the setting to blame, if one is. */
export interface NotFound {
  readonly problem: string;
  readonly setting?: 'pricetag.server.path' | 'pricetag.python';
}

export async function findServer(around: Surroundings): Promise<Server | NotFound> {
  if (around.serverPath !== '') {
    if (await around.isExecutable(around.serverPath)) {
      return { command: around.serverPath, args: ['serve'], origin: 'pricetag.server.path' };
    }
    return { problem: t('There is no program at {0}.', around.serverPath), setting: 'pricetag.server.path' };
  }
  if (around.python !== '') {
    if (await around.hasPricetag(around.python)) {
      return throughPython(around.python, 'pricetag.python');
    }
    return { problem: t('{0} is no Python with pricetag installed.', around.python), setting: 'pricetag.python' };
  }
  if (around.trusted) {
    for (const interpreter of await around.workspaceInterpreters()) {
      if (await around.hasPricetag(interpreter)) {
        return throughPython(interpreter, 'workspace interpreter');
      }
    }
  }
  const onPath = await findOnPath(around);
  if (onPath !== undefined) {
    return { command: onPath, args: ['serve'], origin: 'PATH' };
  }
  const own = await around.ownInterpreter();
  if (own !== undefined) {
    return throughPython(own, 'own environment');
  }
  return {
    problem: around.trusted
      ? t("Neither the workspace's Python interpreter nor PATH has pricetag.")
      : t('PATH has no pricetag, and in Restricted Mode the workspace is not searched for it.'),
  };
}

export function sameServer(one: Server, other: Server): boolean {
  return one.command === other.command && one.args.join('\0') === other.args.join('\0');
}

function throughPython(interpreter: string, origin: Origin): Server {
  return { command: interpreter, args: ['-m', 'pricetag', 'serve'], origin };
}

async function findOnPath(around: Surroundings): Promise<string | undefined> {
  const name = around.platform === 'win32' ? 'pricetag.exe' : 'pricetag';
  const paths = around.platform === 'win32' ? path.win32 : path.posix;
  // A relative entry could lead into the workspace.
  for (const folder of around.searchPath.filter((entry) => paths.isAbsolute(entry))) {
    const file = paths.join(folder, name);
    if (await around.isExecutable(file)) {
      return file;
    }
  }
  return undefined;
}
