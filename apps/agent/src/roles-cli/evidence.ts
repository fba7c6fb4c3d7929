import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Evidence, type TouchedItem, type Trail, touchedItem } from '@postern/core/roles';
import { accessChangesOf, INLINE_PARSE_BYTES, loadParser } from '@postern/core/sql';
import { z } from 'zod';
import { RolesFailure } from '../targets/roles/failure.js';

/** What is needed of an audit event; the rest, and kinds of newer versions, pass by. */
const event = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  kind: z.string(),
  actor: z.object({ label: z.string() }),
  decision: z.string().optional(),
  connection: z.object({ slug: z.string() }).optional(),
  statement: z.object({ text: z.string(), touches: z.array(touchedItem).optional() }).optional(),
  intentId: z.string().optional(),
  outcome: z.object({ status: z.string() }).optional(),
  /** What the control plane knows around it: how it ended, where its end is not in the file. */
  chain: z.object({ outcome: z.object({ status: z.string() }).optional() }).optional(),
  after: z.object({ touched: z.array(touchedItem).optional() }).optional(),
});
type Event = z.infer<typeof event>;

/** Statements that can change access say so with one of these words. */
const MAY_CHANGE = /\b(grant|revoke|role|user|group|owner|owned|policy|privileges|schema|row)\b/i;
const SHOWN = 120;

/**
 * Reads exported audit events, one JSON object a line. Of several connections `slug` names the one that is compared.
 * Refused statements and such as failed changed nothing; one without an end may have.
 */
export async function readTrail(file: string, slug: string | undefined): Promise<Trail> {
  await loadParser();
  const events: Event[] = [];
  const finished = new Map<string, Event>();
  for await (const each of eventsIn(file)) {
    if (each.kind === 'statement.finished' && each.intentId !== undefined) finished.set(each.intentId, each);
    events.push(each);
  }
  const own = ofConnection(events, slug, file);
  const times = events.map(({ at }) => at).sort();
  return {
    from: times[0] ?? '',
    until: times.at(-1) ?? '',
    events: own.flatMap((each) => evidenceOf(each, finished.get(each.id))),
  };
}

async function* eventsIn(file: string): AsyncIterable<Event> {
  let line = 0;
  try {
    for await (const text of createInterface({
      input: createReadStream(file),
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      line++;
      if (text.trim() === '') continue;
      const parsed = event.safeParse(json(text));
      if (!parsed.success)
        throw new RolesFailure(
          `\`${file}:${line}\` is no audit event`,
          'give events as the audit trail exports them, one JSON object a line',
        );
      yield parsed.data;
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new RolesFailure(`can not read \`${file}\` (${code})`, 'check the path and its permissions');
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function ofConnection(events: readonly Event[], slug: string | undefined, file: string): readonly Event[] {
  const slugs = [
    ...new Set(events.flatMap(({ connection }) => (connection ? [connection.slug] : []))),
  ].sort();
  const names = slugs.map((each) => `\`${each}\``).join(', ');
  if (slug === undefined && slugs.length > 1)
    throw new RolesFailure(
      `\`${file}\` has events of several connections: ${names}`,
      'say with --evidence-connection which of them is this database',
    );
  if (slug !== undefined && !slugs.includes(slug))
    throw new RolesFailure(
      `\`${file}\` has no event of connection \`${slug}\``,
      slugs.length === 0 ? 'export the events of its agent' : `it has those of ${names}`,
    );
  return slug === undefined ? events : events.filter(({ connection }) => connection?.slug === slug);
}

function evidenceOf(each: Event, end: Event | undefined): Evidence[] {
  const base = { actor: each.actor.label, reference: each.id };
  const touched = each.after?.touched;
  if (touched !== undefined && each.outcome?.status !== 'failed')
    return [
      {
        ...base,
        source: 'apply',
        at: each.at,
        text: 'a manifest was applied',
        touches: touched,
      },
    ];
  const { statement } = each;
  if (each.kind !== 'statement.decided' || each.decision !== 'allowed' || statement === undefined) return [];
  const outcome = end?.outcome ?? each.chain?.outcome;
  if (outcome !== undefined && outcome.status !== 'succeeded') return [];
  const { text } = statement;
  const touches = statement.touches ?? touchesOf(text);
  if (touches.length === 0) return [];
  const oneLine = text.replace(/\s+/g, ' ').trim();
  const shown = oneLine.length > SHOWN ? `${oneLine.slice(0, SHOWN)}…` : oneLine;
  return [{ ...base, source: 'statement', at: end?.at ?? each.at, text: shown, touches }];
}

/** Of events that do not say it: from agents of before, or of statements that change nothing. */
const touchesOf = (text: string): readonly TouchedItem[] =>
  MAY_CHANGE.test(text) && Buffer.byteLength(text) <= INLINE_PARSE_BYTES ? accessChangesOf(text) : [];
