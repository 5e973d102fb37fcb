// What a new user reads: the walkthrough.
import { expect } from '../checks.mjs';

export async function walkthrough({ check, window }) {
  const step = (name) => window.page.locator('.getting-started-step', { hasText: name });

  await check('the walkthrough', async () => {
    await window.pick('Welcome: Open Walkthrough...', 'Get Started with Pricetag');
    for (const name of ['Let it set itself up', 'Read the hints', 'See regressions when you save', 'Find the heaviest functions']) {
      await step(name).waitFor();
    }
    await step('Read the hints').click();
    await window.page.locator('.getting-started-media img').first().waitFor();
    const said = await step('Read the hints').textContent();
    expect(!/[*_`]/.test(said), `marks of a markup that is not rendered here: ${said}`);
  });
  await window.closeTab();
}
