import { z } from 'zod';
import { OBJECT_TYPES, PRIVILEGES } from './objects.js';

/**
 * The manifest as people write it: every field and default of ROLES.md, section 2 and 18. Shapes only; what the fields
 * mean together is checked by `validate`. Descriptions end up in the JSON Schema, where editors show them.
 */
const text = (description: string) => z.string().min(1).describe(description);
const flag = (description: string, otherwise: boolean) =>
  z.boolean().default(otherwise).describe(description);
const list = <T extends z.ZodType>(of: T, description: string) =>
  z.array(of).default([]).describe(description);

/** Every privilege, `TEMP` for TEMPORARY, and `ALL` for what the object's type allows. */
export const PRIVILEGE_WORDS = [...PRIVILEGES, 'TEMP', 'ALL', 'ALL PRIVILEGES'] as const;
export const DEFAULT_TYPES = ['table', 'sequence', 'function', 'type', 'schema', 'large_object'] as const;

const privileges = z
  .array(z.enum(PRIVILEGE_WORDS))
  .min(1)
  .describe('privileges in upper case; `ALL` is all that the type of object allows');
const ensure = z
  .enum(['present', 'absent'])
  .default('present')
  .describe('`absent`: revoked where it is held');
const grantOption = flag('may the grantee grant it on (WITH GRANT OPTION)', false);
const config = z
  .record(z.string().min(1), z.string())
  .optional()
  .describe('settings of ALTER ROLE … SET, all of them; leave out to let them be');

const objectShape = {
  type: z.enum(OBJECT_TYPES).describe('kind of object'),
  name: text(
    'name without quotes, `*` for every object of the kind in the schema; functions with argument types: `f(integer, text)`',
  ).optional(),
  columns: z.array(z.string().min(1)).min(1).optional().describe('rights on these columns only'),
};
const target = z.strictObject({
  ...objectShape,
  schema: text('schema of the object; needed for everything that is in a schema').optional(),
});
/** A profile's grant is about the schema that the profile is bound to. */
const templateTarget = z.strictObject(objectShape);

const grantTemplate = z.strictObject({
  privileges,
  object: templateTarget.describe('what the privileges are on, in the bound schema'),
  ensure,
  with_grant_option: grantOption,
});
const defaultTemplate = z.strictObject({
  privileges,
  on_type: z.enum(DEFAULT_TYPES).describe('`table` covers views and foreign tables too'),
  role: text('ignored: the generated role is meant').optional(),
  ensure,
  with_grant_option: grantOption,
});

export const profileModel = z
  .strictObject({
    login: flag('can generated roles log in', false),
    inherit: flag('do generated roles inherit from their groups', true),
    comment: z
      .string()
      .optional()
      .describe(
        'comment of generated roles, `""` for none; left out: which profile and schema it comes from',
      ),
    config,
    grants: list(grantTemplate, 'grants in every schema that binds the profile'),
    default_privileges: list(defaultTemplate, 'privileges on objects made later in such a schema'),
  })
  .describe('a template of a role that schemas bind');

const schemaModel = z.strictObject({
  name: text('schema'),
  owner: text('owner; else `default_owner`; without both the schema only has to exist').optional(),
  profiles: list(z.string().min(1), 'profiles that make a role for this schema each'),
  role_pattern: z.string().min(1).default('{schema}-{profile}').describe('how generated roles are named'),
});

const passwordModel = z.strictObject({
  from_env: text('environment variable that holds the password when diff and apply run'),
});

const roleModel = z.strictObject({
  name: text('role'),
  external: flag('made and changed by someone else: may be referred to, is never altered', false),
  login: z.boolean().optional().describe('can it log in (default: false)'),
  superuser: flag('superuser', false),
  createdb: flag('can create databases', false),
  createrole: flag('can create roles', false),
  inherit: flag('inherits from its groups', true),
  replication: flag('can start replication', false),
  bypassrls: flag('is not bound by row level security', false),
  connection_limit: z.int().min(-1).max(2_147_483_647).default(-1).describe('-1: no limit'),
  comment: z.string().optional().describe('comment; left out: none'),
  password: passwordModel.optional().describe('needs `login: true`; left out: the stored password stays'),
  password_valid_until: text('instant with offset: `2027-01-31T00:00:00Z`; left out: for ever').optional(),
  config,
  database_config: config.describe('settings in the connected database only'),
});

const grantModel = z.strictObject({
  role: text('who gets it; `PUBLIC` for everybody'),
  privileges,
  object: target.describe('what the privileges are on'),
  ensure,
  with_grant_option: grantOption,
});

const defaultGrant = z.strictObject({
  role: text('who gets it; `PUBLIC` for everybody'),
  privileges,
  on_type: z.enum(DEFAULT_TYPES).describe('`table` covers views and foreign tables too'),
  ensure,
  with_grant_option: grantOption,
});
const defaultModel = z.strictObject({
  owner: text('whose future objects are meant; else `default_owner`, else `postgres`').optional(),
  schema: text('objects in this schema').optional(),
  scope: z
    .strictObject({ type: z.enum(['global', 'schema']), schema: text('with type `schema`').optional() })
    .optional()
    .describe('instead of `schema`: `{type: global}` for objects anywhere'),
  grant: list(defaultGrant, 'what is granted on such objects'),
});

