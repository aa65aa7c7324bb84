-- The decision: which contact goes to which agent. Called right after the commit of what made it possible, in a
-- transaction of its own, as one call; the time is passed in.
-- Locks: the seat, then the interaction, always SKIP LOCKED, never waiting. Writes: leg, interaction queued -> offered,
-- journal, and the seat's recount.

-- What both functions answer: the journal entry of an offer and its leg; and `again`, when somebody else held a row that
-- was wanted or somebody went first.
DO $$ BEGIN
    CREATE TYPE match_result AS (entry bigint, again boolean);
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;
DO $$ BEGIN
    ALTER TYPE match_result ADD ATTRIBUTE leg bigint CASCADE;
EXCEPTION WHEN duplicate_column THEN NULL;
END $$;

-- A contact as it stands before an agent who is free, with the keys by which it compares to the others.
DO $$ BEGIN
    CREATE TYPE waiting_head AS (
        lane_id bigint, id bigint, kept boolean, priority int, returned boolean, since timestamptz);
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;
DO $$ BEGIN
    ALTER TYPE waiting_head ADD ATTRIBUTE below boolean CASCADE;
EXCEPTION WHEN duplicate_column THEN NULL;
END $$;

-- A client, or a line of it, that has a share of the floor: is it below its floor, and how many points are left under
-- its ceiling (null: no ceiling)?
DO $$ BEGIN
    CREATE TYPE share_now AS (client_id bigint, queue_id bigint, below boolean, room int);
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;

-- Is a contact kept for its preferred agent: his window runs, he is there (busy or not) and in the lane?
CREATE OR REPLACE FUNCTION kept_for_other(x interactions_interaction, p_agent bigint, p_at timestamptz)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT x.prefer_agent_id IS NOT NULL AND x.prefer_agent_id <> p_agent
        AND x.prefer_until IS NOT NULL AND x.prefer_until > p_at
        AND EXISTS (
            SELECT 1 FROM agents_seat s
            JOIN interactions_agentlane al ON al.agent_id = s.agent_id AND al.lane_id = x.lane_id
            WHERE s.agent_id = x.prefer_agent_id AND s.presence = 'available' AND s.connected
                AND s.wish = '' AND NOT s.wish_sign_out
        )
$$;

-- Is it withheld from the agent: a delay after a decline or miss, or kept for another?
CREATE OR REPLACE FUNCTION withheld(x interactions_interaction, p_agent bigint, p_at timestamptz)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT (x.refused AND coalesce((SELECT f.until > p_at FROM interactions_refusal f
                                    WHERE f.interaction_id = x.id AND f.agent_id = p_agent), false))
        OR (x.prefer_agent_id IS NOT NULL AND kept_for_other(x, p_agent, p_at))
$$;

-- May the agent have one more of this lane: the queue's cap per agent and her ramp for the client?
CREATE OR REPLACE FUNCTION below_limits(al interactions_agentlane, p_at timestamptz)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT (al.cap_per_agent IS NULL OR held_in_queue(al.agent_id, al.queue_id) < al.cap_per_agent)
        AND (al.ramp_per_hour IS NULL OR got_within_hour(al.agent_id, al.client_id, p_at) < al.ramp_per_hour)
$$;

