// Bundles the extension into dist/, or with --tests the unit tests into dist-tests/.
import { build } from 'esbuild';
import fs from 'node:fs';

const tests = process.argv.includes('--tests');
const outdir = tests ? 'dist-tests' : 'dist';
fs.rmSync(outdir, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: tests ? unitTests() : ['src/extension.ts'],
  outdir,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode'],
  minify: process.argv.includes('--minify'),
  sourcemap: tests ? 'inline' : false,
  metafile: true,
  logLevel: 'warning',
});
if (!tests) {
  fs.writeFileSync(`${outdir}/THIRD_PARTY_NOTICES.txt`, notices(Object.keys(metafile.inputs)));
}

/** The licences of the packages that are part of the bundle: they must be passed on with it. */
function notices(inputs) {
  const folders = new Set(inputs.flatMap((file) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []));
  return [...folders]
    .sort()
    .map((folder) => {
      const { name, version, license } = JSON.parse(fs.readFileSync(`${folder}/package.json`, 'utf8'));
      const text = fs.readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
      if (text === undefined) throw new Error(`${name} comes without its licence`);
      return `${name} ${version} (${license})\n\n${fs.readFileSync(`${folder}/${text}`, 'utf8').trim()}\n`;
    })
    .join('\n----\n\n');
}

function unitTests() {
  return fs
    .readdirSync('tests')
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `tests/${name}`);
}
