/** Old versions of files, read-only: what a warning compares with. Their query is the commit, or `opened`. */
import * as vscode from 'vscode';
import { currentPath } from './oldVersion';
import type { PricetagServer } from './server';

const SCHEME = 'pricetag-baseline';

interface Baseline {
  text: string | null;
  missing: string;
}

export function registerBaselines(server: PricetagServer): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
      const file = uri.with({ scheme: 'file', path: currentPath(uri.path, uri.query), query: '' });
      const params = { uri: file.toString(), commit: uri.query };
      const answer = await server.request<Baseline>('pricetag/baselineText', params);
      if (typeof answer?.text === 'string') {
        return answer.text;
      }
      throw new Error(`Pricetag has no old version of ${file.fsPath}: ${answer?.missing ?? 'the server is not running'}`);
    },
  });
}
