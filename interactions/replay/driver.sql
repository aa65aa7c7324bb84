-- What happens on a replayed floor, one call an act: each makes the rows that the operation of that name makes, then
-- calls the production match where the operation's journal entry would (reactions.py). Only in a scratch schema.

CREATE TYPE replay_offer AS (leg bigint, contact bigint, agent bigint, at timestamptz, expires_at timestamptz);

-- The offer of a journal entry. Volatile: it was written by the same statement that asks.
CREATE FUNCTION replay_made(p_entry bigint) RETURNS SETOF replay_offer LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN QUERY SELECT leg.id, leg.interaction_id, leg.agent_id, leg.offered_at, leg.expires_at
        FROM interactions_leg leg
        WHERE leg.id = (SELECT entry.leg_id FROM interactions_journalentry entry WHERE entry.id = p_entry);
END
$$;

-- As the router does: looked at again when somebody else went first.
CREATE FUNCTION replay_waits(p_id bigint, p_at timestamptz) RETURNS SETOF replay_offer LANGUAGE plpgsql AS $$
DECLARE
    found bigint;
    more boolean;
BEGIN
    FOR look IN 1..3 LOOP
        SELECT entry, again INTO found, more FROM match_interaction(p_id, p_at);
        IF found IS NOT NULL THEN RETURN QUERY SELECT * FROM replay_made(found); END IF;
        EXIT WHEN NOT more;
    END LOOP;
END
$$;

-- A wished pause begins with the end of her last work (agents.presence.leg_ended), before any new offer.
CREATE FUNCTION replay_freed(p_agent bigint, p_at timestamptz) RETURNS SETOF replay_offer LANGUAGE plpgsql AS $$
DECLARE
    found bigint;
BEGIN
    UPDATE agents_seat SET presence = CASE WHEN wish_sign_out THEN 'signed_out' ELSE 'break' END,
        reason = CASE WHEN wish_sign_out THEN '' ELSE wish END, since = p_at, wish = '', wish_sign_out = false
    WHERE agent_id = p_agent AND (wish <> '' OR wish_sign_out) AND points_voice + points_chat + points_email = 0;
    SELECT entry INTO found FROM match_agent(p_agent, p_at);
    IF found IS NOT NULL THEN RETURN QUERY SELECT * FROM replay_made(found); END IF;
END
$$;

-- The lane for the rules of now, of a lane of any version of the line.
CREATE FUNCTION replay_lane(p_lane bigint) RETURNS bigint LANGUAGE sql AS $$
    SELECT CASE WHEN old.queue_version = q.version THEN old.id
        ELSE intern_lane(old.queue_id, old.step, old.channel, old.added) END
    FROM interactions_lane old JOIN clients_queue q ON q.id = old.queue_id WHERE old.id = p_lane
$$;

