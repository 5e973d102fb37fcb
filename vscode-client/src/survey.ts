/** Asks the server for the heaviest functions of the workspace, with progress that can be cancelled. */
import * as vscode from 'vscode';
import { type LanguageClient, WorkDoneProgress, WorkDoneProgressCancelNotification } from 'vscode-languageclient/node';
import { type Answer, HEAVIEST_METHOD, readAnswer } from './heaviest';
import { t } from './l10n';
import type { PricetagServer } from './server';
import type { Metric } from './units';

export interface Question {
  readonly metric: Metric;
  /** How many functions. */
  readonly limit: number;
  /** How many of them with their growth curves. */
  readonly curves?: number;
}

let asked = 0;

/** The server's answer; what was found until then where the user cancels. Undefined: there is none, as the user was told. */
export async function findHeaviest(server: PricetagServer, question: Question): Promise<Answer | undefined> {
  const options = { location: vscode.ProgressLocation.Notification, title: t('Finding the heaviest functions'), cancellable: true };
  return vscode.window.withProgress(options, async (progress, cancellation) => {
    const client = await server.whenReady(cancellation);
    if (client !== undefined) {
      return ask(client, question, progress, cancellation);
    }
    if (!cancellation.isCancellationRequested) {
      void vscode.window.showWarningMessage(t('The Pricetag server is not running.'));
    }
    return undefined;
  });
}

async function ask(
  client: LanguageClient,
  question: Question,
  progress: vscode.Progress<{ message?: string; increment?: number }>,
  cancellation: vscode.CancellationToken,
): Promise<Answer | undefined> {
  asked += 1;
  const token = `pricetag/heaviest/${asked}`;
  let reached = 0;
  const listening = client.onProgress(WorkDoneProgress.type, token, (value) => {
    const percentage = value.kind === 'end' ? 100 : (value.percentage ?? reached);
    progress.report({ increment: percentage - reached, ...(value.message !== undefined && { message: value.message }) });
    reached = percentage;
  });
  const cancelling = cancellation.onCancellationRequested(() =>
    client.sendNotification(WorkDoneProgressCancelNotification.type, { token }),
  );
  try {
    return readAnswer(await client.sendRequest(HEAVIEST_METHOD, { ...question, workDoneToken: token }), question.metric);
  } catch (error) {
    if (client.isRunning()) {
      throw error;
    }
    return undefined; // the server was stopped meanwhile; the status says why
  } finally {
    listening.dispose();
    cancelling.dispose();
  }
}
