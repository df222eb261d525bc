-- Whether a server vouched for a merge: only then may either user be told what the other did.
ALTER TABLE aliases ADD COLUMN verified INTEGER NOT NULL DEFAULT 0;
