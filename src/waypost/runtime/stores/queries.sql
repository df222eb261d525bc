-- Every query of the stores. A line `-- name: sentence` begins one; `(VALUES)` stands for a list of any length.
-- Standard SQL where there is a choice: another database reads the same page.

-- fact: One fact of the store.
SELECT value FROM facts WHERE name = ?;

-- fact_set: Remember a fact of the store, in the place of what it was.
INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- fact_drop: Forget a fact of the store.
DELETE FROM facts WHERE name = ?;

-- ids_add: Give a number to each id that has none.
INSERT INTO ids (id) VALUES (?) ON CONFLICT (id) DO NOTHING;

-- ids_numbers: The numbers of these ids.
SELECT id, number FROM ids WHERE id IN (VALUES);

-- ids_names: The ids with these numbers.
SELECT number, id FROM ids WHERE number IN (VALUES);

-- ids_after: All ids in the order of their numbers, a page of them.
SELECT number, id FROM ids WHERE number > ? ORDER BY number LIMIT ?;

-- ids_count: How many ids there are.
SELECT count(*) FROM ids;

-- events_append: Append one event behind all others; the caller has made sure that its message id is new.
INSERT INTO events (seq, owner, prev, message_id, kind, name, at, received_at, anonymous, source, properties, previous_id,
    group_id, imported)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- events_message_ids: The message ids at these positions.
SELECT seq, message_id FROM events WHERE seq IN (VALUES);

-- events_tail: What is behind a position, a page of it: message id, owner, and whether it can change who is who.
SELECT seq, message_id, owner, anonymous IS NOT NULL OR kind IN ('alias', 'undo') FROM events
WHERE seq > ? ORDER BY seq LIMIT ?;

-- events_chain: The events of an owner, from the last one at this position backwards to another that is left out, at most so many.
WITH RECURSIVE chain AS (
    SELECT * FROM events WHERE seq = ?
    UNION ALL SELECT e.* FROM chain c JOIN events e ON e.seq = c.prev WHERE e.seq > ?
)
SELECT e.message_id, e.kind, e.name, e.at, o.id, a.id, e.properties, e.source, e.received_at, e.previous_id, e.group_id,
    e.imported, e.seq
FROM chain e JOIN ids o ON o.number = e.owner LEFT JOIN ids a ON a.number = e.anonymous
LIMIT ?;

-- events_chain_with: Of the same events, those that carry an anonymous id.
WITH RECURSIVE chain AS (
    SELECT * FROM events WHERE seq = ?
    UNION ALL SELECT e.* FROM chain c JOIN events e ON e.seq = c.prev WHERE e.seq > ?
)
SELECT e.message_id, e.kind, e.name, e.at, o.id, a.id, e.properties, e.source, e.received_at, e.previous_id, e.group_id,
    e.imported, e.seq
FROM chain e JOIN ids o ON o.number = e.owner LEFT JOIN ids a ON a.number = e.anonymous
WHERE e.anonymous = ?;

-- events_chain_latest: The instant of the latest event of an owner.
WITH RECURSIVE chain AS (
    SELECT seq, prev, at FROM events WHERE seq = ?
    UNION ALL SELECT e.seq, e.prev, e.at FROM chain c JOIN events e ON e.seq = c.prev
)
SELECT max(at) FROM chain;

-- claims_of: The messages of an owner that carried an anonymous id.
WITH RECURSIVE chain AS (
    SELECT seq, prev, owner, anonymous, kind, at, message_id FROM events WHERE seq = ?
    UNION ALL SELECT e.seq, e.prev, e.owner, e.anonymous, e.kind, e.at, e.message_id
    FROM chain c JOIN events e ON e.seq = c.prev
)
SELECT u.id, c.at, c.message_id FROM chain c JOIN ids u ON u.number = c.owner
WHERE c.anonymous = ? AND c.kind NOT IN ('decision', 'delivery', 'undo');

-- sealed_add: Keep the hashes of a run of message ids, with their positions.
INSERT INTO sealed (last, hashes, places) VALUES (?, ?, ?);

-- sealed_after: The hashes of the runs behind a position.
SELECT last, hashes FROM sealed WHERE last > ? ORDER BY last;

