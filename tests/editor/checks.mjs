// Named checks, counted, each with a screenshot in artifacts/.
import fs from 'node:fs';
import path from 'node:path';

export const ARTIFACTS = path.join(import.meta.dirname, 'artifacts');

export class Checks {
  passed = 0;
  failed = 0;
  /** The window that screenshots are taken of. */
  window = undefined;

  constructor() {
    fs.rmSync(ARTIFACTS, { recursive: true, force: true });
    fs.mkdirSync(ARTIFACTS, { recursive: true });
  }

  /** One check: named, timed, with a screenshot. What follows a failure would fail too, so it is thrown on. */
  async check(name, body) {
    const start = Date.now();
    const took = () => `${((Date.now() - start) / 1000).toFixed(1)} s`;
    try {
      await body();
    } catch (error) {
      console.log(`FAILED ${name} (${took()})`);
      await this.fail();
      throw error;
    }
    this.passed += 1;
    console.log(`passed ${name} (${took()})`);
    await this.#screenshot(`${String(this.passed).padStart(2, '0')}-${name.replace(/\W+/g, '-')}.png`);
  }

  /** Counts what has failed, and shows how it looks. */
  async fail() {
    this.failed += 1;
    await this.#screenshot('failure.png').catch(() => undefined);
  }

  async #screenshot(file) {
    await this.window?.page.screenshot({ path: path.join(ARTIFACTS, file) });
  }
}

export function expect(condition, message) {
  if (!condition) throw new Error(message);
}
