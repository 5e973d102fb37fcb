/** The documents that are forecast: saved and new files and notebooks' cells, in the languages that the server reads. */
export const SELECTOR = [
  ...['python', 'cpp', 'c'].flatMap((language) => [
    { scheme: 'file', language },
    { scheme: 'untitled', language },
  ]),
  { scheme: 'vscode-notebook-cell', language: 'python' },
];
