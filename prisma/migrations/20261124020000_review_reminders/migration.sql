-- Reviewers are reminded as a review comes to its end. Whose are due is found across organisations: ids and times, and nothing else.
alter table access_review add column reminded_at timestamptz(3);
create index access_review_open_idx on access_review (due_at) where closed_at is null;
create policy system_lookup on access_review for select to postern_system using (true);
grant select (org_id, due_at, closed_at) on access_review to postern_system;
