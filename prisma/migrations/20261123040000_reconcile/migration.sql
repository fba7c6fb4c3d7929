-- Reconciling native roles (ARCHITECTURE.md, "How roles are reconciled"). No worker waits for an agent: each step is a state
-- here, each arrival asks for the next job.

-- How a connection's roles are managed. No row: Postern does not manage them.
create table role_settings (
  org_id uuid not null references org (id) on delete cascade,
  connection_id uuid not null,
  mode text not null default 'adopt',
  -- Who wrote a manifest version may not approve its plan.
  four_eyes boolean not null default true,
  -- Only members of this group may approve; null: every admin.
  approver_group_id uuid,
  -- How long a plan waits for its approval, and an approval to be applied.
  plan_lifetime_s integer not null default 86400,
  -- Null: never looked for by itself.
  drift_every_s integer default 3600,
  updated_at timestamptz(3) not null default now(),
  primary key (org_id, connection_id),
  constraint role_settings_mode_known check (mode in ('authoritative', 'additive', 'adopt')),
  constraint role_settings_times check (
    plan_lifetime_s between 300 and 2592000 and (drift_every_s is null or drift_every_s between 60 and 2592000)),
  constraint role_settings_connection_fk foreign key (org_id, connection_id) references db_connection (org_id, id) on delete cascade,
  constraint role_settings_approvers_fk foreign key (org_id, approver_group_id) references user_group (org_id, id)
);
create index role_settings_approvers_idx on role_settings (org_id, approver_group_id) where approver_group_id is not null;
select postern_tenant_table('role_settings', 'SELECT, INSERT, UPDATE, DELETE');

-- What a manifest said, version by version. Never changed.
create table role_manifest (
  id uuid primary key,
  org_id uuid not null references org (id) on delete cascade,
  connection_id uuid not null,
  version integer not null,
  body text not null,
  sha256 text not null,
  message text not null default '',
  author_id text not null,
  author_label text not null,
  created_at timestamptz(3) not null default now(),
  constraint role_manifest_org_id_id_unique unique (org_id, id),
  constraint role_manifest_version_unique unique (org_id, connection_id, version),
  constraint role_manifest_body_size check (octet_length(body) between 1 and 4000000),
  constraint role_manifest_connection_fk foreign key (org_id, connection_id) references db_connection (org_id, id) on delete cascade
);
select postern_tenant_table('role_manifest', 'SELECT, INSERT');

-- The same as core's PLAN_TRANSITIONS (a test compares them): nobody can store another step.
create function postern_role_plan_may_become(from_state text, to_state text) returns boolean
  language sql immutable parallel safe
  return to_state = any (case from_state
    when 'draft' then array['planning', 'rejected', 'superseded', 'expired', 'failed']
    when 'planning' then array['draft', 'pending', 'applied', 'rejected', 'superseded', 'expired', 'failed']
    when 'pending' then array['approved', 'rejected', 'superseded', 'expired']
    when 'approved' then array['applying', 'rejected', 'superseded', 'expired']
    when 'applying' then array['applied', 'failed', 'stale']
    else array[]::text[]
  end);

create table role_plan (
  id uuid primary key,
  org_id uuid not null references org (id) on delete cascade,
  connection_id uuid not null,
  manifest_id uuid not null,
  manifest_version integer not null,
  mode text not null,
  -- Why it was made: a new manifest, drift, or somebody's wish.
  cause text not null,
  state text not null default 'draft',
  requested_by text not null,
  requested_label text not null,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null,

  -- What planning found. Written once.
  effects_digest text,
  system_identifier text,
  server_version integer,
  database_name text,
  change_count integer,
  destructive_count integer,
  -- {changes, statements, problems, missing, hazards, undeclared, stuck, summary}: what a person reads before approving.
  content json,

  -- The approval names what it is about, so that it can not be carried over to something else.
  approved_by text,
  approved_label text,
  approved_at timestamptz(3),
  approved_digest text,
  approved_system_identifier text,
  approved_manifest_version integer,

  closed_by text,
  closed_label text,
  -- Why it was rejected, failed, went stale or was superseded.
  reason text,

  apply_started_at timestamptz(3),
  attempts integer not null default 0,
  progress_done integer not null default 0,
  progress_total integer not null default 0,
  finished_at timestamptz(3),

  constraint role_plan_org_id_id_unique unique (org_id, id),
  constraint role_plan_state_known check (state in (
    'draft', 'planning', 'pending', 'approved', 'applying', 'applied', 'rejected', 'superseded', 'expired', 'failed', 'stale')),
  constraint role_plan_mode_known check (mode in ('authoritative', 'additive', 'adopt')),
  constraint role_plan_cause_known check (cause in ('manifest', 'drift', 'request')),
  constraint role_plan_made check (
    state not in ('pending', 'approved', 'applying')
    or (effects_digest is not null and system_identifier is not null and content is not null and change_count > 0)),
  constraint role_plan_approval_bound check (
    (approved_by is null and approved_at is null and approved_digest is null)
    or (approved_by is not null and approved_at is not null
      and approved_digest = effects_digest
      and approved_system_identifier = system_identifier
      and approved_manifest_version = manifest_version)),
  constraint role_plan_runs_approved check (state not in ('approved', 'applying', 'stale') or approved_by is not null),
  constraint role_plan_manifest_fk foreign key (org_id, manifest_id) references role_manifest (org_id, id) on delete cascade,
  constraint role_plan_connection_fk foreign key (org_id, connection_id) references db_connection (org_id, id) on delete cascade
);
create unique index role_plan_one_live_idx on role_plan (org_id, connection_id)
  where state in ('draft', 'planning', 'pending', 'approved', 'applying');
