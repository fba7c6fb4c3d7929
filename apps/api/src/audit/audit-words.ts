import type { AuditRowColumns } from './audit-row.js';

/** Neighbours in a chain whose texts are found together: a row of `audit_words`. */
export interface Neighbours {
  readonly agentId: string | null;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** No event is before it, … */
  readonly firstAt: string;
  /** … or after it. */
  readonly lastAt: string;
  /** Each word of their texts once, between blanks. */
  readonly words: string;
}

type Text = Pick<AuditRowColumns, 'agentId' | 'seq' | 'at' | 'kind' | 'searchText'>;

/** More would make a rare word's neighbours too many to look at, fewer the index as large as one of each text. */
const NEIGHBOURS_MAX = 32;
/** Characters of words: what is looked through has to stay small as well. */
const WORDS_MAX = 8_000;

/** As `postern_audit_words_of` has it: characters of ASCII that are no letter, digit or `_`. */
const SEPARATORS = /[^a-z0-9_\u0080-\uffff]+/;

export const wordsOf = (text: string): string[] => text.split(SEPARATORS).filter(Boolean);

/**
 * What the words, between blanks, of a text have wherever it holds `part`: each of its words, whole where a separator is beside it.
 * What stands at its ends may go on there.
 */
export function partsOfWords(part: string): string[] {
  const pieces = part.split(SEPARATORS);
  const last = pieces.length - 1;
  return pieces.flatMap((piece, n) =>
    piece === '' ? [] : `${n > 0 ? ' ' : ''}${piece}${n < last ? ' ' : ''}`,
  );
}

/** The events of one chain that are searched, in order, in groups. The control plane's own stand alone: they are found by their instant. */
export function neighboursOf(rows: readonly Text[]): Neighbours[] {
  const groups: Neighbours[] = [];
  let [group, size]: [Text[], number] = [[], 0];
  let words = new Set<string>();
  const close = () => {
    if (group.length > 0) groups.push(asNeighbours(group, words));
    [group, size, words] = [[], 0, new Set()];
  };
  for (const row of rows) {
    // The end of a statement is found with its decision.
    if (row.kind === 'statement.finished') continue;
    group.push(row);
    for (const word of row.searchText.split(SEPARATORS))
      if (word !== '' && !words.has(word)) {
        words.add(word);
        size += word.length + 1;
      }
    if (group.length === NEIGHBOURS_MAX || size > WORDS_MAX || row.agentId === null) close();
  }
  close();
  return groups;
}

function asNeighbours(group: readonly Text[], words: ReadonlySet<string>): Neighbours {
  const [first, last] = [group[0], group.at(-1)] as [Text, Text];
  const place = { agentId: first.agentId, firstSeq: first.seq, lastSeq: last.seq };
  const joined = ` ${[...words].join(' ')} `;
  if (first.agentId === null) return { ...place, firstAt: first.at, lastAt: first.at, words: joined };
  const instants = group.map(({ at }) => Date.parse(at));
  // What an agent says beyond milliseconds is cut off here, and rounded by PostgreSQL.
  const [from, to] = [Math.min(...instants), Math.max(...instants) + 1];
  return {
    ...place,
    firstAt: new Date(from).toISOString(),
    lastAt: new Date(to).toISOString(),
    words: joined,
  };
}
