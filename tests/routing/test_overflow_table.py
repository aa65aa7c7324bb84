"""Who waits long: what each overflow step changes, and how a wait ends."""

import pytest

from tests.routing.acts import play
from tests.routing.house import Row

ROWS = [
    Row(
        "a level is relaxed",
        "After the step a lower level is enough.",
        """
            0: ann calls
            9: ann is queued
            10: ann is offered
        """,
        "bea<ann",
        agents=["bea es=2"],
        lines={"Help": {"wants": "es:4", "steps": ["10 relax_level es 2"]}},
    ),
    Row(
        "a skill is dropped",
        "After the step the skill is asked no more.",
        """
            0: ann calls
            9: ann is queued
            10: ann is offered
        """,
        "bea<ann",
        lines={"Help": {"wants": "es:4", "steps": ["10 drop_skill es"]}},
    ),
    Row(
        "a step of the line relaxes the contact's own wish",
        "A step counts for what the contact brought along as well.",
        """
            0: ann calls wants=es:3
            9: ann is queued
            10: ann is offered
        """,
        "bea<ann",
        agents=["bea es=1"],
        lines={"Help": {"steps": ["10 relax_level es 1"]}},
    ),
    Row(
        "a team is added",
        "After the step another team may be used.",
        """
            0: ann calls
            29: ann is queued
            30: ann is offered
        """,
        "bea<ann",
        agents=["bea team=Late", "bob team=Day is=break"],
        lines={"Help": {"teams": "Day", "steps": ["30 add_team Late"]}},
    ),
    Row(
        "the priority is raised",
        "A raised priority goes before, in its line and against others.",
        """
            0: ann calls
            31: ben calls priority=1
            32: cat calls Bills priority=1
            33: ann is priority 2
            34: bea goes available
        """,
        "bea<ann",
        agents=["bea is=break"],
        lines={"Bills": {}, "Help": {"steps": ["30 raise_priority 2"]}},
    ),
    Row(
        "a raised priority does not grow with each stay",
        "A new stay begins with the priority of before its steps, and is raised by them again.",
        """
            0: ann calls
            31: ann is priority 2
            32: bea goes available
            33: bea accepts ann
            34: bea loses-console
            50: ann is priority 0
            79: ann is priority 0
            82: ann is priority 2
        """,
        "bea<ann",
        agents=["bea is=break"],
        lines={"Help": {"steps": ["30 raise_priority 2"]}},
    ),
    Row(
        "a supervisor's word stays over stays",
        "What a person said after the step is kept; the step adds to it again.",
        """
            0: ann calls
            31: ann is priority 2
            32: sue raises ann 5
            33: bea goes available
            34: bea accepts ann
            35: bea loses-console
            51: ann is priority 5
            83: ann is priority 7
        """,
        "bea<ann",
        agents=["bea is=break"],
        lines={"Help": {"steps": ["30 raise_priority 2"]}},
    ),
    Row(
        "handed to another line with the priority it came with",
        "What the steps of one line added counts in that line.",
        """
            0: ann calls
            31: ann is priority 2
            32: bea goes available
            33: bea accepts ann
            34: bob goes available
            35: ben calls Bills
            36: bob accepts ben
            37: bea transfers ann Bills
            38: ann is priority 0
        """,
        "bea<ann bob<ben",
        agents=["bea is=break", "bob bills=1 is=break"],
        lines={"Bills": {"wants": "bills:1"}, "Help": {"steps": ["30 raise_priority 2"]}},
    ),
    Row(
        "seconds add up from entry",
        "The second step comes so many seconds after the first.",
        """
            0: ann calls
            29: ann is queued
            30: ann is offered
        """,
        "bea<ann",
        lines={"Help": {"wants": "es:4", "steps": ["10 relax_level es 2", "20 drop_skill es"]}},
    ),
    Row(
        "the place is kept",
        "A step changes who is asked, not the place.",
        """
            0: ann calls
            20: ben calls wants=es:1
            21: bea goes available
        """,
        "bea<ann",
        agents=["bea es=1 is=break"],
        lines={"Help": {"wants": "es:4", "steps": ["10 drop_skill es"]}},
    ),
    Row(
        "into another line",
        "Moved to another line, at its end, with its priority.",
        """
            0: ben calls Rescue
            5: ann calls
            29: ann is queued
            36: bea goes available
            37: bea accepts ben
            38: bea ends ben
        """,
        "bea<ben bea<ann",
        agents=["bea rescue=1 is=break"],
        lines={"Rescue": {"wants": "rescue:1"}, "Help": {"wants": "es:1", "steps": ["30 overflow Rescue"]}},
    ),
    Row(
        "a callback is promised",
        "The wait ends with a promise.",
        """
            0: ann calls
            59: ann is queued
            60: ann is closed callback_promised
        """,
        "",
        agents=["bea is=break"],
        lines={"Help": {"steps": ["60 promise_callback"]}},
    ),
    Row(
        "a promise to nobody",
        "Who cannot be reached is closed as timed out.",
        """
            0: anon calls
            60: anon is closed timed_out
        """,
        "",
        agents=["bea is=break"],
        lines={"Help": {"steps": ["60 promise_callback"]}},
    ),
    Row(
        "a message is left",
        "The wait ends with a message to be left.",
        """
            0: ann calls
            60: ann is closed voicemail
        """,
        "",
        agents=["bea is=break"],
        lines={"Help": {"steps": ["60 voicemail"]}},
    ),
    Row(
        "closed with a word",
        "The wait ends with a word.",
        """
            0: ann calls
            60: ann is closed timed_out
        """,
        "",
        agents=["bea is=break"],
        lines={"Help": {"steps": ["60 message"]}},
    ),
    Row(
        "mail is never closed unanswered",
        "A step that ends a wait leaves mail in line.",
        """
            0: ann mails
            600: ann is queued
            601: bea goes available
        """,
        "bea<ann",
        agents=["bea is=break"],
        lines={"Help": {"steps": ["60 message"]}},
    ),
    Row(
        "a step nobody staffs is skipped",
        "Where the line says so, a step that nobody serves is left at once.",
        "0: ann calls",
        "bea<ann",
        lines={"Help": {"wants": "es:4", "skip_empty_steps": True, "steps": ["600 drop_skill es"]}},
    ),
    Row(
        "busy is staffed",
        "Who is there but busy keeps the step: the contact waits for her.",
        """
            0: ann calls
            1: sol accepts ann
            2: ben calls
            3: ben is queued
        """,
        "sol<ann",
        agents=["sol es=5", "bea"],
        lines={"Help": {"wants": "es:4", "skip_empty_steps": True, "steps": ["600 drop_skill es"]}},
    ),
    Row(
        "a supervisor opens the next step",
        "Before its time, with a reason.",
        """
            0: ann calls
            5: sue opens-step-of ann
        """,
        "bea<ann",
        lines={"Help": {"wants": "es:4", "steps": ["600 drop_skill es"]}},
    ),
    Row(
        "no step left to open",
        "Refused where there is none.",
        """
            0: ann calls
            1: ! sue opens-step-of ann
            2: ann is queued
        """,
        "",
        agents=["bea is=break"],
    ),
    Row(
        "a decline keeps the step",
        "Back in line it stands at the step it had reached.",
        """
            0: ann calls
            10: bea declines ann
            11: bob goes available
        """,
        "bea<ann bob<ann",
        agents=["bea", "bob is=break"],
        lines={"Help": {"wants": "es:4", "steps": ["10 drop_skill es"]}},
    ),
    Row(
        "a step may turn to who is rung no more",
        "While it rings no step is reached; declined after its time, the step comes at once.",
        """
            0: ann calls
            12: sol declines ann
            16: ann is offered
        """,
        "sol<ann bea<ann",
        agents=["sol es=5", "bea"],
        lines={"Help": {"wants": "es:4", "steps": ["10 drop_skill es"]}},
    ),
    Row(
        "wait limit",
        "So long and no longer on live channels: a callback is promised.",
        """
            0: ann calls
            29: ann is queued
            33: ann is closed callback_promised
        """,
        "",
        agents=["bea is=break"],
        lines={"Help": {"wait_limit_seconds": 30}},
    ),
    Row(
        "wait limit: mail waits on",
        "Mail knows no wait limit.",
        """
            0: ann mails
            300: ann is queued
        """,
        "",
        agents=["bea is=break"],
        lines={"Help": {"wait_limit_seconds": 30}},
    ),
    Row(
        "the last one leaves: wait",
        "Usually those waiting wait.",
        """
            0: ann calls
            1: bea accepts ann
            2: ben calls
            3: bea ends ann
            4: bea goes signed_out
            10: ben is queued
        """,
        "bea<ann bea<ben",
    ),
    Row(
        "the last one leaves: callback",
        "A callback is promised to all who wait.",
        """
            0: ann calls
            4: bea goes signed_out
            8: ann is closed callback_promised
        """,
        "",
        agents=["bea is=break"],
        lines={"Help": {"when_unstaffed": "callback"}},
    ),
    Row(
        "the last one leaves: message",
        "Closed with a word.",
        """
            0: ann calls
            4: bea goes signed_out
            8: ann is closed no_agent
        """,
        "",
        agents=["bea is=break"],
        lines={"Help": {"when_unstaffed": "message"}},
    ),
    Row(
        "the last one leaves: overflow",
        "The next step is due at once.",
        """
            0: ann calls
            4: bea goes signed_out
            8: ann is queued
            12: ann is offered
        """,
        "bob<ann",
        agents=["bea es=4 is=break", "bob"],
        lines={"Help": {"wants": "es:4", "when_unstaffed": "overflow", "steps": ["600 drop_skill es"]}},
    ),
    Row(
        "not the last one",
        "As long as somebody of the line is signed in, in a break or busy, nothing happens.",
        """
            0: ann calls
            4: bea goes signed_out
            60: ann is queued
        """,
        "",
        agents=["bea is=break", "bob is=break"],
        lines={"Help": {"when_unstaffed": "message"}},
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_waiting_changes(row: Row) -> None:
    play(row)