CREATE FUNCTION replay_visit_left(p_id bigint, p_how text, p_at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE interactions_visit SET left_at = p_at, how = p_how WHERE interaction_id = p_id AND left_at IS NULL;
END
$$;

-- A place in line, new or old.
CREATE FUNCTION replay_place(p_id bigint, p_lane bigint, p_priority int, p_returned boolean, p_band int,
    p_key timestamptz, p_since timestamptz, p_prefer bigint, p_until timestamptz, p_at timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    now_lane bigint := replay_lane(p_lane);
BEGIN
    UPDATE interactions_interaction x SET state = 'queued', outcome = '', closed_at = NULL, state_since = p_at,
        lane_id = now_lane, queue_id = l.queue_id, priority = p_priority, returned = p_returned, band = p_band,
        order_key = p_key, enqueued_at = p_since, prefer_agent_id = p_prefer, prefer_until = p_until,
        version = x.version + 1
    FROM interactions_lane l WHERE x.id = p_id AND l.id = now_lane;
END
$$;

CREATE FUNCTION replay_queue(p_id bigint, p_lane bigint, p_priority int, p_returned boolean, p_band int,
    p_key timestamptz, p_since timestamptz, p_prefer bigint, p_until timestamptz, p_at timestamptz, p_match boolean)
RETURNS SETOF replay_offer LANGUAGE plpgsql AS $$
BEGIN
    PERFORM replay_visit_left(p_id, 'moved', p_at);
    PERFORM replay_place(p_id, p_lane, p_priority, p_returned, p_band, p_key, p_since, p_prefer, p_until, p_at);
    INSERT INTO interactions_visit (interaction_id, client_id, queue_id, ordinal, entered_at, how)
    SELECT p_id, x.client_id, x.queue_id,
        1 + coalesce((SELECT max(v.ordinal) FROM interactions_visit v WHERE v.interaction_id = p_id), 0), p_at, ''
    FROM interactions_interaction x WHERE x.id = p_id;
    IF p_match THEN
        RETURN QUERY SELECT * FROM replay_waits(p_id, p_at);
    END IF;
END
$$;

-- The next overflow step of a waiting contact is reached: the lane of it, and the priority it raises. The action; NULL
-- where there is no such step, or nobody waits.
CREATE FUNCTION replay_step(p_id bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    old interactions_lane;
    step agents_overflowstep;
    further bigint;
BEGIN
    SELECT l.* INTO old FROM interactions_interaction x JOIN interactions_lane l ON l.id = x.lane_id
    WHERE x.id = p_id AND x.state = 'queued';
    SELECT s.* INTO step FROM agents_overflowstep s WHERE s.queue_id = old.queue_id ORDER BY s.ordinal
    OFFSET old.step LIMIT 1;
    IF step.id IS NULL THEN RETURN NULL; END IF;
    further := intern_lane(old.queue_id, old.step + 1, old.channel, old.added);
    UPDATE interactions_interaction x SET lane_id = further, version = x.version + 1,
        priority = least(9, x.priority + coalesce(raised.by, 0)),
        band = CASE WHEN q.ageing_seconds IS NULL
            THEN least(9, x.priority + coalesce(raised.by, 0)) * 2 + x.returned::int ELSE 0 END,
        order_key = x.enqueued_at - make_interval(secs => coalesce(q.ageing_seconds, 0)
            * (least(9, x.priority + coalesce(raised.by, 0)) + x.returned::int))
    FROM clients_queue q, (SELECT CASE step.action WHEN 'raise_priority' THEN coalesce(step.raise_by, 1) END AS by) raised
    WHERE x.id = p_id AND q.id = x.queue_id;
    RETURN step.action;
END
$$;

-- Back to its old place after an offer that was not taken.
CREATE FUNCTION replay_back(p_id bigint, p_at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE interactions_interaction SET state = 'queued', state_since = p_at, lane_id = replay_lane(lane_id),
        version = version + 1
    WHERE id = p_id AND state = 'offered';
END
$$;

CREATE FUNCTION replay_refuse(p_id bigint, p_agent bigint, p_seconds int, p_why text, p_at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE interactions_interaction SET prefer_agent_id = NULL, prefer_until = NULL
    WHERE id = p_id AND prefer_agent_id = p_agent;
    IF p_seconds > 0 THEN
        INSERT INTO interactions_refusal (interaction_id, agent_id, until, why)
        VALUES (p_id, p_agent, p_at + make_interval(secs => p_seconds), p_why)
        ON CONFLICT (interaction_id, agent_id) DO UPDATE SET until = EXCLUDED.until, why = EXCLUDED.why;
        UPDATE interactions_interaction SET refused = true WHERE id = p_id;
    END IF;
END
$$;

CREATE FUNCTION replay_accept(p_leg bigint, p_at timestamptz) RETURNS SETOF replay_offer LANGUAGE plpgsql AS $$
DECLARE
    leg interactions_leg;
BEGIN
    UPDATE interactions_leg SET state = 'handling', accepted_at = p_at, version = version + 1
    WHERE id = p_leg AND state = 'offered' RETURNING * INTO STRICT leg;
    UPDATE agents_seat SET misses = 0 WHERE agent_id = leg.agent_id AND misses <> 0;
    PERFORM seat_recount(leg.agent_id, p_at, true);
    PERFORM replay_visit_left(leg.interaction_id, 'answered', p_at);
    UPDATE interactions_interaction SET state = 'active', state_since = p_at, prefer_agent_id = NULL,
        prefer_until = NULL, version = version + 1
    WHERE id = leg.interaction_id;
    RETURN QUERY SELECT * FROM replay_freed(leg.agent_id, p_at);
END
$$;

-- Declined, missed or taken back; `p_away`: she does not respond until she comes back.
CREATE FUNCTION replay_not_taken(p_leg bigint, p_state text, p_seconds int, p_away boolean, p_at timestamptz)
RETURNS SETOF replay_offer LANGUAGE plpgsql AS $$
DECLARE
    leg interactions_leg;
BEGIN
    UPDATE interactions_leg SET state = p_state, ended_at = p_at, ended_by = 'agent', version = version + 1
    WHERE id = p_leg AND state = 'offered' RETURNING * INTO STRICT leg;
    PERFORM seat_recount(leg.agent_id, p_at, false);
    PERFORM replay_refuse(leg.interaction_id, leg.agent_id, p_seconds, left(p_state, 10), p_at);
    PERFORM replay_back(leg.interaction_id, p_at);
    IF p_away THEN
        UPDATE agents_seat SET presence = 'not_responding', since = p_at
        WHERE agent_id = leg.agent_id AND presence = 'available';
    END IF;
    RETURN QUERY SELECT * FROM replay_waits(leg.interaction_id, p_at);
    RETURN QUERY SELECT * FROM replay_freed(leg.agent_id, p_at);
END
$$;

-- The customer left the line, or was sent away from it.
CREATE FUNCTION replay_leave(p_id bigint, p_how text, p_at timestamptz) RETURNS SETOF replay_offer
LANGUAGE plpgsql AS $$
DECLARE
    freed bigint;
BEGIN
    UPDATE interactions_leg SET state = 'rescinded', ended_at = p_at, ended_by = 'customer', version = version + 1
    WHERE interaction_id = p_id AND state = 'offered' AND role = 'primary' RETURNING agent_id INTO freed;
    PERFORM replay_visit_left(p_id, p_how, p_at);
    UPDATE interactions_interaction SET state = 'closed', outcome = left(p_how, 17), closed_at = p_at,
        state_since = p_at, prefer_agent_id = NULL, prefer_until = NULL, version = version + 1
    WHERE id = p_id;
    IF freed IS NOT NULL THEN
        PERFORM seat_recount(freed, p_at, false);
        RETURN QUERY SELECT * FROM replay_freed(freed, p_at);
    END IF;
END
$$;

-- The talk is over; `p_wraps`: work after it follows. `p_state` is that of the contact then. `p_match`: now; where the
-- contact goes on in a line at once, whoever is freed is asked after that.
CREATE FUNCTION replay_talk_over(p_leg bigint, p_wraps boolean, p_state text, p_at timestamptz, p_match boolean)
RETURNS SETOF replay_offer LANGUAGE plpgsql AS $$
DECLARE
    leg interactions_leg;
BEGIN
    UPDATE interactions_leg SET state = CASE WHEN p_wraps THEN 'wrapping' ELSE 'completed' END, work_ended_at = p_at,
        ended_at = CASE WHEN p_wraps THEN NULL ELSE p_at END, ended_by = 'agent', version = version + 1
    WHERE id = p_leg AND state = 'handling' RETURNING * INTO STRICT leg;
    PERFORM seat_recount(leg.agent_id, p_at, NOT p_wraps);
    UPDATE interactions_interaction SET state = p_state, state_since = p_at, version = version + 1,
        outcome = CASE WHEN p_state = 'closed' THEN 'handled' ELSE '' END,
        closed_at = CASE WHEN p_state = 'closed' THEN p_at END
    WHERE id = leg.interaction_id;
    IF p_match THEN RETURN QUERY SELECT * FROM replay_freed(leg.agent_id, p_at); END IF;
END
$$;

CREATE FUNCTION replay_wrapped_up(p_leg bigint, p_at timestamptz) RETURNS SETOF replay_offer LANGUAGE plpgsql AS $$
DECLARE
    leg interactions_leg;
BEGIN
    UPDATE interactions_leg SET state = 'completed', ended_at = p_at, version = version + 1
    WHERE id = p_leg AND state = 'wrapping' RETURNING * INTO STRICT leg;
    PERFORM seat_recount(leg.agent_id, p_at, true);
    UPDATE interactions_interaction SET state = 'closed', outcome = 'handled', closed_at = p_at, state_since = p_at,
        version = version + 1
    WHERE id = leg.interaction_id AND state = 'wrap_up';
    RETURN QUERY SELECT * FROM replay_freed(leg.agent_id, p_at);
END
$$;

-- By a person's word: the agent has it from now on.
CREATE FUNCTION replay_given(p_id bigint, p_agent bigint, p_role text, p_at timestamptz) RETURNS SETOF replay_offer
LANGUAGE plpgsql AS $$
DECLARE
    made bigint;
    freed bigint;
BEGIN
    IF p_role = 'primary' THEN
        UPDATE interactions_leg SET state = 'rescinded', ended_at = p_at, ended_by = 'supervisor'
        WHERE interaction_id = p_id AND state = 'offered' AND role = 'primary' RETURNING agent_id INTO freed;
        IF freed IS NOT NULL THEN PERFORM seat_recount(freed, p_at, false); END IF;
        PERFORM replay_visit_left(p_id, 'answered', p_at);
        UPDATE interactions_interaction SET state = 'active', outcome = '', closed_at = NULL, state_since = p_at,
            prefer_agent_id = NULL, prefer_until = NULL, version = version + 1
        WHERE id = p_id;
    END IF;
    made := replay_leg(NULL, p_id, p_agent, p_role, 'handling', p_at);
    RETURN QUERY SELECT l.id, l.interaction_id, l.agent_id, l.offered_at, l.offered_at
        FROM interactions_leg l WHERE l.id = made;
    IF freed IS NOT NULL THEN RETURN QUERY SELECT * FROM replay_freed(freed, p_at); END IF;
END
$$;

-- A leg that no rule chose.
CREATE FUNCTION replay_leg(p_leg bigint, p_id bigint, p_agent bigint, p_role text, p_state text, p_at timestamptz)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    made bigint := coalesce(p_leg, nextval(pg_get_serial_sequence('interactions_leg', 'id')));
BEGIN
    INSERT INTO interactions_leg
        (id, public_id, interaction_id, client_id, agent_id, role, state, lane_id, channel, cost, made_by, offered_at,
         expires_at, accepted_at, wrap_up_extended, ended_by, on_hold, hold_seconds, set_aside, muted, note, why,
         version)
    SELECT made, gen_random_uuid(), i.id, i.client_id, p_agent, p_role, p_state, i.lane_id, i.channel,
        cost_of(profile, i.channel), 'a person', p_at, p_at + interval '1 day', CASE WHEN p_state = 'handling' THEN p_at END, false, '', false, 0,
        false, false, '', '{}', 0
    FROM interactions_interaction i, agents_agent agent JOIN agents_capacityprofile profile
        ON profile.id = agent.profile_id
    WHERE i.id = p_id AND agent.id = p_agent;
    PERFORM seat_recount(p_agent, p_at, p_state = 'handling');
    RETURN made;
END
$$;

-- What the presence log says. Away while she holds work is a wish; gone takes her open offer back.
CREATE FUNCTION replay_presence(p_agent bigint, p_presence text, p_reason text, p_connected boolean, p_at timestamptz)
RETURNS SETOF replay_offer LANGUAGE plpgsql AS $$
DECLARE
    seat agents_seat;
    back bigint;
    away boolean := p_presence IN ('break', 'signed_out');
BEGIN
    SELECT * INTO STRICT seat FROM agents_seat WHERE agent_id = p_agent;
    IF seat.offered AND (p_presence = 'signed_out' OR NOT p_connected) THEN
        UPDATE interactions_leg SET state = 'rescinded', ended_at = p_at, ended_by = 'system', version = version + 1
        WHERE agent_id = p_agent AND state = 'offered' AND role = 'primary' RETURNING interaction_id INTO back;
        PERFORM seat_recount(p_agent, p_at, false);
        PERFORM replay_back(back, p_at);
        SELECT * INTO seat FROM agents_seat WHERE agent_id = p_agent;
    END IF;
    IF away AND seat.points_voice + seat.points_chat + seat.points_email > 0 THEN
        UPDATE agents_seat SET connected = p_connected, wish_sign_out = p_presence = 'signed_out',
            wish = CASE p_presence WHEN 'break' THEN coalesce(nullif(p_reason, ''), 'Away') ELSE '' END
        WHERE agent_id = p_agent;
    ELSE
        UPDATE agents_seat SET presence = p_presence, reason = p_reason, connected = p_connected, wish = '',
            wish_sign_out = false, since = CASE WHEN presence = p_presence THEN since ELSE p_at END,
            idle_since = CASE WHEN p_presence = 'available' AND presence <> 'available' THEN p_at ELSE idle_since END
        WHERE agent_id = p_agent;
    END IF;
    IF back IS NOT NULL THEN RETURN QUERY SELECT * FROM replay_waits(back, p_at); END IF;
    IF p_presence = 'available' AND p_connected THEN RETURN QUERY SELECT * FROM replay_freed(p_agent, p_at); END IF;
END
$$;

-- She takes nothing new from now on; what is to follow is in the log later.
CREATE FUNCTION replay_wish(p_agent bigint, p_at timestamptz) RETURNS void LANGUAGE sql AS $$
    UPDATE agents_seat SET wish = 'wished' WHERE agent_id = p_agent AND presence = 'available'
$$;

-- The delay of an agent is over.
CREATE FUNCTION replay_asked_again(p_id bigint, p_at timestamptz) RETURNS SETOF replay_offer LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM interactions_refusal WHERE interaction_id = p_id AND until <= p_at;
    RETURN QUERY SELECT * FROM replay_waits(p_id, p_at);
END
$$;

-- What the sweep heals: agents free beside work they could take.
CREATE FUNCTION replay_swept(p_at timestamptz) RETURNS SETOF replay_offer LANGUAGE plpgsql AS $$
DECLARE
    free bigint;
BEGIN
    FOR free IN SELECT * FROM free_beside_work(p_at, 200) LOOP
        RETURN QUERY SELECT * FROM replay_freed(free, p_at);
    END LOOP;
END
$$;

-- A line's rules became those of another version: its lanes anew, and what waits in old ones moves.
CREATE FUNCTION replay_line_moved(p_queue bigint) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
DECLARE
    waiting bigint;
BEGIN
    DELETE FROM interactions_agentlane al USING interactions_lane l, clients_queue q
    WHERE al.queue_id = p_queue AND l.id = al.lane_id AND q.id = p_queue AND l.queue_version <> q.version;
    PERFORM compile_lanes(ARRAY(SELECT l.id FROM interactions_lane l JOIN clients_queue q
        ON q.id = l.queue_id AND q.version = l.queue_version WHERE q.id = p_queue), NULL);
    FOR waiting IN SELECT id FROM interactions_interaction WHERE queue_id = p_queue AND state = 'queued'
        ORDER BY enqueued_at LOOP
        UPDATE interactions_interaction SET lane_id = replay_lane(lane_id) WHERE id = waiting;
        RETURN NEXT waiting;
    END LOOP;
END
$$;

CREATE FUNCTION replay_line_changed(p_queue bigint, p_at timestamptz) RETURNS SETOF replay_offer LANGUAGE sql AS $$
    SELECT made.* FROM replay_line_moved(p_queue) waiting, replay_waits(waiting, p_at) made
$$;

CREATE FUNCTION replay_refitted(p_agent bigint, p_at timestamptz) RETURNS SETOF replay_offer LANGUAGE plpgsql AS $$
BEGIN
    PERFORM compile_lanes(NULL, ARRAY[p_agent]);
    PERFORM seat_recount(p_agent, p_at, false);
    RETURN QUERY SELECT * FROM replay_freed(p_agent, p_at);
END
$$;

-- --- the record retraced ------------------------------------------------------------------------------------------

-- What a leg became, as recorded.
CREATE FUNCTION replay_leg_was(p_leg bigint, p_state text, p_role text, p_idle boolean, p_at timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    leg interactions_leg;
BEGIN
    UPDATE interactions_leg SET state = p_state, role = p_role, version = version + 1,
        accepted_at = coalesce(accepted_at, CASE WHEN p_state = 'handling' THEN p_at END)
    WHERE id = p_leg RETURNING * INTO leg;
    IF NOT FOUND THEN RETURN; END IF;
    PERFORM seat_recount(leg.agent_id, p_at, p_idle);
    IF p_role = 'primary' THEN
        IF p_state = 'handling' THEN
            UPDATE interactions_interaction SET state = 'active', prefer_agent_id = NULL, prefer_until = NULL
            WHERE id = leg.interaction_id;
        ELSIF p_state IN ('declined', 'missed', 'rescinded') THEN
            PERFORM replay_back(leg.interaction_id, p_at);
        END IF;
    END IF;
END
$$;

CREATE FUNCTION replay_presence_was(p_agent bigint, p_presence text, p_reason text, p_connected boolean,
    p_at timestamptz) RETURNS void LANGUAGE sql AS $$
    UPDATE agents_seat SET presence = p_presence, reason = p_reason, connected = p_connected, wish = '',
        wish_sign_out = false, since = CASE WHEN presence = p_presence THEN since ELSE p_at END,
        idle_since = CASE WHEN p_presence = 'available' AND presence <> 'available' THEN p_at ELSE idle_since END
    WHERE agent_id = p_agent
$$;

-- Ask the router what it was asked then, by the side that asked. Another answer is undone, told, and replaced by the
-- recorded one, so that the next question meets the floor as it was. NULL: the same winner.
CREATE FUNCTION replay_ask(p_side text, p_id bigint, p_agent bigint, p_leg bigint, p_at timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    made replay_offer;
    other jsonb;
BEGIN
    BEGIN
        IF p_side = 'agent' THEN
            SELECT m.* INTO made FROM match_agent(p_agent, p_at) found, replay_made(found.entry) m;
        ELSE
            SELECT m.* INTO made FROM match_interaction(p_id, p_at) found, replay_made(found.entry) m;
        END IF;
        IF made.contact IS DISTINCT FROM p_id OR made.agent IS DISTINCT FROM p_agent THEN
            RAISE EXCEPTION USING ERRCODE = 'RP001', MESSAGE = 'another winner';
        END IF;
        UPDATE interactions_leg SET id = p_leg WHERE id = made.leg;
        RETURN NULL;
    EXCEPTION WHEN SQLSTATE 'RP001' THEN
        NULL;
    END;
    SELECT jsonb_build_object('contact', made.contact, 'agent', made.agent, 'seat', to_jsonb(s),
            'lane', (SELECT al.lane_id IS NOT NULL FROM interactions_interaction x LEFT JOIN interactions_agentlane al
                ON al.lane_id = x.lane_id AND al.agent_id = p_agent WHERE x.id = p_id),
            'other_idle', (SELECT o.idle_since FROM agents_seat o WHERE o.agent_id = made.agent),
            'state', x.state, 'prefer', x.prefer_agent_id, 'prefer_until', x.prefer_until,
            'refused', (SELECT f.until FROM interactions_refusal f WHERE f.interaction_id = p_id
                AND f.agent_id = p_agent))
    INTO other FROM interactions_interaction x LEFT JOIN agents_seat s ON s.agent_id = p_agent WHERE x.id = p_id;
    PERFORM replay_force(p_id, p_agent, p_leg, p_at);
    RETURN other;
END
$$;

-- The recorded offer, whatever the router would say.
CREATE FUNCTION replay_force(p_id bigint, p_agent bigint, p_leg bigint, p_at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE interactions_leg SET state = 'rescinded' WHERE role = 'primary' AND id <> p_leg
        AND ((interaction_id = p_id AND state IN ('offered', 'handling'))
             OR (agent_id = p_agent AND state = 'offered'));
    UPDATE interactions_interaction SET state = 'offered', state_since = p_at, outcome = '', closed_at = NULL
    WHERE id = p_id;
    PERFORM replay_leg(p_leg, p_id, p_agent, 'primary', 'offered', p_at);
END
$$;
