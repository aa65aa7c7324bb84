-- How seats are locked: all that an operation needs at once, in order of agent, before any leg or contact.

-- Lock these agents' seats.
CREATE OR REPLACE FUNCTION take_seats(p_agents bigint[]) RETURNS void
LANGUAGE sql AS $$
    SELECT FROM agents_seat WHERE agent_id = ANY (p_agents) ORDER BY agent_id FOR NO KEY UPDATE
$$;

-- Who is offered this contact or handles it, and who is on a contact with this agent.
CREATE OR REPLACE FUNCTION who_is_on(p_interaction bigint, p_agent bigint) RETURNS bigint[]
LANGUAGE sql STABLE AS $$
    -- The state in a form that no index knows: the index of live legs by agent would be read as a whole.
    SELECT coalesce(array_agg(l.agent_id), '{}') FROM interactions_leg l
    WHERE coalesce(l.state IN ('offered', 'handling'), false) AND l.interaction_id IN (
        SELECT p_interaction
        UNION ALL
        SELECT hers.interaction_id FROM interactions_leg hers
        WHERE hers.agent_id = p_agent AND hers.state IN ('offered', 'handling'))
$$;

-- Lock the seats of these agents and of all who are on this contact, or on a contact with this agent. Who is on it is
-- read before it can be locked: with somebody who came meanwhile all are let go, and locked anew in their order.
CREATE OR REPLACE FUNCTION take_seats_with(p_interaction bigint, p_agent bigint, p_agents bigint[]) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    wanted bigint[];
BEGIN
    LOOP
        wanted := p_agents || p_agent || who_is_on(p_interaction, p_agent);
        BEGIN
            PERFORM take_seats(wanted);
            IF who_is_on(p_interaction, p_agent) <@ wanted THEN
                RETURN;
            END IF;
            RAISE EXCEPTION USING ERRCODE = 'BPO01';
        EXCEPTION WHEN SQLSTATE 'BPO01' THEN
            NULL;
        END;
    END LOOP;
END
$$;

-- The one place where a seat's points, room and idle time are counted: from the legs that are there.
-- Callers hold the seat's row (lock order: seat, then leg or interaction).

