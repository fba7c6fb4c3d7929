import { canonicalJson, isCanonicalLink, isPlainLink, type ReadableLink } from '@postern/core/audit';
import { PosternError } from '@postern/core/errors';
import { AUDIT_BATCH_MAX, auditPushRequest } from '@postern/protocol/audit-push';
import { parseBody } from '../agents/parse-body.js';

/** Links as they came, checked but not stripped: the hashes cover fields that a newer agent may have added. */
export interface PushedLinks {
  readonly links: readonly ReadableLink[];
  /** Canonical text of an event among them. */
  readonly textOf: (event: ReadableLink['event']) => string;
}

/**
 * A push from the bytes of its body. What is nearly always sent is checked by what takes a twentieth of zod's time; zod says what is
 * wrong with the rest.
 */
export function readPush(body: Buffer): PushedLinks {
  const text = body.toString();
  const links = eventsOf(parsedJson(text));
  if (isBatchOf(links, isCanonicalLink)) return { links, textOf: JSON.stringify };
  if (isBatchOf(links, isPlainLink)) return { links, textOf: canonicalJson };
  const request = parsedJson(text, withoutPrototypes);
  parseBody(auditPushRequest, request);
  return { links: eventsOf(request) as ReadableLink[], textOf: canonicalJson };
}

const eventsOf = (request: unknown): unknown => (request as { events?: unknown } | null)?.events;

const isBatchOf = (
  links: unknown,
  isGood: (link: unknown) => link is ReadableLink,
): links is readonly ReadableLink[] =>
  Array.isArray(links) && links.length > 0 && links.length <= AUDIT_BATCH_MAX && links.every(isGood);

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
