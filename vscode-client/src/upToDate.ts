/** Asked at most this often: who types faster than the server answers gets an answer all the same. */
const MOST_TRIES = 5;

/**
 * Asks again for as long as the document changes before the answer comes.
 *
 * VS Code puts hints where they stood in the text that was asked about, even if a line was inserted above since
 * (microsoft/vscode#190953): they would jump to the wrong line and back.
 */
export async function upToDate<Answer>(
  document: { readonly version: number },
  cancellation: { readonly isCancellationRequested: boolean },
  ask: () => Answer | PromiseLike<Answer>,
): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    const { version } = document;
    const answer = await ask();
    if (document.version === version || cancellation.isCancellationRequested || tries === MOST_TRIES) {
      return answer;
    }
  }
}
