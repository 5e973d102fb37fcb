// VS Code in the browser with live forecasts on examples/, until Ctrl-C. With --check: until the first hints are seen.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { startCodeServer } from './code-server.mjs';
import { Window, launchBrowser } from './window.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const FILE = 'inventory.py';

const session = await startCodeServer({
  folder: path.join(root, 'examples'),
  vsix: path.join(root, 'vscode-client/pricetag.vsix'),
  machine: { 'pricetag.server.path': path.join(root, '.venv/bin/pricetag') },
});
const url = session.page(FILE);

let ending = false;
async function end(code) {
  if (ending) return;
  ending = true;
  await session.stop();
  process.exit(code);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void end(0));

if (process.argv.includes('--check')) {
  let code = 1;
  let browser;
  try {
    browser = await launchBrowser();
    const window = await Window.open(browser, url);
    await window.hints.first().waitFor();
    console.log(`VS Code shows hints on examples/${FILE}:`);
    for (const line of await window.hints.allTextContents()) console.log(`  ${line.replaceAll('\u00a0', ' ')}`);
    code = 0;
  } catch (error) {
    console.error(error);
  }
  await browser?.close();
  await end(code);
}

console.log(`VS Code with live forecasts: ${url}`);
console.log('Ctrl-C ends it.');
openInBrowser(url);
await session.exited;
if (!ending) {
  console.error('code-server has stopped.');
  await end(1);
}

/** Shows the page where there is a screen to show it on. */
function openInBrowser(address) {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return;
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  spawn(opener, [address], { stdio: 'ignore', detached: true }).on('error', () => undefined).unref();
}
