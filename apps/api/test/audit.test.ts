import { type AuditEvent, CHAIN_START, type ChainedEvent, canonicalJson, chain } from '@postern/core/audit';
import { PATHS } from '@postern/protocol/version';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgentPeer, statementEvent } from './agent-peer.js';
import { startTestApp, type TestApp } from './app.js';
import { auditTrail, type Company, enrolAgent, signUpCompany } from './company.js';
import { seedMember } from './seed.js';

let api: TestApp;
let acme: Company;
beforeAll(async () => {
  api = await startTestApp();
  acme = await signUpCompany(api, 'acme');
});
afterAll(() => api.close());

const storedSeqs = async (peer: AgentPeer): Promise<number[]> => {
  const { rows } = await api.database.owner.query<{ seq: string }>(
    'select seq from audit_event where agent_id = $1 order by seq',
    [peer.agentId],
  );
  return rows.map((row) => Number(row.seq));
};

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

describe('ingestion', () => {
  let peer: AgentPeer;
  const fresh = async () => {
    peer = await enrolAgent(api, acme);
  };

  it('stores a batch, and the same batch again changes nothing', async () => {
    await fresh();
    const batch = peer.record({}, {}, {});
    expect(await peer.push(batch)).toMatchObject({ status: 200, body: { ackedSeq: 3 } });
    expect(await peer.push(batch)).toMatchObject({ status: 200, body: { ackedSeq: 3 } });
    expect(await storedSeqs(peer)).toEqual([1, 2, 3]);
  });

  it('takes a batch that was compressed, and says that it does', async () => {
    await fresh();
    const events = peer.record({}, {}, {});
    const plain = await peer.push(events.slice(0, 1));
    expect(plain.headers['accept-encoding']).toBe('gzip');
    expect(await peer.pushPacked({ events })).toMatchObject({ status: 200, body: { ackedSeq: 3 } });
    expect(await storedSeqs(peer)).toEqual([1, 2, 3]);
  });

  it('unpacks no more than it would have taken unpacked, and nothing else than gzip of a push', async () => {
    await fresh();
    expect((await peer.pushPacked({ events: [], more: ' '.repeat(50_000_000) })).status).toBe(413);
    expect((await peer.pushPacked({}, PATHS.heartbeat)).status).toBe(415);
    expect((await peer.pushPacked({}, PATHS.audit, 'br')).status).toBe(415);
    const torn = await peer.send(
      'POST',
      PATHS.audit,
      {},
      {
        packed: Buffer.from('no gzip'),
        headers: { 'content-encoding': 'gzip' },
      },
    );
    expect(torn.status).toBe(400);
  });

  it('takes what is new of a batch that overlaps', async () => {
    await fresh();
    const events = peer.record({}, {}, {}, {}, {});
    await peer.push(events.slice(0, 3));
    expect((await peer.push(events.slice(1))).body).toEqual({ ackedSeq: 5 });
    expect((await peer.push(events.slice(0, 2))).body).toEqual({ ackedSeq: 5 });
    expect(await storedSeqs(peer)).toEqual(upTo(5));
  });

  it('stores each event once when pushes run at the same time', async () => {
    await fresh();
    const events = peer.record(...Array.from({ length: 60 }, () => ({})));
    const answers = await Promise.all([
      ...Array.from({ length: 6 }, () => peer.push(events)),
      ...Array.from({ length: 6 }, (_, i) => peer.push(events.slice(0, 10 * (i + 1)))),
    ]);
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 200));
    expect(await storedSeqs(peer)).toEqual(upTo(60));
  });

  it('refuses a gap, says where to go on, and records the refusal', async () => {
    await fresh();
    const events = peer.record({}, {}, {}, {});
    await peer.push(events.slice(0, 1));
    const answer = await peer.push(events.slice(2));
    expect(answer).toMatchObject({
      status: 409,
      body: { error: { code: 'audit.gap', facts: { expectedSeq: 2 } } },
    });
    expect(await storedSeqs(peer)).toEqual([1]);
    const [newest] = await auditTrail(api, acme.orgId);
    expect(newest).toMatchObject({ kind: 'audit.refused', decision: 'denied' });
    expect((await peer.push(events.slice(1))).body).toEqual({ ackedSeq: 4 });
  });

  it('refuses a gap within a batch as a whole', async () => {
    await fresh();
    const [first, , third] = peer.record({}, {}, {}) as [ChainedEvent, ChainedEvent, ChainedEvent];
    expect((await peer.push([first, third])).body.error.code).toBe('audit.gap');
    expect(await storedSeqs(peer)).toEqual([]);
  });

  const alterations: [string, (link: ChainedEvent) => ChainedEvent][] = [
    ['whose text was changed', (link) => ({ ...link, event: { ...link.event, reason: 'nothing happened' } })],
    ['whose hash was changed', (link) => ({ ...link, hash: 'f'.repeat(64) })],
    ['that follows something else', (link) => chain('e'.repeat(64), link.seq, link.event)],
  ];
  it.each(alterations)('refuses an event %s', async (_, alter) => {
    await fresh();
    const [one, two, three] = peer.record({}, {}, {}) as [ChainedEvent, ChainedEvent, ChainedEvent];
    const answer = await peer.push([one, alter(two), three]);
    expect(answer).toMatchObject({ status: 409, body: { error: { code: 'audit.broken_chain' } } });
    expect(await storedSeqs(peer)).toEqual([]);
  });

  it('refuses an id that is stored already', async () => {
    await fresh();
    const [mine] = peer.record({}) as [ChainedEvent];
    await peer.push([mine]);
    const other = await enrolAgent(api, acme);
    const answer = await other.push([chain(CHAIN_START, 1, mine.event)]);
    expect(answer.body.error.code).toBe('audit.broken_chain');
    expect(await storedSeqs(other)).toEqual([]);
  });

  it('keeps what a newer agent reports, though nobody here knows the word', async () => {
    await fresh();
    const links = peer.record({}, { kind: 'weather.changed' as never, path: 'telepathy' as never }, {});
    expect(await peer.push(links)).toMatchObject({ status: 200, body: { ackedSeq: 3 } });
    const { rows } = await api.database.owner.query('select kind, path from audit_event where id = $1', [
      links[1]?.event.id,
    ]);
    expect(rows).toEqual([{ kind: 'weather.changed', path: 'telepathy' }]);
    const answer = await api.graphql<{ auditEvent: { kind: string } }>(
      'query ($orgId: ID!, $id: ID!) { auditEvent(orgId: $orgId, id: $id) { kind } }',
      { orgId: acme.orgId, id: links[1]?.event.id },
      acme.cookie,
    );
    expect(answer.data?.auditEvent.kind).toBe('weather.changed');
  });

  it('tells an agent to come back when too many push at the same time, and loses nothing', async () => {
    const peers = await Promise.all(Array.from({ length: 3 }, () => enrolAgent(api, acme)));
    const lock = await api.database.owner.connect();
    await lock.query('begin');
    await lock.query('lock table audit_event in share row exclusive mode');
    const pushed = peers.map((one) => one.record({}, {}));
    const pending = peers.flatMap((one, n) => Array.from({ length: 40 }, () => one.push(pushed[n] ?? [])));
    const refused = await Promise.race(pending);
    expect(refused).toMatchObject({ status: 429, body: { error: { code: 'audit.busy' } } });
    expect(refused.headers['retry-after']).toBe('1');
    await lock.query('rollback');
    lock.release();
    const statuses = new Set((await Promise.all(pending)).map((answer) => answer.status));
    expect(statuses).toEqual(new Set([200, 429]));
    for (const [n, one] of peers.entries()) {
      expect((await one.push(pushed[n] ?? [])).body).toEqual({ ackedSeq: 2 });
      expect(await storedSeqs(one)).toEqual([1, 2]);
    }
  });

  it('refuses what only the control plane can know', async () => {
    await fresh();
    const answer = await peer.push(peer.record({ kind: 'rule.created' }));
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'input.invalid' } } });
    expect(await storedSeqs(peer)).toEqual([]);
  });

  it.each([
    ['no events', { events: [] }],
    ['too many', { events: Array.from({ length: 501 }, () => ({})) }],
    ['no event', { events: [{ seq: 1, prevHash: CHAIN_START, hash: CHAIN_START, event: { kind: 'x' } }] }],
  ])('refuses %s with a typed error', async (_, body) => {
    await fresh();
    const answer = await peer.send('POST', '/agent/v1/audit', body);
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'input.invalid' } } });
  });

  it('keeps NUL, half surrogates and fields that it does not know, to the byte', async () => {
    await fresh();
    const odd = {
      ...statementEvent({ statement: undefined }),
      reason: 'a\0b \ud800 é',
      later: { z: 1, a: [1.5] },
    };
    const link = chain(CHAIN_START, 1, odd as AuditEvent);
    expect(await peer.push([link])).toMatchObject({ status: 200 });
    const { rows } = await api.database.owner.query<{ event: AuditEvent }>(
      'select event from audit_event where id = $1',
      [odd.id],
    );
    const [row] = rows;
    expect(row && chain(CHAIN_START, 1, row.event).hash).toBe(link.hash);
  });

  it('keeps the text that an agent hashed, to the byte', async () => {
    await fresh();
    const links = peer.record({ reason: 'é "b" \u2028' }, {}, {});
    const asSpooled = links.map((link) => ({
      ...link,
      event: JSON.parse(canonicalJson(link.event)) as AuditEvent,
    }));
    expect(await peer.push(asSpooled)).toMatchObject({ status: 200, body: { ackedSeq: 3 } });
    const { rows } = await api.database.owner.query<{ text: string }>(
      'select event::text as text from audit_event where agent_id = $1 order by seq',
      [peer.agentId],
    );
    expect(rows.map(({ text }) => text)).toEqual(links.map(({ event }) => canonicalJson(event)));
  });

  it('refuses an altered one of these as well', async () => {
    await fresh();
    const [link] = peer.record({}) as [ChainedEvent];
    const event = JSON.parse(canonicalJson({ ...link.event, reason: 'another' })) as AuditEvent;
    expect((await peer.push([{ ...link, event }])).body.error.code).toBe('audit.broken_chain');
    expect(await storedSeqs(peer)).toEqual([]);
  });

  it.each([
    ['what is no JSON', '{"events":'],
    ['nothing', ''],
    ['a prototype', '{"events":[{"event":{"__proto__":{"kind":"x"}}}]}'],
  ])('refuses %s', async (_, text) => {
    await fresh();
    const answer = await peer.send('POST', PATHS.audit, text);
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'input.invalid' } } });
  });

  it('keeps agents of two organisations apart', async () => {
    const rival = await signUpCompany(api, 'pusher');
    const foreign = await enrolAgent(api, rival);
    const home = await enrolAgent(api, acme);
    await foreign.push(foreign.record({ actor: { type: 'user', id: acme.userId, label: acme.email } }));
    const { rows } = await api.database.owner.query('select org_id from audit_event where agent_id = $1', [
      foreign.agentId,
    ]);
    expect(rows).toEqual([{ org_id: rival.orgId }]);
    // Its key opens nothing in the name of another agent.
    const forged = await foreign.send(
      'POST',
      '/agent/v1/audit',
      { events: home.record({}) },
      {
        sign: { kid: home.agentId },
        claims: { iss: home.agentId },
      },
    );
    expect(forged.status).toBe(401);
    expect(await storedSeqs(home)).toEqual([]);
  });
});