-- Who has a share of this pool, and what he holds of it now. A seat is 100 points; legs set aside hold none.
CREATE OR REPLACE FUNCTION shares_now(p_pool smallint) RETURNS share_now[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM clients_client c
                   WHERE c.pool = p_pool AND (c.floor_seats IS NOT NULL OR c.ceiling_seats IS NOT NULL))
        AND NOT EXISTS (SELECT 1 FROM clients_queue q
                        WHERE q.floor_seats IS NOT NULL OR q.ceiling_seats IS NOT NULL) THEN
        RETURN NULL;
    END IF;
    RETURN (
        WITH live AS MATERIALIZED (
            SELECT l.client_id, lane.queue_id, sum(l.cost)::int AS used FROM interactions_leg l
            LEFT JOIN interactions_lane lane ON lane.id = l.lane_id
            WHERE l.state IN ('offered', 'handling', 'wrapping') AND NOT l.set_aside AND l.role <> 'monitor'
            GROUP BY 1, 2
        )
        SELECT array_agg(ROW (held.client_id, held.queue_id, coalesce(held.used < held.floor_seats * 100, false),
            held.ceiling_seats * 100 - held.used)::share_now)
        FROM (
            SELECT c.id AS client_id, NULL::bigint AS queue_id, c.floor_seats, c.ceiling_seats,
                (SELECT coalesce(sum(live.used), 0)::int FROM live WHERE live.client_id = c.id) AS used
            FROM clients_client c
            WHERE c.pool = p_pool AND (c.floor_seats IS NOT NULL OR c.ceiling_seats IS NOT NULL)
            UNION ALL
            SELECT q.client_id, q.id, q.floor_seats, q.ceiling_seats,
                (SELECT coalesce(sum(live.used), 0)::int FROM live WHERE live.queue_id = q.id)
            FROM clients_queue q JOIN clients_client c ON c.id = q.client_id AND c.pool = p_pool
            WHERE q.floor_seats IS NOT NULL OR q.ceiling_seats IS NOT NULL
        ) held);
END
$$;

-- What one contact of a channel costs by a profile. Plain enough to be written into the statements that ask it.
CREATE OR REPLACE FUNCTION cost_of(profile agents_capacityprofile, p_channel text) RETURNS int
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE p_channel WHEN 'voice' THEN profile.voice_points WHEN 'chat' THEN profile.chat_points
        ELSE profile.email_points END
$$;

-- The same of an agent.
CREATE OR REPLACE FUNCTION cost_for(p_agent bigint, p_channel text) RETURNS int LANGUAGE sql STABLE AS $$
    SELECT cost_of(profile, p_channel)
    FROM agents_agent agent JOIN agents_capacityprofile profile ON profile.id = agent.profile_id
    WHERE agent.id = p_agent
$$;

