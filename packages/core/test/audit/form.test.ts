import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalForm, canonicalJson } from '../../src/audit/index.js';

const key = fc.string({ minLength: 1, maxLength: 8 }).filter((text) => text !== '__proto__');

test('a form that was filled is what the whole object would be', () => {
  fc.assert(
    fc.property(
      fc.dictionary(key, fc.option(fc.jsonValue({ maxDepth: 2 }), { nil: undefined })),
      fc.dictionary(key, fc.jsonValue({ maxDepth: 1 })),
      (known, open) => {
        const apart = Object.fromEntries(Object.entries(known).filter(([name]) => !(name in open)));
        const names = Object.keys(open).sort();
        const form = canonicalForm(apart, names);
        const text = form(...names.map((name) => canonicalJson(open[name])));
        expect(text).toBe(canonicalJson({ ...apart, ...open }));
      },
    ),
  );
});
