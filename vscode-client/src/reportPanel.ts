/** The panel with the report, its links and its export. */
import * as vscode from 'vscode';
import type { Answer } from './heaviest';
import { type HeaviestView, selectionOf } from './heaviestView';
import { t } from './l10n';
import { REPORT, type Report, reportPage } from './report';
import type { PricetagServer } from './server';
import { findHeaviest } from './survey';

const EXPORT = 'pricetag.report.export';
const REVEAL = 'pricetag.report.reveal';

export class ReportPanel implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private answer: Answer | undefined;
  private readonly commands: vscode.Disposable;

  constructor(
    private readonly server: PricetagServer,
    private readonly view: HeaviestView,
  ) {
    this.commands = vscode.Disposable.from(
      vscode.commands.registerCommand('pricetag.report.show', () => this.show()),
      vscode.commands.registerCommand(EXPORT, () => this.save()),
      vscode.commands.registerCommand(REVEAL, (index: unknown) => this.reveal(index)),
    );
  }

  dispose(): void {
    this.commands.dispose();
    this.panel?.dispose();
  }

  private async show(): Promise<void> {
    const answer = await findHeaviest(this.server, { metric: this.view.metric, ...REPORT });
    if (answer === undefined) {
      return;
    }
    this.answer = answer;
    this.panel ??= this.newPanel();
    const links = { rowAt: (index: number) => `command:${REVEAL}?${encodeURIComponent(JSON.stringify([index]))}`, exportPage: `command:${EXPORT}` };
    this.panel.webview.html = reportPage({ ...reportOn(answer), links });
    this.panel.reveal();
  }

  private newPanel(): vscode.WebviewPanel {
    // No scripts and no files: the page is text, styles and the two commands.
    const options = { enableScripts: false, enableCommandUris: [EXPORT, REVEAL], localResourceRoots: [] };
    const panel = vscode.window.createWebviewPanel('pricetag.report', t('Pricetag Report'), vscode.ViewColumn.Active, options);
    panel.onDidDispose(() => {
      this.panel = undefined;
    });
    return panel;
  }

  private async reveal(index: unknown): Promise<void> {
    const row = typeof index === 'number' ? this.answer?.rows[index] : undefined;
    if (row !== undefined) {
      await vscode.window.showTextDocument(vscode.Uri.parse(row.uri), { selection: selectionOf(row) });
    }
  }

  private async save(): Promise<void> {
    if (this.answer === undefined) {
      return;
    }
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const target = await vscode.window.showSaveDialog({
      ...(folder !== undefined && { defaultUri: vscode.Uri.joinPath(folder, 'pricetag-report.html') }),
      filters: { HTML: ['html'] },
      title: t('Export as HTML'),
    });
    if (target === undefined) {
      return;
    }
    await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(reportPage(reportOn(this.answer))));
    const open = t('Open');
    // Only where the file lies on the machine that shows the window is there a browser that can open it.
    const local = vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;
    if ((await vscode.window.showInformationMessage(t('The report was saved.'), ...(local ? [open] : []))) === open) {
      await vscode.env.openExternal(target);
    }
  }
}

function reportOn(answer: Answer): Report {
  return {
    answer,
    workspace: vscode.workspace.name ?? t('this workspace'),
    locale: vscode.env.language,
    fileOf: (row) => vscode.workspace.asRelativePath(vscode.Uri.parse(row.uri)),
  };
}
