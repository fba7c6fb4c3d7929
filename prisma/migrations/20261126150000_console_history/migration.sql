-- What a person ran at consoles, newest first (apps/api/src/history). Partial: what comes through PostgreSQL's own protocol, which is
-- nearly all, costs nothing here and is not read on the way.
create index audit_event_console_idx on audit_event (org_id, actor_id, at, id)
  where kind = 'statement.decided' and path = 'console';
