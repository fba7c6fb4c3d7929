-- Where an organisation's events go besides the trail: webhooks (each event on its own, kept until it arrived or gave up) and SIEM
-- destinations (batches in order). Each follows the chains of events by a cursor, so nothing is lost by a restart, and what is to be
-- sent takes no room.
create table integration (
  id uuid primary key,
  org_id uuid not null references org (id) on delete cascade,
  kind text not null,
  name text not null,
  url text not null,
  format text not null,
  -- Audit kinds, `rule.*` or `*`.
  event_types text[] not null,
  -- Encrypted by the control plane: the webhook's signing secret, or the Authorization header of an HTTPS destination.
  secret text,
  previous_secret text,
  previous_secret_until timestamptz(3),
  enabled boolean not null default true,
  disabled_reason text,
  failures integer not null default 0,
  failing_since timestamptz(3),
  last_error text,
  last_delivered_at timestamptz(3),
  next_attempt_at timestamptz(3) not null default now(),
  claimed_until timestamptz(3),
  created_at timestamptz(3) not null default now(),
  constraint integration_org_id_id_unique unique (org_id, id),
  constraint integration_name_unique unique (org_id, name),
  constraint integration_kind_known check (kind in ('webhook', 'https', 'syslog')),
  constraint integration_format_known check (format in ('json', 'ocsf'))
);
select postern_tenant_table('integration', 'SELECT, INSERT, UPDATE, DELETE');

-- How far it got in each chain: an agent's, or the organisation's own (the nil UUID).
create table integration_cursor (
  org_id uuid not null references org (id) on delete cascade,
  integration_id uuid not null,
  chain uuid not null,
  seq bigint not null,
  constraint integration_cursor_pkey primary key (integration_id, chain),
  constraint integration_cursor_integration_fk foreign key (org_id, integration_id) references integration (org_id, id) on delete cascade
);
select postern_tenant_table('integration_cursor', 'SELECT, INSERT, UPDATE');

create table webhook_delivery (
  id uuid primary key,
  org_id uuid not null references org (id) on delete cascade,
  integration_id uuid not null,
  type text not null,
  -- The body, byte for byte: it is signed.
  body text not null,
  state text not null default 'waiting',
  attempts integer not null default 0,
  next_attempt_at timestamptz(3) not null default now(),
  last_status integer,
  last_error text,
  duration_ms integer,
  created_at timestamptz(3) not null default now(),
  ended_at timestamptz(3),
  constraint webhook_delivery_state_known check (state in ('waiting', 'delivered', 'dead')),
  constraint webhook_delivery_integration_fk foreign key (org_id, integration_id) references integration (org_id, id) on delete cascade
);
select postern_tenant_table('webhook_delivery', 'SELECT, INSERT, UPDATE');
create index webhook_delivery_due_idx on webhook_delivery (next_attempt_at) where state = 'waiting';
create index webhook_delivery_ended_idx on webhook_delivery (ended_at) where state <> 'waiting';
create index webhook_delivery_log_idx on webhook_delivery (org_id, integration_id, created_at desc, id desc);

-- The worker looks for what is due in all organisations; what it then does, it does as each of them.
create policy system_lookup on integration for select to postern_system using (true);
grant select (id, org_id, enabled, next_attempt_at, claimed_until) on integration to postern_system;
create policy system_lookup on integration_cursor for select to postern_system using (true);
grant select (integration_id, chain, seq) on integration_cursor to postern_system;
create policy system_lookup on org_audit_chain for select to postern_system using (true);
grant select (org_id, seq) on org_audit_chain to postern_system;
grant select (audit_seq) on agent to postern_system;
create policy system_lookup on webhook_delivery for select to postern_system using (true);
create policy system_expire on webhook_delivery for delete to postern_system using (state <> 'waiting');
grant select (id, org_id, integration_id, state, next_attempt_at, ended_at), delete on webhook_delivery to postern_system;
