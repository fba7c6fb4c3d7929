import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import {
  databaseUrl,
  jdbcUrl,
  psqlCommand,
  type Target,
} from '../src/features/database-access/connect-strings';
import { accessRows } from '../src/features/database-access/use-database-access';

const target: Target = {
  host: 'gate.acme.test',
  port: 6432,
  tls: 'REQUIRED',
  connection: 'shop',
  user: 'ann@acme.test',
};

describe('what people copy', () => {
  it('is what their client wants', () => {
    expect(psqlCommand(target)).toBe(
      'psql "host=gate.acme.test port=6432 dbname=shop user=ann@acme.test sslmode=require"',
    );
    expect(databaseUrl({ ...target, password: 'pdb_x' })).toBe(
      'postgresql://ann%40acme.test:pdb_x@gate.acme.test:6432/shop?sslmode=require',
    );
    expect(jdbcUrl(target)).toBe(
      'jdbc:postgresql://gate.acme.test:6432/shop?user=ann%40acme.test&sslmode=require',
    );
  });

  it('has a password in the URL alone', () => {
    const shown = { ...target, password: 'pdb_secret' };
    expect(psqlCommand(shown) + jdbcUrl(shown)).not.toContain('pdb_secret');
    expect(databaseUrl(target)).toContain('//ann%40acme.test@gate');
  });

  it('asks for TLS where the agent offers it', () => {
    expect(psqlCommand({ ...target, tls: 'OFFERED' })).toContain('sslmode=require');
    const plain = { ...target, tls: 'OFF' } as const;
    expect(psqlCommand(plain) + databaseUrl(plain) + jdbcUrl(plain)).not.toContain('sslmode');
  });

  it('knows IPv6', () => {
    expect(databaseUrl({ ...target, host: '::1' })).toContain('@[::1]:6432/');
    expect(psqlCommand({ ...target, host: '::1' })).toContain('host=::1 ');
  });

  // RFC 5321 allows these in an address; a shell must hand them over as they are.
  it.each([
    "o'hara@acme.test",
    'a$b@acme.test',
    'a`id`@acme.test',
    'a\\b@acme.test',
    'a"b@acme.test',
    '$(id)@a.test',
  ])('survives a shell and libpq with %s', (user) => {
    const words = execFileSync('sh', ['-c', `printf '%s\\n' ${psqlCommand({ ...target, user })}`], {
      encoding: 'utf8',
    }).split('\n');
    const [program, conninfo = ''] = words;
    expect(program).toBe('psql');
    const value = /user='((?:[^'\\]|\\.)*)'/.exec(conninfo)?.[1];
    expect(value?.replace(/\\(.)/g, '$1')).toBe(user);
    expect(decodeURIComponent(new URL(databaseUrl({ ...target, user })).username)).toBe(user);
  });
});

describe('environments in which somebody can work', () => {
  const environment = (id: string) => ({ id, name: id, wireAddresses: [] });
  const connection = (environmentId: string, viewerPermissions: string[]) =>
    ({
      id: environmentId,
      slug: environmentId,
      viewerPermissions,
      environment: { id: environmentId },
    }) as never;
  const password = (id: string) => ({ id: 'p', createdAt: '', expiresAt: '', environment: { id, name: id } });

  it('are those with a permission, or with a password left from one', () => {
    const rows = accessRows(
      {
        environments: ['open', 'seen', 'left', 'none'].map(environment),
        myDatabasePasswords: [password('left')],
      } as never,
      [connection('open', ['read']), connection('seen', []), connection('left', [])],
    );
    expect(rows.map((row) => [row.name, row.connections.length, row.password?.id])).toEqual([
      ['open', 1, undefined],
      ['left', 0, 'p'],
    ]);
  });
});
