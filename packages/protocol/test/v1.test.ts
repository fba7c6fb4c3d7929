import { createPublicKey, verify } from 'node:crypto';
import { CHAIN_START, chainedEvent, followsChain } from '@postern/core/audit';
import { policyBundle, publicJwk } from '@postern/core/policy';
import { describe, expect, test } from 'vitest';
import { auditPushRequest } from '../src/audit-push.js';
import { consoleTokenClaims, consoleTokenResponse } from '../src/console-token.js';
import { protocolError } from '../src/error.js';
import { parsePolicyEtag, policyEtag, streamEvents } from '../src/policy-pull.js';
import { PROTOCOL_VERSION } from '../src/version.js';
import { fixture, fixtureNames, fixtureText } from './fixtures.js';
import { messages } from './messages.js';

const samples = fixtureNames.filter(
  (name) => name.endsWith('.json') && !['policy-key.json', 'schemas.json'].includes(name),
);
const messageOf = (name: string) => messages[name.startsWith('error-') ? 'error' : name.replace('.json', '')];

/** The same with a member that nobody knows, at every level. */
function withStrangers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withStrangers);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, member]) => [key, withStrangers(member)]);
  return { ...Object.fromEntries(members), fromTheFuture: { x: [1] } };
}

describe.each(samples)('fixtures/v1/%s', (name) => {
  test('is still read, and nothing of it is lost', () => {
    expect(messageOf(name)?.parse(fixture(name))).toEqual(fixture(name));
  });

  test('is read with members that nobody knows', () => {
    expect(messageOf(name)?.safeParse(withStrangers(fixture(name))).error).toBeUndefined();
  });
});

test('every message has a fixture', () => {
  const covered = new Set(
    samples.map((name) => (name.startsWith('error-') ? 'error' : name.replace('.json', ''))),
  );
  const streamed = ['stream-policy', 'stream-revoked', 'stream-task'];
  expect(Object.keys(messages).filter((name) => !covered.has(name))).toEqual(streamed);
  expect(PROTOCOL_VERSION).toBe(1);
});

/** Payload of a compact JWS (RFC 7515) whose Ed25519 signature is the fixture key's. */
function verified(jws: string): unknown {
  const jwk = publicJwk.parse(fixture('policy-key.json'));
  const [header = '', payload = '', signature = ''] = jws.split('.');
  const key = createPublicKey({ key: { kty: jwk.kty, crv: jwk.crv, x: jwk.x }, format: 'jwk' });
  const isSigned = verify(
    null,
    Buffer.from(`${header}.${payload}`),
    key,
    Buffer.from(signature, 'base64url'),
  );
  if (!isSigned) throw new Error('bad signature');
  expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'EdDSA', kid: jwk.kid });
  return JSON.parse(Buffer.from(payload, 'base64url').toString());
}

describe('signed messages', () => {
  test('the policy’s signature holds and its bundle is read', () => {
    const bundle = policyBundle.parse(verified(fixtureText('policy.jws')));
    expect(bundle).toEqual(fixture('policy-bundle.json'));
    expect(bundle.signingKeys).toContainEqual(fixture('policy-key.json'));
  });

  test('a bundle with one byte changed does not verify', () => {
    const [header, payload = '', signature] = fixtureText('policy.jws').split('.');
    const altered = JSON.stringify({
      ...JSON.parse(Buffer.from(payload, 'base64url').toString()),
      version: 8,
    });
    const forged = [header, Buffer.from(altered).toString('base64url'), signature].join('.');
    expect(() => verified(forged)).toThrow('bad signature');
  });

  test('the console token’s signature holds and its claims are read', () => {
    const { token } = consoleTokenResponse.parse(fixture('console-token-response.json'));
    expect(consoleTokenClaims.parse(verified(token))).toEqual(fixture('console-token-claims.json'));
  });
});

test('the pushed events follow one another', () => {
  let previous = CHAIN_START;
  for (const link of auditPushRequest.parse(fixture('audit-push-request.json')).events) {
    expect(followsChain(previous, chainedEvent.parse(link))).toBe(true);
    previous = link.hash;
  }
});

test('an error code that the reader does not know is `internal`', () => {
  const body = { error: { code: 'from.the_future', message: 'x' } };
  expect(protocolError.parse(body).error).toEqual({ code: 'internal', message: 'x' });
});

test('the stream, as the HTML standard cuts it: known events are read, others are nobody’s business', () => {
  const blocks = fixtureText('stream.txt').split('\n\n');
  const events = blocks.flatMap((block) => {
    const field = (name: string) =>
      block
        .split('\n')
        .find((line) => line.startsWith(`${name}: `))
        ?.slice(name.length + 2);
    const name = field('event');
    return name === undefined ? [] : [{ name, data: JSON.parse(field('data') ?? '') }];
  });
  expect(events.map(({ name }) => name)).toEqual(['policy', 'from-the-future', 'revoked']);
  const known: Record<string, { parse(data: unknown): unknown } | undefined> = streamEvents;
  expect(events.flatMap(({ name, data }) => known[name]?.parse(data) ?? [])).toEqual([{ version: 7 }, {}]);
});

test('ETags are read as they are written, weak ones too; anything else is none of ours', () => {
  expect(parsePolicyEtag(policyEtag(42))).toBe(42);
  expect(parsePolicyEtag('W/"42"')).toBe(42);
  for (const other of [undefined, '', '42', '"abc"', '*', '"42", "43"', '"-1"']) {
    expect(parsePolicyEtag(other)).toBeUndefined();
  }
});

test('an event of a newer agent is read, its words as they are', () => {
  const push = structuredClone(fixture('audit-push-request.json')) as { events: { event: object }[] };
  const [link] = push.events;
  Object.assign(link?.event ?? {}, { kind: 'weather.changed', path: 'telepathy', required: ['fly'] });
  expect(auditPushRequest.parse(push)).toEqual(push);
});
