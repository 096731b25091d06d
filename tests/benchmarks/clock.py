"""The time that jobs take."""

from collections.abc import Callable
from time import perf_counter

ROUNDS = 15


def fastest(*jobs: Callable[[], object]) -> list[float]:
    """The least seconds of each job, in turn so that a slow spell of the machine hits all of them."""
    least = [float("inf")] * len(jobs)
    for _ in range(ROUNDS):
        for i, job in enumerate(jobs):
            begun = perf_counter()
            job()
            least[i] = min(least[i], perf_counter() - begun)
    return least
