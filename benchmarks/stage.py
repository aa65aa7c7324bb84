"""What every benchmark stands on: servers of its own with a migrated database, several processes at once, figures."""

from __future__ import annotations

import multiprocessing
import os
import statistics
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bpo.settings.development")

Work = Callable[..., Any]
TICKS = os.sysconf("SC_CLK_TCK")
LONGEST = 1800


def say(*words: object) -> None:
    """To people, on standard error: standard output has the lines for machines."""
    print(*words, file=sys.stderr, flush=True)


@contextmanager
def stage(database: str) -> Iterator[None]:
    """The servers under BPO_VAR and this database, migrated; everything is stopped at the end."""
    import django
    from django.conf import settings

    from bpo.embedded import run

    settings.DATABASES["default"]["NAME"] = database
    running = run.start(settings, say)
    try:
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        yield
    finally:
        run.stop(running)


def at_once(work: Work, shares: Sequence[Any], ready: Callable[[], object] | None = None) -> list[Any]:
    """work(share, begin) in a process for each share; begin() waits until all are. What each returned.

    `ready` is done by one of them when all are, before any goes on.
    """
    from django.db import connection

    connection.close()
    barrier, out = multiprocessing.Barrier(len(shares), ready), multiprocessing.Queue()
    processes = [multiprocessing.Process(target=_share, args=(work, share, barrier, out)) for share in shares]
    for process in processes:
        process.start()
    results = [out.get(timeout=LONGEST) for _ in processes]
    for process in processes:
        process.join()
    failed = [result for worked, result in results if not worked]
    if failed:
        raise RuntimeError(failed[0])
    return [result for _worked, result in results]


def _share(work: Work, share: Any, barrier: Any, out: Any) -> None:
    from django.db import connection

    try:
        out.put((True, work(share, barrier.wait)))
    except BaseException:
        barrier.abort()
        out.put((False, traceback.format_exc()))
    connection.close()


def postmaster() -> int:
    """The process of the database server, which must be on this machine."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(_stat(cursor.fetchone()[0])[1])


def server_cpu(server: int) -> float:
    """Processor seconds of a server and all its processes, the ended ones too."""
    total = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = _stat(int(folder.name))
            except OSError:
                continue
            if int(folder.name) == server:
                total += sum(map(int, fields[11:15]))
            elif int(fields[1]) == server:
                total += sum(map(int, fields[11:13]))
    return total / TICKS


def cpu_of(process: int) -> float:
    """Processor seconds of one process."""
    return sum(map(int, _stat(process)[11:13])) / TICKS


def memory_of(process: int) -> int:
    """Bytes of memory a process has in use."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _stat(process: int) -> list[str]:
    return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()


def point(values: Sequence[float], fraction: float) -> float:
    """The value below which that fraction of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * fraction))]


def middle(turns: Sequence[dict[str, float]]) -> dict[str, float]:
    """Medians over the turns of an arm."""
    return {key: round(statistics.median(turn[key] for turn in turns), 2) for key in turns[0]}


def ratio(arm: Sequence[dict[str, float]], other: Sequence[dict[str, float]], key: str) -> float:
    """The median of the ratios of two arms, turn by turn."""
    return statistics.median(one[key] / than[key] for one, than in zip(arm, other, strict=True))
