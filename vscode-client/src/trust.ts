/** Tells the server whether the workspace is trusted: only then may it be asked to run anything of it. */
import * as vscode from 'vscode';
import type { FeatureState, InitializeParams, LanguageClient, StaticFeature } from 'vscode-languageclient/node';

const TRUSTED_METHOD = 'pricetag/trusted';

export class TrustFeature implements StaticFeature {
  private granted: vscode.Disposable | undefined;

  constructor(private readonly client: LanguageClient) {}

  fillInitializeParams(params: InitializeParams): void {
    const options = params.initializationOptions as { client?: object };
    options.client = { ...options.client, trusted: vscode.workspace.isTrusted };
  }

  fillClientCapabilities(): void {
    // The protocol knows of no trust.
  }

  initialize(): void {
    this.clear();
    this.granted = vscode.workspace.onDidGrantWorkspaceTrust(() => this.client.sendNotification(TRUSTED_METHOD, {}));
  }

  getState(): FeatureState {
    return { kind: 'static' };
  }

  clear(): void {
    this.granted?.dispose();
    this.granted = undefined;
  }
}
