-- Written by `npm run snapshots -w @postern/api`: what the migrations make, so that their effect shows in review.

-- roles
postern_app
postern_system

-- columns
access_request.id uuid not null
access_request.org_id uuid not null
access_request.environment_id uuid not null
access_request.user_id uuid not null
access_request.connection_slug text not null
access_request.permissions integer not null
access_request.reason text not null default ''::text
access_request.audit_event_id uuid
access_request.created_at timestamp(3) with time zone not null default now()
access_request.outcome text
access_request.closed_at timestamp(3) with time zone
access_request.closed_by_label text
access_review.id uuid not null
access_review.org_id uuid not null
access_review.name text not null
access_review.connection_slug text
access_review.due_at timestamp(3) with time zone not null
access_review.created_by_label text not null
access_review.created_at timestamp(3) with time zone not null default now()
access_review.closed_by_label text
access_review.closed_at timestamp(3) with time zone
access_review.reminded_at timestamp(3) with time zone
access_review_item.id uuid not null
access_review_item.org_id uuid not null
access_review_item.review_id uuid not null
access_review_item.user_id uuid not null
access_review_item.user_email text not null
access_review_item.user_name text not null
access_review_item.connection_slug text not null
access_review_item.permissions smallint not null
access_review_item.through text[] not null
access_review_item.reviewer_id uuid not null
access_review_item.reviewer_email text not null
access_review_item.decision text
access_review_item.note text not null default ''::text
access_review_item.decided_by_label text
access_review_item.decided_at timestamp(3) with time zone
access_review_item.outcome text
agent.id uuid not null
agent.org_id uuid not null
agent.environment_id uuid not null
agent.name text not null
agent.public_key text not null
agent.console_url text not null
agent.agent_version text not null
agent.protocol_version integer not null
agent.policy_version integer not null default 0
agent.policy_enforced_at timestamp(3) with time zone
agent.spool_depth integer not null default 0
agent.rss_bytes bigint not null default 0
agent.connections jsonb not null default '[]'::jsonb
agent.audit_seq bigint not null default 0
agent.audit_hash text not null default repeat('0'::text, 64)
agent.enrolled_at timestamp(3) with time zone not null default now()
agent.last_seen_at timestamp(3) with time zone
agent.revoked_at timestamp(3) with time zone
agent.wire jsonb
agent.spool jsonb
agent.features text[] not null default '{}'::text[]
agent_task.id uuid not null
agent_task.org_id uuid not null
agent_task.environment_id uuid not null
agent_task.connection_id uuid not null
agent_task.plan_id uuid
agent_task.kind text not null
agent_task.state text not null default 'waiting'::text
agent_task.payload json not null
agent_task.agent_id uuid
agent_task.lease_until timestamp(3) with time zone
agent_task.attempts integer not null default 0
agent_task.cancel_asked boolean not null default false
agent_task.failure json
agent_task.result json
agent_task.created_at timestamp(3) with time zone not null default now()
agent_task.not_before timestamp(3) with time zone not null default now()
agent_task.finished_at timestamp(3) with time zone
agent_task.discarded_at timestamp(3) with time zone
audit_anchor.org_id uuid not null
audit_anchor.number bigint not null
audit_anchor.made_at timestamp(3) with time zone not null default now()
audit_anchor.jws text not null
audit_anchor.kept_outside_at timestamp(3) with time zone
audit_event.id uuid not null
audit_event.org_id uuid not null
audit_event.at timestamp(3) with time zone not null
audit_event.received_at timestamp(3) with time zone not null default clock_timestamp()
audit_event.kind text not null
audit_event.path text
audit_event.actor_id text not null
audit_event.actor_label text not null
audit_event.decision text
audit_event.environment_id uuid
audit_event.connection_slug text
audit_event.required smallint
audit_event.relations text[]
audit_event.client_address inet
audit_event.client_application text
audit_event.intent_id uuid
audit_event.status text
audit_event.duration_ms double precision
audit_event.row_count bigint
audit_event.result_bytes bigint
audit_event.sqlstate text
audit_event.finished_at timestamp(3) with time zone
audit_event.agent_id uuid
audit_event.seq bigint
audit_event.hash bytea
audit_event.search_text text not null
audit_event.event json not null
audit_expired.org_id uuid not null
audit_expired.chain_id uuid not null
audit_expired.from_seq bigint not null
audit_expired.to_seq bigint not null
audit_expired.last_hash text not null
audit_expired.removed_at timestamp(3) with time zone not null default now()
audit_name.org_id uuid not null
audit_name.what text not null
audit_name.id text not null
audit_name.name text not null
audit_words.id uuid not null default gen_random_uuid()
audit_words.org_id uuid not null
audit_words.agent_id uuid
audit_words.first_seq bigint not null
audit_words.last_seq bigint not null
audit_words.first_at timestamp(3) with time zone not null
audit_words.last_at timestamp(3) with time zone not null
audit_words.words text not null
console_code.code_hash text not null
console_code.org_id uuid not null
console_code.user_id uuid not null
console_code.agent_id uuid not null
console_code.redirect_uri text not null
console_code.code_challenge text not null
console_code.expires_at timestamp(3) with time zone not null
database_evidence.id uuid not null
database_evidence.org_id uuid not null
database_evidence.agent_id uuid not null
database_evidence.connection_slug text not null
database_evidence.since timestamp(3) with time zone not null
database_evidence.at timestamp(3) with time zone not null
database_evidence.evidence jsonb not null
database_password.id uuid not null
database_password.org_id uuid not null
database_password.environment_id uuid not null
database_password.user_id uuid not null
database_password.verifier text not null
database_password.expires_at timestamp(3) with time zone not null
database_password.created_at timestamp(3) with time zone not null default now()
db_connection.id uuid not null
db_connection.org_id uuid not null
db_connection.environment_id uuid not null
db_connection.slug text not null
db_connection.name text not null
db_connection.description text not null default ''::text
db_connection.statement_timeout_ms integer not null default 60000
db_connection.lock_timeout_ms integer not null default 5000
db_connection.idle_in_transaction_timeout_ms integer not null default 300000
db_connection.row_cap integer not null default 1000
db_connection.created_at timestamp(3) with time zone not null default now()
db_connection.audit_mode text not null default 'strict'::text
drift_finding.id uuid not null
drift_finding.org_id uuid not null
drift_finding.connection_id uuid not null
drift_finding.manifest_version integer not null
drift_finding.effects_digest text not null
drift_finding.first_seen_at timestamp(3) with time zone not null
drift_finding.last_seen_at timestamp(3) with time zone not null
drift_finding.resolved_at timestamp(3) with time zone
drift_finding.change_count integer not null
drift_finding.content json not null
drift_finding.plan_id uuid
drift_finding.ignored_until timestamp(3) with time zone
drift_finding.ignored_reason text
drift_finding.ignored_by text
drift_finding.ignored_label text
enrolment_token.id uuid not null
enrolment_token.org_id uuid not null
enrolment_token.environment_id uuid not null
enrolment_token.name text not null
enrolment_token.token_hash text not null
enrolment_token.expires_at timestamp(3) with time zone not null
enrolment_token.used_at timestamp(3) with time zone
enrolment_token.agent_id uuid
enrolment_token.created_at timestamp(3) with time zone not null default now()
environment.id uuid not null
environment.org_id uuid not null
environment.slug text not null
environment.name text not null
environment.policy_version integer not null default 0
environment.policy_published_at timestamp(3) with time zone
environment.created_at timestamp(3) with time zone not null default now()
group_member.org_id uuid not null
group_member.group_id uuid not null
group_member.user_id uuid not null
group_member.created_at timestamp(3) with time zone not null default now()
integration.id uuid not null
integration.org_id uuid not null
integration.kind text not null
integration.name text not null
integration.url text not null
integration.format text not null
integration.event_types text[] not null
integration.secret text
integration.previous_secret text
integration.previous_secret_until timestamp(3) with time zone
integration.enabled boolean not null default true
integration.disabled_reason text
integration.failures integer not null default 0
integration.failing_since timestamp(3) with time zone
integration.last_error text
integration.last_delivered_at timestamp(3) with time zone
integration.next_attempt_at timestamp(3) with time zone not null default now()
integration.claimed_until timestamp(3) with time zone
integration.created_at timestamp(3) with time zone not null default now()
integration_cursor.org_id uuid not null
integration_cursor.integration_id uuid not null
integration_cursor.chain uuid not null
integration_cursor.seq bigint not null
invite.id uuid not null
invite.org_id uuid not null
invite.email text not null
invite.role text not null
invite.token_hash text not null
invite.expires_at timestamp(3) with time zone not null
invite.accepted_at timestamp(3) with time zone
invite.created_at timestamp(3) with time zone not null default now()
membership.id uuid not null
membership.org_id uuid not null
membership.user_id uuid not null
membership.role text not null
membership.created_at timestamp(3) with time zone not null default now()
org.id uuid not null
org.slug text not null
org.name text not null
org.created_at timestamp(3) with time zone not null default now()
org.audit_retention_days integer
org.audit_hold text
org_audit_chain.org_id uuid not null
org_audit_chain.seq bigint not null
org_audit_chain.hash text not null
outbox.id bigint not null identity
outbox.org_id uuid not null
outbox.job text not null
outbox.payload jsonb not null
outbox.created_at timestamp(3) with time zone not null default now()
outbox.queued_at timestamp(3) with time zone
outbox.failures integer not null default 0
outbox.failed_at timestamp(3) with time zone
outbox.reason text
policy_bundle.org_id uuid not null
policy_bundle.environment_id uuid not null
policy_bundle.version integer not null
policy_bundle.content_digest text not null
policy_bundle.jws text not null
policy_bundle.created_at timestamp(3) with time zone not null default now()
policy_part.org_id uuid not null
policy_part.digest text not null
policy_part.body text not null
policy_version.org_id uuid not null
policy_version.environment_id uuid not null
policy_version.environment_name text not null
policy_version.version integer not null
policy_version.published_at timestamp(3) with time zone not null
policy_version.content_digest text not null
policy_version.connections_digest text not null
policy_version.principals_digest text not null
policy_version.groups_digest text not null
policy_version.rules_digest text not null
report.id uuid not null
report.org_id uuid not null
report.kind text not null
report.parameters jsonb not null
report.requested_by uuid
report.requested_by_label text not null
report.status text not null default 'queued'::text
report.progress smallint not null default 0
report.progress_note text not null default ''::text
report.attempts smallint not null default 0
report.error text
report.row_count integer
report.truncated boolean not null default false
report.digest text
report.created_at timestamp(3) with time zone not null default now()
report.finished_at timestamp(3) with time zone
report.expires_at timestamp(3) with time zone not null
report.schedule_id uuid
report_file.org_id uuid not null
report_file.report_id uuid not null
report_file.format text not null
report_file.bytes integer not null
report_file.sha256 text not null
report_file.body bytea not null
report_schedule.id uuid not null
report_schedule.org_id uuid not null
report_schedule.name text not null
report_schedule.kind text not null
report_schedule.parameters jsonb not null
report_schedule.cadence text not null
report_schedule.hour smallint not null
report_schedule.weekday smallint
report_schedule.day smallint
report_schedule.time_zone text not null
report_schedule.format text not null
report_schedule.enabled boolean not null default true
report_schedule.next_run_at timestamp(3) with time zone not null
report_schedule.covered_to timestamp(3) with time zone
report_schedule.created_by uuid
report_schedule.created_by_label text not null
report_schedule.created_at timestamp(3) with time zone not null default now()
report_schedule.updated_at timestamp(3) with time zone not null default now()
report_schedule_recipient.org_id uuid not null
report_schedule_recipient.schedule_id uuid not null
report_schedule_recipient.integration_id uuid not null
report_schedule_recipient.last_delivery_id uuid
role_manifest.id uuid not null
role_manifest.org_id uuid not null
role_manifest.connection_id uuid not null
role_manifest.version integer not null
role_manifest.body text not null
role_manifest.sha256 text not null
role_manifest.message text not null default ''::text
role_manifest.author_id text not null
role_manifest.author_label text not null
role_manifest.created_at timestamp(3) with time zone not null default now()
role_plan.id uuid not null
role_plan.org_id uuid not null
role_plan.connection_id uuid not null
role_plan.manifest_id uuid not null
role_plan.manifest_version integer not null
role_plan.mode text not null
role_plan.cause text not null
role_plan.state text not null default 'draft'::text
role_plan.requested_by text not null
role_plan.requested_label text not null
role_plan.created_at timestamp(3) with time zone not null default now()
role_plan.updated_at timestamp(3) with time zone not null default now()
role_plan.expires_at timestamp(3) with time zone not null
role_plan.effects_digest text
role_plan.system_identifier text
role_plan.server_version integer
role_plan.database_name text
role_plan.change_count integer
role_plan.destructive_count integer
role_plan.content json
role_plan.approved_by text
role_plan.approved_label text
role_plan.approved_at timestamp(3) with time zone
role_plan.approved_digest text
role_plan.approved_system_identifier text
role_plan.approved_manifest_version integer
role_plan.closed_by text
role_plan.closed_label text
role_plan.reason text
role_plan.apply_started_at timestamp(3) with time zone
role_plan.attempts integer not null default 0
role_plan.progress_done integer not null default 0
role_plan.progress_total integer not null default 0
role_plan.finished_at timestamp(3) with time zone
role_plan.guards jsonb
role_plan.cancel_asked_by text
role_plan.cancel_asked_label text
role_plan.cancel_asked_at timestamp(3) with time zone
role_plan.cancel_reason text
role_plan_comment.id uuid not null
role_plan_comment.org_id uuid not null
role_plan_comment.plan_id uuid not null
role_plan_comment.author_id text not null
role_plan_comment.author_label text not null
role_plan_comment.body text not null
role_plan_comment.created_at timestamp(3) with time zone not null default now()
role_settings.org_id uuid not null
role_settings.connection_id uuid not null
role_settings.mode text not null default 'adopt'::text
role_settings.four_eyes boolean not null default true
role_settings.approver_group_id uuid
role_settings.plan_lifetime_s integer not null default 86400
role_settings.drift_every_s integer default 3600
role_settings.updated_at timestamp(3) with time zone not null default now()
role_settings.guard_roles boolean not null default false
role_settings.guards_in_force boolean not null default false
role_settings.guards_there smallint[] not null default '{}'::smallint[]
role_status.org_id uuid not null
role_status.connection_id uuid not null
role_status.state text not null default 'unknown'::text
role_status.manifest_version integer
role_status.checked_at timestamp(3) with time zone
role_status.reason text
role_status.next_scan_at timestamp(3) with time zone
rule.id uuid not null
rule.org_id uuid not null
rule.connection_id uuid
rule.permissions smallint not null
rule.description text not null default ''::text
rule.version integer not null default 1
rule.created_at timestamp(3) with time zone not null default now()
rule.updated_at timestamp(3) with time zone not null default now()
rule_member.id uuid not null
rule_member.org_id uuid not null
rule_member.rule_id uuid not null
rule_member.kind text not null
rule_member.user_id uuid
rule_member.group_id uuid
rule_member.position integer not null
saved_query.id uuid not null
saved_query.org_id uuid not null
saved_query.environment_id uuid not null
saved_query.user_id uuid not null
saved_query.folder text not null default ''::text
saved_query.name text not null
saved_query.connection_slug text
saved_query.body text not null
saved_query.is_shared boolean not null default false
saved_query.created_at timestamp(3) with time zone not null default now()
saved_query.updated_at timestamp(3) with time zone not null default now()
saved_search.id uuid not null
saved_search.org_id uuid not null
saved_search.user_id uuid not null
saved_search.name text not null
saved_search.query text not null
saved_search.is_shared boolean not null default false
saved_search.created_at timestamp(3) with time zone not null default now()
saved_search.updated_at timestamp(3) with time zone not null default now()
session.token_hash text not null
session.user_id uuid not null
session.created_at timestamp(3) with time zone not null default now()
session.expires_at timestamp(3) with time zone not null
user_group.id uuid not null
user_group.org_id uuid not null
user_group.slug text not null
user_group.name text not null
user_group.created_at timestamp(3) with time zone not null default now()
users.id uuid not null
users.email text not null
users.name text not null
users.password_hash text not null
users.created_at timestamp(3) with time zone not null default now()
webhook_delivery.id uuid not null
webhook_delivery.org_id uuid not null
webhook_delivery.integration_id uuid not null
webhook_delivery.type text not null
webhook_delivery.body text not null
webhook_delivery.state text not null default 'waiting'::text
webhook_delivery.attempts integer not null default 0
webhook_delivery.next_attempt_at timestamp(3) with time zone not null default now()
webhook_delivery.last_status integer
webhook_delivery.last_error text
webhook_delivery.duration_ms integer
webhook_delivery.created_at timestamp(3) with time zone not null default now()
webhook_delivery.ended_at timestamp(3) with time zone

