import * as vscode from 'vscode';
import { printDebugInformation } from './debugInformation';
import type { Logs } from './logs';
import type { PricetagServer } from './server';

export function registerCommands(server: PricetagServer, logs: Logs, version: string): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.commands.registerCommand('pricetag.restart', () => server.resume()),
    vscode.commands.registerCommand('pricetag.pause', () => server.pause()),
    vscode.commands.registerCommand('pricetag.resume', () => server.resume()),
    vscode.commands.registerCommand('pricetag.toggleHints', toggleHints),
    vscode.commands.registerCommand('pricetag.measureAtCursor', measureAtCursor),
    vscode.commands.registerCommand('pricetag.printDebugInformation', () => printDebugInformation(server, version)),
    vscode.commands.registerCommand('pricetag.showClientLog', () => {
      logs.client.show();
    }),
    vscode.commands.registerCommand('pricetag.showServerLog', () => {
      logs.server.show();
    }),
  );
}

/** Has the server measure the function whose signature the cursor is in; the server asks before it runs anything. */
async function measureAtCursor(): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor !== undefined) {
    const { line, character } = editor.selection.active;
    await vscode.commands.executeCommand('pricetag.measure', { uri: editor.document.uri.toString(), position: { line, character } });
  }
}

/** Flips `pricetag.hints.enabled` where it is set now, or for the user where it is not set at all. */
async function toggleHints(): Promise<void> {
  const resource = vscode.window.activeTextEditor?.document.uri;
  const values = vscode.workspace.getConfiguration('pricetag.hints', resource);
  const set = values.inspect<boolean>('enabled');
  const target =
    set?.workspaceFolderValue !== undefined
      ? vscode.ConfigurationTarget.WorkspaceFolder
      : set?.workspaceValue !== undefined
        ? vscode.ConfigurationTarget.Workspace
        : vscode.ConfigurationTarget.Global;
  await values.update('enabled', !values.get<boolean>('enabled', true), target);
}
