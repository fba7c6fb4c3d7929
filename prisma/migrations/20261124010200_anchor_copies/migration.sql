-- When a copy of the anchor was put outside; null: not yet, the next look at it tries again.
alter table audit_anchor add column kept_outside_at timestamptz(3);
grant update (kept_outside_at) on audit_anchor to postern_app;
