// A real VS Code without a desktop: code-server with the packaged extension, in folders of its own.
import { execFile, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const here = import.meta.dirname;
const NODE = path.join(here, 'node/node_modules/node/bin/node');
const ENTRY = path.join(here, 'code-server/node_modules/code-server/out/node/entry.js');

/** Settings under which a test sees the same editor every time. */
const QUIET = {
  'workbench.startupEditor': 'none',
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'workbench.enableExperiments': false,
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.colorTheme': 'Light Modern',
  'window.autoDetectColorScheme': false,
  'workbench.reduceMotion': 'on',
  'files.autoSave': 'off',
  'editor.inlayHints.enabled': 'on',
  'editor.minimap.enabled': false,
};

/**
 * Starts code-server on a folder. `settings` are the user's; `machine` those that only a machine can set.
 * `language` is the one that extensions are told; the editor itself stays English.
 * Resolves when it answers, with its address and a way to stop it and to remove what it wrote.
 */
export async function startCodeServer({ folder, vsix, settings = {}, machine = {}, trusted = true, language = 'en' }) {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'pricetag-editor-'));
  const at = (...parts) => path.join(home, ...parts);
  writeJson(at('data/User/settings.json'), { ...QUIET, ...settings });
  const machineSettings = at('data/Machine/settings.json');
  writeJson(machineSettings, machine);
  if (language !== 'en') writeLanguagePack(at('data'), language);
  const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: at('.config'), XDG_DATA_HOME: at('.local'), EXTENSIONS_GALLERY: '{}' };
  for (const name of Object.keys(env)) {
    // Both kinds would reach the inner VS Code and change what it does.
    if (/^(VSCODE_|npm_)/.test(name)) delete env[name];
  }
  const dirs = ['--user-data-dir', at('data'), '--extensions-dir', at('extensions')];
  await promisify(execFile)(NODE, [ENTRY, ...dirs, '--install-extension', vsix], { env });

  const port = await freePort();
  const log = fs.openSync(at('code-server.log'), 'w');
  const flags = ['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry', '--disable-update-check'];
  flags.push('--disable-getting-started-override', '--locale', language, ...(trusted ? ['--disable-workspace-trust'] : []));
  const child = spawn(NODE, [ENTRY, ...dirs, ...flags, folder], { env, stdio: ['ignore', log, log], detached: true });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  let running = true;
  void exited.then(() => (running = false));

  async function stop() {
    if (running) {
      process.kill(-child.pid, 'SIGTERM');
      await exited;
    }
    fs.rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  /** Copies what code-server and the extension have logged. */
  function keepLogs(target) {
    fs.rmSync(target, { recursive: true, force: true });
    fs.cpSync(at('data/logs'), target, { recursive: true });
    fs.copyFileSync(at('code-server.log'), path.join(target, 'code-server.log'));
  }

  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(`${url}/healthz`).catch(() => undefined))?.ok) {
    if (!running) {
      const said = fs.readFileSync(at('code-server.log'), 'utf8');
      await stop();
      throw new Error(`code-server has stopped:\n${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    /** The page for the folder, with `file` (a path in it) open. */
    page(file) {
      const payload = [['openFile', `vscode-remote://127.0.0.1:${port}${path.join(folder, file)}`]];
      return `${url}/?folder=${encodeURIComponent(folder)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
    },
    /** The ids of the processes below code-server whose command line holds this text. */
    processes: (text) => below(child.pid).filter(({ args }) => args.includes(text)).map(({ pid }) => pid),
    setMachineSettings: (values) => writeJson(machineSettings, values),
    keepLogs,
    exited,
    stop,
  };
}

/** A language pack that translates nothing: a locale counts only where one is installed. */
function writeLanguagePack(data, language) {
  const vscode = path.join(data, 'nothing.i18n.json');
  writeJson(vscode, { version: '1.0.0', contents: {} });
  const extensions = [{ extensionIdentifier: { id: `pricetag.nothing-${language}` }, version: '1.0.0' }];
  writeJson(path.join(data, 'languagepacks.json'), { [language]: { hash: 'nothing', extensions, translations: { vscode }, label: language } });
}

function writeJson(file, value) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, JSON.stringify(value, null, 2));
}

function below(root) {
  const listed = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' });
  const all = listed.split('\n').map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)).filter((match) => match !== null);
  const found = [];
  for (let parents = [root]; parents.length > 0; ) {
    const children = all.filter(([, , parent]) => parents.includes(Number(parent)));
    found.push(...children.map(([, pid, , args]) => ({ pid: Number(pid), args })));
    parents = children.map(([, pid]) => Number(pid));
  }
  return found;
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
