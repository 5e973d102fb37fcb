// The first start where nobody has installed a server: the extension sets one up for itself.
import { expect } from '../checks.mjs';
import { EXAMPLES } from '../workspace.mjs';

const [EXAMPLE] = EXAMPLES;
const DOWNLOAD = 300_000; // milliseconds: what the server needs comes from a package index

export async function installing({ check, window, session }) {
  await check('the first start sets up an environment', async () => {
    await window.notification('Setting up Pricetag').waitFor();
  });
  await check('hints from a server of its own', async () => {
    await window.hint(EXAMPLE.signature).waitFor({ timeout: DOWNLOAD });
    await window.notification('Setting up Pricetag').waitFor({ state: 'detached' });
    expect(session.processes('globalStorage/pricetag.pricetag/environments').length > 0, 'another server was started');
  });
}