-- The contacts an agent should have next, the five best of the heads of the lanes that fit. Clients and lines below
-- their floor go before the others, those at their ceiling wait; then what is kept for her; then queues compare by the
-- aged priority, then by the age of their first; inside a queue its own order holds over all lanes. No locks.
DROP FUNCTION IF EXISTS next_for(bigint, timestamptz);
CREATE OR REPLACE FUNCTION next_for(p_agent bigint, p_at timestamptz, p_shares share_now[]) RETURNS SETOF waiting_head
LANGUAGE sql STABLE AS $$
    SELECT found.lane_id, found.id, found.kept, found.priority, found.returned, found.since,
        p_shares IS NOT NULL AND EXISTS (
            SELECT 1 FROM unnest(p_shares) share WHERE share.below
                AND share.client_id = found.client_id AND (share.queue_id IS NULL OR share.queue_id = found.queue_id))
    FROM agents_seat s
    CROSS JOIN LATERAL (
        SELECT al.lane_id, al.client_id, al.queue_id, al.channel, head.id, false AS kept,
               least(9, head.priority + CASE WHEN al.ageing_seconds IS NULL OR al.ageing_seconds = 0 THEN 0
                   ELSE floor(extract(epoch FROM p_at - head.enqueued_at) / al.ageing_seconds)::int END) AS priority,
               head.returned, head.enqueued_at AS since, head.band, head.order_key
        FROM interactions_agentlane al
        CROSS JOIN LATERAL (
            SELECT x.id, x.priority, x.returned, x.enqueued_at, x.band, x.order_key
            FROM interactions_interaction x
            WHERE x.lane_id = al.lane_id AND x.state = 'queued'
                AND NOT ((x.refused OR x.prefer_agent_id IS NOT NULL)
                    AND (withheld(x, p_agent, p_at)
                         OR coalesce(x.prefer_agent_id = p_agent AND x.prefer_until > p_at, false)))
            ORDER BY x.band DESC, x.order_key, x.id LIMIT 1
        ) head
        WHERE al.agent_id = p_agent AND al.auto
            AND CASE al.channel WHEN 'voice' THEN s.fits_voice WHEN 'chat' THEN s.fits_chat ELSE s.fits_email END
            AND ((al.cap_per_agent IS NULL AND al.ramp_per_hour IS NULL) OR below_limits(al, p_at))
        UNION ALL
        SELECT x.lane_id, al.client_id, al.queue_id, al.channel, x.id, true, 9, x.returned, x.enqueued_at,
               x.band, x.order_key
        FROM interactions_interaction x
        JOIN interactions_agentlane al ON al.agent_id = p_agent AND al.lane_id = x.lane_id AND al.auto
        WHERE x.state = 'queued' AND x.prefer_agent_id = p_agent AND x.prefer_until > p_at
            AND NOT (x.refused AND withheld(x, p_agent, p_at))
            AND CASE al.channel WHEN 'voice' THEN s.fits_voice WHEN 'chat' THEN s.fits_chat ELSE s.fits_email END
            AND ((al.cap_per_agent IS NULL AND al.ramp_per_hour IS NULL) OR below_limits(al, p_at))
    ) found
    WHERE s.agent_id = p_agent AND (p_shares IS NULL OR NOT EXISTS (
        SELECT 1 FROM unnest(p_shares) share
        WHERE share.client_id = found.client_id AND (share.queue_id IS NULL OR share.queue_id = found.queue_id)
            AND share.room < cost_for(p_agent, found.channel)))
    WINDOW line AS (PARTITION BY found.kept, found.queue_id ORDER BY found.band DESC, found.order_key, found.id)
    ORDER BY 7 DESC, found.kept DESC, first_value(found.priority) OVER line DESC, first_value(found.since) OVER line,
        first_value(found.id) OVER line, found.band DESC, found.order_key, found.id
    LIMIT 5
$$;

CREATE OR REPLACE FUNCTION next_for(p_agent bigint, p_at timestamptz) RETURNS SETOF waiting_head
LANGUAGE sql STABLE AS $$
    WITH pool AS MATERIALIZED (SELECT shares_now(s.pool) AS shares FROM agents_seat s WHERE s.agent_id = p_agent)
    SELECT n.* FROM pool, next_for(p_agent, p_at, pool.shares) n
$$;

DROP FUNCTION IF EXISTS write_offer(bigint, bigint, timestamptz, jsonb);

-- The seat is held: the best of what waits for the agent is offered to her. `p_arrived` is the contact that asks, if
-- it is one, and `p_candidates` those it could have gone to. Says which contact was taken, its journal entry and leg,
-- or `again`, when somebody else held what waits for her.
CREATE OR REPLACE FUNCTION offer_next(p_agent bigint, p_at timestamptz, p_shares share_now[], p_arrived bigint,
    p_candidates jsonb, OUT entry bigint, OUT leg bigint, OUT taken bigint, OUT again boolean)
LANGUAGE plpgsql AS $$
DECLARE
    heads waiting_head[];
    head waiting_head;
    moved record;
    made uuid;
    passed bigint[] := '{}';