-- sealed_runs: Where the runs end, the latest first.
SELECT last FROM sealed ORDER BY last DESC;

-- sealed_run: One run of hashes, with their positions.
SELECT hashes, places FROM sealed WHERE last = ?;

-- register_all: The register, by chunks.
SELECT chunk, data FROM register;

-- register_write: Write a chunk of the register.
INSERT INTO register (chunk, data) VALUES (?, ?) ON CONFLICT (chunk) DO UPDATE SET data = excluded.data;

-- snapshots: The profiles in these rows.
SELECT row, person, seq, wake, future, push, muted, data FROM snapshots WHERE row IN (VALUES);

-- snapshot_add: Keep a profile in a new row.
INSERT INTO snapshots (row, person, seq, wake, future, push, muted, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- snapshots_ends: The first and the last row that is taken.
SELECT coalesce(min(row), 0), coalesce(max(row), 0) FROM snapshots;

-- snapshots_first: The first rows.
SELECT row, person, seq, wake, future, push, muted, data FROM snapshots ORDER BY row LIMIT ?;

-- snapshots_drop: Let go of the rows up to one.
DELETE FROM snapshots WHERE row <= ?;

-- dropped_add: Remember that whatever profile is stored of a person no longer holds.
INSERT INTO dropped (person) VALUES (?) ON CONFLICT DO NOTHING;

-- dropped_all: Whose stored profile no longer holds.
SELECT person FROM dropped;

-- dropped_clear: The register of people with these numbers is written: it says itself whose profile is stored.
DELETE FROM dropped WHERE person >= ? AND person < ?;

-- events_last: The position of the latest event in the log.
SELECT coalesce(max(seq), 0) FROM events;

-- events_after: The log behind a position, a page of it.
SELECT e.seq, e.message_id, e.kind, e.name, e.at, o.id, a.id, e.properties, e.source, e.received_at, e.previous_id,
    e.group_id, e.imported
FROM events e JOIN ids o ON o.number = e.owner LEFT JOIN ids a ON a.number = e.anonymous
WHERE e.seq > ? ORDER BY e.seq LIMIT ?;

-- events_search: The log from the latest backwards, by the beginning of the message id.
SELECT e.message_id, e.kind, e.name, e.at, o.id, a.id, e.properties, e.source, e.received_at, e.previous_id, e.group_id,
    e.imported, e.seq
FROM events e JOIN ids o ON o.number = e.owner LEFT JOIN ids a ON a.number = e.anonymous
WHERE e.message_id >= ? AND e.message_id < ? ORDER BY e.seq DESC LIMIT ?;

-- events_recent: The log from the latest backwards.
SELECT e.message_id, e.kind, e.name, e.at, o.id, a.id, e.properties, e.source, e.received_at, e.previous_id, e.group_id,
    e.imported, e.seq
FROM events e JOIN ids o ON o.number = e.owner LEFT JOIN ids a ON a.number = e.anonymous
ORDER BY e.seq DESC LIMIT ?;

-- events_count: How many events there are.
SELECT count(*) FROM events;

-- events_count_search: How many events have a message id that begins so.
SELECT count(*) FROM events WHERE message_id >= ? AND message_id < ?;

-- identifies: Every identify in the log, a page of them.
SELECT seq, owner, properties FROM events WHERE seq > ? AND kind = 'identify' ORDER BY seq LIMIT ?;

-- quarantine_add: Keep a message that was not fit for the log.
INSERT INTO quarantine (received_at, origin, line, code, reason, original) VALUES (?, ?, ?, ?, ?, ?);

-- quarantine_known: Which of these rows of imports are in quarantine.
SELECT original FROM quarantine WHERE original IN (VALUES) AND origin = 'import';

-- quarantine_recent: What is in quarantine, from the latest backwards.
SELECT row, received_at, origin, line, code, reason, original FROM quarantine ORDER BY row DESC LIMIT ?;

-- quarantine_count: How many messages are in quarantine.
SELECT count(*) FROM quarantine;

-- links_add: Remember that a user claimed an anonymous id.
INSERT INTO links (anonymous, user) VALUES (?, ?) ON CONFLICT DO NOTHING;

-- links_of_anonymous: The users that ever claimed these anonymous ids.
SELECT anonymous, user FROM links WHERE anonymous IN (VALUES);

-- links_of_user: The anonymous ids that these users ever claimed.
SELECT anonymous, user FROM links WHERE user IN (VALUES);

-- aliases_add: Remember an explicit merge.
INSERT INTO aliases (message_id, previous, user, at, verified) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING;

-- aliases_from: The merges of these users into others.
SELECT previous, user, at, message_id, verified FROM aliases WHERE previous IN (VALUES);

-- aliases_into: The merges of others into these users.
SELECT previous, user, at, message_id, verified FROM aliases WHERE user IN (VALUES);

-- aliases_circle: The merges by which users are joined with this one, directly or through others.
WITH RECURSIVE circle(name) AS (
    VALUES (?)
    UNION SELECT CASE a.previous WHEN c.name THEN a.user ELSE a.previous END
    FROM circle c JOIN aliases a ON a.previous = c.name OR a.user = c.name
)
SELECT previous, user, at, message_id, verified FROM aliases WHERE previous IN (SELECT name FROM circle);

-- aliases_names: The user ids of every merge.
SELECT previous, user FROM aliases;

-- undos_add: Remember what was taken back.
INSERT INTO undos (message_id, one, other, start, until) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING;

-- undos_all: Everything that was taken back.
SELECT one, other, start, until FROM undos;

-- external_add: Let a trait's value look a person up.
INSERT INTO external_ids (value, trait, owner) VALUES (?, ?, ?) ON CONFLICT DO NOTHING;

-- external_find: The owners whose trait had this value.
SELECT trait, owner FROM external_ids WHERE value = ?;

-- external_clear: Forget all external ids (they are read from the log again).
DELETE FROM external_ids;

-- outbox_add: Let a delivery wait.
INSERT INTO outbox (delivery_id, owner, step, channel, decision_id, definition_set, decided_at, due, attempts, held)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, NULL) ON CONFLICT DO NOTHING;

