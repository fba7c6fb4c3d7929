import { statement } from './fragments.js';
import { Random } from './random.js';

/** Longer texts go to the agent's parse thread, whose hostile texts have tests of their own. */
const LONGEST = 3_000;

const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$\w*\$|--[^\n]*|\/\*|\*\/|[\w$]+|\s+|[^\w\s]/gu;

/** Characters with which lexers go wrong. */
const ODD = [
  ...[
    "'",
    '"',
    '\\',
    '$',
    '$$',
    ';',
    '--',
    '/*',
    '*/',
    '(',
    ')',
    '[',
    ']',
    '::',
    ':=',
    '=>',
    '..',
    '\0',
    '\r',
    '\n',
  ],
  ...[
    '\u00a0',
    '\u200b',
    '\u2028',
    '\ufeff',
    '\ud800',
    '\udc00',
    '\u{1f600}',
    'ſ',
    'İ',
    'ﬀ',
    '\u0301',
    '\x7f',
    '\x0b',
    '\f',
  ],
  ...[
    "E'",
    "U&'",
    "B'",
    'U&"',
    '$1',
    '0x',
    '1_0',
    '1e',
    '`',
    '#',
    '@',
    '&',
    '%',
    '?',
    '^',
    '~',
    '|',
    '{',
    '}',
  ],
];
const WORDS =
  `select from where insert update delete merge into with recursive as returning union all values explain
  analyze prepare execute declare cursor fetch copy to program stdout create table view function do begin commit set role
  reset local session transaction read write only not null default lateral rows ordinality tablesample window over filter
  for share nowait on conflict using language sql security definer call grant revoke truncate lock notify listen vacuum
  xmltable json_table cast collate operator pg_catalog nextval pg_terminate_backend set_config query_to_xml`.split(
    /\s+/,
  );

type Mutation = (text: string, random: Random, other: string) => string;

const place = (text: string, random: Random): number => random.below(text.length + 1);

function spread(text: string, random: Random): readonly [string, string, string] {
  const from = place(text, random);
  const to = Math.min(text.length, from + 1 + random.below(random.oneIn(3) ? 40 : 4));
  return [text.slice(0, from), text.slice(from, to), text.slice(to)];
}

/** Of single characters, wherever they stand. */
const characters: readonly Mutation[] = [
  (text, random) => {
    const [before, , after] = spread(text, random);
    return before + after;
  },
  (text, random) => {
    const [before, part, after] = spread(text, random);
    return before + part + part + after;
  },
  (text, random) => {
    const at = place(text, random);
    return text.slice(0, at) + random.pick(ODD) + text.slice(at);
  },
  (text, random) => {
    const [before, , after] = spread(text, random);
    return before + String.fromCharCode(random.below(random.oneIn(4) ? 0xffff : 0x7f)) + after;
  },
  (text, random) => text.slice(0, place(text, random)),
  (text, random, other) => text.slice(0, place(text, random)) + other.slice(place(other, random)),
];

const tokens = (text: string): string[] => text.match(TOKEN) ?? [];

function onTokens(change: (list: string[], random: Random, other: string) => void): Mutation {
  return (text, random, other) => {
    const list = tokens(text);
    if (list.length > 0) change(list, random, other);
    return list.join('');
  };
}

/** Of whole tokens: most of what comes out still parses. */
const wholeTokens: readonly Mutation[] = [
  onTokens((list, random) => list.splice(random.below(list.length), 1 + random.below(3))),
  onTokens((list, random) => {
    const at = random.below(list.length);
    list.splice(at, 0, ...list.slice(at, at + 1 + random.below(6)), ' ');
  }),
  onTokens((list, random) => {
    const [a, b] = [random.below(list.length), random.below(list.length)];
    [list[a], list[b]] = [list[b] ?? '', list[a] ?? ''];
  }),
  onTokens((list, random) => list.splice(random.below(list.length), 1, ` ${random.pick(WORDS)} `)),
  onTokens((list, random, other) => {
    const theirs = tokens(other);
    const from = random.below(theirs.length + 1);
    list.splice(
      random.below(list.length),
      random.below(3),
      ' ',
      ...theirs.slice(from, from + 1 + random.below(8)),
    );
  }),
  onTokens((list, random) => {
    const at = random.below(list.length);
    list.splice(at, 1, '(', list[at] ?? '', ')');
  }),
  onTokens((list, random, other) => list.splice(random.below(list.length), 1, `(${other})`)),
  (text, _random, other) => `${text}; ${other}`,
  (text, random) =>
    text.replaceAll(/\s+/g, (blank) =>
      random.oneIn(3) ? random.pick(['/**/', ' -- x\n', '\t', '\n']) : blank,
    ),
  (text, random) => text.replaceAll(/\w+/g, (word) => (random.oneIn(4) ? word.toUpperCase() : word)),
];

/** The text of one case: always the same for the same seed, index and corpus. */
export function caseAt(seed: number, index: number, corpus: readonly string[]): string {
  const random = new Random(seed, index);
  const start = (): string => (random.oneIn(3) ? statement(random) : random.pick(corpus));
  let text = start();
  for (let rounds = random.below(3); rounds > 0; rounds--) {
    const mutation = random.pick(random.oneIn(3) ? characters : wholeTokens);
    text = mutation(text, random, start());
  }
  return text.slice(0, LONGEST);
}
