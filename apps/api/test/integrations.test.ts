import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer as createTcpServer, isIP } from 'node:net';
import type { INestApplicationContext } from '@nestjs/common';
import { AUDIT_KINDS, type AuditEvent, auditEvent } from '@postern/core/audit';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorker } from '../src/create-worker.js';
import { isPublicAddress, publicLookup, safely } from '../src/integrations/destination.js';
import { requireIntegration } from '../src/integrations/integration.queries.js';
import { OCSF_VERSION, toOcsf } from '../src/integrations/ocsf.js';
import { RefusedDestinations } from '../src/integrations/refused-destinations.js';
import { SaveIntegration } from '../src/integrations/save-integration.js';
import { SecretBox } from '../src/integrations/secret-box.js';
import { postJson } from '../src/integrations/send-http.js';
import { sendSyslog } from '../src/integrations/send-syslog.js';
import { TenantDb } from '../src/tenancy/tenant-db.js';
import { startTestApp, type TestApp } from './app.js';
import { auditTrail, type Company, enrolAgent, signUpCompany } from './company.js';
import { Endpoint, type Received } from './endpoint.js';
import { must } from './people.js';
import { eventually } from './seed.js';

let api: TestApp;
let worker: INestApplicationContext;
let company: Company;
let endpoint: Endpoint;
const FIELDS = 'id name kind enabled disabledReason failures lastError behind dead refusal';

beforeAll(async () => {
  api = await startTestApp({ allowPrivateDestinations: true });
  worker = await createWorker(api.database.config);
  company = await signUpCompany(api, 'outbound');
  endpoint = await Endpoint.start();
});
afterAll(async () => {
  await worker?.close();
  await endpoint?.stop();
  await api?.close();
});

interface Shown {
  id: string;
  enabled: boolean;
  disabledReason: string | null;
  failures: number;
  lastError: string | null;
  behind: number;
  dead: number;
  refusal: string | null;
}

async function create(given: object): Promise<{ integration: Shown; secret: string | null }> {
  const { made } = await must<{ made: { integration: Shown; secret: string | null } }>(
    api,
    `mutation ($orgId: ID!, $integration: IntegrationInput!) {
      made: createIntegration(orgId: $orgId, integration: $integration) { integration { ${FIELDS} } secret } }`,
    { orgId: company.orgId, integration: given },
    company.cookie,
  );
  return made;
}

async function shown(id: string): Promise<Shown> {
  const { integrations } = await must<{ integrations: Shown[] }>(
    api,
    `query ($orgId: ID!) { integrations(orgId: $orgId) { ${FIELDS} } }`,
    { orgId: company.orgId },
    company.cookie,
  );
  const found = integrations.find((one) => one.id === id);
  if (!found) throw new Error('it is not in the list');
  return found;
}

const call = <T>(name: string, id: string, more = '') =>
  must<{ answer: T }>(
    api,
    `mutation ($orgId: ID!, $id: ID!) { answer: ${name}(orgId: $orgId, id: $id) ${more} }`,
    { orgId: company.orgId, id },
    company.cookie,
  ).then(({ answer }) => answer);

let groups = 0;
/** Something that happens: an event of the kind `group.created`. */
async function happen(): Promise<string> {
  groups += 1;
  const name = `group-${groups}`;
  await must(
    api,
    'mutation ($orgId: ID!, $slug: String!, $name: String!) { createGroup(orgId: $orgId, slug: $slug, name: $name) { id } }',
    { orgId: company.orgId, slug: name, name },
    company.cookie,
  );
  return name;
}

const signatureOf = ({ headers, body }: Received, secret: string): string => {
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
};

const webhook = (name: string, more = {}) => ({
  name,
  kind: 'webhook',
  url: endpoint.url,
  eventTypes: ['group.*'],
  ...more,
});

