/** Messages that tell the user what to do where there is no server. */
import * as vscode from 'vscode';
import type { NotFound } from './discovery';
import type { EnvironmentError } from './environment';
import { t } from './l10n';
import type { Logs } from './logs';

const PYTHON_DOWNLOADS = 'https://www.python.org/downloads/';

/** No server was found, and none may be installed. */
export async function explainNotFound({ problem, setting }: NotFound, logs: Logs): Promise<void> {
  const actions = new Map<string, () => unknown>();
  if (setting === undefined && vscode.extensions.getExtension('ms-python.python') !== undefined) {
    actions.set(t('Select Interpreter'), () => vscode.commands.executeCommand('python.setInterpreter'));
  }
  actions.set(t('Open Settings'), () => openSettings(setting ?? 'pricetag.server.path'));
  actions.set(t('Show Log'), () => {
    logs.client.show();
  });
  const help = setting === undefined ? [t('Install it into the Python environment of this workspace with: pip install pricetag')] : [];
  await offer([t('Pricetag found no server.'), problem, ...help].join(' '), actions);
}

/** There is no environment for the server. */
export async function explainNotInstalled(problem: string, reason: EnvironmentError['reason'], logs: Logs): Promise<void> {
  const actions = new Map<string, () => unknown>();
  if (reason === 'no Python') {
    actions.set(t('Get Python'), () => vscode.env.openExternal(vscode.Uri.parse(PYTHON_DOWNLOADS)));
  }
  actions.set(t('Try Again'), () => vscode.commands.executeCommand('pricetag.restart'));
  actions.set(t('Open Settings'), () => openSettings('pricetag.python'));
  if (reason === 'failed') {
    actions.set(t('Show Log'), () => {
      logs.client.show();
    });
  }
  await offer(problem, actions);
}

async function offer(message: string, actions: ReadonlyMap<string, () => unknown>): Promise<void> {
  const choice = await vscode.window.showWarningMessage(message, ...actions.keys());
  await actions.get(choice ?? '')?.();
}

function openSettings(name: string): Thenable<unknown> {
  return vscode.commands.executeCommand('workbench.action.openSettings', name);
}
