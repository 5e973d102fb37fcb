// "Measure now": runs a function, where a person agrees and the machine has a sandbox.
import { spawnSync } from 'node:child_process';
import { expect } from '../checks.mjs';
import { EXAMPLES } from '../workspace.mjs';

const [EXAMPLE] = EXAMPLES;
const QUESTION = `Pricetag will run \`${EXAMPLE.function}\`, and what ${EXAMPLE.file} does when it is loaded`;

export async function measuring({ check, window, server }) {
  await window.openFile(EXAMPLE.file);
  await window.goToLine(1);
  await window.hint(EXAMPLE.signature).waitFor();
  const refusal = sandboxRefusal(server);
  if (refusal !== undefined) {
    await check('without a sandbox, measuring is refused', async () => {
      await window.measure(EXAMPLE);
      await window.notification(refusal).waitFor();
    });
    return;
  }
  const forecast = await window.hint(EXAMPLE.signature).textContent();

  await check('measuring asks first, and says what will run', async () => {
    await window.measure(EXAMPLE);
    await window.notification(QUESTION).waitFor();
    const asked = await window.notification(QUESTION).textContent();
    expect(/n = 10,000/.test(asked) && /no network, all files read-only/.test(asked), asked);
  });
  await check('declined, nothing is measured', async () => {
    await window.answer(QUESTION, 'Cancel');
    await window.press('Escape');
    // Asked again, it has not taken the first answer for a yes: it stands still until there is a second one.
    await window.measure(EXAMPLE);
    await window.notification(QUESTION).waitFor();
    expect((await window.hint(EXAMPLE.signature).textContent()) === forecast, 'the hint has changed');
  });
  await check('agreed to, the hint is measured', async () => {
    await window.answer(QUESTION, 'Measure');
    await window.until('a measured hint', async () => (await window.hint(EXAMPLE.signature).textContent()).startsWith('='));
    console.log(`       hint ${forecast} -> ${await window.hint(EXAMPLE.signature).textContent()}`);
  });
  await check('the hover holds the measurement and the forecast', async () => {
    await window.goToLine(1); // the cursor stands before the name
    await window.nameIn(EXAMPLE).hover();
    await window.hover(EXAMPLE.function).locator('table').waitFor();
    await window.hover(/Measured at n = 10,000: memory = .*, runtime = /).waitFor();
  });
}

/** Why this machine cannot measure Python, as `pricetag doctor` says; undefined where it can. */
function sandboxRefusal(server) {
  const { stdout } = spawnSync(server, ['doctor'], { encoding: 'utf8', env: { ...process.env, COLUMNS: '1000' } });
  const [, verdict, found] = /^\s*sandbox +(ok|missing) +(.*?)\s*$/m.exec(stdout);
  return verdict === 'ok' ? undefined : found.replace(' Measuring Python refuses to run without.', '');
}
