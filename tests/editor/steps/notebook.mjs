// Cells of a notebook have hints and hovers too, and know what the other cells define.
import fs from 'node:fs';

const NOTEBOOK = 'prices.ipynb';
const PAIRS = 'def pairs(prices: list[float]) -> list[tuple[float, float]]:';
const SPREAD = 'def spread(prices: list[float]) -> float:';
const CELLS = [
  [PAIRS, '    return list(zip(prices, prices[1:]))'],
  [SPREAD, '    return max(abs(first - second) for first, second in pairs(prices))'],
];

export async function notebook({ check, window, workspace }) {
  fs.writeFileSync(workspace.path(NOTEBOOK), JSON.stringify(content(CELLS)));
  const hint = (text) => window.hintOf(window.cellLine(text));
  await window.openFile(NOTEBOOK);

  await check('hints in both cells of a notebook', async () => {
    await hint(PAIRS).waitFor();
    await hint(SPREAD).waitFor();
  });
  await check('a hover in a cell', async () => {
    await window.cellLine(SPREAD).locator('span', { hasText: /^\s*spread\s*$/ }).first().hover();
    await window.hover('spread').locator('table').waitFor();
  });
  await check('an edit of a cell changes its hint', async () => {
    await window.press('Escape');
    const before = await hint(PAIRS).textContent();
    await window.cellLine('return').first().click();
    await window.press('End');
    await window.page.keyboard.type('[:3]');
    await window.press('Home');
    await window.page.keyboard.type('prices = sorted(prices)\n    '); // Home leads behind the indentation
    await window.until('a new hint', async () => (await hint(PAIRS).count()) > 0 && (await hint(PAIRS).textContent()) !== before);
  });
  await window.runCommand('File: Revert File');
  await window.closeTab();
  fs.rmSync(workspace.path(NOTEBOOK));
}

function content(cells) {
  const kernelspec = { display_name: 'Python 3', language: 'python', name: 'python3' };
  return {
    cells: cells.map((lines, index) => ({
      cell_type: 'code',
      id: `cell-${index}`,
      execution_count: null,
      metadata: {},
      outputs: [],
      source: lines.map((line, at) => (at < lines.length - 1 ? `${line}\n` : line)),
    })),
    metadata: { kernelspec, language_info: { name: 'python' } },
    nbformat: 4,
    nbformat_minor: 5,
  };
}
