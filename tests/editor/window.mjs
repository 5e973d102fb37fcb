// One VS Code window in Chromium, and what a user does in it.
import { execFileSync } from 'node:child_process';
import { chromium } from 'playwright-core';

/** Long enough for a first start on a busy machine. */
const TIMEOUT_MS = 1000 * Number(process.env.EDITOR_TIMEOUT ?? 120);

/** A cost as hints write it. Blanks in hints are non-breaking. */
export const COST = /\d\s?(B|kB|MB|GB|ns|µs|μs|ms|s)\b/;

export async function launchBrowser() {
  return chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

function findChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
    } catch {
      // not this one
    }
  }
  throw new Error('No Chromium found: install it, or name it in the variable CHROMIUM.');
}

export class Window {
  static async open(browser, url) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(TIMEOUT_MS);
    await page.goto(url);
    return new Window(page);
  }

  constructor(page) {
    this.page = page;
  }

  /** The line of the editor that holds this text (blanks may be non-breaking). */
  line(text) {
    return this.page.locator('.editor-instance .view-line').filter({ hasText: pattern(text) });
  }

  /** The hint on a line. */
  hint(text) {
    return this.hintOf(this.line(text));
  }

  hintOf(line) {
    return line.locator('span > span', { hasText: COST }).last();
  }

  /** The line of a notebook's cell that holds this text. */
  cellLine(text) {
    return this.page.locator('.notebook-editor .view-line').filter({ hasText: pattern(text) });
  }

  /** The name of an example's function, in its signature. */
  nameIn({ signature, function: name }) {
    return this.line(signature).locator('span', { hasText: new RegExp(`^\\s*${name}\\s*$`) }).first();
  }

  get hints() {
    return this.page.locator('.editor-instance .view-line', { hasText: COST });
  }

  /** The box that shows a hover or a hint's tooltip. */
  hover(text) {
    return this.page.locator('.monaco-hover:not(.hidden, .workbench-hover)', { hasText: text }).first();
  }

  problems(text) {
    return this.page.locator('.markers-panel-container .monaco-list-row', { hasText: text });
  }

  /** Errors and warnings as the status bar counts them, such as "00". */
  async problemCounts() {
    return (await this.page.locator('.statusbar-item[id="status.problems"]').textContent()).replace(/\s/g, '');
  }

  /** What the language status menu says. */
  async languageStatus(text) {
    await this.page.locator('[id="status.languageStatus"]').click();
    await this.page.locator('.hover-language-status', { hasText: text }).first().waitFor();
  }

  /** The menu stays open below the mouse. */
  async closeLanguageStatus() {
    await this.press('Escape');
    await this.page.mouse.move(900, 400);
  }

  /** A function's row in the view "Heaviest Functions", found by what a screen reader says of it. */
  heaviest(text) {
    return this.page.locator('.pane-body .monaco-list-row[aria-label]').and(this.page.getByLabel(text));
  }

  /** The document in a webview. */
  get webview() {
    return this.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  }

  notification(text) {
    return this.page.locator('.notifications-toasts .notification-list-item, .notification-list-item', { hasText: text }).first();
  }

  /** Presses a button of a notification. */
  async answer(text, button) {
    await this.notification(text).locator('.monaco-button', { hasText: new RegExp(`^${button}$`) }).click();
    await this.notification(text).waitFor({ state: 'detached' });
  }

  /** What is offered at the cursor: quick fixes and other code actions. */
  codeAction(text) {
    return this.page.locator('.action-widget .monaco-list-row.action', { hasText: text }).first();
  }

  /** Takes a code action at the name of a function. The list closes where something moves meanwhile: it is opened anew. */
  async takeCodeAction(example, text) {
    await this.nameIn(example).click({ force: true }); // the cursor may stand before it
    await this.until(`code action ${text}`, async () => {
      await this.press('Control+.');
      if (await this.codeAction(text).waitFor({ timeout: 5000 }).then(() => true, () => false)) return true;
      await this.press('Escape');
      return false;
    });
    await this.codeAction(text).click();
  }

  /** Asks for a measurement of an example's function. */
  async measure(example) {
    await this.takeCodeAction(example, `Measure \`${example.function}\` now`);
  }

  press(keys) {
    return this.page.keyboard.press(keys);
  }

  async until(what, condition) {
    const end = Date.now() + TIMEOUT_MS;
    for (;;) {
      if (await condition()) return;
      if (Date.now() > end) throw new Error(`Not within ${TIMEOUT_MS / 1000} s: ${what}`);
      await this.page.waitForTimeout(50);
    }
  }

  /** Opens a file of the folder by name. */
  async openFile(name) {
    // The list names recent files before it is filtered: what Enter takes is the focused row. It does not learn of new files.
    const row = this.page.locator('.quick-input-list .monaco-list-row.focused', { hasText: name });
    await this.until(`${name} in the list of files`, async () => {
      await this.press('Control+P');
      await this.page.locator('.quick-input-widget input').first().fill(name);
      if (await row.waitFor({ timeout: 5000 }).then(() => true, () => false)) return true;
      await this.press('Escape');
      return false;
    });
    await this.press('Enter');
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
  }

  async closeTab() {
    await this.page.locator('.tab.active').click({ button: 'middle' });
  }

  /** Opens the settings editor with one setting in it. */
  async openSetting(id) {
    await this.runCommand('Preferences: Open User Settings');
    await this.page.locator('.settings-editor .settings-header .suggest-input-container').click();
    await this.press('Control+A');
    await this.page.keyboard.type(`@id:${id}`);
  }

  async setNumber(title, value) {
    const input = this.page.locator('.settings-editor .setting-item-contents', { hasText: title }).locator('input').first();
    await input.fill(String(value));
    await input.press('Tab');
  }

  async closeSettings() {
    await this.press('Escape');
    await this.page.locator('.settings-editor').waitFor({ state: 'hidden' });
  }

  async runCommand(title) {
    await this.press('F1');
    await this.page.locator('.quick-input-widget input').first().fill(`>${title}`);
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().waitFor();
    await this.press('Enter');
    await this.page.locator('.quick-input-widget').first().waitFor({ state: 'hidden' });
  }

  /** Runs a command that asks which, and takes one. */
  async pick(title, choice) {
    await this.press('F1');
    await this.page.locator('.quick-input-widget input').first().fill(`>${title}`);
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().waitFor();
    await this.press('Enter');
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: choice }).first().click();
    await this.page.locator('.quick-input-widget').first().waitFor({ state: 'hidden' });
  }

  /** Puts the cursor at the start of a line, counted from 1. */
  async goToLine(number) {
    await this.press('Control+G');
    await this.page.locator('.quick-input-widget input').first().fill(`:${number}:1`);
    // An Enter before the row stands there is lost.
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: new RegExp(`\\b${number}\\b`) }).first().waitFor();
    await this.press('Enter');
    await this.page.locator('.quick-input-widget').first().waitFor({ state: 'hidden' });
    await this.page.locator('.statusbar-item', { hasText: new RegExp(`Ln ${number}, Col 1\\b`) }).waitFor();
  }

  /** Types a line above line `number`. */
  async typeLine(number, text) {
    await this.goToLine(number);
    await this.page.keyboard.type(`${text}\n`);
    await this.line(text).waitFor();
  }

  async save() {
    await this.press('Control+S');
    await this.page.locator('.tab.active:not(.dirty)').waitFor();
  }

  /** Undoes until `gone` is on no line and a line reads `left` again: one undo takes back a word or so. */
  async undo(gone, left) {
    await this.press('Control+1'); // into the editor
    await this.until(`undo of "${gone}"`, async () => {
      if ((await this.line(gone).count()) === 0 && (await this.line(left).count()) > 0) return true;
      await this.press('Control+Z');
      return false;
    });
  }

  /** Renames every occurrence of a word, with one cursor on each. */
  async renameAll(lineText, from, to) {
    await this.line(lineText).locator('span', { hasText: new RegExp(`^\\s*${from}\\s*$`) }).first().dblclick();
    await this.press('Control+Shift+L');
    await this.page.keyboard.type(to);
    await this.press('Escape');
    await this.line(from).first().waitFor({ state: 'detached' });
  }
}

function pattern(text) {
  if (text instanceof RegExp) return text;
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(' ', '\\s'));
}
