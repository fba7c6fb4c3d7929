-- What the search asks by itself (is anything newer than now?) is planned for its instant. The api lets its own statements be planned
-- once a connection, which counts in here as well: for any instant, reading the whole newest week looked best.
set local role postern_audit_search;
alter function postern_search_audit(jsonb, timestamptz, uuid, boolean, integer) set plan_cache_mode = 'force_custom_plan';
reset role;