-- constraints
access_request access_request_closed: CHECK (((outcome IS NULL) = (closed_at IS NULL)))
access_request access_request_environment_fk: FOREIGN KEY (org_id, environment_id) REFERENCES environment(org_id, id) ON DELETE CASCADE
access_request access_request_membership_fk: FOREIGN KEY (org_id, user_id) REFERENCES membership(org_id, user_id) ON DELETE CASCADE
access_request access_request_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
access_request access_request_outcome: CHECK ((outcome = ANY (ARRAY['granted'::text, 'declined'::text])))
access_request access_request_permissions: CHECK (((permissions >= 1) AND (permissions <= 127)))
access_request access_request_pkey: PRIMARY KEY (id)
access_request access_request_reason_short: CHECK ((length(reason) <= 2000))
access_review access_review_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
access_review access_review_org_id_id_unique: UNIQUE (org_id, id)
access_review access_review_pkey: PRIMARY KEY (id)
access_review_item access_review_item_decided_whole: CHECK (((decision IS NULL) = (decided_at IS NULL)))
access_review_item access_review_item_decision_known: CHECK ((decision = ANY (ARRAY['certified'::text, 'revoked'::text])))
access_review_item access_review_item_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
access_review_item access_review_item_pkey: PRIMARY KEY (id)
access_review_item access_review_item_review_fk: FOREIGN KEY (org_id, review_id) REFERENCES access_review(org_id, id) ON DELETE CASCADE
agent agent_environment_fk: FOREIGN KEY (org_id, environment_id) REFERENCES environment(org_id, id)
agent agent_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
agent agent_org_id_id_unique: UNIQUE (org_id, id)
agent agent_pkey: PRIMARY KEY (id)
agent_task agent_task_agent_fk: FOREIGN KEY (org_id, agent_id) REFERENCES agent(org_id, id)
agent_task agent_task_connection_fk: FOREIGN KEY (org_id, connection_id) REFERENCES db_connection(org_id, id) ON DELETE CASCADE
agent_task agent_task_discards_failed: CHECK (((discarded_at IS NULL) OR (state = 'failed'::text)))
agent_task agent_task_environment_fk: FOREIGN KEY (org_id, environment_id) REFERENCES environment(org_id, id) ON DELETE CASCADE
agent_task agent_task_kind_known: CHECK ((kind = ANY (ARRAY['roles.plan'::text, 'roles.apply'::text, 'roles.scan'::text, 'roles.generate'::text])))
agent_task agent_task_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
agent_task agent_task_org_id_id_unique: UNIQUE (org_id, id)
agent_task agent_task_over: CHECK (((state = ANY (ARRAY['succeeded'::text, 'failed'::text, 'cancelled'::text])) = (finished_at IS NOT NULL)))
agent_task agent_task_pkey: PRIMARY KEY (id)
agent_task agent_task_plan_fk: FOREIGN KEY (org_id, plan_id) REFERENCES role_plan(org_id, id) ON DELETE CASCADE
agent_task agent_task_running: CHECK (((state = 'running'::text) = ((lease_until IS NOT NULL) AND (finished_at IS NULL))))
agent_task agent_task_state_known: CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'succeeded'::text, 'failed'::text, 'cancelled'::text])))
audit_anchor audit_anchor_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
audit_anchor audit_anchor_pkey: PRIMARY KEY (org_id, number)
audit_event audit_event_chain_unique: UNIQUE (agent_id, seq, at)
audit_event audit_event_pk: PRIMARY KEY (org_id, at, id)
audit_expired audit_expired_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
audit_expired audit_expired_pkey: PRIMARY KEY (org_id, chain_id, from_seq)
audit_name audit_name_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
audit_name audit_name_pkey: PRIMARY KEY (org_id, what, id, name)
audit_words audit_words_order: CHECK (((first_seq <= last_seq) AND (first_at <= last_at)))
audit_words audit_words_pkey: PRIMARY KEY (id)
console_code console_code_agent_fk: FOREIGN KEY (org_id, agent_id) REFERENCES agent(org_id, id) ON DELETE CASCADE
console_code console_code_membership_fk: FOREIGN KEY (org_id, user_id) REFERENCES membership(org_id, user_id) ON DELETE CASCADE
console_code console_code_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
console_code console_code_pkey: PRIMARY KEY (code_hash)
database_evidence database_evidence_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
database_evidence database_evidence_pkey: PRIMARY KEY (id)
database_password database_password_environment_fk: FOREIGN KEY (org_id, environment_id) REFERENCES environment(org_id, id) ON DELETE CASCADE
database_password database_password_holder_unique: UNIQUE (org_id, environment_id, user_id)
database_password database_password_membership_fk: FOREIGN KEY (org_id, user_id) REFERENCES membership(org_id, user_id) ON DELETE CASCADE
database_password database_password_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
database_password database_password_pkey: PRIMARY KEY (id)
database_password database_password_verifier_scram: CHECK ((verifier ~ '^SCRAM-SHA-256\$'::text))
db_connection db_connection_audit_mode_known: CHECK ((audit_mode = ANY (ARRAY['strict'::text, 'batched'::text])))
db_connection db_connection_environment_fk: FOREIGN KEY (org_id, environment_id) REFERENCES environment(org_id, id)
db_connection db_connection_limits_positive: CHECK (((statement_timeout_ms > 0) AND (lock_timeout_ms > 0) AND (idle_in_transaction_timeout_ms > 0) AND (row_cap > 0)))
db_connection db_connection_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
db_connection db_connection_org_id_id_unique: UNIQUE (org_id, id)
db_connection db_connection_pkey: PRIMARY KEY (id)
db_connection db_connection_slug_form: CHECK ((slug ~ '^[a-z0-9]([a-z0-9_-]{0,48}[a-z0-9])?$'::text))
db_connection db_connection_slug_unique: UNIQUE (org_id, slug)
drift_finding drift_finding_connection_fk: FOREIGN KEY (org_id, connection_id) REFERENCES db_connection(org_id, id) ON DELETE CASCADE
drift_finding drift_finding_ignored_whole: CHECK ((((ignored_until IS NULL) = (ignored_by IS NULL)) AND ((ignored_until IS NULL) = (ignored_reason IS NULL))))
drift_finding drift_finding_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
drift_finding drift_finding_org_id_id_unique: UNIQUE (org_id, id)
drift_finding drift_finding_pkey: PRIMARY KEY (id)
drift_finding drift_finding_plan_fk: FOREIGN KEY (org_id, plan_id) REFERENCES role_plan(org_id, id)
enrolment_token enrolment_token_agent_fk: FOREIGN KEY (org_id, agent_id) REFERENCES agent(org_id, id)
enrolment_token enrolment_token_environment_fk: FOREIGN KEY (org_id, environment_id) REFERENCES environment(org_id, id) ON DELETE CASCADE
enrolment_token enrolment_token_hash_unique: UNIQUE (token_hash)
enrolment_token enrolment_token_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
enrolment_token enrolment_token_pkey: PRIMARY KEY (id)
environment environment_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
environment environment_org_id_id_unique: UNIQUE (org_id, id)
environment environment_pkey: PRIMARY KEY (id)
environment environment_slug_form: CHECK ((slug ~ '^[a-z0-9]([a-z0-9_-]{0,48}[a-z0-9])?$'::text))
environment environment_slug_unique: UNIQUE (org_id, slug)
group_member group_member_group_fk: FOREIGN KEY (org_id, group_id) REFERENCES user_group(org_id, id) ON DELETE CASCADE
group_member group_member_membership_fk: FOREIGN KEY (org_id, user_id) REFERENCES membership(org_id, user_id) ON DELETE CASCADE
group_member group_member_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
group_member group_member_pkey: PRIMARY KEY (org_id, group_id, user_id)
integration integration_format_known: CHECK ((format = ANY (ARRAY['json'::text, 'ocsf'::text])))
integration integration_kind_known: CHECK ((kind = ANY (ARRAY['webhook'::text, 'https'::text, 'syslog'::text])))
integration integration_name_unique: UNIQUE (org_id, name)
integration integration_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
integration integration_org_id_id_unique: UNIQUE (org_id, id)
integration integration_pkey: PRIMARY KEY (id)
integration_cursor integration_cursor_integration_fk: FOREIGN KEY (org_id, integration_id) REFERENCES integration(org_id, id) ON DELETE CASCADE
integration_cursor integration_cursor_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
integration_cursor integration_cursor_pkey: PRIMARY KEY (integration_id, chain)
invite invite_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
invite invite_pkey: PRIMARY KEY (id)
invite invite_role_known: CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'auditor'::text, 'member'::text])))
invite invite_token_hash_unique: UNIQUE (token_hash)
membership membership_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
membership membership_org_user_unique: UNIQUE (org_id, user_id)
membership membership_pkey: PRIMARY KEY (id)
membership membership_role_known: CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'auditor'::text, 'member'::text])))
membership membership_user_id_fkey: FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
org org_audit_retention_sane: CHECK (((audit_retention_days >= 30) AND (audit_retention_days <= 36500)))
org org_pkey: PRIMARY KEY (id)
org org_slug_form: CHECK ((slug ~ '^[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?$'::text))
org org_slug_unique: UNIQUE (slug)
org_audit_chain org_audit_chain_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
org_audit_chain org_audit_chain_pkey: PRIMARY KEY (org_id)
outbox outbox_failed_whole: CHECK ((((failures = 0) = (failed_at IS NULL)) AND ((failures = 0) = (reason IS NULL))))
outbox outbox_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
outbox outbox_pkey: PRIMARY KEY (id)
policy_bundle policy_bundle_environment_fk: FOREIGN KEY (org_id, environment_id) REFERENCES environment(org_id, id) ON DELETE CASCADE
policy_bundle policy_bundle_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
policy_bundle policy_bundle_pkey: PRIMARY KEY (org_id, environment_id, version)
policy_part policy_part_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
policy_part policy_part_pkey: PRIMARY KEY (org_id, digest)
policy_version policy_version_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
policy_version policy_version_pkey: PRIMARY KEY (org_id, environment_id, version)
report report_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
report report_org_id_id_unique: UNIQUE (org_id, id)
report report_pkey: PRIMARY KEY (id)
report report_progress_range: CHECK (((progress >= 0) AND (progress <= 100)))
report report_status_known: CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'done'::text, 'failed'::text])))
report_file report_file_format_known: CHECK ((format = ANY (ARRAY['json'::text, 'csv'::text, 'pdf'::text])))
report_file report_file_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
report_file report_file_pkey: PRIMARY KEY (org_id, report_id, format)
report_file report_file_report_fk: FOREIGN KEY (org_id, report_id) REFERENCES report(org_id, id) ON DELETE CASCADE
report_schedule report_schedule_calendar: CHECK ((((hour >= 0) AND (hour <= 23)) AND
CASE cadence
    WHEN 'daily'::text THEN ((weekday IS NULL) AND (day IS NULL))
    WHEN 'weekly'::text THEN (((weekday >= 1) AND (weekday <= 7)) AND (day IS NULL))
    WHEN 'monthly'::text THEN ((weekday IS NULL) AND ((day >= 1) AND (day <= 28)))
    ELSE false
END))
report_schedule report_schedule_format_known: CHECK ((format = ANY (ARRAY['json'::text, 'csv'::text, 'pdf'::text])))
report_schedule report_schedule_name_unique: UNIQUE (org_id, name)
report_schedule report_schedule_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
report_schedule report_schedule_org_id_id_unique: UNIQUE (org_id, id)
report_schedule report_schedule_pkey: PRIMARY KEY (id)
report_schedule_recipient report_schedule_recipient_integration_fk: FOREIGN KEY (org_id, integration_id) REFERENCES integration(org_id, id) ON DELETE CASCADE
report_schedule_recipient report_schedule_recipient_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
report_schedule_recipient report_schedule_recipient_pkey: PRIMARY KEY (schedule_id, integration_id)
report_schedule_recipient report_schedule_recipient_schedule_fk: FOREIGN KEY (org_id, schedule_id) REFERENCES report_schedule(org_id, id) ON DELETE CASCADE
role_manifest role_manifest_body_size: CHECK (((octet_length(body) >= 1) AND (octet_length(body) <= 4000000)))
role_manifest role_manifest_connection_fk: FOREIGN KEY (org_id, connection_id) REFERENCES db_connection(org_id, id) ON DELETE CASCADE
role_manifest role_manifest_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
role_manifest role_manifest_org_id_id_unique: UNIQUE (org_id, id)
role_manifest role_manifest_pkey: PRIMARY KEY (id)
role_manifest role_manifest_version_unique: UNIQUE (org_id, connection_id, version)
role_plan role_plan_approval_bound: CHECK ((((approved_by IS NULL) AND (approved_at IS NULL) AND (approved_digest IS NULL)) OR ((approved_by IS NOT NULL) AND (approved_at IS NOT NULL) AND (approved_digest = effects_digest) AND (approved_system_identifier = system_identifier) AND (approved_manifest_version = manifest_version))))
role_plan role_plan_cancel_of_apply: CHECK (((cancel_asked_at IS NULL) OR (apply_started_at IS NOT NULL)))
role_plan role_plan_cancel_whole: CHECK ((num_nulls(cancel_asked_by, cancel_asked_label, cancel_asked_at, cancel_reason) = ANY (ARRAY[0, 4])))
role_plan role_plan_cause_known: CHECK ((cause = ANY (ARRAY['manifest'::text, 'drift'::text, 'request'::text])))
role_plan role_plan_connection_fk: FOREIGN KEY (org_id, connection_id) REFERENCES db_connection(org_id, id) ON DELETE CASCADE
role_plan role_plan_made: CHECK (((state <> ALL (ARRAY['pending'::text, 'approved'::text, 'applying'::text])) OR ((effects_digest IS NOT NULL) AND (system_identifier IS NOT NULL) AND (content IS NOT NULL) AND (change_count > 0))))
role_plan role_plan_manifest_fk: FOREIGN KEY (org_id, manifest_id) REFERENCES role_manifest(org_id, id) ON DELETE CASCADE
role_plan role_plan_mode_known: CHECK ((mode = ANY (ARRAY['authoritative'::text, 'additive'::text, 'adopt'::text])))
role_plan role_plan_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
role_plan role_plan_org_id_id_unique: UNIQUE (org_id, id)
role_plan role_plan_pkey: PRIMARY KEY (id)
role_plan role_plan_runs_approved: CHECK (((state <> ALL (ARRAY['approved'::text, 'applying'::text, 'stale'::text])) OR (approved_by IS NOT NULL)))
role_plan role_plan_state_known: CHECK ((state = ANY (ARRAY['draft'::text, 'planning'::text, 'pending'::text, 'approved'::text, 'applying'::text, 'applied'::text, 'rejected'::text, 'superseded'::text, 'expired'::text, 'failed'::text, 'stale'::text])))
role_plan_comment role_plan_comment_body_size: CHECK (((octet_length(body) >= 1) AND (octet_length(body) <= 20000)))
role_plan_comment role_plan_comment_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
role_plan_comment role_plan_comment_pkey: PRIMARY KEY (id)
role_plan_comment role_plan_comment_plan_fk: FOREIGN KEY (org_id, plan_id) REFERENCES role_plan(org_id, id) ON DELETE CASCADE
role_settings role_settings_approvers_fk: FOREIGN KEY (org_id, approver_group_id) REFERENCES user_group(org_id, id)
role_settings role_settings_connection_fk: FOREIGN KEY (org_id, connection_id) REFERENCES db_connection(org_id, id) ON DELETE CASCADE
role_settings role_settings_guards_known: CHECK (((array_position(guards_there, NULL::smallint) IS NULL) AND (0 <= ALL (guards_there)) AND (127 >= ALL (guards_there))))
role_settings role_settings_guards_wanted: CHECK ((guard_roles OR (NOT guards_in_force)))
role_settings role_settings_mode_known: CHECK ((mode = ANY (ARRAY['authoritative'::text, 'additive'::text, 'adopt'::text])))
role_settings role_settings_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
role_settings role_settings_pkey: PRIMARY KEY (org_id, connection_id)
role_settings role_settings_times: CHECK ((((plan_lifetime_s >= 300) AND (plan_lifetime_s <= 2592000)) AND ((drift_every_s IS NULL) OR ((drift_every_s >= 60) AND (drift_every_s <= 2592000)))))
role_status role_status_connection_fk: FOREIGN KEY (org_id, connection_id) REFERENCES db_connection(org_id, id) ON DELETE CASCADE
role_status role_status_known: CHECK ((state = ANY (ARRAY['converged'::text, 'drifted'::text, 'unknown'::text])))
role_status role_status_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
role_status role_status_pkey: PRIMARY KEY (org_id, connection_id)
rule rule_connection_fk: FOREIGN KEY (org_id, connection_id) REFERENCES db_connection(org_id, id)
rule rule_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
rule rule_org_id_id_unique: UNIQUE (org_id, id)
rule rule_permissions_range: CHECK (((permissions >= 1) AND (permissions <= 127)))
rule rule_pkey: PRIMARY KEY (id)
rule_member rule_member_group_fk: FOREIGN KEY (org_id, group_id) REFERENCES user_group(org_id, id)
rule_member rule_member_membership_fk: FOREIGN KEY (org_id, user_id) REFERENCES membership(org_id, user_id) ON DELETE CASCADE
rule_member rule_member_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
rule_member rule_member_pkey: PRIMARY KEY (id)
rule_member rule_member_rule_fk: FOREIGN KEY (org_id, rule_id) REFERENCES rule(org_id, id) ON DELETE CASCADE
rule_member rule_member_target: CHECK ((((kind = 'everyone'::text) AND (user_id IS NULL) AND (group_id IS NULL)) OR ((kind = 'user'::text) AND (user_id IS NOT NULL) AND (group_id IS NULL)) OR ((kind = 'group'::text) AND (group_id IS NOT NULL) AND (user_id IS NULL))))
rule_member rule_member_unique: UNIQUE NULLS NOT DISTINCT (org_id, rule_id, kind, user_id, group_id)
saved_query saved_query_body_short: CHECK ((length(body) <= 100000))
saved_query saved_query_environment_fk: FOREIGN KEY (org_id, environment_id) REFERENCES environment(org_id, id) ON DELETE CASCADE
saved_query saved_query_membership_fk: FOREIGN KEY (org_id, user_id) REFERENCES membership(org_id, user_id) ON DELETE CASCADE
saved_query saved_query_name_unique: UNIQUE (org_id, environment_id, user_id, folder, name)
saved_query saved_query_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
saved_query saved_query_pkey: PRIMARY KEY (id)
saved_search saved_search_membership_fk: FOREIGN KEY (org_id, user_id) REFERENCES membership(org_id, user_id) ON DELETE CASCADE
saved_search saved_search_name_unique: UNIQUE (org_id, user_id, name)
saved_search saved_search_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
saved_search saved_search_pkey: PRIMARY KEY (id)
saved_search saved_search_query_short: CHECK ((length(query) <= 2000))
session session_pkey: PRIMARY KEY (token_hash)
session session_user_id_fkey: FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
user_group user_group_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
user_group user_group_org_id_id_unique: UNIQUE (org_id, id)
user_group user_group_pkey: PRIMARY KEY (id)
user_group user_group_slug_form: CHECK ((slug ~ '^[a-z0-9]([a-z0-9_-]{0,48}[a-z0-9])?$'::text))
user_group user_group_slug_unique: UNIQUE (org_id, slug)
users users_email_lower: CHECK ((email = lower(email)))
users users_email_unique: UNIQUE (email)
users users_pkey: PRIMARY KEY (id)
webhook_delivery webhook_delivery_integration_fk: FOREIGN KEY (org_id, integration_id) REFERENCES integration(org_id, id) ON DELETE CASCADE
webhook_delivery webhook_delivery_org_id_fkey: FOREIGN KEY (org_id) REFERENCES org(id) ON DELETE CASCADE
webhook_delivery webhook_delivery_pkey: PRIMARY KEY (id)
webhook_delivery webhook_delivery_state_known: CHECK ((state = ANY (ARRAY['waiting'::text, 'delivered'::text, 'dead'::text])))

