/** The running server: found, started, restarted, paused, stopped. */
import os from 'node:os';
import * as vscode from 'vscode';
import { LanguageClient, type LanguageClientOptions, RevealOutputChannelOn, State } from 'vscode-languageclient/node';
import { coalesce } from './coalesce';
import { type NotFound, type Server, findServer, sameServer } from './discovery';
import { explainNotFound } from './guidance';
import { STATUS_METHOD, readStatus } from './health';
import type { Installation } from './installation';
import { t } from './l10n';
import { type Logs, copyLines } from './logs';
import { PYTHON_ENVIRONMENT } from './python';
import { SELECTOR } from './selector';
import type { Status } from './status';
import { surroundings } from './surroundings';
import { TrustFeature } from './trust';
import { upToDate } from './upToDate';

/** Settings that decide which program runs, or what it loads at its start. The others are read live. */
const STARTING_SETTINGS = ['pricetag.server.path', 'pricetag.python', 'pricetag.model', 'pricetag.environment.automatic'];

/** What this client does that its protocol capabilities do not say: images in hovers, old versions of files, commands. */
const ABILITIES = { images: true, baselines: true, commands: ['pricetag.toggleHints'] };

export class PricetagServer {
  /** Finds the server and starts it afresh, also where it was paused. Calls in quick succession are joined. */
  readonly restart = coalesce(() => (this.starting = this.startAfresh()));
  private readonly changed = new vscode.EventEmitter<void>();
  private starting = Promise.resolve();
  private client: LanguageClient | undefined;
  private current: Server | undefined;
  private state: 'wanted' | 'paused' | 'stopped' = 'wanted';
  private lastProblem = '';

  constructor(
    private readonly logs: Logs,
    private readonly status: Status,
    private readonly installation: Installation,
  ) {}

  /** The client of the running server; undefined where none runs. */
  get running(): LanguageClient | undefined {
    return this.client?.isRunning() === true ? this.client : undefined;
  }

  /** The program that runs or is being started. */
  get program(): Server | undefined {
    return this.current;
  }

  /** The client of the running server, once its model is loaded or known not to come. Undefined: none runs, or cancelled. */
  async whenReady(cancellation: vscode.CancellationToken): Promise<LanguageClient | undefined> {
    const cancelled = new Promise<void>((resolve) => cancellation.onCancellationRequested(resolve));
    await Promise.race([this.starting, cancelled]);
    while (this.running !== undefined && this.status.loading && !cancellation.isCancellationRequested) {
      await Promise.race([once(this.changed.event), cancelled]);
    }
    return cancellation.isCancellationRequested ? undefined : this.running;
  }

  /** Restarts if the change concerns a setting that is only read at the start. */
  async settingsChanged(event: vscode.ConfigurationChangeEvent): Promise<void> {
    if (this.state === 'wanted' && STARTING_SETTINGS.some((name) => event.affectsConfiguration(name))) {
      this.logs.client.info('A setting that decides which server runs has changed.');
      await this.restart();
    }
  }

  /** Restarts if the search now leads to another server. */
  async surroundingsChanged(): Promise<void> {
    const found = await this.find();
    const same = 'problem' in found ? this.current === undefined : this.current !== undefined && sameServer(found, this.current);
    if (this.state === 'wanted' && !same) {
      await this.restart();
    }
  }

  /** Ends the server's processes until `resume`, for those who need the machine for something else. */
  async pause(): Promise<void> {
    this.state = 'paused';
    await vscode.commands.executeCommand('setContext', 'pricetag.paused', true);
    await this.stopClient();
    this.status.paused();
  }

  async resume(): Promise<void> {
    this.state = 'wanted';
    await vscode.commands.executeCommand('setContext', 'pricetag.paused', false);
    await this.restart();
  }

  /** Asks the server, if one is running. */
  async request<Answer>(method: string, params: object): Promise<Answer | undefined> {
    return this.client?.isRunning() === true ? this.client.sendRequest<Answer>(method, params) : undefined;
  }

  async stop(): Promise<void> {
    this.state = 'stopped';
    await this.stopClient();
  }

  private async startAfresh(): Promise<void> {
    if (!this.wanted()) {
      return;
    }
    this.status.starting();
    await this.stopClient();
    const found = await this.findOrInstall();
    if (found === undefined || !this.wanted()) {
      return; // the user was told why, or wants none any more
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
      if (client === this.client) {
        this.logs.client.error(error instanceof Error ? error : String(error));
        this.status.problem(t('The server does not start'), t('{0}: see the server log', found.command));
      }
    }
  }

  private wanted(): boolean {
    return this.state === 'wanted';
  }

  private find(): ReturnType<typeof findServer> {
    return findServer(surroundings(async () => (await this.installation.environment())?.interpreter));
  }

  /** The server to start, after an installation if it takes one. Undefined: there is none, and the user was told why. */
  private async findOrInstall(): Promise<Server | undefined> {
    let found = await this.find();
    if ('problem' in found && found.setting === undefined && installsItself()) {
      this.status.installing();
      const outcome = await this.installation.make();
      if (typeof outcome === 'object') {
        this.status.problem(t('No server'), outcome.problem);
        return undefined;
      }
      found = await this.find();
    }
    if ('problem' in found) {
      this.notFound(found);
      return undefined;
    }
    this.status.environment = found.origin === 'own environment' ? await this.installation.summary() : '';
    return found;
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
      middleware: {
        provideInlayHints: (document, range, token, next) => upToDate(document, token, () => next(document, range, token)),
      },
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
      } else if (client === this.client) {
        this.status.report(status);
        this.changed.fire();
      }
    });
    client.onDidChangeState(({ newState }) => {
      this.changed.fire();
      if (client !== this.client) {
        return; // the stop of a client that has been replaced
      }
      if (newState === State.Starting) {
        this.status.starting();
      } else if (newState === State.Stopped || newState === State.StartFailed) {
        this.status.problem(t('The server has stopped'), t('See the server log'));
      }
    });
    return client;
  }

  private notFound(found: NotFound): void {
    this.logs.client.error(`No server: ${found.problem}`);
    this.status.problem(t('No server found'), found.problem);
    if (found.problem !== this.lastProblem) {
      this.lastProblem = found.problem; // said once is enough
      void explainNotFound(found, this.logs);
    }
  }
}

function once(event: vscode.Event<void>): Promise<void> {
  return new Promise((resolve) => {
    const listening = event(() => {
      listening.dispose();
      resolve();
    });
  });
}

function installsItself(): boolean {
  return vscode.workspace.getConfiguration('pricetag').get<boolean>('environment.automatic', true);
}

/** The section "pricetag" as plain data, restricted settings of an untrusted workspace already left out by VS Code. */
function settings(): object {
  return JSON.parse(JSON.stringify(vscode.workspace.getConfiguration().get('pricetag') ?? {})) as object;
}
