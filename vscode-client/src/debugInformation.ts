/** What a bug report needs, as a document that the user reads before it goes anywhere. */
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { PricetagServer } from './server';

const METHOD = 'pricetag/debugInformation';
const PATIENCE_MS = 5_000;

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

/** What the server says of itself, or why it says nothing: a server that hangs must not keep the rest from being printed. */
async function askServer(server: PricetagServer): Promise<unknown> {
  const client = server.running;
  if (client === undefined) {
    return 'not running';
  }
  const patience = new AbortController();
  const late = delay(PATIENCE_MS, 'no answer', { signal: patience.signal }).catch(() => undefined);
  try {
    return await Promise.race([client.sendRequest(METHOD, {}), late]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    patience.abort();
  }
}
