import { describe, expect, it } from 'vitest';
import {
  authenticationOk,
  authenticationSasl,
  authenticationSaslContinue,
  authenticationSaslFinal,
  backendKeyData,
  commandComplete,
  emptyQueryResponse,
  errorResponse,
  negotiateProtocolVersion,
  noticeResponse,
  parameterStatus,
  readCommandTag,
  readErrorFields,
  readParameterStatus,
  readTransactionStatus,
  readyForQuery,
  rowsOfTag,
} from '../src/wire/codec/backend.js';
import { CodecError } from '../src/wire/codec/bytes.js';
import { type Frame, FrameSplitter, type Run } from '../src/wire/codec/frames.js';
import * as frontend from '../src/wire/codec/frontend.js';
import * as startup from '../src/wire/codec/startup.js';

/** Bytes written by hand, by nothing of the codec: numbers are bytes, strings are ASCII, i16 and i32 big-endian. */
const i16 = (value: number) => Buffer.of((value >> 8) & 0xff, value & 0xff);
const i32 = (value: number) =>
  Buffer.of((value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
const bytes = (...parts: (string | number | Buffer)[]) =>
  Buffer.concat(
    parts.map((part) =>
      typeof part === 'number' ? Buffer.of(part) : typeof part === 'string' ? Buffer.from(part) : part,
    ),
  );
const framed = (type: string, ...parts: (string | number | Buffer)[]) => {
  const body = bytes(...parts);
  return bytes(type, i32(body.length + 4), body);
};

const LIMITS = { streamed: new Set([0x44, 0x64]), maxBytes: () => 1_000 };

/** All that comes out when `stream` goes in cut at the given places. */
function split(stream: Buffer, cuts: readonly number[], maxStarts?: number): (Frame | Run)[] {
  const splitter = new FrameSplitter(LIMITS);
  const found: (Frame | Run)[] = [];
  const edges = [0, ...cuts, stream.length];
  for (let index = 1; index < edges.length; index++) {
    splitter.push(Buffer.from(stream.subarray(edges[index - 1], edges[index])));
    for (let part = splitter.next(maxStarts); part; part = splitter.next(maxStarts)) found.push(part);
  }
  expect(splitter.isBetween).toBe(true);
  return found;
}

/** What was said, however it was cut: whole messages, and stretches of streamed ones joined. */
function meaning(parts: readonly (Frame | Run)[]): string[] {
  const said: { type: number; text: string; starts: number; ends: number; isRun: boolean }[] = [];
  for (const part of parts) {
    const last = said.at(-1);
    const isRun = part.kind === 'run';
    const one = isRun
      ? { type: part.type, text: part.bytes.toString('hex'), starts: part.starts, ends: part.ends, isRun }
      : { type: part.type, text: part.raw.toString('hex'), starts: 1, ends: 1, isRun };
    if (isRun && last?.isRun && last.type === one.type) {
      last.text += one.text;
      last.starts += one.starts;
      last.ends += one.ends;
    } else said.push(one);
  }
  return said.map((one) => `${String.fromCharCode(one.type)} ${one.starts}/${one.ends} ${one.text}`);
}

const STREAM = bytes(
  framed('T', i16(0)),
  framed('D', i16(1), i32(3), 'abc'),
  framed('D', i16(0)),
  framed('D', i16(1), i32(-1)),
  framed('C', 'SELECT 3', 0),
  framed('d', 'copied'),
  framed('d', ''),
  framed('c'),
  framed('Z', 'I'),
);
const SAID = meaning(split(STREAM, []));

describe('messages cut out of a stream', () => {
  it('are whole, and rows are stretches', () => {
    expect(SAID.map((line) => line.slice(0, 5))).toEqual([
      'T 1/1',
      'D 3/3',
      'C 1/1',
      'd 2/2',
      'c 1/1',
      'Z 1/1',
    ]);
    expect(SAID.map((line) => line.slice(6)).join('')).toBe(STREAM.toString('hex'));
  });

  it('are the same wherever the stream is cut in two or three', () => {
    for (let first = 1; first < STREAM.length; first++) {
      expect(meaning(split(STREAM, [first]))).toEqual(SAID);
      for (let second = first + 1; second < STREAM.length; second += 3) {
        expect(meaning(split(STREAM, [first, second]))).toEqual(SAID);
      }
    }
  });

  it('are the same byte by byte', () => {
    const cuts = Array.from({ length: STREAM.length - 1 }, (_, index) => index + 1);
    expect(meaning(split(STREAM, cuts))).toEqual(SAID);
  });

  it('come in runs of at most so many rows, at every cut', () => {
    for (const maxStarts of [1, 2]) {
      for (let cut = 1; cut < STREAM.length; cut++) {
        const parts = split(STREAM, [cut], maxStarts);
        for (const part of parts) if (part.kind === 'run') expect(part.starts).toBeLessThanOrEqual(maxStarts);
        expect(meaning(parts)).toEqual(SAID);
      }
    }
  });

  it('refuse lengths that are none, and ones over the cap before their bytes are there', () => {
    const fails = (stream: Buffer) => {
      const splitter = new FrameSplitter(LIMITS);
      splitter.push(stream);
      expect(() => splitter.next()).toThrow(CodecError);
    };
    for (const length of [0, 1, 3, -1, -2_147_483_648]) {
      fails(bytes('Q', i32(length)));
      fails(bytes('D', i32(length)));
    }
    fails(bytes('Q', i32(1_000)));
    const splitter = new FrameSplitter(LIMITS);
    splitter.push(bytes('Q', i32(999)));
    expect(splitter.next()).toBeUndefined();
    expect(splitter.isBetween).toBe(false);
  });

  it('pass rows of any length in pieces, keeping nothing back', () => {
    const splitter = new FrameSplitter(LIMITS);
    splitter.push(bytes('D', i32(1_000_000_004)));
    expect(splitter.next()).toMatchObject({ kind: 'run', starts: 1, ends: 0 });
    for (let sent = 0; sent < 10; sent++) {
      splitter.push(Buffer.alloc(65_536));
      expect(splitter.next()).toMatchObject({ kind: 'run', starts: 0, ends: 0 });
      expect(splitter.pending).toBe(0);
    }
  });

  it('survive a big message in tiny pieces', () => {
    const big = framed('P', 'x'.repeat(900));
    const splitter = new FrameSplitter(LIMITS);
    for (const byte of big) {
      expect(splitter.next()).toBeUndefined();
      splitter.push(Buffer.of(byte));
    }
    expect(splitter.next()).toMatchObject({ kind: 'frame', raw: big });
  });

  it('take random bytes as messages or refuse them, and end either way', () => {
    let seed = 20_261_122;
    const random = () => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return seed;
    };
    for (let round = 0; round < 3_000; round++) {
      const noise = Buffer.from(Array.from({ length: random() % 200 }, () => (random() >>> 16) & 0xff));
      // Small lengths, so that many are messages.
      for (let at = 1; at + 3 < noise.length; at += 9) noise.writeUInt32BE(random() % 24, at);
      const splitter = new FrameSplitter(LIMITS);
      let out = 0;
      try {
        for (let at = 0; at < noise.length; at += 7) {
          splitter.push(noise.subarray(at, at + 7));
          for (let part = splitter.next(); part; part = splitter.next()) {
            out += part.kind === 'run' ? part.bytes.length : part.raw.length;
          }
        }
        expect(out + splitter.pending).toBe(noise.length);
      } catch (error) {
        expect(error).toBeInstanceOf(CodecError);
      }
    }
  });

  it('hand over what has not come out', () => {
    const splitter = new FrameSplitter(LIMITS);
    splitter.push(bytes(framed('S'), 'Q', i32(9)));
    expect(splitter.next()).toMatchObject({ kind: 'frame' });
    expect(splitter.takeRest()).toEqual(bytes('Q', i32(9)));
    expect(splitter.isBetween).toBe(true);
  });
});

describe('what clients send', () => {
  it('is read as written by hand', () => {
    expect(frontend.readQuery(framed('Q', 'select 1', 0))).toEqual({ text: 'select 1' });
    expect(frontend.readQuery(framed('Q', 0xff, 0))).toEqual({ text: undefined });
    expect(frontend.readQuery(framed('Q', '\ufeffselect 1', 0))).toEqual({ text: '\ufeffselect 1' });
    expect(frontend.readParse(framed('P', 's1', 0, 'select $1', 0, i16(2), i32(23), i32(-1)))).toEqual({
      name: 's1',
      text: 'select $1',
      parameterTypes: [23, 4_294_967_295],
    });
    const bind = framed(
      'B',
      ...['p', 0, 's', 0, i16(1), i16(1), i16(3), i32(2), 'ab', i32(-1), i32(0), i16(2), i16(0), i16(1)],
    );
    expect(frontend.readBind(bind)).toEqual({ portal: 'p', statement: 's', parameterCount: 3 });
    expect(frontend.readNamed(framed('D', 'S', 's', 0))).toEqual({ kind: 'statement', name: 's' });
    expect(frontend.readNamed(framed('C', 'P', 0))).toEqual({ kind: 'portal', name: '' });
    expect(frontend.readExecute(framed('E', 'p', 0, i32(7)))).toEqual({ portal: 'p', maxRows: 7 });
    expect(frontend.readSaslInitial(framed('p', 'SCRAM', 0, i32(2), 'n,'))).toEqual({
      mechanism: 'SCRAM',
      data: Buffer.from('n,'),
    });
    expect(frontend.readSaslInitial(framed('p', 'SCRAM', 0, i32(-1))).data).toHaveLength(0);
    expect(frontend.readSaslResponse(framed('p', 'c=biws'))).toEqual(Buffer.from('c=biws'));
  });

  it('is made as written by hand', () => {
    expect(frontend.queryMessage('select 1')).toEqual(framed('Q', 'select 1', 0));
    expect(frontend.parseMessage('s', 'x', [23])).toEqual(framed('P', 's', 0, 'x', 0, i16(1), i32(23)));
    expect(frontend.bindMessage('p', 's', ['é', null])).toEqual(
      framed('B', 'p', 0, 's', 0, i16(0), i16(2), i32(2), 'é', i32(-1), i16(0)),
    );
    expect(frontend.describeMessage({ kind: 'portal', name: 'p' })).toEqual(framed('D', 'P', 'p', 0));
    expect(frontend.closeMessage({ kind: 'statement', name: '' })).toEqual(framed('C', 'S', 0));
    expect(frontend.executeMessage('p', 5)).toEqual(framed('E', 'p', 0, i32(5)));
    expect(frontend.syncMessage()).toEqual(framed('S'));
    expect(frontend.flushMessage()).toEqual(framed('H'));
    expect(frontend.terminateMessage()).toEqual(framed('X'));
    expect(frontend.copyFailMessage('no')).toEqual(framed('f', 'no', 0));
    expect(frontend.copyDoneMessage()).toEqual(framed('c'));
    expect(frontend.copyDataMessage(Buffer.from('1\n'))).toEqual(framed('d', '1\n'));
    expect(frontend.saslInitialMessage('S', Buffer.from('n'))).toEqual(framed('p', 'S', 0, i32(1), 'n'));
    expect(frontend.saslResponseMessage(Buffer.from('c'))).toEqual(framed('p', 'c'));
    expect(() => frontend.queryMessage('a\0b')).toThrow(CodecError);
  });

  const readers: readonly [string, (raw: Buffer) => unknown, Buffer][] = [
    ['Query', frontend.readQuery, framed('Q', 'x', 0)],
    ['Parse', frontend.readParse, framed('P', 's', 0, 'x', 0, i16(1), i32(23))],
    ['Bind', frontend.readBind, framed('B', 0, 's', 0, i16(1), i16(0), i16(1), i32(1), 'a', i16(1), i16(0))],
    ['Describe', frontend.readNamed, framed('D', 'P', 'p', 0)],
    ['Execute', frontend.readExecute, framed('E', 'p', 0, i32(0))],
    ['SASLInitialResponse', frontend.readSaslInitial, framed('p', 'S', 0, i32(1), 'n')],
  ];
  it.each(readers)('%s that is too short or too long is refused', (_name, read, whole) => {
    expect(() => read(whole)).not.toThrow();
    for (let length = 5; length < whole.length; length++) {
      expect(() => read(whole.subarray(0, length))).toThrow(CodecError);
    }
    expect(() => read(Buffer.concat([whole, Buffer.of(0)]))).toThrow(CodecError);
  });

  it('is refused where it contradicts itself', () => {
    const bad = [
      () => frontend.readBind(framed('B', 0, 0, i16(0), i16(1), i32(-2), i16(0))),
      () => frontend.readBind(framed('B', 0, 0, i16(0), i16(1), i32(0x7fff_ffff), i16(0))),
      () => frontend.readBind(framed('B', 0, 0, i16(0), i16(-1), i16(0))),
      () => frontend.readParse(framed('P', 0, 'x', 0, i16(-1))),
      () => frontend.readNamed(framed('D', 'X', 0)),
      // Two names of different bad bytes must not become one.
      () => frontend.readBind(framed('B', 0, 0xfe, 0, i16(0), i16(0), i16(0))),
      () => frontend.readSaslInitial(framed('p', 'S', 0, i32(-5))),
    ];
    for (const read of bad) expect(read).toThrow(CodecError);
  });
});

describe('what servers send', () => {
  it('is made as written by hand', () => {
    expect(authenticationOk()).toEqual(framed('R', i32(0)));
    expect(authenticationSasl(['A', 'B'])).toEqual(framed('R', i32(10), 'A', 0, 'B', 0, 0));
    expect(authenticationSaslContinue(Buffer.from('r'))).toEqual(framed('R', i32(11), 'r'));
    expect(authenticationSaslFinal(Buffer.from('v'))).toEqual(framed('R', i32(12), 'v'));
    expect(negotiateProtocolVersion(0, ['_pq_.x'])).toEqual(framed('v', i32(196_608), i32(1), '_pq_.x', 0));
    expect(backendKeyData(7, Buffer.of(1, 2, 3, 4))).toEqual(framed('K', i32(7), 1, 2, 3, 4));
    expect(parameterStatus('a', 'b')).toEqual(framed('S', 'a', 0, 'b', 0));
    expect(readyForQuery('T')).toEqual(framed('Z', 'T'));
    expect(commandComplete('SELECT 1')).toEqual(framed('C', 'SELECT 1', 0));
    expect(emptyQueryResponse()).toEqual(framed('I'));
    const error = { severity: 'ERROR', code: '42501', message: 'no', hint: 'ask', position: 3 } as const;
    expect(errorResponse(error)).toEqual(
      framed('E', 'SERROR', 0, 'VERROR', 0, 'C42501', 0, 'Mno', 0, 'Hask', 0, 'P3', 0, 0),
    );
    expect(noticeResponse({ severity: 'WARNING', code: '01000', message: 'a\0b', detail: 'd' })).toEqual(
      framed('N', 'SWARNING', 0, 'VWARNING', 0, 'C01000', 0, 'Mab', 0, 'Dd', 0, 0),
    );
  });

  it('is read as written by hand', () => {
    const fields = readErrorFields(framed('E', 'SERROR', 0, 'C42P01', 0, 'Mgone', 0, 0));
    expect(Object.fromEntries(fields)).toEqual({ S: 'ERROR', C: '42P01', M: 'gone' });
    expect(readCommandTag(framed('C', 'INSERT 0 3', 0))).toBe('INSERT 0 3');
    expect(readTransactionStatus(framed('Z', 'E'))).toBe('E');
    expect(() => readTransactionStatus(framed('Z', 'X'))).toThrow(CodecError);
    expect(readParameterStatus(framed('S', 'TimeZone', 0, 'UTC', 0))).toEqual({
      name: 'TimeZone',
      value: 'UTC',
    });
  });

  it.each([
    ['SELECT 5', 5],
    ['INSERT 0 3', 3],
    ['UPDATE 0', 0],
    ['COPY 12', 12],
    ['MERGE 2', 2],
    ['CREATE TABLE', null],
    ['BEGIN', null],
  ])('the tag %s tells %s rows', (tag, rows) => {
    expect(rowsOfTag(tag)).toBe(rows);
  });
});

describe('start-up packets', () => {
  const packet = (...parts: (string | number | Buffer)[]) => {
    const body = bytes(...parts);
    return bytes(i32(body.length + 4), body);
  };
  const START = packet(i32(196_608), 'user', 0, 'a', 0, 'database', 0, 'b', 0, 0);

  it('are read as written by hand, whatever follows', () => {
    expect(startup.takeStartup(bytes(packet(i32(80_877_103)), 'x'))).toEqual({
      packet: { kind: 'ssl' },
      rest: Buffer.from('x'),
    });
    expect(startup.takeStartup(packet(i32(80_877_104)))?.packet).toEqual({ kind: 'gssenc' });
    expect(startup.takeStartup(packet(i32(80_877_102), i32(9), 1, 2, 3, 4))?.packet).toEqual({
      kind: 'cancel',
      processId: 9,
      secretKey: Buffer.of(1, 2, 3, 4),
    });
    // Protocol 3.2 has longer keys.
    const long = startup.takeStartup(packet(i32(80_877_102), i32(9), 'k'.repeat(256)))?.packet;
    expect(long).toMatchObject({ kind: 'cancel', secretKey: Buffer.from('k'.repeat(256)) });
    expect(startup.takeStartup(START)?.packet).toMatchObject({ kind: 'startup', major: 3, minor: 0 });
    expect(startup.takeStartup(packet(i32(131_072), 'anything'))?.packet).toMatchObject({
      major: 2,
      minor: 0,
    });
  });

  it('wait for their last byte', () => {
    for (let length = 0; length < START.length; length++) {
      expect(startup.takeStartup(START.subarray(0, length))).toBeUndefined();
    }
  });

  it('are refused when they are too long, too short or inconsistent', () => {
    const bad = [
      i32(10_001),
      i32(-1),
      i32(7),
      i32(0),
      bytes('GET / HTTP/1.1\r\n'),
      packet(i32(80_877_103), 0),
      packet(i32(80_877_102), i32(9)),
      packet(i32(80_877_102), i32(9), 'k'.repeat(257)),
      packet(i32(196_608)),
      packet(i32(196_608), 'user', 0, 'a', 0),
      packet(i32(196_608), 'user', 0, 0),
      packet(i32(196_608), 'user', 0, 'a', 0, 0, 'more'),
      packet(i32(196_608), 'user', 0, 0xff, 0, 0),
    ];
    for (const stream of bad)
      expect(() => startup.takeStartup(stream), stream.toString('hex')).toThrow(CodecError);
    expect(startup.takeStartup(i32(10_000))).toBeUndefined();
  });

  it('are made as written by hand', () => {
    expect(startup.startupMessage({ user: 'a', database: 'b' })).toEqual(START);
    expect(startup.sslRequest()).toEqual(packet(i32(80_877_103)));
    expect(startup.gssencRequest()).toEqual(packet(i32(80_877_104)));
    expect(startup.cancelRequest(9, Buffer.of(1, 2, 3, 4))).toEqual(
      packet(i32(80_877_102), i32(9), 1, 2, 3, 4),
    );
  });
});
