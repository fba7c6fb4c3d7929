-- Texts of the trail are found by the words of up to 32 neighbours (docs/adr: audit words): one entry of each trigram for all of them,
-- where an index of each event's text was most of what storing an event cost.

-- Says only where to look: the event's own text decides. Every event but the end of a statement is in exactly one row.
create table audit_words (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  -- Its events: of an agent's chain these numbers, …
  agent_id uuid,
  first_seq bigint not null,
  last_seq bigint not null,
  -- … of these instants. Without an agent it is one event, of that number (0: in no chain) and instant.
  first_at timestamptz(3) not null,
  last_at timestamptz(3) not null,
  -- Each word of their texts once, between blanks (apps/api/src/audit/audit-words.ts).
  words text not null,
  constraint audit_words_order check (first_seq <= last_seq and first_at <= last_at)
);
-- No foreign key, as the trail has none: retention locks the organisation's row.
select postern_tenant_table('audit_words', 'SELECT, INSERT');
create policy search_candidates on audit_words for select to postern_audit_search using (true);
grant select (org_id, agent_id, first_seq, last_seq, first_at, last_at, words) on audit_words to postern_audit_search;
grant select (seq) on audit_event to postern_audit_search;

-- Separators are the characters of ASCII that are no letter, digit or `_`: where a text has a part, one of its words has each of the
-- part's words. No texts: an empty one.
create function postern_audit_words_of(texts text[]) returns text
  language sql immutable set search_path = pg_catalog, pg_temp
  return (select coalesce(' ' || string_agg(distinct word, ' ') || ' ', '')
    from unnest(texts) t, regexp_split_to_table(t, '[^a-z0-9_\u0080-\U0010ffff]+') word where word <> '');

-- All of it anew: for the trail that is there, and for whoever mends what verification found.
create function postern_audit_rebuild_words() returns bigint
  language plpgsql set search_path = public, pg_temp set row_security = off -- an error for who does not see all of it
as $$
declare
  made bigint;
begin
  lock table audit_event in share mode; -- nobody adds events meanwhile
  delete from audit_words;
  insert into audit_words (org_id, agent_id, first_seq, last_seq, first_at, last_at, words)
    select org_id, agent_id, min(seq), max(seq), min(at), max(at), postern_audit_words_of(array_agg(search_text))
      from (select org_id, agent_id, coalesce(seq, 0) as seq, at, search_text,
              (row_number() over (partition by org_id, agent_id order by seq, at) - 1) / 32 as n
            from audit_event where kind <> 'statement.finished') e
     group by org_id, agent_id, n, case when agent_id is null then seq end, case when agent_id is null then at end;
  get diagnostics made = row_count;
  return made;
end
$$;
revoke execute on function postern_audit_words_of, postern_audit_rebuild_words from public;

alter table audit_event no force row level security; -- their owner fills it
alter table audit_words no force row level security;
select postern_audit_rebuild_words();
alter table audit_event force row level security;
alter table audit_words force row level security;

create index audit_words_search_idx on audit_words using gin (org_id, words gin_trgm_ops);
create index audit_words_at_idx on audit_words (org_id, last_at);
create index audit_words_chain_idx on audit_words (org_id, agent_id, last_seq);
drop index audit_event_search_idx;

create or replace function postern_audit_conditions(filter jsonb, by_index boolean) returns text
  language sql immutable set search_path = pg_catalog, pg_temp
  return concat_ws(' and ',
    -- As literally as the partial indexes say it; among neighbours, which their numbers find, so that none of these is used.
    case when filter ->> 'kind' = 'statement.finished' then null
      when filter ? 'amongNeighbours' then '(e.kind || '''') <> ''statement.finished'''
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
    -- No index has these: `words` says where to look for them.
    case when filter ? 'text' then format('e.search_text like %L', filter ->> 'text') end,
    (select string_agg(format('e.search_text ~ %L', word), ' and ')
      from jsonb_array_elements_text(filter -> 'words') word)
  );

