import type { FieldMessage, WireClient } from './wire-client.js';

/** pg_type.dat: what format_type prints of types that every database has. */
const BUILT_IN: Readonly<Record<number, string>> = {
  16: 'boolean',
  17: 'bytea',
  18: '"char"',
  19: 'name',
  20: 'bigint',
  21: 'smallint',
  23: 'integer',
  25: 'text',
  26: 'oid',
  114: 'json',
  142: 'xml',
  700: 'real',
  701: 'double precision',
  705: 'unknown',
  790: 'money',
  869: 'inet',
  1007: 'integer[]',
  1009: 'text[]',
  1016: 'bigint[]',
  1043: 'character varying',
  1082: 'date',
  1083: 'time without time zone',
  1114: 'timestamp without time zone',
  1184: 'timestamp with time zone',
  1186: 'interval',
  1700: 'numeric',
  2205: 'regclass',
  2278: 'void',
  2950: 'uuid',
  3802: 'jsonb',
};

/** Names of the types of one database, as format_type prints them, asked for once each. */
export class TypeNames {
  readonly #names = new Map(Object.entries(BUILT_IN).map(([oid, name]) => [`${oid}:-1`, name]));

  static #key({ dataTypeID, dataTypeModifier }: FieldMessage): string {
    return `${dataTypeID}:${dataTypeModifier}`;
  }

  /** Learns what is not known yet, by one query in the given session. */
  async learn(client: WireClient, fields: readonly FieldMessage[]): Promise<void> {
    const unknown = fields.filter((field) => !this.#names.has(TypeNames.#key(field)));
    if (unknown.length === 0) return;
    const { rows } = await client.query<[string, string, string]>({
      text: `select t.oid, t.modifier, pg_catalog.format_type(t.oid, t.modifier)
             from rows from (pg_catalog.unnest($1::pg_catalog.oid[]), pg_catalog.unnest($2::pg_catalog.int4[])) as t(oid, modifier)`,
      values: [unknown.map((field) => field.dataTypeID), unknown.map((field) => field.dataTypeModifier)],
      rowMode: 'array',
    });
    for (const [oid, modifier, name] of rows) this.#names.set(`${oid}:${modifier}`, name);
  }

  nameOf(field: FieldMessage): string {
    return this.#names.get(TypeNames.#key(field)) ?? `type ${field.dataTypeID}`;
  }
}
