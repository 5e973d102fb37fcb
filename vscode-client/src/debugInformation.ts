/** What a bug report needs, as a document that the user reads before it goes anywhere. */
import * as vscode from 'vscode';
import type { PricetagServer } from './server';

const METHOD = 'pricetag/debugInformation';

export async function printDebugInformation(server: PricetagServer, version: string): Promise<void> {
  const information = {
    editor: { name: vscode.env.appName, version: vscode.version, language: vscode.env.language, remote: vscode.env.remoteName ?? null },
    extension: { version, platform: `${process.platform} ${process.arch}`, trusted: vscode.workspace.isTrusted },
    program: server.program ?? null,
    server: await askServer(server),
  };
  const content = `${JSON.stringify(information, null, 2)}\n`;
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'json', content }));
}

/** What the server says of itself, or why it says nothing. */
async function askServer(server: PricetagServer): Promise<unknown> {
  try {
    return (await server.running?.sendRequest(METHOD)) ?? 'not running';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
