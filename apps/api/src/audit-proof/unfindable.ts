import { wordsOf } from '../audit/audit-words.js';
import type { StoredRow, StoredWords } from './chain.store.js';

/** The first event of a stretch, in order like its words, whose text searches would not find; undefined: they find all. */
export function unfindable<Row extends Pick<StoredRow, 'seq' | 'at' | 'searchText'>>(
  rows: readonly Row[],
  stored: readonly StoredWords[],
): Row | undefined {
  let next = 0;
  let known: { readonly of: StoredWords; readonly words: ReadonlySet<string> } | undefined;
  return rows.find(({ seq, at, searchText }) => {
    if (searchText === '') return false;
    while ((stored[next]?.lastSeq ?? seq) < seq) next += 1;
    const place = stored[next];
    if (place === undefined || place.firstSeq > seq || at < place.firstAt || at > place.lastAt) return true;
    if (known?.of !== place) known = { of: place, words: new Set(place.words.split(' ')) };
    const { words } = known;
    return !wordsOf(searchText).every((word) => words.has(word));
  });
}
