-- A search of the audit trail that somebody keeps: their own, or everybody's who may search. `query` is the search part of
-- the audit page's address, so what is saved is exactly what a link to a colleague would say.
create table saved_search (
  id uuid primary key,
  org_id uuid not null references org (id) on delete cascade,
  user_id uuid not null,
  name text not null,
  query text not null,
  is_shared boolean not null default false,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  constraint saved_search_name_unique unique (org_id, user_id, name),
  constraint saved_search_query_short check (length(query) <= 2000),
  constraint saved_search_membership_fk foreign key (org_id, user_id) references membership (org_id, user_id) on delete cascade
);
select postern_tenant_table('saved_search', 'SELECT, INSERT, UPDATE, DELETE');