-- May a contact of this channel be set aside for one of the other, by the agent's profile?
CREATE OR REPLACE FUNCTION yields(p agents_capacityprofile, p_channel text, p_to text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN p_channel = 'email' AND p_to = 'voice' THEN p.email_yields_to_voice
                WHEN p_channel = 'email' AND p_to = 'chat' THEN p.email_yields_to_chat
                WHEN p_channel = 'chat' AND p_to = 'voice' THEN p.chat_yields_to_voice
                ELSE false END
$$;

-- Over the budget, contacts that yield to another in hand are set aside, the newest first: held, their points out of
-- the budget.
CREATE OR REPLACE FUNCTION set_aside_over_budget(p_agent bigint, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    profile agents_capacityprofile;
    over int;
    aside record;
    found_any boolean := false;
BEGIN
    SELECT p.* INTO STRICT profile FROM agents_capacityprofile p JOIN agents_agent a ON a.profile_id = p.id
    WHERE a.id = p_agent;
    SELECT coalesce(sum(l.cost), 0) - profile.budget INTO over FROM interactions_leg l
    WHERE l.agent_id = p_agent AND l.state IN ('offered', 'handling', 'wrapping') AND l.role <> 'monitor'
        AND NOT l.set_aside;
    FOR aside IN
        SELECT l.id, l.public_id, l.client_id, l.interaction_id, l.cost, l.state, other.public_id AS by_leg
        FROM interactions_leg l
        CROSS JOIN LATERAL (
            SELECT o.public_id FROM interactions_leg o
            WHERE o.agent_id = p_agent AND o.state IN ('offered', 'handling', 'wrapping') AND o.role <> 'monitor'
                AND NOT o.set_aside AND yields(profile, l.channel, o.channel)
            ORDER BY o.offered_at DESC LIMIT 1) other
        WHERE l.agent_id = p_agent AND l.state IN ('handling', 'wrapping') AND l.role = 'primary' AND NOT l.set_aside
        ORDER BY l.offered_at DESC, l.id DESC
    LOOP
        EXIT WHEN over <= 0;
        UPDATE interactions_leg SET set_aside = true, hold_since = coalesce(hold_since, p_at), version = version + 1
        WHERE id = aside.id;
        -- What she only wraps up may be a colleague's by now.
        IF aside.state = 'handling' THEN
            UPDATE interactions_interaction SET state = 'held', state_since = p_at, version = version + 1
            WHERE id = aside.interaction_id AND state = 'active';
        END IF;
        INSERT INTO interactions_journalentry
            (client_id, interaction_id, leg_id, case_id, kind, at, actor_name, facts)
        SELECT aside.client_id, aside.interaction_id, aside.id, i.case_id, 'set_aside', p_at, 'system',
               jsonb_build_object('leg', aside.public_id, 'by', aside.by_leg)
        FROM interactions_interaction i WHERE i.id = aside.interaction_id;
        over := over - aside.cost;
        found_any := true;
    END LOOP;
    RETURN found_any;
END
$$;

-- What was set aside returns, the oldest first, as room allows. Nobody's who is gone or whose console is.
CREATE OR REPLACE FUNCTION set_back(p_agent bigint, p_at timestamptz) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
    room int;
    back record;
    n int := 0;
BEGIN
    SELECT profile.budget - s.points_voice - s.points_chat - s.points_email INTO room
    FROM agents_seat s JOIN agents_agent a ON a.id = s.agent_id
    JOIN agents_capacityprofile profile ON profile.id = a.profile_id
    WHERE s.agent_id = p_agent AND s.connected AND s.presence <> 'signed_out'
    FOR NO KEY UPDATE OF s SKIP LOCKED;
    IF NOT FOUND THEN RETURN 0; END IF;
    FOR back IN
        SELECT l.id, l.public_id, l.client_id, l.interaction_id, l.cost, l.state, l.on_hold FROM interactions_leg l
        WHERE l.agent_id = p_agent AND l.state IN ('handling', 'wrapping') AND l.set_aside
        ORDER BY l.offered_at, l.id
    LOOP
        EXIT WHEN back.cost > room;
        UPDATE interactions_leg
        SET set_aside = false, version = version + 1,
            hold_seconds = CASE WHEN on_hold OR hold_since IS NULL THEN hold_seconds
                ELSE hold_seconds + greatest(0, round(extract(epoch FROM p_at - hold_since)))::int END,
            hold_since = CASE WHEN on_hold THEN hold_since END
        WHERE id = back.id;
        IF back.state = 'handling' AND NOT back.on_hold THEN
            UPDATE interactions_interaction SET state = 'active', state_since = p_at, version = version + 1
            WHERE id = back.interaction_id AND state = 'held';
        END IF;
        INSERT INTO interactions_journalentry
            (client_id, interaction_id, leg_id, case_id, kind, at, actor_name, facts)
        SELECT back.client_id, back.interaction_id, back.id, i.case_id, 'set_back', p_at, 'system',
               jsonb_build_object('leg', back.public_id)
        FROM interactions_interaction i WHERE i.id = back.interaction_id;
        room := room - back.cost;
        n := n + 1;
    END LOOP;
    IF n > 0 THEN PERFORM seat_recount(p_agent, p_at, false); END IF;
    RETURN n;
END
$$;

CREATE OR REPLACE FUNCTION seat_recount(p_agent bigint, p_at timestamptz, p_idle boolean) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    over boolean;
    may_yield boolean;
BEGIN
    FOR look IN 1..2 LOOP
        UPDATE agents_seat s
        SET points_voice = used.voice,
            points_chat = used.chat,
            points_email = used.email,
            capacity = greatest(profile.budget, used.voice + used.chat + used.email),
            fits_voice = used.n_voice < profile.voice_cap
                AND used.voice + CASE WHEN profile.chat_yields_to_voice THEN used.chat_stays ELSE used.chat END
                    + CASE WHEN profile.email_yields_to_voice THEN used.email_stays ELSE used.email END
                    + profile.voice_points <= profile.budget,
            fits_chat = used.n_chat < profile.chat_cap
                AND used.voice + used.chat
                    + CASE WHEN profile.email_yields_to_chat THEN used.email_stays ELSE used.email END
                    + profile.chat_points <= profile.budget,
            fits_email = used.n_email < profile.email_cap
                AND used.voice + used.chat + used.email + profile.email_points <= profile.budget,
            offered = used.open_offers > 0,
            idle_since = CASE WHEN p_idle THEN greatest(s.idle_since, p_at) ELSE s.idle_since END,
            version = s.version + 1
        FROM (
            SELECT coalesce(sum(l.cost) FILTER (WHERE l.channel = 'voice' AND NOT l.set_aside), 0) AS voice,
                   coalesce(sum(l.cost) FILTER (WHERE l.channel = 'chat' AND NOT l.set_aside), 0) AS chat,
                   coalesce(sum(l.cost) FILTER (WHERE l.channel = 'email' AND NOT l.set_aside), 0) AS email,
                   -- of these what can never be set aside: beside a colleague, or not accepted yet
                   coalesce(sum(l.cost) FILTER (WHERE l.channel = 'chat' AND NOT l.set_aside
                       AND (l.role = 'consult' OR l.state = 'offered')), 0) AS chat_stays,
                   coalesce(sum(l.cost) FILTER (WHERE l.channel = 'email' AND NOT l.set_aside
                       AND (l.role = 'consult' OR l.state = 'offered')), 0) AS email_stays,
                   count(*) FILTER (WHERE l.channel = 'voice' AND NOT l.set_aside) AS n_voice,
                   count(*) FILTER (WHERE l.channel = 'chat' AND NOT l.set_aside) AS n_chat,
                   count(*) FILTER (WHERE l.channel = 'email' AND NOT l.set_aside) AS n_email,
                   count(*) FILTER (WHERE l.state = 'offered') AS open_offers
            FROM interactions_leg l
            WHERE l.agent_id = p_agent AND l.state IN ('offered', 'handling', 'wrapping') AND l.role <> 'monitor'
        ) used,
        agents_agent agent JOIN agents_capacityprofile profile ON profile.id = agent.profile_id
        WHERE s.agent_id = p_agent AND agent.id = p_agent
        RETURNING used.voice + used.chat + used.email > profile.budget,
                  profile.email_yields_to_voice OR profile.email_yields_to_chat OR profile.chat_yields_to_voice
        INTO over, may_yield;
        EXIT WHEN over IS NOT TRUE OR NOT may_yield OR look = 2;
        EXIT WHEN NOT set_aside_over_budget(p_agent, p_at);
    END LOOP;
END
$$;
