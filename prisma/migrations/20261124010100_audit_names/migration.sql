-- Searching by parts of names, and by two things of which each is frequent (docs/adr/0008): a dictionary of the names that the trail
-- has, instead of an index of the parts of each event's names. Cheaper to keep, and an equality is what PostgreSQL can plan for.
create table audit_name (
  org_id uuid not null references org (id) on delete cascade,
  -- 'actor' or 'application'.
  what text not null,
  -- Of an actor; an application has none.
  id text not null,
  -- As much of it as an application_name can have; of an actor, of an e-mail address.
  name text not null,
  primary key (org_id, what, id, name)
);
select postern_tenant_table('audit_name', 'SELECT, INSERT');
grant select on audit_name to postern_audit_search;

-- In the transaction of the event, whichever way it came. In order, so that two transactions do not wait for each other crosswise.
create function postern_audit_note_names() returns trigger
  language plpgsql set search_path = public, pg_temp
as $$
begin
  insert into audit_name (org_id, what, id, name)
    select org_id, 'actor', left(actor_id, 300), left(actor_label, 320) from added where kind <> 'statement.finished'
    union
    select org_id, 'application', '', left(client_application, 63) from added
     where kind <> 'statement.finished' and client_application is not null
    order by 1, 2, 3, 4
    on conflict do nothing;
  return null;
end
$$;
create trigger audit_event_names after insert on audit_event
  referencing new table as added for each statement execute function postern_audit_note_names();

alter table audit_name no force row level security; -- its owner fills it
alter table audit_event no force row level security;
insert into audit_name (org_id, what, id, name)
  select org_id, 'actor', left(actor_id, 300), left(actor_label, 320) from audit_event where kind <> 'statement.finished'
  union
  select org_id, 'application', '', left(client_application, 63) from audit_event
   where kind <> 'statement.finished' and client_application is not null;
alter table audit_name force row level security;
alter table audit_event force row level security;

drop index audit_event_actor_idx;
create index audit_event_application_idx on audit_event (org_id, left(client_application, 63), at, id)
  where kind <> 'statement.finished' and client_application is not null;
-- A relation and a person: each may be frequent where both together are rare.
drop index audit_event_relations_idx;
create index audit_event_relations_idx on audit_event using gin (relations, actor_id) where kind <> 'statement.finished';
-- Nearly every statement ends, well, and in the push of its decision: these two stay small.
create index audit_event_unsuccessful_idx on audit_event (org_id, status, at, id)
  where kind <> 'statement.finished' and status <> 'succeeded';
create index audit_event_unfinished_idx on audit_event (org_id, at, id)
  where kind = 'statement.decided' and decision = 'allowed' and status is null;

drop function postern_search_audit(jsonb, timestamptz, uuid, boolean, integer);
drop function postern_audit_conditions(jsonb, boolean);

-- The conditions of a search as SQL. Values are quoted here, so that each search is planned for its own. `filter` is what
-- apps/api/src/audit/audit-filter.ts makes, with its names resolved; a key that is absent means "any". Not `by_index`: what parts of
-- texts, lists and networks ask is put so that no index answers it.
-- `column` is one of the values; of one alone in the form that every index can answer.
create function postern_audit_one_of("column" text, list jsonb) returns text
  language sql immutable set search_path = pg_catalog, pg_temp
  return case jsonb_array_length(list) when 1 then format('%s = %L', "column", list ->> 0)
    else format('%s = any(%L::text[])', "column", array(select jsonb_array_elements_text(list))) end;

-- Parts of names as the names that have them, where those are few: an index answers these, and PostgreSQL knows how frequent each is.
create function postern_audit_named(filter jsonb) returns jsonb
  language plpgsql stable set search_path = public, pg_temp
as $$
declare
  few constant integer := 500;
  org constant uuid := postern_current_org();
  ids text[];
  applications text[];
