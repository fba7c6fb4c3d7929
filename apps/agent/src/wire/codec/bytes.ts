/** Bytes that are not PostgreSQL's protocol. `sqlstate` is what the server itself would answer with. */
export class CodecError extends Error {
  override readonly name = 'CodecError';
  constructor(
    message: string,
    readonly sqlstate: '08P01' | '22021' | '54000' = '08P01',
  ) {
    super(message);
  }
}

/** Type byte and length, which counts itself but not the type. */
export const HEADER_BYTES = 5;

// Decoding that put U+FFFD in place of bad bytes would make one name of two: bad bytes are an error.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Names are short and plain: looking costs less than the decoder does. */
const SHORT_BYTES = 64;

function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new CodecError('invalid byte sequence for encoding "UTF8"', '22021');
  }
}

/** Reads the body of one message; anything short, long or not UTF-8 throws {@link CodecError}. */
export class BodyReader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at = HEADER_BYTES) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#take(1));
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#take(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#take(4));
  }

  uint32(): number {
    return this.#bytes.readUInt32BE(this.#take(4));
  }

  bytes(length: number): Buffer {
    const from = this.#take(length);
    return this.#bytes.subarray(from, from + length);
  }

  /** A zero-terminated string of a few ASCII characters, as most names are; else nothing is read. */
  #shortAscii(): string | undefined {
    const bytes = this.#bytes;
    const most = Math.min(bytes.length, this.#at + SHORT_BYTES);
    let text = '';
    for (let at = this.#at; at < most; at++) {
      const byte = bytes[at] ?? 0;
      if (byte >= 0x80) return undefined;
      if (byte === 0) {
        this.#at = at + 1;
        return text;
      }
      text += String.fromCharCode(byte);
    }
    return undefined;
  }

  /** A zero-terminated string, a character a byte. */
  latin1(): string {
    return this.#shortAscii() ?? this.rawString().toString('latin1');
  }

  /** The bytes of a zero-terminated string. */
  rawString(): Buffer {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end === -1) throw new CodecError('a string in a message has no end');
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end + 1;
    return bytes;
  }

  string(): string {
    return this.#shortAscii() ?? decode(this.rawString());
  }

  /** A zero-terminated string, or undefined where it is not UTF-8. */
  stringIfUtf8(): string | undefined {
    const short = this.#shortAscii();
    if (short !== undefined) return short;
    const bytes = this.rawString();
    try {
      return decode(bytes);
    } catch {
      return undefined;
    }
  }

  skip(length: number): void {
    this.#take(length);
  }

  end(): void {
    if (this.left !== 0) throw new CodecError('a message is longer than what it holds');
  }

  #take(length: number): number {
    if (length < 0 || length > this.left) throw new CodecError('a message ends too early');
    const at = this.#at;
    this.#at += length;
    return at;
  }
}

export const int16 = (value: number): Buffer => {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeInt16BE(value);
  return bytes;
};

export const int32 = (value: number): Buffer => {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value | 0);
  return bytes;
};

/** A zero-terminated string. A zero inside would end it early and make the rest something else: it is an error. */
export function cstring(text: string): Buffer {
  if (text.includes('\0')) throw new CodecError('a string in a message holds a zero byte');
  return Buffer.from(`${text}\0`, 'utf8');
}

/** One message of a type byte, its length and the parts of its body. */
export function message(type: number, ...body: readonly Buffer[]): Buffer {
  const length = body.reduce((sum, part) => sum + part.length, 4);
  return Buffer.concat([Buffer.of(type), int32(length), ...body], length + 1);
}
