-- How long an organisation keeps its audit trail, and what proves afterwards that nothing else is missing.

-- No number: for ever. A hold, with its reason, keeps everything whatever the number says.
alter table org add column audit_retention_days integer;
alter table org add column audit_hold text;
alter table org add constraint org_audit_retention_sane check (audit_retention_days between 30 and 36500);

-- Stretches of a chain that retention removed: verification goes on behind them with the hash of the last one. The chain is
-- the agent's, or the organisation's own (its id). Only postern_audit_expire writes here.
create table audit_expired (
  org_id uuid not null references org (id) on delete cascade,
  chain_id uuid not null,
  from_seq bigint not null,
  to_seq bigint not null,
  last_hash text not null,
  removed_at timestamptz(3) not null default now(),
  primary key (org_id, chain_id, from_seq)
);
select postern_tenant_table('audit_expired', 'SELECT');

-- Heads of all chains of an organisation, signed once a day, each naming the one before it: what was there then can not be
-- changed, shortened or made again without the signing key.
create table audit_anchor (
  org_id uuid not null references org (id) on delete cascade,
  number bigint not null,
  made_at timestamptz(3) not null default now(),
  jws text not null,
  primary key (org_id, number)
);
select postern_tenant_table('audit_anchor', 'SELECT, INSERT');

-- The worker asks which organisations have something to keep or to remove.
grant select (audit_retention_days, audit_hold) on org to postern_system;

-- Removes one day's worth of what the current organisation need not keep, oldest first; answers with the stretches removed, nothing
-- when there is nothing left to do. Retention and hold are read here: whoever calls this can not remove more than they allow.
create function postern_audit_expire() returns table (chain_id uuid, from_seq bigint, to_seq bigint)
  language plpgsql security definer set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
  this_org uuid := postern_current_org();
  keep_from timestamptz;
  oldest timestamptz;
begin
  select now() - audit_retention_days * interval '1 day' into keep_from
    from org where id = this_org and audit_hold is null for update;
  select at into oldest from audit_event where org_id = this_org order by at limit 1;
  if keep_from is null or oldest is null or oldest >= keep_from then
    return;
  end if;
  return query
    with gone as (
      delete from audit_event e where e.org_id = this_org and e.at >= oldest and e.at < least(oldest + interval '1 day', keep_from)
      returning coalesce(e.agent_id, e.org_id) as chain_id, e.seq, e.hash),
    runs as (
      select g.chain_id, min(g.seq) as from_seq, max(g.seq) as to_seq, encode((array_agg(g.hash order by g.seq desc))[1], 'hex') as last_hash
      from (select *, seq - row_number() over (partition by chain_id order by seq) as run from gone where seq is not null) g
      group by g.chain_id, g.run),
    -- A stretch right behind an earlier one becomes part of it.
    longer as (
      update audit_expired x set to_seq = r.to_seq, last_hash = r.last_hash, removed_at = now() from runs r
      where x.org_id = this_org and x.chain_id = r.chain_id and x.to_seq = r.from_seq - 1
      returning r.chain_id, r.from_seq),
    new as (
      insert into audit_expired (org_id, chain_id, from_seq, to_seq, last_hash)
      select this_org, r.chain_id, r.from_seq, r.to_seq, r.last_hash from runs r
      where not exists (select from longer l where l.chain_id = r.chain_id and l.from_seq = r.from_seq))
    select r.chain_id, r.from_seq, r.to_seq from runs r order by 1, 2;
end
$$;
revoke execute on function postern_audit_expire() from public;
grant execute on function postern_audit_expire() to postern_app;

-- Drops partitions of past weeks that nothing is left in; answers with how many.
create function postern_audit_drop_empty() returns integer
  language plpgsql security definer set search_path = public, pg_temp set timezone = 'UTC'
as $$
declare
  part text;
  is_empty boolean;
  dropped integer := 0;
begin
  for part in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'audit_event'::regclass and c.relname ~ '^audit_event_\d{8}$'
       and to_date(right(c.relname, 8), 'YYYYMMDD') < current_date - 14
     order by 1
  loop
    execute format('select not exists (select from postern_audit.%I)', part) into is_empty;
    continue when not is_empty;
    -- Nobody may write into it between the second look and the end.
    execute format('lock table postern_audit.%I in access exclusive mode', part);
    execute format('select not exists (select from postern_audit.%I)', part) into is_empty;
    continue when not is_empty;
    execute format('drop table postern_audit.%I', part);
    dropped := dropped + 1;
  end loop;
  return dropped;
end
$$;
revoke execute on function postern_audit_drop_empty() from public;
grant execute on function postern_audit_drop_empty() to postern_system;
