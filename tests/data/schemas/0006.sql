BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0006');
CREATE TABLE annotations (
	id VARCHAR(40) NOT NULL, 
	judge_id VARCHAR(40) NOT NULL, 
	hearing_id VARCHAR(40) NOT NULL, 
	text TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_annotations PRIMARY KEY (id), 
	CONSTRAINT fk_annotations_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id), 
	CONSTRAINT fk_annotations_judge_id_judges FOREIGN KEY(judge_id) REFERENCES judges (id)
);
CREATE TABLE api_tokens (
	id VARCHAR(40) NOT NULL, 
	user_id VARCHAR(40) NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	last4 VARCHAR(4) NOT NULL, 
	scopes JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	last_used_at DATETIME, 
	revoked_at DATETIME, 
	CONSTRAINT pk_api_tokens PRIMARY KEY (id), 
	CONSTRAINT fk_api_tokens_user_id_users FOREIGN KEY(user_id) REFERENCES users (id), 
	CONSTRAINT uq_api_tokens_sha256 UNIQUE (sha256)
);
CREATE TABLE approval_steps (
	id VARCHAR(40) NOT NULL, 
	approval_id VARCHAR(40) NOT NULL, 
	position INTEGER NOT NULL, 
	round INTEGER NOT NULL, 
	stage VARCHAR(32), 
	outcome VARCHAR(32) NOT NULL, 
	reason TEXT NOT NULL, 
	"by" VARCHAR(64) NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_approval_steps PRIMARY KEY (id), 
	CONSTRAINT fk_approval_steps_approval_id_approvals FOREIGN KEY(approval_id) REFERENCES approvals (id)
);
CREATE TABLE approvals (
	id VARCHAR(40) NOT NULL, 
	hearing_id VARCHAR(40) NOT NULL, 
	chain JSON NOT NULL, 
	round INTEGER NOT NULL, 
	outcome VARCHAR(32), 
	opened_at DATETIME NOT NULL, 
	opened_by VARCHAR(64) NOT NULL, 
	decided_at DATETIME, 
	decided_by VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_approvals PRIMARY KEY (id), 
	CONSTRAINT fk_approvals_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id), 
	CONSTRAINT uq_approvals_hearing_id UNIQUE (hearing_id)
);
CREATE TABLE assessments (
	id VARCHAR(40) NOT NULL, 
	item_id VARCHAR(40) NOT NULL, 
	period VARCHAR(10) NOT NULL, 
	value DOUBLE NOT NULL, 
	note TEXT NOT NULL, 
	files JSON NOT NULL, 
	"by" VARCHAR(64) NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_assessments PRIMARY KEY (id), 
	CONSTRAINT fk_assessments_item_id_indicator_items FOREIGN KEY(item_id) REFERENCES indicator_items (id)
);
CREATE TABLE assets (
	hearing_id VARCHAR(40) NOT NULL, 
	seq INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	uri VARCHAR(200) NOT NULL, 
	start BIGINT NOT NULL, 
	"end" BIGINT NOT NULL, 
	bytes INTEGER NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_assets PRIMARY KEY (hearing_id, seq), 
	CONSTRAINT fk_assets_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id)
);
CREATE TABLE audit (
	id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	actor VARCHAR(64) NOT NULL, 
	action VARCHAR(64) NOT NULL, 
	subject VARCHAR(64) NOT NULL, 
	detail JSON NOT NULL, 
	prev_hash VARCHAR(64) NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_audit PRIMARY KEY (id), 
	CONSTRAINT uq_audit_hash UNIQUE (hash)
);
INSERT INTO "audit" VALUES(1,'2026-11-23 01:00:00.000000','operator','frozen','site','{}','0000000000000000000000000000000000000000000000000000000000000000','bd8f3c8bb250b0fc1cc8678120f91c5d35529daf8f2f504a67eeb8e77b7edc58');
CREATE TABLE cases (
	id VARCHAR(40) NOT NULL, 
	court_id VARCHAR(40) NOT NULL, 
	number VARCHAR(100) NOT NULL, 
	cause VARCHAR(200) NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	procedure VARCHAR(32) NOT NULL, 
	demo BOOLEAN NOT NULL, 
	CONSTRAINT pk_cases PRIMARY KEY (id), 
	CONSTRAINT fk_cases_court_id_courts FOREIGN KEY(court_id) REFERENCES courts (id), 
	CONSTRAINT uq_cases_court_id_number UNIQUE (court_id, number)
);
INSERT INTO "cases" VALUES('k_1','c_1','（2026）江0102民初1号','','civil','CIV1_ORD',0);
CREATE TABLE clips (
	id VARCHAR(40) NOT NULL, 
	hearing_id VARCHAR(40) NOT NULL, 
	position INTEGER NOT NULL, 
	title VARCHAR(200) NOT NULL, 
	text TEXT NOT NULL, 
	step VARCHAR(16) NOT NULL, 
	roles JSON NOT NULL, 
	start BIGINT NOT NULL, 
	"end" BIGINT NOT NULL, 
	why VARCHAR(16) NOT NULL, 
	chosen BOOLEAN NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	file VARCHAR(80) NOT NULL, 
	bytes INTEGER NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	upto INTEGER NOT NULL, 
	changed_by VARCHAR(64) NOT NULL, 
	changed_at DATETIME NOT NULL, 
	CONSTRAINT pk_clips PRIMARY KEY (id), 
	CONSTRAINT fk_clips_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id)
);
CREATE TABLE closure_changes (
	id VARCHAR(40) NOT NULL, 
	hearing_id VARCHAR(40) NOT NULL, 
	at DATETIME NOT NULL, 
	"by" VARCHAR(64) NOT NULL, 
	added JSON NOT NULL, 
	removed JSON NOT NULL, 
	reason TEXT NOT NULL, 
	CONSTRAINT pk_closure_changes PRIMARY KEY (id), 
	CONSTRAINT fk_closure_changes_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id)
);
CREATE TABLE correction_requests (
	id VARCHAR(40) NOT NULL, 
	hearing_id VARCHAR(40) NOT NULL, 
	turn_id VARCHAR(24) NOT NULL, 
	asked_by VARCHAR(64) NOT NULL, 
	why TEXT NOT NULL, 
	wanted TEXT NOT NULL, 
	filed_at DATETIME NOT NULL, 
	filed_by VARCHAR(64) NOT NULL, 
	outcome VARCHAR(32), 
	answer TEXT NOT NULL, 
	decided_at DATETIME, 
	decided_by VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_correction_requests PRIMARY KEY (id), 
	CONSTRAINT fk_correction_requests_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id)
);
CREATE TABLE courtrooms (
	id VARCHAR(40) NOT NULL, 
	court_id VARCHAR(40) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	name_en VARCHAR(200) NOT NULL, seats JSON DEFAULT '[]' NOT NULL, 
	CONSTRAINT pk_courtrooms PRIMARY KEY (id), 
	CONSTRAINT fk_courtrooms_court_id_courts FOREIGN KEY(court_id) REFERENCES courts (id), 
	CONSTRAINT uq_courtrooms_court_id_name UNIQUE (court_id, name)
);
INSERT INTO "courtrooms" VALUES('cr_1','c_1','第一法庭','','[]');
CREATE TABLE courts (
	id VARCHAR(40) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	name_en VARCHAR(200) NOT NULL, 
	level VARCHAR(32) NOT NULL, 
	code VARCHAR(20) NOT NULL, 
	parent_id VARCHAR(40), 
	demo BOOLEAN NOT NULL, 
	scoring BOOLEAN NOT NULL, 
	approval_chain JSON, 
	CONSTRAINT pk_courts PRIMARY KEY (id), 
	CONSTRAINT fk_courts_parent_id_courts FOREIGN KEY(parent_id) REFERENCES courts (id), 
	CONSTRAINT uq_courts_name UNIQUE (name)
);
INSERT INTO "courts" VALUES('c_1','临江法院','','basic','',NULL,0,0,NULL);
CREATE TABLE divisions (
	id VARCHAR(40) NOT NULL, 
	court_id VARCHAR(40) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	CONSTRAINT pk_divisions PRIMARY KEY (id), 
	CONSTRAINT fk_divisions_court_id_courts FOREIGN KEY(court_id) REFERENCES courts (id), 
	CONSTRAINT uq_divisions_court_id_name UNIQUE (court_id, name)
);
CREATE TABLE entries (
	id VARCHAR(40) NOT NULL, 
	hearing_id VARCHAR(40) NOT NULL, 
	at DATETIME NOT NULL, 
	start BIGINT, 
	"end" BIGINT, 
	role VARCHAR(32) NOT NULL, 
	speaker VARCHAR(64) NOT NULL, 
	text TEXT NOT NULL, 
	still VARCHAR(200) NOT NULL, 
	step VARCHAR(16) NOT NULL, 
	lines JSON NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	edited BOOLEAN NOT NULL, 
	created_by VARCHAR(64) NOT NULL, 
	released_at DATETIME, 
	released_by VARCHAR(64) NOT NULL, 
	revision INTEGER NOT NULL, 
	CONSTRAINT pk_entries PRIMARY KEY (id), 
	CONSTRAINT fk_entries_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id)
);
CREATE TABLE false_positives (
	id VARCHAR(40) NOT NULL, 
	finding_id VARCHAR(40) NOT NULL, 
	hearing_id VARCHAR(40) NOT NULL, 
	item VARCHAR(64) NOT NULL, 
	standard_version VARCHAR(64) NOT NULL, 
	suggested VARCHAR(32) NOT NULL, 
	facts JSON NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_false_positives PRIMARY KEY (id), 
	CONSTRAINT fk_false_positives_finding_id_findings FOREIGN KEY(finding_id) REFERENCES findings (id), 
	CONSTRAINT fk_false_positives_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id)
);
CREATE TABLE findings (
	id VARCHAR(40) NOT NULL, 
	scorecard_id VARCHAR(40) NOT NULL, 
	position INTEGER NOT NULL, 
	item VARCHAR(64) NOT NULL, 
	category VARCHAR(64) NOT NULL, 
	title_zh VARCHAR(200) NOT NULL, 
	title_en VARCHAR(200) NOT NULL, 
	outcome VARCHAR(32) NOT NULL, 
	weight DOUBLE NOT NULL, 
	points DOUBLE NOT NULL, 
	method VARCHAR(200) NOT NULL, 
	basis VARCHAR(300) NOT NULL, 
	confidence DOUBLE NOT NULL, 
	suggested VARCHAR(32) NOT NULL, 
	loss DOUBLE NOT NULL, 
	critical BOOLEAN NOT NULL, 
	evidence JSON NOT NULL, 
	CONSTRAINT pk_findings PRIMARY KEY (id), 
	CONSTRAINT fk_findings_scorecard_id_scorecards FOREIGN KEY(scorecard_id) REFERENCES scorecards (id)
);
CREATE TABLE gate_decisions (
	id VARCHAR(40) NOT NULL, 
	hearing_id VARCHAR(40) NOT NULL, 
	allowed JSON NOT NULL, 
	effect VARCHAR(32), 
	codes JSON NOT NULL, 
	reasons JSON NOT NULL, 
	version VARCHAR(64) NOT NULL, 
	decided_at DATETIME NOT NULL, 
	decided_by VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_gate_decisions PRIMARY KEY (id), 
	CONSTRAINT fk_gate_decisions_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id)
);
CREATE TABLE guard_closures (
	hearing_id VARCHAR(40) NOT NULL, 
	seq INTEGER NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	reason VARCHAR(32) NOT NULL, 
	start BIGINT NOT NULL, 
	"end" BIGINT, 
	CONSTRAINT pk_guard_closures PRIMARY KEY (hearing_id, seq), 
	CONSTRAINT fk_guard_closures_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id)
);
CREATE TABLE hearing_index (
	hearing_id VARCHAR(40) NOT NULL, 
	open BOOLEAN NOT NULL, 
	start DATETIME NOT NULL, 
	court_id VARCHAR(40) NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	procedure VARCHAR(32) NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	modes VARCHAR(200) NOT NULL, 
	judges VARCHAR(400) NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_hearing_index PRIMARY KEY (hearing_id), 
	CONSTRAINT fk_hearing_index_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id)
);
CREATE TABLE hearing_judges (
	hearing_id VARCHAR(40) NOT NULL, 
	judge_id VARCHAR(40) NOT NULL, 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_hearing_judges PRIMARY KEY (hearing_id, judge_id), 
	CONSTRAINT fk_hearing_judges_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id), 
	CONSTRAINT fk_hearing_judges_judge_id_judges FOREIGN KEY(judge_id) REFERENCES judges (id)
);
CREATE TABLE hearing_nodes (
	hearing_id VARCHAR(40) NOT NULL, 
	epoch INTEGER NOT NULL, 
	node VARCHAR(64) NOT NULL, 
	seq INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	why VARCHAR(40) NOT NULL, 
	CONSTRAINT pk_hearing_nodes PRIMARY KEY (hearing_id, epoch), 
	CONSTRAINT fk_hearing_nodes_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id)
);
CREATE TABLE hearings (
	id VARCHAR(40) NOT NULL, 
	case_id VARCHAR(40) NOT NULL, 
	court_id VARCHAR(40) NOT NULL, 
	courtroom_id VARCHAR(40) NOT NULL, 
	title VARCHAR(300) NOT NULL, 
	procedure VARCHAR(32) NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	scheduled_start DATETIME NOT NULL, 
	scheduled_end DATETIME NOT NULL, 
	actual_start DATETIME, 
	actual_end DATETIME, 
	wall_zero DATETIME, 
	duration BIGINT NOT NULL, 
	sole_judge BOOLEAN NOT NULL, 
	public BOOLEAN NOT NULL, 
	closure_codes JSON, 
	applications JSON NOT NULL, 
	waived JSON NOT NULL, 
	notice_at DATETIME, 
	demo BOOLEAN NOT NULL, 
	node VARCHAR(64) NOT NULL, 
	epoch INTEGER NOT NULL, 
	last_seq INTEGER NOT NULL, 
	minute_state VARCHAR(32) NOT NULL, 
	minute_by VARCHAR(64) NOT NULL, 
	minute_why VARCHAR(200) NOT NULL, 
	worker_seen_at DATETIME, 
	worker_gone BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	created_by VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_hearings PRIMARY KEY (id), 
	CONSTRAINT fk_hearings_case_id_cases FOREIGN KEY(case_id) REFERENCES cases (id), 
	CONSTRAINT fk_hearings_court_id_courts FOREIGN KEY(court_id) REFERENCES courts (id), 
	CONSTRAINT fk_hearings_courtroom_id_courtrooms FOREIGN KEY(courtroom_id) REFERENCES courtrooms (id)
);
INSERT INTO "hearings" VALUES('h_1','k_1','c_1','cr_1','旧案','CIV1_ORD','ended','2026-11-23 01:00:00.000000','2026-11-23 01:00:00.000000',NULL,NULL,NULL,0,0,0,NULL,'[]','[]',NULL,0,'',0,3,'OFF','','',NULL,0,'2026-11-23 01:00:00.000000','');
CREATE TABLE identities (
	id VARCHAR(40) NOT NULL, 
	user_id VARCHAR(40) NOT NULL, 
	issuer VARCHAR(300) NOT NULL, 
	subject VARCHAR(255) NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_identities PRIMARY KEY (id), 
	CONSTRAINT fk_identities_user_id_users FOREIGN KEY(user_id) REFERENCES users (id), 
	CONSTRAINT uq_identities_issuer_subject UNIQUE (issuer, subject)
);
CREATE TABLE indicator_items (
	id VARCHAR(40) NOT NULL, 
	court_id VARCHAR(40) NOT NULL, 
	list_name VARCHAR(100) NOT NULL, 
	position INTEGER NOT NULL, 
	code VARCHAR(40) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	dimension VARCHAR(100) NOT NULL, 
	weight FLOAT NOT NULL, 
	formula TEXT NOT NULL, 
	source TEXT NOT NULL, 
	evidence TEXT NOT NULL, 
	period VARCHAR(20) NOT NULL, 
	low DOUBLE, 
	high DOUBLE, 
	CONSTRAINT pk_indicator_items PRIMARY KEY (id), 
	CONSTRAINT fk_indicator_items_court_id_courts FOREIGN KEY(court_id) REFERENCES courts (id), 
	CONSTRAINT uq_indicator_items_court_id_list_name_code UNIQUE (court_id, list_name, code)
);
CREATE TABLE ingest_keys (
	id VARCHAR(40) NOT NULL, 
	courtroom_id VARCHAR(40) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	last4 VARCHAR(4) NOT NULL, 
	created_at DATETIME NOT NULL, 
	created_by VARCHAR(200) NOT NULL, 
	revoked_at DATETIME, 
	revoked_by VARCHAR(200) NOT NULL, 
	purpose VARCHAR(8) NOT NULL, 
	CONSTRAINT pk_ingest_keys PRIMARY KEY (id), 
	CONSTRAINT fk_ingest_keys_courtroom_id_courtrooms FOREIGN KEY(courtroom_id) REFERENCES courtrooms (id), 
	CONSTRAINT uq_ingest_keys_sha256 UNIQUE (sha256)
);
CREATE TABLE judges (
	id VARCHAR(40) NOT NULL, 
	court_id VARCHAR(40) NOT NULL, 
	division_id VARCHAR(40), 
	name VARCHAR(200) NOT NULL, 
	title VARCHAR(200) NOT NULL, 
	leader BOOLEAN NOT NULL, 
	demo BOOLEAN NOT NULL, 
	CONSTRAINT pk_judges PRIMARY KEY (id), 
	CONSTRAINT fk_judges_court_id_courts FOREIGN KEY(court_id) REFERENCES courts (id), 
	CONSTRAINT fk_judges_division_id_divisions FOREIGN KEY(division_id) REFERENCES divisions (id), 
	CONSTRAINT uq_judges_court_id_name UNIQUE (court_id, name)
);
INSERT INTO "judges" VALUES('j_1','c_1',NULL,'罗文清','',0,0);
CREATE TABLE leaks (
	id VARCHAR(40) NOT NULL, 
	hearing_id VARCHAR(40) NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	start BIGINT NOT NULL, 
	"end" BIGINT NOT NULL, 
	user_id VARCHAR(40) NOT NULL, 
	at DATETIME NOT NULL, 
	note TEXT NOT NULL, 
	CONSTRAINT pk_leaks PRIMARY KEY (id), 
	CONSTRAINT fk_leaks_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id), 
	CONSTRAINT fk_leaks_user_id_users FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE legal_holds (
	id VARCHAR(40) NOT NULL, 
	hearing_id VARCHAR(40) NOT NULL, 
	reason VARCHAR(200) NOT NULL, 
	placed_at DATETIME NOT NULL, 
	placed_by VARCHAR(64) NOT NULL, 
	lifted_at DATETIME, 
	lifted_by VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_legal_holds PRIMARY KEY (id), 
	CONSTRAINT fk_legal_holds_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id)
);
CREATE TABLE listenings (
	hearing_id VARCHAR(40) NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	asked_at DATETIME NOT NULL, 
	asked_by VARCHAR(64) NOT NULL, 
	finished_at DATETIME, 
	found INTEGER NOT NULL, 
	code VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_listenings PRIMARY KEY (hearing_id), 
	CONSTRAINT fk_listenings_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id)
);
CREATE TABLE marks (
	hearing_id VARCHAR(40) NOT NULL, 
	seq INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	at DATETIME NOT NULL, 
	t BIGINT NOT NULL, 
	body JSON NOT NULL, 
	CONSTRAINT pk_marks PRIMARY KEY (hearing_id, seq), 
	CONSTRAINT fk_marks_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id)
);
INSERT INTO "marks" VALUES('h_1',1,'started','2026-11-23 01:00:00.000000',0,'{}');
CREATE TABLE measures (
	hearing_id VARCHAR(40) NOT NULL, 
	seq INTEGER NOT NULL, 
	start BIGINT NOT NULL, 
	"end" BIGINT NOT NULL, 
	lufs DOUBLE, 
	peak_db DOUBLE, 
	snr_db DOUBLE, 
	black BOOLEAN NOT NULL, 
	frozen BOOLEAN NOT NULL, 
	silent BOOLEAN NOT NULL, 
	clipped BOOLEAN NOT NULL, 
	faces INTEGER NOT NULL, 
	skew BIGINT NOT NULL, 
	detail JSON NOT NULL, 
	CONSTRAINT pk_measures PRIMARY KEY (hearing_id, seq), 
	CONSTRAINT fk_measures_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id)
);
CREATE TABLE minute_changes (
	hearing_id VARCHAR(40) NOT NULL, 
	seq INTEGER NOT NULL, 
	t BIGINT NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	"by" VARCHAR(64) NOT NULL, 
	why VARCHAR(200) NOT NULL, 
	CONSTRAINT pk_minute_changes PRIMARY KEY (hearing_id, seq), 
	CONSTRAINT fk_minute_changes_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id)
);
CREATE TABLE moments (
	hearing_id VARCHAR(40) NOT NULL, 
	n INTEGER NOT NULL, 
	start BIGINT NOT NULL, 
	"end" BIGINT NOT NULL, 
	t BIGINT NOT NULL, 
	why VARCHAR(32) NOT NULL, 
	score DOUBLE NOT NULL, 
	visible DOUBLE NOT NULL, 
	box JSON NOT NULL, 
	image VARCHAR(40) NOT NULL, 
	verdict VARCHAR(32), 
	"by" VARCHAR(64) NOT NULL, 
	at DATETIME, 
	remade BOOLEAN NOT NULL, 
	CONSTRAINT pk_moments PRIMARY KEY (hearing_id, n), 
	CONSTRAINT fk_moments_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id)
);
CREATE TABLE monthly_runs (
	month VARCHAR(7) NOT NULL, 
	at DATETIME NOT NULL, 
	"by" VARCHAR(64) NOT NULL, 
	found INTEGER NOT NULL, 
	CONSTRAINT pk_monthly_runs PRIMARY KEY (month)
);
CREATE TABLE nodes (
	name VARCHAR(64) NOT NULL, 
	cordoned_at DATETIME, 
	cordoned_by VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_nodes PRIMARY KEY (name)
);
CREATE TABLE notice_steps (
	id VARCHAR(40) NOT NULL, 
	notice_id VARCHAR(40) NOT NULL, 
	position INTEGER NOT NULL, 
	act VARCHAR(32) NOT NULL, 
	"by" VARCHAR(64) NOT NULL, 
	at DATETIME NOT NULL, 
	note TEXT NOT NULL, 
	evidence JSON NOT NULL, 
	CONSTRAINT pk_notice_steps PRIMARY KEY (id), 
	CONSTRAINT fk_notice_steps_notice_id_notices FOREIGN KEY(notice_id) REFERENCES notices (id)
);
CREATE TABLE notices (
	id VARCHAR(40) NOT NULL, 
	month VARCHAR(7) NOT NULL, 
	code VARCHAR(40) NOT NULL, 
	court_id VARCHAR(40) NOT NULL, 
	subject_kind VARCHAR(16) NOT NULL, 
	subject_id VARCHAR(40) NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	facts JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	sent_at DATETIME, 
	deadline DATETIME, 
	closed_at DATETIME, 
	reminded_at DATETIME, 
	CONSTRAINT pk_notices PRIMARY KEY (id), 
	CONSTRAINT fk_notices_court_id_courts FOREIGN KEY(court_id) REFERENCES courts (id), 
	CONSTRAINT uq_notices_month_code_subject_id UNIQUE (month, code, subject_id)
);
CREATE TABLE objections (
	id VARCHAR(40) NOT NULL, 
	hearing_id VARCHAR(40) NOT NULL, 
	by_side VARCHAR(16) NOT NULL, 
	label VARCHAR(200) NOT NULL, 
	reason TEXT NOT NULL, 
	filed_at DATETIME NOT NULL, 
	filed_by VARCHAR(64) NOT NULL, 
	due_at DATETIME NOT NULL, 
	upheld BOOLEAN, 
	decided_at DATETIME, 
	decided_by VARCHAR(64) NOT NULL, 
	decision TEXT NOT NULL, 
	CONSTRAINT pk_objections PRIMARY KEY (id), 
	CONSTRAINT fk_objections_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id)
);
CREATE TABLE participants (
	id VARCHAR(40) NOT NULL, 
	case_id VARCHAR(40) NOT NULL, 
	position INTEGER NOT NULL, 
	role VARCHAR(32) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	label VARCHAR(200) NOT NULL, 
	side VARCHAR(20) NOT NULL, 
	protected BOOLEAN NOT NULL, 
	present BOOLEAN NOT NULL, 
	CONSTRAINT pk_participants PRIMARY KEY (id), 
	CONSTRAINT fk_participants_case_id_cases FOREIGN KEY(case_id) REFERENCES cases (id)
);
CREATE TABLE party_notices (
	id VARCHAR(40) NOT NULL, 
	hearing_id VARCHAR(40) NOT NULL, 
	participant_id VARCHAR(40) NOT NULL, 
	sent_at DATETIME NOT NULL, 
	sent_by VARCHAR(64) NOT NULL, 
	due_at DATETIME NOT NULL, 
	CONSTRAINT pk_party_notices PRIMARY KEY (id), 
	CONSTRAINT fk_party_notices_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id), 
	CONSTRAINT fk_party_notices_participant_id_participants FOREIGN KEY(participant_id) REFERENCES participants (id)
);
CREATE TABLE privacy_policies (
	hearing_id VARCHAR(40) NOT NULL, 
	delay DOUBLE NOT NULL, 
	delay_min DOUBLE NOT NULL, 
	delay_max DOUBLE NOT NULL, 
	faces VARCHAR(16) NOT NULL, 
	bleep VARCHAR(16) NOT NULL, 
	identity_window BOOLEAN NOT NULL, 
	replay_release VARCHAR(16) NOT NULL, 
	picture_text VARCHAR(16) NOT NULL, 
	start VARCHAR(8) NOT NULL, 
	CONSTRAINT pk_privacy_policies PRIMARY KEY (hearing_id), 
	CONSTRAINT fk_privacy_policies_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id)
);
CREATE TABLE publications (
	id VARCHAR(40) NOT NULL, 
	hearing_id VARCHAR(40) NOT NULL, 
	mode VARCHAR(32) NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	"by" VARCHAR(64) NOT NULL, 
	at DATETIME NOT NULL, 
	reason TEXT NOT NULL, 
	CONSTRAINT pk_publications PRIMARY KEY (id), 
	CONSTRAINT fk_publications_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id), 
	CONSTRAINT uq_publications_hearing_id_mode UNIQUE (hearing_id, mode)
);
CREATE TABLE pull_sources (
	id VARCHAR(40) NOT NULL, 
	courtroom_id VARCHAR(40) NOT NULL, 
	key_id VARCHAR(40) NOT NULL, 
	url VARCHAR(600) NOT NULL, 
	login TEXT NOT NULL, 
	enabled BOOLEAN NOT NULL, 
	last_code VARCHAR(64) NOT NULL, 
	last_at DATETIME, 
	created_at DATETIME NOT NULL, 
	created_by VARCHAR(200) NOT NULL, 
	CONSTRAINT pk_pull_sources PRIMARY KEY (id), 
	CONSTRAINT fk_pull_sources_courtroom_id_courtrooms FOREIGN KEY(courtroom_id) REFERENCES courtrooms (id), 
	CONSTRAINT fk_pull_sources_key_id_ingest_keys FOREIGN KEY(key_id) REFERENCES ingest_keys (id)
);
CREATE TABLE redactions (
	hearing_id VARCHAR(40) NOT NULL, 
	seq INTEGER NOT NULL, 
	record_id VARCHAR(64) NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	reason VARCHAR(32) NOT NULL, 
	start BIGINT NOT NULL, 
	"end" BIGINT NOT NULL, 
	basis VARCHAR(200) NOT NULL, 
	decided_by VARCHAR(64) NOT NULL, 
	track INTEGER, 
	confidence DOUBLE NOT NULL, 
	body JSON NOT NULL, 
	CONSTRAINT pk_redactions PRIMARY KEY (hearing_id, seq), 
	CONSTRAINT fk_redactions_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id)
);
CREATE TABLE report_jobs (
	id VARCHAR(40) NOT NULL, 
	month VARCHAR(7) NOT NULL, 
	court_id VARCHAR(40), 
	"by" VARCHAR(64) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	done INTEGER NOT NULL, 
	total INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	finished_at DATETIME, 
	CONSTRAINT pk_report_jobs PRIMARY KEY (id), 
	CONSTRAINT fk_report_jobs_court_id_courts FOREIGN KEY(court_id) REFERENCES courts (id)
);
CREATE TABLE reported_figures (
	month VARCHAR(7) NOT NULL, 
	court_id VARCHAR(40) NOT NULL, 
	code VARCHAR(40) NOT NULL, 
	numerator INTEGER NOT NULL, 
	denominator INTEGER NOT NULL, 
	source VARCHAR(200) NOT NULL, 
	"by" VARCHAR(64) NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_reported_figures PRIMARY KEY (month, court_id, code), 
	CONSTRAINT fk_reported_figures_court_id_courts FOREIGN KEY(court_id) REFERENCES courts (id)
);
CREATE TABLE reviews (
	id VARCHAR(40) NOT NULL, 
	finding_id VARCHAR(40) NOT NULL, 
	user_id VARCHAR(40) NOT NULL, 
	verdict VARCHAR(32) NOT NULL, 
	points DOUBLE, 
	outcome VARCHAR(32), 
	note TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_reviews PRIMARY KEY (id), 
	CONSTRAINT fk_reviews_finding_id_findings FOREIGN KEY(finding_id) REFERENCES findings (id), 
	CONSTRAINT fk_reviews_user_id_users FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE scorecards (
	id VARCHAR(40) NOT NULL, 
	hearing_id VARCHAR(40) NOT NULL, 
	standard VARCHAR(64) NOT NULL, 
	standard_version VARCHAR(64) NOT NULL, 
	profile VARCHAR(64) NOT NULL, 
	total DOUBLE NOT NULL, 
	low DOUBLE NOT NULL, 
	high DOUBLE NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	computed_at DATETIME NOT NULL, 
	current BOOLEAN NOT NULL, 
	barred JSON NOT NULL, 
	cap DOUBLE NOT NULL, 
	contest_until DATETIME, 
	final_at DATETIME, 
	steps JSON NOT NULL, 
	rules JSON NOT NULL, 
	CONSTRAINT pk_scorecards PRIMARY KEY (id), 
	CONSTRAINT fk_scorecards_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id)
);
CREATE TABLE second_factors (
	user_id VARCHAR(40) NOT NULL, 
	secret TEXT NOT NULL, 
	recovery JSON NOT NULL, 
	last_step INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	confirmed_at DATETIME, 
	CONSTRAINT pk_second_factors PRIMARY KEY (user_id), 
	CONSTRAINT fk_second_factors_user_id_users FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE second_passes (
	hearing_id VARCHAR(40) NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	done DOUBLE NOT NULL, 
	length DOUBLE NOT NULL, 
	asked_at DATETIME NOT NULL, 
	told_at DATETIME, 
	finished_at DATETIME, 
	code VARCHAR(64) NOT NULL, 
	replaced JSON NOT NULL, 
	"by" VARCHAR(64) NOT NULL, 
	why TEXT NOT NULL, 
	CONSTRAINT pk_second_passes PRIMARY KEY (hearing_id), 
	CONSTRAINT fk_second_passes_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id)
);
CREATE TABLE segments (
	hearing_id VARCHAR(40) NOT NULL, 
	n INTEGER NOT NULL, 
	epoch INTEGER NOT NULL, 
	uri VARCHAR(200) NOT NULL, 
	start BIGINT NOT NULL, 
	"end" BIGINT NOT NULL, 
	bytes INTEGER NOT NULL, 
	pdt VARCHAR(40) NOT NULL, 
	discontinuity BOOLEAN NOT NULL, 
	CONSTRAINT pk_segments PRIMARY KEY (hearing_id, n), 
	CONSTRAINT fk_segments_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id)
);
INSERT INTO "segments" VALUES('h_1',0,1,'seg-000000-1.m4s',0,0,0,'',0);
CREATE TABLE sitting_facts (
	hearing_id VARCHAR(40) NOT NULL, 
	day DATE NOT NULL, 
	month VARCHAR(7) NOT NULL, 
	court_id VARCHAR(40) NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	judge_id VARCHAR(40) NOT NULL, 
	leader BOOLEAN NOT NULL, 
	reason VARCHAR(40) NOT NULL, 
	scheduled INTEGER NOT NULL, 
	held INTEGER NOT NULL, 
	closed INTEGER NOT NULL, 
	eligible INTEGER NOT NULL, 
	broadcast INTEGER NOT NULL, 
	valid INTEGER NOT NULL, 
	leader_broadcast INTEGER NOT NULL, 
	approved INTEGER NOT NULL, 
	silent INTEGER NOT NULL, 
	reasoned INTEGER NOT NULL, 
	timed INTEGER NOT NULL, 
	punctual INTEGER NOT NULL, 
	recorded INTEGER NOT NULL, 
	checked INTEGER NOT NULL, 
	passed INTEGER NOT NULL, 
	scored INTEGER NOT NULL, 
	points INTEGER NOT NULL, 
	weight INTEGER NOT NULL, 
	leaks INTEGER NOT NULL, 
	streamed INTEGER NOT NULL, 
	measured INTEGER NOT NULL, 
	in_order INTEGER NOT NULL, 
	contested INTEGER NOT NULL, 
	overturned INTEGER NOT NULL, 
	CONSTRAINT pk_sitting_facts PRIMARY KEY (hearing_id)
);
CREATE TABLE speech_corrections (
	id VARCHAR(40) NOT NULL, 
	hearing_id VARCHAR(40) NOT NULL, 
	op VARCHAR(32) NOT NULL, 
	start BIGINT NOT NULL, 
	"end" BIGINT NOT NULL, 
	reason VARCHAR(32) NOT NULL, 
	note TEXT NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	at DATETIME NOT NULL, 
	"by" VARCHAR(64) NOT NULL, 
	decided_at DATETIME, 
	decided_by VARCHAR(64) NOT NULL, 
	made_at DATETIME, 
	CONSTRAINT pk_speech_corrections PRIMARY KEY (id), 
	CONSTRAINT fk_speech_corrections_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id)
);
CREATE TABLE standards (
	version VARCHAR(64) NOT NULL, 
	name VARCHAR(64) NOT NULL, 
	text TEXT NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	based_on VARCHAR(64) NOT NULL, 
	note TEXT NOT NULL, 
	made_by VARCHAR(40) NOT NULL, 
	made_at DATETIME NOT NULL, 
	released_at DATETIME, 
	CONSTRAINT pk_standards PRIMARY KEY (version)
);
CREATE TABLE streams (
	id VARCHAR(40) NOT NULL, 
	hearing_id VARCHAR(40) NOT NULL, 
	courtroom_id VARCHAR(40) NOT NULL, 
	key_id VARCHAR(40) NOT NULL, 
	node VARCHAR(64) NOT NULL, 
	protocol VARCHAR(16) NOT NULL, 
	started_at DATETIME NOT NULL, 
	seen_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	end_code VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_streams PRIMARY KEY (id), 
	CONSTRAINT fk_streams_courtroom_id_courtrooms FOREIGN KEY(courtroom_id) REFERENCES courtrooms (id), 
	CONSTRAINT fk_streams_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id), 
	CONSTRAINT fk_streams_key_id_ingest_keys FOREIGN KEY(key_id) REFERENCES ingest_keys (id)
);
CREATE TABLE tallies (
	month VARCHAR(7) NOT NULL, 
	court_id VARCHAR(40) NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	judge_id VARCHAR(40) NOT NULL, 
	leader BOOLEAN NOT NULL, 
	scheduled INTEGER NOT NULL, 
	held INTEGER NOT NULL, 
	closed INTEGER NOT NULL, 
	eligible INTEGER NOT NULL, 
	broadcast INTEGER NOT NULL, 
	valid INTEGER NOT NULL, 
	leader_broadcast INTEGER NOT NULL, 
	approved INTEGER NOT NULL, 
	silent INTEGER NOT NULL, 
	reasoned INTEGER NOT NULL, 
	timed INTEGER NOT NULL, 
	punctual INTEGER NOT NULL, 
	recorded INTEGER NOT NULL, 
	checked INTEGER NOT NULL, 
	passed INTEGER NOT NULL, 
	scored INTEGER NOT NULL, 
	points INTEGER NOT NULL, 
	weight INTEGER NOT NULL, 
	leaks INTEGER NOT NULL, 
	streamed INTEGER NOT NULL, 
	measured INTEGER NOT NULL, 
	in_order INTEGER NOT NULL, 
	contested INTEGER NOT NULL, 
	overturned INTEGER NOT NULL, 
	CONSTRAINT pk_tallies PRIMARY KEY (month, court_id, kind, judge_id, leader)
);
CREATE TABLE transcript_revisions (
	id VARCHAR(40) NOT NULL, 
	hearing_id VARCHAR(40) NOT NULL, 
	number INTEGER NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	source VARCHAR(16) NOT NULL, 
	created_at DATETIME NOT NULL, 
	created_by VARCHAR(64) NOT NULL, 
	checked_at DATETIME, 
	checked_by VARCHAR(64) NOT NULL, 
	signed_at DATETIME, 
	signatures JSON NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	captioned_at DATETIME, 
	CONSTRAINT pk_transcript_revisions PRIMARY KEY (id), 
	CONSTRAINT fk_transcript_revisions_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id), 
	CONSTRAINT uq_transcript_revisions_hearing_id_number UNIQUE (hearing_id, number)
);
CREATE TABLE transcript_turns (
	revision_id VARCHAR(40) NOT NULL, 
	turn_id VARCHAR(24) NOT NULL, 
	position INTEGER NOT NULL, 
	start BIGINT NOT NULL, 
	"end" BIGINT NOT NULL, 
	role VARCHAR(32) NOT NULL, 
	speaker VARCHAR(64) NOT NULL, 
	text TEXT NOT NULL, 
	confidence DOUBLE NOT NULL, 
	words JSON NOT NULL, 
	CONSTRAINT pk_transcript_turns PRIMARY KEY (revision_id, turn_id), 
	CONSTRAINT fk_transcript_turns_revision_id_transcript_revisions FOREIGN KEY(revision_id) REFERENCES transcript_revisions (id)
);
CREATE TABLE users (
	id VARCHAR(40) NOT NULL, 
	login VARCHAR(64) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	password_hash VARCHAR(200) NOT NULL, 
	role VARCHAR(32) NOT NULL, 
	court_id VARCHAR(40), 
	judge_id VARCHAR(40), 
	active BOOLEAN NOT NULL, 
	demo BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	last_login_at DATETIME, 
	CONSTRAINT pk_users PRIMARY KEY (id), 
	CONSTRAINT fk_users_court_id_courts FOREIGN KEY(court_id) REFERENCES courts (id), 
	CONSTRAINT fk_users_judge_id_judges FOREIGN KEY(judge_id) REFERENCES judges (id), 
	CONSTRAINT uq_users_login UNIQUE (login)
);
INSERT INTO "users" VALUES('u_1','clerk','','','clerk','c_1',NULL,0,0,'2026-11-23 01:00:00.000000',NULL);
CREATE TABLE utterances (
	hearing_id VARCHAR(40) NOT NULL, 
	seq INTEGER NOT NULL, 
	start BIGINT NOT NULL, 
	"end" BIGINT NOT NULL, 
	role VARCHAR(32) NOT NULL, 
	speaker VARCHAR(64) NOT NULL, 
	text TEXT NOT NULL, 
	confidence DOUBLE NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	words JSON NOT NULL, 
	CONSTRAINT pk_utterances PRIMARY KEY (hearing_id, seq), 
	CONSTRAINT fk_utterances_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id)
);
CREATE TABLE verdicts (
	hearing_id VARCHAR(40) NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	announced_at DATETIME, 
	title VARCHAR(200) NOT NULL, 
	operative TEXT NOT NULL, 
	appeal TEXT NOT NULL, 
	source TEXT NOT NULL, 
	masked TEXT NOT NULL, 
	keep JSON NOT NULL, 
	hide JSON NOT NULL, 
	clip_id VARCHAR(40) NOT NULL, 
	reason_code VARCHAR(32) NOT NULL, 
	reason TEXT NOT NULL, 
	changed_at DATETIME NOT NULL, 
	changed_by VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_verdicts PRIMARY KEY (hearing_id), 
	CONSTRAINT fk_verdicts_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id)
);
CREATE TABLE view_counts (
	hearing_id VARCHAR(40) NOT NULL, 
	day VARCHAR(10) NOT NULL, 
	views INTEGER NOT NULL, 
	CONSTRAINT pk_view_counts PRIMARY KEY (hearing_id, day), 
	CONSTRAINT fk_view_counts_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id)
);
CREATE TABLE view_stills (
	courtroom_id VARCHAR(40) NOT NULL, 
	"view" VARCHAR(40) NOT NULL, 
	jpeg BLOB NOT NULL, 
	signature JSON NOT NULL, 
	taken_at DATETIME NOT NULL, 
	CONSTRAINT pk_view_stills PRIMARY KEY (courtroom_id, "view"), 
	CONSTRAINT fk_view_stills_courtroom_id_courtrooms FOREIGN KEY(courtroom_id) REFERENCES courtrooms (id)
);
CREATE TABLE web_sessions (
	id VARCHAR(40) NOT NULL, 
	token_sha256 VARCHAR(64) NOT NULL, 
	user_id VARCHAR(40) NOT NULL, 
	csrf VARCHAR(64) NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	revoked_at DATETIME, last_seen_at DATETIME NOT NULL, idle_until DATETIME NOT NULL, stage VARCHAR(8) NOT NULL, how VARCHAR(16) NOT NULL, device VARCHAR(40) NOT NULL, id_token TEXT NOT NULL, 
	CONSTRAINT pk_web_sessions PRIMARY KEY (id), 
	CONSTRAINT fk_web_sessions_user_id_users FOREIGN KEY(user_id) REFERENCES users (id), 
	CONSTRAINT uq_web_sessions_token_sha256 UNIQUE (token_sha256)
);
CREATE TABLE zone_maps (
	id VARCHAR(40) NOT NULL, 
	courtroom_id VARCHAR(40) NOT NULL, 
	hearing_id VARCHAR(40), 
	number INTEGER NOT NULL, 
	body JSON NOT NULL, 
	made_at DATETIME NOT NULL, 
	made_by VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_zone_maps PRIMARY KEY (id), 
	CONSTRAINT fk_zone_maps_courtroom_id_courtrooms FOREIGN KEY(courtroom_id) REFERENCES courtrooms (id), 
	CONSTRAINT fk_zone_maps_hearing_id_hearings FOREIGN KEY(hearing_id) REFERENCES hearings (id)
);
CREATE INDEX ix_audit_action ON audit (action);
CREATE INDEX ix_audit_subject ON audit (subject);
CREATE INDEX ix_courts_parent_id ON courts (parent_id);
CREATE INDEX ix_cases_cause ON cases (cause);
CREATE INDEX ix_cases_court_id ON cases (court_id);
CREATE INDEX ix_cases_number ON cases (number);
CREATE INDEX ix_courtrooms_court_id ON courtrooms (court_id);
CREATE INDEX ix_divisions_court_id ON divisions (court_id);
CREATE INDEX ix_hearings_case_id ON hearings (case_id);
CREATE INDEX ix_hearings_courtroom_id_scheduled_start ON hearings (courtroom_id, scheduled_start);
CREATE INDEX ix_hearings_state_scheduled_start ON hearings (state, scheduled_start);
CREATE INDEX ix_ingest_keys_courtroom_id ON ingest_keys (courtroom_id);
CREATE INDEX ix_pull_sources_courtroom_id ON pull_sources (courtroom_id);
CREATE INDEX ix_judges_court_id ON judges (court_id);
CREATE INDEX ix_participants_case_id ON participants (case_id);
CREATE INDEX ix_assets_hearing_id_kind ON assets (hearing_id, kind);
CREATE INDEX ix_gate_decisions_hearing_id ON gate_decisions (hearing_id);
CREATE INDEX ix_hearing_judges_judge_id ON hearing_judges (judge_id);
CREATE INDEX ix_marks_hearing_id_kind ON marks (hearing_id, kind);
CREATE INDEX ix_legal_holds_hearing_id ON legal_holds (hearing_id);
CREATE INDEX ix_publications_hearing_id ON publications (hearing_id);
CREATE INDEX ix_redactions_hearing_id_start ON redactions (hearing_id, start);
CREATE INDEX ix_scorecards_hearing_id_current ON scorecards (hearing_id, current);
CREATE INDEX ix_streams_courtroom_id ON streams (courtroom_id);
CREATE INDEX ix_streams_hearing_id ON streams (hearing_id);
CREATE INDEX ix_utterances_hearing_id_start ON utterances (hearing_id, start);
CREATE INDEX ix_findings_scorecard_id ON findings (scorecard_id);
CREATE INDEX ix_web_sessions_expires_at ON web_sessions (expires_at);
CREATE INDEX ix_web_sessions_user_id ON web_sessions (user_id);
CREATE INDEX ix_reviews_finding_id ON reviews (finding_id);
CREATE INDEX ix_leaks_hearing_id ON leaks (hearing_id);
CREATE INDEX ix_false_positives_hearing_id ON false_positives (hearing_id);
CREATE INDEX ix_clips_hearing_id ON clips (hearing_id);
CREATE INDEX ix_closure_changes_hearing_id ON closure_changes (hearing_id);
CREATE INDEX ix_entries_hearing_id_at ON entries (hearing_id, at);
CREATE INDEX ix_objections_hearing_id ON objections (hearing_id);
CREATE INDEX ix_party_notices_hearing_id ON party_notices (hearing_id);
CREATE INDEX ix_approval_steps_approval_id ON approval_steps (approval_id);
CREATE INDEX ix_hearing_index_open_start ON hearing_index (open, start);
CREATE INDEX ix_correction_requests_hearing_id ON correction_requests (hearing_id);
CREATE INDEX ix_speech_corrections_hearing_id_state ON speech_corrections (hearing_id, state);
CREATE INDEX ix_zone_maps_courtroom_id_hearing_id ON zone_maps (courtroom_id, hearing_id);
CREATE INDEX ix_tallies_court_id_month ON tallies (court_id, month);
CREATE INDEX ix_indicator_items_court_id ON indicator_items (court_id);
CREATE INDEX ix_notices_court_id_month ON notices (court_id, month);
CREATE INDEX ix_notices_state ON notices (state);
CREATE INDEX ix_notices_subject_id ON notices (subject_id);
CREATE INDEX ix_report_jobs_created_at ON report_jobs (created_at);
CREATE INDEX ix_assessments_item_id ON assessments (item_id);
CREATE INDEX ix_notice_steps_notice_id ON notice_steps (notice_id);
CREATE INDEX ix_annotations_hearing_id ON annotations (hearing_id);
CREATE INDEX ix_annotations_judge_id ON annotations (judge_id);
CREATE INDEX ix_sitting_facts_month_court_id ON sitting_facts (month, court_id, day, judge_id, held, closed, eligible, broadcast, scored, points, reason);
CREATE INDEX ix_sitting_facts_judge_id_month ON sitting_facts (judge_id, month);
CREATE INDEX ix_hearings_court_id_scheduled_start ON hearings (court_id, scheduled_start);
CREATE INDEX ix_hearings_scheduled_start_id ON hearings (scheduled_start, id, court_id);
CREATE INDEX ix_identities_user_id ON identities (user_id);
CREATE INDEX ix_api_tokens_user_id ON api_tokens (user_id);
CREATE INDEX ix_audit_at ON audit (at);
CREATE INDEX ix_audit_actor ON audit (actor);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit chain is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit chain is append-only'); END;
COMMIT;
