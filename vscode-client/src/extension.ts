/** Entry point: puts the parts together. The server does all forecasting. */
import * as vscode from 'vscode';
import { registerBaselines } from './baselines';
import { registerCommands } from './commands';
import { Logs } from './logs';
import { onInterpreterChange } from './python';
import { PricetagServer } from './server';
import { Status } from './status';

let server: PricetagServer | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const logs = new Logs();
  const status = new Status();
  const started = new PricetagServer(logs, status);
  server = started;
  const { version } = context.extension.packageJSON as { version: string };
  logs.client.info(`Pricetag ${version}`);
  context.subscriptions.push(
    logs,
    status,
    registerCommands(started, logs),
    registerBaselines(started),
    vscode.workspace.onDidChangeConfiguration((event) => started.settingsChanged(event)),
    vscode.workspace.onDidGrantWorkspaceTrust(() => started.surroundingsChanged()),
    vscode.workspace.onDidChangeWorkspaceFolders(() => started.surroundingsChanged()),
  );
  await started.restart();
  context.subscriptions.push(await onInterpreterChange(() => void started.surroundingsChanged()));
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
