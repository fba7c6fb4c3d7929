import { distinctNames, type ResultColumn, type Row, type RowWriter } from '@postern/core/results';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';

/** Rows and characters after which a row group is written: what an export keeps in memory. */
const GROUP_ROWS = 20_000;
const GROUP_CHARS = 4 * 1024 * 1024;

type Value = string | number | bigint | boolean;
type Schema = ConstructorParameters<typeof ParquetWriter>[0]['schema'];

interface Kind {
  readonly element: Pick<Schema[number], 'type' | 'converted_type'>;
  read(value: string): Value;
}

const TEXT: Kind = { element: { type: 'BYTE_ARRAY', converted_type: 'UTF8' }, read: (value) => value };
const INT32: Kind = { element: { type: 'INT32' }, read: Number };
const DOUBLE: Kind = { element: { type: 'DOUBLE' }, read: Number };

/** What Parquet holds without losing anything. The rest, numeric and times among it, is text as PostgreSQL prints it. */
const KINDS: Readonly<Record<string, Kind>> = {
  boolean: { element: { type: 'BOOLEAN' }, read: (value) => value === 't' },
  smallint: INT32,
  integer: INT32,
  bigint: { element: { type: 'INT64' }, read: BigInt },
  real: { element: { type: 'FLOAT' }, read: Number },
  'double precision': DOUBLE,
};

export class ParquetRows implements RowWriter {
  readonly #bytes = new ByteWriter();
  #writer: ParquetWriter | undefined;
  #names: string[] = [];
  #kinds: Kind[] = [];
  #values: (Value | null)[][] = [];
  #rows = 0;
  #chars = 0;

  begin(columns: readonly ResultColumn[]): Uint8Array {
    this.#names = distinctNames(columns);
    this.#kinds = columns.map(({ type }) => KINDS[type] ?? TEXT);
    const leaves = this.#kinds.map(({ element }, index) => ({
      name: this.#names[index] ?? '',
      repetition_type: 'OPTIONAL' as const,
      ...element,
    }));
    const schema: Schema = [{ name: 'root', num_children: leaves.length }, ...leaves];
    this.#writer = new ParquetWriter({ writer: this.#bytes, schema, createdBy: 'postern' });
    this.#values = columns.map(() => []);
    return this.#taken();
  }

  row(row: Row): Uint8Array | string {
    for (const [index, value] of row.entries()) {
      this.#chars += value?.length ?? 1;
      this.#values[index]?.push(value === null ? null : (this.#kinds[index]?.read(value) ?? null));
    }
    this.#rows += 1;
    return this.#rows >= GROUP_ROWS || this.#chars >= GROUP_CHARS ? this.#group() : '';
  }

  async end(): Promise<Uint8Array> {
    const last = this.#rows > 0 ? this.#group() : new Uint8Array();
    await this.#writer?.finish();
    return Buffer.concat([last, this.#taken()]);
  }

  #group(): Uint8Array {
    const columnData = this.#values.map((data, index) => ({ name: this.#names[index] ?? '', data }));
    void this.#writer?.write({ columnData, rowGroupSize: this.#rows });
    this.#values = this.#values.map(() => []);
    this.#rows = 0;
    this.#chars = 0;
    return this.#taken();
  }

  #taken(): Uint8Array {
    const taken = this.#bytes.getBytes().slice();
    this.#bytes.index = 0;
    return taken;
  }
}
