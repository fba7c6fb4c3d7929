-- The control plane's first schema.
--
-- Roles. The owner (who runs this) owns everything and is never used at run time. `postern_app` works inside one
-- organisation at a time. `postern_system` answers the few questions that come before an organisation is known: who signs
-- in, which organisations are theirs, whose agent is calling, what waits in the outbox; it reads only those columns.
-- Neither can bypass row-level security. Login roles with passwords are made members by `cli.js migrate`.
do $$
declare
  role_name text;
begin
  foreach role_name in array array['postern_app', 'postern_system', 'postern_audit_search'] loop
    begin
      execute format('create role %I nologin nosuperuser nobypassrls', role_name);
    exception when duplicate_object or unique_violation then
      null; -- roles belong to the whole server: another database of it has made them
    end;
  end loop;
end
$$;

revoke all on schema public from public;
grant usage on schema public to postern_app, postern_system;

create extension if not exists pg_trgm;
create extension if not exists btree_gin;

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

-- People. Not a tenant table: one person may belong to several organisations. The app role sees the members of its
-- organisation and nobody else.
create table users (
  id uuid primary key,
  email text not null,
  name text not null,
  password_hash text not null,
  created_at timestamptz(3) not null default now(),
  constraint users_email_unique unique (email),
  constraint users_email_lower check (email = lower(email))
);

create table session (
  token_hash text primary key,
  user_id uuid not null references users (id) on delete cascade,
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null
);
create index session_user_id_idx on session (user_id);

create table org (
  id uuid primary key,
  slug text not null,
  name text not null,
  created_at timestamptz(3) not null default now(),
  constraint org_slug_unique unique (slug),
  constraint org_slug_form check (slug ~ '^[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?$')
);

create table membership (
  id uuid primary key,
  org_id uuid not null references org (id) on delete cascade,
  user_id uuid not null references users (id) on delete cascade,
  role text not null,
  created_at timestamptz(3) not null default now(),
  constraint membership_org_user_unique unique (org_id, user_id),
  constraint membership_role_known check (role in ('owner', 'admin', 'auditor', 'member'))
);
create index membership_user_id_idx on membership (user_id);

create table invite (
  id uuid primary key,
  org_id uuid not null references org (id) on delete cascade,
  email text not null,
  role text not null,
  token_hash text not null,
  expires_at timestamptz(3) not null,
  accepted_at timestamptz(3),
  created_at timestamptz(3) not null default now(),
  constraint invite_token_hash_unique unique (token_hash),
  constraint invite_role_known check (role in ('owner', 'admin', 'auditor', 'member'))
);
create index invite_org_id_idx on invite (org_id, created_at);

create table environment (
  id uuid primary key,
  org_id uuid not null references org (id) on delete cascade,
  slug text not null,
  name text not null,
  policy_version integer not null default 0,
  policy_published_at timestamptz(3),
  created_at timestamptz(3) not null default now(),
  constraint environment_org_id_id_unique unique (org_id, id),
  constraint environment_slug_unique unique (org_id, slug),
  constraint environment_slug_form check (slug ~ '^[a-z0-9]([a-z0-9_-]{0,48}[a-z0-9])?$')
);

-- References between tenant tables carry org_id: PostgreSQL checks foreign keys without row-level security, so a plain
-- reference could point into another organisation.
create table db_connection (
  id uuid primary key,
  org_id uuid not null references org (id) on delete cascade,
  environment_id uuid not null,
  slug text not null,
  name text not null,
  description text not null default '',
  statement_timeout_ms integer not null default 60000,
  lock_timeout_ms integer not null default 5000,
  idle_in_transaction_timeout_ms integer not null default 300000,
  row_cap integer not null default 1000,
  created_at timestamptz(3) not null default now(),
  constraint db_connection_org_id_id_unique unique (org_id, id),
  constraint db_connection_slug_unique unique (org_id, slug),
  constraint db_connection_slug_form check (slug ~ '^[a-z0-9]([a-z0-9_-]{0,48}[a-z0-9])?$'),
  constraint db_connection_limits_positive check (
    statement_timeout_ms > 0 and lock_timeout_ms > 0 and idle_in_transaction_timeout_ms > 0 and row_cap > 0),
  constraint db_connection_environment_fk foreign key (org_id, environment_id) references environment (org_id, id)
);
create index db_connection_environment_idx on db_connection (org_id, environment_id);

