/** Entry point: puts the parts together. The server does all forecasting. */
import * as vscode from 'vscode';
import { registerBaselines } from './baselines';
import { registerCommands } from './commands';
import { HeaviestView } from './heaviestView';
import { Installation } from './installation';
import { translateWith } from './l10n';
import { Logs } from './logs';
import { onInterpreterChange } from './python';
import { ReportPanel } from './reportPanel';
import { PricetagServer } from './server';
import { Status } from './status';

let server: PricetagServer | undefined;

export function activate(context: vscode.ExtensionContext): void {
  translateWith(vscode.l10n.t);
  const logs = new Logs();
  const status = new Status();
  const installation = new Installation(context, logs);
  const started = new PricetagServer(logs, status, installation);
  server = started;
  const view = new HeaviestView(started, context.workspaceState);
  const { version } = context.extension.packageJSON as { version: string };
  logs.client.info(`Pricetag ${version}`);
  context.subscriptions.push(
    logs,
    status,
    installation,
    view,
    new ReportPanel(started, view),
    registerCommands(started, logs, version),
    registerBaselines(started),
    vscode.workspace.onDidChangeConfiguration((event) => started.settingsChanged(event)),
    vscode.workspace.onDidGrantWorkspaceTrust(() => started.surroundingsChanged()),
    vscode.workspace.onDidChangeWorkspaceFolders(() => started.surroundingsChanged()),
  );
  // Not awaited: setting up an environment takes minutes, and commands wait for the activation.
  void started.restart().then(async () => {
    context.subscriptions.push(await onInterpreterChange(() => void started.surroundingsChanged()));
  });
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
