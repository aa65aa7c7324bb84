"""How often one socket may say something."""

from bpo.kernel.pace import Pace


def test_what_is_beyond_is_dropped_until_the_time_is_over(monkeypatch) -> None:
    now = [100.0]
    monkeypatch.setattr("bpo.kernel.pace.time.monotonic", lambda: now[0])
    pace = Pace(3, 10.0)
    assert [pace.allows() for _each in range(5)] == [True, True, True, False, False]
    now[0] += 9.9
    assert pace.allows() is False
    now[0] += 0.2
    assert [pace.allows() for _each in range(4)] == [True, True, True, False]
