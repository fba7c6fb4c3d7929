import { z } from 'zod';

/** `POST /api/table`: what editing the rows of a table takes to know. For who holds `write`; asked in the tab's own session. */
export const tableRequest = z.object({
  connection: z.string().min(1).max(200),
  tab: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  /** Its OID, as the columns of a result tell it. */
  table: z.number().int().min(1).max(0xffff_ffff),
});
export type TableRequest = z.infer<typeof tableRequest>;

export const tableResponse = z.object({
  /** Name with its schema, quoted where it needs to be. */
  name: z.string(),
  /** pg_class.relkind: `r` and `p` are tables. */
  kind: z.string(),
  /** Numbers of the columns by which a row is known: the primary key, else a unique key without nulls; empty: none. */
  key: z.array(z.number()),
  columns: z.array(
    z.object({
      attribute: z.number(),
      name: z.string(),
      type: z.string(),
      isRequired: z.boolean(),
      hasDefault: z.boolean(),
      /** `always`: the database makes the value, whatever is given. */
      generated: z.enum(['no', 'default', 'always']),
      /** Values of an enum, in order. */
      values: z.array(z.string()).nullable(),
    }),
  ),
});
export type TableResponse = z.infer<typeof tableResponse>;
