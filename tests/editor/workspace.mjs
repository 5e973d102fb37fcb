// The folder that the editor opens: a copy of the examples, committed, for the baseline of a regression is git's HEAD.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** What is done to each example, and where. */
export const EXAMPLES = [
  {
    file: 'inventory.py',
    function: 'mean_level',
    signature: 'def mean_level(levels: list[int]) -> float:',
    body: 'level_sum = 0',
    trace: 'products',
    regression: '    products = [list(levels) for level in levels]',
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

export class Workspace {
  constructor(root) {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'pricetag-workspace-'));
    fs.cpSync(path.join(root, 'examples'), this.folder, { recursive: true });
    const git = (...args) => execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.invalid', ...args], { cwd: this.folder });
    git('init', '-q');
    git('add', '.');
    git('commit', '-q', '-m', 'Add the examples');
  }

  path(name) {
    return path.join(this.folder, name);
  }

  read(name) {
    return fs.readFileSync(this.path(name), 'utf8');
  }

  /** The line, counted from 1, that holds a text on the disk. */
  lineOf(name, text) {
    return this.read(name).split('\n').findIndex((line) => line.includes(text)) + 1;
  }

  remove() {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