const SEARCH = `query ($orgId: ID!, $filter: AuditFilter, $first: Int, $after: String) {
  auditEvents(orgId: $orgId, filter: $filter, first: $first, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges { node { id kind at actor { label } decision connection { slug } statement { text } agentId seq
      outcome { status rows durationMs sqlstate } } }
  }
}`;
interface Found {
  auditEvents: {
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
    edges: {
      node: {
        id: string;
        kind: string;
        statement: { text: string } | null;
        outcome: unknown;
        [more: string]: unknown;
      };
    }[];
  };
}

describe('search', () => {
  let company: Company;
  let peer: AgentPeer;
  const search = async (filter: object = {}, page: object = {}) => {
    const answer = await api.graphql<Found>(
      SEARCH,
      { orgId: company.orgId, filter, ...page },
      company.cookie,
    );
    expect(answer.errors).toEqual([]);
    const list = answer.data?.auditEvents;
    if (!list) throw new Error('no answer');
    return { nodes: list.edges.map((edge) => edge.node), ...list.pageInfo };
  };
  const texts = async (filter: object) =>
    (await search(filter)).nodes.flatMap((node) => node.statement?.text ?? []).sort();
  const stating = (text: string, more: Partial<AuditEvent> = {}) => {
    const event = statementEvent(more);
    return { ...event, statement: { ...event.statement, text } } as AuditEvent;
  };

  beforeAll(async () => {
    company = await signUpCompany(api, 'search');
    peer = await enrolAgent(api, company);
    const bob = { type: 'user', id: uuidv7(), label: 'bob_b@acme.test' } as const;
    const old = { at: '2026-01-01T00:00:00.000Z' };
    await peer.push(
      peer.record(
        stating('select 100% from Orders', old),
        stating('select 100 percent from orders', old),
        stating('delete from order_items', {
          decision: 'denied',
          actor: bob,
          connection: { id: 'x', slug: 'hr' },
        }),
        stating('delete from orderXitems', { decision: 'denied' }),
        stating("select '\\' as backslash"),
        stating('select ÄÖÜ'),
      ),
    );
  });

  it.each([
    [
      'part of the text, any case',
      { text: 'ORDERS' },
      ['select 100 percent from orders', 'select 100% from Orders'],
    ],
    ['a per cent sign as itself', { text: '100%' }, ['select 100% from Orders']],
    ['an underscore as itself', { text: 'order_items' }, ['delete from order_items']],
    ['a backslash as itself', { text: "'\\'" }, ["select '\\' as backslash"]],
    ['letters beyond ASCII', { text: 'äöü' }, ['select ÄÖÜ']],
    ['a decision', { decision: 'denied' }, ['delete from orderXitems', 'delete from order_items']],
    ['a connection', { connection: 'hr' }, ['delete from order_items']],
    ['part of an actor', { actor: 'B_B@' }, ['delete from order_items']],
    [
      'a time',
      { from: '2025-12-31T00:00:00Z', to: '2026-01-02T00:00:00Z' },
      ['select 100 percent from orders', 'select 100% from Orders'],
    ],
    [
      'all of them',
      {
        text: 'delete',
        actor: 'bob',
        decision: 'denied',
        connection: 'hr',
        kind: 'statement.decided',
        from: '2026-01-02T00:00:00Z',
      },
      ['delete from order_items'],
    ],
    ['nothing', { text: 'no such thing' }, []],
    ['quotes that would end a string', { text: "' or true --" }, []],
  ])('finds %s', async (_, filter, expected) => {
    expect(await texts(filter)).toEqual(expected);
  });

  it('also finds changes, by kind and by what was changed', async () => {
    expect((await search({ kind: 'agent.enrolled' })).nodes).toMatchObject([{ kind: 'agent.enrolled' }]);
    expect((await search({ text: 'AGENT ONE' })).nodes.length).toBeGreaterThan(0);
  });

  it('tells how a statement ended with its decision, and lists ends only when asked', async () => {
    const [decided] = peer.record(stating('update t set a = 1')) as [ChainedEvent];
    const end = (more: Partial<AuditEvent>) => ({
      ...statementEvent({ statement: undefined, decision: undefined }),
      kind: 'statement.finished' as const,
      ...more,
    });
    await peer.push([
      decided,
      ...peer.record(
        end({
          intentId: decided.event.id,
          outcome: { status: 'failed', rows: null, durationMs: 1.5, sqlstate: '23505' },
        }),
      ),
    ]);
    expect((await search({ text: 'update t set' })).nodes).toMatchObject([
      { outcome: { status: 'failed', rows: null, durationMs: 1.5, sqlstate: '23505' } },
    ]);
    expect((await search({ kind: 'statement.finished' })).nodes).toMatchObject([
      { outcome: { status: 'failed', durationMs: 1.5 } },
    ]);
    expect((await search()).nodes.map((node) => node.kind)).not.toContain('statement.finished');
    // Another agent cannot end it.
    const other = await enrolAgent(api, company);
    const [open] = peer.record(stating('select open')) as [ChainedEvent];
    await peer.push([open]);
    await other.push(
      other.record(
        end({
          intentId: open.event.id,
          outcome: { status: 'succeeded', rows: 1, durationMs: 1, sqlstate: null },
        }),
      ),
    );
    expect((await search({ text: 'select open' })).nodes).toMatchObject([{ outcome: null }]);
  });

  it('tells of the wire protocol: the client, bound parameters, bytes sent', async () => {
    const client = { address: '10.0.0.7:51422', application: 'psql', tls: 'TLSv1.3' };
    const asked = stating('select $1::int, $2::text, $3::text');
    const long = { text: 'begi', bytes: 9_000, sha256: 'a'.repeat(64) };
    const bound = {
      parameters: 3,
      parameterTypes: ['int4', 'text', 'text'],
      parameterValues: [{ text: '41' }, { text: null }, long],
    };
    const [decided] = peer.record({
      ...asked,
      ...(asked.statement ? { statement: { ...asked.statement, ...bound } } : {}),
      ...{ path: 'wire', client },
    }) as [ChainedEvent];
    const outcome = { status: 'succeeded' as const, rows: 1, durationMs: 1, bytes: 5e9, sqlstate: null };
    const finished = statementEvent({ statement: undefined, decision: undefined });
    const ended = { ...finished, kind: 'statement.finished' as const, intentId: decided.event.id, outcome };
    await peer.push([decided, ...peer.record(ended)]);
    const answer = await api.graphql(
      `query ($orgId: ID!, $id: ID!) { auditEvent(orgId: $orgId, id: $id) {
        path client { address application tls } outcome { bytes }
        statement { parameters parameterTypes parameterValues { text bytes sha256 } } } }`,
      { orgId: company.orgId, id: decided.event.id },
      company.cookie,
    );
    expect(answer.errors).toEqual([]);
    expect(answer.data).toEqual({
      auditEvent: {
        ...{ path: 'wire', client, outcome: { bytes: 5e9 } },
        statement: {
          ...bound,
          parameterValues: [
            { text: '41', bytes: null, sha256: null },
            { text: null, bytes: null, sha256: null },
            long,
          ],
        },
      },
    });
  });

  it('reads one event, and not one of another organisation', async () => {
    const { nodes } = await search({ text: 'order_items' });
    const one = (orgId: string, cookie: string) =>
      api.graphql<{ auditEvent: { statement: { text: string } } }>(
        'query ($orgId: ID!, $id: ID!) { auditEvent(orgId: $orgId, id: $id) { statement { text } before after } }',
        { orgId, id: nodes[0]?.id },
        cookie,
      );
    expect((await one(company.orgId, company.cookie)).data?.auditEvent.statement.text).toBe(
      'delete from order_items',
    );
    expect((await one(acme.orgId, acme.cookie)).errors[0]?.extensions.code).toBe('audit.not_found');
    expect(await foundBy(acme, { text: 'order_items' })).toEqual([]);
  });

  it('pages by key: rows that arrive meanwhile neither repeat nor hide one', async () => {
    const all = (await search({}, { first: 200 })).nodes.map((node) => node.id);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page = await search({}, { first: 3, after });
      seen.push(...page.nodes.map((node) => node.id));
      after = page.hasNextPage ? page.endCursor : null;
      await peer.push(peer.record(stating('select newer')));
    } while (after);
    expect(seen).toEqual(all);
  });

  it('keeps the order of events of the same instant', async () => {
    const at = '2026-02-02T02:02:02.002Z';
    await peer.push(peer.record(...Array.from({ length: 9 }, () => stating('select same', { at }))));
    const all = (await search({ text: 'select same' })).nodes.map((node) => node.id);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page = await search({ text: 'select same' }, { first: 2, after });
      seen.push(...page.nodes.map((node) => node.id));
      after = page.hasNextPage ? page.endCursor : null;
    } while (after);
    expect(seen).toEqual(all);
    expect(new Set(seen).size).toBe(9);
  });

  it.each([
    ['a kind that is none', { filter: { kind: 'x' } }, 'filter.kind'],
    ['a decision that is none', { filter: { decision: 'maybe' } }, 'filter.decision'],
    ['a NUL', { filter: { text: 'a\0b' } }, 'filter.text'],
    ['a cursor that is none', { after: 'abc' }, 'after'],
    ['a cursor of another list', { after: Buffer.from('["a","b"]').toString('base64url') }, 'after'],
    ['a page that is too long', { first: 201 }, 'first'],
  ])('answers %s with an error that names the field', async (_, variables, field) => {
    const answer = await api.graphql(SEARCH, { orgId: company.orgId, ...variables }, company.cookie);
    expect(answer.errors[0]?.extensions).toMatchObject({ code: 'input.invalid', field });
  });

  it('is for owners, admins and auditors', async () => {
    const { owner } = api.database;
    const codes: Record<string, string> = {};
    for (const role of ['admin', 'auditor', 'member']) {
      const user = await signUpCompany(api, `role-${role}`);
      await seedMember(owner, company.orgId, user.userId, role);
      const answer = await api.graphql(SEARCH, { orgId: company.orgId }, user.cookie);
      codes[role] = answer.errors[0]?.extensions.code ?? 'ok';
    }
    const stranger = await api.graphql(SEARCH, { orgId: company.orgId }, acme.cookie);
    codes.stranger = stranger.errors[0]?.extensions.code ?? 'ok';
    codes.nobody = (await api.graphql(SEARCH, { orgId: company.orgId })).errors[0]?.extensions.code ?? 'ok';
    expect(codes).toEqual({
      admin: 'ok',
      auditor: 'ok',
      member: 'auth.forbidden',
      stranger: 'org.not_found',
      nobody: 'auth.required',
    });
  });

  async function foundBy(who: Company, filter: object) {
    const answer = await api.graphql<Found>(SEARCH, { orgId: who.orgId, filter }, who.cookie);
    return answer.data?.auditEvents.edges ?? [];
  }
});