BEGIN
    again := false;
    FOR attempt IN 1..3 LOOP
        SELECT array_agg(n) INTO heads FROM next_for(p_agent, p_at, p_shares) AS n;
        EXIT WHEN heads IS NULL;
        head := heads[1];
        IF attempt > 1 THEN
            -- What somebody else holds keeps nobody from what waits in another lane.
            SELECT n.* INTO head FROM unnest(heads) AS n WHERE n.id <> ALL (passed) LIMIT 1;
            EXIT WHEN NOT FOUND;
        END IF;
        -- Inside the chosen lane the first that nobody else holds; what is kept for her is that one or none. And again
        -- under the lock, may she: a change of licence, skill or team takes the seat first.
        UPDATE interactions_interaction i
        SET state = 'offered', state_since = p_at, version = i.version + 1
        FROM interactions_lane l, agents_agent agent JOIN agents_capacityprofile profile ON profile.id = agent.profile_id
        WHERE i.id = (
                SELECT x.id FROM interactions_interaction x
                WHERE x.lane_id = head.lane_id AND x.state = 'queued'
                    AND (NOT head.kept OR x.id = head.id)
                    AND NOT ((x.refused OR x.prefer_agent_id IS NOT NULL) AND withheld(x, p_agent, p_at))
                    AND EXISTS (SELECT 1 FROM interactions_agentlane al
                        WHERE al.agent_id = p_agent AND al.lane_id = head.lane_id AND al.auto
                            AND ((al.cap_per_agent IS NULL AND al.ramp_per_hour IS NULL) OR below_limits(al, p_at)))
                ORDER BY x.band DESC, x.order_key, x.id LIMIT 1
                FOR NO KEY UPDATE SKIP LOCKED)
            AND i.state = 'queued' AND l.id = head.lane_id AND agent.id = p_agent
        RETURNING i.id, i.client_id, i.channel, i.case_id, i.band, i.order_key, i.enqueued_at, l.queue_version, l.step,
            l.wants, l.strategy, l.members, l.excluded, l.offer_seconds, cost_of(profile, i.channel) AS cost
        INTO moved;
        IF NOT FOUND THEN
            passed := passed || head.id;
            CONTINUE;
        END IF;
        taken := moved.id;
        made := gen_random_uuid();
        INSERT INTO interactions_leg
            (public_id, interaction_id, client_id, agent_id, role, state, lane_id, channel, cost, made_by, offered_at,
             expires_at, wrap_up_extended, ended_by, on_hold, hold_seconds, set_aside, muted, note, why, version)
        VALUES (made, taken, moved.client_id, p_agent, 'primary', 'offered', head.lane_id, moved.channel, moved.cost,
            '', p_at, p_at + make_interval(secs => moved.offer_seconds), false, '', false, 0, false, false, '',
            CASE WHEN taken = p_arrived THEN jsonb_build_object('side', 'contact', 'best', p_candidates)
                ELSE jsonb_build_object('side', 'agent', 'below_floor', head.below, 'priority', head.priority,
                    'since', head.since, 'best', to_jsonb(heads)) END
            || jsonb_build_object('kept', head.kept, 'version', moved.queue_version, 'lane', head.lane_id,
                'step', moved.step, 'wants', moved.wants, 'strategy', moved.strategy, 'members', moved.members,
                'never', moved.excluded, 'band', moved.band, 'order_key', moved.order_key,
                'enqueued_at', moved.enqueued_at),
            0)
        RETURNING id INTO leg;
        INSERT INTO interactions_journalentry
            (client_id, interaction_id, leg_id, case_id, kind, at, actor_name, facts)
        VALUES (moved.client_id, taken, leg, moved.case_id, 'offered', p_at, 'system', jsonb_build_object(
            'leg', made, 'lane', head.lane_id, 'version', moved.queue_version, 'step', moved.step))
        RETURNING id INTO entry;
        PERFORM seat_recount(p_agent, p_at, false);
        RETURN;
    END LOOP;
    again := heads IS NOT NULL;
END
$$;

-- An agent gained room.
DROP FUNCTION IF EXISTS match_agent(bigint, timestamptz);
CREATE FUNCTION match_agent(p_agent bigint, p_at timestamptz) RETURNS match_result
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    v_pool smallint;
    v_aside boolean;
    found_one record;
