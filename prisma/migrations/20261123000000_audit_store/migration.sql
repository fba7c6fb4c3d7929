-- The audit trail, partitioned by time (docs/adr: audit store). `event` is the truth, with its hash in its chain; the columns
-- beside it are what search needs, made from it (apps/api/src/audit/audit-row.ts) and checked against it by verification.
--
-- Exactly once: whoever appends to a chain holds its head's row (agent.audit_seq, org_audit_chain.seq) locked and goes on from there.
-- No foreign keys: they would cost a look-up a row, and row-level security says whose row it is.
alter table audit_event no force row level security; -- its owner copies it below
alter table audit_event rename to audit_event_before;

create table audit_event (
  id uuid not null,
  org_id uuid not null,
  at timestamptz(3) not null,
  received_at timestamptz(3) not null default clock_timestamp(),
  kind text not null,
  path text,
  actor_id text not null,
  actor_label text not null,
  decision text,
  environment_id uuid,
  connection_slug text,
  -- Permissions it needed, as core's mask.
  required smallint,
  -- Tables and views touched, `schema.name`.
  relations text[],
  client_address inet,
  client_application text,
  -- statement.finished: the decision that it ends.
  intent_id uuid,
  -- How it ended. A decision gets these when its end arrives; null: it runs, or its end was never reported.
  status text,
  duration_ms double precision,
  row_count bigint,
  -- Bytes of results sent to the client.
  result_bytes bigint,
  sqlstate text,
  finished_at timestamptz(3),
  -- Place in its chain: the agent's, or (no agent) the organisation's own.
  agent_id uuid,
  seq bigint,
  hash bytea,
  -- Lower-case text that search looks into: statement, reason, target.
  search_text text not null,
  -- json, not jsonb: what people type may hold \u0000, which jsonb refuses, and the hash covers the text as it was.
  event json not null,
  -- Also the order of the trail, newest first.
  constraint audit_event_pk primary key (org_id, at, id),
  constraint audit_event_chain_unique unique (agent_id, seq, at)
) partition by range (at);

-- Nobody is granted anything in here: the partitions are reached through the table, whose row-level security then holds.
create schema postern_audit;
revoke all on schema postern_audit from public;
create table postern_audit.audit_event_default partition of audit_event default;

-- One week, from its Monday (UTC). What waited in the default partition moves in. False: it was there.
create function postern_audit_partition(day date) returns boolean
  language plpgsql set search_path = public, pg_temp set timezone = 'UTC'
as $$
declare
  first_day date := date_trunc('week', day::timestamp)::date;
  name text := 'audit_event_' || to_char(first_day, 'YYYYMMDD');
  lower_bound timestamptz := first_day;
  upper_bound timestamptz := first_day + 7;