const memberModel = z.strictObject({
  name: text('member'),
  inherit: z.boolean().optional().describe('the member has the rights without SET ROLE (default: true)'),
  admin: flag('the member may grant the role on', false),
  set: z
    .boolean()
    .optional()
    .describe('the member may SET ROLE to it (default: true); PostgreSQL 16 or later'),
  granted_by: text('role on whose behalf it is granted').optional(),
});
const membershipModel = z.strictObject({
  role: text('the group'),
  exclusive: z
    .boolean()
    .optional()
    .describe('remove members that are not listed (default: yes for roles of this manifest, else no)'),
  members: list(memberModel, 'its members'),
});

const retirementModel = z.strictObject({
  role: text('role to drop'),
  reassign_owned_to: text('role that gets its objects').optional(),
  drop_owned: flag('drop what it still owns and revoke its rights', false),
  terminate_sessions: flag('end its sessions', false),
});

const policyModel = z.strictObject({
  name: text('policy'),
  permissive: flag('permissive policies add rows, restrictive ones take away', true),
  command: z
    .enum(['ALL', 'SELECT', 'INSERT', 'UPDATE', 'DELETE'])
    .default('ALL')
    .describe('statements it is for'),
  roles: z.array(z.string().min(1)).min(1).default(['PUBLIC']).describe('whom it is for'),
  using: text('which rows are seen').optional(),
  check: text('which rows may be written').optional(),
});
const rowSecurityModel = z.strictObject({
  schema: text('schema of the table'),
  table: text('table'),
  enabled: flag('row level security is on', true),
  forced: flag('binds the owner too', false),
  policies: list(policyModel, 'all policies of the table'),
});

export const AUTH_PROVIDERS = [
  'cloud_sql_iam',
  'alloydb_iam',
  'rds_iam',
  'azure_ad',
  'supabase',
  'planet_scale',
] as const;
const option = (description: string) => text(description).optional();
export const authProviderModel = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('cloud_sql_iam'), project: option('project') }),
    z.strictObject({
      type: z.literal('alloydb_iam'),
      project: option('project'),
      cluster: option('cluster'),
    }),
    z.strictObject({ type: z.literal('rds_iam'), region: option('region') }),
    z.strictObject({ type: z.literal('azure_ad'), tenant_id: option('tenant') }),
    z.strictObject({ type: z.literal('supabase'), project_ref: option('project') }),
    z.strictObject({ type: z.literal('planet_scale'), organization: option('organisation') }),
  ])
  .describe('how people get in; for readers only');

/** What a manifest and a bundle's source have in common. */
const sections = {
  schemas: list(schemaModel, 'schemas to create when missing, and what is generated for them'),
  roles: list(roleModel, 'roles with all their attributes'),
  grants: list(grantModel, 'rights on objects that exist'),
  default_privileges: list(defaultModel, 'rights on objects made later'),
  memberships: list(membershipModel, 'who is in which group'),
  retirements: list(retirementModel, 'roles to drop, and how'),
  row_security: list(rowSecurityModel, 'row level security of tables'),
};
export const sharedShape = {
  default_owner: text('owner of schemas and of future objects, where nothing else is said').optional(),
  auth_providers: list(authProviderModel, 'how people get in; for readers only'),
  profiles: z.record(z.string().min(1), profileModel).default({}).describe('templates by name'),
};

export const manifestModel = z
  .strictObject({
    ...sharedShape,
    manage: z
      .enum(['declared', 'all_roles'])
      .default('declared')
      .describe('`all_roles`: roles that are not declared are drift as well'),
    ...sections,
  })
  .describe('who can do what in a PostgreSQL database');

const scopeModel = z.strictObject({
  roles: list(z.string().min(1), 'roles that this document declares or retires'),
  schemas: list(
    z.strictObject({
      name: text('schema'),
      facets: list(z.enum(['owner', 'bindings']), 'what of the schema this document decides'),
    }),
    'schemas of this document',
  ),
});
export const sourceModel = z
  .strictObject({
    policy: z.strictObject({ name: text('name of this document in messages') }).optional(),
    scope: scopeModel.prefault({}).describe('what this document may manage'),
    ...sections,
  })
  .describe('one document of a bundle');
export const bundleModel = z
  .strictObject({
    shared: z.strictObject(sharedShape).prefault({}).describe('what all documents share'),
    sources: list(
      z.strictObject({ file: text('path of a document, relative to this file') }),
      'the documents',
    ),
  })
  .describe('a manifest in several documents');

export type Manifest = z.output<typeof manifestModel>;
/** As written: defaults left out. */
export type ManifestInput = z.input<typeof manifestModel>;
export type BundleRoot = z.output<typeof bundleModel>;
export type BundleSource = z.output<typeof sourceModel>;
export type ManifestRole = Manifest['roles'][number];
export type Profile = z.output<typeof profileModel>;
