// Hints are shown, hidden, paused.
import { EXAMPLES } from '../workspace.mjs';

const [EXAMPLE] = EXAMPLES;

/** The command that hides the hints, and the language status. */
export async function toggle({ check, window }) {
  await window.openFile(EXAMPLE.file);
  await check('the language status names the model', async () => {
    await window.languageStatus(/Pricetag: Ready: \S/);
  });
  await window.closeLanguageStatus();
  await check('hints toggled off', async () => {
    await window.runCommand('Pricetag: Toggle Hints');
    await window.until('no hints', async () => (await window.hints.count()) === 0);
  });
  await check('hints toggled on', async () => {
    await window.runCommand('Pricetag: Toggle Hints');
    await window.hint(EXAMPLE.signature).waitFor();
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
