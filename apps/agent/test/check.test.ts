import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { permissionsOf } from '@postern/core/policy';
import { type ClassifyResult, classify, INLINE_PARSE_BYTES, loadParser } from '@postern/core/sql';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const CORPUS = new URL('../../../packages/core/corpus/sql/', import.meta.url);
const running: ChildProcess[] = [];
let dir: string;

beforeAll(async () => {
  await loadParser();
  dir = await mkdtemp(join(tmpdir(), 'postern-check-'));
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rm(dir, { recursive: true, force: true }));

function start(args: string[], nodeFlags: string[] = []) {
  const child = spawn(process.execPath, [...nodeFlags, CLI, 'check', ...args]);
  running.push(child);
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { ...child, child, exited };
}

/** The program with these arguments and this input, to its end. */
async function check(args: string[], input: string | Buffer | Iterable<string> = '') {
  const { stdin, stdout, stderr, exited } = start(args);
  // A program that does not read its input is not at fault.
  const fed = pipeline(Readable.from(input, { objectMode: false }), stdin).catch(() => undefined);
  const [out, err] = await Promise.all([buffer(stdout), buffer(stderr), fed]);
  return { code: await exited, stdout: out.toString(), stderr: err.toString() };
}

const jsonLines = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** What core says, in the words of the stream. */
function answerOf(id: unknown, result: ClassifyResult) {
  if (!result.ok) return { id, error: result.rejection };
  const { required, statements } = result.classification;
  const refused = statements.flatMap(({ wallBreaks }) => wallBreaks);
  return { id, permissions: permissionsOf(required), ...(refused.length > 0 ? { refused } : {}) };
}

describe('postern check --sql', () => {
  it('gives kind, permissions, the place of each reason, names and refusals', async () => {
    const sql =
      'select 1;\nwith d as (delete from shop.orders returning *)\n  select lower(a) from d; set role x';
    const { code, stdout } = await check(['--sql', sql]);
    expect(code).toBe(0);
    expect(stdout).toContain('statement 1: SELECT, needs read\n');
    expect(stdout).toContain('statement 2: SELECT, needs read, write\n');
    expect(stdout).toContain(
      [
        '  write     contains a DELETE (2:24)',
        '            with d as (delete from shop.orders returning *)',
        '                                   ^',
      ].join('\n'),
    );
    expect(stdout).toContain('  relations shop.orders\n  functions lower\n');
    expect(stdout).toContain('  refused   for everybody: changes role (3:36)\n');
    expect(stdout).toContain('the text as a whole needs read, write\n');
  });

  it('says where it stopped understanding, and exits with 1', async () => {
    const { code, stdout } = await check(['--sql', "select 'é𝄞',\n  1 form t x"]);
    expect(code).toBe(1);
    expect(stdout).toBe(
      [
        'not understood: syntax error at or near "t" (sql.syntax) (2:10)',
        '    1 form t x',
        '           ^',
        '',
      ].join('\n'),
    );
  });

  it('puts nothing on the terminal that could move its cursor', async () => {
    const { stdout } = await check(['--sql', 'select "a\u001b[2J\u202e"(), pg_reload_conf()']);
    expect(stdout).toContain('calls a·[2J·');
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it('prints the same as JSON', async () => {
    const { code, stdout } = await check([
      '--json',
      '--sql',
      'select\n nextval($1); set transaction read write',
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      permissions: ['read', 'write'],
      statements: [
        {
          statement: 1,
          kind: 'SELECT',
          start: 0,
          end: 19,
          permissions: ['read', 'write'],
          reasons: [
            { permission: 'read', what: 'is a SELECT' },
            { permission: 'write', what: 'calls nextval', position: 8, line: 2, column: 2 },
          ],
          refused: [],
          relations: [],
          functions: ['nextval'],
        },
        {
          statement: 2,
          kind: 'SET',
          start: 21,
          end: 47,
          permissions: ['read'],
          reasons: [{ permission: 'read', what: 'is a SET' }],
          refused: [{ when: 'read_only', what: 'starts READ WRITE', position: 37, line: 2, column: 31 }],
          relations: [],
          functions: [],
        },
      ],
    });
    const wrong = await check(['--json', '--sql', 'selec']);
    expect(wrong.code).toBe(1);
    expect(JSON.parse(wrong.stdout)).toMatchObject({ error: { code: 'sql.syntax', line: 1, column: 1 } });
  });
});

describe('where the text comes from', () => {
  it('a file, standard input, both of any length', async () => {
    const long = `/*${'x'.repeat(INLINE_PARSE_BYTES)}*/ delete from t`;
    const file = join(dir, 'long.sql');
    await writeFile(file, long);
    for (const { code, stdout } of [
      await check(['--file', file, '--json']),
      await check(['--file', '-', '--json'], long),
      await check(['--json'], long),
    ]) {
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ permissions: ['write'] });
    }
    expect(await check([], ' -- nothing')).toMatchObject({
      code: 0,
      stdout: 'the text holds no statement\n',
    });
  });

  it('bytes that are not UTF-8 are not understood', async () => {
    const { code, stdout } = await check([], Buffer.from("select 'caf\xe9'", 'latin1'));
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: 'not understood: the text is not UTF-8 (sql.invalid_text)\n',
    });
  });

  it.each([
    [['--sql', 'a', '--file', 'b']],
    [['--stream', '--sql', 'a']],
    [['--stream', '--json']],
    [['--file', '/nowhere/at-all.sql']],
    [['--sql']],
    [['--bogus']],
    [['select 1']],
  ])('%j is wrong usage, with a word about it', async (args) => {
    const { code, stdout, stderr } = await check(args);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).not.toBe('');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('explains itself', async () => {
    const { code, stdout } = await check(['--help']);
    expect(code).toBe(0);
    for (const word of ['--sql', '--file', '--json', '--stream', 'Exit codes'])
      expect(stdout).toContain(word);
  });
});