-- indexes
CREATE UNIQUE INDEX access_request_open_unique ON public.access_request USING btree (org_id, environment_id, user_id, connection_slug, permissions) WHERE (outcome IS NULL)
CREATE UNIQUE INDEX access_request_pkey ON public.access_request USING btree (id)
CREATE INDEX access_review_open_idx ON public.access_review USING btree (due_at) WHERE (closed_at IS NULL)
CREATE UNIQUE INDEX access_review_org_id_id_unique ON public.access_review USING btree (org_id, id)
CREATE UNIQUE INDEX access_review_pkey ON public.access_review USING btree (id)
CREATE UNIQUE INDEX access_review_item_pkey ON public.access_review_item USING btree (id)
CREATE INDEX access_review_item_review_idx ON public.access_review_item USING btree (org_id, review_id)
CREATE INDEX access_review_item_reviewer_idx ON public.access_review_item USING btree (org_id, reviewer_id)
CREATE INDEX agent_environment_idx ON public.agent USING btree (org_id, environment_id)
CREATE UNIQUE INDEX agent_org_id_id_unique ON public.agent USING btree (org_id, id)
CREATE UNIQUE INDEX agent_pkey ON public.agent USING btree (id)
CREATE INDEX agent_task_agent_idx ON public.agent_task USING btree (org_id, agent_id) WHERE (agent_id IS NOT NULL)
CREATE INDEX agent_task_connection_idx ON public.agent_task USING btree (org_id, connection_id, id DESC)
CREATE INDEX agent_task_lease_idx ON public.agent_task USING btree (lease_until) WHERE (state = 'running'::text)
CREATE INDEX agent_task_open_idx ON public.agent_task USING btree (org_id, environment_id, id) WHERE (state = ANY (ARRAY['waiting'::text, 'running'::text]))
CREATE UNIQUE INDEX agent_task_org_id_id_unique ON public.agent_task USING btree (org_id, id)
CREATE UNIQUE INDEX agent_task_pkey ON public.agent_task USING btree (id)
CREATE INDEX agent_task_plan_idx ON public.agent_task USING btree (org_id, plan_id) WHERE (plan_id IS NOT NULL)
CREATE INDEX agent_task_retry_idx ON public.agent_task USING btree (not_before) WHERE (state = 'waiting'::text)
CREATE UNIQUE INDEX audit_anchor_pkey ON public.audit_anchor USING btree (org_id, number)
CREATE INDEX audit_event_application_idx ON ONLY public.audit_event USING btree (org_id, "left"(client_application, 63), at, id) WHERE ((kind <> 'statement.finished'::text) AND (client_application IS NOT NULL))
CREATE UNIQUE INDEX audit_event_chain_unique ON ONLY public.audit_event USING btree (agent_id, seq, at)
CREATE INDEX audit_event_client_idx ON ONLY public.audit_event USING btree (org_id, client_address, at, id) WHERE ((kind <> 'statement.finished'::text) AND (client_address IS NOT NULL))
CREATE INDEX audit_event_console_idx ON ONLY public.audit_event USING btree (org_id, actor_id, at, id) WHERE ((kind = 'statement.decided'::text) AND (path = 'console'::text))
CREATE INDEX audit_event_environment_idx ON ONLY public.audit_event USING btree (org_id, environment_id, at, id) WHERE (kind <> 'statement.finished'::text)
CREATE INDEX audit_event_id_idx ON ONLY public.audit_event USING btree (id)
CREATE INDEX audit_event_large_idx ON ONLY public.audit_event USING btree (org_id, at, id) WHERE ((kind <> 'statement.finished'::text) AND (row_count >= 10000))
CREATE INDEX audit_event_org_actor_idx ON ONLY public.audit_event USING btree (org_id, actor_id, at, id) INCLUDE (decision, connection_slug, environment_id, required) WHERE (kind <> 'statement.finished'::text)
CREATE UNIQUE INDEX audit_event_org_chain_idx ON ONLY public.audit_event USING btree (org_id, seq, at) WHERE (agent_id IS NULL)
CREATE INDEX audit_event_org_connection_idx ON ONLY public.audit_event USING btree (org_id, connection_slug, at, id) WHERE (kind <> 'statement.finished'::text)
CREATE INDEX audit_event_org_decision_idx ON ONLY public.audit_event USING btree (org_id, decision, at, id) WHERE (kind <> 'statement.finished'::text)
CREATE INDEX audit_event_org_kind_idx ON ONLY public.audit_event USING btree (org_id, kind, at, id) WHERE (kind <> 'statement.finished'::text)
CREATE UNIQUE INDEX audit_event_pk ON ONLY public.audit_event USING btree (org_id, at, id)
CREATE INDEX audit_event_relations_idx ON ONLY public.audit_event USING gin (relations, actor_id) WHERE (kind <> 'statement.finished'::text)
CREATE INDEX audit_event_required_idx ON ONLY public.audit_event USING btree (org_id, required, at, id) WHERE ((kind <> 'statement.finished'::text) AND (required > 1))
CREATE INDEX audit_event_slow_idx ON ONLY public.audit_event USING btree (org_id, at, id) WHERE ((kind <> 'statement.finished'::text) AND (duration_ms >= (1000)::double precision))
CREATE INDEX audit_event_sqlstate_idx ON ONLY public.audit_event USING btree (org_id, sqlstate, at, id) WHERE ((kind <> 'statement.finished'::text) AND (sqlstate IS NOT NULL))
CREATE INDEX audit_event_unfinished_idx ON ONLY public.audit_event USING btree (org_id, at, id) WHERE ((kind = 'statement.decided'::text) AND (decision = 'allowed'::text) AND (status IS NULL))
CREATE INDEX audit_event_unsuccessful_idx ON ONLY public.audit_event USING btree (org_id, status, at, id) WHERE ((kind <> 'statement.finished'::text) AND (status <> 'succeeded'::text))
CREATE UNIQUE INDEX audit_expired_pkey ON public.audit_expired USING btree (org_id, chain_id, from_seq)
CREATE UNIQUE INDEX audit_name_pkey ON public.audit_name USING btree (org_id, what, id, name)
CREATE INDEX audit_words_at_idx ON public.audit_words USING btree (org_id, last_at)
CREATE INDEX audit_words_chain_idx ON public.audit_words USING btree (org_id, agent_id, last_seq)
CREATE UNIQUE INDEX audit_words_pkey ON public.audit_words USING btree (id)
CREATE INDEX audit_words_search_idx ON public.audit_words USING gin (org_id, words gin_trgm_ops)
CREATE UNIQUE INDEX console_code_pkey ON public.console_code USING btree (code_hash)
CREATE INDEX database_evidence_at_idx ON public.database_evidence USING btree (org_id, at)
CREATE UNIQUE INDEX database_evidence_pkey ON public.database_evidence USING btree (id)
CREATE UNIQUE INDEX database_password_holder_unique ON public.database_password USING btree (org_id, environment_id, user_id)
CREATE UNIQUE INDEX database_password_pkey ON public.database_password USING btree (id)
CREATE INDEX database_password_user_idx ON public.database_password USING btree (org_id, user_id)
CREATE INDEX db_connection_environment_idx ON public.db_connection USING btree (org_id, environment_id)
CREATE UNIQUE INDEX db_connection_org_id_id_unique ON public.db_connection USING btree (org_id, id)
CREATE UNIQUE INDEX db_connection_pkey ON public.db_connection USING btree (id)
CREATE UNIQUE INDEX db_connection_slug_unique ON public.db_connection USING btree (org_id, slug)
CREATE INDEX drift_finding_connection_idx ON public.drift_finding USING btree (org_id, connection_id, id DESC)
CREATE UNIQUE INDEX drift_finding_open_idx ON public.drift_finding USING btree (org_id, connection_id) WHERE (resolved_at IS NULL)
CREATE UNIQUE INDEX drift_finding_org_id_id_unique ON public.drift_finding USING btree (org_id, id)
CREATE UNIQUE INDEX drift_finding_pkey ON public.drift_finding USING btree (id)
CREATE INDEX drift_finding_plan_idx ON public.drift_finding USING btree (org_id, plan_id) WHERE (plan_id IS NOT NULL)
CREATE UNIQUE INDEX enrolment_token_hash_unique ON public.enrolment_token USING btree (token_hash)
CREATE INDEX enrolment_token_org_idx ON public.enrolment_token USING btree (org_id, created_at)
CREATE UNIQUE INDEX enrolment_token_pkey ON public.enrolment_token USING btree (id)
CREATE UNIQUE INDEX environment_org_id_id_unique ON public.environment USING btree (org_id, id)
CREATE UNIQUE INDEX environment_pkey ON public.environment USING btree (id)
CREATE UNIQUE INDEX environment_slug_unique ON public.environment USING btree (org_id, slug)
CREATE UNIQUE INDEX group_member_pkey ON public.group_member USING btree (org_id, group_id, user_id)
CREATE INDEX group_member_user_idx ON public.group_member USING btree (org_id, user_id)
CREATE UNIQUE INDEX integration_name_unique ON public.integration USING btree (org_id, name)
CREATE UNIQUE INDEX integration_org_id_id_unique ON public.integration USING btree (org_id, id)
CREATE UNIQUE INDEX integration_pkey ON public.integration USING btree (id)
CREATE UNIQUE INDEX integration_cursor_pkey ON public.integration_cursor USING btree (integration_id, chain)
CREATE INDEX invite_org_id_idx ON public.invite USING btree (org_id, created_at)
CREATE UNIQUE INDEX invite_pkey ON public.invite USING btree (id)
CREATE UNIQUE INDEX invite_token_hash_unique ON public.invite USING btree (token_hash)
CREATE UNIQUE INDEX membership_org_user_unique ON public.membership USING btree (org_id, user_id)
CREATE UNIQUE INDEX membership_pkey ON public.membership USING btree (id)
CREATE INDEX membership_user_id_idx ON public.membership USING btree (user_id)
CREATE UNIQUE INDEX org_pkey ON public.org USING btree (id)
CREATE UNIQUE INDEX org_slug_unique ON public.org USING btree (slug)
CREATE UNIQUE INDEX org_audit_chain_pkey ON public.org_audit_chain USING btree (org_id)
CREATE INDEX outbox_failed_idx ON public.outbox USING btree (org_id, failed_at) WHERE (failures > 0)
CREATE UNIQUE INDEX outbox_pkey ON public.outbox USING btree (id)
CREATE UNIQUE INDEX policy_bundle_pkey ON public.policy_bundle USING btree (org_id, environment_id, version)
CREATE UNIQUE INDEX policy_part_pkey ON public.policy_part USING btree (org_id, digest)
CREATE UNIQUE INDEX policy_version_pkey ON public.policy_version USING btree (org_id, environment_id, version)
CREATE INDEX policy_version_published_idx ON public.policy_version USING btree (org_id, environment_id, published_at DESC)
CREATE INDEX report_expiry_idx ON public.report USING btree (expires_at)
CREATE INDEX report_org_created_idx ON public.report USING btree (org_id, created_at DESC, id DESC)
CREATE UNIQUE INDEX report_org_id_id_unique ON public.report USING btree (org_id, id)
CREATE UNIQUE INDEX report_pkey ON public.report USING btree (id)
CREATE INDEX report_schedule_id_idx ON public.report USING btree (org_id, schedule_id, id DESC) WHERE (schedule_id IS NOT NULL)
CREATE UNIQUE INDEX report_file_pkey ON public.report_file USING btree (org_id, report_id, format)
CREATE INDEX report_schedule_due_idx ON public.report_schedule USING btree (next_run_at) WHERE enabled
CREATE UNIQUE INDEX report_schedule_name_unique ON public.report_schedule USING btree (org_id, name)
CREATE UNIQUE INDEX report_schedule_org_id_id_unique ON public.report_schedule USING btree (org_id, id)
CREATE UNIQUE INDEX report_schedule_pkey ON public.report_schedule USING btree (id)
CREATE INDEX report_schedule_recipient_integration_idx ON public.report_schedule_recipient USING btree (org_id, integration_id)
CREATE UNIQUE INDEX report_schedule_recipient_pkey ON public.report_schedule_recipient USING btree (schedule_id, integration_id)
CREATE UNIQUE INDEX role_manifest_org_id_id_unique ON public.role_manifest USING btree (org_id, id)
CREATE UNIQUE INDEX role_manifest_pkey ON public.role_manifest USING btree (id)
CREATE UNIQUE INDEX role_manifest_version_unique ON public.role_manifest USING btree (org_id, connection_id, version)
CREATE INDEX role_plan_connection_idx ON public.role_plan USING btree (org_id, connection_id, id DESC)
CREATE INDEX role_plan_expiry_idx ON public.role_plan USING btree (expires_at) WHERE (state = ANY (ARRAY['draft'::text, 'planning'::text, 'pending'::text, 'approved'::text]))
CREATE INDEX role_plan_manifest_idx ON public.role_plan USING btree (org_id, manifest_id)
CREATE UNIQUE INDEX role_plan_one_live_idx ON public.role_plan USING btree (org_id, connection_id) WHERE (state = ANY (ARRAY['draft'::text, 'planning'::text, 'pending'::text, 'approved'::text, 'applying'::text]))
CREATE UNIQUE INDEX role_plan_org_id_id_unique ON public.role_plan USING btree (org_id, id)
CREATE UNIQUE INDEX role_plan_pkey ON public.role_plan USING btree (id)
CREATE INDEX role_plan_waiting_idx ON public.role_plan USING btree (org_id, id DESC) WHERE (state = 'pending'::text)
CREATE UNIQUE INDEX role_plan_comment_pkey ON public.role_plan_comment USING btree (id)
CREATE INDEX role_plan_comment_plan_idx ON public.role_plan_comment USING btree (org_id, plan_id, id)
CREATE INDEX role_settings_approvers_idx ON public.role_settings USING btree (org_id, approver_group_id) WHERE (approver_group_id IS NOT NULL)
CREATE UNIQUE INDEX role_settings_pkey ON public.role_settings USING btree (org_id, connection_id)
CREATE INDEX role_status_next_scan_idx ON public.role_status USING btree (next_scan_at) WHERE (next_scan_at IS NOT NULL)
CREATE UNIQUE INDEX role_status_pkey ON public.role_status USING btree (org_id, connection_id)
CREATE INDEX rule_connection_idx ON public.rule USING btree (org_id, connection_id)
CREATE UNIQUE INDEX rule_org_id_id_unique ON public.rule USING btree (org_id, id)
CREATE UNIQUE INDEX rule_pkey ON public.rule USING btree (id)
CREATE INDEX rule_member_group_idx ON public.rule_member USING btree (org_id, group_id)
CREATE UNIQUE INDEX rule_member_pkey ON public.rule_member USING btree (id)
CREATE UNIQUE INDEX rule_member_unique ON public.rule_member USING btree (org_id, rule_id, kind, user_id, group_id) NULLS NOT DISTINCT
CREATE INDEX rule_member_user_idx ON public.rule_member USING btree (org_id, user_id)
CREATE UNIQUE INDEX saved_query_name_unique ON public.saved_query USING btree (org_id, environment_id, user_id, folder, name)
CREATE UNIQUE INDEX saved_query_pkey ON public.saved_query USING btree (id)
CREATE UNIQUE INDEX saved_search_name_unique ON public.saved_search USING btree (org_id, user_id, name)
CREATE UNIQUE INDEX saved_search_pkey ON public.saved_search USING btree (id)
CREATE UNIQUE INDEX session_pkey ON public.session USING btree (token_hash)
CREATE INDEX session_user_id_idx ON public.session USING btree (user_id)
CREATE UNIQUE INDEX user_group_org_id_id_unique ON public.user_group USING btree (org_id, id)
CREATE UNIQUE INDEX user_group_pkey ON public.user_group USING btree (id)
CREATE UNIQUE INDEX user_group_slug_unique ON public.user_group USING btree (org_id, slug)
CREATE UNIQUE INDEX users_email_unique ON public.users USING btree (email)
CREATE UNIQUE INDEX users_pkey ON public.users USING btree (id)
CREATE INDEX webhook_delivery_due_idx ON public.webhook_delivery USING btree (next_attempt_at) WHERE (state = 'waiting'::text)
CREATE INDEX webhook_delivery_ended_idx ON public.webhook_delivery USING btree (ended_at) WHERE (state <> 'waiting'::text)
CREATE INDEX webhook_delivery_log_idx ON public.webhook_delivery USING btree (org_id, integration_id, created_at DESC, id DESC)
CREATE UNIQUE INDEX webhook_delivery_pkey ON public.webhook_delivery USING btree (id)

