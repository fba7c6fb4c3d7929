import type { WireClient } from './wire-client.js';

/** What editing rows takes to know of a table. */
export interface TableFacts {
  /** Name with its schema, quoted where it needs to be. */
  readonly name: string;
  /** pg_class.relkind. */
  readonly kind: string;
  /** Numbers of the columns by which a row is known: the primary key, else a unique key without nulls; empty: none. */
  readonly key: readonly number[];
  readonly columns: readonly {
    readonly attribute: number;
    readonly name: string;
    readonly type: string;
    readonly isRequired: boolean;
    readonly hasDefault: boolean;
    /** `always`: the database makes the value, whatever is given. */
    readonly generated: 'no' | 'default' | 'always';
    /** Values of an enum, in order. */
    readonly values: readonly string[] | null;
  }[];
}

/**
 * Names and operators are the catalog's own, whatever the session's search_path finds: the agent asks this in a person's session.
 */
const TABLE = `
  select pg_catalog.json_build_object(
    'name', pg_catalog.concat(pg_catalog.quote_ident(n.nspname), '.', pg_catalog.quote_ident(c.relname)),
    'kind', c.relkind,
    'key', coalesce((
      select i.indkey::pg_catalog.int2[] from pg_catalog.pg_index i
      where i.indrelid operator(pg_catalog.=) c.oid and i.indisunique and i.indisvalid and i.indimmediate
        and i.indpred is null and i.indexprs is null and i.indnkeyatts operator(pg_catalog.=) i.indnatts
        and not exists (select from pg_catalog.pg_attribute k where k.attrelid operator(pg_catalog.=) c.oid
          and k.attnum operator(pg_catalog.=) any (i.indkey::pg_catalog.int2[]) and not k.attnotnull)
      order by not i.indisprimary, i.indnatts, i.indexrelid limit 1), '{}'),
    'columns', (
      select pg_catalog.json_agg(pg_catalog.json_build_object(
        'attribute', a.attnum, 'name', a.attname, 'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
        'isRequired', a.attnotnull, 'hasDefault', a.atthasdef or a.attidentity operator(pg_catalog.<>) '',
        'generated', case when a.attidentity operator(pg_catalog.=) 'a' or a.attgenerated operator(pg_catalog.<>) '' then 'always'
          when a.attidentity operator(pg_catalog.=) 'd' then 'default' else 'no' end,
        'values', (select pg_catalog.json_agg(e.enumlabel order by e.enumsortorder) from pg_catalog.pg_enum e
          where e.enumtypid operator(pg_catalog.=) a.atttypid)) order by a.attnum)
      from pg_catalog.pg_attribute a
      where a.attrelid operator(pg_catalog.=) c.oid and a.attnum operator(pg_catalog.>) 0 and not a.attisdropped)) as facts
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
  where c.oid operator(pg_catalog.=) $1::pg_catalog.oid`;

export async function describeTable(client: WireClient, oid: number): Promise<TableFacts | undefined> {
  const { rows } = await client.query<{ facts: TableFacts }>(TABLE, [oid]);
  return rows[0]?.facts;
}
