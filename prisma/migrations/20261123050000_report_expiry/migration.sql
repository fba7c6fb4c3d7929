-- Reports go when they expire. Whose have expired is found across organisations: ids and times, and nothing else.
create policy system_lookup on report for select to postern_system using (true);
grant select (org_id, expires_at) on report to postern_system;
drop index report_expiry_idx;
create index report_expiry_idx on report (expires_at);
