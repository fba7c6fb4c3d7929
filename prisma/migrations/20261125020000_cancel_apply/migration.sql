-- Somebody wants an apply given up. It is known only from the agent's answer whether that came in time.
alter table role_plan
  add column cancel_asked_by text,
  add column cancel_asked_label text,
  add column cancel_asked_at timestamptz(3),
  add column cancel_reason text,
  add constraint role_plan_cancel_whole check (
    num_nulls(cancel_asked_by, cancel_asked_label, cancel_asked_at, cancel_reason) in (0, 4)),
  -- It cannot be asked for before the agent has begun.
  add constraint role_plan_cancel_of_apply check (cancel_asked_at is null or apply_started_at is not null);
