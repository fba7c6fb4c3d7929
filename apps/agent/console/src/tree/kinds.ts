import type { ObjectKind } from '@postern/agent/console-catalog';

/** The groups of a schema, in order; what belongs to a table is shown with the table. */
export const GROUPS: readonly { readonly kinds: readonly ObjectKind[]; readonly name: string }[] = [
  { kinds: ['table', 'partitioned_table'], name: 'Tables' },
  { kinds: ['view'], name: 'Views' },
  { kinds: ['materialized_view'], name: 'Materialized views' },
  { kinds: ['foreign_table'], name: 'Foreign tables' },
  { kinds: ['sequence'], name: 'Sequences' },
  { kinds: ['function', 'aggregate'], name: 'Functions' },
  { kinds: ['procedure'], name: 'Procedures' },
  { kinds: ['type'], name: 'Types' },
  { kinds: ['domain'], name: 'Domains' },
  { kinds: ['extension'], name: 'Extensions' },
];

export const KIND_NAME: Readonly<Record<ObjectKind, string>> = {
  table: 'table',
  partitioned_table: 'partitioned table',
  view: 'view',
  materialized_view: 'materialized view',
  foreign_table: 'foreign table',
  sequence: 'sequence',
  index: 'index',
  function: 'function',
  procedure: 'procedure',
  aggregate: 'aggregate',
  type: 'type',
  domain: 'domain',
  trigger: 'trigger',
  policy: 'policy',
  extension: 'extension',
};

/** Two letters, so that kinds differ without colour. */
export const KIND_MARK: Readonly<Record<ObjectKind, string>> = {
  table: 'T',
  partitioned_table: 'Tp',
  view: 'V',
  materialized_view: 'Mv',
  foreign_table: 'Ft',
  sequence: 'Sq',
  index: 'Ix',
  function: 'ƒ',
  procedure: 'Pr',
  aggregate: 'Σ',
  type: 'Ty',
  domain: 'Do',
  trigger: 'Tr',
  policy: 'Po',
  extension: 'Ex',
};

const WITH_ROWS: ReadonlySet<ObjectKind> = new Set([
  'table',
  'partitioned_table',
  'view',
  'materialized_view',
  'foreign_table',
]);
export const hasRows = (kind: ObjectKind): boolean => WITH_ROWS.has(kind);

/** What INSERT, UPDATE and DELETE can name as a rule. */
export const isWritable = (kind: ObjectKind): boolean => hasRows(kind) && kind !== 'materialized_view';

export const isRoutine = (kind: ObjectKind): boolean => kind === 'function' || kind === 'procedure';
