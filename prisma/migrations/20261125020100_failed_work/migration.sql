-- What failed again and again, where people see it and decide about it. A job is tried until it succeeds; here it says how often it was not.
alter table outbox
  add column failures integer not null default 0,
  add column failed_at timestamptz(3),
  add column reason text,
  add constraint outbox_failed_whole check ((failures = 0) = (failed_at is null) and (failures = 0) = (reason is null));
create index outbox_failed_idx on outbox (org_id, failed_at) where failures > 0;
grant select, delete on outbox to postern_app;
grant update (queued_at) on outbox to postern_app;
grant update (failures, failed_at, reason) on outbox to postern_system;

-- Somebody decided that nothing is to be done about it.
alter table agent_task
  add column discarded_at timestamptz(3),
  add constraint agent_task_discards_failed check (discarded_at is null or state = 'failed');
