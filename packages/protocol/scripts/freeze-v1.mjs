// Wrote fixtures/v1 once, with keys made for it and thrown away. Kept to show where the fixtures come from; running it again
// would replace what older agents really send, so it refuses to.
//   npx tsc -p packages/protocol && node packages/protocol/scripts/freeze-v1.mjs
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { CHAIN_START, chain } from '@postern/core/audit';

const directory = new URL('../fixtures/v1/', import.meta.url);
if (existsSync(new URL('policy.jws', directory))) throw new Error('fixtures/v1 is frozen');
mkdirSync(directory, { recursive: true });
const write = (name, value) =>
  writeFileSync(
    new URL(name, directory),
    typeof value === 'string' ? value : `${JSON.stringify(value, null, 2)}\n`,
  );

const base64url = (value) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const jws = (header, payload, key) => {
  const input = `${base64url({ alg: 'EdDSA', ...header })}.${base64url(payload)}`;
  return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`;
};
const keyPair = (kid) => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { kty, crv, x } = publicKey.export({ format: 'jwk' });
  return { jwk: { kty, crv, x, kid }, bare: { kty, crv, x }, privateKey };
};
const server = keyPair('signing-2026-11');
const agent = keyPair('agent');
const iat = 1_795_262_400;

const agentId = '01939f6a-7f00-7c3e-8a51-2f4f6f1c9d01';
const orgId = '01939f6a-7f00-7c3e-8a51-2f4f6f1c9d02';
const environmentId = '01939f6a-7f00-7c3e-8a51-2f4f6f1c9d03';
const userId = '01939f6a-7f00-7c3e-8a51-2f4f6f1c9d04';
const connectionId = '01939f6a-7f00-7c3e-8a51-2f4f6f1c9d05';
const ruleId = '01939f6a-7f00-7c3e-8a51-2f4f6f1c9d06';
const token = 'pst_enrol_used-once-and-long-expired';

write('enrol-request.json', {
  protocolVersion: 1,
  token,
  name: 'agent beside shop',
  agentVersion: '0.1.0',
  publicKey: agent.bare,
  proof: jws(
    {},
    { aud: 'postern-enrol', iat, exp: iat + 60, jti: createHash('sha256').update(token).digest('hex') },
    agent.privateKey,
  ),
  consoleUrl: 'http://127.0.0.1:7070',
});
write('enrol-response.json', {
  agentId,
  orgId,
  environmentId,
  signingKeys: [server.jwk],
  authorizeUrl: 'https://app.postern.example/authorize',
});
write('policy-key.json', server.jwk);
const bundle = {
  schema: 1,
  orgId,
  orgName: 'Acme',
  environmentId,
  environmentName: 'Production',
  version: 7,
  issuedAt: '2026-11-21T12:00:00.000Z',
  leaseSeconds: 86_400,
  connections: [
    {
      id: connectionId,
      slug: 'shop',
      name: 'Shop',
      label: 'Production',
      statementTimeoutMs: 60_000,
      lockTimeoutMs: 5_000,
      idleInTransactionTimeoutMs: 300_000,
      rowCap: 1_000,
    },
  ],
  principals: [{ id: userId, email: 'ann@example.com', name: 'Ann' }],
  groups: [{ slug: 'dba', memberIds: [userId] }],
  rules: [{ id: ruleId, connection: 'shop', permissions: ['read', 'explain'], members: ['group:dba'] }],
  signingKeys: [server.jwk],
};
write('policy-bundle.json', bundle);
write('policy.jws', jws({ kid: server.jwk.kid }, bundle, server.privateKey));
write('agent-request-claims.json', {
  iss: agentId,
  aud: 'postern-api',
  iat,
  exp: iat + 60,
  jti: '01939f6a-7f00-7c3e-8a51-2f4f6f1c9d07',
  htm: 'POST',
  htp: '/agent/v1/heartbeat',
  bh: createHash('sha256').update('{}').digest('base64url'),
});
write('heartbeat-request.json', {
  agentVersion: '0.1.0',
  protocolVersion: 1,
  policyVersion: 7,
  policyEnforcedAt: '2026-11-21T12:00:00.412Z',
  spoolDepth: 3,
  connections: [
    { slug: 'shop', status: 'ok' },
    { slug: 'old', status: 'down', detail: 'connection refused' },
  ],
  rssBytes: 94_371_840,
});
write('heartbeat-response.json', { policyVersion: 7 });

const actor = { type: 'user', id: userId, label: 'ann@example.com' };
const connection = { id: connectionId, slug: 'shop' };
const statement = (text, kind) => ({
  text,
  bytes: Buffer.byteLength(text),
  sha256: createHash('sha256').update(text).digest('hex'),
  truncated: false,
  kinds: [kind],
});
const decidedId = '01939f6a-7f00-7c3e-8a51-2f4f6f1c9d09';
const events = [
  {
    id: '01939f6a-7f00-7c3e-8a51-2f4f6f1c9d08',
    at: '2026-11-21T12:00:01.000Z',
    kind: 'statement.decided',
    actor,
    decision: 'denied',
    connection,
    path: 'console',
    statement: statement('DELETE FROM orders', 'DELETE'),
    required: ['write'],
    held: ['read', 'explain'],
    missing: ['write'],
    ruleIds: [],
    reason: 'the statement is a DELETE, which needs write on `shop`',
    policyVersion: 7,
    sessionId: 's1',
  },
  {
    id: decidedId,
    at: '2026-11-21T12:00:02.000Z',
    kind: 'statement.decided',
    actor,
    decision: 'allowed',
    connection,
    path: 'console',
    statement: statement("SELECT 'é'", 'SELECT'),
    required: ['read'],
    held: ['read', 'explain'],
    ruleIds: [ruleId],
    policyVersion: 7,
    sessionId: 's1',
  },
  {
    id: '01939f6a-7f00-7c3e-8a51-2f4f6f1c9d0a',
    at: '2026-11-21T12:00:02.031Z',
    kind: 'statement.finished',
    actor,
    connection,
    intentId: decidedId,
    outcome: { status: 'succeeded', rows: 1, durationMs: 30.5, sqlstate: null },
    sessionId: 's1',
  },
];
let previous = CHAIN_START;
const links = events.map((event, index) => {
  const link = chain(previous, index + 1, event);
  previous = link.hash;
  return link;
});
write('audit-push-request.json', { events: links });
write('audit-push-response.json', { ackedSeq: 3 });
write('console-token-request.json', {
  code: 'one-time-code',
  codeVerifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  redirectUri: 'http://127.0.0.1:7070/callback',
});
const claims = {
  iss: 'postern',
  aud: agentId,
  sub: userId,
  email: 'ann@example.com',
  name: 'Ann',
  org: orgId,
  iat,
  exp: iat + 300,
};
write('console-token-claims.json', claims);
write('console-token-response.json', { token: jws({ kid: server.jwk.kid }, claims, server.privateKey) });
write('error-gap.json', {
  error: {
    code: 'audit.gap',
    message: 'events 4 to 6 are missing',
    fix: 'send them first',
    facts: { expectedSeq: 4 },
  },
});
write('error-revoked.json', { error: { code: 'agent.revoked', message: 'this agent was revoked' } });
write(
  'stream.txt',
  [
    ': connected',
    '',
    'event: policy',
    'data: {"version":7}',
    '',
    ': still here',
    '',
    'event: from-the-future',
    'data: {"anything":true}',
    '',
    'event: revoked',
    'data: {}',
    '',
    '',
  ].join('\n'),
);
