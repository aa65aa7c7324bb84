-- The decision: which contact goes to which agent. Called right after the commit of what made it possible, in a
-- transaction of its own, as one call; the time is passed in.
-- Locks: the seat, then the interaction, always SKIP LOCKED, never waiting. Writes: leg, interaction queued -> offered,
-- journal, and the seat's recount.

-- What both functions answer: the journal entry of an offer; and `again`, when somebody else held a row that was wanted
-- or somebody went first.
DO $$ BEGIN
    CREATE TYPE match_result AS (entry bigint, again boolean);
EXCEPTION WHEN duplicate_object THEN NULL;
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
        SELECT array_agg(ROW (held.client_id, held.queue_id, coalesce(held.used < held.floor_seats * 100, false),
            held.ceiling_seats * 100 - held.used)::share_now)
        FROM (
            SELECT c.id AS client_id, NULL::bigint AS queue_id, c.floor_seats, c.ceiling_seats,
                (SELECT coalesce(sum(l.cost), 0)::int FROM interactions_leg l
                 WHERE l.client_id = c.id AND l.state IN ('offered', 'handling', 'wrapping') AND NOT l.set_aside
                    AND l.role <> 'monitor') AS used
            FROM clients_client c
            WHERE c.pool = p_pool AND (c.floor_seats IS NOT NULL OR c.ceiling_seats IS NOT NULL)
            UNION ALL
            SELECT q.client_id, q.id, q.floor_seats, q.ceiling_seats,
                (SELECT coalesce(sum(l.cost), 0)::int FROM interactions_leg l
                 JOIN interactions_lane lane ON lane.id = l.lane_id AND lane.queue_id = q.id
                 WHERE l.client_id = q.client_id AND l.state IN ('offered', 'handling', 'wrapping')
                    AND NOT l.set_aside AND l.role <> 'monitor')
            FROM clients_queue q JOIN clients_client c ON c.id = q.client_id AND c.pool = p_pool
            WHERE q.floor_seats IS NOT NULL OR q.ceiling_seats IS NOT NULL
        ) held);
END
$$;

-- What one contact of a channel costs an agent.
CREATE OR REPLACE FUNCTION cost_for(p_agent bigint, p_channel text) RETURNS int LANGUAGE sql STABLE AS $$
    SELECT CASE p_channel WHEN 'voice' THEN profile.voice_points WHEN 'chat' THEN profile.chat_points
        ELSE profile.email_points END
    FROM agents_agent agent JOIN agents_capacityprofile profile ON profile.id = agent.profile_id
    WHERE agent.id = p_agent
$$;

-- The contacts an agent should have next, the five best of the heads of the lanes that fit, first of all what is kept
-- for her. Clients and lines below their floor go before the others, those at their ceiling wait; then queues compare
-- by the aged priority, then by the age of their first; inside a queue its own order holds over all lanes. No locks.
DROP FUNCTION IF EXISTS next_for(bigint, timestamptz);
CREATE OR REPLACE FUNCTION next_for(p_agent bigint, p_at timestamptz, p_shares share_now[]) RETURNS SETOF waiting_head
LANGUAGE sql STABLE AS $$
    SELECT found.lane_id, found.id, found.kept, found.priority, found.returned, found.since,
        p_shares IS NOT NULL AND EXISTS (
            SELECT 1 FROM unnest(p_shares) share WHERE share.below
                AND share.client_id = found.client_id AND (share.queue_id IS NULL OR share.queue_id = found.queue_id))
    FROM (
        SELECT al.lane_id, al.client_id, al.queue_id, al.channel, head.id, false AS kept,
               least(9, head.priority + CASE WHEN al.ageing_seconds IS NULL OR al.ageing_seconds = 0 THEN 0
                   ELSE floor(extract(epoch FROM p_at - head.enqueued_at) / al.ageing_seconds)::int END) AS priority,
               head.returned, head.enqueued_at AS since, head.band, head.order_key
        FROM interactions_agentlane al
        JOIN agents_seat s ON s.agent_id = al.agent_id
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
        JOIN agents_seat s ON s.agent_id = al.agent_id
        WHERE x.state = 'queued' AND x.prefer_agent_id = p_agent AND x.prefer_until > p_at
            AND NOT (x.refused AND withheld(x, p_agent, p_at))
            AND CASE al.channel WHEN 'voice' THEN s.fits_voice WHEN 'chat' THEN s.fits_chat ELSE s.fits_email END
            AND ((al.cap_per_agent IS NULL AND al.ramp_per_hour IS NULL) OR below_limits(al, p_at))
    ) found
    WHERE p_shares IS NULL OR NOT EXISTS (
        SELECT 1 FROM unnest(p_shares) share
        WHERE share.client_id = found.client_id AND (share.queue_id IS NULL OR share.queue_id = found.queue_id)
            AND share.room < cost_for(p_agent, found.channel))
    WINDOW line AS (PARTITION BY found.kept, found.queue_id ORDER BY found.band DESC, found.order_key, found.id)
    ORDER BY found.kept DESC, 7 DESC, first_value(found.priority) OVER line DESC,
        first_value(found.returned) OVER line DESC, first_value(found.since) OVER line,
        first_value(found.id) OVER line, found.band DESC, found.order_key, found.id
    LIMIT 5
