/** Marks a file as ours (`PRAGMA application_id`): the letters HHL1. */
export const APPLICATION_ID = 0x48484c31;

/** Each entry brings a file from the version before to the next; entries are never changed once released. */
export const MIGRATIONS: readonly string[] = [
  `
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE projects(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE sessions(
  id INTEGER PRIMARY KEY,
  project_id INTEGER NOT NULL REFERENCES projects(id),
  session_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  name TEXT, name_rank INTEGER NOT NULL DEFAULT 0,
  source TEXT, project_given INTEGER NOT NULL DEFAULT 0,
  made_from TEXT NOT NULL,
  start_ms REAL, end_ms REAL, given_start_ms REAL, given_end_ms REAL, given_duration_ms REAL,
  span_count INTEGER NOT NULL DEFAULT 0, model_count INTEGER NOT NULL DEFAULT 0, error_count INTEGER NOT NULL DEFAULT 0,
  prompt_tokens INTEGER NOT NULL DEFAULT 0, completion_tokens INTEGER NOT NULL DEFAULT 0, total_tokens INTEGER NOT NULL DEFAULT 0,
  cost_usd REAL NOT NULL DEFAULT 0, has_feedback INTEGER NOT NULL DEFAULT 0,
  first_input TEXT, first_input_order REAL, last_output TEXT, last_output_order REAL,
  scores TEXT, error TEXT, run_id TEXT,
  inputs TEXT, outputs TEXT, config TEXT, metadata TEXT, metrics TEXT, feedback TEXT, user_properties TEXT, facets TEXT,
  UNIQUE(project_id, session_id)
);
CREATE INDEX sessions_by_id ON sessions(session_id);
CREATE INDEX sessions_by_start ON sessions(start_ms, id);
CREATE INDEX sessions_by_seq ON sessions(seq);
CREATE INDEX sessions_by_run ON sessions(run_id) WHERE run_id IS NOT NULL;
CREATE TABLE spans(
  id INTEGER PRIMARY KEY,
  project_id INTEGER NOT NULL,
  session_pk INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  trace_id BLOB NOT NULL, span_id BLOB NOT NULL, parent_span_id BLOB,
  event_id TEXT, parent_event_id TEXT,
  event_type TEXT NOT NULL, name TEXT NOT NULL, source TEXT,
  start_ms REAL NOT NULL, end_ms REAL, duration_ms REAL,
  status INTEGER NOT NULL, error_message TEXT,
  model TEXT, prompt_tokens INTEGER, completion_tokens INTEGER, total_tokens INTEGER, cost_usd REAL,
  scores TEXT, preview TEXT, facets TEXT,
  rank INTEGER NOT NULL, hash BLOB NOT NULL, resource_id INTEGER,
  UNIQUE(project_id, trace_id, span_id)
);
CREATE INDEX spans_by_session ON spans(session_pk, start_ms, id);
CREATE INDEX spans_by_start ON spans(start_ms, id);
CREATE INDEX spans_by_event ON spans(event_id) WHERE event_id IS NOT NULL;
CREATE TABLE payloads(span_pk INTEGER PRIMARY KEY, encoding INTEGER NOT NULL, data BLOB NOT NULL, refs TEXT);
CREATE TABLE blobs(id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, encoding INTEGER NOT NULL, data BLOB NOT NULL, refs INTEGER NOT NULL);
CREATE TABLE resources(id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, data TEXT NOT NULL);
CREATE TABLE patches(project_id INTEGER NOT NULL, event_id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY(project_id, event_id)) WITHOUT ROWID;
CREATE TABLE documents(
  id INTEGER PRIMARY KEY, project_id INTEGER NOT NULL, kind TEXT NOT NULL, doc_id TEXT NOT NULL,
  name TEXT, parent TEXT, created_ms REAL NOT NULL, updated_ms REAL NOT NULL, body TEXT NOT NULL,
  UNIQUE(project_id, kind, doc_id)
);
CREATE VIRTUAL TABLE search USING fts5(text, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 2");
`,
  // From here on payloads may be OTLP, or JSON that lists its shared texts (payload.ts), and texts of spans are in parts
  // (text-parts.ts): version 1 cannot read either.
  `
INSERT INTO meta(key, value) SELECT 'sessions_from_traces', '1' WHERE EXISTS (SELECT 1 FROM sessions WHERE made_from = 'trace');
CREATE INDEX sessions_by_project ON sessions(project_id, start_ms, id);
CREATE TABLE text_parts(id INTEGER PRIMARY KEY);
INSERT INTO meta(key, value) SELECT 'text_parts_from', ifnull(max(id), 0) + 1 FROM spans;
`,
  // Resources go with the last span that has them, and who follows the changes is told of sessions that went.
  `
ALTER TABLE resources ADD COLUMN refs INTEGER NOT NULL DEFAULT 0;
UPDATE resources SET refs = used.n FROM (SELECT resource_id, count(*) AS n FROM spans GROUP BY resource_id) AS used WHERE used.resource_id = resources.id;
DELETE FROM resources WHERE refs = 0;
CREATE TABLE removals(id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, project_id INTEGER NOT NULL, session_id TEXT NOT NULL);
CREATE INDEX removals_by_seq ON removals(seq);
`,
];
