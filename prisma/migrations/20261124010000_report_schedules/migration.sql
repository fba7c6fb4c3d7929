-- Reports that are made by the calendar and sent to webhooks. What is due is in the rows: a beat of the queue that is missed, or a
-- worker that was away, makes a report late and never loses its period.
create table report_schedule (
  id uuid primary key,
  org_id uuid not null references org (id) on delete cascade,
  name text not null,
  kind text not null,
  -- Without instants: those come from the calendar.
  parameters jsonb not null,
  cadence text not null,
  -- Hour of the day in `time_zone`.
  hour smallint not null,
  -- Of a weekly one: 1 is Monday.
  weekday smallint,
  -- Of a monthly one.
  day smallint,
  time_zone text not null,
  -- Of the file that is sent.
  format text not null,
  enabled boolean not null default true,
  next_run_at timestamptz(3) not null,
  -- End of the last period that was asked for: the next one begins there, so that periods neither overlap nor leave a gap.
  covered_to timestamptz(3),
  created_by uuid,
  created_by_label text not null,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  constraint report_schedule_org_id_id_unique unique (org_id, id),
  constraint report_schedule_name_unique unique (org_id, name),
  constraint report_schedule_calendar check (
    hour between 0 and 23
    and case cadence
      when 'daily' then weekday is null and day is null
      when 'weekly' then weekday between 1 and 7 and day is null
      when 'monthly' then weekday is null and day between 1 and 28
      else false end),
  constraint report_schedule_format_known check (format in ('json', 'csv', 'pdf'))
);
create index report_schedule_due_idx on report_schedule (next_run_at) where enabled;
select postern_tenant_table('report_schedule', 'SELECT, INSERT, UPDATE, DELETE');

-- The webhooks that get it.
create table report_schedule_recipient (
  org_id uuid not null references org (id) on delete cascade,
  schedule_id uuid not null,
  integration_id uuid not null,
  -- What was sent last; deliveries are forgotten after a while.
  last_delivery_id uuid,
  constraint report_schedule_recipient_pkey primary key (schedule_id, integration_id),
  constraint report_schedule_recipient_schedule_fk foreign key (org_id, schedule_id)
    references report_schedule (org_id, id) on delete cascade,
  constraint report_schedule_recipient_integration_fk foreign key (org_id, integration_id)
    references integration (org_id, id) on delete cascade
);
create index report_schedule_recipient_integration_idx on report_schedule_recipient (org_id, integration_id);
select postern_tenant_table('report_schedule_recipient', 'SELECT, INSERT, UPDATE, DELETE');

-- No reference: a report outlives its schedule.
alter table report add column schedule_id uuid;
create index report_schedule_id_idx on report (org_id, schedule_id, id desc) where schedule_id is not null;

-- Whose are due is found across organisations: ids and times, and nothing else.
create policy system_lookup on report_schedule for select to postern_system using (true);
grant select (id, org_id, enabled, next_run_at) on report_schedule to postern_system;
