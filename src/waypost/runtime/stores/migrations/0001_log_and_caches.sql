-- The log, which is the truth; and what is kept beside it to find and read it quickly.

-- What holds for the whole store: its version, the live definition set, whether delivery is paused.
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- Every id once, with its kind (`u:ada`, `a:phone-1`), and a short number for it.
CREATE TABLE ids (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);

-- The log: append-only, in order of arrival. `owner` is the user, or where there is none the anonymous id; `prev` is the
-- owner's event before this one. It has no index but its order: see stores/log.py.
CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    owner INTEGER NOT NULL REFERENCES ids,
    prev INTEGER,
    message_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    anonymous INTEGER REFERENCES ids,
    source TEXT NOT NULL,
    properties TEXT NOT NULL,
    previous_id TEXT,
    group_id TEXT,
    imported INTEGER NOT NULL
);

-- Hashes of message ids, sorted, with their positions in the log: runs of them, each up to `last`.
CREATE TABLE sealed (last INTEGER PRIMARY KEY, hashes BLOB NOT NULL, places BLOB NOT NULL);

-- What is known of every id by its number, in chunks of dense columns: see stores/register.py.
CREATE TABLE register (chunk INTEGER PRIMARY KEY, data BLOB NOT NULL);

-- Messages that were not fit for the log, as they came.
CREATE TABLE quarantine (
    row INTEGER PRIMARY KEY,
    received_at INTEGER NOT NULL,
    origin TEXT NOT NULL,
    line INTEGER,
    code TEXT NOT NULL,
    reason TEXT NOT NULL,
    original TEXT NOT NULL
);

-- Which users ever claimed which anonymous ids (once each: the claims themselves are in the log).
CREATE TABLE links (anonymous INTEGER NOT NULL, user INTEGER NOT NULL, PRIMARY KEY (anonymous, user)) WITHOUT ROWID;
CREATE INDEX links_by_user ON links (user);

-- Explicit merges of two users, and what was taken back.
CREATE TABLE aliases (message_id TEXT PRIMARY KEY, previous TEXT NOT NULL, user TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX aliases_by_previous ON aliases (previous);
CREATE INDEX aliases_by_user ON aliases (user);
CREATE TABLE undos (
    message_id TEXT PRIMARY KEY,
    one TEXT NOT NULL,
    other TEXT NOT NULL,
    start INTEGER NOT NULL,
    until INTEGER NOT NULL
);

-- Traits that look a person up.
CREATE TABLE external_ids (value TEXT NOT NULL, trait TEXT NOT NULL, owner INTEGER NOT NULL,
    PRIMARY KEY (value, trait, owner)) WITHOUT ROWID;

-- Profiles: a cache of the log, each written behind the others; the register knows the row of each. `seq` is the last event
-- that `data` stands for, `wake` when the person must be looked at next, `future` the instant of their first event that
-- has not happened yet, `push` when to look again at a push step, `muted` when history last came late.
CREATE TABLE snapshots (
    row INTEGER PRIMARY KEY,
    person INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    wake INTEGER,
    future INTEGER,
    push INTEGER,
    muted INTEGER NOT NULL,
    data BLOB NOT NULL
);

-- Whose stored profile no longer holds, since the register was last written.
CREATE TABLE dropped (person INTEGER PRIMARY KEY);

-- Deliveries that wait to leave. What became of one is an event in the log.
CREATE TABLE outbox (
    delivery_id TEXT PRIMARY KEY,
    owner INTEGER NOT NULL,
    step TEXT NOT NULL,
    channel TEXT NOT NULL,
    decision_id TEXT NOT NULL,
    definition_set TEXT NOT NULL,
    decided_at INTEGER NOT NULL,
    due INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    held TEXT
);
CREATE INDEX outbox_by_due ON outbox (due);
CREATE INDEX outbox_by_owner ON outbox (owner);

-- Every definition set that was ever live, with its files; and when and why each went live.
CREATE TABLE definition_sets (hash TEXT PRIMARY KEY, files TEXT NOT NULL);
CREATE TABLE applied (number INTEGER PRIMARY KEY, hash TEXT NOT NULL, at INTEGER NOT NULL, reason TEXT NOT NULL);
