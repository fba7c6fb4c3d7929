import type pg from 'pg';

/** What a reviewer wants to see of a migration's effect. Embedded PostgreSQL brings no pg_dump. */
const SECTIONS: readonly [title: string, sql: string][] = [
  [
    'roles',
    `select format('%s%s%s%s', rolname, case when rolsuper then ' superuser' end,
              case when rolbypassrls then ' bypassrls' end, case when rolcanlogin then ' login' end)
       from pg_roles where rolname in ('postern_app', 'postern_system') order by 1`,
  ],
  [
    'columns',
    `select format('%s.%s %s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
              case when a.attnotnull then ' not null' end,
              case when a.attidentity <> '' then ' identity' else ' default ' || pg_get_expr(d.adbin, d.adrelid) end)
       from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> '_prisma_migrations'
      order by c.relname, a.attnum`,
  ],
  [
    'constraints',
    `select format('%s %s: %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
       from pg_constraint where connamespace = 'public'::regnamespace and contype <> 'n'
        and conrelid <> coalesce(to_regclass('_prisma_migrations')::oid, 0) order by 1`,
  ],
  [
    'indexes',
    `select indexdef from pg_indexes
      where schemaname = 'public' and tablename <> '_prisma_migrations' order by tablename, indexname`,
  ],
  [
    'row level security',
    `select format('%s enabled=%s forced=%s', relname, relrowsecurity, relforcerowsecurity)
       from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
        and relname <> '_prisma_migrations' order by relname`,
  ],
  [
    'policies',
    `select format('%s %s: %s to %s using (%s) with check (%s)', tablename, policyname, cmd, roles, qual, with_check)
       from pg_policies where schemaname = 'public' order by tablename, policyname`,
  ],
  [
    'table grants',
    `select format('%s: %s to %s', c.relname, string_agg(lower(acl.privilege_type), ', ' order by acl.privilege_type),
              acl.grantee::regrole)
       from pg_class c, aclexplode(c.relacl) acl
      where c.relnamespace = 'public'::regnamespace and acl.grantee <> c.relowner
      group by c.relname, acl.grantee order by 1`,
  ],
  [
    'column grants',
    `select format('%s: %s (%s) to %s', c.relname, lower(acl.privilege_type),
              string_agg(a.attname, ', ' order by a.attnum), acl.grantee::regrole)
       from pg_class c join pg_attribute a on a.attrelid = c.oid, aclexplode(a.attacl) acl
      where c.relnamespace = 'public'::regnamespace
      group by c.relname, acl.privilege_type, acl.grantee order by 1`,
  ],
  [
    'functions',
    `select format('%s(%s)%s %s', proname, pg_get_function_identity_arguments(oid),
              case when prosecdef then ' security definer' end, coalesce(proacl::text, 'public'))
       from pg_proc where pronamespace = 'public'::regnamespace and not exists (
         select from pg_depend where objid = pg_proc.oid and deptype = 'e') order by 1`,
  ],
  [
    'triggers',
    `select pg_get_triggerdef(oid) from pg_trigger
      where not tgisinternal and tgrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace) order by 1`,
  ],
];

/** The schema as text, the same at each call. The owner's name is not part of it. */
export async function dumpCatalog(client: pg.Pool): Promise<string> {
  const parts: string[] = [];
  for (const [title, sql] of SECTIONS) {
    const { rows } = await client.query<[string]>({ text: sql, rowMode: 'array' });
    parts.push(`-- ${title}\n${rows.map(([line]) => line).join('\n')}\n`);
  }
  const { rows } = await client.query<{ owner: string }>('select current_user as owner');
  return parts
    .join('\n')
    .replaceAll(new RegExp(`\\b${rows[0]?.owner ?? ''}=`, 'g'), 'owner=')
    .replaceAll(`/${rows[0]?.owner}`, '/owner');
}
