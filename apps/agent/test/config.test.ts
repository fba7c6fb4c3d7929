import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../src/config.js';
import { AGENT_VERSION } from '../src/version.js';
import { makeSelfSigned } from '../src/wire/certificate.js';
import { wireAddressOf } from '../src/wire/wire-config.js';

describe('the configuration', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'postern-config-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const load = async (toml: string, env: Record<string, string> = {}) => {
    const file = join(dir, 'postern.toml');
    await writeFile(file, toml);
    return loadConfig(file, env);
  };
  const problems = async (toml: string, env: Record<string, string> = {}): Promise<ConfigError> => {
    try {
      await load(toml, env);
    } catch (error) {
      if (error instanceof ConfigError) return error;
      throw error;
    }
    throw new Error('the configuration was taken');
  };

  it('takes a secret for guard roles from elsewhere, and no short one', async () => {
    const toml = (secret: string) => `api_url = "https://api.example.com"\nname = "a"\ndata_dir = "d"
[connections.shop]\nurl = "postgres://u:p@h/d"\nguard_secret = "${secret}"\n`;
    const { connections } = await load(toml('env:GUARD'), { GUARD: 'sixteen-letters-' });
    expect(connections.get('shop')?.guardSecret).toBe('sixteen-letters-');
    const found = [await problems(toml('env:NOWHERE')), await problems(toml('short-and-secret'.slice(1)))];
    expect(found.flatMap((error) => error.problems.map(({ key, message }) => [key, message]))).toEqual([
      ['connections.shop.guard_secret', 'the environment variable `NOWHERE` is not set'],
      ['connections.shop.guard_secret', 'is shorter than 16 characters'],
    ]);
    expect(found.map(String).join()).not.toContain('hort-and-secret');
  });

  it('takes the example as it is', async () => {
    const example = await readFile(new URL('../postern.example.toml', import.meta.url), 'utf8');
    await writeFile(join(dir, 'analytics-url'), 'postgres://reader:pw@db.internal/analytics\n');
    const config = await load(example.replace('/run/secrets/analytics-url', 'analytics-url'), {
      PRODUCTION_DATABASE_URL: 'postgres://shop:pw@db.internal:5432/shop',
      POSTERN_ENROL_TOKEN: ' token ',
    });
    expect(config).toMatchObject({
      apiUrl: 'https://api.postern.example',
      name: 'production-eu',
      dataDir: join(dir, 'data'),
      console: { host: '127.0.0.1', port: 7070, publicUrl: 'http://localhost:7070' },
      wire: { host: '127.0.0.1', port: 6432, tls: 'self-signed', requireTls: false, publicHost: 'localhost' },
      enrolToken: 'token',
      logLevel: 'info',
    });
    expect(config.connections.get('production')).toEqual({
      slug: 'production',
      url: 'postgres://shop:pw@db.internal:5432/shop',
      maxSessions: 20,
      maxSessionsPerPerson: 10,
      catalogWaitMs: 2_000,
      keep: { text: 'full', columns: new Set(['ssn']), maxBytes: 16_384 },
    });
    expect(config.connections.get('analytics')?.url).toBe('postgres://reader:pw@db.internal/analytics');
  });

  it('lets the environment override the file', async () => {
    const config = await load('api_url = "https://a.example"\nname = "a"\ndata_dir = "d"', {
      POSTERN_API_URL: 'http://127.0.0.1:4000/',
      POSTERN_AGENT_NAME: 'b',
      POSTERN_CONSOLE_PORT: '8080',
    });
    expect(config).toMatchObject({
      apiUrl: 'http://127.0.0.1:4000',
      name: 'b',
      console: { port: 8080, publicUrl: 'http://localhost:8080' },
    });
  });

  it('tells every problem of the file’s form at once, each with its key and a way out', async () => {
    const error = await problems(
      'api_url = "nonsense"\nnmae = "typo"\n[console]\nport = 99999\n[connections.a]\nurll = "x"',
    );
    expect(error.problems.map(({ key }) => key).sort()).toEqual([
      'api_url',
      'connections.a.url',
      'connections.a.urll',
      'console.port',
      'data_dir',
      'name',
      'nmae',
    ]);
    for (const problem of error.problems) expect(problem.fix).not.toBe('');
    expect(error.message).toContain('nmae: is not a known key');
  });

  it('tells every problem of the connections at once, and never a password', async () => {
    const error = await problems(`
      api_url = "http://api.example"
      name = "a"
      data_dir = "d"
      [connections.missing]
      url = "env:NOT_SET"
      [connections.file]
      url = "file:none"
      [connections.other]
      url = "mysql://root:hunter2@db/x"
      [connections.params]
      url = "postgres://u:hunter2@db/x?options=-c%20statement_timeout%3D0&application_name=me"
      [connections.Bad_Slug]
      url = "postgres://u:hunter2@db/x"
      [connections.nouser]
      url = "postgres://db/x"`);
    const keys = error.problems.map(({ key }) => key).sort();
    expect(keys).toEqual([
      'api_url',
      'connections.Bad_Slug',
      'connections.file.url',
      'connections.missing.url',
      'connections.nouser.url',
      'connections.other.url',
      'connections.params.url',
    ]);
    expect(error.message).not.toContain('hunter2');
    expect(error.message).toContain('`options`, `application_name`');
  });

  const BASE = 'api_url = "https://a.example"\nname = "a"\ndata_dir = "d"\n';

  it('serves PostgreSQL clients only when asked to, encrypted wherever others may listen', async () => {
    expect((await load(BASE)).wire).toBeUndefined();
    expect((await load(`${BASE}[wire]`)).wire).toEqual({
      host: '127.0.0.1',
      port: 6432,
      tls: 'self-signed',
      requireTls: false,
      publicHost: '127.0.0.1',
      publicPort: 6432,
    });
    const open = await load(`${BASE}[wire]\nhost = "0.0.0.0"\npublic_port = 5432`);
    expect(open.wire).toMatchObject({ requireTls: true, publicHost: undefined, publicPort: 5432 });
    const named = await load(BASE, { POSTERN_WIRE_PORT: '7432', POSTERN_WIRE_PUBLIC_HOST: 'db.example' });
    expect(named.wire && wireAddressOf(named.wire)).toEqual({
      host: 'db.example',
      port: 7432,
      tls: 'offered',
    });
    const clear = await load(`${BASE}[wire]\nhost = "10.0.0.1"\ntls = "off"\nrequire_tls = false`);
    expect(clear.wire && wireAddressOf(clear.wire)).toEqual({ host: '10.0.0.1', port: 6432, tls: 'off' });
  });

  it('takes a certificate with its key, and tells what is wrong with them', async () => {
    const { cert, key } = makeSelfSigned(Date.now());
    await writeFile(join(dir, 'cert.pem'), cert);
    await writeFile(join(dir, 'key.pem'), key);
    await writeFile(join(dir, 'other.pem'), makeSelfSigned(Date.now()).key);
    const wire = (tls: string) => `${BASE}[wire]\nhost = "0.0.0.0"\ntls = ${tls}`;
    const config = await load(wire('{ cert = "cert.pem", key = "key.pem" }'));
    const files = { certFile: join(dir, 'cert.pem'), keyFile: join(dir, 'key.pem') };
    expect(config.wire).toMatchObject({ tls: files, requireTls: true });
    const bad = [
      ['{ cert = "cert.pem", key = "other.pem" }', 'wire.tls.key: is not the key of the certificate'],
      ['{ cert = "key.pem", key = "cert.pem" }', 'holds no private key'],
      ['{ cert = "none.pem", key = "key.pem" }', 'can not be read'],
      ['{ cert = "cert.pem" }', 'wire.tls: is not a way to encrypt'],
      ['"on"', 'wire.tls: is not a way to encrypt'],
      ['"off"', 'wire.tls: is "off", but encryption is required'],
    ] as const;
    for (const [tls, message] of bad) expect((await problems(wire(tls))).message).toContain(message);
    const pasted = await problems(`${BASE}[wire]\nport = 70000\npublic_host = "a; rm -rf /"`);
    expect(pasted.problems.map((problem) => problem.key).sort()).toEqual(['wire.port', 'wire.public_host']);
  });

  it('never quotes a line of a file that is not TOML', async () => {
    const error = await problems('name = "a"\nurl = "postgres://u:hunter2@db/x');
    expect(error.message).toContain('not valid TOML at line 2');
    expect(error.message).not.toContain('hunter2');
  });

  it('says what to do when there is no file', () => {
    expect(() => loadConfig(join(dir, 'none.toml'), {})).toThrow('copy postern.example.toml');
  });

  it('knows the version of its package', async () => {
    const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
    expect((JSON.parse(text) as { version: string }).version).toBe(AGENT_VERSION);
  });
});
