"""What must hold whenever nothing is under way (DESIGN.md 2), asked of the database in a few set-based questions."""

from __future__ import annotations

from django.db import connection

from clients.models import Client
from interactions.reports import checking, fold

# Each question finds the rows that break a rule; the words before it say which.
QUESTIONS: dict[str, str] = {
    "an open contact is in exactly one place, a closed one in none": """
        SELECT i.id, i.state, places.*
        FROM interactions_interaction i
        CROSS JOIN LATERAL (
            SELECT (SELECT count(*) FROM interactions_visit v
                    WHERE v.interaction_id = i.id AND v.left_at IS NULL) AS visits,
                   -- of a web call the wait goes on until the two hear each other
                   (SELECT count(*) FROM interactions_callmedia m JOIN interactions_leg own ON own.id = m.leg_id
                    WHERE own.interaction_id = i.id AND own.state = 'handling' AND own.role = 'primary'
                        AND m.settled_at IS NULL) AS voices,
                   -- who comes by a link to a call of ours has stood in no line
                   EXISTS (SELECT 1 FROM interactions_calllink c
                           WHERE c.interaction_id = i.id AND c.page <> '') AS by_link,
                   count(*) FILTER (WHERE l.state = 'offered') AS offered,
                   count(*) FILTER (WHERE l.state = 'handling') AS handling,
                   count(*) FILTER (WHERE l.state = 'wrapping') AS wrapping
            FROM interactions_leg l WHERE l.interaction_id = i.id AND l.role = 'primary'
        ) places
        WHERE NOT CASE i.state
            WHEN 'queued' THEN visits = 1 AND offered = 0 AND handling = 0
            WHEN 'offered' THEN visits = 1 AND offered = 1 AND handling = 0
            WHEN 'active' THEN (visits = voices OR (by_link AND visits = 0)) AND offered = 0 AND handling = 1
            WHEN 'held' THEN (visits = voices OR (by_link AND visits = 0)) AND offered = 0 AND handling = 1
            WHEN 'parked' THEN visits = 0 AND offered = 0 AND handling = 0
            WHEN 'wrap_up' THEN visits = 0 AND offered = 0 AND handling = 0 AND wrapping >= 1
            ELSE visits = 0 AND offered = 0 AND handling = 0 END
    """,
    "a held contact is held by whoever handles it": """
        SELECT i.id, i.state, l.id AS leg, l.on_hold, l.set_aside FROM interactions_interaction i
        JOIN interactions_leg l ON l.interaction_id = i.id AND l.role = 'primary' AND l.state = 'handling'
        WHERE (i.state = 'held') <> (l.on_hold OR l.set_aside)
    """,
    "what waits stands in the lane of its queue": """
        SELECT i.id, i.state FROM interactions_interaction i LEFT JOIN interactions_lane l ON l.id = i.lane_id
        WHERE i.state IN ('queued', 'offered')
            AND (l.id IS NULL OR l.queue_id <> i.queue_id OR l.channel <> i.channel OR i.enqueued_at IS NULL)
    """,
    "what is parked has a day and an agent": """
        SELECT id FROM interactions_interaction WHERE state = 'parked' AND (due_at IS NULL OR prefer_agent_id IS NULL)
    """,
    "points, offers and room of a seat are those of its live legs": """
        SELECT s.agent_id, s.points_voice, s.points_chat, s.points_email, s.offered, held.*
        FROM agents_seat s
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(cost) FILTER (WHERE channel = 'voice'), 0) AS voice,
                   coalesce(sum(cost) FILTER (WHERE channel = 'chat'), 0) AS chat,
                   coalesce(sum(cost) FILTER (WHERE channel = 'email'), 0) AS email,
                   count(*) FILTER (WHERE state = 'offered') AS offers
            FROM interactions_leg
            WHERE agent_id = s.agent_id AND state IN ('offered', 'handling', 'wrapping')
                AND NOT set_aside AND role <> 'monitor'
        ) held
        WHERE s.points_voice <> voice OR s.points_chat <> chat OR s.points_email <> email
            OR s.offered <> (offers > 0) OR s.capacity < voice + chat + email
    """,
    "nobody holds more than her budget and caps": """
        SELECT l.agent_id, sum(l.cost) FROM interactions_leg l
        JOIN agents_agent a ON a.id = l.agent_id JOIN agents_capacityprofile p ON p.id = a.profile_id
        WHERE l.state IN ('offered', 'handling', 'wrapping') AND NOT l.set_aside AND l.role <> 'monitor'
        GROUP BY l.agent_id, p.id
        HAVING sum(l.cost) > p.budget
            OR count(*) FILTER (WHERE l.channel = 'voice') > p.voice_cap
            OR count(*) FILTER (WHERE l.channel = 'chat') > p.chat_cap
            OR count(*) FILTER (WHERE l.channel = 'email') > p.email_cap
    """,
    "an open offer rings somebody who is there and ready": """
        SELECT l.id, s.presence, s.connected FROM interactions_leg l JOIN agents_seat s ON s.agent_id = l.agent_id
        WHERE l.state = 'offered' AND (s.presence <> 'available' OR NOT s.connected)
    """,
    "a colleague is beside somebody who handles the contact": """
        SELECT c.id FROM interactions_leg c
        WHERE c.role = 'consult' AND c.state IN ('offered', 'handling') AND NOT EXISTS (
            SELECT 1 FROM interactions_leg p WHERE p.interaction_id = c.interaction_id
                AND p.role = 'primary' AND p.state = 'handling')
    """,
    "who works here no more holds nothing": """
        SELECT l.id FROM interactions_leg l JOIN agents_agent a ON a.id = l.agent_id
        WHERE a.deactivated_at IS NOT NULL AND l.state IN ('offered', 'handling')
    """,
    "a live leg has not ended, an ended one says when and by whom": """
        SELECT id, state, ended_at, ended_by FROM interactions_leg
        WHERE (state IN ('offered', 'handling') AND (ended_at IS NOT NULL OR ended_by <> ''))
            OR (state = 'wrapping' AND (ended_at IS NOT NULL OR work_ended_at IS NULL OR ended_by = ''))
            OR (state NOT IN ('offered', 'handling', 'wrapping') AND (ended_at IS NULL OR ended_by = ''))
    """,
    "every offer, answer and end is in the journal once": """
        SELECT l.id, l.state, facts.* FROM interactions_leg l
        CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE kind = 'offered') AS offered,
                   count(*) FILTER (WHERE kind = 'declined') AS declined,
                   count(*) FILTER (WHERE kind = 'missed') AS missed,
                   count(*) FILTER (WHERE kind = 'rescinded') AS rescinded,
                   count(*) FILTER (WHERE kind IN ('accepted', 'joined')) AS accepted
            FROM interactions_journalentry WHERE leg_id = l.id
        ) facts
        WHERE offered > 1 OR declined <> (l.state = 'declined')::int OR missed <> (l.state = 'missed')::int
            OR rescinded <> (l.state = 'rescinded')::int OR accepted > 1
            OR (offered = 1 AND accepted <> (l.accepted_at IS NOT NULL)::int)
    """,
    "a contact is closed once": """
        SELECT i.id FROM interactions_interaction i
        JOIN interactions_journalentry j ON j.interaction_id = i.id AND j.kind = 'closed'
        GROUP BY i.id, i.state HAVING count(*) <> (i.state = 'closed')::int
    """,
    "a visit that was left says how, and none ends before it begins": """
        SELECT id FROM interactions_visit WHERE left_at < entered_at OR (left_at IS NULL) <> (how = '')
    """,
    "nothing open hangs on a merged case": """
        SELECT i.id FROM interactions_interaction i JOIN interactions_case c ON c.id = i.case_id
        WHERE c.state = 'merged' AND i.state <> 'closed'
    """,
    "a promise that is worked has an attempt, one that is not has no open one": """
        SELECT c.id, c.state, i.state FROM interactions_callback c
        LEFT JOIN interactions_interaction i ON i.id = c.interaction_id
        WHERE (c.state = 'working' AND i.id IS NULL)
            OR (c.state IN ('promised', 'due', 'withdrawn', 'broken') AND i.state IN ('queued', 'offered'))
    """,
    "what belongs together belongs to one client": """
        SELECT i.id FROM interactions_interaction i
        LEFT JOIN interactions_case c ON c.id = i.case_id
        LEFT JOIN clients_queue q ON q.id = i.queue_id
        LEFT JOIN clients_customer p ON p.id = i.customer_id
        WHERE c.client_id <> i.client_id OR q.client_id <> i.client_id OR p.client_id <> i.client_id
    """,
}


def broken_invariants() -> list[str]:
    """One sentence for each rule that some rows break, with the first of them; empty when all is well."""
    broken = []
    with connection.cursor() as cursor:
        for rule, question in QUESTIONS.items():
            cursor.execute(question)
            rows = cursor.fetchall()
            if rows:
                columns = [column.name for column in cursor.description or ()]
                broken.append(f"{rule}: {len(rows)} break it, such as {dict(zip(columns, rows[0], strict=True))}")
    return broken


def told_otherwise() -> list[dict[str, str]]:
    """What the journal tells otherwise than the facts of contacts and the figures of days; empty when all is well."""
    fold.catch_up()
    found = checking.compare(Client.objects.all())
    assert found.moving == 0, "all is folded"
    return found.first
