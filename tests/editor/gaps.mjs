// Watches the page from within: is a hint gone for a moment? Screenshots are too slow to tell.

/**
 * Watches the hints on the lines that hold these texts, after every change of the page, until `stop` says what was seen:
 * how often it looked, and each change after which a line had no hint.
 */
export async function watchHints(page, texts, cost) {
  const probe = await page.evaluateHandle(
    ([texts, source]) => {
      const cost = new RegExp(source);
      const seen = { looks: 0, gaps: [] };
      const look = () => {
        seen.looks += 1;
        // Blanks in the editor's lines are non-breaking.
        const lines = [...document.querySelectorAll('.editor-instance .view-line')].map((line) => line.textContent.replaceAll('\u00a0', ' '));
        for (const text of texts) {
          const line = lines.find((line) => line.includes(text));
          if (line === undefined || !cost.test(line.replace(text, ''))) seen.gaps.push(line ?? `no line: ${text}`);
        }
      };
      const observer = new MutationObserver(look);
      observer.observe(document.body, { subtree: true, childList: true, characterData: true });
      look();
      return { seen, observer };
    },
    [texts, cost.source],
  );
  return {
    async stop() {
      return probe.evaluate(({ seen, observer }) => {
        observer.disconnect();
        return seen;
      });
    },
  };
}
