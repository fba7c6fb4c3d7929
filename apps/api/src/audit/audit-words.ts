/** Neighbours in a chain whose texts are found together: what a row of `audit_words` says of them. */
export interface Neighbours {
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** No event is before it, … */
  readonly firstAt: string;
  /** … or after it. */
  readonly lastAt: string;
  /** Each word of their texts once, between blanks. */
  readonly words: string;
}

/** An event, by what it is found by; no text: nobody searches for it. */
interface Text {
  readonly seq: number;
  readonly at: string;
  readonly searchText: string;
}

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

/** Events of an agent's chain, in order, in groups. */
export function neighboursOf(texts: readonly Text[]): Neighbours[] {
  const groups: Neighbours[] = [];
  let [group, size]: [Text[], number] = [[], 0];
  let words = new Set<string>();
  const close = () => {
    if (group.length > 0) groups.push(asNeighbours(group, words));
    [group, size, words] = [[], 0, new Set()];
  };
  for (const text of texts) {
    if (text.searchText === '') continue;
    group.push(text);
    for (const word of text.searchText.split(SEPARATORS))
      if (word !== '' && !words.has(word)) {
        words.add(word);
        size += word.length + 1;
      }
    if (group.length === NEIGHBOURS_MAX || size > WORDS_MAX) close();
  }
  close();
  return groups;
}

function asNeighbours(group: readonly Text[], words: Iterable<string>): Neighbours {
  const instants = group.map(({ at }) => Date.parse(at));
  // What an agent says beyond milliseconds is cut off here, and rounded by PostgreSQL.
  const [from, to] = [Math.min(...instants), Math.max(...instants) + 1];
  const numbers = { firstSeq: group[0]?.seq ?? 0, lastSeq: group.at(-1)?.seq ?? 0 };
  const [firstAt, lastAt] = [new Date(from).toISOString(), new Date(to).toISOString()];
  return { ...numbers, firstAt, lastAt, words: between(words) };
}

/** An event of the organisation's own chain: those come one at a time, and are found by their instant. */
export const aloneOf = ({ seq, at, searchText }: Text): Neighbours => ({
  ...{ firstSeq: seq, lastSeq: seq, firstAt: at, lastAt: at },
  words: between(new Set(wordsOf(searchText))),
});

const between = (words: Iterable<string>): string => ` ${[...words].join(' ')} `;