begin
  if filter ? 'actor' then
    ids := array(select distinct n.id from audit_name n
      where n.org_id = org and n.what = 'actor' and n.name ilike filter ->> 'actor' limit few + 1);
    if cardinality(ids) <= few then
      filter := filter || jsonb_build_object('namedIds', ids);
    end if;
  end if;
  if filter ? 'application' then
    applications := array(select n.name from audit_name n
      where n.org_id = org and n.what = 'application' and n.name ilike filter ->> 'application' limit few + 1);
    if cardinality(applications) <= few then
      filter := filter || jsonb_build_object('applications', applications);
    end if;
  end if;
  return filter;
end
$$;

create function postern_audit_conditions(filter jsonb, by_index boolean) returns text
  language sql immutable set search_path = pg_catalog, pg_temp
  return concat_ws(' and ',
    -- As literally as the partial indexes say it.
    case when filter ->> 'kind' = 'statement.finished' then null
      else 'e.kind <> ''statement.finished''' end,
    case when filter ? 'kind' then format('e.kind = %L', filter ->> 'kind') end,
    case when filter ? 'from' then format('e.at >= %L::timestamptz', filter ->> 'from') end,
    case when filter ? 'to' then format('e.at < %L::timestamptz', filter ->> 'to') end,
    case when filter ? 'actor' then format('(e.actor_label || '''') ilike %L', filter ->> 'actor') end,
    case when filter ? 'namedIds' then postern_audit_one_of('e.actor_id', filter -> 'namedIds') end,
    case when filter ? 'actorIds' then postern_audit_one_of('e.actor_id', filter -> 'actorIds') end,
    case when filter ? 'connection' then format('e.connection_slug = %L', filter ->> 'connection') end,
    case when filter ? 'environmentId' then format('e.environment_id = %L::uuid', filter ->> 'environmentId') end,
    case when filter ? 'decision' then format('e.decision = %L', filter ->> 'decision') end,
    case when filter ? 'masks' then format('e.required = any(%L::smallint[])',
      array(select jsonb_array_elements_text(filter -> 'masks'))) end,
    case when filter ->> 'masksBeyondReading' = 'true' then 'e.required > 1' end,
    -- With a person, their index of relations answers, however frequent the relation is.
    case when filter ? 'relations' then format('%s && %L::text[]',
      case when by_index or filter ?| array['actorIds', 'namedIds'] then 'e.relations' else '(e.relations || ''{}''::text[])' end, array(select jsonb_array_elements_text(filter -> 'relations'))) end,
    case when filter ? 'sqlstate' then format('e.sqlstate = %L', filter ->> 'sqlstate') end,
    case when filter ? 'minDurationMs' then format('e.duration_ms >= %L::float8', filter ->> 'minDurationMs') end,
    case when filter ? 'maxDurationMs' then format('e.duration_ms <= %L::float8', filter ->> 'maxDurationMs') end,
    case when filter ? 'minRows' then format('e.row_count >= %L::bigint', filter ->> 'minRows') end,
    case when filter ? 'maxRows' then format('e.row_count <= %L::bigint', filter ->> 'maxRows') end,
    case when filter ? 'client' then format('%s <<= %L::inet', case when by_index then 'e.client_address' else '(e.client_address + 0)' end,
      filter ->> 'client') end,
    case when filter ? 'application' then format('(e.client_application || '''') ilike %L', filter ->> 'application') end,
    case when filter ? 'applications' then postern_audit_one_of('left(e.client_application, 63)', filter -> 'applications') end,
    case when filter ? 'agentId' then format('e.agent_id = %L::uuid', filter ->> 'agentId') end,
    case when filter ->> 'outcome' = 'unknown'
      then 'e.kind = ''statement.decided'' and e.decision = ''allowed'' and e.status is null' end,
    case when filter ->> 'outcome' <> 'unknown'
      then format('e.kind = ''statement.decided'' and e.status = %L%s', filter ->> 'outcome',
        -- As literally as the partial index says it.
        case when filter ->> 'outcome' <> 'succeeded' then ' and e.status <> ''succeeded''' else '' end) end,
    case when filter ? 'text' then format('%s like %L', case when by_index then 'e.search_text' else '(e.search_text || '''')' end,
      filter ->> 'text') end,
    (select string_agg(format('%s ~ %L', case when by_index then 'e.search_text' else '(e.search_text || '''')' end, word), ' and ')
      from jsonb_array_elements_text(filter -> 'words') word)
  );

