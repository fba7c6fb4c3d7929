-- Access reviews: people look at who has access and certify or revoke it. An item is one person on one connection as it was
-- when the review began; a revocation changes rules through the same code as an administrator does.
create table access_review (
  id uuid primary key,
  org_id uuid not null references org (id) on delete cascade,
  name text not null,
  -- Short name of the one connection that it is about; null: all.
  connection_slug text,
  due_at timestamptz(3) not null,
  created_by_label text not null,
  created_at timestamptz(3) not null default now(),
  closed_by_label text,
  closed_at timestamptz(3),
  constraint access_review_org_id_id_unique unique (org_id, id)
);

create table access_review_item (
  id uuid primary key,
  org_id uuid not null references org (id) on delete cascade,
  review_id uuid not null,
  -- People as they were then: somebody may leave before the evidence is read.
  user_id uuid not null,
  user_email text not null,
  user_name text not null,
  connection_slug text not null,
  permissions smallint not null,
  through text[] not null,
  reviewer_id uuid not null,
  reviewer_email text not null,
  decision text,
  note text not null default '',
  decided_by_label text,
  decided_at timestamptz(3),
  -- What followed from a revocation.
  outcome text,
  constraint access_review_item_decision_known check (decision in ('certified', 'revoked')),
  constraint access_review_item_decided_whole check ((decision is null) = (decided_at is null)),
  constraint access_review_item_review_fk foreign key (org_id, review_id) references access_review (org_id, id) on delete cascade
);
create index access_review_item_review_idx on access_review_item (org_id, review_id);
create index access_review_item_reviewer_idx on access_review_item (org_id, reviewer_id);

select postern_tenant_table('access_review', 'SELECT, INSERT, UPDATE');
select postern_tenant_table('access_review_item', 'SELECT, INSERT, UPDATE');
