/** The running server: found, started, restarted, stopped. */
import os from 'node:os';
import * as vscode from 'vscode';
import { LanguageClient, type LanguageClientOptions, RevealOutputChannelOn, State } from 'vscode-languageclient/node';
import { coalesce } from './coalesce';
import { type NotFound, type Server, findServer, sameServer } from './discovery';
import { STATUS_METHOD, readStatus } from './health';
import { type Logs, copyLines } from './logs';
import { PYTHON_ENVIRONMENT, hasPricetag, isExecutable, workspaceInterpreters } from './python';
import { SELECTOR } from './selector';
import type { Status } from './status';
import { TrustFeature } from './trust';

/** Settings that decide which program runs, or what it loads at its start. The others are read live. */
const STARTING_SETTINGS = ['pricetag.server.path', 'pricetag.python', 'pricetag.model'];

/** What this client does that its protocol capabilities do not say: images in hovers, commands of its own. */
const ABILITIES = { images: true, commands: ['pricetag.toggleHints'] };

const INSTALL_HELP = 'Install it into the Python environment of this workspace with: pip install pricetag';

export class PricetagServer {
  /** Finds the server and starts it afresh. Calls in quick succession are joined. */
  readonly restart = coalesce(() => this.startAfresh());
  private client: LanguageClient | undefined;
  private current: Server | undefined;
  private stopped = false;
  private lastProblem = '';

  constructor(
    private readonly logs: Logs,
    private readonly status: Status,
  ) {}

  /** Restarts if the change concerns a setting that is only read at the start. */
  async settingsChanged(event: vscode.ConfigurationChangeEvent): Promise<void> {
    if (STARTING_SETTINGS.some((name) => event.affectsConfiguration(name))) {
      this.logs.client.info('A setting that decides which server runs has changed.');
      await this.restart();
    }
  }

  /** Restarts if the search now leads to another server. */
  async surroundingsChanged(): Promise<void> {
    const found = await findServer(surroundings());
    if ('problem' in found ? this.current === undefined : this.current !== undefined && sameServer(found, this.current)) {
      return;
    }
    await this.restart();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.stopClient();
  }

  private async startAfresh(): Promise<void> {
    if (this.stopped) {
      return;
    }
    this.status.starting();
    await this.stopClient();
    const found = await findServer(surroundings());
    if ('problem' in found) {
      this.notFound(found);
      return;
    }
    this.lastProblem = '';
    this.current = found;
    this.logs.client.info(`Starting ${[found.command, ...found.args].join(' ')} (from ${found.origin})`);
    const client = this.newClient(found);
    this.client = client;
    try {
      await client.start();
      const info = client.initializeResult?.serverInfo;
      this.logs.client.info(`Running: ${info?.name ?? 'unnamed server'} ${info?.version ?? ''}`);
    } catch (error) {
      this.logs.client.error(error instanceof Error ? error : String(error));
      this.status.problem('The server does not start', `${found.command}: see the server log`);
    }
  }

  private async stopClient(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.current = undefined;
    try {
      await client?.dispose();
    } catch (error) {
      // A server that does not stop in time, or never started, is not worth a message to the user.
      this.logs.client.warn(`While stopping: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private newClient(server: Server): LanguageClient {
    const options: LanguageClientOptions = {
      documentSelector: SELECTOR,
      outputChannel: this.logs.server,
      traceOutputChannel: this.logs.trace,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationOptions: () => ({ ...settings(), client: ABILITIES }),
      diagnosticCollectionName: 'pricetag',
      markdown: { isTrusted: { enabledCommands: ['workbench.action.openSettings'] } },
      stdioOptions: {
        stdout: () => undefined, // carries the protocol
        stderr: copyLines,
      },
    };
    // Over stdio, the default, which a named transport would spell out as an argument that the server does not take.
    // Started away from the workspace: no import and no relative path may lead into it.
    const run = {
      command: server.command,
      args: [...server.args],
      options: { cwd: os.homedir(), env: { ...process.env, ...PYTHON_ENVIRONMENT } },
    };
    const client = new LanguageClient('pricetag', 'Pricetag', run, options);
    client.registerFeature(new TrustFeature(client));
    client.onNotification(STATUS_METHOD, (value: unknown) => {
      const status = readStatus(value);
      if (status === undefined) {
        this.logs.client.warn(`The server sent a status that this extension does not know: ${JSON.stringify(value)}`);
      } else {
        this.status.report(status);
      }
    });
    client.onDidChangeState(({ newState }) => {
      if (client !== this.client) {
        return; // the stop of a client that has been replaced
      }
      if (newState === State.Starting) {
        this.status.starting();
      } else if (newState === State.Stopped || newState === State.StartFailed) {
        this.status.problem('The server has stopped', 'See the server log');
      }
    });
    return client;
  }

  private notFound({ problem, setting }: NotFound): void {
    this.logs.client.error(`No server: ${problem}`);
    this.status.problem('No server found', problem);
    if (problem === this.lastProblem) {
      return; // said once is enough
    }
    this.lastProblem = problem;
    void this.offerHelp(problem, setting);
  }

  private async offerHelp(problem: string, setting: NotFound['setting']): Promise<void> {
    const [selectInterpreter, openSettings, showLog] = ['Select Interpreter', 'Open Settings', 'Show Log'];
    const canSelect = setting === undefined && vscode.extensions.getExtension('ms-python.python') !== undefined;
    const message = `Pricetag found no server. ${problem}${setting === undefined ? ` ${INSTALL_HELP}` : ''}`;
    const buttons = [...(canSelect ? [selectInterpreter] : []), openSettings, showLog];
    const choice = await vscode.window.showWarningMessage(message, ...buttons);
    if (choice === selectInterpreter) {
      await vscode.commands.executeCommand('python.setInterpreter');
    } else if (choice === openSettings) {
      await vscode.commands.executeCommand('workbench.action.openSettings', setting ?? 'pricetag.server.path');
    } else if (choice === showLog) {
      this.logs.client.show();
    }
  }
}

function surroundings(): Parameters<typeof findServer>[0] {
  const values = vscode.workspace.getConfiguration('pricetag');
  return {
    serverPath: expand(values.get<string>('server.path', '')),
    python: expand(values.get<string>('python', '')),
    trusted: vscode.workspace.isTrusted,
    workspaceInterpreters,
    searchPath: (process.env['PATH'] ?? '').split(process.platform === 'win32' ? ';' : ':'),
    platform: process.platform,
    isExecutable,
    hasPricetag,
  };
}

/** Fills in `~` and `${workspaceFolder}`, as in VS Code's own path settings. */
function expand(value: string): string {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const home = /^~(?=$|[\\/])/;
  return value
    .trim()
    .replace(home, () => os.homedir())
    .replaceAll('${workspaceFolder}', folder ?? '${workspaceFolder}');
}

/** The section "pricetag" as plain data, restricted settings of an untrusted workspace already left out by VS Code. */
function settings(): object {
  return JSON.parse(JSON.stringify(vscode.workspace.getConfiguration().get('pricetag') ?? {})) as object;
}
