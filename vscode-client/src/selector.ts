/** The documents that are forecast: saved and new files, in the languages whose functions the server reads. */
export const SELECTOR = ['python', 'cpp', 'c'].flatMap((language) => [
  { scheme: 'file', language },
  { scheme: 'untitled', language },
]);
