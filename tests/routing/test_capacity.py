"""How much an agent carries at once, and what steps aside for what."""

import pytest
from django.db import connection

from clients.models import Channel
from tests import factories as make
from tests.routing.acts import play
from tests.routing.house import Row

ROWS = [
    Row(
        "the cap of a line counts what she had from it",
        "Her wrap-up of what she handed to a line fills the cap of the line she had it from, not of the other.",
        """
            0: ann chats prefers=bea for=2
            1: bea accepts ann
            3: bea transfers ann Bills
            4: bea declines ann
            5: bob accepts ann
            6: ben chats Bills
        """,
        "bea<ann bea<ann bob<ann bea<ben",
        agents=["bob bills=1", "bea bills=1"],
        lines={
            "Bills": {"wants": "bills:1", "cap_per_agent": 1},
            "Help": {"wrap_up": "timed", "wrap_up_seconds": 60},
        },
    ),
    Row(
        "asked in on a mail, then a call",
        "Only work of her own steps aside: beside a colleague's mail she has no room for a call.",
        """
            0: ann mails
            1: bea accepts ann
            2: bea consults ann bob
            3: bob accepts ann
            4: bea goes break
            5: ben calls
            6: ben is queued
            7: bob ends-consult ann
        """,
        "bea<ann bob<ann bob<ben",
        agents=["bea", "bob"],
    ),
    Row(
        "asked in on a mail, then given a call",
        "By the same rule nobody may give her one.",
        """
            0: ann mails
            1: bea accepts ann
            2: bea consults ann bob
            3: bob accepts ann
            4: bea goes break
            5: ben calls
            6: ! sue assigns ben bob
        """,
        "bea<ann bob<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "three chats and no fourth",
        "A budget of 100 points: three chats of 33.",
        """
            0: ann chats
            1: bea accepts ann
            2: ben chats
            3: bea accepts ben
            4: cat chats
            5: bea accepts cat
            6: dan chats
            7: dan is queued
            8: bea ends ann
        """,
        "bea<ann bea<ben bea<cat bea<dan",
    ),
    Row(
        "a cap on a channel",
        "Fewer of a channel than its cap, whatever points are left.",
        """
            0: ann chats
            1: bea accepts ann
            2: ben chats
            3: ben is queued
            4: dan mails
        """,
        "bea<ann bea<dan",
        agents=["bea chat_cap=1"],
    ),
    Row(
        "chats and mails share the budget",
        "Two chats and a mail are 86 points: a second mail waits.",
        """
            0: ann chats
            1: bea accepts ann
            2: ben chats
            3: bea accepts ben
            4: cat mails
            5: bea accepts cat
            6: dan mails
            7: dan is queued
            8: bea ends ann
        """,
        "bea<ann bea<ben bea<cat bea<dan",
    ),
    Row(
        "five mails",
        "Five mails of 20 points; the sixth waits.",
        """
            0: ann mails
            0: bea accepts ann
            0: ben mails
            0: bea accepts ben
            0: cat mails
            0: bea accepts cat
            0: dan mails
            0: bea accepts dan
            0: eve mails
            0: bea accepts eve
            0: fay mails
            9: fay is queued
        """,
        "bea<ann bea<ben bea<cat bea<dan bea<eve",
    ),
    Row(
        "a chat keeps a call away",
        "A call wants the whole agent: chats are no work that steps aside.",
        """
            0: ann chats
            1: bea accepts ann
            2: ben calls
            3: ben is queued
            4: bea ends ann
        """,
        "bea<ann bea<ben",
    ),
    Row(
        "a call keeps everything away",
        "In a call nothing else is offered.",
        """
            0: ann calls
            1: bea accepts ann
            2: ben chats
            3: cat mails
            60: bea ends ann
            61: bea accepts ben
        """,
        "bea<ann bea<ben bea<cat",
    ),
    Row(
        "a call sets mails aside",
        "Mails step aside for a call and return when it has ended, the oldest first.",
        """
            0: ann mails
            1: bea accepts ann
            2: ben calls
            3: ann is held
            4: bea accepts ben
            60: bea ends ben
            61: ann is active
        """,
        "bea<ann bea<ben",
    ),
    Row(
        "a call that is declined gives the mails back",
        "What stepped aside returns when the offer comes to nothing.",
        """
            0: ann mails
            1: bea accepts ann
            2: ben calls
            3: bea declines ben
            4: ann is active
        """,
        "bea<ann bea<ben",
    ),
    Row(
        "no new mail while one is set aside",
        "During the call nothing new is offered; what was set aside returns before anything new.",
        """
            0: ann mails
            1: bea accepts ann
            2: ben calls
            3: bea accepts ben
            4: cat mails
            5: cat is queued
            6: bea ends ben
            7: ann is active
        """,
        "bea<ann bea<ben bea<cat",
    ),
    Row(
        "a profile whose mails stay",
        "Whether mails step aside is said by the capacity profile.",
        """
            0: ann mails
            1: bea accepts ann
            2: ben calls
            60: ben is queued
        """,
        "bea<ann",
        agents=["bea email_yields_to_voice=0"],
    ),
    Row(
        "who is free goes before who must set aside",
        "A call that finds a free agent and one with mails is offered by the rule of the line: longest idle.",
        """
            0: ann mails
            1: bea accepts ann
            2: ben calls
        """,
        "bea<ann bob<ben",
        agents=["bea", "bob"],
    ),
    Row(
        "a chat sets mails aside where the profile says so",
        "Any written work may step aside for a more urgent kind.",
        """
            0: ann mails
            1: bea accepts ann
            2: ben chats
            3: ann is held
            4: bea accepts ben
            5: bea ends ben
            6: ann is active
        """,
        "bea<ann bea<ben",
        agents=["bea budget=40 email_yields_to_chat=1"],
    ),
    Row(
        "a cap of the line",
        "A line may allow fewer of its contacts an agent than points would.",
        """
            0: ann chats
            1: bea accepts ann
            2: ben chats
            3: ben is queued
            4: cat chats Bills
        """,
        "bea<ann bea<cat",
        lines={"Bills": {}, "Help": {"cap_per_agent": 1}},
    ),
    Row(
        "ramp: so many in any 60 minutes",
        "Who is new gets so many contacts in any 60 minutes; the window glides.",
        """
            0: ann chats
            1: bea accepts ann
            2: bea ends ann
            3: ben chats
            3599: ben is queued
            3603: ben is offered
        """,
        "bea<ann bea<ben",
        agents=["bea ramp=1"],
    ),
    Row(
        "ramp: a decline is no contact",
        "What was declined or missed does not count towards the ramp.",
        """
            0: ann chats
            1: bea declines ann
            2: ben chats
        """,
        "bea<ann bea<ben",
        agents=["bea ramp=1"],
    ),
    Row(
        "ramp: a contact that comes again is one",
        "The ramp counts contacts: one that is taken back and comes to the same agent anew is the same one.",
        """
            0: ann chats
            1: bea accepts ann
            2: sue takes-back ann
            40: bea accepts ann
            41: bea ends ann
            42: ben chats
            43: bea declines ben
        """,
        "bea<ann bea<ann bea<ben",
        agents=["bea ramp=2"],
    ),
    Row(
        "ramp: for each client by itself",
        "A contact of one client does not count for another.",
        """
            0: ann chats
            1: bea accepts ann
            2: bea ends ann
            3: ben chats Bolts
        """,
        "bea<ann bea<ben",
        agents=["bea ramp=1 of=Acme,Bolt"],
        lines={"Bolts": {"of": "Bolt"}, "Help": {}},
    ),
    Row(
        "wrap-up holds the points",
        "Work after the contact takes the room the contact took.",
        """
            0: ann calls
            1: bea accepts ann
            2: ben calls
            3: bea ends ann
            4: ben is queued
            5: bea finishes ann
        """,
        "bea<ann bea<ben",
        lines={"Help": {"wrap_up": "until_done"}},
    ),
    Row(
        "a chat in wrap-up leaves room for others",
        "Only the points of that chat are held.",
        """
            0: ann chats
            1: bea accepts ann
            2: bea ends ann
            3: ben chats
        """,
        "bea<ann bea<ben",
        lines={"Help": {"wrap_up": "until_done"}},
    ),
    Row(
        "on hold is still in hand",
        "A held call holds its points.",
        """
            0: ann calls
            1: bea accepts ann
            2: bea holds ann
            3: ben calls
            60: ben is queued
        """,
        "bea<ann",
    ),
    Row(
        "parked takes no room",
        "What is parked holds no points.",
        """
            0: ann mails
            1: bea accepts ann
            2: ben mails
            3: ben is queued
            4: bea parks ann
        """,
        "bea<ann bea<ben",
        agents=["bea email_cap=1"],
    ),
    Row(
        "more capacity is an event",
        "Raised capacity is used at once.",
        """
            0: ann chats
            1: bea accepts ann
            2: ben chats
            3: ben is queued
            4: ada enlarges bea chat_cap=2
        """,
        "bea<ann bea<ben",
        agents=["bea chat_cap=1"],
    ),
    Row(
        "less capacity takes nothing away",
        "Lowered capacity ends nothing that is in hand; nothing new comes until there is room.",
        """
            0: ann chats
            1: bea accepts ann
            2: ben chats
            3: bea accepts ben
            4: ada enlarges bea chat_cap=1
            5: bea has ann ben
            6: cat chats
            7: bea ends ann
            8: cat is queued
            9: bea ends ben
        """,
        "bea<ann bea<ben bea<cat",
    ),
    Row(
        "a consultation takes room",
        "Who is asked for advice holds the points of the contact.",
        """
            0: ann calls
            1: bea accepts ann
            2: bea consults ann bob
            3: bob accepts ann
            4: ben calls
            5: ben is queued
            6: bea ends-consult ann
        """,
        "bea<ann bob<ann bob<ben",
        agents=["bea", "bob"],
    ),
    Row(
        "a channel she does not take",
        "A cap of zero keeps a channel away altogether.",
        """
            0: ann calls
            1: ben chats
            60: ann is queued
        """,
        "bea<ben",
        agents=["bea voice_cap=0"],
        lines={"Help": {"offer_seconds": 90}},
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_how_much_at_once(row: Row) -> None:
    play(row)


@pytest.mark.django_db
@pytest.mark.parametrize("channel", Channel.values)
def test_a_contact_costs_what_the_profile_says_by_whomever_it_is_given(channel: str) -> None:
    bea = make.agent("Bea Brown")
    with connection.cursor() as cursor:
        cursor.execute("SELECT cost_for(%s, %s)", [bea.pk, channel])
        assert cursor.fetchone() == (bea.profile.cost_of(channel),)
