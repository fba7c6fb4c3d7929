import { policyBundle, policyConnection } from '@postern/core/policy';
import { expect, test } from 'vitest';
import { heartbeatRequest } from '../src/heartbeat.js';
import { claimRequest, taskPayloads } from '../src/tasks.js';
import { fixture } from './fixtures.js';

const guards = { masks: [1, 3], retire: [] };
const payload = { manifest: 'roles: []\n', mode: 'adopt' };
const bundle = policyBundle.parse(fixture('policy-bundle.json'));

test('a new agent finds no guard roles in what an old control plane sends', () => {
  expect(bundle.connections[0]).not.toHaveProperty('guards');
  expect(taskPayloads['roles.plan'].parse(payload)).toEqual(payload);
});

test('a new control plane takes an old agent for one that knows no guard roles', () => {
  expect(claimRequest.parse(fixture('claim-request.json'))).not.toHaveProperty('features');
  expect(heartbeatRequest.parse(fixture('heartbeat-request.json'))).not.toHaveProperty('features');
});

test('an old agent reads a bundle with guard roles, and goes on with its own login', () => {
  const old = policyBundle.extend({ connections: policyConnection.omit({ guards: true }).array() });
  const guarded = {
    ...bundle,
    connections: bundle.connections.map((each) => ({ ...each, guards: guards.masks })),
  };
  expect(old.parse(guarded)).toEqual(bundle);
  expect(policyBundle.parse(guarded)).toEqual(guarded);
});

test('an old control plane reads what a new agent says that it knows', () => {
  const claim = { ...(fixture('claim-request.json') as object), features: ['guards', 'of-the-future'] };
  expect(claimRequest.omit({ features: true }).safeParse(claim).success).toBe(true);
  expect(claimRequest.parse(claim)).toEqual(claim);
  expect(taskPayloads['roles.apply'].safeParse({ ...payload, guards }).success).toBe(false);
  expect(taskPayloads['roles.scan'].parse({ ...payload, guards })).toEqual({ ...payload, guards });
});