begin
  if to_regclass('postern_audit.' || name) is not null then
    return false;
  end if;
  perform pg_advisory_xact_lock(72707370); -- one at a time
  if to_regclass('postern_audit.' || name) is not null then
    return false;
  end if;
  execute format('create table postern_audit.%I (like audit_event including defaults)', name);
  -- Nobody may add to the default partition between the move and the attachment.
  lock table postern_audit.audit_event_default in access exclusive mode;
  execute format(
    'with waited as (delete from postern_audit.audit_event_default where at >= $1 and at < $2 returning *)
     insert into postern_audit.%I select * from waited', name) using lower_bound, upper_bound;
  execute format('alter table postern_audit.%I add constraint %I check (at >= %L and at < %L)',
    name, name || '_range', lower_bound, upper_bound);
  execute format('alter table audit_event attach partition postern_audit.%I for values from (%L) to (%L)',
    name, lower_bound, upper_bound);
  execute format('alter table postern_audit.%I drop constraint %I', name, name || '_range');
  return true;
end
$$;
revoke execute on function postern_audit_partition(date) from public;

-- Weeks ahead of today, and weeks of what the default partition holds (an agent's clock may be off, or it was away for long),
-- unless they are absurd. Answers with how many it made. The worker calls it: its login owns nothing.
create function postern_audit_make_partitions(weeks_ahead integer default 8) returns integer
  language plpgsql security definer set search_path = public, pg_temp set timezone = 'UTC'
as $$
declare
  day date;
  made integer := 0;
begin
  for day in
    select (current_date + 7 * n) from generate_series(0, least(weeks_ahead, 60)) n
    union
    select distinct date_trunc('week', at)::date from postern_audit.audit_event_default
     where at between now() - interval '5 years' and now() + interval '1 year'
    order by 1
    limit 400
  loop
    if postern_audit_partition(day) then
      made := made + 1;
    end if;
  end loop;
  return made;
end
$$;
revoke execute on function postern_audit_make_partitions(integer) from public;
grant execute on function postern_audit_make_partitions(integer) to postern_system;

do $$
begin
  perform postern_audit_partition(day::date) from
    (select distinct date_trunc('week', at at time zone 'UTC') as day from audit_event_before
     where at between now() - interval '5 years' and now() + interval '1 year') weeks;
  perform postern_audit_make_partitions();
end
$$;

insert into audit_event (id, org_id, at, received_at, kind, path, actor_id, actor_label, decision, environment_id, connection_slug,
    required, client_application, intent_id, status, duration_ms, row_count, result_bytes, sqlstate, finished_at, agent_id, seq, hash,
    search_text, event)
  select e.id, e.org_id, e.at, e.received_at, e.kind, e.event ->> 'path', e.actor_id, e.actor_label, e.decision,
    a.environment_id, e.connection_slug,
    (select sum(case p.name when 'read' then 1 when 'write' then 2 when 'ddl' then 4 when 'admin' then 8 when 'explain' then 16
        when 'execute' then 32 when 'export' then 64 end)
       from json_array_elements_text(e.event -> 'required') p(name)),
    e.event -> 'client' ->> 'application', e.intent_id,
    o.outcome ->> 'status', (o.outcome ->> 'durationMs')::double precision, (o.outcome ->> 'rows')::bigint, (o.outcome ->> 'bytes')::bigint,
    o.outcome ->> 'sqlstate', o.at, e.agent_id, e.seq, decode(e.hash, 'hex'), e.search_text, e.event
  from audit_event_before e
  left join agent a on a.id = e.agent_id
  left join lateral (
    select f.event -> 'outcome' as outcome, f.at from audit_event_before f
     where f.kind = 'statement.finished'
       and (f.id = e.id or (f.intent_id = e.id and f.agent_id = e.agent_id and e.kind = 'statement.decided'))
     limit 1) o on true;

drop table audit_event_before;

-- A look-up by id alone; also an intent whose end comes later.
create index audit_event_id_idx on audit_event (id);
-- The organisation's own chain.
create unique index audit_event_org_chain_idx on audit_event (org_id, seq, at) where agent_id is null;
-- Searches. The end of a statement is found with its decision, so half of all rows are in none of these.
create index audit_event_org_connection_idx on audit_event (org_id, connection_slug, at, id) where kind <> 'statement.finished';
create index audit_event_org_decision_idx on audit_event (org_id, decision, at, id) where kind <> 'statement.finished';
create index audit_event_org_kind_idx on audit_event (org_id, kind, at, id) where kind <> 'statement.finished';
create index audit_event_org_actor_idx on audit_event (org_id, actor_id, at, id) where kind <> 'statement.finished';
create index audit_event_search_idx on audit_event using gin (org_id, search_text gin_trgm_ops) where kind <> 'statement.finished';
create index audit_event_actor_idx on audit_event using gin (org_id, actor_label gin_trgm_ops) where kind <> 'statement.finished';
create index audit_event_relations_idx on audit_event using gin (relations) where kind <> 'statement.finished';

-- How a statement ended is filled in once and then stands.
create function postern_audit_ended_once() returns trigger
  language plpgsql
as $$
begin
  raise exception 'event % has ended already', old.id using errcode = 'integrity_constraint_violation';
end
$$;
create trigger audit_event_ended_once before update on audit_event
  for each row when (old.kind <> 'statement.decided' or old.finished_at is not null) execute function postern_audit_ended_once();

select postern_tenant_table('audit_event', 'SELECT, INSERT');
grant update (status, duration_ms, row_count, result_bytes, sqlstate, finished_at) on audit_event to postern_app;

create policy search_candidates on audit_event for select to postern_audit_search using (true);
grant select (id, org_id, at, kind, path, actor_id, actor_label, decision, environment_id, connection_slug, required, relations,
  client_address, client_application, status, duration_ms, row_count, sqlstate, search_text) on audit_event to postern_audit_search;

-- Head of the organisation's own chain: what the control plane itself recorded. An agent's is on its row.
create table org_audit_chain (
  org_id uuid primary key references org (id) on delete cascade,
  seq bigint not null,
  hash text not null
);
select postern_tenant_table('org_audit_chain', 'SELECT, INSERT, UPDATE');
