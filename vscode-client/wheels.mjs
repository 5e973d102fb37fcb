// Builds the server's wheel, with its model, into wheels/, which the extension carries. With --complete, every package it
// needs comes along for this machine's Python and platform, so that nothing is fetched when it is installed.
//
//   node wheels.mjs [--complete]
//   node wheels.mjs --sources FOLDER    only copies what the wheel is built from
//
// PYTHON names the interpreter that builds (default: the one of .venv, else python3).
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
const folder = path.join(import.meta.dirname, 'wheels');
const python = process.env.PYTHON ?? [path.join(root, '.venv', 'bin', 'python')].find((file) => fs.existsSync(file)) ?? 'python3';
const WEIGHTS = /^weights(-\d+)?\.safetensors$/; // one a member of the model
const complete = process.argv.includes('--complete');

/** The parts of the repository that make the wheel, without the weights: they are most of it, and only training reads them. */
function copySources(target) {
  for (const name of ['pyproject.toml', 'README.md', 'LICENSE', 'server', 'models']) {
    fs.cpSync(path.join(root, name), path.join(target, name), {
      recursive: true,
      filter: (file) => path.basename(file) !== '__pycache__' && !WEIGHTS.test(path.basename(file)),
    });
  }
  for (const model of fs.readdirSync(path.join(target, 'models'))) {
    const file = path.join(target, 'models', model, 'config.json');
    const config = JSON.parse(fs.readFileSync(file, 'utf8'));
    // A model lacks nothing that its config names.
    for (const name of Object.keys(config.files).filter((each) => WEIGHTS.test(each))) delete config.files[name];
    fs.writeFileSync(file, `${JSON.stringify(config, null, 1)}\n`);
  }
}

if (process.argv[2] === '--sources') {
  copySources(process.argv[3]);
  process.exit();
}
fs.rmSync(folder, { recursive: true, force: true });
const sources = fs.mkdtempSync(path.join(os.tmpdir(), 'pricetag-wheel-'));
try {
  copySources(sources);
  const pip = ['-m', 'pip', 'wheel', '--quiet', '--disable-pip-version-check', '--wheel-dir', folder];
  execFileSync(python, [...pip, ...(complete ? [] : ['--no-deps']), sources], { stdio: ['ignore', 'inherit', 'inherit'] });
} finally {
  fs.rmSync(sources, { recursive: true, force: true });
}
const server = fs.readdirSync(folder).find((name) => name.startsWith('pricetag-') && name.endsWith('.whl'));
if (server === undefined) {
  throw new Error(`no wheel of the server in ${folder}`);
}
const wheel = fs.readFileSync(path.join(folder, server));
const digest = createHash('sha256').update(wheel).digest('hex');
const version = execFileSync(python, ['-c', 'import sys; print(*sys.version_info[:2], sep=".")'], { encoding: 'utf8' }).trim();
fs.writeFileSync(path.join(folder, 'wheels.json'), `${JSON.stringify({ server, digest, ...(complete && { completeFor: version }) })}\n`);
console.log(`${server}: ${(wheel.length / 1e6).toFixed(1)} MB`);
