import type { FieldMessage, WireClient } from './wire-client.js';

/** Names of the types of one database, as format_type prints them, asked for once each. */
export class TypeNames {
  readonly #names = new Map<string, string>();

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
