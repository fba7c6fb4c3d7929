import type { Permission } from '../policy/permission.js';

/**
 * What a function in C of a well-known extension needs, over all its overloads; empty: nothing; undefined: nobody
 * reviewed it. `name`: the function's own, without schema. Only for functions that the live catalog shows as members of
 * that extension: a name alone proves nothing.
 */
export function extensionFunctionNeeds(extension: string, name: string): readonly Permission[] | undefined {
  const review = reviews.get(extension);
  if (review === undefined) return undefined;
  return review.except?.find(([names]) => names.test(name))?.[1] ?? review.otherwise;
}

interface Review {
  readonly otherwise: readonly Permission[];
  /** The first that matches a whole name counts. */
  readonly except?: readonly (readonly [names: RegExp, needs: readonly Permission[]])[];
}

const NOTHING: readonly Permission[] = [];
const WRITE: readonly Permission[] = ['write'];
const EXECUTE: readonly Permission[] = ['execute'];
const ADMIN: readonly Permission[] = ['admin'];

const computes: Review = { otherwise: NOTHING };
const runsWhatItLikes: Review = { otherwise: EXECUTE };
const reachesTheServer: Review = { otherwise: ADMIN };

/**
 * Where an extension's own script takes a function away from PUBLIC, it needs admin here, as PostgreSQL's own do, even
 * if it only reports (PERMISSIONS.md). Those that PostgreSQL 18 ships were read name by name in a real server, and
 * test/oracle/extensions.test.ts looks for new ones and runs the harmless; the others from their sources and documents.
 */
const reviews: ReadonlyMap<string, Review> = new Map([
  // Types, operators, index support, text search: values in, values out, or a setting of their own session.
  ...[
    ...['bloom', 'btree_gin', 'btree_gist', 'citext', 'cube', 'dict_int', 'dict_xsyn', 'earthdistance'],
    ...['fuzzystrmatch', 'hstore', 'intagg', 'intarray', 'isn', 'ltree', 'pg_trgm', 'pgcrypto', 'seg'],
    ...['sslinfo', 'tsm_system_rows', 'tsm_system_time', 'unaccent', 'uuid-ossp', 'vector'],
    // Transforms: only functions in those languages call them, and these need execute.
    ...['bool_plperl', 'bool_plperlu', 'hstore_plperl', 'hstore_plperlu', 'jsonb_plperl', 'jsonb_plperlu'],
    ...['hstore_plpython3u', 'jsonb_plpython3u', 'ltree_plpython3u'],
  ].map((name) => [name, computes] as const),

  // Trigger functions: what they do besides changing the row.
  ['insert_username', computes],
  ['moddatetime', computes],
  ['autoinc', { otherwise: WRITE }], // nextval
  ['lo', { otherwise: WRITE }], // unlinks large objects
  ['tcn', { otherwise: WRITE }], // notifies
  ['refint', runsWhatItLikes], // builds SQL from its arguments and the keys

  // Reports that everybody may ask for; taking them away is the server's business.
  ['pg_stat_statements', { otherwise: ADMIN, except: [[/^pg_stat_statements(_info)?$/, NOTHING]] }],
  ['pgrowlocks', { otherwise: ADMIN, except: [[/^pgrowlocks$/, NOTHING]] }],
  // Loads what a query would load, and wants SELECT. The background worker writes files.
  ['pg_prewarm', { otherwise: ADMIN, except: [[/^pg_prewarm$/, NOTHING]] }],

  // Raw pages, WAL, buffers, other people's rows, locks that block writers, rows destroyed, files.
  ...[
    ...['adminpack', 'amcheck', 'old_snapshot', 'pageinspect', 'pg_buffercache', 'pg_freespacemap'],
    ...['pg_logicalinspect', 'pg_surgery', 'pg_visibility', 'pg_walinspect', 'pgstattuple'],
    // Other databases, files and programs.
    ...['dblink', 'file_fdw', 'pg_cron'],
  ].map((name) => [name, reachesTheServer] as const),
  ['postgres_fdw', { otherwise: ADMIN, except: [[/^postgres_fdw_get_connections$/, NOTHING]] }],

  // SQL given as text, and tables named in text. The literal of crosstab is looked into before this is asked.
  ['tablefunc', { otherwise: ADMIN, except: [[/^normal_rand$/, NOTHING]] }],
  [
    'xml2',
    {
      otherwise: NOTHING,
      except: [
        [/^xpath_table$/, ADMIN],
        [/^xslt_process$/, EXECUTE],
      ],
    },
  ],
  // An index on an expression is folded when it is made up: its text may call anything.
  ['hypopg', { otherwise: NOTHING, except: [[/^hypopg_create_index$/, EXECUTE]] }],

  // Languages: their handlers run what they are given.
  ...['plpgsql', 'plperl', 'plperlu', 'plpython3u', 'pltcl', 'pltclu'].map(
    (name) => [name, reachesTheServer] as const,
  ),

  // Geometry. FlatGeobuf makes a table, unquoted before 3.5.6; rasters may lie in files or behind addresses, and their
  // map algebra calls functions by oid; topologies and address rules are tables named in text.
  [
    'postgis',
    {
      otherwise: NOTHING,
      except: [
        [/^st_fromflatgeobuftotable$/, ADMIN],
        [/^checkauthtrigger$/, EXECUTE],
      ],
    },
  ],
  ['postgis_sfcgal', computes],
  ['postgis_raster', runsWhatItLikes],
  ['postgis_topology', runsWhatItLikes],
  ['address_standardizer', runsWhatItLikes],

  ['pg_partman', runsWhatItLikes],
  [
    'timescaledb',
    {
      otherwise: EXECUTE,
      // Buckets, and the aggregates first, last and histogram with what they call.
      except: [
        [/^(time_bucket(_gapfill|_ng)?|locf|interpolate|first|last|histogram)$/, NOTHING],
        [/^((first|last)_(sfunc|combinefunc)|bookend_(final|serialize|deserialize)func)$/, NOTHING],
        [/^hist_(sfunc|combinefunc|serializefunc|deserializefunc|finalfunc)$/, NOTHING],
      ],
    },
  ],
]);
