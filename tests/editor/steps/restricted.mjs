// Where a person has not trusted the folder there are forecasts all the same, and nothing is run.
import { expect } from '../checks.mjs';
import { EXAMPLES } from '../workspace.mjs';

const [EXAMPLE] = EXAMPLES;

export async function restricted({ check, window }) {
  await check('hints in Restricted Mode', async () => {
    await window.page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
    await window.hint(EXAMPLE.signature).waitFor();
  });
  await check('measuring is refused in Restricted Mode', async () => {
    const forecast = await window.hint(EXAMPLE.signature).textContent();
    await window.measure(EXAMPLE);
    await window.notification('Measuring runs code of this workspace, which is not trusted. Trust the workspace first').waitFor();
    expect((await window.hint(EXAMPLE.signature).textContent()) === forecast, 'the hint has changed');
  });
}