-- outbox_due: The deliveries that are due, the earliest first.
SELECT delivery_id, owner, step, channel, decision_id, definition_set, decided_at, due, attempts, held
FROM outbox WHERE due <= ? ORDER BY due LIMIT ?;

-- outbox_of: The deliveries that wait for these owners.
SELECT delivery_id, owner, step, channel, decision_id, definition_set, decided_at, due, attempts, held
FROM outbox WHERE owner IN (VALUES) ORDER BY due;

-- outbox_one: One delivery that waits.
SELECT delivery_id, owner, step, channel, decision_id, definition_set, decided_at, due, attempts, held
FROM outbox WHERE delivery_id = ?;

-- outbox_all: The deliveries that wait, the earliest first.
SELECT delivery_id, owner, step, channel, decision_id, definition_set, decided_at, due, attempts, held
FROM outbox ORDER BY due LIMIT ?;

-- outbox_later: Let a delivery wait longer, and say why.
UPDATE outbox SET due = ?, attempts = ?, held = ? WHERE delivery_id = ?;

-- outbox_done: A delivery needs no more waiting.
DELETE FROM outbox WHERE delivery_id = ?;

-- outbox_next: When the next delivery is due.
SELECT min(due) FROM outbox;

-- definition_set: The files of a definition set.
SELECT files FROM definition_sets WHERE hash = ?;

-- definition_set_add: Keep a definition set.
INSERT INTO definition_sets (hash, files) VALUES (?, ?) ON CONFLICT DO NOTHING;

-- applied_add: Write down that a definition set went live, and why.
INSERT INTO applied (hash, at, reason) VALUES (?, ?, ?);

-- applied_all: Which definition sets went live, the latest first.
SELECT number, hash, at, reason FROM applied ORDER BY number DESC LIMIT ?;

-- keys_all: Every key, the oldest first.
SELECT key_id, kind, name, created_at, last_used_at, revoked_at, hash FROM keys ORDER BY created_at, key_id;

-- keys_add: Keep a new key.
INSERT INTO keys (key_id, kind, name, created_at, hash) VALUES (?, ?, ?, ?, ?);

-- keys_revoke: Write down that a key is no longer valid.
UPDATE keys SET revoked_at = ? WHERE key_id = ?;

-- keys_used: Write down when a key was last used.
UPDATE keys SET last_used_at = ? WHERE key_id = ?;
