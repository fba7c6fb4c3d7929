-- What people keep through the SQL console: queries in folders, their own or shared with who works in the same environment …
create table saved_query (
  id uuid primary key,
  org_id uuid not null references org (id) on delete cascade,
  environment_id uuid not null,
  user_id uuid not null,
  folder text not null default '',
  name text not null,
  connection_slug text,
  body text not null,
  is_shared boolean not null default false,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  constraint saved_query_name_unique unique (org_id, environment_id, user_id, folder, name),
  constraint saved_query_body_short check (length(body) <= 100000),
  constraint saved_query_environment_fk foreign key (org_id, environment_id) references environment (org_id, id) on delete cascade,
  constraint saved_query_membership_fk foreign key (org_id, user_id) references membership (org_id, user_id) on delete cascade
);
select postern_tenant_table('saved_query', 'SELECT, INSERT, UPDATE, DELETE');

-- … and what they ask for when the agent has refused a statement.
create table access_request (
  id uuid primary key,
  org_id uuid not null references org (id) on delete cascade,
  environment_id uuid not null,
  user_id uuid not null,
  connection_slug text not null,
  permissions int not null,
  reason text not null default '',
  audit_event_id uuid,
  created_at timestamptz(3) not null default now(),
  outcome text,
  closed_at timestamptz(3),
  closed_by_label text,
  constraint access_request_permissions check (permissions between 1 and 127),
  constraint access_request_reason_short check (length(reason) <= 2000),
  constraint access_request_outcome check (outcome in ('granted', 'declined')),
  constraint access_request_closed check ((outcome is null) = (closed_at is null)),
  constraint access_request_environment_fk foreign key (org_id, environment_id) references environment (org_id, id) on delete cascade,
  constraint access_request_membership_fk foreign key (org_id, user_id) references membership (org_id, user_id) on delete cascade
);
-- Asking again for the same while it waits is the same request.
create unique index access_request_open_unique on access_request (org_id, environment_id, user_id, connection_slug, permissions)
  where outcome is null;
select postern_tenant_table('access_request', 'SELECT, INSERT, UPDATE');
