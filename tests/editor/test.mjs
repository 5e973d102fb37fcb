// The whole product in a real VS Code: hints, hovers, hint tooltips, warnings on save, commands, views, guidance.
//
// PRICETAG names the server program (default: the one in .venv). Screenshots and logs go to artifacts/.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startCodeServer } from './code-server.mjs';
import { COST, Window, launchBrowser } from './window.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const artifacts = path.join(import.meta.dirname, 'artifacts');
const vsix = path.join(root, 'vscode-client/pricetag.vsix');
const server = process.env.PRICETAG ?? path.join(root, '.venv/bin/pricetag');

/** What is done to each example, and where. */
const EXAMPLES = [
  {
    file: 'inventory.py',
    function: 'mean_level',
    signature: 'def mean_level(levels: list[int]) -> float:',
    body: 'level_sum = 0',
    trace: 'products',
    regression: '    products = [[a * b for b in levels] for a in levels]',
    rename: { from: 'level_sum', to: 'stock_sum' },
  },
  {
    file: 'telemetry.cpp',
    function: 'mean',
    signature: 'double mean(const std::vector<double>& readings)',
    body: 'double reading_sum = 0;',
    trace: 'products',
    regression: '    std::vector<std::vector<double>> products(readings.size(), readings);',
    rename: { from: 'reading_sum', to: 'value_sum' },
  },
];

fs.rmSync(artifacts, { recursive: true, force: true });
fs.mkdirSync(artifacts, { recursive: true });
for (const [what, file] of [['extension', vsix], ['server', server]]) {
  if (!fs.existsSync(file)) throw new Error(`The ${what} is not there: ${path.relative(root, file)}`);
}

let passed = 0;
let failed = 0;
let window;

/** One check: named, timed, with a screenshot. What follows a failure would fail too, so the run ends there. */
async function check(name, body) {
  const start = Date.now();
  const took = () => `${((Date.now() - start) / 1000).toFixed(1)} s`;
  try {
    await body();
  } catch (error) {
    failed += 1;
    console.log(`FAILED ${name} (${took()})`);
    await window?.page.screenshot({ path: path.join(artifacts, 'failure.png') }).catch(() => undefined);
    throw error;
  }
  passed += 1;
  console.log(`passed ${name} (${took()})`);
  await window.page.screenshot({ path: path.join(artifacts, `${String(passed).padStart(2, '0')}-${name.replace(/\W+/g, '-')}.png`) });
}

function expect(condition, message) {
  if (!condition) throw new Error(message);
}

/** A copy of the examples, committed: the baseline of a regression is git's HEAD. */
function makeWorkspace() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'pricetag-workspace-'));
  fs.cpSync(path.join(root, 'examples'), folder, { recursive: true });
  const git = (...args) => execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.invalid', ...args], { cwd: folder });
  git('init', '-q');
  git('add', '.');
  git('commit', '-q', '-m', 'Add the examples');
  return folder;
}

