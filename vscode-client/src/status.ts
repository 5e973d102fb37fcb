/** The entry in the language status menu (the braces in the status bar). */
import * as vscode from 'vscode';
import { type Health, type ServerStatus, describe } from './health';
import { SELECTOR } from './selector';

const SEVERITIES: Record<Health['severity'], vscode.LanguageStatusSeverity> = {
  information: vscode.LanguageStatusSeverity.Information,
  warning: vscode.LanguageStatusSeverity.Warning,
  error: vscode.LanguageStatusSeverity.Error,
};

export class Status implements vscode.Disposable {
  private readonly item = vscode.languages.createLanguageStatusItem('pricetag', SELECTOR);

  constructor() {
    this.item.name = 'Pricetag';
    this.starting();
  }

  /** The server process is being started; it has said nothing yet. */
  starting(): void {
    this.show({ severity: 'information', busy: true, text: 'Starting the server', detail: '' });
  }

  /** There is no server, for a reason that the client knows. */
  problem(text: string, detail: string): void {
    this.show({ severity: 'error', busy: false, text, detail }, { command: 'pricetag.restart', title: 'Try again' });
  }

  report(status: ServerStatus): void {
    this.show(describe(status));
  }

  dispose(): void {
    this.item.dispose();
  }

  private show(health: Health, command: vscode.Command = { command: 'pricetag.showServerLog', title: 'Show log' }): void {
    this.item.severity = SEVERITIES[health.severity];
    this.item.busy = health.busy;
    this.item.text = `Pricetag: ${health.text}`;
    this.item.detail = health.detail;
    this.item.command = command;
  }
}
