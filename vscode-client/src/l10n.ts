/**
 * Texts for people, in the editor's language. Knows nothing of VS Code, so that what uses it can be tested: `extension.ts`
 * hands it the editor's translator. The English text is the key of its translation in l10n/.
 */

/** Fills `{0}`, `{1}`... of a text, translated first. */
export type Translate = (message: string, ...values: (string | number)[]) => string;

let translate: Translate = fill;

export function translateWith(translator: Translate): void {
  translate = translator;
}

export function t(message: string, ...values: (string | number)[]): string {
  return translate(message, ...values);
}

/** A text as it stands, its values filled in. */
export function fill(message: string, ...values: (string | number)[]): string {
  return message.replace(/\{(\d+)\}/g, (whole, index: string) => String(values[Number(index)] ?? whole));
}
