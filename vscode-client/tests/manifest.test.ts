import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const root = path.join(__dirname, '..');
const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  contributes: { configuration: { properties: Record<string, { default?: unknown; scope?: string; markdownDescription?: string }> } };
  capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
};
const texts = JSON.parse(fs.readFileSync(path.join(root, 'package.nls.json'), 'utf8')) as Record<string, string>;
const settings = manifest.contributes.configuration.properties;

test('every %text% is there, and every text is used', () => {
  const used = new Set([...JSON.stringify(manifest).matchAll(/%([\w.]+)%/g)].map((match) => match[1] ?? ''));
  assert.deepEqual([...used].sort(), Object.keys(texts).sort());
});

test('every setting has a default, a scope and a description', () => {
  for (const [name, setting] of Object.entries(settings)) {
    assert.ok('default' in setting && setting.scope !== undefined && setting.markdownDescription !== undefined, name);
  }
});

test('what names a program or a model cannot come from an untrusted workspace', () => {
  const machine = Object.keys(settings).filter((name) => settings[name]?.scope === 'machine-overridable');
  assert.deepEqual(machine.sort(), [...manifest.capabilities.untrustedWorkspaces.restrictedConfigurations].sort());
});

test('settings that other settings mention exist', () => {
  for (const [, name = ''] of JSON.stringify(texts).matchAll(/`#([\w.]+)#`/g)) {
    assert.ok(name in settings, name);
  }
});
