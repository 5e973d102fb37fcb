/** The view "Heaviest functions". */
import * as vscode from 'vscode';
import { type Answer, type Row, describeRow, speakRow, summarize } from './heaviest';
import { t } from './l10n';
import type { PricetagServer } from './server';
import { findHeaviest } from './survey';
import { type Metric, formatCount } from './units';

const VIEW = 'pricetag.heaviest';
const LIMIT = 100;

export class HeaviestView implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view = vscode.window.createTreeView(VIEW, { treeDataProvider: this });
  private readonly commands: vscode.Disposable;
  private answer: Answer | undefined;

  constructor(
    private readonly server: PricetagServer,
    private readonly memory: vscode.Memento,
  ) {
    this.commands = vscode.Disposable.from(
      vscode.commands.registerCommand('pricetag.heaviest.refresh', () => this.refresh()),
      vscode.commands.registerCommand('pricetag.heaviest.byMemory', () => this.order('memory')),
      vscode.commands.registerCommand('pricetag.heaviest.byRuntime', () => this.order('runtime')),
    );
    void this.showState();
  }

  /** What the rows are ordered by. */
  get metric(): Metric {
    return this.memory.get<Metric>(VIEW) === 'runtime' ? 'runtime' : 'memory';
  }

  getChildren(row?: Row): Row[] {
    return row === undefined ? [...(this.answer?.rows ?? [])] : [];
  }

  getTreeItem(row: Row): vscode.TreeItem {
    const uri = vscode.Uri.parse(row.uri);
    const file = vscode.workspace.asRelativePath(uri);
    const item = new vscode.TreeItem(row.name);
    item.id = `${row.uri}#${row.start.line}:${row.start.character}`;
    item.description = describeRow(row, file);
    item.tooltip = tooltip(row, file);
    item.iconPath = new vscode.ThemeIcon('symbol-function');
    item.command = { command: 'vscode.open', title: t('Show the Function'), arguments: [uri, { selection: selectionOf(row) }] };
    if (this.answer !== undefined) {
      item.accessibilityInformation = { label: speakRow(row, this.answer, file) };
    }
    return item;
  }

  dispose(): void {
    this.commands.dispose();
    this.view.dispose();
    this.changed.dispose();
  }

  private async order(metric: Metric): Promise<void> {
    await this.memory.update(VIEW, metric);
    await this.refresh();
  }

  private async refresh(): Promise<void> {
    if (!this.view.visible) {
      await vscode.commands.executeCommand(`${VIEW}.focus`);
    }
    const answer = await vscode.window.withProgress({ location: { viewId: VIEW } }, () =>
      findHeaviest(this.server, { metric: this.metric, limit: LIMIT }),
    );
    if (answer !== undefined) {
      this.answer = answer;
      this.changed.fire(undefined);
    }
    await this.showState();
  }

  private async showState(): Promise<void> {
    const { answer } = this;
    const state = answer === undefined ? 'unasked' : answer.rows.length === 0 ? 'empty' : 'filled';
    await vscode.commands.executeCommand('setContext', 'pricetag.heaviest.state', state);
    await vscode.commands.executeCommand('setContext', 'pricetag.heaviest.metric', this.metric);
    if (answer !== undefined) {
      const ordered = answer.metric === 'memory' ? t('by memory') : t('by runtime');
      this.view.description = `${ordered}, n = ${formatCount(answer.n)}`;
      this.view.message = summarize(answer);
    }
  }
}

/** Where a function's name stands. */
export function selectionOf({ start, end }: Row): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}

function tooltip(row: Row, file: string): vscode.MarkdownString {
  // Names and paths are the user's: as text, never as Markdown.
  const lines = [row.name, `${file}:${row.start.line + 1}`, ...(row.assumes === '' ? [] : [t('Assumes {0}', row.assumes)])];
  const text = new vscode.MarkdownString();
  for (const line of lines) {
    text.appendText(line).appendMarkdown('\n\n');
  }
  return text;
}
