"""Which points an update uses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from gdtui.engine.problems.definition import Problem

ORDERS = ("cyclic", "shuffle")


@dataclass(frozen=True)
class Batches:
    """Blocks of so many points, in the order of the data or shuffled anew each epoch; `size` None is all of them.

    A block does not cross the end of an epoch; the last one may be shorter and is used as it is. Epoch e is shuffled
    by `numpy.random.default_rng([seed, e]).permutation`, so that any epoch can be had without those before it.
    """

    size: int | None = None
    order: str = "cyclic"
    seed: int = 0

    def in_epoch(self, problem: Problem) -> int:
        """How many updates an epoch has."""
        return 1 if self.size is None else -(-problem.size // self.size)

    def places(self, problem: Problem, t: int) -> Sequence[int]:
        """The places in the data of the points that update t uses, counted from 0."""
        epoch, block = divmod(t, self.in_epoch(problem))
        size = problem.size if self.size is None else self.size
        ordered = permutation(self.seed, epoch, problem.size) if self.order == "shuffle" else range(problem.size)
        return ordered[block * size : (block + 1) * size]

    def from_update(self, problem: Problem, t: int) -> Iterator[Problem]:
        """The problem as update t sees it, as update t + 1 does, and so on."""
        while True:
            yield problem.batch(self.places(problem, t))
            t += 1


ALL_POINTS = Batches()


@lru_cache(maxsize=4)
def permutation(seed: int, epoch: int, count: int) -> tuple[int, ...]:
    """The order of an epoch."""
    import numpy

    return tuple(numpy.random.default_rng([seed, epoch]).permutation(count).tolist())
