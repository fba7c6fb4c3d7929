import type { ObjectDetails, ObjectKind } from '../../console/contract-catalog.js';

/** What the catalog says of an object before its parts are read. */
export type Head = Pick<ObjectDetails, 'oid' | 'kind' | 'schema' | 'name' | 'owner' | 'comment'>;

export interface RelationHead extends Head {
  readonly rows: number | null;
  readonly partitionKey: string | null;
  readonly bound: string | null;
  readonly rowSecurity: boolean;
  readonly rowSecurityForced: boolean;
  readonly isUnlogged: boolean;
  readonly partitionOf: { oid: number; kind: ObjectKind; schema: string; name: string } | null;
  readonly sequence:
    | (Readonly<Record<'start' | 'increment' | 'min' | 'max' | 'cache' | 'type', string>> & {
        cycles: boolean;
      })
    | null;
}

export interface TypeHead extends Head {
  readonly form: 'enum' | 'composite' | 'range' | 'domain' | 'base';
  readonly base: string | null;
  readonly isRequired: boolean;
  readonly default: string | null;
  readonly labels: readonly string[] | null;
  readonly checks: readonly { name: string; definition: string }[] | null;
  readonly subtype: string | null;
  readonly relation: number;
}