BEGIN
    SELECT s.pool,
        EXISTS (SELECT 1 FROM interactions_leg l
            WHERE l.agent_id = p_agent AND l.state IN ('handling', 'wrapping') AND l.set_aside)
    INTO v_pool, v_aside FROM agents_seat s
    WHERE s.agent_id = p_agent AND s.presence = 'available' AND s.connected AND NOT s.offered AND s.wish = ''
        AND NOT s.wish_sign_out AND (s.fits_voice OR s.fits_chat OR s.fits_email)
    FOR NO KEY UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        PERFORM set_back(p_agent, p_at);
        RETURN ROW (NULL, EXISTS (
            SELECT 1 FROM agents_seat s WHERE s.agent_id = p_agent AND s.presence = 'available' AND s.connected
                AND NOT s.offered AND s.wish = '' AND NOT s.wish_sign_out
                AND (s.fits_voice OR s.fits_chat OR s.fits_email)), NULL)::match_result;
    END IF;
    -- What had to step aside for an urgent contact comes first.
    IF v_aside THEN
        PERFORM set_back(p_agent, p_at);
    END IF;
    -- The shares as an argument that is a value: written into the look they would be counted anew for every head.
    found_one := offer_next(p_agent, p_at, shares_now(v_pool), NULL, NULL);
    RETURN ROW (found_one.entry, found_one.again, found_one.leg)::match_result;
END
$$;

-- A contact waits.
DROP FUNCTION IF EXISTS match_interaction(bigint, timestamptz);
CREATE FUNCTION match_interaction(p_id bigint, p_at timestamptz) RETURNS match_result
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    w interactions_interaction;
    lane interactions_lane;
    ids bigint[];
    idles timestamptz[];
    keys int[];
    candidate bigint;
    only_agent bigint;
    v_shares share_now[];
    v_room int;
    held boolean := false;
    found_one record;
