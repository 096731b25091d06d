"""Which points an update uses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

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
        if self.size is None:
            return range(problem.size)
        epoch, block = divmod(t, self.in_epoch(problem))
        first = block * self.size
        end = min(first + self.size, problem.size)
        if self.order == "cyclic":
            return range(first, end)
        places: Sequence[int] = _order(self.seed, epoch, problem.size)[first:end].copy()
        return places

    def from_update(self, problem: Problem, t: int) -> Iterator[Problem]:
        """The problem as update t sees it, as update t + 1 does, and so on."""
        while True:
            yield problem.batch(self.places(problem, t))
            t += 1


ALL_POINTS = Batches()

KEPT = 1_000_000
"""Places in the orders that are kept, or in the latest one alone where it is longer: 8 MB, on large data."""

_orders: dict[tuple[int, int, int], Any] = {}


def _order(seed: int, epoch: int, count: int) -> Any:
    """The order of an epoch, as an array."""
    import numpy

    key = seed, epoch, count
    if key not in _orders:
        while _orders and sum(map(len, _orders.values())) + count > KEPT:
            del _orders[next(iter(_orders))]
        _orders[key] = numpy.random.default_rng([seed, epoch]).permutation(count)
    return _orders[key]
