-- +goose Up
-- The functions through which the service reaches verified_persons and person_anchors. They run with the rights of the
-- role that migrates, so that the role of the service needs none on these tables. Tables are named with their schema:
-- nothing that a caller creates is used in their place.

-- Finds or makes the person of an open session. Returns true for a new person, which has the id new_person; the id of a
-- person that was there is written into the row of the session. The first anchor decides; the others become the person's
-- unless somebody has them. The person is locked until the end of the transaction, so that the sweep does not delete it.
CREATE FUNCTION {schema}.stile_name_person(
    of_session text, of_org text, anchor_kinds text[], anchor_hashes text[], new_person text, at_time bigint
) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    person text;
BEGIN
    LOOP
        UPDATE {schema}.verified_persons AS p SET seen_at = at_time FROM {schema}.person_anchors AS a
            WHERE a.kind = anchor_kinds[1] AND a.hash = anchor_hashes[1] AND p.id = a.person_id
            RETURNING p.id INTO person;
        EXIT WHEN FOUND;
        INSERT INTO {schema}.verified_persons (id, created, seen_at) VALUES (new_person, at_time, at_time);
        person := new_person;
        EXIT WHEN cardinality(anchor_kinds) = 0;
        INSERT INTO {schema}.person_anchors (kind, hash, person_id, created)
            VALUES (anchor_kinds[1], anchor_hashes[1], new_person, at_time) ON CONFLICT DO NOTHING;
        EXIT WHEN FOUND;
        -- Another transaction has made the person meanwhile.
        DELETE FROM {schema}.verified_persons WHERE id = new_person;
    END LOOP;
    IF cardinality(anchor_kinds) > 1 THEN
        INSERT INTO {schema}.person_anchors (kind, hash, person_id, created)
            SELECT a.kind, a.hash, person, at_time FROM unnest(anchor_kinds[2:], anchor_hashes[2:]) AS a (kind, hash)
            ON CONFLICT DO NOTHING;
    END IF;
    IF person = new_person THEN
        RETURN true;
    END IF;
    UPDATE {schema}.sessions SET verified_person_id = person
        WHERE id = of_session AND org_id = of_org AND completed_at IS NULL;
    RETURN false;
END
$$;

-- Returns the credentials of the person with an anchor that are neither revoked nor expired: those of the organization
-- and, with network, the original ones of all others. For an unknown anchor it returns one row of NULLs, after the same
-- work.
CREATE FUNCTION {schema}.stile_credentials(
    anchor_kind text, anchor_hash text, of_org text, network boolean, at_time bigint
) RETURNS SETOF {schema}.credentials LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT c.* FROM (SELECT 1) AS q
        LEFT JOIN {schema}.person_anchors AS a ON a.kind = anchor_kind AND a.hash = anchor_hash
        LEFT JOIN {schema}.credentials AS c ON c.person_id = COALESCE(a.person_id, '')
            AND c.revoked_at IS NULL AND c.expires_at > at_time
            AND (c.org_id = of_org OR network AND c.source_id IS NULL);
END
$$;

-- Deletes those of the persons that have no credential left, with their anchors and blocks, and returns whether there
-- were any. It locks the persons first: a verification or another sweep that is under way is then committed, and its
-- rows are seen.
CREATE FUNCTION {schema}.stile_forget_persons(persons text[]) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    unproven text[];
BEGIN
    PERFORM FROM {schema}.verified_persons WHERE id = ANY (persons) ORDER BY id FOR UPDATE;
    unproven := ARRAY(SELECT p.id FROM {schema}.verified_persons AS p WHERE p.id = ANY (persons)
        AND NOT EXISTS (SELECT FROM {schema}.credentials AS c WHERE c.person_id = p.id));
    DELETE FROM {schema}.person_anchors WHERE person_id = ANY (unproven);
    DELETE FROM {schema}.trust_blocks WHERE person_id = ANY (unproven);
    DELETE FROM {schema}.verified_persons WHERE id = ANY (unproven);
    RETURN FOUND;
