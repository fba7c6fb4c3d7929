import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../src/config.js';
import { AGENT_VERSION } from '../src/version.js';

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
      enrolToken: 'token',
      logLevel: 'info',
    });
    expect(config.connections.get('production')).toEqual({
      slug: 'production',
      url: 'postgres://shop:pw@db.internal:5432/shop',
      maxSessions: 20,
      maxSessionsPerPerson: 10,
      catalogWaitMs: 2_000,
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