-- What looks for events of a slice of time that match: all of them or, parts of words given, among the neighbours that have these words,
-- which an index answers or (a short slice) their order in time. `offset 0`: neighbours first, then their events.
create function postern_audit_slice(org uuid, matching text, word_parts jsonb, by_index boolean, low timestamptz, high timestamptz) returns text
  language sql immutable set search_path = pg_catalog, pg_temp
  return case when word_parts is null
    then format('select e.at, e.id from audit_event e where e.org_id = %L and %s', org, matching)
    else format(
      'select e.at, e.id from audit_words w cross join lateral (
          select e.at, e.id from audit_event e where e.org_id = %1$L and e.agent_id = w.agent_id and e.seq between w.first_seq and w.last_seq
              and e.at between w.first_at and w.last_at and %2$s
          union all
          select e.at, e.id from audit_event e where w.agent_id is null and e.org_id = %1$L and e.agent_id is null
              and e.at = w.first_at and coalesce(e.seq, 0) = w.first_seq and %2$s
          offset 0) e
        where w.org_id = %1$L and w.last_at >= %3$L::timestamptz and w.first_at < %4$L::timestamptz and %5$s',
      org, matching, low, high,
      (select string_agg(format('%s like %L', case when by_index then 'w.words' else '(w.words || '''')' end, part), ' and ')
        from jsonb_array_elements_text(word_parts) part))
  end;

-- Places of the events that match, newest first from before the cursor, or (`newer`) oldest first from after it; at most
-- `page_limit`.
--
-- Under row-level security PostgreSQL does not look at its statistics of texts, lists and networks and takes every one for rare. So
-- the nearest 3,000 events are looked at first: what is frequent fills its page there, and where such a part is frequent and the
-- whole is not, the rest of the search does not go by its index. Then time is walked in slices that grow: what is found early
-- costs no look at the rest of the history, each slice is planned for what it holds, and slices inside the weeks that have
-- partitions leave the others alone.
--
-- A rare text is looked for where neighbours have its words (audit_words), any other event by event. Looking among neighbours is
-- looking at all of them, so the text is to be rarer still where the search is narrowed by something else as well.
create or replace function postern_search_audit(
  filter jsonb, cursor_at timestamptz, cursor_id uuid, newer boolean, page_limit integer
) returns table (at timestamptz, id uuid)
  language plpgsql stable security definer rows 50 set search_path = public, pg_temp set jit = off set plan_cache_mode = force_custom_plan
as $$
declare
  nearest constant integer := 3000;
  frequent constant float8 := 0.01;
  org constant uuid := postern_current_org();
  named constant jsonb := postern_audit_named(filter);
  parts constant jsonb := jsonb_strip_nulls(jsonb_build_object('actor', filter -> 'actor', 'relations', filter -> 'relations',
    'client', filter -> 'client', 'application', filter -> 'application', 'text', filter -> 'text', 'words', filter -> 'words'));
  texts constant jsonb := jsonb_strip_nulls(jsonb_build_object('text', filter -> 'text', 'words', filter -> 'words'));
  is_narrowed constant boolean := named - array['text', 'words', 'wordParts', 'from', 'to'] <> '{}';
  by_words boolean := coalesce(filter -> 'wordParts' <> '[]', false);
  among_neighbours constant jsonb := '{"amongNeighbours": true}';
  conditions text := postern_audit_conditions(case when by_words then named || among_neighbours else named end, not by_words);
  ordering constant text := case when newer then 'order by e.at asc, e.id asc' else 'order by e.at desc, e.id desc' end;
  first_at constant timestamptz := coalesce((filter ->> 'from')::timestamptz, '-infinity');
  last_at constant timestamptz := coalesce((filter ->> 'to')::timestamptz, 'infinity');
  -- Clocks of agents may be ahead, but mostly nothing is there: then the weeks to come need not be planned for.
  ahead constant timestamptz := now() + interval '5 minutes';
  beyond text := '';
  matching text;
  edge timestamptz;
  next_edge timestamptz;
  widths interval[] := array['1 day', '7 days', '28 days', '120 days', null];
  -- Slices this long are worth an index of words.
  long interval := '0';
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
          count(*) as n, count(*) filter (where partly) as partly, count(*) filter (where texty) as texty,
          (array_agg(at order by n desc))[1] as last_at, (array_agg(id order by n desc))[1] as last_id
        from (select e.at, e.id, (%1$s) is true as fits, (%2$s) is true as partly, (%9$s) is true as texty,
            row_number() over (%3$s) as n
          from (select e.at, e.id, e.kind, e.actor_id, e.actor_label, e.decision, e.environment_id, e.connection_slug, e.required,
                e.relations, e.client_address, e.client_application, e.status, e.duration_ms, e.row_count, e.sqlstate, e.agent_id, e.search_text
              from audit_event e where e.org_id = %4$L and e.kind <> ''statement.finished''
              and e.at >= %5$L::timestamptz and e.at < %6$L::timestamptz%7$s %3$s limit %8$s) e) near',
      postern_audit_conditions(named, false), postern_audit_conditions(parts, false), ordering,
      org, least(edge, next_edge), greatest(edge, next_edge), beyond, nearest,
      postern_audit_conditions(texts, false)) into seen;
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
      by_words := by_words and seen.texty <= case when is_narrowed then 1 else frequent * seen.n end;
      if by_words then
        -- All of a slice is looked through, so the first ones are as short as what was seen makes them.
        long := greatest(edge - seen.last_at, seen.last_at - edge) * 128;
        widths := array[long / 64, long / 16, long / 4, long] || array(select w from unnest(widths) w where w > long) || null::interval;
      end if;
      beyond := format(' and (e.at, e.id) %s (%L::timestamptz, %L::uuid)', case when newer then '>' else '<' end, seen.last_at, seen.last_id);
      edge := case when newer then seen.last_at else seen.last_at + interval '1 ms' end;
      conditions := postern_audit_conditions(case when by_words then named || among_neighbours else named end,
        not by_words and seen.partly <= frequent * seen.n);
    end if;
  end if;

  foreach width in array widths loop
    exit when wanted <= 0 or case when newer then edge >= last_at else edge <= first_at end;
    next_edge := case
      when newer then least(last_at, coalesce(edge + width, 'infinity'))
      else greatest(first_at, coalesce(least(edge, now()) - width, '-infinity')) end;
    matching := format('%s and e.at >= %L::timestamptz and e.at < %L::timestamptz%s',
      conditions, least(edge, next_edge), greatest(edge, next_edge), beyond);
    for place in execute format('%s %s limit %s', postern_audit_slice(
        org, matching, case when by_words then filter -> 'wordParts' end, coalesce(width > long, true),
        least(edge, next_edge), greatest(edge, next_edge)), ordering, wanted)
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
-- Texts that are left of neighbours.
create function postern_audit_texts(place audit_words) returns text[]
  language sql stable set search_path = public, pg_temp
  return case when place.agent_id is null
    then array(select e.search_text from audit_event e where e.org_id = place.org_id and e.agent_id is null
      and e.at = place.first_at and coalesce(e.seq, 0) = place.first_seq)
    else array(select e.search_text from audit_event e where e.org_id = place.org_id and e.agent_id = place.agent_id
      and e.seq between place.first_seq and place.last_seq and e.at between place.first_at and place.last_at
      and e.kind <> 'statement.finished') end;

-- Removes one day's worth of what the current organisation need not keep, oldest first; answers with the stretches removed, nothing
-- when there is nothing left to do. Retention and hold are read here: whoever calls this can not remove more than they allow.
create or replace function postern_audit_expire() returns table (chain_id uuid, from_seq bigint, to_seq bigint)
  language plpgsql security definer set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
  this_org uuid := postern_current_org();
  keep_from timestamptz;
  oldest timestamptz;
  removed_to timestamptz;
begin
  select now() - audit_retention_days * interval '1 day' into keep_from
    from org where id = this_org and audit_hold is null for update;
  select at into oldest from audit_event where org_id = this_org order by at limit 1;
  if keep_from is null or oldest is null or oldest >= keep_from then
    return;
  end if;
  removed_to := least(oldest + interval '1 day', keep_from);
  return query
    with gone as (
      delete from audit_event e where e.org_id = this_org and e.at >= oldest and e.at < removed_to
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
  -- Neighbours that are all gone, and words of those that are among some that stay.
  delete from audit_words w where w.org_id = this_org and w.first_at < removed_to and postern_audit_texts(w) = '{}';
  update audit_words w set words = postern_audit_words_of(postern_audit_texts(w))
   where w.org_id = this_org and w.first_at < removed_to;
end
$$;
revoke execute on function postern_audit_slice, postern_audit_texts from public;
grant execute on function postern_audit_slice to postern_audit_search;
