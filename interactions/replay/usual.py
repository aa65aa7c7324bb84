"""What is taken where nothing is recorded: of the agent or the line, as they usually were."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from interactions.replay.patience import Patience
from interactions.replay.stays import FAR, Script, Stay

USUAL_ANSWER = timedelta(seconds=5)  # where no offer was ever accepted
USUAL_TALK = timedelta(minutes=5)


class Usual:
    """Medians and patience of one record."""

    def __init__(self, made: Iterable[Script], lanes: Mapping[int, int]) -> None:
        answers: defaultdict[Any, list[timedelta]] = defaultdict(list)
        talks: defaultdict[Any, list[timedelta]] = defaultdict(list)
        waits: defaultdict[Any, list[tuple[float, bool]]] = defaultdict(list)
        self._lanes = lanes
        for script in made:
            for stay in script.stays:
                line = lanes.get(stay.lane or 0)
                for offer in stay.offers:
                    if offer.end == "accepted":
                        for key in (("agent", offer.agent), ("line", line)):
                            answers[key].append(offer.over.at - offer.made)
                if stay.work is not None and stay.work.talk_over.at < FAR:
                    talks[line].append(stay.work.talk + stay.work.after)
                end = stay.left or (stay.work.began if stay.work else None)
                if end is not None and line is not None:
                    waited = max((end.at - stay.came.at).total_seconds(), 0.0)
                    waits[line, script.contact.channel].append((waited, stay.how == "abandoned"))
        self._answers = {key: statistics.median_low(found) for key, found in answers.items()}
        self._talks = {key: sorted(found) for key, found in talks.items()}
        self._patience = {key: Patience(found) for key, found in waits.items()}

    def answer(self, agent: int, lane: int | None) -> timedelta:
        """From offer to acceptance."""
        line = self._lanes.get(lane or 0)
        return self._answers.get(("agent", agent)) or self._answers.get(("line", line)) or USUAL_ANSWER

    def talk(self, lane: int | None, contact: int) -> timedelta:
        """Of a contact that nobody worked on: that of another one of its line, always the same one."""
        known = self._talks.get(self._lanes.get(lane or 0) or 0)
        return known[contact * 7919 % len(known)] if known else USUAL_TALK

    def patience(self, stay: Stay, script: Script) -> Patience:
        """Of those in the same line by the same channel."""
        return self._patience[self._lanes[stay.lane or 0], script.contact.channel]
