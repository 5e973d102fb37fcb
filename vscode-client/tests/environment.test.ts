import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, lstat, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import {
  EnvironmentError,
  type Python,
  type Wheels,
  install,
  installed,
  pythonsOnPath,
  readWheels,
  suitablePython,
} from '../src/environment';

const DIGEST = '0123456789abcdef'.repeat(4);
let place = '';
let python: Python;
let wheels: Wheels;
const quiet = (): void => undefined;
const never = new AbortController().signal;

/** A wheel of a package with one module, made by Python's own zip support. */
const WHEEL = `import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    wheel.writestr("tiny.py", "print('tiny', 6 * 7)")
    info = "tiny-1.0.dist-info/"
    wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\n" + sys.argv[2])
    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(info + "RECORD", "")`;

before(async () => {
  place = await mkdtemp(path.join(os.tmpdir(), 'pricetag environment '));
  python = await suitablePython(pythonsOnPath((process.env['PATH'] ?? '').split(path.delimiter), process.platform));
  wheels = await carried('whole', '');
});
after(() => rm(place, { recursive: true, force: true }));

async function carried(name: string, requirement: string): Promise<Wheels> {
  const folder = path.join(place, name);
  await mkdir(folder);
  const server = 'tiny-1.0-py3-none-any.whl';
  execFileSync(python.interpreter, ['-c', WHEEL, path.join(folder, server), requirement]);
  await writeFile(path.join(folder, 'wheels.json'), JSON.stringify({ server, digest: DIGEST, completeFor: python.version.join('.') }));
  const read = await readWheels(folder);
  assert.ok(read);
  return read;
}

async function fake(name: string, prints: string): Promise<string> {
  const file = path.join(place, name);
  await writeFile(file, `#!/bin/sh\necho "${prints}"\n`);
  await chmod(file, 0o755);
  return file;
}

test('an environment is made, recognised, and runs what was installed', async () => {
  const folder = path.join(place, 'own', 'environment');
  assert.equal(await installed(folder, wheels), undefined);
  const lines: string[] = [];
  const made = await install(python, wheels, folder, (line) => lines.push(line), never);
  assert.deepEqual(await installed(folder, wheels), made);
  assert.equal(execFileSync(made.interpreter, ['-m', 'tiny'], { encoding: 'utf8' }).trim(), 'tiny 42');
  assert.ok(made.seconds > 0);
  const listed = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = listed.filter((entry) => entry.isFile() && entry.name !== 'pricetag.json' && !entry.parentPath.includes('lib64'));
  const sizes = await Promise.all(files.map(async (entry) => (await lstat(path.join(entry.parentPath, entry.name))).size));
  assert.equal(made.bytes, sizes.reduce((sum, size) => sum + size, 0), 'every file once');
  assert.equal(await installed(folder, { ...wheels, digest: 'f'.repeat(64) }), undefined, 'of another build');
  assert.match(lines.join('\n'), /Successfully installed tiny-1\.0/);
});

test('a failed installation leaves nothing and says why', async () => {
  const lacking = await carried('lacking', 'Requires-Dist: no-such-package-of-pricetag\n');
  const folder = path.join(place, 'failed');
  await assert.rejects(install(python, lacking, folder, quiet, never), (error: Error) => {
    assert.ok(error instanceof EnvironmentError);
    assert.match(error.message, /could not be installed.*no-such-package-of-pricetag/s);
    return true;
  });
  assert.ok(!(await readdir(place)).includes('failed'));
});

test('a cancelled installation leaves nothing', async () => {
  const cancel = new AbortController();
  const folder = path.join(place, 'cancelled');
  const making = install(python, wheels, folder, () => {
    cancel.abort();
  }, cancel.signal);
  await assert.rejects(making, (error: Error) => error instanceof EnvironmentError && error.reason === 'cancelled');
  assert.ok(!(await readdir(place)).includes('cancelled'));
});

test('an installation that was cut off is made anew', async () => {
  const folder = path.join(place, 'cut');
  await mkdir(path.join(folder, 'bin'), { recursive: true });
  await writeFile(path.join(folder, 'bin', 'python'), '');
  assert.equal(await installed(folder, wheels), undefined);
  const made = await install(python, wheels, folder, quiet, never);
  assert.deepEqual(await installed(folder, wheels), made);
});

test('the first suitable Python is taken', async () => {
  const broken = await fake('broken', 'Python is not what this is');
  const old = await fake('old', '3 9 1');
  const bare = await fake('bare', '3 12 0');
  const good = await fake('good', '3 11 1');
  const newer = await fake('newer', '3 13 1');
  const absent = path.join(place, 'absent');
  assert.deepEqual(await suitablePython([absent, broken, old, bare, good, newer]), { interpreter: good, version: [3, 11] });
  assert.equal((await suitablePython([good, newer], '3.13')).interpreter, newer, 'the one that the wheels are for');
  assert.equal((await suitablePython([good, newer], '3.10')).interpreter, good, 'else any');
  await assert.rejects(suitablePython([old, bare]), /python3\.12-venv/);
  await assert.rejects(suitablePython([old]), /3\.10 or newer.*Python 3\.9/);
  await assert.rejects(suitablePython([absent, broken]), (error: Error) => {
    assert.ok(error instanceof EnvironmentError);
    assert.equal(error.reason, 'no Python');
    assert.match(error.message, /None was found/);
    return true;
  });
});

test('PATH is searched without its relative entries', () => {
  const found = pythonsOnPath(['/usr/bin', 'node_modules/.bin', '', '/opt/bin'], 'linux');
  assert.deepEqual(found.slice(0, 2), ['/usr/bin/python3', '/opt/bin/python3']);
  assert.ok(found.every((file) => path.posix.isAbsolute(file)));
  assert.deepEqual(pythonsOnPath(['C:\\Python', '.'], 'win32'), ['C:\\Python\\python.exe']);
});

test('wheels that do not hold together are none', async () => {
  const folder = path.join(place, 'odd');
  await mkdir(folder);
  await writeFile(path.join(folder, 'tiny.whl'), '');
  const odd = [{}, { server: '../tiny.whl' }, { server: 'absent.whl' }, { server: 3 }].map((content) => ({ digest: DIGEST, ...content }));
  const undigested = [{ server: 'tiny.whl' }, { server: 'tiny.whl', digest: '../..' }];
  for (const content of ['', 'null', ...[...odd, ...undigested].map((value) => JSON.stringify(value))]) {
    await writeFile(path.join(folder, 'wheels.json'), content);
    assert.equal(await readWheels(folder), undefined, content);
  }
  assert.equal(await readWheels(path.join(place, 'nowhere')), undefined);
});
