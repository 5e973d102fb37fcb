/** The log channels. */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import * as vscode from 'vscode';

export class Logs implements vscode.Disposable {
  /** What the extension does: which server, why, and when it starts and stops. */
  readonly client = vscode.window.createOutputChannel('Pricetag', { log: true });
  /** What the server says. */
  readonly server = vscode.window.createOutputChannel('Pricetag Server', { log: true });
  private traceChannel: vscode.LogOutputChannel | undefined;

  /** Messages between the two; made when first needed. */
  get trace(): vscode.LogOutputChannel {
    this.traceChannel ??= vscode.window.createOutputChannel('Pricetag Trace', { log: true });
    return this.traceChannel;
  }

  dispose(): void {
    this.client.dispose();
    this.server.dispose();
    this.traceChannel?.dispose();
  }
}

/** Copies the server's standard error into its channel, at the level that each line names. */
export function copyLines(input: Readable, channel: vscode.LogOutputChannel): void {
  createInterface({ input }).on('line', (line) => {
    if (/^(ERROR|CRITICAL|Traceback|\w*Error:)/.test(line)) {
      channel.error(line);
    } else if (line.startsWith('WARNING')) {
      channel.warn(line);
    } else if (line.startsWith('DEBUG')) {
      channel.debug(line);
    } else {
      channel.info(line);
    }
  });
}
