import { type AuditEvent, CHAIN_START, type ChainedEvent, canonicalJson, chain } from '@postern/core/audit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditRow } from '../src/audit/audit-row.js';
import { readPush } from '../src/audit/read-push.js';
import { statementEvent } from './agent-peer.js';

const ended = (event: AuditEvent): AuditEvent => ({
  ...statementEvent({ statement: undefined, decision: undefined, required: undefined }),
  kind: 'statement.finished',
  intentId: event.id,
  outcome: { status: 'failed', rows: 3, durationMs: 0.25, bytes: 90, sqlstate: '42P01' },
});

const spooled = ({ seq, prevHash, hash, event }: ChainedEvent): string =>
  `{"seq":${seq},"prevHash":"${prevHash}","hash":"${hash}","event":${canonicalJson(event)}}`;

/** What becomes of a body: what is stored and what its hashes are held against, or how it is refused. */
function read(body: Buffer): unknown {
  try {
    return readPush(body).map(({ seq, prevHash, hash, text, own, shared }) => ({
      ...{ prevHash, text },
      row: auditRow({ ...own, ...shared }, { agentId: null, environmentId: null, seq, hash }),
    }));
  } catch (error) {
    return { refused: (error as Error).message };
  }
}

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('a\0b', '"\\"', 'İß', '{"seq":', '\n'));
const push = fc
  .array(fc.tuple(text, text, text, fc.array(text, { maxLength: 3 })), { minLength: 1, maxLength: 3 })
  .map((all) => {
    const events = all.flatMap(([label, statement, address, relations]) => {
      const event = statementEvent({
        at: '2026-11-21T12:00:00.000Z',
        actor: { type: 'user', id: label, label },
        client: { address, application: label },
        reason: statement,
        relations,
      });
      const decided = { ...event, statement: { ...event.statement, text: statement } } as AuditEvent;
      return [decided, { ...ended(decided), at: decided.at }];
    });
    const links = events.map((event, index) => chain(CHAIN_START, index + 1, event));
    return `{"events":[${links.map(spooled).join(',')}]}`;
  });

describe('a push as agents write it', () => {
  it('is read as any other that says the same', () => {
    fc.assert(
      fc.property(push, (body) => {
        const asSpooled = read(Buffer.from(body));
        expect(asSpooled).toEqual(read(Buffer.from(` ${body}`)));
        expect(asSpooled).not.toHaveProperty('refused');
      }),
      { numRuns: 200 },
    );
  });

  it('is still when some of its bytes are others, or it is refused as any other', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 3 }).map((some) => Buffer.from(some)),
      fc
        .constantFrom(
          '"',
          '\\',
          '},{"seq":',
          '}],"events":[',
          ']}',
          ',',
          ' ',
          '"id":"x",',
          ',"reason":""',
          '0',
          '.0',
        )
        .map((some) => Buffer.from(some)),
    );
    fc.assert(
      fc.property(push, fc.nat(), fc.nat(8), bytes, (body, where, cut, put) => {
        const whole = Buffer.from(body);
        const at = where % whole.length;
        const changed = Buffer.concat([whole.subarray(0, at), put, whole.subarray(at + cut)]);
        expect(read(changed)).toEqual(read(Buffer.concat([Buffer.from(' '), changed])));
      }),
      { numRuns: 1_000 },
    );
  });
});
