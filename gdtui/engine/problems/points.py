"""The data of a neuron: a few points, which are the fastest as plain floats, or columns of many, for NumPy."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    Column: TypeAlias = NDArray[float64]

MANY = 64
"""From so many points on, NumPy is faster than a loop on plain floats."""

BLOCK = 8192
"""Points that are taken through a formula at once: what comes out between its operations stays in the cache."""

SAMPLE = 300
"""Points that stand for all of them in a chart."""

Few: TypeAlias = tuple[tuple[float, float], ...]


@dataclass(frozen=True, eq=False)
class Columns:
    """Many points, their x and their y in a column each; equal to no other, for comparing them would take too long."""

    x: Column
    y: Column

    def __len__(self) -> int:
        return len(self.x)

    def __iter__(self) -> Iterator[tuple[float, float]]:
        for x, y in self.blocks():
            yield from zip(x.tolist(), y.tolist(), strict=True)

    def blocks(self) -> Iterator[tuple[Any, Any]]:
        """The columns cut into blocks that fit the cache."""
        for start in range(0, len(self), BLOCK):
            yield self.x[start : start + BLOCK], self.y[start : start + BLOCK]

    def at(self, places: Sequence[int]) -> Points:
        """Some of the points; a range of places is looked at where it is, and not copied."""
        chosen: Any = slice(places.start, places.stop) if isinstance(places, range) else places
        return points(self.x[chosen], self.y[chosen])

    @cached_property
    def sample(self) -> Few:
        """Some points drawn by lot, always the same, and those that are the farthest out."""
        import numpy

        if len(self) <= SAMPLE:
            return tuple(self)
        lot = numpy.random.default_rng(0).integers(len(self), size=SAMPLE)
        farthest = [end for column in (self.x, self.y) for end in (column.argmin(), column.argmax())]
        places = numpy.unique([*lot, *farthest])
        return tuple(zip(self.x[places].tolist(), self.y[places].tolist(), strict=True))


Points: TypeAlias = Few | Columns


def points(x: array[float] | Column, y: array[float] | Column) -> Points:
    """Points from their two columns, in the form that suits so many."""
    if len(x) < MANY:
        return tuple(zip(x.tolist(), y.tolist(), strict=True))
    import numpy

    return Columns(numpy.asarray(x), numpy.asarray(y))
