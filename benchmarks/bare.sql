-- The bare arm: the least SQL that matches correctly (lock the agent, look over the heads of its queues, lock one,
-- write offer and event), without licences, limits, delays, preferred agents, why or journal.
DROP SCHEMA IF EXISTS bare CASCADE;
CREATE SCHEMA bare;
CREATE TABLE bare.agent (id int PRIMARY KEY, available bool NOT NULL, used smallint NOT NULL DEFAULT 0,
    idle_since timestamptz NOT NULL, CHECK (used BETWEEN 0 AND 100)) WITH (fillfactor = 70);
CREATE TABLE bare.queue (id int PRIMARY KEY, weight smallint NOT NULL);
CREATE TABLE bare.agent_queue (agent_id int, queue_id int, rank smallint, PRIMARY KEY (agent_id, queue_id));
CREATE TABLE bare.waiting (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, queue_id int NOT NULL,
    priority smallint NOT NULL, enqueued_at timestamptz NOT NULL, state smallint NOT NULL DEFAULT 0)
    WITH (fillfactor = 70);
CREATE TABLE bare.offer (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, waiting_id bigint NOT NULL,
    agent_id int NOT NULL, weight smallint NOT NULL, state smallint NOT NULL DEFAULT 0);
CREATE TABLE bare.event (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, waiting_id bigint, agent_id int,
    kind smallint, at timestamptz NOT NULL DEFAULT clock_timestamp(), facts jsonb);

CREATE FUNCTION bare.match_agent(p int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    q int;
    w smallint;
    i bigint;
BEGIN
    PERFORM 1 FROM bare.agent WHERE id = p AND available AND used < 100 FOR NO KEY UPDATE SKIP LOCKED;
    IF NOT FOUND THEN RETURN NULL; END IF;
    FOR attempt IN 1..3 LOOP
        SELECT aq.queue_id, queue.weight INTO q, w
        FROM bare.agent_queue aq JOIN bare.queue ON queue.id = aq.queue_id
        CROSS JOIN LATERAL (SELECT x.priority, x.enqueued_at FROM bare.waiting x
            WHERE x.queue_id = aq.queue_id AND x.state = 0
            ORDER BY x.priority DESC, x.enqueued_at, x.id LIMIT 1) head
        WHERE aq.agent_id = p ORDER BY head.priority DESC, head.enqueued_at LIMIT 1;
        IF NOT FOUND THEN RETURN NULL; END IF;
        SELECT x.id INTO i FROM bare.waiting x WHERE x.queue_id = q AND x.state = 0
        ORDER BY x.priority DESC, x.enqueued_at, x.id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
        IF FOUND THEN
            UPDATE bare.waiting SET state = 1 WHERE id = i;
            UPDATE bare.agent SET used = used + w, idle_since = clock_timestamp() WHERE id = p;
            INSERT INTO bare.offer (waiting_id, agent_id, weight) VALUES (i, p, w);
            INSERT INTO bare.event (waiting_id, agent_id, kind, facts) VALUES (i, p, 1, jsonb_build_object('w', w));
            RETURN i;
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;

-- The other side: somebody arrives. The longest idle agent of its queue, found along the index of free agents.
CREATE FUNCTION bare.match_waiting(p bigint) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    q int;
    w smallint;
    a int;
BEGIN
    SELECT x.queue_id, queue.weight INTO q, w FROM bare.waiting x JOIN bare.queue ON queue.id = x.queue_id
    WHERE x.id = p AND x.state = 0 FOR NO KEY UPDATE OF x SKIP LOCKED;
    IF NOT FOUND THEN RETURN NULL; END IF;
    SELECT agent.id INTO a FROM bare.agent
    WHERE available AND used < 100 AND used + w <= 100
        AND (SELECT rank FROM bare.agent_queue aq WHERE aq.agent_id = agent.id AND aq.queue_id = q) IS NOT NULL
    ORDER BY idle_since LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
    IF NOT FOUND THEN RETURN NULL; END IF;
    UPDATE bare.waiting SET state = 1 WHERE id = p;
    UPDATE bare.agent SET used = used + w, idle_since = clock_timestamp() WHERE id = a;
    INSERT INTO bare.offer (waiting_id, agent_id, weight) VALUES (p, a, w);
    INSERT INTO bare.event (waiting_id, agent_id, kind, facts) VALUES (p, a, 1, jsonb_build_object('w', w));
    RETURN a;
END
$$;

-- An agent ends what she has.
CREATE FUNCTION bare.complete(p int) RETURNS void LANGUAGE sql AS $$
    WITH done AS (UPDATE bare.offer SET state = 1 WHERE agent_id = p AND state = 0 RETURNING waiting_id, weight),
        left_line AS (UPDATE bare.waiting SET state = 2 WHERE id IN (SELECT waiting_id FROM done))
    UPDATE bare.agent SET used = used - (SELECT coalesce(sum(weight), 0) FROM done) WHERE id = p
$$;
