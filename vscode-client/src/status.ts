/** The entry in the language status menu (the braces in the status bar): model, busy, paused, problems. */
import * as vscode from 'vscode';
import { type Health, type ServerStatus, describe } from './health';
import { t } from './l10n';
import { SELECTOR } from './selector';

const SEVERITIES: Record<Health['severity'], vscode.LanguageStatusSeverity> = {
  information: vscode.LanguageStatusSeverity.Information,
  warning: vscode.LanguageStatusSeverity.Warning,
  error: vscode.LanguageStatusSeverity.Error,
};

export class Status implements vscode.Disposable {
  /** Where the server runs, shown where there is nothing more important to say; empty where that goes without saying. */
  environment = '';
  /** Is the model being loaded, as far as is known? */
  loading = true;
  private readonly item = vscode.languages.createLanguageStatusItem('pricetag', SELECTOR);

  constructor() {
    this.item.name = 'Pricetag';
    this.starting();
  }

  /** The server process is being started; it has said nothing yet. */
  starting(): void {
    this.loading = true;
    this.show({ severity: 'information', busy: true, text: t('Starting the server'), detail: '' });
  }

  /** There is no server yet; its environment is being made. */
  installing(): void {
    this.show({ severity: 'information', busy: true, text: t('Setting up its Python environment'), detail: '' });
  }

  /** The user wants no forecasts for now. */
  paused(): void {
    const health: Health = { severity: 'information', busy: false, text: t('Paused'), detail: '' };
    this.show(health, { command: 'pricetag.resume', title: t('Resume') });
  }

  /** There is no server, for a reason that the client knows. */
  problem(text: string, detail: string): void {
    this.show({ severity: 'error', busy: false, text, detail }, { command: 'pricetag.restart', title: t('Try Again') });
  }

  report(status: ServerStatus): void {
    this.loading = status.state === 'starting' || status.state === 'restarting';
    void vscode.commands.executeCommand('setContext', 'pricetag.ready', status.state === 'ready');
    const health = describe(status);
    const detail = health.severity === 'information' && health.detail === '' ? this.environment : health.detail;
    this.show({ ...health, detail }, { command: 'pricetag.showServerLog', title: t('Show Log') });
  }

  dispose(): void {
    this.item.dispose();
  }

  private showClientLog(): vscode.Command {
    return { command: 'pricetag.showClientLog', title: t('Show Log') };
  }

  private show(health: Health, command: vscode.Command = this.showClientLog()): void {
    this.item.severity = SEVERITIES[health.severity];
    this.item.busy = health.busy;
    this.item.text = `Pricetag: ${health.text}`;
    this.item.detail = health.detail;
    this.item.command = command;
    this.item.accessibilityInformation = { label: [this.item.text, health.detail].filter((part) => part !== '').join('. ') };
  }
}
