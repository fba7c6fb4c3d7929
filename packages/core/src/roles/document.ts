import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseAllDocuments,
  visit,
  type YAMLMap,
} from 'yaml';
import { type Place, type Problem, problem } from './problem.js';

/** A key of a map or an index of a list. */
export type PathSegment = string | number;

/** A YAML or JSON text, read; places can be asked by path. */
export interface ReadDocument {
  /** Plain data; undefined when the text cannot be read. Keys without a value are left out. */
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Of the value at a path, or of the nearest thing around it that was written. `key`: of the key before it. */
  at(path: readonly PathSegment[], key?: 'key'): Place;
}

/** Deeper than any manifest; the parser's recursion stays far from the end of the stack. */
const MAX_DEPTH = 200;
const MAX_CHARS = 16_000_000;

/** Reads one YAML 1.2 or JSON document; every problem of its syntax at once, duplicate keys included. */
export function readDocument(text: string, file: string): ReadDocument {
  const lines = new LineCounter();
  const nowhere: Place = { file, line: 1, column: 1, path: '' };
  const failed = (message: string, fix: string): ReadDocument => ({
    value: undefined,
    problems: [problem(nowhere, 'manifest.syntax', message, fix)],
    at: () => nowhere,
  });
  if (text.length > MAX_CHARS || deeperThan(text, MAX_DEPTH)) {
    return failed(
      'the file is too large or nested too deeply for a manifest',
      'split it into a bundle of several files',
    );
  }
  // Its own check of keys compares each with each.
  const options = { lineCounter: lines, prettyErrors: false, strict: true, uniqueKeys: false };
  const documents = parseAllDocuments(text, options);
  if (!Array.isArray(documents)) return { value: null, problems: [], at: () => nowhere };
  const [document, second] = documents;
  if (document === undefined) return { value: null, problems: [], at: () => nowhere };
  const placeOf = (offset: number, path: string): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), path };
  };
  const problems = document.errors.map((error) =>
    problem(
      placeOf(error.pos[0], ''),
      'manifest.syntax',
      syntaxText(error.message),
      'correct the YAML at this place',
    ),
  );
  for (const { name, offset } of duplicateKeys(document)) {
    const message = `\`${name}\` is written twice in one place`;
    problems.push(problem(placeOf(offset, ''), 'manifest.duplicate', message, 'keep one of them'));
  }
  if (second) {
    const at = placeOf(second.range[0], '');
    problems.push(
      problem(at, 'manifest.syntax', 'the file holds more than one document', 'keep one document a file'),
    );
  }
  const at = (path: readonly PathSegment[], key?: 'key') =>
    placeOf(offsetOf(document, path, key === 'key') ?? 0, pathText(path));
  if (problems.length > 0) return { value: undefined, problems, at };
  try {
    return { value: withoutNulls(document.toJS({ maxAliasCount: 10_000 })), problems, at };
  } catch (error) {
    const unresolved = /^Unresolved alias .*: (.+)$/.exec(String((error as Error).message))?.[1];
    if (unresolved)
      return failed(
        `there is no anchor \`&${unresolved}\` before the alias \`*${unresolved}\``,
        'put text that begins with `*` in quotes',
      );
    // yaml: "Excessive alias count indicates a resource exhaustion attack"
    return failed('the file repeats its anchors too often', 'write the repeated parts once, as profiles');
  }
}

/** `roles[2].name` */
export function pathText(path: readonly PathSegment[]): string {
  let text = '';
  for (const segment of path) {
    if (typeof segment === 'number') text += `[${segment}]`;
    else if (/^[\w-]+$/.test(segment)) text += text === '' ? segment : `.${segment}`;
    else text += `[${JSON.stringify(segment)}]`;
  }
  return text;
}

function offsetOf(document: Document.Parsed, path: readonly PathSegment[], key: boolean): number | undefined {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const [index, segment] of path.entries()) {
    if (isAlias(node)) node = (node as Alias).resolve(document);
    let child: unknown;
    if (isMap(node)) {
      const pair = findPair(node, segment);
      if (!pair) return offset;
      const last = index === path.length - 1;
      offset = startOf(pair.key) ?? offset;
      if (last && key) return offset;
      child = pair.value;
    } else if (isSeq(node)) {
      child = node.items[Number(segment)];
    }
    const start = startOf(child);
    if (start === undefined) return offset;
    // An empty value has no place of its own: the key is what a reader looks for.
    if (!isScalar(child) || child.value !== null) offset = start;
    node = child;
  }
  return offset;
}

/** Older manifests say `on` for `object`; paths are always asked with the new word. */
function findPair(map: YAMLMap, segment: PathSegment): Pair | undefined {
  const pairs = pairsOf(map);
  return pairs.get(String(segment)) ?? (segment === 'object' ? pairs.get('on') : undefined);
}

const PAIRS = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

/** By key, read once: a map may have thousands of keys, each asked for by each check. */
function pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
  const known = PAIRS.get(map);
  if (known) return known;
  const pairs = new Map<string, Pair>();
  for (const pair of map.items) {
    const key = keyOf(pair);
    if (key !== undefined && !pairs.has(key)) pairs.set(key, pair);
  }
  PAIRS.set(map, pairs);
  return pairs;
}

const keyOf = ({ key }: Pair) => (isScalar(key) ? String(key.value) : undefined);

/** Keys that a map has already: data would keep the last one only. */
function duplicateKeys(document: Document.Parsed): { name: string; offset: number }[] {
  const found: { name: string; offset: number }[] = [];
  visit(document, {
    Map: (_, map) => {
      const seen = new Set<string>();
      for (const pair of map.items) {
        const name = keyOf(pair);
        if (name !== undefined && seen.has(name)) found.push({ name, offset: startOf(pair.key) ?? 0 });
        else if (name !== undefined) seen.add(name);
      }
    },
  });
  return found;
}

function startOf(node: unknown): number | undefined {
  const range = (node as { range?: readonly [number, number, number] } | null | undefined)?.range;
  return range?.[0];
}

/** "Nothing written" is "left out", so that a section whose entries are all commented out stays valid. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === null ? [] : [[key, withoutNulls(inner)]])),
  );
}

function syntaxText(message: string): string {
  return `not YAML: ${message.charAt(0).toLowerCase()}${message.slice(1).replace(/\.$/, '')}`;
}

/** Brackets that are open at once, or indentation: an upper bound of the depth, without parsing. */
function deeperThan(text: string, limit: number): boolean {
  let open = 0;
  for (let index = 0; index < text.length; index++) {
    const char = text.charCodeAt(index);
    if (char === 0x5b || char === 0x7b) open++;
    else if ((char === 0x5d || char === 0x7d) && open > 0) open--;
    if (open > limit) return true;
  }
  return new RegExp(`^(?: {${limit * 8},}|(?:- ?){${limit},})`, 'm').test(text);
}
