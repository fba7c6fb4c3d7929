-- What each environment's policy said, version by version, for as long as the organisation lives: who could do what at a past
-- instant is replayed from here. Without password verifiers. A version is four lists; a list that did not change since
-- another version is stored once (`digest` is the SHA-256 of `body`), so that a history of small changes stays small.
create table policy_part (
  org_id uuid not null references org (id) on delete cascade,
  digest text not null,
  body text not null,
  primary key (org_id, digest)
);

-- No reference to the environment: its history outlives it.
create table policy_version (
  org_id uuid not null references org (id) on delete cascade,
  environment_id uuid not null,
  environment_name text not null,
  version integer not null,
  -- From this instant on, until the next version's.
  published_at timestamptz(3) not null,
  content_digest text not null,
  connections_digest text not null,
  principals_digest text not null,
  groups_digest text not null,
  rules_digest text not null,
  primary key (org_id, environment_id, version)
);
create index policy_version_published_idx on policy_version (org_id, environment_id, published_at desc);

select postern_tenant_table('policy_part', 'SELECT, INSERT');
select postern_tenant_table('policy_version', 'SELECT, INSERT');

-- The bundles that are still kept begin the history. The owner is under row-level security like everybody else (FORCE).
alter table policy_bundle no force row level security;
alter table policy_part no force row level security;
alter table policy_version no force row level security;
create temporary table old_bundle on commit drop as
  select b.org_id, b.environment_id, b.version, b.content_digest, b.created_at,
         j.bundle ->> 'environmentName' as environment_name,
         (j.bundle -> 'connections')::text as connections,
         (select coalesce(jsonb_agg(p - 'databasePassword' order by n), '[]')
            from jsonb_array_elements(j.bundle -> 'principals') with ordinality as e (p, n))::text as principals,
         (j.bundle -> 'groups')::text as groups,
         (j.bundle -> 'rules')::text as rules
    from policy_bundle b
   cross join lateral (select translate(split_part(b.jws, '.', 2), '-_', '+/') as text) payload
   cross join lateral (
     select convert_from(decode(payload.text || repeat('=', (4 - length(payload.text) % 4) % 4), 'base64'), 'UTF8')::jsonb as bundle) j;
insert into policy_part (org_id, digest, body)
  select distinct o.org_id, encode(sha256(convert_to(part, 'UTF8')), 'hex'), part
    from old_bundle o cross join lateral unnest(array[o.connections, o.principals, o.groups, o.rules]) as part;
insert into policy_version
  select org_id, environment_id, environment_name, version, created_at, content_digest,
         encode(sha256(convert_to(connections, 'UTF8')), 'hex'), encode(sha256(convert_to(principals, 'UTF8')), 'hex'),
         encode(sha256(convert_to(groups, 'UTF8')), 'hex'), encode(sha256(convert_to(rules, 'UTF8')), 'hex')
    from old_bundle;
alter table policy_bundle force row level security;
alter table policy_part force row level security;
alter table policy_version force row level security;

-- A report that somebody asked for: made by a job, kept with its signature until `expires_at`.
create table report (
  id uuid primary key,
  org_id uuid not null references org (id) on delete cascade,
  kind text not null,
  parameters jsonb not null,
  -- Person who asked, as they were then; null id: a schedule.
  requested_by uuid,
  requested_by_label text not null,
  status text not null default 'queued',
  progress smallint not null default 0,
  progress_note text not null default '',
  attempts smallint not null default 0,
  error text,
  row_count integer,
  truncated boolean not null default false,
  digest text,
  created_at timestamptz(3) not null default now(),
  finished_at timestamptz(3),
  expires_at timestamptz(3) not null,
  constraint report_org_id_id_unique unique (org_id, id),
  constraint report_status_known check (status in ('queued', 'running', 'done', 'failed')),
  constraint report_progress_range check (progress between 0 and 100)
);
create index report_org_created_idx on report (org_id, created_at desc, id desc);
create index report_expiry_idx on report (org_id, expires_at);

-- Its files, compressed with gzip, exactly as they are handed out: the signature is inside each.
create table report_file (
  org_id uuid not null references org (id) on delete cascade,
  report_id uuid not null,
  format text not null,
  bytes integer not null,
  sha256 text not null,
  body bytea not null,
  primary key (org_id, report_id, format),
  constraint report_file_format_known check (format in ('json', 'csv', 'pdf')),
  constraint report_file_report_fk foreign key (org_id, report_id) references report (org_id, id) on delete cascade
);
alter table report_file alter column body set storage external;

select postern_tenant_table('report', 'SELECT, INSERT, UPDATE, DELETE');
select postern_tenant_table('report_file', 'SELECT, INSERT, DELETE');