-- Places of the events that match, newest first from before the cursor, or (`newer`) oldest first from after it; at most
-- `page_limit`.
--
-- Under row-level security PostgreSQL does not look at its statistics of texts, lists and networks and takes every one for rare. So
-- the nearest 3,000 events are looked at first: what is frequent fills its page there, and where such a part is frequent and the
-- whole is not, the rest of the search does not go by its index. Then time is walked in slices that grow: what is found early
-- costs no look at the rest of the history, each slice is planned for what it holds, and slices inside the weeks that have
-- partitions leave the others alone.
create function postern_search_audit(
  filter jsonb, cursor_at timestamptz, cursor_id uuid, newer boolean, page_limit integer
) returns table (at timestamptz, id uuid)
  language plpgsql stable security definer rows 50 set search_path = public, pg_temp set jit = off
as $$
declare
  nearest constant integer := 3000;
  frequent constant float8 := 0.01;
  org constant uuid := postern_current_org();
  named constant jsonb := postern_audit_named(filter);
  parts constant jsonb := jsonb_strip_nulls(jsonb_build_object('actor', filter -> 'actor', 'relations', filter -> 'relations',
    'client', filter -> 'client', 'application', filter -> 'application', 'text', filter -> 'text', 'words', filter -> 'words'));
  conditions text := postern_audit_conditions(named, true);
  ordering constant text := case when newer then 'order by e.at asc, e.id asc' else 'order by e.at desc, e.id desc' end;
  first_at constant timestamptz := coalesce((filter ->> 'from')::timestamptz, '-infinity');
  last_at constant timestamptz := coalesce((filter ->> 'to')::timestamptz, 'infinity');
  -- Clocks of agents may be ahead, but mostly nothing is there: then the weeks to come need not be planned for.
  ahead constant timestamptz := now() + interval '5 minutes';
  beyond text := '';
  edge timestamptz;
  next_edge timestamptz;
  width interval;
  wanted integer := page_limit;
  seen record;
  place record;
begin
  if org is null or first_at >= last_at or '[]' in (named -> 'namedIds', named -> 'applications') then
    return;
  end if;
  edge := case when newer then greatest(first_at, cursor_at) else least(last_at, cursor_at + interval '1 ms') end;
  if not newer and edge > ahead and not exists (select from audit_event e where e.org_id = org and e.at >= ahead) then
    edge := greatest(first_at, ahead);
  end if;
  if cursor_id is not null then
    beyond := format(' and (e.at, e.id) %s (%L::timestamptz, %L::uuid)', case when newer then '>' else '<' end, cursor_at, cursor_id);
  end if;

  if parts <> '{}' then
    -- Four weeks of it: reading on into a time without events would cost a look at every week.
    next_edge := case when newer then least(last_at, greatest(edge, '2000-01-01') + interval '28 days')
      else greatest(first_at, least(edge, now()) - interval '28 days') end;
    execute format(
      'select array_agg(at order by n) filter (where fits) as ats, array_agg(id order by n) filter (where fits) as ids,
          count(*) as n, count(*) filter (where partly) as partly, (array_agg(at order by n desc))[1] as last_at,
          (array_agg(id order by n desc))[1] as last_id
        from (select e.at, e.id, (%1$s) is true as fits, (%2$s) is true as partly, row_number() over (%3$s) as n
          from (select e.at, e.id, e.kind, e.actor_id, e.actor_label, e.decision, e.environment_id, e.connection_slug, e.required,
                e.relations, e.client_address, e.client_application, e.status, e.duration_ms, e.row_count, e.sqlstate, e.agent_id, e.search_text
              from audit_event e where e.org_id = %4$L and e.kind <> ''statement.finished''
              and e.at >= %5$L::timestamptz and e.at < %6$L::timestamptz%7$s %3$s limit %8$s) e) near',
      postern_audit_conditions(named, false), postern_audit_conditions(parts, false), ordering,
      org, least(edge, next_edge), greatest(edge, next_edge), beyond, nearest) into seen;
    for place in select a.at, a.id from unnest(seen.ats, seen.ids) a (at, id) limit wanted loop
      at := place.at;
      id := place.id;
      wanted := wanted - 1;
      return next;
    end loop;
    if wanted <= 0 then
      return;
    end if;
    if seen.n < nearest then
      edge := next_edge;
    else
      beyond := format(' and (e.at, e.id) %s (%L::timestamptz, %L::uuid)', case when newer then '>' else '<' end, seen.last_at, seen.last_id);
      edge := case when newer then seen.last_at else seen.last_at + interval '1 ms' end;
      if seen.partly > frequent * seen.n then
        conditions := postern_audit_conditions(named, false);
      end if;
    end if;
  end if;

  foreach width in array array['1 day', '7 days', '28 days', '120 days', null]::interval[] loop
    exit when wanted <= 0 or edge <= first_at or (newer and edge >= last_at);
    next_edge := case
      when newer then least(last_at, coalesce(edge + width, 'infinity'))
      else greatest(first_at, coalesce(least(edge, now()) - width, '-infinity')) end;
    for place in execute format(
      'select e.at, e.id from audit_event e
        where e.org_id = %1$L and %2$s and e.at >= %3$L::timestamptz and e.at < %4$L::timestamptz%5$s %6$s limit %7$s',
      org, conditions, least(edge, next_edge), greatest(edge, next_edge), beyond, ordering, wanted)
    loop
      at := place.at;
      id := place.id;
      wanted := wanted - 1;
      return next;
    end loop;
    edge := next_edge;
  end loop;
