-- PostgreSQL clients sign in at an agent with a password of their person, for one environment and for a time. Kept is the
-- verifier that PostgreSQL itself would keep (SCRAM-SHA-256): it travels in the environment's policy bundle, the password
-- nowhere. Making another one replaces it; taking it back removes the row.
create table database_password (
  id uuid primary key,
  org_id uuid not null references org (id) on delete cascade,
  environment_id uuid not null,
  user_id uuid not null,
  verifier text not null,
  expires_at timestamptz(3) not null,
  created_at timestamptz(3) not null default now(),
  constraint database_password_holder_unique unique (org_id, environment_id, user_id),
  constraint database_password_verifier_scram check (verifier ~ '^SCRAM-SHA-256\$'),
  constraint database_password_environment_fk foreign key (org_id, environment_id) references environment (org_id, id) on delete cascade,
  constraint database_password_membership_fk foreign key (org_id, user_id) references membership (org_id, user_id) on delete cascade
);
create index database_password_user_idx on database_password (org_id, user_id);
select postern_tenant_table('database_password', 'SELECT, INSERT, UPDATE, DELETE');

-- Where PostgreSQL clients reach an agent: {host, port, tls}, as its last heartbeat said. Null: it does not speak to them.
alter table agent add column wire jsonb;

-- Whether a statement waits for its record to be on disk (`strict`) or only for it to be on its way (`batched`).
alter table db_connection add column audit_mode text not null default 'strict';
alter table db_connection add constraint db_connection_audit_mode_known check (audit_mode in ('strict', 'batched'));