describe('webhooks', () => {
  it('get each event that they want, signed, once it happened; the secret is shown once and kept sealed', async () => {
    const { integration, secret } = await create(webhook('First'));
    expect(secret).toMatch(/^whsec_/);
    const before = endpoint.received.length;
    const name = await happen();
    await eventually('the delivery', async () => endpoint.received.length > before);
    const [message] = endpoint.received.slice(before);
    if (!message || !secret) throw new Error('nothing came');
    expect(JSON.parse(message.body)).toMatchObject({
      type: 'group.created',
      data: { kind: 'group.created', target: { label: name } },
    });
    expect(message.headers['webhook-signature']).toBe(signatureOf(message, secret));
    expect(Math.abs(Number(message.headers['webhook-timestamp']) - Date.now() / 1_000)).toBeLessThan(60);
    const { rows } = await api.database.owner.query('select * from integration');
    expect(JSON.stringify(rows)).not.toContain(secret.slice(6, 40));
    const trail = JSON.stringify(await auditTrail(api, company.orgId));
    expect(trail).toContain('integration.created');
    expect(trail).not.toContain(secret);
    expect(trail).not.toContain('c4nary');
    await call('deleteIntegration', integration.id);
  });

  it('are signed with both secrets for a day after a rotation', async () => {
    const { integration, secret } = await create(webhook('Rotated'));
    const rotated = await call<{ secret: string }>('rotateIntegrationSecret', integration.id, '{ secret }');
    expect(await call('testIntegration', integration.id, '{ ok status }')).toEqual({ ok: true, status: 200 });
    const message = endpoint.received.at(-1);
    if (!message || !secret) throw new Error('nothing came');
    expect(JSON.parse(message.body).type).toBe('postern.test');
    expect(message.headers['webhook-signature']).toBe(
      `${signatureOf(message, rotated.secret)} ${signatureOf(message, secret)}`,
    );
    await call('deleteIntegration', integration.id);
  });

  it('are tried again, become dead letters, and are sent again when somebody says so', async () => {
    const { integration } = await create(webhook('Unlucky', { eventTypes: ['group.created'] }));
    endpoint.answers = [500];
    const name = await happen();
    const delivery = async () =>
      (
        await api.database.owner.query(
          'select state, attempts, last_status, next_attempt_at > now() as waits from webhook_delivery where integration_id = $1',
          [integration.id],
        )
      ).rows[0];
    await eventually('a failed attempt', async () => (await delivery())?.last_status === 500);
    expect(await delivery()).toMatchObject({ state: 'waiting', attempts: 1, waits: true });
    expect(await shown(integration.id)).toMatchObject({
      failures: 1,
      lastError: 'answered 500',
      enabled: true,
    });
    endpoint.answers = Array(50).fill(503);
    await eventually('a dead letter', async () => {
      // Whatever attempt is under way may write its own number last.
      await api.database.owner.query(
        "update webhook_delivery set attempts = 8, next_attempt_at = now() where integration_id = $1 and state = 'waiting' and attempts < 8",
        [integration.id],
      );
      return (await delivery())?.state === 'dead';
    });
    endpoint.answers = [];
    expect(await shown(integration.id)).toMatchObject({ dead: 1 });
    const before = endpoint.received.length;
    expect(await call('redriveDeliveries', integration.id)).toBe(1);
    await eventually('the delivery', async () => endpoint.received.length > before);
    expect(endpoint.received.at(-1)?.body).toContain(name);
    await eventually('the note', async () => (await delivery())?.state === 'delivered');
    expect(await shown(integration.id)).toMatchObject({ dead: 0, failures: 0, lastError: null });
    await call('deleteIntegration', integration.id);
  });

  it('that say that they are gone are turned off, and the trail says why; redirects are not followed', async () => {
    const { integration } = await create(webhook('Gone'));
    endpoint.answers = [302];
    expect(await call('testIntegration', integration.id, '{ ok error }')).toEqual({
      ok: false,
      error: 'answered 302: redirects are not followed',
    });
    endpoint.answers = [410];
    await happen();
    await eventually('the end', async () => !(await shown(integration.id)).enabled);
    expect((await shown(integration.id)).disabledReason).toBe('it answered 410 Gone');
    expect((await auditTrail(api, company.orgId)).map(({ kind }) => kind)).toContain('integration.disabled');
    await call('deleteIntegration', integration.id);
  });
});

const ocsfSchema = JSON.parse(
  readFileSync(new URL('fixtures/ocsf-1.3.0.schema.json', import.meta.url), 'utf8'),
) as object;
const ocsf = new Ajv2020({ allErrors: true, strictRequired: false })
  .addFormat('ip', (text) => isIP(text) > 0)
  .addSchema(ocsfSchema, 'ocsf');
const OCSF_CLASSES: Readonly<Record<number, string>> = {
  3001: 'account_change',
  3002: 'authentication',
  3004: 'entity_management',
  6005: 'datastore_activity',
};

/** What a validator of OCSF would say of the event as it is sent: JSON leaves out what is undefined. */
function expectOcsf(made: Record<string, unknown>): void {
  const event = JSON.parse(JSON.stringify(made)) as { class_uid: number; metadata: unknown };
  const validate = ocsf.getSchema(`ocsf#/$defs/${OCSF_CLASSES[event.class_uid]}`);
  if (!validate) throw new Error(`no schema of class ${event.class_uid}`);
  const isValid = validate(event);
  expect(isValid ? [] : validate.errors, JSON.stringify(event)).toEqual([]);
  expect(event.metadata).toMatchObject({ version: OCSF_VERSION });
}

