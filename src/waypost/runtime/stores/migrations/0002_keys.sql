-- Keys by what they may do; `hash` is SHA-256 of the key, which is shown once and kept nowhere.
CREATE TABLE keys (
    key_id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at INTEGER,
    hash BLOB NOT NULL UNIQUE
);