create table user_group (
  id uuid primary key,
  org_id uuid not null references org (id) on delete cascade,
  slug text not null,
  name text not null,
  created_at timestamptz(3) not null default now(),
  constraint user_group_org_id_id_unique unique (org_id, id),
  constraint user_group_slug_unique unique (org_id, slug),
  constraint user_group_slug_form check (slug ~ '^[a-z0-9]([a-z0-9_-]{0,48}[a-z0-9])?$')
);

create table group_member (
  org_id uuid not null references org (id) on delete cascade,
  group_id uuid not null,
  user_id uuid not null,
  created_at timestamptz(3) not null default now(),
  primary key (org_id, group_id, user_id),
  constraint group_member_group_fk foreign key (org_id, group_id) references user_group (org_id, id) on delete cascade,
  constraint group_member_membership_fk foreign key (org_id, user_id) references membership (org_id, user_id) on delete cascade
);
create index group_member_user_idx on group_member (org_id, user_id);

-- spec/iam-rules.txt, "Defining Rules". No connection means `*`; permissions is the seven-bit mask (127 is `*`).
create table rule (
  id uuid primary key,
  org_id uuid not null references org (id) on delete cascade,
  connection_id uuid,
  permissions smallint not null,
  description text not null default '',
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  constraint rule_org_id_id_unique unique (org_id, id),
  constraint rule_permissions_range check (permissions between 1 and 127),
  constraint rule_connection_fk foreign key (org_id, connection_id) references db_connection (org_id, id)
);
create index rule_connection_idx on rule (org_id, connection_id);

-- spec, "Targeting Members": `*`, `user:<email>` or `group:<group-id>`.
create table rule_member (
  id uuid primary key,
  org_id uuid not null references org (id) on delete cascade,
  rule_id uuid not null,
  kind text not null,
  user_id uuid,
  group_id uuid,
  position integer not null,
  constraint rule_member_target check (
    (kind = 'everyone' and user_id is null and group_id is null)
    or (kind = 'user' and user_id is not null and group_id is null)
    or (kind = 'group' and group_id is not null and user_id is null)),
  constraint rule_member_unique unique nulls not distinct (org_id, rule_id, kind, user_id, group_id),
  constraint rule_member_rule_fk foreign key (org_id, rule_id) references rule (org_id, id) on delete cascade,
  constraint rule_member_membership_fk foreign key (org_id, user_id) references membership (org_id, user_id) on delete cascade,
  constraint rule_member_group_fk foreign key (org_id, group_id) references user_group (org_id, id)
);
create index rule_member_user_idx on rule_member (org_id, user_id);
create index rule_member_group_idx on rule_member (org_id, group_id);

create table policy_bundle (
  org_id uuid not null references org (id) on delete cascade,
  environment_id uuid not null,
  version integer not null,
  -- SHA-256 of what the bundle says, without version and time: an unchanged policy is not published again.
  content_digest text not null,
  jws text not null,
  created_at timestamptz(3) not null default now(),
  primary key (org_id, environment_id, version),
  constraint policy_bundle_environment_fk foreign key (org_id, environment_id) references environment (org_id, id) on delete cascade
);

create table agent (
  id uuid primary key,
  org_id uuid not null references org (id) on delete cascade,
  environment_id uuid not null,
  name text not null,
  -- Ed25519 public key, the JWK's x member.
  public_key text not null,
  console_url text not null,
  agent_version text not null,
  protocol_version integer not null,
  policy_version integer not null default 0,
  policy_enforced_at timestamptz(3),
  spool_depth integer not null default 0,
  rss_bytes bigint not null default 0,
  connections jsonb not null default '[]',
  -- Head of its audit chain: what has been stored, exactly once, up to here.
  audit_seq bigint not null default 0,
  audit_hash text not null default repeat('0', 64),
  enrolled_at timestamptz(3) not null default now(),
  last_seen_at timestamptz(3),
  revoked_at timestamptz(3),
  constraint agent_org_id_id_unique unique (org_id, id),
  constraint agent_environment_fk foreign key (org_id, environment_id) references environment (org_id, id)
);
create index agent_environment_idx on agent (org_id, environment_id);

