-- Who may be offered what, compiled: agent_lane holds a row for every agent and lane that fit by rules that change
-- seldom (licence, skills, team, switched off). What changes with every contact (presence, points, caps, ramp,
-- delays) is asked at the match. Callers hold the client's advisory lock (interactions/eligibility.py).

-- Does the agent hold every wanted skill (skill * 10 + level) at its level at least?
CREATE OR REPLACE FUNCTION has_wants(p_agent bigint, p_wants int[]) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (
        SELECT 1 FROM unnest(p_wants) AS wanted
        WHERE NOT EXISTS (
            SELECT 1 FROM agents_agentskill held
            WHERE held.agent_id = p_agent AND held.skill_id = wanted / 10 AND held.level >= wanted % 10
        )
    )
$$;

-- Compile these lanes for these agents; NULL means all of them. Lanes of old queue versions keep nobody.
CREATE OR REPLACE FUNCTION compile_lanes(p_lanes bigint[], p_agents bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM interactions_agentlane
    WHERE (p_lanes IS NULL OR lane_id = ANY (p_lanes)) AND (p_agents IS NULL OR agent_id = ANY (p_agents));

    INSERT INTO interactions_agentlane
        (agent_id, lane_id, rank, client_id, queue_id, channel, ageing_seconds, auto, cap_per_agent, ramp_per_hour)
    SELECT agent.id, lane.id,
           coalesce((SELECT min(held.level) FROM unnest(lane.wants) AS wanted
                     JOIN agents_agentskill held ON held.agent_id = agent.id AND held.skill_id = wanted / 10), 0),
           lane.client_id, lane.queue_id, lane.channel, lane.ageing_seconds, lane.auto, lane.cap_per_agent,
           licence.ramp_per_hour
    FROM interactions_lane lane
    JOIN clients_queue queue ON queue.id = lane.queue_id AND queue.version = lane.queue_version
    JOIN agents_licence licence ON licence.client_id = lane.client_id
        AND (licence.state = 'certified' OR (licence.state = 'training' AND lane.training))
    JOIN agents_agent agent ON agent.id = licence.agent_id AND agent.deactivated_at IS NULL
    JOIN agents_seat seat ON seat.agent_id = agent.id AND seat.pool = lane.pool
    WHERE (p_lanes IS NULL OR lane.id = ANY (p_lanes))
        AND (p_agents IS NULL OR agent.id = ANY (p_agents))
        AND (lane.teams IS NULL OR agent.team_id = ANY (lane.teams))
        AND has_wants(agent.id, lane.wants)
        AND NOT EXISTS (SELECT 1 FROM agents_queueswitchedoff off
                        WHERE off.agent_id = agent.id AND off.queue_id = lane.queue_id);

    UPDATE interactions_lane lane
    SET members = counted.members,
        excluded = jsonb_build_object(
            'licence', counted.licences - counted.licensed,
            'skill_team_or_switched_off', counted.licensed - counted.members)
    FROM (
        SELECT l.id,
               (SELECT count(*) FROM interactions_agentlane al WHERE al.lane_id = l.id) AS members,
               (SELECT count(*) FROM agents_licence li WHERE li.client_id = l.client_id) AS licences,
               (SELECT count(*) FROM agents_licence li WHERE li.client_id = l.client_id
                    AND (li.state = 'certified' OR (li.state = 'training' AND l.training))) AS licensed
        FROM interactions_lane l
        JOIN clients_queue q ON q.id = l.queue_id AND q.version = l.queue_version
        WHERE (p_lanes IS NULL OR l.id = ANY (p_lanes))
            AND (p_agents IS NULL
                 OR l.client_id IN (SELECT li.client_id FROM agents_licence li WHERE li.agent_id = ANY (p_agents)))
    ) counted
    WHERE lane.id = counted.id
        AND (lane.members <> counted.members
             OR lane.excluded IS DISTINCT FROM jsonb_build_object(
                'licence', counted.licences - counted.licensed,
                'skill_team_or_switched_off', counted.licensed - counted.members));
END
$$;

-- What a contact asks after so many of its line's steps that wants `p_added` beyond the line's own skills, by the rules
-- of now: each skill once, at the highest level wanted; a step relaxes the line's own wants and the added alike. No
-- teams are any team; `next_after` are the seconds until the next step, if any.
CREATE OR REPLACE FUNCTION asked_at(p_queue bigint, p_step int, p_added int[],
    OUT wants int[], OUT teams bigint[], OUT offers_callback boolean, OUT next_after int) LANGUAGE sql STABLE AS $$
    WITH reached AS (
        SELECT step.action, step.skill_id, step.level, step.team_id FROM agents_overflowstep step
        WHERE step.queue_id = p_queue ORDER BY step.ordinal LIMIT p_step
    )
    SELECT ARRAY(
            SELECT (wanted.skill * 10 + least(max(wanted.level), (
                SELECT min(coalesce(reached.level, 1)) FROM reached
                WHERE reached.action = 'relax_level' AND reached.skill_id = wanted.skill)))::int
            FROM (
                SELECT own.skill_id AS skill, own.level FROM clients_queueskill own WHERE own.queue_id = p_queue
                UNION ALL SELECT each / 10, each % 10 FROM unnest(p_added) each
            ) wanted
            WHERE NOT EXISTS (SELECT 1 FROM reached
                              WHERE reached.action = 'drop_skill' AND reached.skill_id = wanted.skill)
            GROUP BY wanted.skill ORDER BY wanted.skill),
        (SELECT array_agg(team.id ORDER BY team.id) FROM (
            SELECT own.team_id AS id FROM agents_queueteam own WHERE own.queue_id = p_queue
            UNION SELECT reached.team_id FROM reached WHERE reached.action = 'add_team'
                AND EXISTS (SELECT 1 FROM agents_queueteam own WHERE own.queue_id = p_queue)
        ) team),
        EXISTS (SELECT 1 FROM reached WHERE reached.action = 'offer_callback'),
        (SELECT step.after_seconds FROM agents_overflowstep step WHERE step.queue_id = p_queue
         ORDER BY step.ordinal OFFSET p_step LIMIT 1)
$$;

-- The lane of a queue for a step, a channel and wanted skills beyond its own, by the rules of now; made and compiled on
-- first use. Two may make it at once: whoever loses waits for the winner's commit and takes his.
CREATE OR REPLACE FUNCTION intern_lane(p_queue bigint, p_step int, p_channel text, p_added int[]) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    made bigint;
BEGIN
    INSERT INTO interactions_lane
        (pool, client_id, queue_id, queue_version, step, channel, wants, added, teams, strategy, ageing_seconds, auto,
         training, cap_per_agent, offer_seconds, next_after_seconds, offers_callback, members, excluded)
    SELECT client.pool, client.id, queue.id, queue.version, p_step, p_channel, asked.wants, p_added, asked.teams,
        queue.strategy, queue.ageing_seconds, NOT queue.manual AND queue.state <> 'paused', queue.training,
        queue.cap_per_agent, queue.offer_seconds, asked.next_after, asked.offers_callback, 0, '{}'
    FROM clients_queue queue
    JOIN clients_client client ON client.id = queue.client_id
    CROSS JOIN asked_at(p_queue, p_step, p_added) asked
    WHERE queue.id = p_queue
    ON CONFLICT (queue_id, queue_version, step, channel, added) DO NOTHING
    RETURNING id INTO made;
    IF made IS NOT NULL THEN
        PERFORM compile_lanes(ARRAY[made], NULL);
        RETURN made;
    END IF;
    RETURN (SELECT lane.id FROM interactions_lane lane
            JOIN clients_queue queue ON queue.id = lane.queue_id AND queue.version = lane.queue_version
            WHERE lane.queue_id = p_queue AND lane.step = p_step AND lane.channel = p_channel AND lane.added = p_added);
END
$$;

-- Live legs of an agent on contacts that she had from a queue, wherever they have gone since: for its cap per agent.
CREATE OR REPLACE FUNCTION held_in_queue(p_agent bigint, p_queue bigint) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT count(*) FROM interactions_leg leg
    JOIN interactions_interaction i ON i.id = leg.interaction_id
    LEFT JOIN interactions_lane lane ON lane.id = leg.lane_id
    WHERE leg.agent_id = p_agent AND leg.state IN ('offered', 'handling', 'wrapping') AND NOT leg.set_aside
        AND leg.role <> 'monitor' AND coalesce(lane.queue_id, i.queue_id) = p_queue
$$;

-- Contacts of a client that an agent got within the last hour, each once, refused and withdrawn offers left out: for
-- her ramp.
CREATE OR REPLACE FUNCTION got_within_hour(p_agent bigint, p_client bigint, p_at timestamptz) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT count(DISTINCT leg.interaction_id) FROM interactions_leg leg
    WHERE leg.client_id = p_client AND leg.agent_id = p_agent AND leg.offered_at > p_at - interval '1 hour'
        AND leg.role = 'primary' AND leg.state NOT IN ('declined', 'missed', 'rescinded')
$$;
