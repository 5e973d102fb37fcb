// Hints are shown, stay while something else is edited, are hidden, paused.
import { expect } from '../checks.mjs';
import { watchHints } from '../gaps.mjs';
import { COST } from '../window.mjs';
import { EXAMPLES } from '../workspace.mjs';

const [EXAMPLE] = EXAMPLES;
/** The functions above and below the example. */
const UNTOUCHED = ['def total_value(prices: list[float]) -> float:', 'def find_item(sorted_ids: list[int], wanted: int) -> int:'];
/** A function whose memory grows with n. */
const GROWING = 'def with_tax(prices: list[float], rate: float = 0.2) -> list[float]:';
/** Brackets that are open for a while, and a line that moves what stands below. */
const TYPED = '    pairs = [(level, str(level)) for level in levels]\n';

/** The command that hides the hints, and the language status. */
export async function toggle({ check, window }) {
  await window.openFile(EXAMPLE.file);
  await check('the language status names the model', async () => {
    await window.languageStatus(/Pricetag: Ready: \S/);
  });
  await window.closeLanguageStatus();
  await check('hints toggled off', async () => {
    const watch = await watchHints(window.page, UNTOUCHED, COST);
    await window.runCommand('Pricetag: Toggle Hints');
    await window.until('no hints', async () => (await window.hints.count()) === 0);
    expect((await watch.stop()).gaps.length > 0, 'the watch over hints, which is used below, sees nothing');
  });
  await check('hints toggled on', async () => {
    await window.runCommand('Pricetag: Toggle Hints');
    await window.hint(EXAMPLE.signature).waitFor();
  });
}

/** No flicker: what is typed in one function leaves the hints of others on the screen all the time. */
export async function typing({ check, window, workspace }) {
  await window.openFile(EXAMPLE.file);
  for (const signature of UNTOUCHED) await window.hint(signature).waitFor();
  expect(TYPED.length >= 50, 'too few edits');
  let before;

  await check('hints survive typing elsewhere', async () => {
    before = await window.hint(EXAMPLE.signature).textContent();
    await window.goToLine(workspace.lineOf(EXAMPLE.file, EXAMPLE.body));
    const watch = await watchHints(window.page, UNTOUCHED, COST);
    for (const letter of TYPED) {
      await window.page.keyboard.type(letter);
      // A pause after each word, and before the new line, is long enough for its forecasts to come: an answer that is on
      // its way to the screen while a line is inserted goes to the wrong one for a moment (microsoft/vscode#190953).
      await window.page.waitForTimeout(' ]'.includes(letter) ? 250 : 30);
    }
    await window.until('a new hint of what was edited', async () => (await window.hint(EXAMPLE.signature).textContent()) !== before);
    const { looks, gaps } = await watch.stop();
    expect(looks > TYPED.length, `looked only ${looks} times`);
    expect(gaps.length === 0, `${gaps.length} of ${looks} times there was no hint: ${[...new Set(gaps)].join(' | ')}`);
    console.log(`       ${TYPED.length} edits, looked ${looks} times`);
  });
  await check('hints survive undo elsewhere', async () => {
    const watch = await watchHints(window.page, UNTOUCHED, COST);
    await window.undo('pairs =', new RegExp(`^\\s{4}${EXAMPLE.body.replaceAll(' ', '\\s')}$`));
    await window.until('the old hint', async () => (await window.hint(EXAMPLE.signature).textContent()) === before);
    const { looks, gaps } = await watch.stop();
    expect(gaps.length === 0, `${gaps.length} of ${looks} times there was no hint: ${[...new Set(gaps)].join(' | ')}`);
  });
}

export async function pause({ check, window, session }) {
  await window.openFile(EXAMPLE.file);
  await check('forecasts paused', async () => {
    await window.runCommand('Pricetag: Pause Forecasts');
    await window.until('no server', () => session.processes('pricetag serve').length === 0);
    await window.until('no hints', async () => (await window.hints.count()) === 0);
    await window.languageStatus(/Pricetag: Paused/);
  });
  await window.closeLanguageStatus();
  await check('forecasts resumed', async () => {
    await window.runCommand('Pricetag: Resume Forecasts');
    await window.hint(EXAMPLE.signature).waitFor();
  });
}

/** The input size is set in the settings editor, as a person does. */
export async function settings({ check, window }) {
  await window.openFile(EXAMPLE.file);
  await window.goToLine(1);
  await window.hint(GROWING).waitFor();
  const before = await window.hint(GROWING).textContent();

  // The settings lie over the editor, whose hints are seen behind them.
  await check('another input size in the settings, other hints at once', async () => {
    await window.openSetting('pricetag.size');
    await window.setNumber('Pricetag: Size', 1000);
    await window.until('another hint', async () => (await window.hint(GROWING).textContent()) !== before);
    console.log(`       hint ${before} -> ${await window.hint(GROWING).textContent()}`);
  });
  await check('the old input size, the old hints', async () => {
    await window.setNumber('Pricetag: Size', 10_000);
    await window.until('the old hint', async () => (await window.hint(GROWING).textContent()) === before);
    await window.closeSettings();
  });
}