-- row level security
access_request enabled=t forced=t
access_review enabled=t forced=t
access_review_item enabled=t forced=t
agent enabled=t forced=t
agent_task enabled=t forced=t
audit_anchor enabled=t forced=t
audit_event enabled=t forced=t
audit_expired enabled=t forced=t
audit_name enabled=t forced=t
audit_words enabled=t forced=t
console_code enabled=t forced=t
database_evidence enabled=t forced=t
database_password enabled=t forced=t
db_connection enabled=t forced=t
drift_finding enabled=t forced=t
enrolment_token enabled=t forced=t
environment enabled=t forced=t
group_member enabled=t forced=t
integration enabled=t forced=t
integration_cursor enabled=t forced=t
invite enabled=t forced=t
membership enabled=t forced=t
org enabled=t forced=t
org_audit_chain enabled=t forced=t
outbox enabled=t forced=t
policy_bundle enabled=t forced=t
policy_part enabled=t forced=t
policy_version enabled=t forced=t
report enabled=t forced=t
report_file enabled=t forced=t
report_schedule enabled=t forced=t
report_schedule_recipient enabled=t forced=t
role_manifest enabled=t forced=t
role_plan enabled=t forced=t
role_plan_comment enabled=t forced=t
role_settings enabled=t forced=t
role_status enabled=t forced=t
rule enabled=t forced=t
rule_member enabled=t forced=t
saved_query enabled=t forced=t
saved_search enabled=t forced=t
session enabled=t forced=t
user_group enabled=t forced=t
users enabled=t forced=t
webhook_delivery enabled=t forced=t

