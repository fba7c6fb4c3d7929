import { Document, isMap, isScalar, isSeq, visit } from 'yaml';
import type { ManifestInput } from './manifest.js';

/** Fields that read best on one line. */
const ON_ONE_LINE = new Set(['privileges', 'object', 'columns', 'profiles', 'facets', 'scope', 'password']);

/**
 * A manifest as YAML. The same manifest gives the same bytes; text that older readers take for something else (`no`, `on`)
 * is in quotes.
 */
export function writeManifest(manifest: ManifestInput): string {
  const document = new Document(manifest, {
    version: '1.2',
    compat: 'yaml-1.1',
    aliasDuplicateObjects: false,
  });
  visit(document, {
    Pair(_, pair) {
      if (!isScalar(pair.key) || !ON_ONE_LINE.has(String(pair.key.value))) return;
      const { value } = pair;
      // `profiles` is a list of names in schemas, and the templates themselves at the top.
      if (
        (isSeq(value) && value.items.every(isScalar)) ||
        (isMap(value) && String(pair.key.value) !== 'profiles')
      ) {
        value.flow = true;
      }
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: true, indentSeq: true });
}