describe('postern check --stream', () => {
  it('answers the corpus as core does, in its order', async () => {
    const names = (await readdir(CORPUS)).filter((name) => name.endsWith('.json'));
    const files = await Promise.all(names.map((name) => readFile(new URL(name, CORPUS), 'utf8')));
    const texts = files.flatMap((file) => (JSON.parse(file) as { sql: string }[]).map(({ sql }) => sql));
    // The parser thread must answer the same, between those of the main thread.
    const all = texts.flatMap((sql, i) =>
      i % 5 === 0 ? [sql, `/*${'x'.repeat(INLINE_PARSE_BYTES)}*/ ${sql}`] : [sql],
    );
    const input = all.map((sql, id) => `${JSON.stringify({ id, sql })}\n`).join('');
    const { code, stdout } = await check(['--stream'], input);
    expect(code).toBe(0);
    expect(jsonLines(stdout)).toEqual(
      all.map((sql, id) => JSON.parse(JSON.stringify(answerOf(id, classify(sql))))),
    );
  });

  it('answers bad lines in their place, with the id where there is one', async () => {
    const good = (id: unknown, sql = 'select 1') => JSON.stringify({ id, sql });
    const lines = [
      'nope',
      '',
      '[]',
      'null',
      good(null),
      good(1.5),
      good({}),
      '{"id":"a"}',
      good('z'),
      good(7),
    ];
    const input = Buffer.concat([
      Buffer.from('{"id":1,"sql":"\xff"}\n', 'latin1'),
      Buffer.from(
        `${lines.join('\r\n')}\n${good('s', 'select 1\0')}\n${good('l', '\ud800')}\n${good('end')}`,
      ),
    ]);
    const { code, stdout } = await check(['--stream'], input);
    expect(code).toBe(0);
    const answers = jsonLines(stdout) as { id: unknown; error?: { code: string } }[];
    const invalid = 'input.invalid';
    expect(answers.map(({ id, error }) => [id, error?.code])).toEqual([
      ...Array.from({ length: 8 }, () => [null, invalid]),
      ['a', invalid],
      ['z', undefined],
      [7, undefined],
      ['s', 'sql.invalid_text'],
      ['l', 'sql.invalid_text'],
      ['end', undefined],
    ]);
  });

  it('answers texts that are too long or too deep, and goes on', async () => {
    const texts = [
      'x'.repeat(10_000_000),
      `SELECT ${'('.repeat(50_000)}1${')'.repeat(50_000)}`,
      "SELECT 'é",
      'DELETE FROM t',
    ];
    const input = texts.map((sql, id) => `${JSON.stringify({ id, sql })}\n`);
    const tooLong = `{"id":9,"sql":"${'x'.repeat(64_000_000)}"}\n`;
    const { code, stdout } = await check(['--stream'], [...input, tooLong, '{"id":10,"sql":"SELECT 1"}\n']);
    expect(code).toBe(0);
    expect(jsonLines(stdout)).toMatchObject([
      { id: 0, error: { code: 'sql.too_large' } },
      { id: 1, error: { code: 'sql.too_complex' } },
      { id: 2, error: { code: 'sql.syntax' } },
      { id: 3, permissions: ['write'] },
      { id: null, error: { code: 'sql.too_large' } },
      { id: 10, permissions: ['read'] },
    ]);
  });

  it('goes on in its thread when the main one runs out of stack', async () => {
    const deep = `SELECT ${'+'.repeat(INLINE_PARSE_BYTES - 100)}a`;
    const input = Array.from(
      { length: 50 },
      (_, id) => `${JSON.stringify({ id, sql: `${deep} -- ${id}` })}\n`,
    );
    // A fifth of the stack that Node has otherwise.
    const { stdin, stdout, exited } = start(['--stream'], ['--stack-size=200']);
    await pipeline(
      Readable.from([...input, '{"id":50,"sql":"DELETE FROM t"}\n'], { objectMode: false }),
      stdin,
    );
    const answers = jsonLines((await buffer(stdout)).toString());
    expect(answers).toEqual([
      ...input.map((_, id) => ({ id, permissions: ['read'] })),
      { id: 50, permissions: ['write'] },
    ]);
    expect(await exited).toBe(0);
  });

  it('answers each line as soon as it is there', async () => {
    const { stdin, stdout, exited } = start(['--stream']);
    const answers = stdout[Symbol.asyncIterator]();
    for (const id of [1, 2, 3]) {
      stdin.write(`${JSON.stringify({ id, sql: 'select 1' })}\n`);
      expect(String((await answers.next()).value)).toBe(`{"id":${id},"permissions":["read"]}\n`);
    }
    stdin.end();
    expect(await exited).toBe(0);
  });

  it('takes 100,000 statements through a pipe in a heap that could not hold them', async () => {
    const filler = 'x'.repeat(1_000);
    // 100 MB in, 24 MB of heap: whoever keeps lines or answers dies.
    function* requests() {
      for (let id = 0; id < 100_000; id++)
        yield `${JSON.stringify({ id, sql: `select ${id} -- ${filler}` })}\n`;
    }
    const { stdin, stdout, exited } = start(['--stream'], ['--max-old-space-size=24']);
    const fed = pipeline(Readable.from(requests(), { objectMode: false }), stdin);
    let next = 0;
    let rest = '';
    for await (const chunk of stdout) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line === `{"id":${next},"permissions":["read"]}`) next++;
    }
    await fed;
    expect(await exited).toBe(0);
    expect({ next, rest }).toEqual({ next: 100_000, rest: '' });
  });

  it('reads no more while nobody takes its answers', async () => {
    const { stdin, stdout, exited } = start(['--stream']);
    const line = `${JSON.stringify({ id: 'x'.repeat(1_000), sql: 'select 1' })}\n`;
    let isFull = false;
    let sent = 0;
    // Until the pipe is full and stays full: two pipes and two buffers hold far less than this.
    while (!isFull && sent < 64_000_000) {
      sent += line.length * 1_000;
      isFull = !stdin.write(line.repeat(1_000)) && !(await drained(stdin));
    }
    expect(isFull).toBe(true);
    stdin.end();
    let received = 0;
    for await (const chunk of stdout) received += String(chunk).split('\n').length - 1;
    expect(received).toBe(sent / line.length);
    expect(await exited).toBe(0);
  });

  it('ends quietly when its reader has gone', async () => {
    const { stdin, stdout, stderr, exited } = start(['--stream']);
    const line = `${JSON.stringify({ id: 1, sql: 'select 1' })}\n`;
    stdin.on('error', () => undefined);
    stdin.write(line);
    await stdout[Symbol.asyncIterator]().next();
    stdout.destroy();
    stdin.write(line.repeat(100_000));
    expect([await exited, (await buffer(stderr)).toString()]).toEqual([0, '']);
  });
});

/** False when nothing moved for a second. */
function drained(stream: NodeJS.WritableStream): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), 1_000);
    stream.once('drain', () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
