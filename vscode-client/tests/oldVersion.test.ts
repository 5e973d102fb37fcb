import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentPath } from '../src/oldVersion';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';

for (const [path, commit, expected] of [
  ['/w/a (01234567).py', COMMIT, '/w/a.py'],
  ['/w/a (as opened).py', 'opened', '/w/a.py'],
  ['/w (01234567)/a (01234567).tar.cpp', COMMIT, '/w (01234567)/a.tar.cpp'],
  ['/w/Makefile (01234567)', COMMIT, '/w/Makefile'],
  ['/w/a.py', COMMIT, '/w/a.py'],
] as const) {
  test(`the file of ${path}`, () => {
    assert.equal(currentPath(path, commit), expected);
  });
}
