import type { Permission } from '../policy/permission.js';

/** Object types whose name in SQL is not the enum's own with blanks. */
const names: Readonly<Record<string, string>> = {
  FDW: 'FOREIGN DATA WRAPPER',
  FOREIGN_SERVER: 'SERVER',
  MATVIEW: 'MATERIALIZED VIEW',
  OPCLASS: 'OPERATOR CLASS',
  OPFAMILY: 'OPERATOR FAMILY',
  STATISTIC_EXT: 'STATISTICS',
  TSCONFIGURATION: 'TEXT SEARCH CONFIGURATION',
  TSDICTIONARY: 'TEXT SEARCH DICTIONARY',
  TSPARSER: 'TEXT SEARCH PARSER',
  TSTEMPLATE: 'TEXT SEARCH TEMPLATE',
  LARGEOBJECT: 'LARGE OBJECT',
  TABCONSTRAINT: 'CONSTRAINT',
  DOMCONSTRAINT: 'CONSTRAINT',
};

/** `OBJECT_TABLE` as SQL calls it: `TABLE`. */
export function objectName(objectType: string): string {
  const bare = objectType.replace(/^OBJECT_/, '');
  return names[bare] ?? bare.replaceAll('_', ' ');
}

/** Types whose objects are inside a schema, or belong to one table: ddl alone. */
const ordinary = new Set(
  `AGGREGATE AMOP AMPROC ATTRIBUTE CAST COLUMN COLLATION CONVERSION DEFAULT DEFACL DOMAIN DOMCONSTRAINT FOREIGN_TABLE
  FUNCTION INDEX LARGEOBJECT MATVIEW OPCLASS OPERATOR OPFAMILY POLICY PROCEDURE ROUTINE RULE SCHEMA SEQUENCE
  STATISTIC_EXT TABCONSTRAINT TABLE TRIGGER TSCONFIGURATION TSDICTIONARY TSPARSER TSTEMPLATE TYPE VIEW`
    .trim()
    .split(/\s+/)
    .map((name) => `OBJECT_${name}`),
);

/** What creating, altering or dropping an object of a type needs. Types that nobody listed need the most. */
export function objectNeeds(objectType: string): readonly Permission[] {
  if (ordinary.has(objectType)) return ['ddl'];
  return objectType === 'OBJECT_ROLE' ? ['admin'] : ['ddl', 'admin'];
}
