// What a person decided about built-in functions whose catalog entry does not settle it (PERMISSIONS.md, "Functions").
const exactly = (names) => names.trim().split(/\s+/);

export const reviewed = {
  // Volatile, yet they only report, or touch nothing but their own session's memory.
  harmlessVolatile: [
    /^(amvalidate|array_sample|array_shuffle|clock_timestamp|current_query|currtid2|currval|lastval|timeofday)$/,
    // Labelled volatile in 14 only, for the clock that timetz asks.
    /^timezone$/,
    /^(random|random_normal|setseed|gen_random_uuid|uuidv4|uuidv7)$/,
    /^(lo_close|lo_get|lo_lseek|lo_lseek64|lo_tell|lo_tell64|loread)$/,
    // Its own session's locks only; drivers clean up with them, as with DISCARD ALL.
    /^pg_advisory_unlock(_all|_shared)?$/,
    /^pg_(blocking_pids|safe_snapshot_blocking_pids|lock_status|prepared_xact|isolation_test_session_is_blocked)$/,
    /^pg_(database|indexes|relation|table|tablespace|total_relation)_size$/,
    /^pg_(database_)?collation_actual_version$/,
    /^pg_control_(checkpoint|init|recovery|system)$/,
    /^pg_current_wal_(flush_|insert_)?lsn$/,
    // Until 14: looks whether a backup is on.
    /^pg_is_in_backup$/,
    /^pg_(is_in_recovery|is_wal_replay_paused|get_wal_replay_pause_state|last_committed_xact|jit_available)$/,
    /^pg_last_(wal_receive_lsn|wal_replay_lsn|xact_replay_timestamp)$/,
    /^pg_(get_multixact_members|get_sequence_data|sequence_last_value|get_wait_events|get_wal_resource_managers)$/,
    /^pg_(export_snapshot|notification_queue_usage|partition_ancestors|partition_tree|sleep|sleep_for|sleep_until)$/,
    /^pg_(xact_commit_timestamp|xact_commit_timestamp_origin|xact_status|stat_have_stats|stat_clear_snapshot)$/,
    /^pg_stat_(get_.*|force_next_flush)$/,
    /^pg_(replication_origin_session_is_setup|show_replication_origin_status|get_wal_summarizer_state)$/,
    /^txid_status$/,
  ],
  // Sequences, large objects, WAL, other sessions' queues, locks that block others.
  write: exactly(`
    nextval setval lo_creat lo_create lo_from_bytea lo_put lo_truncate lo_truncate64 lo_unlink lowrite
    pg_notify pg_logical_emit_message
    pg_advisory_lock pg_advisory_lock_shared pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_try_advisory_lock pg_try_advisory_lock_shared
    pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared`),
  // Maintenance with lasting effect.
  ddl: exactly(`
    brin_desummarize_range brin_summarize_new_values brin_summarize_range gin_clean_pending_list
    pg_clear_attribute_stats pg_clear_relation_stats pg_restore_attribute_stats pg_restore_relation_stats`),
  // Not volatile, or executable by PUBLIC, and still not for everybody: they run SQL over whole tables and schemas.
  admin: exactly(`
    table_to_xml table_to_xml_and_xmlschema table_to_xmlschema schema_to_xml schema_to_xml_and_xmlschema
    schema_to_xmlschema database_to_xml database_to_xml_and_xmlschema database_to_xmlschema
    cursor_to_xml cursor_to_xmlschema pg_config`),
  // Settings that only a superuser may change and that the generator's servers do not have: Debian's packages add one.
  settings: ['extension_destdir'],
  // Decided by their arguments in functions.ts.
  special: exactly(
    `query_to_xml query_to_xmlschema query_to_xml_and_xmlschema ts_stat ts_rewrite set_config lo_open`,
  ),
};
