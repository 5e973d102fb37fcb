// In an editor whose language is German, Pricetag speaks German.
import { EXAMPLES } from '../workspace.mjs';

const [EXAMPLE] = EXAMPLES;

export async function german({ check, window }) {
  await check('German in the language status', async () => {
    await window.hint(EXAMPLE.signature).waitFor();
    await window.languageStatus(/Bereit.*pricetag-s/);
  });
  await window.closeLanguageStatus();
  await check('a command in German', async () => {
    await window.runCommand('Pricetag: Vorhersagen anhalten');
    await window.languageStatus('Angehalten');
  });
}
