"""One JSON line a goal: what was measured, what is demanded, whether it holds, and the arms behind it."""

from __future__ import annotations

import json
from collections.abc import Mapping


def told(
    goal: str,
    value: float,
    *,
    floor: float,
    aim: float,
    arms: Mapping[str, object],
    more_is_better: bool = False,
    also: bool = True,
) -> bool:
    """Print the line; whether the floor holds, and what is demanded beside the value."""
    holds = also and (value >= floor if more_is_better else value <= floor)
    line = {"goal": goal, "value": round(value, 3), "floor": floor, "aim": aim, "holds": holds, "arms": dict(arms)}
    print(json.dumps(line), flush=True)
    return holds
