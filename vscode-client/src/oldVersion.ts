/** The path of the file that a path such as `/w/a (01234567).py`, titled by its commit or `as opened`, is an old version of. */
export function currentPath(path: string, commit: string): string {
  const title = commit === 'opened' ? ' (as opened)' : ` (${commit.slice(0, 8)})`;
  const at = path.lastIndexOf(title);
  return at < 0 ? path : path.slice(0, at) + path.slice(at + title.length);
}
