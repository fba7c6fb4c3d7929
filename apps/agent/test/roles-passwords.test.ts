import { testServer, uniqueName } from '@postern/infra/test-server';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scramVerifier, verifierMatches } from '../src/targets/roles/scram.js';
import { MAJORS } from './postgres-majors.js';

describe.each(MAJORS)('password verifiers: PostgreSQL %i', (major) => {
  const role = uniqueName('pw');
  let server: Awaited<ReturnType<typeof testServer>>;
  let admin: pg.Client;

  beforeAll(async () => {
    server = await testServer({ major });
    admin = new pg.Client({ connectionString: server.superuserUrl() });
    await admin.connect();
    await admin.query(`create role ${role} login`);
  });
  afterAll(async () => {
    await admin.query(`drop role ${role}`);
    await admin.end();
    await server.stop();
  });

  /** What PostgreSQL stores when it gets the password itself. */
  const stored = async (password: string): Promise<string> => {
    await admin.query(`alter role ${role} password ${admin.escapeLiteral(password)}`);
    const { rows } = await admin.query('select rolpassword from pg_authid where rolname = $1', [role]);
    return rows[0].rolpassword;
  };

  it('are those of RFC 7677', () => {
    expect(scramVerifier('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'))).toBe(
      'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
    );
  });

  it.each([
    ['ASCII', 'corréct horse'.replace('é', 'e')],
    ['quotes and backslashes', `it's "a" \\ $$`],
    ['composed', 'caf\u00e9'],
    ['decomposed', 'cafe\u0301'],
    ['a no-break space', 'a\u00a0b'],
    ['a soft hyphen', 'a\u00adb\u00e9'],
    ['full width letters', '\uff50\uff57'],
    ['a ligature', '\ufb01n'],
    ['a control character', 'a\u0007\u00e9\ufb01'],
    ['right to left', '\u05e9\u05dc\u05d5\u05dd'],
    ['mixed directions', '\u05e9a\ufb01\u05dd'],
    ['right to left that ends in a digit', '\u0627\u0628\ufb011'],
    ['private use', '\ue000\ufb01'],
    ['an emoji', 'p\u{1f600}'],
  ])('are what PostgreSQL makes of %s', async (_what, password) => {
    const verifier = await stored(password);
    expect(verifierMatches(verifier, password)).toBe(true);
    expect(verifierMatches(verifier, `${password}x`)).toBe(false);
  });

  it('are what PostgreSQL makes of any printable password', async () => {
    const text = fc.string({
      unit: fc.constantFrom(...'aZ0 ~éßñüøÅ½²ªﬁｐ…“日本語русελλ'),
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(text, async (password) => verifierMatches(await stored(password), password)),
      { numRuns: 60 },
    );
  });

  it('let the role in', async () => {
    await admin.query(`alter role ${role} password '${scramVerifier('caf\u00e9 \ufb01n')}'`);
    const url = new URL(server.superuserUrl());
    const client = new pg.Client({
      host: url.hostname,
      port: Number(url.port),
      database: 'postgres',
      user: role,
      password: 'cafe\u0301 fin',
    });
    await client.connect();
    await client.end();
  });

  it.each(['', `md5${'0'.repeat(32)}`, 'SCRAM-SHA-256$0:c2FsdA==$a:b', 'SCRAM-SHA-256$9999999:c2FsdA==$a:b'])(
    'never match what is no usable verifier: %s',
    (verifier) => expect(verifierMatches(verifier, 'x')).toBe(false),
  );
});