-- policies
access_request tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
access_review system_lookup: SELECT to {postern_system} using (true) with check ()
access_review tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
access_review_item tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
agent system_lookup: SELECT to {postern_system} using (true) with check ()
agent tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
agent_task system_lookup: SELECT to {postern_system} using (true) with check ()
agent_task tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
audit_anchor tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
audit_event search_candidates: SELECT to {postern_audit_search} using (true) with check ()
audit_event tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
audit_expired tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
audit_name tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
audit_words search_candidates: SELECT to {postern_audit_search} using (true) with check ()
audit_words tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
console_code tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
database_evidence tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
database_password tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
db_connection tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
drift_finding tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
enrolment_token system_lookup: SELECT to {postern_system} using (true) with check ()
enrolment_token tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
environment tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
group_member tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
integration system_lookup: SELECT to {postern_system} using (true) with check ()
integration tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
integration_cursor system_lookup: SELECT to {postern_system} using (true) with check ()
integration_cursor tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
invite system_lookup: SELECT to {postern_system} using (true) with check ()
invite tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
membership system_lookup: SELECT to {postern_system} using (true) with check ()
membership tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
org system_lookup: SELECT to {postern_system} using (true) with check ()
org tenant_isolation: ALL to {public} using ((id = ( SELECT postern_current_org() AS postern_current_org))) with check ((id = ( SELECT postern_current_org() AS postern_current_org)))
org_audit_chain system_lookup: SELECT to {postern_system} using (true) with check ()
org_audit_chain tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
outbox system_drain: ALL to {postern_system} using (true) with check (true)
outbox tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
policy_bundle tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
policy_part tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
policy_version tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
report system_lookup: SELECT to {postern_system} using (true) with check ()
report tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
report_file tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
report_schedule system_lookup: SELECT to {postern_system} using (true) with check ()
report_schedule tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
report_schedule_recipient tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
role_manifest tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
role_plan system_lookup: SELECT to {postern_system} using (true) with check ()
role_plan tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
role_plan_comment tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
role_settings tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
role_status system_lookup: SELECT to {postern_system} using (true) with check ()
role_status tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
rule tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
rule_member tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
saved_query tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
saved_search tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
session system_all: ALL to {postern_system} using (true) with check (true)
user_group tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))
users app_registers: INSERT to {postern_app} using () with check (true)
users members_of_current_org: SELECT to {postern_app} using ((EXISTS ( SELECT
   FROM membership
  WHERE (membership.user_id = users.id)))) with check ()
