-- The tables of an MLflow tracking store, as the program made them, with a few made-up rows.
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE "runs" (
	run_uuid VARCHAR(32) NOT NULL,
	name VARCHAR(250),
	source_type VARCHAR(20),
	source_name VARCHAR(500),
	entry_point_name VARCHAR(50),
	user_id VARCHAR(256),
	status VARCHAR(9),
	start_time BIGINT,
	end_time BIGINT,
	source_version VARCHAR(50),
	lifecycle_stage VARCHAR(20),
	artifact_uri VARCHAR(200),
	experiment_id INTEGER, deleted_time BIGINT,
	CONSTRAINT run_pk PRIMARY KEY (run_uuid),
	CONSTRAINT runs_lifecycle_stage CHECK (lifecycle_stage IN ('active', 'deleted')),
	CONSTRAINT source_type CHECK (source_type IN ('NOTEBOOK', 'JOB', 'LOCAL', 'UNKNOWN', 'PROJECT')),
	FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id),
	CHECK (status IN ('SCHEDULED', 'FAILED', 'FINISHED', 'RUNNING', 'KILLED'))
);
CREATE TABLE "latest_metrics" (
	"key" VARCHAR(250) NOT NULL,
	value FLOAT NOT NULL,
	timestamp BIGINT,
	step BIGINT NOT NULL,
	is_nan BOOLEAN NOT NULL,
	run_uuid VARCHAR(32) NOT NULL,
	CONSTRAINT latest_metric_pk PRIMARY KEY ("key", run_uuid),
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid),
	CHECK (is_nan IN (0, 1))
);
CREATE TABLE "metrics" (
	"key" VARCHAR(250) NOT NULL,
	value FLOAT NOT NULL,
	timestamp BIGINT NOT NULL,
	run_uuid VARCHAR(32) NOT NULL,
	step BIGINT DEFAULT '0' NOT NULL,
	is_nan BOOLEAN DEFAULT '0' NOT NULL,
	CONSTRAINT metric_pk PRIMARY KEY ("key", timestamp, step, run_uuid, value, is_nan),
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid),
	CHECK (is_nan IN (0, 1))
);
CREATE TABLE "params" (
	"key" VARCHAR(250) NOT NULL,
	value VARCHAR(8000) NOT NULL,
	run_uuid VARCHAR(32) NOT NULL,
	CONSTRAINT param_pk PRIMARY KEY ("key", run_uuid),
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
CREATE TABLE "tags" (
	"key" VARCHAR(250) NOT NULL,
	value VARCHAR(8000),
	run_uuid VARCHAR(32) NOT NULL,
	CONSTRAINT tag_pk PRIMARY KEY ("key", run_uuid),
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
CREATE TABLE webhook_events (
	webhook_id VARCHAR(256) NOT NULL,
	entity VARCHAR(50) NOT NULL,
	action VARCHAR(50) NOT NULL,
	CONSTRAINT webhook_event_pk PRIMARY KEY (webhook_id, entity, action),
	FOREIGN KEY(webhook_id) REFERENCES webhooks (webhook_id) ON DELETE cascade
);
CREATE TABLE endpoint_model_mappings (
	mapping_id VARCHAR(36) NOT NULL,
	endpoint_id VARCHAR(36) NOT NULL,
	model_definition_id VARCHAR(36) NOT NULL,
	weight FLOAT NOT NULL,
	created_by VARCHAR(255),
	created_at BIGINT NOT NULL, linkage_type VARCHAR(64) DEFAULT 'PRIMARY' NOT NULL, fallback_order INTEGER,
	CONSTRAINT endpoint_model_mappings_pk PRIMARY KEY (mapping_id),
	CONSTRAINT fk_endpoint_model_mappings_endpoint_id FOREIGN KEY(endpoint_id) REFERENCES endpoints (endpoint_id) ON DELETE CASCADE,
	CONSTRAINT fk_endpoint_model_mappings_model_definition_id FOREIGN KEY(model_definition_id) REFERENCES model_definitions (model_definition_id)
);
CREATE TABLE endpoint_bindings (
	endpoint_id VARCHAR(36) NOT NULL,
	resource_type VARCHAR(50) NOT NULL,
	resource_id VARCHAR(255) NOT NULL,
	created_at BIGINT NOT NULL,
	created_by VARCHAR(255),
	last_updated_at BIGINT NOT NULL,
	last_updated_by VARCHAR(255), display_name VARCHAR(255),
	CONSTRAINT endpoint_bindings_pk PRIMARY KEY (endpoint_id, resource_type, resource_id),
	CONSTRAINT fk_endpoint_bindings_endpoint_id FOREIGN KEY(endpoint_id) REFERENCES endpoints (endpoint_id) ON DELETE CASCADE
);
CREATE TABLE endpoint_tags (
	"key" VARCHAR(250) NOT NULL,
	value VARCHAR(5000),
	endpoint_id VARCHAR(36) NOT NULL,
	CONSTRAINT endpoint_tag_pk PRIMARY KEY ("key", endpoint_id),
	CONSTRAINT fk_endpoint_tags_endpoint_id FOREIGN KEY(endpoint_id) REFERENCES endpoints (endpoint_id) ON DELETE CASCADE
);
CREATE TABLE "experiments" (
	experiment_id INTEGER NOT NULL,
	name VARCHAR(256) NOT NULL,
	artifact_location VARCHAR(256),
	lifecycle_stage VARCHAR(32),
	creation_time BIGINT,
	last_update_time BIGINT,
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL,
	CONSTRAINT experiment_pk PRIMARY KEY (experiment_id),
	CONSTRAINT experiments_lifecycle_stage CHECK (lifecycle_stage IN ('active', 'deleted')),
	CONSTRAINT uq_experiments_workspace_name UNIQUE (workspace, name)
);
CREATE TABLE "webhooks" (
	webhook_id VARCHAR(256) NOT NULL,
	name VARCHAR(256) NOT NULL,
	description VARCHAR(1000),
	url VARCHAR(500) NOT NULL,
	status VARCHAR(20) DEFAULT 'ACTIVE' NOT NULL,
	secret VARCHAR(1000),
	creation_timestamp BIGINT,
	last_updated_timestamp BIGINT,
	deleted_timestamp BIGINT,
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL,
	CONSTRAINT webhook_pk PRIMARY KEY (webhook_id)
);
CREATE TABLE "secrets" (
	secret_id VARCHAR(36) NOT NULL,
	secret_name VARCHAR(255) NOT NULL,
	encrypted_value BLOB NOT NULL,
	wrapped_dek BLOB NOT NULL,
	kek_version INTEGER NOT NULL,
	masked_value VARCHAR(500) NOT NULL,
	provider VARCHAR(64),
	auth_config TEXT,
	description TEXT,
	created_by VARCHAR(255),
	created_at BIGINT NOT NULL,
	last_updated_by VARCHAR(255),
	last_updated_at BIGINT NOT NULL,
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL,
	CONSTRAINT secrets_pk PRIMARY KEY (secret_id),
	CONSTRAINT uq_secrets_workspace_secret_name UNIQUE (workspace, secret_name)
);
CREATE TABLE "endpoints" (
	endpoint_id VARCHAR(36) NOT NULL,
	name VARCHAR(255),
	created_by VARCHAR(255),
	created_at BIGINT NOT NULL,
	last_updated_by VARCHAR(255),
	last_updated_at BIGINT NOT NULL,
	routing_strategy VARCHAR(64),
	fallback_config_json TEXT,
	experiment_id INTEGER,
	usage_tracking BOOLEAN DEFAULT '0' NOT NULL,
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL,
	CONSTRAINT endpoints_pk PRIMARY KEY (endpoint_id),
	CONSTRAINT fk_endpoints_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id) ON DELETE SET NULL,
	CONSTRAINT uq_endpoints_workspace_name UNIQUE (workspace, name)
);
CREATE TABLE "jobs" (
	id VARCHAR(36) NOT NULL,
	creation_time BIGINT NOT NULL,
	job_name VARCHAR(500) NOT NULL,
	params TEXT NOT NULL,
	timeout FLOAT,
	status INTEGER NOT NULL,
	result TEXT,
	retry_count INTEGER NOT NULL,
	last_update_time BIGINT NOT NULL,
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, status_details JSON, creator VARCHAR(255), executor_backend VARCHAR(255), lease_expires_at BIGINT, status_message TEXT, progress JSON, progress_updated_at BIGINT, token_hash VARCHAR(64), scoped_permissions JSON, next_attempt_at BIGINT,
	CONSTRAINT jobs_pk PRIMARY KEY (id)
);
CREATE TABLE workspaces (
	name VARCHAR(63) NOT NULL,
	description TEXT,
	default_artifact_root TEXT, trace_archival_location TEXT, trace_archival_retention VARCHAR(32),
	CONSTRAINT workspaces_pk PRIMARY KEY (name)
);
CREATE TABLE budget_policies (
	budget_policy_id VARCHAR(36) NOT NULL,
	budget_unit VARCHAR(32) NOT NULL,
	budget_amount FLOAT NOT NULL,
	duration_unit VARCHAR(32) NOT NULL,
	duration_value INTEGER NOT NULL,
	target_scope VARCHAR(32) NOT NULL,
	budget_action VARCHAR(32) NOT NULL,
	created_by VARCHAR(255),
	created_at BIGINT NOT NULL,
	last_updated_by VARCHAR(255),
	last_updated_at BIGINT NOT NULL,
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, target_value VARCHAR(255),
	CONSTRAINT budget_policies_pk PRIMARY KEY (budget_policy_id)
);
CREATE TABLE guardrails (
	guardrail_id VARCHAR(36) NOT NULL,
	name VARCHAR(255) NOT NULL,
	scorer_id VARCHAR(36) NOT NULL,
	scorer_version INTEGER NOT NULL,
	stage VARCHAR(32) NOT NULL,
	action VARCHAR(32) NOT NULL,
	action_endpoint_id VARCHAR(36),
	created_by VARCHAR(255),
	created_at BIGINT NOT NULL,
	last_updated_by VARCHAR(255),
	last_updated_at BIGINT NOT NULL,
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL,
	CONSTRAINT guardrails_pk PRIMARY KEY (guardrail_id),
	CONSTRAINT fk_guardrails_scorer_version FOREIGN KEY(scorer_id, scorer_version) REFERENCES scorer_versions (scorer_id, scorer_version),
	CONSTRAINT fk_guardrails_action_endpoint_id FOREIGN KEY(action_endpoint_id) REFERENCES endpoints (endpoint_id) ON DELETE SET NULL
);
CREATE TABLE guardrail_configs (
	endpoint_id VARCHAR(36) NOT NULL,
	guardrail_id VARCHAR(36) NOT NULL,
	execution_order INTEGER,
	created_by VARCHAR(255),
	created_at BIGINT NOT NULL,
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL,
	CONSTRAINT guardrail_configs_pk PRIMARY KEY (endpoint_id, guardrail_id),
	CONSTRAINT fk_guardrail_configs_endpoint_id FOREIGN KEY(endpoint_id) REFERENCES endpoints (endpoint_id) ON DELETE CASCADE,
	CONSTRAINT fk_guardrail_configs_guardrail_id FOREIGN KEY(guardrail_id) REFERENCES guardrails (guardrail_id) ON DELETE CASCADE
);
CREATE TABLE label_schemas (
	schema_id VARCHAR(36) NOT NULL,
	experiment_id INTEGER NOT NULL,
	name VARCHAR(250) NOT NULL,
	type VARCHAR(16) NOT NULL,
	instruction TEXT,
	enable_comment BOOLEAN DEFAULT '0' NOT NULL,
	input_type VARCHAR(32) NOT NULL,
	input_config TEXT NOT NULL,
	created_by VARCHAR(255),
	created_time BIGINT NOT NULL,
	last_update_time BIGINT NOT NULL,
	is_default BOOLEAN DEFAULT 0 NOT NULL,
	CONSTRAINT label_schemas_pk PRIMARY KEY (schema_id),
	CONSTRAINT fk_label_schemas_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id) ON DELETE CASCADE,
	CONSTRAINT uq_label_schemas_exp_name UNIQUE (experiment_id, name)
);
CREATE TABLE review_queues (
	queue_id VARCHAR(36) NOT NULL,
	experiment_id INTEGER NOT NULL,
	name VARCHAR(250) NOT NULL,
	queue_type VARCHAR(16) NOT NULL,
	created_by VARCHAR(255),
	creation_time_ms BIGINT NOT NULL,
	last_update_time_ms BIGINT NOT NULL,
	name_key VARCHAR(250) NOT NULL,
	CONSTRAINT review_queues_pk PRIMARY KEY (queue_id),
	CONSTRAINT fk_review_queues_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id) ON DELETE CASCADE,
	CONSTRAINT uq_review_queues_experiment_name_key UNIQUE (experiment_id, name_key)
);
CREATE TABLE review_queue_users (
	queue_id VARCHAR(36) NOT NULL,
	user_id VARCHAR(250) NOT NULL,
	CONSTRAINT review_queue_users_pk PRIMARY KEY (queue_id, user_id),
	CONSTRAINT fk_review_queue_users_queue_id FOREIGN KEY(queue_id) REFERENCES review_queues (queue_id) ON DELETE CASCADE
);
CREATE TABLE review_queue_items (
	queue_id VARCHAR(36) NOT NULL,
	item_type VARCHAR(16) NOT NULL,
	item_id VARCHAR(50) NOT NULL,
	status VARCHAR(16) NOT NULL,
	completed_by VARCHAR(250),
	completed_time_ms BIGINT,
	creation_time_ms BIGINT NOT NULL,
	last_update_time_ms BIGINT NOT NULL,
	CONSTRAINT review_queue_items_pk PRIMARY KEY (queue_id, item_id),
	CONSTRAINT fk_review_queue_items_queue_id FOREIGN KEY(queue_id) REFERENCES review_queues (queue_id) ON DELETE CASCADE
);
CREATE TABLE review_queue_label_schemas (
	queue_id VARCHAR(36) NOT NULL,
	schema_id VARCHAR(36) NOT NULL,
	CONSTRAINT review_queue_label_schemas_pk PRIMARY KEY (queue_id, schema_id),
	CONSTRAINT fk_review_queue_label_schemas_queue_id FOREIGN KEY(queue_id) REFERENCES review_queues (queue_id) ON DELETE CASCADE
);
CREATE TABLE mcp_servers (
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL,
	name VARCHAR(256) NOT NULL,
	display_name VARCHAR(256),
	description TEXT,
	icons JSON,
	created_by VARCHAR(256),
	last_updated_by VARCHAR(256),
	created_at BIGINT NOT NULL,
	last_updated_at BIGINT NOT NULL,
	CONSTRAINT mcp_servers_pk PRIMARY KEY (workspace, name)
);
CREATE TABLE mcp_server_versions (
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL,
	name VARCHAR(256) NOT NULL,
	version VARCHAR(128) NOT NULL,
	version_major INTEGER NOT NULL,
	version_minor INTEGER NOT NULL,
	version_patch INTEGER NOT NULL,
	version_prerelease_sort_key VARCHAR(512) NOT NULL,
	server_json JSON NOT NULL,
	status VARCHAR(20) DEFAULT 'draft' NOT NULL,
	tools JSON,
	source VARCHAR(512),
	connect_options JSON,
	created_by VARCHAR(256),
	last_updated_by VARCHAR(256),
	created_at BIGINT NOT NULL,
	last_updated_at BIGINT NOT NULL,
	CONSTRAINT mcp_server_versions_pk PRIMARY KEY (workspace, name, version),
	CONSTRAINT mcp_server_versions_server_fkey FOREIGN KEY(workspace, name) REFERENCES mcp_servers (workspace, name) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE mcp_server_tags (
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL,
	name VARCHAR(256) NOT NULL,
	"key" VARCHAR(250) NOT NULL,
	value VARCHAR(5000),
	CONSTRAINT mcp_server_tags_pk PRIMARY KEY (workspace, name, "key"),
	CONSTRAINT mcp_server_tags_server_fkey FOREIGN KEY(workspace, name) REFERENCES mcp_servers (workspace, name) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE mcp_server_version_tags (
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL,
	name VARCHAR(256) NOT NULL,
	version VARCHAR(128) NOT NULL,
	"key" VARCHAR(250) NOT NULL,
	value VARCHAR(5000),
	CONSTRAINT mcp_server_version_tags_pk PRIMARY KEY (workspace, name, version, "key"),
	CONSTRAINT mcp_server_version_tags_version_fkey FOREIGN KEY(workspace, name, version) REFERENCES mcp_server_versions (workspace, name, version) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE mcp_server_aliases (
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL,
	name VARCHAR(256) NOT NULL,
	alias VARCHAR(256) NOT NULL,
	version VARCHAR(128) NOT NULL,
	CONSTRAINT mcp_server_aliases_pk PRIMARY KEY (workspace, name, alias),
	CONSTRAINT mcp_server_aliases_server_fkey FOREIGN KEY(workspace, name) REFERENCES mcp_servers (workspace, name) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE mcp_access_endpoints (
	id VARCHAR(36) NOT NULL,
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL,
	server_name VARCHAR(256) NOT NULL,
	server_version VARCHAR(128),
	server_alias VARCHAR(256),
	url VARCHAR(2048) NOT NULL,
	transport_type VARCHAR(32) DEFAULT 'streamable-http' NOT NULL,
	created_by VARCHAR(256),
	last_updated_by VARCHAR(256),
	created_at BIGINT NOT NULL,
	last_updated_at BIGINT NOT NULL,
	CONSTRAINT mcp_access_endpoints_pk PRIMARY KEY (id),
	CONSTRAINT mcp_access_endpoints_server_fkey FOREIGN KEY(workspace, server_name) REFERENCES mcp_servers (workspace, name) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE sql_trace_metric_daily_rollups (
	id INTEGER NOT NULL,
	experiment_id INTEGER NOT NULL,
	rollup_day DATE NOT NULL,
	metric_name VARCHAR(250) NOT NULL,
	grouping_set VARCHAR(50) NOT NULL,
	trace_status VARCHAR(50),
	sample_count BIGINT NOT NULL,
	sum_value FLOAT,
	min_value FLOAT,
	max_value FLOAT,
	p50_value FLOAT,
	p90_value FLOAT,
	p99_value FLOAT,
	CONSTRAINT sql_trace_metric_daily_rollups_pk PRIMARY KEY (id)
);
CREATE TABLE sql_span_cost_daily_rollups (
	id INTEGER NOT NULL,
	experiment_id INTEGER NOT NULL,
	rollup_day DATE NOT NULL,
	metric_name VARCHAR(250) NOT NULL,
	grouping_set VARCHAR(50) NOT NULL,
	model_name VARCHAR(500),
	model_provider VARCHAR(500),
	sample_count BIGINT NOT NULL,
	sum_value FLOAT,
	min_value FLOAT,
	max_value FLOAT,
	CONSTRAINT sql_span_cost_daily_rollups_pk PRIMARY KEY (id)
);
CREATE TABLE sql_assessment_daily_rollups (
	id INTEGER NOT NULL,
	experiment_id INTEGER NOT NULL,
	rollup_day DATE NOT NULL,
	metric_name VARCHAR(250) NOT NULL,
	grouping_set VARCHAR(50) NOT NULL,
	sample_count BIGINT NOT NULL,
	sum_value FLOAT,
	min_value FLOAT,
	max_value FLOAT,
	CONSTRAINT sql_assessment_daily_rollups_pk PRIMARY KEY (id)
);
CREATE TABLE sql_trace_rollup_rebuild_queue (
	experiment_id INTEGER NOT NULL,
	rollup_day DATE NOT NULL,
	rollup_family VARCHAR(50) NOT NULL,
	CONSTRAINT sql_trace_rollup_rebuild_queue_pk PRIMARY KEY (experiment_id, rollup_day, rollup_family)
);
CREATE TABLE scheduler_leases (
	lease_key VARCHAR(255) NOT NULL,
	acquired_at BIGINT NOT NULL,
	ttl_seconds INTEGER NOT NULL,
	CONSTRAINT scheduler_leases_pk PRIMARY KEY (lease_key)
);
CREATE TABLE job_locks (
	lock_key VARCHAR(255) NOT NULL,
	job_id VARCHAR(36) NOT NULL,
	acquired_at BIGINT NOT NULL,
	CONSTRAINT job_locks_pk PRIMARY KEY (lock_key),
	CONSTRAINT fk_job_locks_job_id FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE
);
INSERT INTO alembic_version ("version_num") VALUES
  ('dc11669786a5');
INSERT INTO runs ("run_uuid", "name", "source_type", "user_id", "status", "start_time", "end_time", "lifecycle_stage", "artifact_uri", "experiment_id", "deleted_time") VALUES
  ('10422239ac4843edbca3e3b440430086', 'shy-fox-0', 'UNKNOWN', 'bruno', 'FAILED', 1756816352839, 1756823087976, 'active', '/made-up/artifacts/1/10422239ac4843edbca3e3b440430086/artifacts', 1, NULL),
  ('a18b427ae8ec4e6a8f0d9ec5b56ed9ac', 'shy-owl-7', 'UNKNOWN', 'chiara', 'FINISHED', 1647674186348, 1647681256036, 'active', '/made-up/artifacts/1/a18b427ae8ec4e6a8f0d9ec5b56ed9ac/artifacts', 1, NULL),
  ('a449754c33f140a8984cbae9dd00d55f', 'bold-elk-8', 'UNKNOWN', 'chiara', 'FINISHED', 1721925338887, 1721925763669, 'active', '/made-up/artifacts/1/a449754c33f140a8984cbae9dd00d55f/artifacts', 1, NULL),
  ('08ebf80d7901426b926896129a2da632', 'bold-fox-14', 'UNKNOWN', 'bruno', 'RUNNING', 1686513762414, 1686519341016, 'deleted', '/made-up/artifacts/1/08ebf80d7901426b926896129a2da632/artifacts', 1, 1795986918327),
  ('9894d2b423b74328957d8211a341237e', 'calm-owl-15', 'UNKNOWN', 'chiara', 'FINISHED', 1648716192215, 1648723822453, 'active', '/made-up/artifacts/1/9894d2b423b74328957d8211a341237e/artifacts', 1, NULL),
  ('47cce9174b044a69ad079e7bd51e80e7', 'shy-fox-21', 'UNKNOWN', 'chiara', 'FINISHED', 1695419301314, 1695420046788, 'active', '/made-up/artifacts/1/47cce9174b044a69ad079e7bd51e80e7/artifacts', 1, NULL),
  ('901f2c4bb0f544d5a71c05927198e493', 'calm-elk-22', 'UNKNOWN', 'chiara', 'FINISHED', 1746862633640, 1746871498725, 'active', '/made-up/artifacts/1/901f2c4bb0f544d5a71c05927198e493/artifacts', 1, NULL),
  ('fe7584d0c2bb4b2db722123f9e3632c5', 'calm-owl-0', 'UNKNOWN', 'alma', 'FINISHED', 1704883418324, 1704883855794, 'active', '/made-up/artifacts/2/fe7584d0c2bb4b2db722123f9e3632c5/artifacts', 2, NULL),
  ('603c95d92a2f4f029eaa93d440b2f96e', 'calm-fox-1', 'UNKNOWN', 'alma', 'FINISHED', 1725715678791, 1725720045410, 'active', '/made-up/artifacts/2/603c95d92a2f4f029eaa93d440b2f96e/artifacts', 2, NULL),
  ('c1dfbd6291fc4ac18383b69e7a04dc92', 'calm-owl-7', 'UNKNOWN', 'bruno', 'FINISHED', 1645303664391, 1645304139816, 'active', '/made-up/artifacts/2/c1dfbd6291fc4ac18383b69e7a04dc92/artifacts', 2, NULL),
  ('546ab9bc68184768830be2a17bfe99cd', 'bold-fox-8', 'UNKNOWN', 'chiara', 'FINISHED', 1706386366854, 1706388792136, 'active', '/made-up/artifacts/2/546ab9bc68184768830be2a17bfe99cd/artifacts', 2, NULL),
  ('195aed68d2f849f0b09d5e6ff4ae7647', 'calm-owl-14', 'UNKNOWN', 'alma', 'FINISHED', 1721981636955, 1721990227906, 'deleted', '/made-up/artifacts/2/195aed68d2f849f0b09d5e6ff4ae7647/artifacts', 2, 1795986921232),
  ('daacd579d8094b51ae461ca9bc185c8c', 'bold-fox-15', 'UNKNOWN', 'alma', 'FINISHED', 1703928097010, 1703932770399, 'active', '/made-up/artifacts/2/daacd579d8094b51ae461ca9bc185c8c/artifacts', 2, NULL),
  ('11bc0d7a0fe04c109560d8e7dd35cb40', 'bold-fox-21', 'UNKNOWN', 'chiara', 'FINISHED', 1757001357790, 1757009927424, 'active', '/made-up/artifacts/2/11bc0d7a0fe04c109560d8e7dd35cb40/artifacts', 2, NULL),
  ('0d48b4b9c8b04b35a3b274f301ff7963', 'calm-elk-27', 'UNKNOWN', 'alma', 'FINISHED', 1716127856042, 1716131046012, 'active', '/made-up/artifacts/2/0d48b4b9c8b04b35a3b274f301ff7963/artifacts', 2, NULL),
  ('16f67c7e14e940cba5d0daf76f10c65a', 'calm-owl-0', 'UNKNOWN', 'alma', 'FAILED', 1643142625468, 1643150804568, 'active', '/made-up/artifacts/3/16f67c7e14e940cba5d0daf76f10c65a/artifacts', 3, NULL),
  ('8ded49d55ad34a5aaa73146a38e38608', 'calm-elk-7', 'UNKNOWN', 'bruno', 'FINISHED', 1740395402860, 1740403931934, 'active', '/made-up/artifacts/3/8ded49d55ad34a5aaa73146a38e38608/artifacts', 3, NULL),
  ('cf62fb1eb6bc409094e1230a67b8c05b', 'calm-fox-14', 'UNKNOWN', 'alma', 'FINISHED', 1650993413857, 1650993946193, 'active', '/made-up/artifacts/3/cf62fb1eb6bc409094e1230a67b8c05b/artifacts', 3, NULL),
  ('5f76fa8773d0489f8635cac823ecb30b', 'shy-owl-15', 'UNKNOWN', 'chiara', 'FINISHED', 1669204473938, 1669209958790, 'active', '/made-up/artifacts/3/5f76fa8773d0489f8635cac823ecb30b/artifacts', 3, NULL),
  ('5a795bc790d24f349d14e769c105ff07', 'bold-owl-21', 'UNKNOWN', 'alma', 'FINISHED', 1680529863606, 1680537758451, 'active', '/made-up/artifacts/3/5a795bc790d24f349d14e769c105ff07/artifacts', 3, NULL);
INSERT INTO latest_metrics ("key", "value", "timestamp", "step", "is_nan", "run_uuid") VALUES
  ('accuracy', 0.9504, 1756816592839, 4, 0, '10422239ac4843edbca3e3b440430086'),
  ('accuracy', 0.8735, 1647674306348, 2, 0, 'a18b427ae8ec4e6a8f0d9ec5b56ed9ac'),
  ('accuracy', 0.8044, 1686513882414, 2, 0, '08ebf80d7901426b926896129a2da632'),
  ('accuracy', 0.6053, 1695419481314, 3, 0, '47cce9174b044a69ad079e7bd51e80e7'),
  ('rmse', 0.8767, 1704883658324, 4, 0, 'fe7584d0c2bb4b2db722123f9e3632c5'),
  ('rmse', 0.6041, 1645303844391, 3, 0, 'c1dfbd6291fc4ac18383b69e7a04dc92'),
  ('rmse', 0.8567, 1721981816955, 3, 0, '195aed68d2f849f0b09d5e6ff4ae7647'),
  ('rmse', 0.8495, 1757001657790, 5, 0, '11bc0d7a0fe04c109560d8e7dd35cb40'),
  ('accuracy', 0.8744, 1643142745468, 2, 0, '16f67c7e14e940cba5d0daf76f10c65a'),
  ('accuracy', 0.8651, 1740395522860, 2, 0, '8ded49d55ad34a5aaa73146a38e38608'),
  ('accuracy', 0.7267, 1650993533857, 2, 0, 'cf62fb1eb6bc409094e1230a67b8c05b'),
  ('accuracy', 0.5775, 1680530043606, 3, 0, '5a795bc790d24f349d14e769c105ff07');
INSERT INTO metrics ("key", "value", "timestamp", "run_uuid", "step", "is_nan") VALUES
  ('accuracy', 0.6448, 1756816352839, '10422239ac4843edbca3e3b440430086', 0, 0),
  ('accuracy', 0.7393, 1721925518887, 'a449754c33f140a8984cbae9dd00d55f', 3, 0),
  ('accuracy', 0.9795, 1648716372215, '9894d2b423b74328957d8211a341237e', 3, 0),
  ('accuracy', 0.6048, 1746862813640, '901f2c4bb0f544d5a71c05927198e493', 3, 0),
  ('rmse', 0.5724, 1725715798791, '603c95d92a2f4f029eaa93d440b2f96e', 2, 0),
  ('rmse', 0.6887, 1706386546854, '546ab9bc68184768830be2a17bfe99cd', 3, 0),
  ('rmse', 0.512, 1703928397010, 'daacd579d8094b51ae461ca9bc185c8c', 5, 0),
  ('rmse', 0.9163, 1757001597790, '11bc0d7a0fe04c109560d8e7dd35cb40', 4, 0),
  ('rmse', 0.8287, 1716128036042, '0d48b4b9c8b04b35a3b274f301ff7963', 3, 0),
  ('accuracy', 0.8651, 1740395522860, '8ded49d55ad34a5aaa73146a38e38608', 2, 0),
  ('accuracy', 0.5084, 1669204473938, '5f76fa8773d0489f8635cac823ecb30b', 0, 0),
  ('accuracy', 0.8114, 1680529863606, '5a795bc790d24f349d14e769c105ff07', 0, 0);
INSERT INTO params ("key", "value", "run_uuid") VALUES
  ('learning_rate', '0.01', '10422239ac4843edbca3e3b440430086'),
  ('learning_rate', '0.001', 'a18b427ae8ec4e6a8f0d9ec5b56ed9ac'),
  ('learning_rate', '0.01', '08ebf80d7901426b926896129a2da632'),
  ('learning_rate', '0.1', '47cce9174b044a69ad079e7bd51e80e7'),
  ('learning_rate', '0.001', 'fe7584d0c2bb4b2db722123f9e3632c5'),
  ('learning_rate', '0.1', 'c1dfbd6291fc4ac18383b69e7a04dc92'),
  ('learning_rate', '0.001', '195aed68d2f849f0b09d5e6ff4ae7647'),
  ('learning_rate', '0.001', '11bc0d7a0fe04c109560d8e7dd35cb40'),
  ('learning_rate', '0.001', '16f67c7e14e940cba5d0daf76f10c65a'),
  ('learning_rate', '0.1', '8ded49d55ad34a5aaa73146a38e38608'),
  ('learning_rate', '0.01', 'cf62fb1eb6bc409094e1230a67b8c05b'),
  ('learning_rate', '0.1', '5a795bc790d24f349d14e769c105ff07');
INSERT INTO tags ("key", "value", "run_uuid") VALUES
  ('team', 'red', '10422239ac4843edbca3e3b440430086'),
  ('team', 'red', 'a18b427ae8ec4e6a8f0d9ec5b56ed9ac'),
  ('team', 'red', '08ebf80d7901426b926896129a2da632'),
  ('team', 'blue', '47cce9174b044a69ad079e7bd51e80e7'),
  ('team', 'blue', 'fe7584d0c2bb4b2db722123f9e3632c5'),
  ('team', 'blue', 'c1dfbd6291fc4ac18383b69e7a04dc92'),
  ('team', 'blue', '195aed68d2f849f0b09d5e6ff4ae7647'),
  ('team', 'blue', '11bc0d7a0fe04c109560d8e7dd35cb40'),
  ('team', 'blue', '16f67c7e14e940cba5d0daf76f10c65a'),
  ('team', 'red', '8ded49d55ad34a5aaa73146a38e38608'),
  ('team', 'red', 'cf62fb1eb6bc409094e1230a67b8c05b'),
  ('team', 'blue', '5a795bc790d24f349d14e769c105ff07');
INSERT INTO experiments ("experiment_id", "name", "artifact_location", "lifecycle_stage", "creation_time", "last_update_time", "workspace") VALUES
  (0, 'Default', '/made-up/artifacts/0', 'active', 1795986916641, 1795986916641, 'default'),
  (1, 'churn', '/made-up/artifacts/1', 'active', 1795986916662, 1795986916662, 'default'),
  (2, 'house-prices', '/made-up/artifacts/2', 'active', 1795986919715, 1795986919715, 'default'),
  (3, 'spam', '/made-up/artifacts/3', 'active', 1795986922582, 1795986922582, 'default');
INSERT INTO workspaces ("name", "description") VALUES
  ('default', 'Default workspace for legacy resources');
