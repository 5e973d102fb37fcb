// Where a person has not trusted the folder there are forecasts all the same.
import { EXAMPLES } from '../workspace.mjs';

const [EXAMPLE] = EXAMPLES;

export async function restricted({ check, window }) {
  await check('hints in Restricted Mode', async () => {
    await window.page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
    await window.hint(EXAMPLE.signature).waitFor();
  });
}
