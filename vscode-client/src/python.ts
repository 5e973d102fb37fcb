/** Python interpreters of the workspace, and what can be asked of one. */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';

/** The part of the Python extension's API that is used here. */
interface PythonApi {
  readonly environments: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
    resolveEnvironment(environment: {
      readonly path: string;
    }): Promise<{ readonly executable: { readonly uri?: vscode.Uri } } | undefined>;
    readonly onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

/** How long an interpreter may take to say whether it has pricetag. */
const PROBE_TIMEOUT_MS = 20_000;

/** The environment that a Python of ours runs in: UTF-8, and no import from the current folder. */
export const PYTHON_ENVIRONMENT: NodeJS.ProcessEnv = { PYTHONUTF8: '1', PYTHONSAFEPATH: '1', PYTHONUNBUFFERED: '1' };

/** The interpreter chosen in the Python extension, then each folder's `.venv` or `venv`. */
export async function workspaceInterpreters(): Promise<readonly string[]> {
  const found: string[] = [];
  const folders = vscode.workspace.workspaceFolders ?? [];
  const api = await pythonApi();
  for (const resource of folders.length > 0 ? folders.map((folder) => folder.uri) : [undefined]) {
    const environment = await api?.environments.resolveEnvironment(api.environments.getActiveEnvironmentPath(resource));
    const executable = environment?.executable.uri;
    if (executable !== undefined) {
      found.push(executable.fsPath);
    }
  }
  const program = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python'];
  for (const folder of folders.filter(({ uri }) => uri.scheme === 'file')) {
    for (const name of ['.venv', 'venv']) {
      const file = path.join(folder.uri.fsPath, name, ...program);
      if (await isExecutable(file)) {
        found.push(file);
      }
    }
  }
  return [...new Set(found)];
}

/** The entries of PATH. */
export function searchPath(): readonly string[] {
  return (process.env['PATH'] ?? '').split(path.delimiter);
}

/** Tells when another interpreter is chosen in the Python extension. */
export async function onInterpreterChange(listener: () => void): Promise<vscode.Disposable> {
  const api = await pythonApi();
  return api?.environments.onDidChangeActiveEnvironmentPath(listener) ?? new vscode.Disposable(() => undefined);
}

export async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

/** Can this interpreter import pricetag? Runs it away from the workspace. */
export function hasPricetag(interpreter: string): Promise<boolean> {
  const probe = 'import importlib.util, sys; sys.exit(importlib.util.find_spec("pricetag") is None)';
  const options = {
    cwd: os.homedir(),
    env: { ...process.env, ...PYTHON_ENVIRONMENT },
    timeout: PROBE_TIMEOUT_MS,
    windowsHide: true,
  };
  return new Promise((resolve) => {
    execFile(interpreter, ['-c', probe], options, (error) => {
      resolve(error === null);
    });
  });
}

async function pythonApi(): Promise<PythonApi | undefined> {
  const extension = vscode.extensions.getExtension<PythonApi>('ms-python.python');
  try {
    return await extension?.activate();
  } catch {
    return undefined; // a Python extension that fails must not take us along
  }
}
