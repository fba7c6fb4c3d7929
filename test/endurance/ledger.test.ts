import { type AuditEvent, CHAIN_START, type ChainedEvent, chain } from '@postern/core/audit';
import { describe, expect, it } from 'vitest';
import { Journal } from './journal.js';
import { compareLedgers, type Ledgers } from './ledger.js';

const ALEX = 'alex@acme.example';

/** The comparison finds what it is there for: each test changes one ledger by one thing. */
describe('the comparison of ledgers', () => {
  const event = (n: number, more: Partial<AuditEvent>): AuditEvent => ({
    id: `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`,
    at: '2026-11-22T00:00:00.000Z',
    kind: 'statement.decided',
    actor: { type: 'user', id: 'alex', label: ALEX },
    sessionId: 'session',
    ...more,
  });
  const linked = (events: readonly AuditEvent[]): ChainedEvent[] => {
    let hash = CHAIN_START;
    return events.map((one, index) => {
      const link = chain(hash, index + 1, one);
      hash = link.hash;
      return link;
    });
  };
  const statement = (text: string) => ({ text, bytes: text.length, sha256: '', truncated: false, kinds: [] });

  /** Two statements that ran and one that was refused, in perfect order. */
  function world() {
    const journal = new Journal();
    const say = (make: (mark: string) => string) => journal.text(1, ALEX, make);
    const first = say((m) => `select /* ${m} */ 1`);
    const second = say((m) => `select /* ${m} */ 2`);
    const third = say((m) => `drop table /* ${m} */ t`);
    for (const said of [first, second, third]) said.sent = 1;
    first.succeeded = 1;
    third.refused = 1;
    const events = [
      event(1, { decision: 'allowed', statement: statement(first.text) }),
      event(2, { kind: 'statement.finished', intentId: event(1, {}).id }),
      event(3, { decision: 'allowed', statement: statement(second.text) }),
      event(4, { decision: 'denied', statement: statement(third.text) }),
    ];
    const executed = [first, second].map(({ text }) => ({
      session: 'backend',
      application: `postern:${ALEX}`,
      text,
    }));
    return { journal, events, executed, texts: [first.text, second.text, third.text] as const };
  }
  const compared = (
    { journal, events, executed }: Pick<ReturnType<typeof world>, 'journal' | 'events' | 'executed'>,
    more: Partial<Ledgers> = {},
  ) => {
    const segments = linked(events);
    return compareLedgers({ journal, executed, segments, received: segments, agentsOwn: [], ...more });
  };

  it('finds nothing where nothing is wrong', () => {
    expect(compared(world())).toEqual({
      ...{ lost: [], repeated: [], altered: [] },
      ...{ executions: 2, intents: 2, refusals: 1, unknown: 1, events: 4 },
    });
  });

  it('misses an intent, a refusal, and what ran in a person’s name unasked', () => {
    const one = world();
    const without = (n: number) => compared({ ...one, events: one.events.filter((_, index) => index !== n) });
    expect(without(2).lost).toEqual([expect.stringContaining('m_1_2 ran 1 times, with 0 intents')]);
    expect(without(3).lost).toEqual([expect.stringContaining('m_1_3 was refused')]);
    const odd = { session: 'backend', application: `postern:${ALEX}`, text: 'select 3' };
    expect(compared({ ...one, executed: [...one.executed, odd] }).lost).toEqual([
      expect.stringContaining('no intent for `select 3`'),
    ]);
  });

  it('misses what the clients were told and the database does not know', () => {
    const one = world();
    expect(compared({ ...one, executed: one.executed.slice(1) }).lost).toEqual([
      expect.stringContaining('m_1_1 succeeded'),
    ]);
  });

  it('sees twice what happened once', () => {
    const one = world();
    const [first, end] = one.events as [AuditEvent, AuditEvent];
    const again = { ...first, id: event(5, {}).id };
    expect(compared({ ...one, events: [...one.events, again] }).repeated).toEqual([
      expect.stringContaining('m_1_1 was sent 1 times, decided 2'),
    ]);
    expect(compared({ ...one, events: [...one.events, { ...end, id: again.id }] }).repeated).toEqual([
      expect.stringContaining('second end'),
    ]);
    expect(compared({ ...one, events: [...one.events, { ...end, intentId: 'x' }] }).repeated).toEqual([
      expect.stringContaining('the id of an earlier one'),
    ]);
  });

  it('sees a text, a person or a session that is another', () => {
    const one = world();
    const changed = (n: number, more: Partial<AuditEvent>) =>
      compared({ ...one, events: one.events.map((old, at) => (at === n ? { ...old, ...more } : old)) });
    expect(changed(0, { statement: statement(`${one.texts[0].slice(0, -1)}9`) }).altered).not.toEqual([]);
    expect(changed(0, { actor: { type: 'user', id: 'sam', label: 'sam' } }).altered).not.toEqual([]);
    expect(changed(2, { sessionId: 'other' }).altered).not.toEqual([]);
  });

  it('sees a gap, a broken hash, and a difference between agent and control plane', () => {
    const one = world();
    const good = linked(one.events);
    expect(compared(one, { received: good.slice(0, 3) }).lost).toEqual(['event 4 is in the segments only']);
    expect(compared(one, { segments: good.slice(0, 3) }).lost).toContain(
      'event 4 is at the control plane only',
    );
    expect(compared(one, { received: good.filter(({ seq }) => seq !== 2) }).lost).not.toEqual([]);
    const forged = good.map((link) =>
      link.seq === 1 ? { ...link, event: { ...link.event, decision: 'denied' as const } } : link,
    );
    expect(compared(one, { received: forged }).altered).toEqual([
      'the control plane: the hash of 1 is not right',
      'event 1 differs',
    ]);
  });
});
