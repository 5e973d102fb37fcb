// What goes wrong is explained, and mended.
import { expect } from '../checks.mjs';
import { EXAMPLES } from '../workspace.mjs';

const EXAMPLE = EXAMPLES[1];

export async function failures({ check, window, session, workspace, server }) {
  await window.openFile(EXAMPLE.file);
  await window.hint(EXAMPLE.signature).waitFor();

  await check('a wrong server path is explained', async () => {
    session.setMachineSettings({ 'pricetag.server.path': '/nowhere/pricetag' });
    await window.notification('There is no program at /nowhere/pricetag').waitFor();
    await window.until('no hints', async () => (await window.hints.count()) === 0);
  });
  await check('a corrected server path brings the hints back', async () => {
    session.setMachineSettings({ 'pricetag.server.path': server });
    await window.hint(EXAMPLE.signature).waitFor();
  });
  await check('a killed worker is started again, and forecasts', async () => {
    const servers = session.processes('pricetag serve');
    const before = await window.hint(EXAMPLE.signature).textContent();
    await killed(window, session, 'pricetag.worker');
    await window.typeLine(workspace.lineOf(EXAMPLE.file, 'double mean(') + 1, EXAMPLE.regression);
    await window.until('a new hint', async () => (await window.hint(EXAMPLE.signature).textContent()) !== before);
    await window.undo(EXAMPLE.trace, /^\s{4}double\s\w+_sum\s=\s0;$/);
    await window.until('the old hint', async () => (await window.hint(EXAMPLE.signature).textContent()) === before);
    expect(session.processes('pricetag serve').join() === servers.join(), 'the server was started again as well');
  });
  await check('a killed server is started again', async () => {
    await killed(window, session, 'pricetag serve');
    await hoverAnew(window);
  });
}

/** Kills the processes whose command holds `text`, and waits for others in their place. */
async function killed(window, session, text) {
  const before = session.processes(text);
  if (before.length === 0) throw new Error(`no process ${text}`);
  for (const pid of before) process.kill(pid, 'SIGKILL');
  await window.until(`a new ${text}`, () => session.processes(text).some((pid) => !before.includes(pid)));
}

/** A hover does not change while it is open, and a new process has to load its model first: hovers until there is a table. */
async function hoverAnew(window) {
  await window.until('a hover with a table', async () => {
    await window.press('Escape');
    await window.line('#include <algorithm>').hover();
    await window.nameIn(EXAMPLE).hover();
    const table = window.hover(EXAMPLE.function).locator('table');
    return table.waitFor({ timeout: 2000 }).then(() => true, () => false);
  });
}
