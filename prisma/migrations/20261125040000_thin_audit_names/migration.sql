-- Names of people and programs of whom retention left no event are not kept either (docs/adr/0008). Whether an event with that very
-- label is left is not asked: that would read all events of a person. Of very long ids only a part is kept here, so these stay.
create function postern_audit_name_used(name audit_name) returns boolean
  language sql stable set search_path = public, pg_temp
  return case name.what
    when 'actor' then length(name.id) >= 300 or exists (select from audit_event e
      where e.org_id = name.org_id and e.actor_id = name.id and e.kind <> 'statement.finished')
    else exists (select from audit_event e where e.org_id = name.org_id and left(e.client_application, 63) = name.name
      and e.client_application is not null and e.kind <> 'statement.finished') end;

create function postern_audit_thin_names() returns integer
  language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '2s'
as $$
declare
  unused tid[];
  removed integer;
begin
  select array_agg(n.ctid) into unused from audit_name n
   where n.org_id = postern_current_org() and not postern_audit_name_used(n);
  if unused is null then
    return 0;
  end if;
  -- Whoever records an event of that name now has found the name here and left it: wait for those, and look again.
  lock table audit_name in share row exclusive mode;
  delete from audit_name n
   where n.org_id = postern_current_org() and n.ctid = any(unused) and not postern_audit_name_used(n);
  get diagnostics removed = row_count;
  return removed;
end
$$;
revoke execute on function postern_audit_name_used, postern_audit_thin_names from public;
grant execute on function postern_audit_thin_names to postern_app;
