import { z } from 'zod';
import { chainedEvent } from './chain.js';
import { auditActor, auditEvent, auditOutcome, auditStatement, auditValue } from './event.js';

const word = z.string().min(1).max(100);

/**
 * An event as whoever receives one reads it: as {@link auditEvent}, but words that a newer writer may know more of (kinds,
 * permissions, paths …) are only words. What is not understood is kept and shown as it is: refusing it would hold up
 * everything behind it.
 */
export const readableEvent = auditEvent.extend({
  kind: word,
  actor: auditActor.extend({ type: word }),
  decision: word.optional(),
  path: word.optional(),
  statement: auditStatement.extend({ redacted: z.array(z.string()).optional() }).optional(),
  required: z.array(z.string()).optional(),
  held: z.array(z.string()).optional(),
  missing: z.array(z.string()).optional(),
  outcome: auditOutcome.extend({ status: word }).optional(),
});
export type ReadableEvent = z.infer<typeof readableEvent>;

/** A link of a chain, likewise. */
export const readableLink = chainedEvent.extend({ event: readableEvent });
export type ReadableLink = z.infer<typeof readableLink>;

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isWord: Check = (value) => typeof value === 'string' && value.length > 0 && value.length <= 100;
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isTexts: Check = (value) => Array.isArray(value) && value.every((item) => typeof item === 'string');
const isValues: Check = (value) => auditValue.array().safeParse(value).success;
const isFlag: Check = (value) => typeof value === 'boolean';
const isHash: Check = (value) => typeof value === 'string' && value.length === 64;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const isUuid: Check = (value) => typeof value === 'string' && UUID.test(value);
/** Days up to 28 are in every month; others are left to zod. */
const INSTANT = /^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const isInstant: Check = (value) => typeof value === 'string' && INSTANT.test(value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);

/** An object with these members, all of `needed` among them, and no other. */
function shape(needed: Record<string, Check>, optional: Record<string, Check> = {}): Check {
  const members = new Map(
    Object.entries({ ...needed, ...optional }).map(([key, check]) => [
      key,
      { check, isNeeded: Object.hasOwn(needed, key) },
    ]),
  );
  const count = Object.keys(needed).length;
  return (value) => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
    let seen = 0;
    for (const key of Object.keys(value)) {
      const member = members.get(key);
      if (member?.check((value as Record<string, unknown>)[key]) !== true) return false;
      if (member.isNeeded) seen += 1;
    }
    return seen === count;
  };
}

const isEvent = shape(
  { id: isUuid, at: isInstant, kind: isWord, actor: shape({ type: isWord, id: isText, label: isText }) },
  {
    decision: isWord,
    connection: shape({ id: isText, slug: isText }),
    path: isWord,
    statement: shape(
      { text: isText, bytes: isCount, sha256: isText, truncated: isFlag, kinds: isTexts },
      {
        parameters: isCount,
        parameterTypes: isTexts,
        parameterValues: isValues,
        redacted: isTexts,
        fingerprint: isText,
      },
    ),
    relations: isTexts,
    required: isTexts,
    held: isTexts,
    missing: isTexts,
    ruleIds: isTexts,
    reason: isText,
    intentId: isUuid,
    outcome: shape(
      {
        status: isWord,
        rows: orNull(isCount),
        durationMs: (value) => Number.isFinite(value) && (value as number) >= 0,
        sqlstate: orNull(isText),
      },
      { bytes: isCount },
    ),
    policyVersion: isCount,
    sessionId: isText,
    client: shape({ address: isText }, { application: isText, tls: isText }),
  },
);

const isLink = shape({
  seq: (value) => Number.isSafeInteger(value) && (value as number) > 0,
  prevHash: isHash,
  hash: isHash,
  event: isEvent,
});

/**
 * True only for what {@link readableLink} accepts, in a twentieth of its time. False means nothing: ask zod, which also knows the
 * members that are rare, and says what is wrong.
 */
export const isPlainLink = (value: unknown): value is ReadableLink => isLink(value);
