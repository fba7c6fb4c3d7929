import { isIP } from 'node:net';
import { PosternError } from '@postern/core/errors';
import { ALL_PERMISSIONS, isPermission, PERMISSION_BIT, PERMISSIONS } from '@postern/core/policy';
import { z } from 'zod';
import { partsOfWords } from './audit-words.js';

/** What may be asked of the trail; all that is given must hold. */
export interface AuditSearch {
  from?: Date;
  to?: Date;
  actor?: string;
  actorId?: string;
  group?: string;
  connection?: string;
  environment?: string;
  kind?: string;
  decision?: string;
  permission?: string;
  relation?: string;
  outcome?: string;
  sqlstate?: string;
  minDurationMs?: number;
  maxDurationMs?: number;
  minRows?: number;
  maxRows?: number;
  client?: string;
  application?: string;
  agentId?: string;
  text?: string;
  words?: string[];
}

/** Ids that short names of a search stand for. */
export interface ResolvedNames {
  /** People that the search is narrowed to, by group or one by one. */
  actorIds?: readonly string[];
  environmentId?: string;
}

/** A search as the database's `postern_audit_conditions` reads it: absent keys mean "any". */
export type AuditConditions = Readonly<Record<string, unknown>>;

const TEXT_MAX = 500;
const WORDS_MAX = 10;
export const OUTCOMES = ['succeeded', 'failed', 'cancelled', 'unknown'] as const;

const text = z
  .string()
  .max(TEXT_MAX, `is longer than ${TEXT_MAX} characters`)
  .refine((value) => !value.includes('\0'), 'holds a NUL character');
const amount = z.number().nonnegative('must not be negative').max(Number.MAX_SAFE_INTEGER, 'is too large');
const oneOf = (what: string, values: readonly string[]) =>
  z.string().refine((value) => values.includes(value), {
    error: ({ input }) =>
      `\`${input}\` is no ${what}; use one of ${values.map((each) => `\`${each}\``).join(', ')}`,
  });

const shape = z.strictObject({
  from: z.date(),
  to: z.date(),
  actor: text,
  actorId: text,
  group: text,
  connection: text,
  environment: text,
  // Agents may be newer than we are: a kind that is not ours yet can be looked for too.
  kind: z
    .string()
    .regex(/^[a-z_]{1,50}(\.[a-z_]{1,50}){1,3}$/, 'is no kind of event, such as `statement.decided`'),
  decision: oneOf('decision', ['allowed', 'denied']),
  permission: oneOf('permission', PERMISSIONS),
  relation: text,
  outcome: oneOf('outcome', OUTCOMES),
  sqlstate: z.string().regex(/^[0-9A-Za-z]{5}$/, 'is no SQLSTATE: those have five digits or letters'),
  minDurationMs: amount,
  maxDurationMs: amount,
  minRows: amount.int('must be a whole number'),
  maxRows: amount.int('must be a whole number'),
  client: z.string().refine(isNetwork, 'is no IP address or network such as `10.1.0.0/16`'),
  application: text,
  agentId: z.uuid('is no id of an agent'),
  text,
  words: z.array(text.min(1, 'holds an empty word')).max(WORDS_MAX, `has more than ${WORDS_MAX} words`),
});
const search = shape.partial();

function isNetwork(value: string): boolean {
  const [address = '', bits, more] = value.split('/');
  const version = isIP(address);
  if (version === 0 || more !== undefined) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** Refuses what cannot be searched for, naming the field. */
export function checkSearch(given: AuditSearch): void {
  const parsed = search.safeParse(given);
  const [issue] = parsed.success ? [] : parsed.error.issues;
  if (!issue) return;
  const field = issue.code === 'unrecognized_keys' ? String(issue.keys[0]) : String(issue.path[0]);
  throw new PosternError('input.invalid', `\`${field}\` ${issue.message}`, {
    field: `filter.${field}`,
    fix: `correct \`${field}\` or leave it out`,
  });
}

/** `text` as part of a LIKE pattern: `%`, `_` and the escape itself stand for themselves. */
export const contains = (part: string): string => `%${part.replace(/[\\%_]/g, '\\$&')}%`;

/** A whole word as PostgreSQL's regular expression: it ends where letters, digits and `_` end. */
function wholeWord(word: string): string {
  const literal = word.replace(/[^\p{L}\p{N}_]/gu, '\\$&');
  const edge = (at: RegExp, mark: string) => (at.test(word) ? mark : '');
  return `${edge(/^[\p{L}\p{N}_]/u, '\\m')}${literal}${edge(/[\p{L}\p{N}_]$/u, '\\M')}`;
}

/** Every mask that holds the permission: few enough to be looked up in an index. */
function masksWith(permission: string): Record<string, unknown> {
  if (!isPermission(permission)) return {};
  const masks = [];
  for (let mask = 1; mask <= ALL_PERMISSIONS; mask += 1)
    if ((mask & PERMISSION_BIT[permission]) !== 0) masks.push(mask);
  return { masks, masksBeyondReading: !masks.includes(PERMISSION_BIT.read) };
}

/** Patterns of what an event's words have where its text has what is looked for. */
function wordPatterns({ text = '', words = [] }: AuditSearch): string[] | undefined {
  const parts = [
    ...partsOfWords(text.toLowerCase()),
    ...words.flatMap((word) => partsOfWords(word.toLowerCase())),
  ];
  return parts.length === 0 ? undefined : [...new Set(parts)].map(contains);
}

/** The conditions of a checked search. */
export function conditionsOf(given: AuditSearch, names: ResolvedNames): AuditConditions {
  const { group, environment, actorId, permission, relation, ...rest } = given;
  const all: Record<string, unknown> = {
    ...rest,
    ...names,
    from: given.from?.toISOString(),
    to: given.to?.toISOString(),
    actor: given.actor && contains(given.actor),
    application: given.application && contains(given.application),
    text: given.text && contains(given.text.toLowerCase()),
    words: given.words?.length ? given.words.map((word) => wholeWord(word.toLowerCase())) : undefined,
    wordParts: wordPatterns(given),
    relations: relation && [relation],
    ...(permission === undefined ? {} : masksWith(permission)),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== ''));
}
