/** Where nothing on the machine has the server: makes an environment for it, and tells the user what happens. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { type Environment, EnvironmentError, type Wheels, install, installed, pythonsOnPath, readWheels, suitablePython } from './environment';
import { exclusively } from './exclusive';
import { explainNotInstalled } from './guidance';
import { t } from './l10n';
import type { Logs } from './logs';
import { searchPath, workspaceInterpreters } from './python';
import { formatValue } from './units';

/** `problem`: there is none, and the user was told why. */
export type Outcome = 'made' | 'carries no wheels' | { readonly problem: string };

export class Installation implements vscode.Disposable {
  private making: Promise<Outcome> | undefined;
  private readonly disposal = new AbortController();

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly logs: Logs,
  ) {}

  /** The environment, if it is there. */
  async environment(): Promise<Environment | undefined> {
    const wheels = await readWheels(this.wheelFolder);
    return wheels === undefined ? undefined : installed(this.folderFor(wheels), wheels);
  }

  /** What the environment took, for people; empty where there is none. Removes those of other versions, which nobody needs now. */
  async summary(): Promise<string> {
    const found = await this.environment();
    if (found === undefined) {
      return '';
    }
    await this.removeOthers();
    return t('Own environment: {0} on disk, set up in {1} s', formatValue('memory', found.bytes), found.seconds.toFixed(0));
  }

  /** Makes the environment; asked again meanwhile, it is still made once. */
  make(): Promise<Outcome> {
    this.making ??= this.makeOnce().finally(() => {
      this.making = undefined;
    });
    return this.making;
  }

  dispose(): void {
    this.disposal.abort();
  }

  private get home(): string {
    return path.join(this.context.globalStorageUri.fsPath, 'environments');
  }

  private get wheelFolder(): string {
    return this.context.asAbsolutePath('wheels');
  }

  /** One folder for each build of the server: what another window still runs is not touched. */
  private folderFor(wheels: Wheels): string {
    return path.join(this.home, wheels.digest.slice(0, 12));
  }

  private async removeOthers(): Promise<void> {
    const wheels = await readWheels(this.wheelFolder);
    const kept = wheels === undefined ? '' : path.basename(this.folderFor(wheels));
    for (const name of await readdir(this.home).catch(() => [])) {
      if (!name.startsWith(kept)) {
        await rm(path.join(this.home, name), { recursive: true, force: true }).catch(() => undefined);
      }
    }
  }

  private async makeOnce(): Promise<Outcome> {
    const wheels = await readWheels(this.wheelFolder);
    if (wheels === undefined) {
      return 'carries no wheels';
    }
    try {
      const { seconds, bytes, interpreter } = await this.makeWith(wheels);
      this.logs.client.info(`Environment: ${interpreter}, ${formatValue('memory', bytes)}, made in ${seconds.toFixed(1)} s`);
      return 'made';
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      this.logs.client.error(problem);
      if (!this.disposal.signal.aborted) {
        void explainNotInstalled(problem, error instanceof EnvironmentError ? error.reason : 'failed', this.logs);
      }
      return { problem };
    }
  }

  private async makeWith(wheels: Wheels): Promise<Environment> {
    // The workspace's own interpreter is code of the workspace.
    const chosen = vscode.workspace.isTrusted ? await workspaceInterpreters() : [];
    const python = await suitablePython([...chosen, ...pythonsOnPath(searchPath(), process.platform)], wheels.completeFor);
    const folder = this.folderFor(wheels);
    this.logs.client.info(`Making an environment with ${python.interpreter} (Python ${python.version.join('.')}) in ${folder}`);
    await mkdir(this.home, { recursive: true });
    return this.withProgress((report, signal) =>
      exclusively(
        `${folder}.lock`,
        signal,
        // Another window may have made it while this one waited.
        async () => (await installed(folder, wheels)) ?? install(python, wheels, folder, report, signal),
      ),
    );
  }

  private async withProgress<T>(task: (report: (line: string) => void, signal: AbortSignal) => Promise<T>): Promise<T> {
    const options = { location: vscode.ProgressLocation.Notification, title: t('Setting up Pricetag'), cancellable: true };
    return vscode.window.withProgress(options, async (progress, token) => {
      const cancel = new AbortController();
      token.onCancellationRequested(() => {
        cancel.abort();
      });
      const signal = AbortSignal.any([cancel.signal, this.disposal.signal]);
      let message = t('Making an environment');
      const report = (line: string): void => {
        this.logs.client.info(line);
        message = shortened(line) ?? message;
        progress.report({ message });
      };
      try {
        return await task(report, signal);
      } catch (error) {
        throw signal.aborted ? new EnvironmentError(t('Setting up Pricetag was cancelled.'), 'cancelled') : error;
      }
    });
  }
}

/** What a line of pip's output is about, without paths and sizes; undefined where that is nothing for people. */
function shortened(line: string): string | undefined {
  return /^\s*(Collecting|Downloading|Installing collected packages|Successfully installed)\s*:?\s*([\w.-]*)/.exec(line)?.[0].trim();
}
