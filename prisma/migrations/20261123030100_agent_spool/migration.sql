-- How full an agent's audit spool is, as its last heartbeat said; null: it did not say.
alter table agent add column spool jsonb;
