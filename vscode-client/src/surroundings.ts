/** What the search for a server looks at, as VS Code knows it. */
import os from 'node:os';
import * as vscode from 'vscode';
import type { Surroundings } from './discovery';
import { hasPricetag, isExecutable, searchPath, workspaceInterpreters } from './python';

export function surroundings(ownInterpreter: () => Promise<string | undefined>): Surroundings {
  const values = vscode.workspace.getConfiguration('pricetag');
  return {
    serverPath: expand(values.get<string>('server.path', '')),
    python: expand(values.get<string>('python', '')),
    trusted: vscode.workspace.isTrusted,
    workspaceInterpreters,
    searchPath: searchPath(),
    platform: process.platform,
    isExecutable,
    ownInterpreter,
    hasPricetag,
  };
}

/** Fills in `~` and `${workspaceFolder}`, as in VS Code's own path settings. */
function expand(value: string): string {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const home = /^~(?=$|[\\/])/;
  return value
    .trim()
    .replace(home, () => os.homedir())
    .replaceAll('${workspaceFolder}', folder ?? '${workspaceFolder}');
}