end
$$;
revoke execute on function postern_audit_one_of, postern_audit_named, postern_audit_conditions, postern_search_audit from public;
grant execute on function postern_audit_one_of, postern_audit_named, postern_audit_conditions, postern_search_audit to postern_app;
grant execute on function postern_audit_one_of, postern_audit_named, postern_audit_conditions to postern_audit_search;
grant create on schema public to postern_audit_search;
alter function postern_search_audit owner to postern_audit_search;
revoke create on schema public from postern_audit_search;

-- How many events match over time when they are too many to be counted: of each of `buckets` pieces of the time, `slices` are
-- looked into for at most `per_slice` events, and what was found is scaled to the whole. Cost depends on these three numbers and
-- not on the history. Runs as its caller, under row-level security. `is_exact`: nothing was left out.
create or replace function postern_audit_density(
  filter jsonb, from_at timestamptz, to_at timestamptz, buckets integer, slices integer, per_slice integer
) returns table (bucket integer, denied float8, failed float8, allowed float8, others float8, is_exact boolean)
  language plpgsql stable set search_path = public, pg_temp set jit = off
as $$
begin
  return query execute format(
    'select w.n / %2$s, sum(s.denied * s.scale), sum(s.failed * s.scale), sum(s.allowed * s.scale), sum(s.others * s.scale),
        bool_and(s.scale = 1)
      from (select n, $1 + n * step as lo, $1 + (n + 1) * step as hi
              from generate_series(0, %1$s * %2$s - 1) n, (select ($2 - $1) / (%1$s * %2$s) as step) st) w
      cross join lateral (
        select case when count(*) <= %3$s then 1 else greatest(1, extract(epoch from w.hi - w.lo)
              / greatest(0.001, extract(epoch from max(e.at) - w.lo)))::float8 end as scale,
            count(*) filter (where %4$s and e.decision = ''denied'') as denied,
            count(*) filter (where %4$s and e.decision = ''allowed'' and e.status = ''failed'') as failed,
            count(*) filter (where %4$s and e.decision = ''allowed'' and e.status is distinct from ''failed'') as allowed,
            count(*) filter (where %4$s and e.decision is null) as others
          from (select * from audit_event where at >= w.lo and at < w.hi order by at limit %3$s + 1) e) s
      group by 1 order by 1',
    buckets, slices, per_slice, postern_audit_conditions(postern_audit_named(filter), false)) using from_at, to_at;
end
$$;