users system_lookup: SELECT to {postern_system} using (true) with check ()
webhook_delivery system_expire: DELETE to {postern_system} using ((state <> 'waiting'::text)) with check ()
webhook_delivery system_lookup: SELECT to {postern_system} using (true) with check ()
webhook_delivery tenant_isolation: ALL to {public} using ((org_id = ( SELECT postern_current_org() AS postern_current_org))) with check ((org_id = ( SELECT postern_current_org() AS postern_current_org)))

-- table grants
access_request: insert, select, update to postern_app
access_review: insert, select, update to postern_app
access_review_item: insert, select, update to postern_app
agent: insert, select, update to postern_app
agent_task: insert, select, update to postern_app
audit_anchor: insert, select to postern_app
audit_event: insert, select to postern_app
audit_expired: select to postern_app
audit_name: insert, select to postern_app
audit_name: select to postern_audit_search
audit_words: insert, select to postern_app
console_code: delete, insert, select to postern_app
database_evidence: delete, insert, select to postern_app
database_password: delete, insert, select, update to postern_app
db_connection: delete, insert, select, update to postern_app
drift_finding: insert, select, update to postern_app
enrolment_token: delete, insert, select, update to postern_app
environment: delete, insert, select, update to postern_app
group_member: delete, insert, select to postern_app
integration: delete, insert, select, update to postern_app
integration_cursor: insert, select, update to postern_app
invite: delete, insert, select, update to postern_app
membership: delete, insert, select, update to postern_app
org: insert, select, update to postern_app
org_audit_chain: insert, select, update to postern_app
outbox: delete, insert, select to postern_app
outbox: delete, select to postern_system
policy_bundle: delete, insert, select to postern_app
policy_part: insert, select to postern_app
policy_version: insert, select to postern_app
report: delete, insert, select, update to postern_app
report_file: delete, insert, select to postern_app
report_schedule: delete, insert, select, update to postern_app
report_schedule_recipient: delete, insert, select, update to postern_app
role_manifest: insert, select to postern_app
role_plan: insert, select, update to postern_app
role_plan_comment: insert, select to postern_app
role_settings: delete, insert, select, update to postern_app
role_status: delete, insert, select, update to postern_app
rule: delete, insert, select, update to postern_app
rule_member: delete, insert, select to postern_app
saved_query: delete, insert, select, update to postern_app
saved_search: delete, insert, select, update to postern_app
session: delete, insert, select to postern_system
user_group: delete, insert, select, update to postern_app
webhook_delivery: delete to postern_system
webhook_delivery: insert, select, update to postern_app

