import { readFileSync } from 'node:fs';
import { auditPushResponse } from '@postern/protocol/audit-push';
import { enrolResponse } from '@postern/protocol/enrolment';
import { protocolError } from '@postern/protocol/error';
import { heartbeatResponse } from '@postern/protocol/heartbeat';
import { PATHS } from '@postern/protocol/version';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentPeer } from './agent-peer.js';
import { startTestApp, type TestApp } from './app.js';
import { type Company, enrolAgent, enrolmentToken, signUpCompany } from './company.js';

const fixture = (name: string): string =>
  readFileSync(new URL(`../../../packages/protocol/fixtures/v1/${name}.json`, import.meta.url), 'utf8');

let api: TestApp;
let company: Company;
let peer: AgentPeer;
beforeAll(async () => {
  api = await startTestApp();
  company = await signUpCompany(api, 'fixtures');
  peer = await enrolAgent(api, company);
});
afterAll(() => api.close());

describe('messages as agents of protocol version 1 write them', () => {
  it('heartbeat', async () => {
    const answer = await peer.send('POST', PATHS.heartbeat, fixture('heartbeat-request'));
    expect(answer.status).toBe(200);
    expect(heartbeatResponse.parse(answer.body)).toEqual({ policyVersion: expect.any(Number) });
  });

  it('audit push', async () => {
    const answer = await peer.send('POST', PATHS.audit, fixture('audit-push-request'));
    expect(answer.status).toBe(200);
    const { events } = JSON.parse(fixture('audit-push-request'));
    expect(auditPushResponse.parse(answer.body)).toEqual({ ackedSeq: events.length });
  });

  it('console token: understood, though its code is long gone', async () => {
    const answer = await peer.send('POST', PATHS.consoleToken, fixture('console-token-request'));
    expect(protocolError.parse(answer.body).error.code).toBe('auth.code_invalid');
  });

  it('enrolment: understood, though its proof is long expired; a fresh one gets the answer of version 1', async () => {
    const stale = await api.app.inject({
      method: 'POST',
      url: PATHS.enrol,
      headers: { 'content-type': 'application/json' },
      payload: fixture('enrol-request'),
    });
    expect(protocolError.parse(stale.json()).error.code).toBe('agent.unauthenticated');
    const fresh = await AgentPeer.create(api.app);
    const answer = await fresh.enrol(await enrolmentToken(api, company));
    expect(enrolResponse.parse(answer.body)).toEqual(answer.body);
    expect(Object.keys(answer.body).sort()).toEqual(
      Object.keys(JSON.parse(fixture('enrol-response'))).sort(),
    );
  });
});