$$;

CREATE OR REPLACE FUNCTION next_for(p_agent bigint, p_at timestamptz) RETURNS SETOF waiting_head
LANGUAGE sql STABLE AS $$
    WITH pool AS MATERIALIZED (SELECT shares_now(s.pool) AS shares FROM agents_seat s WHERE s.agent_id = p_agent)
    SELECT n.* FROM pool, next_for(p_agent, p_at, pool.shares) n
$$;

-- Write an offer. The caller holds the seat and the interaction. Returns the journal entry.
CREATE OR REPLACE FUNCTION write_offer(p_interaction bigint, p_agent bigint, p_at timestamptz, p_why jsonb)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    i interactions_interaction;
    lane interactions_lane;
    leg_id bigint;
    leg_public uuid := gen_random_uuid();
    entry bigint;
BEGIN
    UPDATE interactions_interaction
    SET state = 'offered', state_since = p_at, version = version + 1
    WHERE id = p_interaction AND state = 'queued'
    RETURNING * INTO STRICT i;
    SELECT * INTO STRICT lane FROM interactions_lane WHERE id = i.lane_id;

    INSERT INTO interactions_leg
        (public_id, interaction_id, client_id, agent_id, role, state, lane_id, channel, cost, made_by, offered_at,
         expires_at, wrap_up_extended, ended_by, on_hold, hold_seconds, set_aside, muted, note, why, version)
    SELECT leg_public, i.id, i.client_id, p_agent, 'primary', 'offered', lane.id, i.channel,
           CASE i.channel WHEN 'voice' THEN profile.voice_points WHEN 'chat' THEN profile.chat_points
               ELSE profile.email_points END,
           '', p_at, p_at + make_interval(secs => lane.offer_seconds), false, '', false, 0, false, false, '',
           p_why || jsonb_build_object('version', lane.queue_version, 'lane', lane.id, 'step', lane.step,
               'wants', lane.wants, 'strategy', lane.strategy, 'members', lane.members, 'never', lane.excluded,
               'band', i.band, 'order_key', i.order_key, 'enqueued_at', i.enqueued_at),
           0
    FROM agents_agent agent JOIN agents_capacityprofile profile ON profile.id = agent.profile_id
    WHERE agent.id = p_agent
    RETURNING id INTO STRICT leg_id;

    INSERT INTO interactions_journalentry
        (client_id, interaction_id, leg_id, case_id, kind, at, actor_name, facts)
    VALUES (i.client_id, i.id, leg_id, i.case_id, 'offered', p_at, 'system',
            jsonb_build_object('leg', leg_public, 'lane', lane.id, 'version', lane.queue_version, 'step', lane.step))
    RETURNING id INTO entry;

    PERFORM seat_recount(p_agent, p_at, false);
    RETURN entry;
END
$$;

-- An agent gained room.
CREATE OR REPLACE FUNCTION match_agent(p_agent bigint, p_at timestamptz) RETURNS match_result
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    heads waiting_head[];
    head waiting_head;
    taken bigint;
    v_pool smallint;
    v_shares share_now[];
BEGIN
    -- What had to step aside for an urgent contact comes first.
    IF EXISTS (SELECT 1 FROM interactions_leg l
               WHERE l.agent_id = p_agent AND l.state IN ('handling', 'wrapping') AND l.set_aside) THEN
        PERFORM set_back(p_agent, p_at);
    END IF;
    SELECT s.pool INTO v_pool FROM agents_seat s
    WHERE s.agent_id = p_agent AND s.presence = 'available' AND s.connected AND NOT s.offered AND s.wish = ''
        AND NOT s.wish_sign_out AND (s.fits_voice OR s.fits_chat OR s.fits_email)
    FOR NO KEY UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN ROW (NULL::bigint, EXISTS (
            SELECT 1 FROM agents_seat s WHERE s.agent_id = p_agent AND s.presence = 'available' AND s.connected
                AND NOT s.offered AND s.wish = '' AND NOT s.wish_sign_out
                AND (s.fits_voice OR s.fits_chat OR s.fits_email)))::match_result;
    END IF;

    -- Once, into a variable: as an argument it would be counted anew for every head.
    v_shares := shares_now(v_pool);
    FOR attempt IN 1..3 LOOP
        SELECT array_agg(n) INTO heads FROM next_for(p_agent, p_at, v_shares) AS n;
        IF heads IS NULL THEN
            RETURN ROW (NULL::bigint, false)::match_result;
        END IF;
        head := heads[1];
        -- Inside the chosen lane the first that nobody else holds; what is kept for her is that one or none.
        SELECT x.id INTO taken FROM interactions_interaction x
        WHERE x.lane_id = head.lane_id AND x.state = 'queued'
            AND (NOT head.kept OR x.id = head.id)
            AND NOT ((x.refused OR x.prefer_agent_id IS NOT NULL) AND withheld(x, p_agent, p_at))
        ORDER BY x.band DESC, x.order_key, x.id LIMIT 1
        FOR NO KEY UPDATE SKIP LOCKED;
        IF FOUND THEN
            -- Again under the lock: a change of licence, skill or team takes the seat first.
            PERFORM 1 FROM interactions_agentlane al
            WHERE al.agent_id = p_agent AND al.lane_id = head.lane_id AND al.auto AND below_limits(al, p_at);
            IF FOUND THEN
                RETURN ROW (write_offer(taken, p_agent, p_at, jsonb_build_object('side', 'agent', 'kept', head.kept,
                    'below_floor', head.below, 'priority', head.priority, 'since', head.since, 'best', to_jsonb(heads))), false)::match_result;
            END IF;
        END IF;
    END LOOP;
    RETURN ROW (NULL::bigint, true)::match_result;
