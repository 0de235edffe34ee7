-- Fills a migrated PostgreSQL database with the rows of :n verified sessions of a year, for EXPLAIN (ANALYZE) and for
-- measurements of single statements; bench/README.md shows the call. The database must be empty and is of no other use:
-- values that should be sealed are not. A third of the sessions keeps contacts, one in a hundred was reviewed.
\set ON_ERROR_STOP on
\if :{?n} \else \set n 1000000 \endif
SET session_replication_role = replica; -- the rows refer to one another in this order, so no key is checked
SET synchronous_commit = off;

CREATE TEMP TABLE kept AS SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE relnamespace = 'public'::regnamespace AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid);
SELECT format('DROP INDEX %s', name) FROM kept \gexec

CREATE FUNCTION pg_temp.id(prefix text, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
    $$ SELECT prefix || '_' || substr(translate(md5(prefix || i), '0189', 'ghij'), 1, 24) $$;
CREATE FUNCTION pg_temp.at(i bigint, n bigint) RETURNS bigint LANGUAGE sql STABLE AS
    $$ SELECT (extract(epoch FROM now()) * 1000000)::bigint - 31536000000000 / n * (n - i) $$;
CREATE FUNCTION pg_temp.outcome(i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
    $$ SELECT CASE WHEN i % 100 < 6 THEN 'failed' WHEN i % 100 < 9 THEN 'cancelled' WHEN i % 100 < 12 THEN 'expired'
       ELSE 'verified' END $$;

INSERT INTO organizations (id, name, sandbox, publishable_create_blocked, created) VALUES ('org_big', 'Big', false, false, 1);
INSERT INTO workflows (id, org_id, name, definition, published_version, created, updated)
    SELECT name, 'org_big', name, '{}', 1, 1, 1 FROM (VALUES ('wf_main'), ('wf_old'), ('wf_few')) AS w (name);
INSERT INTO graphs (id, org_id, body, created) VALUES ('graph_1', 'org_big', '{}', 1);
INSERT INTO webhook_endpoints (id, org_id, url, enabled_events, status, metadata, secret_sealed, deleted, created, updated)
    VALUES ('we_big', 'org_big', 'https://merchant.example', '["*"]', 'enabled', '{}', 'sealed', false, 1, 1);

-- The oldest tenth belongs to a workflow that is no longer used.
INSERT INTO sessions (id, org_id, type, status, workflow_id, workflow_version, graph_id, graph_state, methods, use_case,
        age_tier, rule_version, jurisdiction, jurisdiction_source, client_reference_id, metadata, email_sealed, email_lookup,
        verification_path, failure_code, revision, submissions, in_flight, created, updated, expires_at, completed_at,
        review_status, reviewer, review_flagged_at, compliance, erase_at, erased_at)
    SELECT pg_temp.id('vks', i), 'org_big', 'age', CASE WHEN i > :n - 30 THEN 'pending' ELSE pg_temp.outcome(i) END,
        CASE WHEN i <= :n / 10 THEN 'wf_old' WHEN i % 20000 = 0 THEN 'wf_few' ELSE 'wf_main' END, 1 + i * 3 / :n, 'graph_1',
        '{"text":"' || repeat('s', 300) || '"}', '["document_capture","facial_age"]', 'alcohol_delivery', 'min_age_21', '2026-01-01',
        CASE WHEN i % 3 = 0 THEN 'US' ELSE 'US-CA' END, 'explicit', 'user_' || i % (:n / 4), '{}',
        CASE WHEN i % 3 = 0 THEN repeat('e', 90) END, CASE WHEN i % 3 = 0 THEN md5('e' || i) END,
        CASE WHEN i % 100 >= 12 THEN 'document_capture' END, CASE WHEN i % 100 < 6 THEN 'under_age' END,
        4, 1, 0, t, t, t + 86400000000, CASE WHEN i <= :n - 30 THEN t + 60000000 END,
        CASE WHEN i % 200 = 20 THEN 'approved' WHEN i % 200 = 121 THEN 'rejected' ELSE '' END,
        CASE WHEN i % 200 = 20 THEN 'jo' WHEN i % 200 = 121 THEN 'kim' END, CASE WHEN i % 200 IN (20, 121) THEN t END,
        '{"use_case":"alcohol_delivery","data_retention_days":400,"text":"' || repeat('c', 500) || '"}',
        CASE WHEN i % 3 = 0 THEN t + 34560000000000 END, CASE WHEN i % 3 <> 0 AND i <= :n - 30 THEN t END
    FROM (SELECT i, pg_temp.at(i, :n) AS t FROM generate_series(1::bigint, :n) AS i) AS rows;
INSERT INTO session_transitions (session_id, id, org_id, from_status, to_status, event_id, created)
    SELECT pg_temp.id('vks', i), step, 'org_big', was, CASE becomes WHEN '' THEN pg_temp.outcome(i) ELSE becomes END,
        CASE becomes WHEN '' THEN pg_temp.id('evt', 2 * i) END, pg_temp.at(i, :n) + after
    FROM generate_series(1::bigint, :n) AS i, (VALUES ('open', 'created', 'pending', 1000000),
        ('submit/doc/1', 'pending', 'processing', 2000000), ('verdict/doc/1', 'processing', '', 3000000))
        AS steps (step, was, becomes, after);
INSERT INTO session_steps (session_id, seq, org_id, kind, node, detail, created)
    SELECT pg_temp.id('vks', i), 1, 'org_big', 'result', 'doc', '{"outcome":"passed"}', pg_temp.at(i, :n)
    FROM generate_series(1::bigint, :n) AS i;
INSERT INTO submissions (id, org_id, session_id, node, method, attempt, fingerprint, ready_at, created)
    SELECT pg_temp.id('vr', i), 'org_big', pg_temp.id('vks', i), 'doc', 'document_capture', 1, '', 1, pg_temp.at(i, :n)
    FROM generate_series(1::bigint, :n) AS i;
INSERT INTO results (id, org_id, session_id, node, method, attempt, status, age_tier, reason_codes, checks, created)
    SELECT pg_temp.id('vr', i), 'org_big', pg_temp.id('vks', i), 'doc', 'document_capture', 1, 'passed', 'min_age_21', '[]',
        '[{"name":"mrz_check_digits","status":"passed"}]', pg_temp.at(i, :n) FROM generate_series(1::bigint, :n) AS i;
INSERT INTO events (id, org_id, type, session_id, data, created)
    SELECT pg_temp.id('evt', i), 'org_big',
        'verification_session.' || CASE i % 2 WHEN 1 THEN 'created' ELSE pg_temp.outcome(i / 2) END,
        pg_temp.id('vks', (i + 1) / 2), '{"id":"' || repeat('d', 1200) || '"}', pg_temp.at((i + 1) / 2, :n) + i % 2
    FROM generate_series(1::bigint, 2 * :n) AS i;
INSERT INTO webhook_deliveries (id, org_id, endpoint_id, event_id, event_type, session_id, attempt, status,
        response_status, duration_ms, due_at, outstanding, created, completed_at, sent_at, request_url, request_headers,
        response_sealed)
    SELECT pg_temp.id('whd', i), 'org_big', 'we_big', pg_temp.id('evt', i),
        'verification_session.' || CASE i % 2 WHEN 1 THEN 'created' ELSE pg_temp.outcome(i / 2) END,
        pg_temp.id('vks', (i + 1) / 2), 1, CASE WHEN i % 100 = 7 THEN 'failed' ELSE 'succeeded' END, 200, 12, t, i % 100 = 7,
        t, t, t, 'https://merchant.example', repeat('h', 350), repeat('r', 250)
    FROM (SELECT i, pg_temp.at((i + 1) / 2, :n) + i % 2 AS t FROM generate_series(1::bigint, 2 * :n) AS i) AS rows;
INSERT INTO verified_persons (id, created, seen_at)
    SELECT pg_temp.id('vp', i), pg_temp.at(i, :n), pg_temp.at(i, :n) FROM generate_series(1::bigint, :n) AS i;
INSERT INTO credentials (id, org_id, person_id, session_id, hash, method, methods, strength, strength_rank, age_tier,
        age_years, jurisdiction, verified_at, expires_at)
    SELECT pg_temp.id('cred', i), 'org_big', pg_temp.id('vp', i), pg_temp.id('vks', i), md5('h' || i), 'document_capture',
        '["document_capture"]', 'document_capture', 5, 'min_age_21', 21, 'US', pg_temp.at(i, :n),
        pg_temp.at(i, :n) + 63072000000000 FROM generate_series(1::bigint, :n) AS i;
INSERT INTO audit_log (id, org_id, actor, action, target, detail, created)
    SELECT pg_temp.id('aud', i), 'org_big', 'key_1', 'session_review.approve', pg_temp.id('vks', i), '{}', pg_temp.at(i, :n)
    FROM generate_series(1::bigint, :n / 10) AS i;
INSERT INTO idempotency_keys (scope, key_hash, fingerprint, resource_id, claim, leased_until, response_status,
        response_sealed, created, expires_at)
    SELECT 'org_big', md5('k' || i), md5('f' || i), md5('r' || i), md5('c' || i), t, 201, repeat('a', 1500), t,
        t + 86400000000
    FROM (SELECT i, pg_temp.at(:n - i / 1000, :n) AS t FROM generate_series(1::bigint, :n / 10) AS i) AS rows;

SELECT definition FROM kept \gexec
VACUUM ANALYZE;
