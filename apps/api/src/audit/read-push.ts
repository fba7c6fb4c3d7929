import {
  canonicalJson,
  isPlainLink,
  type KnownFacts,
  type ReadableLink,
  readSpooledLinks,
  type SpooledLink,
} from '@postern/core/audit';
import { PosternError } from '@postern/core/errors';
import { AUDIT_BATCH_MAX, auditPushRequest } from '@postern/protocol/audit-push';
import { parseBody } from '../agents/parse-body.js';

/**
 * A push from the bytes of its body. As agents write them, links are taken out of the text as they stand there; others are parsed and
 * checked by what takes a twentieth of zod's time; zod says what is wrong with the rest. Their texts hold what a newer agent may
 * have added: hashes cover it.
 */
export function readPush(body: Buffer): readonly SpooledLink[] {
  const text = body.toString();
  return asSpooled(text) ?? parsed(text).map(withText);
}

/** Around the list of links. */
const PUSH_BEGIN = '{"events":';
const PUSH_END = '}';

/** What agents report is much the same from push to push. */
const KNOWN: KnownFacts = new Map();

/** Undefined where only one thing is not as an agent of this version writes it. */
const asSpooled = (text: string): SpooledLink[] | undefined =>
  text.startsWith(PUSH_BEGIN) && text.endsWith(PUSH_END)
    ? readSpooledLinks(text.slice(PUSH_BEGIN.length, -PUSH_END.length), AUDIT_BATCH_MAX, KNOWN)
    : undefined;

const withText = ({ seq, prevHash, hash, event }: ReadableLink): SpooledLink => ({
  seq,
  prevHash,
  hash,
  text: canonicalJson(event),
  own: event,
  shared: event,
});

/** Checked but not stripped. */
function parsed(text: string): readonly ReadableLink[] {
  const links = eventsOf(parsedJson(text));
  if (isPlainBatch(links)) return links;
  const request = parsedJson(text, withoutPrototypes);
  parseBody(auditPushRequest, request);
  return eventsOf(request) as ReadableLink[];
}

const eventsOf = (request: unknown): unknown => (request as { events?: unknown } | null)?.events;

const isPlainBatch = (links: unknown): links is readonly ReadableLink[] =>
  Array.isArray(links) && links.length > 0 && links.length <= AUDIT_BATCH_MAX && links.every(isPlainLink);

function parsedJson(text: string, reviver?: (key: string, value: unknown) => unknown): unknown {
  try {
    return JSON.parse(text, reviver);
  } catch {
    throw new PosternError('input.invalid', 'the message is not JSON that is taken here', {
      fix: 'use an agent that speaks the same version of the protocol',
    });
  }
}

/** A member of that name would become what some later copy of its object inherits from. */
function withoutPrototypes(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('`__proto__` as a name');
  return value;
}
