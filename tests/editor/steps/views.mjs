// The view of the heaviest functions, the report, debug information.
import fs from 'node:fs';
import path from 'node:path';
import { expect } from '../checks.mjs';
import { COST } from '../window.mjs';

/** The view of the heaviest functions, the report on them, and what it writes. */
export async function views({ check, window, workspace }) {
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
    const saved = workspace.path('pricetag-report.html');
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
  await window.press('Control+B');
  await check('debug information', async () => {
    await window.runCommand('Pricetag: Print Debug Information');
    await window.line('"extension": {').waitFor();
    await window.line('"onnxruntime": ').waitFor();
  });
}
