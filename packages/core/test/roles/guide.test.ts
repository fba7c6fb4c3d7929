import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadBundle } from '../../src/roles/bundle.js';
import { loadManifest } from '../../src/roles/load.js';
import { manifestModel } from '../../src/roles/manifest.js';
import { OBJECT_TYPES } from '../../src/roles/objects.js';

const guide = readFileSync(new URL('../../../../docs/guides/role-manifests.md', import.meta.url), 'utf8');
const examples = [...guide.matchAll(/^```yaml ?(.*)\n([\s\S]*?)^```/gm)].map(([, name = '', text = '']) => ({
  name,
  text,
}));

it('the examples of the guide are manifests', () => {
  const plain = examples.filter(({ name }) => name === '');
  expect(plain).toHaveLength(2);
  for (const { text } of plain) expect(loadManifest(text, 'guide').problems).toEqual([]);
});

it('the bundle of the guide is one', () => {
  const text = (of: string) => examples.find(({ name }) => name === of)?.text ?? '';
  const sources = new Map(['platform.yaml', 'app.yaml'].map((file) => [file, { text: text(file) }]));
  const { problems, desired } = loadBundle(text('bundle'), 'bundle.yaml', sources);
  expect(problems).toEqual([]);
  expect([...(desired?.roles.keys() ?? [])]).toEqual(['app_owner', 'inventory-editor']);
});

it('the guide names every section and every kind of object', () => {
  for (const section of Object.keys(manifestModel.shape)) expect(guide).toContain(`| \`${section}\` |`);
  for (const type of OBJECT_TYPES) expect(guide).toContain(`\`${type}\``);
});
