import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresServer, startPostgres } from '@postern/infra/postgres';
import { serverUser } from '@postern/infra/postgres-user';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectWalled } from '../src/targets/connect.js';
import { OwnName } from '../src/targets/own-name.js';
import { RawSession } from '../src/targets/raw-session.js';
import { TargetSession } from '../src/targets/target-session.js';
import { TypeNames } from '../src/targets/type-names.js';
import { makeSelfSigned } from '../src/wire/certificate.js';
import { queryMessage } from '../src/wire/codec/frontend.js';

const WALLS = {
  readOnly: true,
  statementTimeoutMs: 20_000,
  lockTimeoutMs: 5_000,
  idleInTransactionTimeoutMs: 20_000,
};
const LONG = 3_000_000;

let dir: string;
let server: PostgresServer;
let url: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'postern-tls-'));
  chmodSync(dir, 0o755);
  const { cert, key } = makeSelfSigned(Date.now());
  const [certFile, keyFile] = [join(dir, 'server.crt'), join(dir, 'server.key')];
  writeFileSync(certFile, cert);
  writeFileSync(keyFile, key, { mode: 0o600 });
  const user = serverUser();
  if (user) chownSync(keyFile, user.uid, user.gid);
  const flags = ['ssl=on', `ssl_cert_file=${certFile}`, `ssl_key_file=${keyFile}`];
  server = await startPostgres({ dataDir: join(dir, 'data'), durable: false, flags });
  url = `${server.superuserUrl('postgres')}?sslmode=verify-full&sslrootcert=${certFile}`.replace(
    '127.0.0.1',
    'localhost',
  );
}, 60_000);

afterAll(async () => {
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

test('a session of the console streams a long result over TLS, whole', async () => {
  const types = new TypeNames();
  const name = new OwnName('dana@acme.example');
  const session = await TargetSession.open({ slug: 'tls', url, walls: WALLS, name, types });
  const { rows } = await session.execute(`select ssl::text from pg_stat_ssl where pid = pg_backend_pid()`, {
    rows: 1,
    chars: 1_000,
  });
  expect(rows).toEqual([['true']]);
  let bytes = 0;
  let ended = 0;
  const stream = {
    rowsLeft: Number.POSITIVE_INFINITY,
    columns: () => undefined,
    notice: () => undefined,
    rows: (piece: Buffer, _starts: number, ends: number) => {
      bytes += piece.length;
      ended += ends;
    },
  };
  const limits = { rows: Number.POSITIVE_INFINITY, chars: 1_000 };
  await session.execute(`select repeat('x', ${LONG / 3}) from generate_series(1, 3)`, limits, stream);
  expect([ended, bytes]).toEqual([3, LONG + 3 * 11]);
  await session.close('done');
});

test('a session of a PostgreSQL client gets its bytes over TLS', async () => {
  const connected = await connectWalled('tls', url, WALLS, 'postern:dana');
  const chunks: Buffer[] = [];
  await new Promise<void>((resolve) => {
    const session = new RawSession(connected, {
      data: (chunk) => {
        chunks.push(chunk);
        // ReadyForQuery, idle.
        if (chunk.subarray(-6).equals(Buffer.from('Z\0\0\0\x05I'))) session.end();
      },
      closed: resolve,
      drained: () => undefined,
    });
    session.write(queryMessage(`select repeat('y', ${LONG})`));
  });
  const all = Buffer.concat(chunks).toString('latin1');
  expect(all.match(/y+/g)?.map(({ length }) => length)).toContain(LONG);
});
