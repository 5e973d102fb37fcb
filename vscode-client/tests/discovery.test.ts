import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Surroundings, findServer, sameServer } from '../src/discovery';

interface World {
  serverPath?: string;
  python?: string;
  trusted?: boolean;
  interpreters?: string[];
  searchPath?: string[];
  platform?: NodeJS.Platform;
  executables?: string[];
  withPricetag?: string[];
  own?: string;
}

function surroundings(world: World, probed: string[]): Surroundings {
  return {
    serverPath: world.serverPath ?? '',
    python: world.python ?? '',
    trusted: world.trusted ?? true,
    workspaceInterpreters: () => Promise.resolve(world.interpreters ?? []),
    searchPath: world.searchPath ?? [],
    platform: world.platform ?? 'linux',
    ownInterpreter: () => Promise.resolve(world.own),
    isExecutable: (file) => Promise.resolve((world.executables ?? []).includes(file)),
    hasPricetag: (interpreter) => {
      probed.push(interpreter);
      return Promise.resolve((world.withPricetag ?? []).includes(interpreter));
    },
  };
}

/** `expected`: "command args (origin)", or for a failure a pattern of its message. */
function check(name: string, world: World, expected: string | RegExp, expectedProbes?: string[]): void {
  test(name, async () => {
    const probed: string[] = [];
    const found = await findServer(surroundings(world, probed));
    if (expected instanceof RegExp) {
      assert.ok('problem' in found, `found ${JSON.stringify(found)}`);
      assert.match(found.problem, expected);
    } else {
      assert.ok('command' in found, `found ${JSON.stringify(found)}`);
      assert.equal(`${[found.command, ...found.args].join(' ')} (${found.origin})`, expected);
    }
    if (expectedProbes !== undefined) {
      assert.deepEqual(probed, expectedProbes);
    }
  });
}

const everything: World = {
  serverPath: '/set/pricetag',
  python: '/set/python',
  interpreters: ['/ws/.venv/bin/python'],
  searchPath: ['/usr/bin', '/opt/bin'],
  executables: ['/set/pricetag', '/opt/bin/pricetag'],
  withPricetag: ['/set/python', '/ws/.venv/bin/python'],
};

check('server.path wins', everything, '/set/pricetag serve (pricetag.server.path)', []);
check('then python', { ...everything, serverPath: '' }, '/set/python -m pricetag serve (pricetag.python)', ['/set/python']);
check(
  'then the workspace',
  { ...everything, serverPath: '', python: '' },
  '/ws/.venv/bin/python -m pricetag serve (workspace interpreter)',
);
check(
  'the first workspace interpreter that has pricetag',
  { interpreters: ['/a', '/b', '/c'], withPricetag: ['/b', '/c'] },
  '/b -m pricetag serve (workspace interpreter)',
  ['/a', '/b'],
);
check('then PATH', { ...everything, serverPath: '', python: '', withPricetag: [] }, '/opt/bin/pricetag serve (PATH)');
check('an untrusted workspace is not asked', { ...everything, serverPath: '', python: '', trusted: false }, '/opt/bin/pricetag serve (PATH)', []);
check('relative PATH entries are skipped', { searchPath: ['.', 'bin', ''], executables: ['pricetag', './pricetag', 'bin/pricetag'] }, /PATH/);
check('Windows', { platform: 'win32', searchPath: ['C:\\py'], executables: ['C:\\py\\pricetag.exe'] }, 'C:\\py\\pricetag.exe serve (PATH)');
check('a wrong server.path is not passed over', { ...everything, executables: ['/opt/bin/pricetag'] }, /no program at \/set\/pricetag/);
check('a wrong python is not passed over', { ...everything, serverPath: '', withPricetag: [] }, /\/set\/python is no Python with pricetag/);
check('last the own environment', { own: '/own/bin/python' }, '/own/bin/python -m pricetag serve (own environment)');
check('PATH goes before it', { ...everything, serverPath: '', python: '', withPricetag: [], own: '/own' }, '/opt/bin/pricetag serve (PATH)');
check('Restricted Mode may use it', { trusted: false, own: '/own' }, '/own -m pricetag serve (own environment)');
check('nothing', {}, /Neither/);
check('nothing, untrusted', { trusted: false }, /Restricted Mode/);

test('the setting to blame is named', async () => {
  const found = await findServer(surroundings({ serverPath: '/none' }, []));
  assert.equal('setting' in found ? found.setting : '', 'pricetag.server.path');
});

test('servers are the same when they run the same program', () => {
  const server = { command: '/p', args: ['serve'], origin: 'PATH' } as const;
  assert.ok(sameServer(server, { ...server, origin: 'pricetag.server.path' }));
  assert.ok(!sameServer(server, { ...server, args: ['serve', '-v'] }));
  assert.ok(!sameServer(server, { ...server, command: '/q' }));
});