describe('SIEM destinations', () => {
  it('get the events of every chain in order, none lost while they refuse, are away, or the worker starts anew', async () => {
    const agent = await enrolAgent(api, company);
    const { integration } = await create({
      name: 'SIEM',
      kind: 'https',
      url: endpoint.url,
      eventTypes: ['*'],
      authorization: 'Bearer c4nary',
    });
    const from = endpoint.received.length;
    const received = () =>
      endpoint.received
        .slice(from)
        .flatMap(({ body }) => JSON.parse(body) as (AuditEvent & { agentId: string | null; seq: number })[]);
    const sent = Array.from({ length: 1_200 }, (_, i) => agentEvent(i));
    for (let i = 0; i < sent.length; i += 400) {
      const answer = await agent.push(agent.record(...sent.slice(i, i + 400)));
      if (answer.status !== 200) throw new Error(answer.text);
    }
    endpoint.answers = [500];
    const name = await happen();
    await eventually('a refusal', async () => (await shown(integration.id)).failures > 0);
    await worker.close();
    worker = await createWorker(api.database.config);
    await eventually('the end of the trail', async () => (await shown(integration.id)).behind === 0);
    const own = received().filter(({ agentId }) => agentId === agent.agentId);
    expect(own.map(({ seq }) => seq)).toEqual(sent.map((_, i) => i + 1));
    expect(own.map(({ id }) => id)).toEqual(sent.map(({ id }) => id));
    expect(received().filter(({ target }) => target?.label === name)).toHaveLength(1);
    expect(endpoint.received.at(-1)?.headers.authorization).toBe('Bearer c4nary');
    expect(JSON.stringify(await auditTrail(api, company.orgId))).not.toContain('c4nary');
    expect((await shown(integration.id)).failures).toBe(0);
    await call('deleteIntegration', integration.id);
  });

  it('take syslog, framed by counted octets, in OCSF', async () => {
    let text = '';
    const server = createTcpServer((socket) => {
      socket.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `syslog+tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { integration } = await create({
      name: 'Syslog',
      kind: 'syslog',
      url,
      format: 'ocsf',
      eventTypes: ['*'],
    });
    const name = await happen();
    await eventually('the event', async () => text.includes(name));
    const [, length = '', rest = ''] = /^(\d+) (.*)$/s.exec(text) ?? [];
    const message = Buffer.from(rest).subarray(0, Number(length)).toString();
    const [, json = ''] = /^<1(?:08|10)>1 \S+Z postern postern - [\w.]+ - (\{.*\})$/.exec(message) ?? [];
    expectOcsf(JSON.parse(json));
    await call('deleteIntegration', integration.id);
    await new Promise((resolve) => server.close(resolve));
  });

  it('get what OCSF requires of each kind of event', async () => {
    const { rows } = await api.database.owner.query<{ event: AuditEvent }>('select event from audit_event');
    const made = [
      ...rows.map(({ event }) => event),
      ...(
        [
          'statement.decided',
          'wire.session_opened',
          'wire.sign_in_failed',
          'console.signed_in',
          'member.joined',
          'agent.revoked',
        ] as const
      ).map((kind) => ({ ...agentEvent(1), kind })),
    ];
    for (const event of made) expectOcsf(toOcsf(company.orgId, event));
    // Every kind there is, with as little and as much as an event can have.
    for (const kind of AUDIT_KINDS) {
      const { client: _, connection: __, ...little } = { ...agentEvent(1), kind };
      expectOcsf(toOcsf(company.orgId, { ...little, actor: { type: 'system', id: '', label: '' } }));
      expectOcsf(
        toOcsf(company.orgId, {
          ...agentEvent(2),
          kind,
          client: { address: '[2001:db8::7]:5432', application: '' },
          target: { type: 'thing', id: '', label: '' },
          relations: ['public.t'],
          outcome: { status: 'failed', rows: null, durationMs: 0.4, sqlstate: '23505' },
        }),
      );
    }
    expect(
      toOcsf(company.orgId, { ...agentEvent(1), client: { address: '::1' } }).src_endpoint,
    ).toMatchObject({
      ip: '::1',
    });
    expect(() => expectOcsf({ ...toOcsf(company.orgId, agentEvent(1)), actor: undefined })).toThrow();
    expect(() => expectOcsf({ ...toOcsf(company.orgId, agentEvent(1)), surprise: 1 })).toThrow();
    const denied = toOcsf(company.orgId, { ...agentEvent(1), decision: 'denied', reason: 'no' });
    expect(denied).toMatchObject({ class_uid: 6005, status_id: 2, status_detail: 'no' });
    const classOf = (kind: AuditEvent['kind']) => toOcsf(company.orgId, { ...agentEvent(1), kind }).class_uid;
    expect(
      ['wire.sign_in_failed', 'member.joined', 'rule.created'].map((kind) =>
        classOf(kind as AuditEvent['kind']),
      ),
    ).toEqual([3002, 3001, 3004]);
  });
});

const agentEvent = (i: number): AuditEvent =>
  auditEvent.parse({
    id: uuidv7(),
    at: new Date().toISOString(),
    kind: 'statement.decided',
    actor: { type: 'user', id: 'u1', label: 'alex@acme.example' },
    decision: 'allowed',
    connection: { id: 'c1', slug: 'shop' },
    path: 'wire',
    statement: {
      text: `select ${i}`,
      bytes: 10,
      sha256: 'a'.repeat(64),
      truncated: false,
      kinds: ['SELECT'],
    },
    required: ['read'],
    client: { address: '10.0.0.7:51000' },
  });

describe('where integrations may point', () => {
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fc00::1',
    'fd12::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:db8::1',
    'ff02::1',
    'nonsense',
  ])('%s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '2606:4700::1111'])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it('is checked where the socket connects: by name and by literal address, for HTTP and syslog', async () => {
    const { port } = new URL(endpoint.url);
    const before = endpoint.received.length;
    for (const host of ['localhost', '127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1']) {
      const { ok, error } = await postJson(`https://${host}:${port}/`, '{}', {}, false);
      expect([host, ok, error]).toEqual([host, false, expect.stringMatching(/private|not known/)]);
      expect(await sendSyslog(`syslog+tcp://${host}:${port}`, ['x'], false)).toMatchObject({ ok: false });
    }
    expect(endpoint.received.length).toBe(before);
    expect(() => safely('127.0.0.1', false)).toThrow('private');
    const error = await new Promise((resolve) =>
      publicLookup('localhost', { all: true }, (found) => resolve(found)),
    );
    expect(error).toMatchObject({ name: 'DestinationRefused' });
  });

  it.each(['https://10.1.2.3/hook', 'https://[::1]/', 'https://localhost/', 'https://0x7f.1/'])(
    '%s is refused where it is saved, as it would be where it is sent',
    async (url) => {
      const config = { ...api.database.config, allowPrivateDestinations: false };
      const save = new SaveIntegration(
        api.app.get(TenantDb),
        api.app.get(SecretBox, { strict: false }),
        config,
      );
      const person = { userId: uuidv7(), email: 'admin@acme.example', name: 'Ann', role: 'admin' as const };
      const actor = { ...person, orgId: company.orgId };
      const given = { name: 'inside', kind: 'webhook', url, eventTypes: ['*'], enabled: false };
      await expect(save.create(actor, given)).rejects.toMatchObject({
        code: 'input.invalid',
        detail: { field: 'url', fix: expect.stringContaining('public') },
      });
    },
  );

  it('is said on the page of those that were saved before, and sent to nobody', async () => {
    const now = new RefusedDestinations({ ...api.database.config, allowPrivateDestinations: false });
    const { integration } = await create(webhook('Saved before', { eventTypes: ['rule.*'] }));
    expect(integration.refusal).toBeNull();
    const row = await api.app
      .get(TenantDb)
      .withOrg(company.orgId, (tx) => requireIntegration(tx, integration.id));
    const said = (url: string, kind = 'webhook') => now.reasonFor({ ...row, kind, url });
    expect(await said(endpoint.url)).toBe('its address must begin with `https://`');
    for (const url of ['https://10.1.2.3/hook', 'https://localhost/', 'https://[::1]/'])
      expect(await said(url)).toContain('its address is private');
    expect(await said('syslog+tls://192.168.0.7:6514', 'syslog')).toContain('its address is private');
    expect(await said('https://8.8.8.8/')).toBeNull();
    expect(await said('https://hooks.invalid/')).toBeNull();
  });

  it.each([
    ['an address without TLS', { url: 'ftp://example.com' }, 'url'],
    ['a user in the address', { url: 'https://me:pw@example.com/' }, 'url'],
    ['no address at all', { url: 'nonsense' }, 'url'],
    ['a kind of event that does not exist', { eventTypes: ['no.such'] }, 'eventTypes.0'],
    ['no kind of event', { eventTypes: [] }, 'eventTypes'],
    ['another kind of integration', { kind: 'pigeon' }, 'kind'],
    ['a header with a line in it', { kind: 'https', authorization: 'a\nb: c' }, 'authorization'],
  ])('%s is refused', async (_, more, field) => {
    const { errors } = await api.graphql(
      'mutation ($orgId: ID!, $integration: IntegrationInput!) { createIntegration(orgId: $orgId, integration: $integration) { secret } }',
      { orgId: company.orgId, integration: webhook('Bad', more) },
      company.cookie,
    );
    expect(errors[0]?.extensions).toMatchObject({ code: 'input.invalid', field });
  });
});