create table enrolment_token (
  id uuid primary key,
  org_id uuid not null references org (id) on delete cascade,
  environment_id uuid not null,
  name text not null,
  token_hash text not null,
  expires_at timestamptz(3) not null,
  used_at timestamptz(3),
  agent_id uuid,
  created_at timestamptz(3) not null default now(),
  constraint enrolment_token_hash_unique unique (token_hash),
  constraint enrolment_token_environment_fk foreign key (org_id, environment_id) references environment (org_id, id) on delete cascade,
  constraint enrolment_token_agent_fk foreign key (org_id, agent_id) references agent (org_id, id)
);
create index enrolment_token_org_idx on enrolment_token (org_id, created_at);

create table console_code (
  code_hash text primary key,
  org_id uuid not null references org (id) on delete cascade,
  user_id uuid not null,
  agent_id uuid not null,
  redirect_uri text not null,
  code_challenge text not null,
  expires_at timestamptz(3) not null,
  constraint console_code_membership_fk foreign key (org_id, user_id) references membership (org_id, user_id) on delete cascade,
  constraint console_code_agent_fk foreign key (org_id, agent_id) references agent (org_id, id) on delete cascade
);

-- Work to hand to the queue, written in the transaction of the change that causes it. Ids only. A row goes when its work is
-- done, not when it is queued: a queue that loses its memory loses no work.
create table outbox (
  id bigint generated always as identity primary key,
  org_id uuid not null references org (id) on delete cascade,
  job text not null,
  payload jsonb not null,
  created_at timestamptz(3) not null default now(),
  queued_at timestamptz(3)
);
create function postern_outbox_notify() returns trigger language plpgsql as $$
begin
  perform pg_notify('postern_outbox', '');
  return null;
end
$$;
create trigger outbox_notify after insert on outbox for each statement execute function postern_outbox_notify();

