// The whole product in a real VS Code: hints, hovers, hint tooltips, warnings on save, commands, views, guidance.
//
//   node tests/editor/test.mjs            every step, in the order below
//   node tests/editor/test.mjs STEP...    only these
//
// PRICETAG names the server program (default: the one in .venv). Screenshots and logs go to artifacts/.
import fs from 'node:fs';
import path from 'node:path';
import { ARTIFACTS, Checks } from './checks.mjs';
import { startCodeServer } from './code-server.mjs';
import { cpp, python } from './steps/examples.mjs';
import { failures } from './steps/failures.mjs';
import { fixes } from './steps/fixes.mjs';
import { walkthrough } from './steps/guide.mjs';
import { german } from './steps/german.mjs';
import { pause, settings, toggle, typing } from './steps/hints.mjs';
import { installing } from './steps/installing.mjs';
import { measuring } from './steps/measuring.mjs';
import { notebook } from './steps/notebook.mjs';
import { restricted } from './steps/restricted.mjs';
import { views } from './steps/views.mjs';
import { Window, launchBrowser } from './window.mjs';
import { EXAMPLES, Workspace } from './workspace.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const vsix = path.join(root, 'vscode-client/pricetag.vsix');
const server = process.env.PRICETAG ?? path.join(root, '.venv/bin/pricetag');

const SERVER = { 'pricetag.server.path': server };

/** An editor each: how it is started, and the steps in it. A step leaves the files as it found them. */
const SESSIONS = [
  { start: {}, steps: { installing } },
  { start: { machine: SERVER }, steps: { typing, python, toggle, pause, settings, views, cpp, fixes, measuring, notebook, walkthrough, failures } },
  { start: { machine: SERVER, trusted: false }, steps: { restricted } },
  { start: { machine: SERVER, language: 'de' }, steps: { german } },
];

/** What is typed must be what stands there. */
const LITERAL_TYPING = {
  'editor.autoIndent': 'none',
  'editor.autoClosingBrackets': 'never',
  'editor.quickSuggestions': { other: 'off', comments: 'off', strings: 'off' },
  'editor.suggestOnTriggerCharacters': false,
  'editor.parameterHints.enabled': false,
  'editor.wordBasedSuggestions': 'off',
  'editor.hover.delay': 100,
  'editor.cursorBlinking': 'solid',
  'security.workspace.trust.startupPrompt': 'never',
};

for (const [what, file] of [['extension', vsix], ['server', server]]) {
  if (!fs.existsSync(file)) throw new Error(`The ${what} is not there: ${path.relative(root, file)}`);
}
const wanted = process.argv.slice(2);
const known = SESSIONS.flatMap(({ steps }) => Object.keys(steps));
for (const name of wanted.filter((name) => !known.includes(name))) {
  throw new Error(`There is no step ${name}; there are ${known.join(', ')}.`);
}

const checks = new Checks();
const check = checks.check.bind(checks);
const workspace = new Workspace(root);
let session;
let browser;
try {
  browser = await launchBrowser();
  for (const { start, steps } of SESSIONS) {
    const chosen = Object.entries(steps).filter(([name]) => wanted.length === 0 || wanted.includes(name));
    if (chosen.length === 0) continue;
    session = await startCodeServer({ folder: workspace.folder, vsix, settings: LITERAL_TYPING, ...start });
    const window = await Window.open(browser, session.page(EXAMPLES[0].file));
    checks.window = window;
    await window.line(EXAMPLES[0].signature).waitFor();
    await window.press('Control+B'); // more room
    for (const [, step] of chosen) await step({ check, window, session, workspace, server });
    await window.page.close();
    await session.stop();
  }
} catch (error) {
  if (checks.failed === 0) await checks.fail(); // between two checks
  console.log(error instanceof Error ? error.stack : error);
  session?.keepLogs(path.join(ARTIFACTS, 'logs'));
} finally {
  await browser?.close();
  await session?.stop();
  workspace.remove();
}
console.log(`${checks.passed} passed, ${checks.failed} failed`);
process.exitCode = checks.failed === 0 ? 0 : 1;
