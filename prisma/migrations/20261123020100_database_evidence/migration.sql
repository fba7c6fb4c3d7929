-- What databases themselves say of who was in them, as agents read it (protocol: evidence.ts): the completeness report holds
-- it against the audit trail. Kept for 90 days; a row is one look of one agent at one connection.
create table database_evidence (
  id uuid primary key,
  org_id uuid not null references org (id) on delete cascade,
  agent_id uuid not null,
  connection_slug text not null,
  since timestamptz(3) not null,
  at timestamptz(3) not null,
  evidence jsonb not null
);
create index database_evidence_at_idx on database_evidence (org_id, at);
select postern_tenant_table('database_evidence', 'SELECT, INSERT, DELETE');