BEGIN
    -- Looked at without a lock: the seat is locked first (lock order), the contact after it.
    SELECT * INTO w FROM interactions_interaction x WHERE x.id = p_id AND x.state = 'queued';
    IF NOT FOUND THEN
        RETURN ROW (NULL, false, NULL)::match_result;
    END IF;
    SELECT * INTO lane FROM interactions_lane l WHERE l.id = w.lane_id;
    IF NOT lane.auto THEN
        RETURN ROW (NULL, false, NULL)::match_result;
    END IF;
    v_shares := shares_now(w.pool);
    SELECT min(share.room) INTO v_room FROM unnest(v_shares) share
    WHERE share.client_id = w.client_id AND (share.queue_id IS NULL OR share.queue_id = w.queue_id);
    IF v_room <= 0 THEN
        RETURN ROW (NULL, false, NULL)::match_result;
    END IF;
    IF w.prefer_agent_id IS NOT NULL AND kept_for_other(w, -1, p_at) THEN
        only_agent := w.prefer_agent_id;
    END IF;

    IF only_agent IS NULL AND lane.strategy = 'idle' THEN
        -- Longest idle: walk the index of ready seats a little way and keep the five best.
        SELECT array_agg(z.agent_id ORDER BY z.idle_since, z.agent_id), array_agg(z.idle_since ORDER BY z.idle_since, z.agent_id)
        INTO ids, idles FROM (
            SELECT r.agent_id, r.idle_since FROM (
                SELECT s.agent_id, s.idle_since FROM agents_seat s
                WHERE s.pool = w.pool AND s.presence = 'available' AND s.connected AND NOT s.offered AND s.wish = ''
                    AND NOT s.wish_sign_out AND (s.fits_voice OR s.fits_chat OR s.fits_email)
                    AND CASE lane.channel WHEN 'voice' THEN s.fits_voice WHEN 'chat' THEN s.fits_chat
                        ELSE s.fits_email END
                ORDER BY s.idle_since, s.agent_id LIMIT 64
            ) r
            JOIN interactions_agentlane al ON al.agent_id = r.agent_id AND al.lane_id = lane.id
            WHERE ((al.cap_per_agent IS NULL AND al.ramp_per_hour IS NULL) OR below_limits(al, p_at))
                AND NOT (w.refused AND withheld(w, r.agent_id, p_at))
            ORDER BY r.idle_since, r.agent_id LIMIT 5
        ) z;
    END IF;
    IF ids IS NULL THEN
        SELECT array_agg(z.agent_id ORDER BY z.place), array_agg(z.idle_since ORDER BY z.place),
               array_agg(z.key ORDER BY z.place)
        INTO ids, idles, keys
        FROM (
            SELECT s.agent_id, s.idle_since,
                CASE lane.strategy WHEN 'skill' THEN al.rank
                    WHEN 'load' THEN s.points_voice + s.points_chat + s.points_email END AS key,
                row_number() OVER (
                ORDER BY CASE lane.strategy WHEN 'skill' THEN -al.rank
                    WHEN 'load' THEN s.points_voice + s.points_chat + s.points_email ELSE 0 END,
                    s.idle_since, s.agent_id) AS place
            FROM interactions_agentlane al
            JOIN agents_seat s ON s.agent_id = al.agent_id
            WHERE al.lane_id = lane.id AND s.presence = 'available' AND s.connected AND NOT s.offered AND s.wish = ''
                AND NOT s.wish_sign_out
                AND CASE lane.channel WHEN 'voice' THEN s.fits_voice WHEN 'chat' THEN s.fits_chat
                    ELSE s.fits_email END
                AND (only_agent IS NULL OR s.agent_id = only_agent)
                AND ((al.cap_per_agent IS NULL AND al.ramp_per_hour IS NULL) OR below_limits(al, p_at))
                AND NOT (w.refused AND withheld(w, s.agent_id, p_at))
            ORDER BY place LIMIT 5
        ) z;
    END IF;
    IF ids IS NULL THEN
        RETURN ROW (NULL, false, NULL)::match_result;
    END IF;

    FOREACH candidate IN ARRAY ids LOOP
        IF v_room < cost_for(candidate, w.channel) THEN
            CONTINUE;
        END IF;
        PERFORM 1 FROM agents_seat s
        WHERE s.agent_id = candidate AND s.presence = 'available' AND s.connected AND NOT s.offered AND s.wish = ''
            AND NOT s.wish_sign_out
            AND CASE lane.channel WHEN 'voice' THEN s.fits_voice WHEN 'chat' THEN s.fits_chat ELSE s.fits_email END
        FOR NO KEY UPDATE SKIP LOCKED;
        IF NOT FOUND THEN
            held := true;
            CONTINUE;
        END IF;
        -- She takes what is best for her: somebody of higher priority or below a floor may wait in another lane, whom
        -- nobody has looked at since she became free. Then this contact is looked at again.
        found_one := offer_next(candidate, p_at, v_shares, p_id, (
            SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                'agent', b.id, 'idle_since', b.idle, 'key', b.key)) ORDER BY b.n)
            FROM unnest(ids, idles, keys) WITH ORDINALITY AS b (id, idle, key, n)));
        IF found_one.entry IS NOT NULL THEN
            RETURN ROW (found_one.entry, found_one.taken <> p_id, found_one.leg)::match_result;
        END IF;
        held := held OR found_one.again;
    END LOOP;
    RETURN ROW (NULL, held, NULL)::match_result;
END
$$;

-- Agents who are free beside work they could take: what the sweep heals. Set-based, no locks.
CREATE OR REPLACE FUNCTION free_beside_work(p_at timestamptz, p_most int) RETURNS SETOF bigint
LANGUAGE sql STABLE AS $$
    SELECT s.agent_id FROM agents_seat s
    WHERE s.presence = 'available' AND s.connected AND NOT s.offered AND s.wish = '' AND NOT s.wish_sign_out
        AND (s.fits_voice OR s.fits_chat OR s.fits_email)
        AND EXISTS (
            SELECT 1 FROM interactions_agentlane al
            JOIN interactions_interaction x ON x.lane_id = al.lane_id AND x.state = 'queued'
            WHERE al.agent_id = s.agent_id AND al.auto)
        AND EXISTS (SELECT 1 FROM next_for(s.agent_id, p_at))
    ORDER BY s.idle_since LIMIT p_most
$$;
