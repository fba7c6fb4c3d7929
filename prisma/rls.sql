-- The one template of tenancy (ARCHITECTURE.md, "Tenancy"). Every tenant table gets exactly this, by calling
--   select postern_tenant_table('table_name', 'SELECT, INSERT, UPDATE, DELETE');
-- in the migration that creates it. A transaction belongs to one organisation: `app.org_id`, set with SET LOCAL by
-- withOrg(). Unset or empty (a pooled connection after COMMIT) means no organisation, and that sees nothing.
create function postern_current_org() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('app.org_id', true), '')::uuid;

create function postern_tenant_table(table_name regclass, app_privileges text, org_column name default 'org_id') returns void
  language plpgsql
as $$
begin
  execute format('alter table %s enable row level security', table_name);
  execute format('alter table %s force row level security', table_name);
  execute format(
    'create policy tenant_isolation on %s using (%I = (select postern_current_org())) with check (%I = (select postern_current_org()))',
    table_name, org_column, org_column);
  execute format('grant %s on %s to postern_app', app_privileges, table_name);
end
$$;
revoke execute on function postern_tenant_table(regclass, text, name) from public;
