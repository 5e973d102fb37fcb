// What can be done about a warning: look at the old version, ignore the function, accept its cost.
import fs from 'node:fs';
import { expect } from '../checks.mjs';
import { EXAMPLES } from '../workspace.mjs';

const [EXAMPLE] = EXAMPLES;
const ACCEPTED = '.pricetag/baselines.json';
const WARNING = /its baseline of/;
const BODY = /^\s{4}\w+_sum\s=\s0$/;

export async function fixes({ check, window, workspace }) {
  await window.openFile(EXAMPLE.file);
  await window.typeLine(workspace.lineOf(EXAMPLE.file, '_sum = 0'), EXAMPLE.regression);
  await window.save();
  await window.press('Control+Shift+M');
  await window.problems(WARNING).waitFor();

  await check('the old version opens from Problems', async () => {
    await window.problems(/baseline at commit/).dblclick();
    await window.line(EXAMPLE.trace).waitFor({ state: 'detached' });
    await window.line(EXAMPLE.signature).waitFor();
    expect((await window.line(BODY).count()) === 1, 'the body of the old version is not there');
    await window.page.getByRole('tab', { name: /inventory \([0-9a-f]{8}\)\.py/ }).waitFor();
  });
  await window.closeTab();
  await window.line(EXAMPLE.trace).waitFor();

  await check('ignored here, the warning is gone', async () => {
    await window.takeCodeAction(EXAMPLE, `Ignore \`${EXAMPLE.function}\` here`);
    await window.line('# pricetag: ignore').waitFor();
    await window.problems(WARNING).waitFor({ state: 'detached' });
  });
  await check('undone, the warning is back', async () => {
    await window.press('Control+Z');
    await window.line('# pricetag: ignore').waitFor({ state: 'detached' });
    await window.problems(WARNING).waitFor();
  });
  await check('accepted as the baseline, the warning is gone', async () => {
    await window.takeCodeAction(EXAMPLE, /Accept .* as the baseline/);
    await window.problems(WARNING).waitFor({ state: 'detached' });
    await window.until('the file of accepted baselines', () => fs.existsSync(workspace.path(ACCEPTED)) && workspace.read(ACCEPTED).includes(`"${EXAMPLE.function}"`));
  });
  await check('no longer accepted, the warning is back', async () => {
    fs.rmSync(workspace.path(ACCEPTED));
    await window.problems(WARNING).waitFor();
  });

  await window.undo(EXAMPLE.trace, BODY);
  await window.save();
  await window.problems('').first().waitFor({ state: 'detached' });
  await window.press('Control+J');
}