END
$$;

-- Finds the best verification that the person with an e-mail address shares with other organizations and that meets the
-- demand, inserts a grant under the id new_grant unless the organization has one of this verification, and names the
-- grant in the session's row. Returns whether there is such a verification, and nothing else.
CREATE FUNCTION {schema}.stile_grant_trust(
    of_session text, of_org text, new_grant text, anchor_hash text, allowed_methods text[], min_years bigint,
    verified_since bigint, of_jurisdiction text, at_time bigint
) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    source text;
    consent text;
    person text;
BEGIN
    SELECT c.id, t.id, a.person_id INTO source, consent, person FROM {schema}.person_anchors AS a
        JOIN {schema}.trust_consents AS t ON t.person_id = a.person_id AND t.revoked_at IS NULL
        JOIN {schema}.credentials AS c ON c.id = t.credential_id AND c.revoked_at IS NULL
        WHERE a.kind = 'email' AND a.hash = anchor_hash
            AND c.org_id <> of_org AND c.method = ANY (allowed_methods) AND c.age_years >= min_years
            AND c.verified_at >= verified_since AND c.expires_at > at_time
            AND (of_jurisdiction = '' OR c.jurisdiction = of_jurisdiction)
            AND NOT EXISTS (
                SELECT FROM {schema}.trust_blocks AS b WHERE b.org_id = of_org AND b.person_id = a.person_id
            )
        ORDER BY c.strength_rank DESC, c.verified_at DESC, c.id LIMIT 1
        FOR SHARE OF a, t, c;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    -- The query waited for the locks of a revocation, and has not seen the block of its transaction.
    PERFORM FROM {schema}.trust_blocks WHERE org_id = of_org AND person_id = person;
    IF FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO {schema}.trust_grants (id, org_id, source_org_id, person_id, consent_id, credential_id, session_id,
            method, methods, strength, age_tier, jurisdiction, verified_at, created, expires_at)
        SELECT new_grant, of_org, c.org_id, c.person_id, consent, c.id, of_session,
            c.method, c.methods, c.strength, c.age_tier, c.jurisdiction, c.verified_at, at_time, c.expires_at
        FROM {schema}.credentials AS c WHERE c.id = source
        ON CONFLICT DO NOTHING;
    UPDATE {schema}.sessions SET trust_grant_id = (
            SELECT g.id FROM {schema}.trust_grants AS g
            WHERE g.org_id = of_org AND g.credential_id = source AND g.revoked_at IS NULL
        ) WHERE id = of_session AND org_id = of_org;
    RETURN true;
END
$$;

REVOKE ALL ON FUNCTION {schema}.stile_name_person, {schema}.stile_credentials, {schema}.stile_forget_persons,
    {schema}.stile_grant_trust FROM PUBLIC;

-- A role that has written these tables until now goes on by the functions; no role but the owner keeps a privilege.
DO $$
DECLARE
    other record;
BEGIN
    FOR other IN
        SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS name,
            bool_or(a.privilege_type = 'INSERT') AS writes
        FROM pg_class AS t CROSS JOIN LATERAL aclexplode(t.relacl) AS a
        WHERE t.oid IN ('{schema}.verified_persons'::regclass, '{schema}.person_anchors'::regclass)
            AND a.grantee <> t.relowner
        GROUP BY a.grantee
    LOOP
        EXECUTE 'REVOKE ALL ON {schema}.verified_persons, {schema}.person_anchors FROM ' || other.name;
        IF other.writes THEN
            EXECUTE 'GRANT EXECUTE ON FUNCTION {schema}.stile_name_person, {schema}.stile_credentials,'
                ' {schema}.stile_forget_persons, {schema}.stile_grant_trust TO ' || other.name;
        END IF;
    END LOOP;
END
$$;

-- +goose Down
DROP FUNCTION {schema}.stile_name_person, {schema}.stile_credentials, {schema}.stile_forget_persons,
    {schema}.stile_grant_trust;
