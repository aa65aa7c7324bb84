"""The queueing formulas behind staffing, pure: load and servers in, shares and seconds out; no rows, no words in here.

Contacts come at random (Poisson), each takes a server for a random (exponential) time, whoever finds none free waits
in the order of arrival. `load` is arrivals times handling time, in erlangs; it may be any fraction. Every sum adds
positive numbers and every exponent is taken relative to the largest, so nothing overflows with thousands of servers.

Sources: A. K. Erlang, Solution of some problems in the theory of probabilities of significance in automatic telephone
exchanges, 1917 (B and C); C. Palm, Research on telephone traffic carried by full availability groups, 1957, and
O. Garnett, A. Mandelbaum, M. Reiman, Designing a call center with impatient customers, 2002 (A); the law of the wait
with impatience: F. Baccelli, G. Hebuterne, On queues with impatient customers, 1981.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import exp, expm1, inf, log, sqrt

# What is e**-NEGLIGIBLE of the largest adds nothing a float could hold.
NEGLIGIBLE = 42.0
PANELS = 40
# Gauss and Legendre's five points on (-1, 1), with their weights.
POINTS = (
    (0.0, 0.5688888888888889),
    (-0.5384693101056831, 0.47862867049936647),
    (0.5384693101056831, 0.47862867049936647),
    (-0.906179845938664, 0.23692688505618908),
    (0.906179845938664, 0.23692688505618908),
)


@dataclass(frozen=True, slots=True)
class Expected:
    """What customers meet in the long run. Shares are from 0 to 1, of all who come.

    asa_seconds: the mean wait of the answered; None where nobody is answered, or the line grows without end.
    """

    waits: float
    in_time: float
    gives_up: float
    asa_seconds: float | None
    occupancy: float

    @property
    def endless(self) -> bool:
        """Load is not below staff and nobody gives up: everybody waits, longer and longer."""
        return self.asa_seconds is None and not self.gives_up


NOBODY_COMES = Expected(waits=0.0, in_time=1.0, gives_up=0.0, asa_seconds=0.0, occupancy=0.0)


def blocking(load: float, servers: int) -> float:
    """Erlang B: the share that finds all servers busy, were nobody to wait."""
    return 1 / _inverse_blocking(load, servers)


def waiting(load: float, servers: int) -> float:
    """Erlang C: the share that has to wait, when nobody gives up; 1 where load is not below staff: a certain wait."""
    if load >= servers:
        return 1.0
    blocked = blocking(load, servers)
    # Of n - load(1 - B) the difference is taken first: with thousands of servers it is small beside both.
    return servers * blocked / ((servers - load) + load * blocked)


def patient(load: float, servers: int, *, handle_seconds: float, within_seconds: float) -> Expected:
    """The line by Erlang C: nobody gives up."""
    if load == 0:
        return NOBODY_COMES
    if load >= servers:
        return Expected(waits=1.0, in_time=0.0, gives_up=0.0, asa_seconds=None, occupancy=1.0)
    waits, spare = waiting(load, servers), servers - load
    return Expected(
        waits=waits,
        in_time=1 - waits * exp(-spare * within_seconds / handle_seconds),
        gives_up=0.0,
        asa_seconds=waits * handle_seconds / spare,
        occupancy=load / servers,
    )


def impatient(
    load: float, servers: int, *, handle_seconds: float, patience_seconds: float, within_seconds: float
) -> Expected:
    """The line by Erlang A: who waits longer than a random (exponential) patience gives up. Never endless.

    The wait that a customer of endless patience would meet has at x > 0 (in handling times) the density

        load * p * exp(load / t * (1 - exp(-t x)) - servers * x),   t = handling time / patience,

    and is 0 with probability p / B, where B is Erlang's B of one server less and p makes the sum 1.
    """
    if load == 0:
        return NOBODY_COMES
    if servers == 0:
        return Expected(waits=1.0, in_time=0.0, gives_up=1.0, asa_seconds=None, occupancy=1.0)
    inverse = _inverse_blocking(load, servers - 1)
    if inverse == inf:
        return Expected(waits=0.0, in_time=1.0, gives_up=0.0, asa_seconds=0.0, occupancy=load / servers)
    rate, within = handle_seconds / patience_seconds, within_seconds / handle_seconds

    def height(x: float) -> float:
        return -load / rate * expm1(-rate * x) - servers * x

    peak = log(load / servers) / rate if load > servers else 0.0
    top = height(peak)
    scale = min(1 / servers, 1 / sqrt(rate * servers))
    right = peak + _reach(lambda far: top - height(peak + far), scale)
    left = peak - min(peak, _reach(lambda far: top - height(max(0.0, peak - far)), scale, most=peak))
    cuts = sorted({left, right, *(cut for cut in (within, NEGLIGIBLE / rate) if left < cut < right)})

    at_once = exp(-top) * inverse
    answered = in_time = given_up = waited = 0.0
    for start, end in pairwise(cuts):
        for x, weight in _points(start, end):
            mass = load * weight * exp(height(x) - top)
            stays = mass * exp(-rate * x)
            answered += stays
            in_time += stays if end <= within else 0.0
            given_up -= mass * expm1(-rate * x)
            waited += stays * x
    everybody = at_once + answered + given_up
    return Expected(
        waits=(answered + given_up) / everybody,
        in_time=(at_once + in_time) / everybody,
        gives_up=given_up / everybody,
        asa_seconds=handle_seconds * waited / (at_once + answered),
        occupancy=min(1.0, load * (at_once + answered) / everybody / servers),
    )


def fewest(enough: Callable[[int], bool], most: int) -> int:
    """The smallest number that is enough, where every larger one is as well; most + 1 when not even `most` is."""
    return bisect_left(range(most + 1), True, key=enough)


def _inverse_blocking(load: float, servers: int) -> float:
    """1 / B by its recursion over the servers: it grows by adding, so it loses nothing, and inf is B = 0."""
    if load == 0:
        return inf if servers else 1.0
    inverse = 1.0
    for n in range(1, servers + 1):
        inverse = 1 + inverse * n / load
        if inverse == inf:
            break
    return inverse


def _reach(drop: Callable[[float], float], scale: float, most: float = inf) -> float:
    """How far until what falls ever faster has fallen to nothing; `most` where it has not by then."""
    far = scale
    while drop(min(far, most)) < NEGLIGIBLE:
        if far >= most:
            return most
        far *= 2
    near = 0.0
    for _ in range(40):
        middle = (near + far) / 2
        near, far = (middle, far) if drop(min(middle, most)) < NEGLIGIBLE else (near, middle)
    return min(far, most)


def _points(start: float, end: float) -> list[tuple[float, float]]:
    """Where to look between two ends, and how much each look weighs."""
    half = (end - start) / PANELS / 2
    return [
        (start + half * (2 * panel + 1 + place), half * weight) for panel in range(PANELS) for place, weight in POINTS
    ]