END
$$;

-- A contact waits.
CREATE OR REPLACE FUNCTION match_interaction(p_id bigint, p_at timestamptz) RETURNS match_result
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    w interactions_interaction;
    lane interactions_lane;
    ids bigint[];
    idles timestamptz[];
    keys int[];
    candidate bigint;
    only_agent bigint;
    taken bigint;
    v_room int;
    too_dear int := 0;
BEGIN
    -- Looked at without a lock: the seat is locked first (lock order), the contact after it.
    SELECT * INTO w FROM interactions_interaction x WHERE x.id = p_id AND x.state = 'queued';
    IF NOT FOUND THEN
        RETURN ROW (NULL::bigint, false)::match_result;
    END IF;
    SELECT * INTO lane FROM interactions_lane l WHERE l.id = w.lane_id;
    IF NOT lane.auto THEN
        RETURN ROW (NULL::bigint, false)::match_result;
    END IF;
    SELECT min(share.room) INTO v_room FROM unnest(shares_now(w.pool)) share
    WHERE share.client_id = w.client_id AND (share.queue_id IS NULL OR share.queue_id = w.queue_id);
    IF v_room <= 0 THEN
        RETURN ROW (NULL::bigint, false)::match_result;
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
        RETURN ROW (NULL::bigint, false)::match_result;
    END IF;

    FOREACH candidate IN ARRAY ids LOOP
        IF v_room < cost_for(candidate, w.channel) THEN
            too_dear := too_dear + 1;
            CONTINUE;
        END IF;
        PERFORM 1 FROM agents_seat s
        WHERE s.agent_id = candidate AND s.presence = 'available' AND s.connected AND NOT s.offered AND s.wish = ''
            AND NOT s.wish_sign_out
            AND CASE lane.channel WHEN 'voice' THEN s.fits_voice WHEN 'chat' THEN s.fits_chat ELSE s.fits_email END
        FOR NO KEY UPDATE SKIP LOCKED;
        IF NOT FOUND THEN CONTINUE; END IF;
        -- Again under the lock: a change of licence, skill or team takes the seat first.
        PERFORM 1 FROM interactions_agentlane al
        WHERE al.agent_id = candidate AND al.lane_id = lane.id AND below_limits(al, p_at);
        IF NOT FOUND THEN CONTINUE; END IF;
        -- Whoever stands before it in its lane and may be this agent's goes first: two routers may have looked away from
        -- each other. Then it is looked at again.
        SELECT x.id INTO taken FROM interactions_interaction x
        WHERE x.lane_id = lane.id AND x.state = 'queued'
            AND (x.id = p_id OR (only_agent IS NULL AND (-x.band, x.order_key, x.id) < (-w.band, w.order_key, w.id)
                AND NOT ((x.refused OR x.prefer_agent_id IS NOT NULL) AND withheld(x, candidate, p_at))))
        ORDER BY x.band DESC, x.order_key, x.id LIMIT 1
        FOR NO KEY UPDATE SKIP LOCKED;
        IF NOT FOUND THEN
            -- Taken, or held by somebody who may let it go again.
            RETURN ROW (NULL::bigint,
                EXISTS (SELECT 1 FROM interactions_interaction x WHERE x.id = p_id AND x.state = 'queued'))::match_result;
        END IF;
        RETURN ROW (write_offer(taken, candidate, p_at, jsonb_build_object('side', 'contact',
            'kept', only_agent IS NOT NULL, 'best', (
                SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                    'agent', b.id, 'idle_since', b.idle, 'key', b.key)) ORDER BY b.n)
                FROM unnest(ids, idles, keys) WITH ORDINALITY AS b (id, idle, key, n)))), taken <> p_id)::match_result;
    END LOOP;
    RETURN ROW (NULL::bigint, too_dear < array_length(ids, 1))::match_result;
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