-- column grants
access_review: select (org_id, due_at, closed_at) to postern_system
agent: select (id, org_id, environment_id, name, public_key, console_url, audit_seq, revoked_at) to postern_system
agent_task: select (org_id, environment_id, state, lease_until, not_before) to postern_system
audit_anchor: update (kept_outside_at) to postern_app
audit_event: select (id, org_id, at, kind, path, actor_id, actor_label, decision, environment_id, connection_slug, required, relations, client_address, client_application, status, duration_ms, row_count, sqlstate, agent_id, seq, search_text) to postern_audit_search
audit_event: update (status, duration_ms, row_count, result_bytes, sqlstate, finished_at) to postern_app
audit_words: select (org_id, agent_id, first_seq, last_seq, first_at, last_at, words) to postern_audit_search
enrolment_token: select (id, org_id, environment_id, token_hash, expires_at, used_at) to postern_system
integration: select (id, org_id, enabled, next_attempt_at, claimed_until) to postern_system
integration_cursor: select (integration_id, chain, seq) to postern_system
invite: select (id, org_id, email, role, token_hash, expires_at, accepted_at) to postern_system
membership: select (org_id, user_id, role) to postern_system
org: select (id, slug, name, created_at, audit_retention_days, audit_hold) to postern_system
org_audit_chain: select (org_id, seq) to postern_system
outbox: update (queued_at) to postern_app
outbox: update (queued_at, failures, failed_at, reason) to postern_system
report: select (org_id, expires_at) to postern_system
report_schedule: select (id, org_id, enabled, next_run_at) to postern_system
role_plan: select (org_id, connection_id, state, expires_at) to postern_system
role_status: select (org_id, connection_id, next_scan_at) to postern_system
session: update (expires_at) to postern_system
users: insert (id, email, name, password_hash, created_at) to postern_app
users: select (id, email, name, created_at) to postern_app
users: select (id, email, name, password_hash) to postern_system
webhook_delivery: select (id, org_id, integration_id, state, next_attempt_at, ended_at) to postern_system