create index role_plan_connection_idx on role_plan (org_id, connection_id, id desc);
create index role_plan_manifest_idx on role_plan (org_id, manifest_id);
create index role_plan_waiting_idx on role_plan (org_id, id desc) where state = 'pending';
select postern_tenant_table('role_plan', 'SELECT, INSERT, UPDATE');

create function postern_role_plan_guard() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if new.state <> 'draft' then
      raise exception 'a plan begins as a draft, not as %', new.state using errcode = 'check_violation', constraint = 'role_plan_transition';
    end if;
    return new;
  end if;
  if new.state <> old.state and not postern_role_plan_may_become(old.state, new.state) then
    raise exception 'a plan that is % can not become %', old.state, new.state
      using errcode = 'check_violation', constraint = 'role_plan_transition';
  end if;
  if (new.org_id, new.connection_id, new.manifest_id, new.manifest_version, new.mode, new.created_at)
    is distinct from (old.org_id, old.connection_id, old.manifest_id, old.manifest_version, old.mode, old.created_at) then
    raise exception 'what a plan is about can not change' using errcode = 'check_violation', constraint = 'role_plan_subject';
  end if;
  if old.effects_digest is not null
    and (new.effects_digest, new.system_identifier, new.change_count, new.content::text)
      is distinct from (old.effects_digest, old.system_identifier, old.change_count, old.content::text) then
    raise exception 'a plan that was made can not change' using errcode = 'check_violation', constraint = 'role_plan_content';
  end if;
  if old.approved_by is not null and (new.approved_by, new.approved_at) is distinct from (old.approved_by, old.approved_at) then
    raise exception 'an approval can not change' using errcode = 'check_violation', constraint = 'role_plan_approval';
  end if;
  new.updated_at := now();
  return new;
end
$$;
create trigger role_plan_guard before insert or update on role_plan
  for each row execute function postern_role_plan_guard();

create table role_plan_comment (
  id uuid primary key,
  org_id uuid not null references org (id) on delete cascade,
  plan_id uuid not null,
  author_id text not null,
  author_label text not null,
  body text not null,
  created_at timestamptz(3) not null default now(),
  constraint role_plan_comment_body_size check (octet_length(body) between 1 and 20000),
  constraint role_plan_comment_plan_fk foreign key (org_id, plan_id) references role_plan (org_id, id) on delete cascade
);
create index role_plan_comment_plan_idx on role_plan_comment (org_id, plan_id, id);
select postern_tenant_table('role_plan_comment', 'SELECT, INSERT');

