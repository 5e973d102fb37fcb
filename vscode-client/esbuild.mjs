// Bundles the extension into dist/, or with --tests the unit tests into dist-tests/.
import { build } from 'esbuild';
import fs from 'node:fs';

const tests = process.argv.includes('--tests');
const outdir = tests ? 'dist-tests' : 'dist';
fs.rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: tests ? unitTests() : ['src/extension.ts'],
  outdir,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode'],
  minify: process.argv.includes('--minify'),
  sourcemap: tests ? 'inline' : false,
  logLevel: 'warning',
});

function unitTests() {
  return fs
    .readdirSync('tests')
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `tests/${name}`);
}