-- functions
postern_audit_conditions(filter jsonb, by_index boolean) {owner=X/owner,postern_app=X/owner,postern_audit_search=X/owner}
postern_audit_density(filter jsonb, from_at timestamp with time zone, to_at timestamp with time zone, buckets integer, slices integer, per_slice integer) {owner=X/owner,postern_app=X/owner}
postern_audit_drop_empty() security definer {owner=X/owner,postern_system=X/owner}
postern_audit_ended_once() public
postern_audit_expire() security definer {owner=X/owner,postern_app=X/owner}
postern_audit_make_partitions(weeks_ahead integer) security definer {owner=X/owner,postern_system=X/owner}
postern_audit_name_used(name audit_name) {owner=X/owner}
postern_audit_named(filter jsonb) {owner=X/owner,postern_app=X/owner,postern_audit_search=X/owner}
postern_audit_note_names() public
postern_audit_notify() public
postern_audit_one_of("column" text, list jsonb) {owner=X/owner,postern_app=X/owner,postern_audit_search=X/owner}
postern_audit_partition(day date) {owner=X/owner}
postern_audit_rebuild_words() {owner=X/owner}
postern_audit_slice(org uuid, matching text, word_parts jsonb, by_index boolean, low timestamp with time zone, high timestamp with time zone) {owner=X/owner,postern_audit_search=X/owner}
postern_audit_texts(place audit_words) {owner=X/owner}
postern_audit_thin_names() security definer {owner=X/owner,postern_app=X/owner}
postern_audit_words_of(texts text[]) {owner=X/owner}
postern_current_org() public
postern_outbox_notify() public
postern_role_plan_guard() public
postern_role_plan_guards_stay() public
postern_role_plan_may_become(from_state text, to_state text) public
postern_search_audit(filter jsonb, cursor_at timestamp with time zone, cursor_id uuid, newer boolean, page_limit integer) security definer {postern_audit_search=X/postern_audit_search,postern_app=X/postern_audit_search}
postern_tenant_table(table_name regclass, app_privileges text, org_column name) {owner=X/owner}

-- triggers
CREATE TRIGGER audit_event_ended_once BEFORE UPDATE ON public.audit_event FOR EACH ROW WHEN (((old.kind <> 'statement.decided'::text) OR (old.finished_at IS NOT NULL))) EXECUTE FUNCTION postern_audit_ended_once()
CREATE TRIGGER audit_event_names AFTER INSERT ON public.audit_event REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION postern_audit_note_names()
CREATE TRIGGER audit_event_notify AFTER INSERT ON public.audit_event FOR EACH STATEMENT EXECUTE FUNCTION postern_audit_notify()
CREATE TRIGGER outbox_notify AFTER INSERT ON public.outbox FOR EACH STATEMENT EXECUTE FUNCTION postern_outbox_notify()
CREATE TRIGGER role_plan_guard BEFORE INSERT OR UPDATE ON public.role_plan FOR EACH ROW EXECUTE FUNCTION postern_role_plan_guard()
CREATE TRIGGER role_plan_guards_stay BEFORE UPDATE ON public.role_plan FOR EACH ROW WHEN ((new.guards IS DISTINCT FROM old.guards)) EXECUTE FUNCTION postern_role_plan_guards_stay()
