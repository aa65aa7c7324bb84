-- The one place where a seat's points, room and idle time are counted: from the legs that are there.
-- Callers hold the seat's row (lock order: seat, then leg or interaction).
CREATE OR REPLACE FUNCTION seat_recount(p_agent bigint, p_at timestamptz, p_idle boolean) RETURNS void
LANGUAGE sql AS $$
    UPDATE agents_seat s
    SET points_voice = used.voice,
        points_chat = used.chat,
        points_email = used.email,
        capacity = greatest(profile.budget, used.voice + used.chat + used.email),
        fits_voice = used.n_voice < profile.voice_cap
            AND used.voice + used.chat + used.email + profile.voice_points <= profile.budget,
        fits_chat = used.n_chat < profile.chat_cap
            AND used.voice + used.chat + used.email + profile.chat_points <= profile.budget,
        fits_email = used.n_email < profile.email_cap
            AND used.voice + used.chat + used.email + profile.email_points <= profile.budget,
        offered = used.open_offers > 0,
        idle_since = CASE WHEN p_idle THEN greatest(s.idle_since, p_at) ELSE s.idle_since END,
        version = s.version + 1
    FROM (
        SELECT coalesce(sum(l.cost) FILTER (WHERE l.channel = 'voice' AND NOT l.set_aside), 0) AS voice,
               coalesce(sum(l.cost) FILTER (WHERE l.channel = 'chat' AND NOT l.set_aside), 0) AS chat,
               coalesce(sum(l.cost) FILTER (WHERE l.channel = 'email' AND NOT l.set_aside), 0) AS email,
               count(*) FILTER (WHERE l.channel = 'voice' AND NOT l.set_aside) AS n_voice,
               count(*) FILTER (WHERE l.channel = 'chat' AND NOT l.set_aside) AS n_chat,
               count(*) FILTER (WHERE l.channel = 'email' AND NOT l.set_aside) AS n_email,
               count(*) FILTER (WHERE l.state = 'offered') AS open_offers
        FROM interactions_leg l
        WHERE l.agent_id = p_agent AND l.state IN ('offered', 'handling', 'wrapping') AND l.role <> 'monitor'
    ) used,
    agents_agent agent JOIN agents_capacityprofile profile ON profile.id = agent.profile_id
    WHERE s.agent_id = p_agent AND agent.id = p_agent
$$;