async function checkExample(workspace, example) {
  const lineOf = (text) => fs.readFileSync(path.join(workspace, example.file), 'utf8').split('\n').findIndex((line) => line.includes(text)) + 1;
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
    await window.typeLine(lineOf(renamed), example.regression);
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

/** The view of the heaviest functions, the report on them, and what it writes. */
async function checkViews(workspace) {
  const labels = () => window.heaviest(/, line \d+/).evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-label')));

  await check('the view says what it is for', async () => {
    await window.runCommand('View: Show Explorer');
    await window.page.locator('.pane-header', { hasText: 'Heaviest Functions' }).click();
    await window.page.locator('.pane-body .monaco-button', { hasText: 'Find Heaviest Functions' }).waitFor();
  });
  await check('the heaviest functions by memory', async () => {
    await window.page.locator('.pane-body .monaco-button', { hasText: 'Find Heaviest Functions' }).click();
    await window.heaviest(/ of memory, at n 10,000/).first().waitFor();
    const spoken = await labels();
    expect(spoken.length >= 4 && spoken.every((label) => COST.test(label)), `rows without costs: ${spoken.join(' | ')}`);
    console.log(`       ${spoken[0]}`);
  });
  await check('the heaviest functions by runtime', async () => {
    await window.runCommand('Pricetag: Order Heaviest Functions by Runtime');
    await window.heaviest(/ of runtime, at n 10,000/).first().waitFor();
    expect((await window.heaviest(/ of memory/).count()) === 0, 'rows of the old order are left');
  });
  await check('a row leads to its function', async () => {
    const [label] = await labels();
    const [, file, line] = /, ([^,]+), line (\d+)$/.exec(label);
    await window.heaviest(label).click();
    await window.page.locator(`.tab.active[data-resource-name="${path.basename(file)}"]`).waitFor();
    await window.page.locator('.statusbar-item', { hasText: new RegExp(`Ln ${line}, Col \\d+ \\(\\d+ selected\\)`) }).waitFor();
  });
  await check('the report has plots and a table', async () => {
    await window.runCommand('Pricetag: Show Report');
    await window.webview.locator('h2', { hasText: 'Memory against runtime' }).waitFor();
    for (const [what, selector, least] of [['marks', '.mark[cx], .mark[d]', 4], ['lines', '.line', 2], ['rows', 'tbody tr', 4]]) {
      const count = await window.webview.locator(selector).count();
      expect(count >= least, `${count} ${what}`);
    }
  });
  await check('the report is saved as a file of its own', async () => {
    const saved = path.join(workspace, 'pricetag-report.html');
    await window.webview.locator('a', { hasText: 'Export as HTML' }).click();
    await window.page.locator('.quick-input-widget input').first().waitFor();
    await window.press('Enter');
    await window.notification('The report was saved.').waitFor();
    const page = fs.readFileSync(saved, 'utf8');
    expect(page.includes('<polyline') && !/href|<script|src=/.test(page), 'no plots in the file, or something that it would fetch');
    fs.rmSync(saved);
  });
  await check('a name in the report leads to its function', async () => {
    const link = window.webview.locator('tbody a').first();
    const place = await window.webview.locator('tbody tr').first().locator('td').nth(1).textContent();
    await link.click();
    await window.page.locator(`.tab.active[data-resource-name="${place.split(':')[0]}"]`).waitFor();
  });
  await check('debug information', async () => {
    await window.runCommand('Pricetag: Print Debug Information');
    await window.line('"extension": {').waitFor();
    await window.line('"onnxruntime": ').waitFor();
  });
}

/** Where a person has not trusted the folder there are forecasts all the same. */
async function runRestricted(session, browser) {
  window = await Window.open(browser, session.page(EXAMPLES[0].file));
  await check('hints in Restricted Mode', async () => {
    await window.page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
    await window.hint(EXAMPLES[0].signature).waitFor();
  });
}

async function run(session, browser, workspace) {
  window = await Window.open(browser, session.page(EXAMPLES[0].file));
  await window.line(EXAMPLES[0].signature).waitFor();

  await window.press('Control+B'); // more room
  await checkExample(workspace, EXAMPLES[0]);

  await check('the language status names the model', async () => {
    await window.languageStatus(/Pricetag: Ready: \S/);
  });
  await window.press('Escape');
  await window.page.mouse.move(900, 400); // the menu stays open below the mouse

  await check('hints toggled off', async () => {
    await window.runCommand('Pricetag: Toggle Hints');
    await window.until('no hints', async () => (await window.hints.count()) === 0);
  });
  await check('hints toggled on', async () => {
    await window.runCommand('Pricetag: Toggle Hints');
    await window.hint(EXAMPLES[0].signature).waitFor();
  });

  await check('forecasts paused', async () => {
    await window.runCommand('Pricetag: Pause Forecasts');
    await window.until('no server', () => session.processes('pricetag serve').length === 0);
    await window.until('no hints', async () => (await window.hints.count()) === 0);
    await window.languageStatus(/Pricetag: Paused/);
  });
  await window.press('Escape');
  await window.page.mouse.move(900, 400);
  await check('forecasts resumed', async () => {
    await window.runCommand('Pricetag: Resume Forecasts');
    await window.hint(EXAMPLES[0].signature).waitFor();
  });

  await checkViews(workspace);
  await window.press('Control+B');

  await window.openFile(EXAMPLES[1].file);
  await window.goToLine(1); // it is open already, where the report led to
  await checkExample(workspace, EXAMPLES[1]);

  await check('a wrong server path is explained', async () => {
    session.setMachineSettings({ 'pricetag.server.path': '/nowhere/pricetag' });
    await window.notification('There is no program at /nowhere/pricetag').waitFor();
    await window.until('no hints', async () => (await window.hints.count()) === 0);
  });
  await check('a corrected server path brings the hints back', async () => {
    session.setMachineSettings({ 'pricetag.server.path': server });
    await window.hint(EXAMPLES[1].signature).waitFor();
  });

  await check('a killed server is started again', async () => {
    const before = session.processes('pricetag serve');
    expect(before.length > 0, 'no server process found');
    for (const pid of before) process.kill(pid, 'SIGKILL');
    await window.until('a new server', () => session.processes('pricetag serve').some((pid) => !before.includes(pid)));
    // A hover does not change while it is open, and the new server has to load its model first: hover anew.
    await window.until('a hover with a table', async () => {
      await window.press('Escape');
      await window.line('#include <algorithm>').hover();
      await window.nameIn(EXAMPLES[1]).hover();
      const table = window.hover(EXAMPLES[1].function).locator('table');
      return table.waitFor({ timeout: 2000 }).then(() => true, () => false);
    });
  });
}

const workspace = makeWorkspace();
let session;
let browser;
try {
  browser = await launchBrowser();
  for (const [trusted, steps] of [[true, run], [false, runRestricted]]) {
    session = await startCodeServer({
      folder: workspace,
      vsix,
      trusted,
      machine: { 'pricetag.server.path': server },
      settings: {
        'security.workspace.trust.startupPrompt': 'never',
        // What is typed must be what stands there.
        'editor.autoIndent': 'none',
        'editor.autoClosingBrackets': 'never',
        'editor.quickSuggestions': { other: 'off', comments: 'off', strings: 'off' },
        'editor.suggestOnTriggerCharacters': false,
        'editor.parameterHints.enabled': false,
        'editor.wordBasedSuggestions': 'off',
        'editor.hover.delay': 100,
        'editor.cursorBlinking': 'solid',
      },
    });
    await steps(session, browser, workspace);
    await session.stop();
  }
} catch (error) {
  if (failed === 0) {
    failed = 1; // between two checks
    await window?.page.screenshot({ path: path.join(artifacts, 'failure.png') }).catch(() => undefined);
  }
  console.log(error instanceof Error ? error.stack : error);
  session?.keepLogs(path.join(artifacts, 'logs'));
} finally {
  await browser?.close();
  await session?.stop();
  fs.rmSync(workspace, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
