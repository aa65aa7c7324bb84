-- Who shows a contact, and what the card of an offer says: asked after every entry of the journal.

-- Since when the customer waits for the next answer: from the place in line on, or, once somebody had answered (a desk was
-- lost, a contact handed on), from the first stay after that. The place may be older: talk is no wait.
CREATE OR REPLACE FUNCTION waits_since(p_interaction bigint, p_place timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT min(entered_at) FROM interactions_visit WHERE interaction_id = p_interaction AND ordinal >
        (SELECT max(ordinal) FROM interactions_visit WHERE interaction_id = p_interaction AND how = 'answered')), p_place)
$$;

-- The desks with a live leg on the contact, or with this one, and the customer's windows. A live leg is told by its
-- missing end, for which the legs of a contact have an index: a contact may have been offered often.
CREATE OR REPLACE FUNCTION shown_by(p_interaction bigint, p_leg bigint)
RETURNS TABLE (agents uuid[], windows uuid[]) LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT ARRAY (SELECT agent.public_id FROM agents_agent agent
            WHERE agent.id IN (
                SELECT leg.agent_id FROM interactions_leg leg
                WHERE leg.interaction_id = p_interaction AND leg.ended_at IS NULL
                UNION ALL
                SELECT leg.agent_id FROM interactions_leg leg WHERE leg.id = p_leg)),
        ARRAY (SELECT public_id FROM interactions_chatsession WHERE interaction_id = p_interaction)
$$;

-- The card of a leg that is still offered (neither accepted nor over), and who else shows its contact. Volatile: the
-- statement that made the offer asks it.
CREATE OR REPLACE FUNCTION offer_card(p_leg bigint) RETURNS TABLE (agent uuid, leg uuid, leg_version bigint,
    client uuid, brand uuid, channel varchar, role varchar, queue varchar, waited_since timestamptz,
    expires_at timestamptz, aside uuid[], interaction uuid, version bigint, carrier varchar, agents uuid[],
    windows uuid[])
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        SELECT (SELECT public_id FROM agents_agent WHERE id = offer.agent_id), offer.public_id, offer.version,
            (SELECT public_id FROM clients_client WHERE id = offer.client_id),
            (SELECT public_id FROM clients_brand WHERE client_id = offer.client_id), offer.channel, offer.role,
            coalesce((SELECT name FROM clients_queue WHERE id = i.queue_id), ''),
            waits_since(i.id, coalesce(i.enqueued_at, i.arrived_at)), offer.expires_at,
            ARRAY (SELECT other.public_id FROM interactions_leg aside
                JOIN interactions_interaction other ON other.id = aside.interaction_id
                WHERE aside.agent_id = offer.agent_id AND aside.set_aside AND aside.state IN ('handling', 'wrapping')),
            i.public_id, i.version, i.carrier, shown.agents, shown.windows
        FROM interactions_leg offer
        JOIN interactions_interaction i ON i.id = offer.interaction_id
        CROSS JOIN LATERAL shown_by(i.id, offer.id) shown
        WHERE offer.id = p_leg AND coalesce(offer.accepted_at, offer.ended_at) IS NULL;
END
$$;