-- One event type for agents and control plane (core's audit/event.ts). `event` is the truth, the columns beside it are what
-- search needs. Nobody may change or remove a row: the app role holds INSERT and SELECT only.
create table audit_event (
  id uuid primary key,
  org_id uuid not null references org (id),
  at timestamptz(3) not null,
  received_at timestamptz(3) not null default now(),
  kind text not null,
  actor_id text not null,
  actor_label text not null,
  decision text,
  connection_slug text,
  intent_id uuid,
  agent_id uuid,
  seq bigint,
  prev_hash text,
  hash text,
  -- Lower-case text that search looks into: statement, reason, target.
  search_text text not null,
  -- json, not jsonb: what people type may hold \u0000, which jsonb refuses, and the agent's hash covers the text as it was.
  event json not null,
  constraint audit_event_agent_seq_unique unique (agent_id, seq),
  constraint audit_event_agent_fk foreign key (org_id, agent_id) references agent (org_id, id)
);
create index audit_event_org_at_idx on audit_event (org_id, at desc, id desc);
create index audit_event_org_connection_idx on audit_event (org_id, connection_slug, at desc, id desc);
create index audit_event_org_decision_idx on audit_event (org_id, decision, at desc, id desc);
create index audit_event_org_kind_idx on audit_event (org_id, kind, at desc, id desc);
create index audit_event_intent_idx on audit_event (intent_id) where intent_id is not null;
create index audit_event_search_idx on audit_event using gin (org_id, search_text gin_trgm_ops);
create index audit_event_actor_idx on audit_event using gin (org_id, actor_label gin_trgm_ops);

select postern_tenant_table('org', 'SELECT, INSERT, UPDATE', 'id');
select postern_tenant_table('membership', 'SELECT, INSERT, UPDATE, DELETE');
select postern_tenant_table('invite', 'SELECT, INSERT, UPDATE, DELETE');
select postern_tenant_table('environment', 'SELECT, INSERT, UPDATE, DELETE');
select postern_tenant_table('db_connection', 'SELECT, INSERT, UPDATE, DELETE');
select postern_tenant_table('user_group', 'SELECT, INSERT, UPDATE, DELETE');
select postern_tenant_table('group_member', 'SELECT, INSERT, DELETE');
select postern_tenant_table('rule', 'SELECT, INSERT, UPDATE, DELETE');
select postern_tenant_table('rule_member', 'SELECT, INSERT, DELETE');
select postern_tenant_table('policy_bundle', 'SELECT, INSERT, DELETE');
select postern_tenant_table('agent', 'SELECT, INSERT, UPDATE');
select postern_tenant_table('enrolment_token', 'SELECT, INSERT, UPDATE, DELETE');
select postern_tenant_table('console_code', 'SELECT, INSERT, DELETE');
select postern_tenant_table('outbox', 'INSERT');
select postern_tenant_table('audit_event', 'SELECT, INSERT');

-- Global tables.
alter table users enable row level security;
alter table users force row level security;
create policy members_of_current_org on users for select to postern_app
  using (exists (select from membership where membership.user_id = users.id));
grant select (id, email, name, created_at) on users to postern_app;
-- Signing up or accepting an invitation adds the person in the transaction that makes them a member.
create policy app_registers on users for insert to postern_app with check (true);
grant insert (id, email, name, password_hash, created_at) on users to postern_app;
create policy system_lookup on users for select to postern_system using (true);
grant select (id, email, name, password_hash) on users to postern_system;

alter table session enable row level security;
alter table session force row level security;
create policy system_all on session to postern_system using (true) with check (true);
grant select, insert, delete on session to postern_system;
grant update (expires_at) on session to postern_system;

-- What the system role may look up across organisations: these columns, and nothing else.
create policy system_lookup on org for select to postern_system using (true);
grant select (id, slug, name, created_at) on org to postern_system;
create policy system_lookup on membership for select to postern_system using (true);
grant select (org_id, user_id, role) on membership to postern_system;
create policy system_lookup on invite for select to postern_system using (true);
grant select (id, org_id, email, role, token_hash, expires_at, accepted_at) on invite to postern_system;
create policy system_lookup on agent for select to postern_system using (true);
grant select (id, org_id, environment_id, name, public_key, console_url, revoked_at) on agent to postern_system;
create policy system_lookup on enrolment_token for select to postern_system using (true);
grant select (id, org_id, environment_id, token_hash, expires_at, used_at) on enrolment_token to postern_system;
create policy system_drain on outbox to postern_system using (true) with check (true);
grant select, delete on outbox to postern_system; -- no INSERT: work comes from changes alone
grant update (queued_at) on outbox to postern_system;

-- LIKE is not leakproof, so under row-level security PostgreSQL never uses a trigram index (CREATE POLICY, "leakproof"), and a
-- search would read the whole trail. This role sees what the index needs and nothing else; its one function answers with ids of
-- the current organisation, and whoever calls it reads the rows themselves under row-level security.
create policy search_candidates on audit_event for select to postern_audit_search using (true);
grant usage on schema public to postern_audit_search;
grant select (id, org_id, at, kind, decision, connection_slug, search_text, actor_label) on audit_event to postern_audit_search;

-- Newest first, at most `page_limit` ids after the keyset (before_at, before_id). Null means "any"; the patterns are LIKE's.
-- EXECUTE, so that each search is planned for its own values and only for the conditions that it has.
create function postern_search_audit(
  text_pattern text, actor_pattern text, only_connection text, only_decision text, only_kind text,
  from_at timestamptz, to_at timestamptz, before_at timestamptz, before_id uuid, page_limit integer
) returns table (id uuid, at timestamptz)
  language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  return query execute
    'select e.id, e.at::timestamptz from audit_event e where e.org_id = $11'
    || case when text_pattern is null then '' else ' and e.search_text like $1' end
    || case when actor_pattern is null then '' else ' and e.actor_label ilike $2' end
    || case when only_connection is null then '' else ' and e.connection_slug = $3' end
    || case when only_decision is null then '' else ' and e.decision = $4' end
    || case when only_kind is null then ' and e.kind <> ''statement.finished''' else ' and e.kind = $5' end
    || case when from_at is null then '' else ' and e.at >= $6' end
    || case when to_at is null then '' else ' and e.at < $7' end
    || case when before_id is null then '' else ' and (e.at, e.id) < ($8, $9)' end
    || ' order by e.at desc, e.id desc limit $10'
    using text_pattern, actor_pattern, only_connection, only_decision, only_kind,
      from_at, to_at, before_at, before_id, page_limit, postern_current_org();
end
$$;
revoke execute on function postern_search_audit from public;
grant execute on function postern_search_audit to postern_app;
-- The role must own the function; whoever runs this need not be a superuser.
do $$
begin
  if not pg_has_role(current_user, 'postern_audit_search', 'set') then
    execute format('grant postern_audit_search to %I', current_user);
  end if;
end
$$;
grant create on schema public to postern_audit_search;
alter function postern_search_audit owner to postern_audit_search;
revoke create on schema public from postern_audit_search;
