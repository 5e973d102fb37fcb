/**
 * Wraps a task so that at most one run is under way and one more is queued.
 *
 * A call made while a run is under way joins the queued run: that run starts later than the call and so sees
 * everything that the caller has changed. A failed run does not keep the queued one from starting.
 */
export function coalesce(task: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let queued: Promise<void> | undefined;

  function run(): Promise<void> {
    running = task().finally(() => {
      running = undefined;
    });
    return running;
  }

  return () => {
    if (running === undefined) {
      return run();
    }
    queued ??= running
      .catch(() => undefined)
      .then(() => {
        queued = undefined;
        return run();
      });
    return queued;
  };
}
