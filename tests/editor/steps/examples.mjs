// Hints, hovers, tooltips and warnings, in both languages.
import { expect } from '../checks.mjs';
import { COST } from '../window.mjs';
import { EXAMPLES } from '../workspace.mjs';

export const python = (test) => checkExample(test, EXAMPLES[0]);
export const cpp = (test) => checkExample(test, EXAMPLES[1]);

/** An example from its first hint to a warning and back. */
async function checkExample({ check, window, workspace }, example) {
  await window.openFile(example.file);
  await window.goToLine(1);
  const renamed = example.body.replaceAll(example.rename.from, example.rename.to);
  let before;

  await check(`${example.file}: hints`, async () => {
    await window.hint(example.signature).waitFor();
    await window.until('four hints', async () => (await window.hints.count()) >= 4);
    before = await window.hint(example.signature).textContent();
  });

  await check(`${example.file}: hover with a table`, async () => {
    await window.nameIn(example).hover();
    await window.hover(example.function).locator('table').waitFor();
    const rows = await window.hover(example.function).locator('table tbody tr').allTextContents();
    expect(rows.length >= 2 && rows.every((row) => COST.test(row)), `no costs in the table: ${rows.join(' | ')}`);
  });

  await check(`${example.file}: tooltip of the hint`, async () => {
    await window.press('Escape');
    await window.hover('').waitFor({ state: 'hidden' });
    await window.hint(example.signature).hover();
    await window.hover(/10,?000/).waitFor();
  });

  await check(`${example.file}: a rename does not warn`, async () => {
    await window.press('Escape');
    await window.renameAll(example.body, example.rename.from, example.rename.to);
    await window.save();
    expect((await window.problemCounts()) === '00', 'a problem is counted');
  });

  await check(`${example.file}: a memory regression warns on save`, async () => {
    await window.typeLine(workspace.lineOf(example.file, renamed), example.regression);
    await window.save();
    await window.press('Control+Shift+M');
    await window.problems(example.function).first().waitFor();
    // How it grows may be a warning of its own.
    const rows = await window.problems(/its baseline of/).allTextContents();
    expect(rows.length === 1, `one regression wanted: ${rows.join(' | ')}`);
    console.log(`       ${rows[0]}`);
    await window.until('a new hint', async () => (await window.hint(example.signature).textContent()) !== before);
    console.log(`       hint ${before} -> ${await window.hint(example.signature).textContent()}`);
  });

  // The server judges the renamed text on this save: nothing may be left.
  await check(`${example.file}: undone and saved, the warning is gone`, async () => {
    await window.undo(example.trace, new RegExp(`^\\s{4}${renamed.replaceAll(' ', '\\s')}$`));
    await window.save();
    await window.problems('').first().waitFor({ state: 'detached' });
    await window.press('Control+J');
    await window.page.locator('.markers-panel-container').waitFor({ state: 'hidden' });
    await window.hint(example.signature).waitFor();
    expect((await window.line(example.rename.to).count()) > 0, 'the rename was undone as well');
  });
}