-- What an agent is to do. It fetches what waits for it, and answers when it is done; nobody waits meanwhile.
create table agent_task (
  id uuid primary key,
  org_id uuid not null references org (id) on delete cascade,
  environment_id uuid not null,
  connection_id uuid not null,
  plan_id uuid,
  kind text not null,
  state text not null default 'waiting',
  payload json not null,
  -- Which agent has it, and until when it is taken for alive.
  agent_id uuid,
  lease_until timestamptz(3),
  attempts integer not null default 0,
  cancel_asked boolean not null default false,
  -- Why it failed: {class, message, fix, detail}.
  failure json,
  result json,
  created_at timestamptz(3) not null default now(),
  -- A failure that may pass by itself is tried again, later each time.
  not_before timestamptz(3) not null default now(),
  finished_at timestamptz(3),
  constraint agent_task_org_id_id_unique unique (org_id, id),
  constraint agent_task_kind_known check (kind in ('roles.plan', 'roles.apply', 'roles.scan', 'roles.generate')),
  constraint agent_task_state_known check (state in ('waiting', 'running', 'succeeded', 'failed', 'cancelled')),
  constraint agent_task_running check ((state = 'running') = (lease_until is not null and finished_at is null)),
  constraint agent_task_over check ((state in ('succeeded', 'failed', 'cancelled')) = (finished_at is not null)),
  constraint agent_task_environment_fk foreign key (org_id, environment_id) references environment (org_id, id) on delete cascade,
  constraint agent_task_connection_fk foreign key (org_id, connection_id) references db_connection (org_id, id) on delete cascade,
  constraint agent_task_plan_fk foreign key (org_id, plan_id) references role_plan (org_id, id) on delete cascade,
  constraint agent_task_agent_fk foreign key (org_id, agent_id) references agent (org_id, id)
);
create index agent_task_open_idx on agent_task (org_id, environment_id, id) where state in ('waiting', 'running');
create index agent_task_plan_idx on agent_task (org_id, plan_id) where plan_id is not null;
create index agent_task_connection_idx on agent_task (org_id, connection_id, id desc);
create index agent_task_agent_idx on agent_task (org_id, agent_id) where agent_id is not null;
select postern_tenant_table('agent_task', 'SELECT, INSERT, UPDATE');

-- What the last scan of a connection came to.
create table role_status (
  org_id uuid not null references org (id) on delete cascade,
  connection_id uuid not null,
  state text not null default 'unknown',
  manifest_version integer,
  checked_at timestamptz(3),
  -- Why it is unknown.
  reason text,
  next_scan_at timestamptz(3),
  primary key (org_id, connection_id),
  constraint role_status_known check (state in ('converged', 'drifted', 'unknown')),
  constraint role_status_connection_fk foreign key (org_id, connection_id) references db_connection (org_id, id) on delete cascade
);
select postern_tenant_table('role_status', 'SELECT, INSERT, UPDATE, DELETE');

-- What was found to differ, until it no longer does.
create table drift_finding (
  id uuid primary key,
  org_id uuid not null references org (id) on delete cascade,
  connection_id uuid not null,
  manifest_version integer not null,
  -- Of the changes that would undo it: the same drift found again is the same finding.
  effects_digest text not null,
  first_seen_at timestamptz(3) not null,
  last_seen_at timestamptz(3) not null,
  resolved_at timestamptz(3),
  change_count integer not null,
  -- {changes, statements, causes}
  content json not null,
  plan_id uuid,
  ignored_until timestamptz(3),
  ignored_reason text,
  ignored_by text,
  ignored_label text,
  constraint drift_finding_org_id_id_unique unique (org_id, id),
  constraint drift_finding_ignored_whole check (
    (ignored_until is null) = (ignored_by is null) and (ignored_until is null) = (ignored_reason is null)),
  constraint drift_finding_connection_fk foreign key (org_id, connection_id) references db_connection (org_id, id) on delete cascade,
  constraint drift_finding_plan_fk foreign key (org_id, plan_id) references role_plan (org_id, id)
);
-- One open finding a connection: what differs now.
create unique index drift_finding_open_idx on drift_finding (org_id, connection_id) where resolved_at is null;
create index drift_finding_connection_idx on drift_finding (org_id, connection_id, id desc);
create index drift_finding_plan_idx on drift_finding (org_id, plan_id) where plan_id is not null;
select postern_tenant_table('drift_finding', 'SELECT, INSERT, UPDATE');

-- What time alone brings about is found across organisations: ids and times, and nothing else.
create policy system_lookup on role_plan for select to postern_system using (true);
grant select (org_id, connection_id, state, expires_at) on role_plan to postern_system;
create index role_plan_expiry_idx on role_plan (expires_at) where state in ('draft', 'planning', 'pending', 'approved');
create policy system_lookup on role_status for select to postern_system using (true);
grant select (org_id, connection_id, next_scan_at) on role_status to postern_system;
create index role_status_next_scan_idx on role_status (next_scan_at) where next_scan_at is not null;
create policy system_lookup on agent_task for select to postern_system using (true);
grant select (org_id, environment_id, state, lease_until, not_before) on agent_task to postern_system;
create index agent_task_lease_idx on agent_task (lease_until) where state = 'running';
create index agent_task_retry_idx on agent_task (not_before) where state = 'waiting';
