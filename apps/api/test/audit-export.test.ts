import type { AddressInfo } from 'node:net';
import { type AuditEvent, ChainCheck, type ChainedEvent, exportedLink } from '@postern/core/audit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvLine } from '../src/audit/csv.js';
import { statementEvent } from './agent-peer.js';
import { startTestApp, type TestApp } from './app.js';
import { auditTrail, type Company, enrolAgent, signUpCompany } from './company.js';
import { join } from './people.js';
import { eventually } from './seed.js';

let api: TestApp;
let acme: Company;
let rival: Company;
beforeAll(async () => {
  api = await startTestApp();
  acme = await signUpCompany(api, 'acme');
  rival = await signUpCompany(api, 'rival');
  const peer = await enrolAgent(api, acme);
  const stating = (text: string) => {
    const event = statementEvent();
    return { ...event, statement: { ...event.statement, text } } as AuditEvent;
  };
  const many = Array.from({ length: 1_200 }, (_, n) => stating(`select ${n} from bulk`));
  for (let n = 0; n < many.length; n += 400) await peer.push(peer.record(...many.slice(n, n + 400)));
  await peer.push(peer.record(stating('=1+1, "quoted"\nfrom odd'), stating("'odd")));
}, 60_000);
afterAll(() => api.close());

const get = (orgId: string, format: string, filter: unknown, cookie?: string, more = {}) =>
  api.app.inject({
    method: 'GET',
    url: `/audit/export?${new URLSearchParams({ orgId, format, filter: typeof filter === 'string' ? filter : JSON.stringify(filter) })}`,
    headers: { ...(cookie === undefined ? {} : { cookie }), ...more },
  });

describe('a CSV cell', () => {
  it.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['two\nlines', '"two\nlines"'],
    ['=cmd()', "'=cmd()"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@sum', "'@sum"],
    ['\tx', "'\tx"],
    ["'quoted", "''quoted"],
    ['＝1', "'＝1"],
    ['a=b', 'a=b'],
  ])('%j is written %j', (value, written) => {
    expect(csvLine([value, -5, null])).toBe(`${written},-5,\r\n`);
  });

  it('is read back by taking one apostrophe away', () => {
    for (const value of ['=x', "'=x", "''", '-', 'plain', "it's"]) {
      const cell = csvLine([value]).slice(0, -2);
      expect(cell.startsWith("'") ? cell.slice(1) : cell).toBe(value);
    }
  });
});

