import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

const root = path.join(__dirname, '..');
let place = '';

before(async () => {
  place = await mkdtemp(path.join(os.tmpdir(), 'pricetag-sources-'));
  execFileSync(process.execPath, [path.join(root, 'wheels.mjs'), '--sources', place]);
});
after(() => rm(place, { recursive: true, force: true }));

test('the carried models hold every file that they name, as they name it, and no weights', async () => {
  const models = await readdir(path.join(place, 'models'));
  assert.ok(models.length > 0);
  for (const model of models) {
    const folder = path.join(place, 'models', model);
    const { files, id } = JSON.parse(await readFile(path.join(folder, 'config.json'), 'utf8')) as { files: Record<string, string>; id: string };
    assert.notEqual(id, '');
    assert.ok('encoder.int8.onnx' in files && !Object.keys(files).some((name) => name.startsWith('weights')));
    for (const [name, digest] of Object.entries(files)) {
      assert.equal(createHash('sha256').update(await readFile(path.join(folder, name))).digest('hex'), digest, name);
    }
    assert.ok(!(await readdir(folder)).some((name) => name.startsWith('weights')));
  }
});

test('the package comes along, without what Python has compiled', async () => {
  const server = await readdir(path.join(place, 'server'), { recursive: true });
  assert.ok(server.includes(path.join('pricetag', '__main__.py')));
  assert.ok(!server.some((name) => name.includes('__pycache__')));
});
