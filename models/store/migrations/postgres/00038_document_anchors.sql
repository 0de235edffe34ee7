-- +goose Up
-- Finds or makes the person of an open session, as before. The first anchor decides if it is known. Otherwise a document
-- does that is known: its person gets the other anchors.
CREATE OR REPLACE FUNCTION {schema}.stile_name_person(
    of_session text, of_org text, anchor_kinds text[], anchor_hashes text[], new_person text, at_time bigint
) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    person text;
BEGIN
    LOOP
        FOR i IN 1..cardinality(anchor_kinds) LOOP
            EXIT WHEN i > 1 AND anchor_kinds[i] <> 'document';
            UPDATE {schema}.verified_persons AS p SET seen_at = at_time FROM {schema}.person_anchors AS a
                WHERE a.kind = anchor_kinds[i] AND a.hash = anchor_hashes[i] AND p.id = a.person_id
                RETURNING p.id INTO person;
            EXIT WHEN FOUND;
        END LOOP;
        EXIT WHEN person IS NOT NULL;
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
            SELECT a.kind, a.hash, person, at_time FROM unnest(anchor_kinds, anchor_hashes) AS a (kind, hash)
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

-- +goose Down
CREATE OR REPLACE FUNCTION {schema}.stile_name_person(
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