describe('export', () => {
  it('streams every event of the search, once, newest first', async () => {
    const answer = await get(acme.orgId, 'jsonl', { text: 'from bulk' }, acme.cookie);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="audit-[\dT-]+\.jsonl"$/);
    const events = answer.body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events).toHaveLength(1_200);
    expect(new Set(events.map(({ id }) => id)).size).toBe(1_200);
    expect(events[0].chain).toMatchObject({
      seq: expect.any(Number),
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const times = events.map(({ at }) => at);
    expect(times).toEqual([...times].sort().reverse());
  });

  it('of everything has each chain as it stands, with the ends of statements, and of a time all between its ends', async () => {
    const peer = await enrolAgent(api, rival);
    const at = (hour: number) => ({ at: `2026-11-20T0${hour}:00:00.000Z` });
    const [decided] = peer.record(at(1));
    const outcome = { status: 'succeeded' as const, rows: 1, durationMs: 2, sqlstate: null };
    const ends = { kind: 'statement.finished' as const, intentId: decided?.event.id, outcome, ...at(2) };
    const of = { decision: undefined, statement: undefined, required: undefined };
    // The third comes from a clock that was set back.
    await peer.push([decided as ChainedEvent, ...peer.record({ ...ends, ...of }, at(1), at(3), at(5))]);
    const exported = async (filter: object) =>
      (await get(rival.orgId, 'jsonl', filter, rival.cookie)).body
        .trim()
        .split('\n')
        .map((line) => exportedLink.parse(JSON.parse(line)))
        .filter(({ agentId }) => agentId === peer.agentId);
    const links = await exported({});
    expect(links.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    expect(links.map(({ event }) => (event as { kind: string }).kind)).toContain('statement.finished');
    const check = new ChainCheck();
    for (const { seq, hash, event } of links)
      expect(check.add({ seq: seq ?? 0, hash: hash ?? '', event })).toBeUndefined();
    const between = { from: '2026-11-20T02:00:00Z', to: '2026-11-20T04:00:00Z', agentId: peer.agentId };
    expect((await exported(between)).map(({ seq }) => seq)).toEqual([2, 3, 4]);
    const [found] = (
      await get(rival.orgId, 'jsonl', { kind: 'statement.decided', to: at(2).at }, rival.cookie)
    ).body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ id }) => id === decided?.event.id);
    // What a search finds says how it ended, beside the event and not in it.
    expect(found).toEqual({
      ...decided?.event,
      chain: expect.objectContaining({ outcome: expect.objectContaining(outcome) }),
    });
  });

  it('writes CSV that opens no formula and loses nothing', async () => {
    const { body } = await get(acme.orgId, 'csv', { text: 'odd' }, acme.cookie);
    expect(body).toMatch(/^at,kind,actor_type,actor,/);
    expect(body).toContain(`,"'=1+1, ""quoted""\nfrom odd",`);
    expect(body).toContain(`,''odd,`);
    expect(body.endsWith('\r\n')).toBe(true);
  });

  it('is itself in the trail: before it begins, and how it ended', async () => {
    await get(acme.orgId, 'csv', { decision: 'denied' }, acme.cookie);
    const trail = await eventually('the end', async () => {
      const found = (await auditTrail(api, acme.orgId)).filter(({ kind }) => kind.startsWith('audit.export'));
      return found[0]?.kind === 'audit.export_finished' ? found : undefined;
    });
    expect(trail[0]?.event).toMatchObject({ outcome: { status: 'succeeded', rows: 0 } });
    expect(trail[1]).toMatchObject({ kind: 'audit.export_started', actor_label: acme.email });
    expect(trail[1]?.event).toMatchObject({ after: { format: 'csv', filter: { decision: 'denied' } } });
  });

  it.each([
    ['a format that is none', 'xml', {}, 'format'],
    ['a filter that is no JSON', 'csv', 'x', 'filter'],
    ['a field that is none', 'csv', { actorIds: ['x'] }, 'filter.actorIds'],
    ['a time that is none', 'csv', { from: 'yesterday' }, 'filter.from'],
    ['an outcome that is none', 'csv', { outcome: 'x' }, 'filter.outcome'],
  ])('refuses %s', async (_, format, filter, field) => {
    const answer = await get(acme.orgId, format, filter, acme.cookie);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ error: { code: 'input.invalid', field } });
  });

  it('is for those who may search, of that organisation, from its own pages; refusals are recorded', async () => {
    const member = await join(api, acme, 'mo', 'member');
    const codes = await Promise.all(
      [
        get(acme.orgId, 'csv', {}),
        get(acme.orgId, 'csv', {}, rival.cookie),
        get('no-id', 'csv', {}, rival.cookie),
        get(acme.orgId, 'csv', {}, acme.cookie, { 'sec-fetch-site': 'cross-site' }),
        get(acme.orgId, 'csv', {}, member.cookie),
      ].map(async (answer) => (await answer).json().error.code),
    );
    expect(codes).toEqual([
      'auth.required',
      'org.not_found',
      'org.not_found',
      'auth.forbidden',
      'auth.forbidden',
    ]);
    expect((await auditTrail(api, acme.orgId))[0]).toMatchObject({
      kind: 'access.refused',
      event: { target: { id: 'exportAudit' } },
    });
  });
});

describe('watching', () => {
  it('tells an open page that there is more, and nobody of another organisation', async () => {
    await api.app.listen(0, '127.0.0.1');
    const { port } = api.app.getHttpServer().address() as AddressInfo;
    const watch = async ({ orgId, cookie }: Company) => {
      const abort = new AbortController();
      const answer = await fetch(`http://127.0.0.1:${port}/audit/watch?orgId=${orgId}`, {
        headers: { cookie },
        signal: abort.signal,
      });
      expect(answer.status).toBe(200);
      let text = '';
      const reading = (async () => {
        for await (const piece of answer.body ?? []) text += Buffer.from(piece).toString();
      })().catch(() => undefined);
      return {
        heard: () => text,
        close: () => {
          abort.abort();
          return reading;
        },
      };
    };
    const ours = await watch(acme);
    const theirs = await watch(rival);
    const peer = await enrolAgent(api, acme);
    await peer.push(peer.record({}));
    await eventually('the hint', () => ours.heard().includes('event: more'));
    expect(theirs.heard()).not.toContain('event: more');
    await Promise.all([ours.close(), theirs.close()]);
  });

  it('is refused to whoever may not search', async () => {
    const answer = await api.app.inject({ method: 'GET', url: `/audit/watch?orgId=${acme.orgId}` });
    expect(answer.statusCode).toBe(401);
  });
});
