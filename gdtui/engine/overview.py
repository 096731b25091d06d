"""A long column of numbers as a few hundred stretches, for charts whose cost must not grow with the history."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence
from typing import NamedTuple

CAPACITY = 1024
"""Stretches kept at the most: more than the widest chart has dots across."""


class Stretch(NamedTuple):
    """Rows `first` to `last`, with the lowest and highest finite value among them; both nan where none is finite."""

    first: int
    last: int
    low: float
    high: float


class Overview:
    """The lowest and highest finite value in each stretch of a column that grows at its end.

    The stretches are equally long, a power of two; when there are too many, neighbours are joined. So keeping up
    costs a constant per row, and only when somebody looks; the look itself costs the same however long the column is.
    """

    def __init__(self, column: array[float]) -> None:
        self._column = column
        self._stride = 1
        self._lows = array("d")
        self._highs = array("d")

    def catch_up(self) -> None:
        """Take in what the column has gained since the last time."""
        while (start := len(self._lows) * self._stride) + self._stride <= len(self._column):
            low, high = bounds(self._column[start : start + self._stride])
            self._lows.append(low)
            self._highs.append(high)
            if len(self._lows) == CAPACITY:
                self._lows = array("d", [bounds(self._lows[i : i + 2])[0] for i in range(0, CAPACITY, 2)])
                self._highs = array("d", [bounds(self._highs[i : i + 2])[1] for i in range(0, CAPACITY, 2)])
                self._stride *= 2

    def amend(self, row: int) -> None:
        """Take in the value of a row that had none when the column gained it."""
        stretch, value = row // self._stride, self._column[row]
        if stretch < len(self._lows):
            self._lows[stretch], _ = bounds((self._lows[stretch], value))
            _, self._highs[stretch] = bounds((self._highs[stretch], value))

    def of(self, beginning: array[float]) -> Overview:
        """The overview of a column that is the beginning of this one's."""
        if len(beginning) < CAPACITY // 4 * self._stride:
            return Overview(beginning)  # these stretches are too long for so few rows
        overview = Overview(array("d"))
        overview._column = beginning
        overview._stride = self._stride
        whole = len(beginning) // self._stride
        overview._lows, overview._highs = self._lows[:whole], self._highs[:whole]
        return overview

    def stretches(self, rows: float) -> Iterator[Stretch]:
        """The whole column in stretches of at least so many rows, the last one perhaps shorter."""
        self.catch_up()
        joined = 1
        while self._stride * joined < rows:
            joined *= 2
        length, known = self._stride * joined, len(self._lows)
        for first in range(0, len(self._column), length):
            bucket = first // self._stride
            # The newest rows do not fill a stretch yet.
            rest = self._column[known * self._stride : first + length]
            low, _ = bounds([*self._lows[bucket : bucket + joined], *rest])
            _, high = bounds([*self._highs[bucket : bucket + joined], *rest])
            yield Stretch(first, min(first + length, len(self._column)) - 1, low, high)


def bounds(values: Sequence[float]) -> tuple[float, float]:
    """The lowest and the highest finite value; nan where there is none."""
    # A nan in front stays through min and max, one behind loses every comparison: so these two tell.
    low, high = (min(values), max(values)) if values else (math.nan, math.nan)
    if math.isfinite(low) and math.isfinite(high):
        return low, high
    finite = [value for value in values if math.isfinite(value)]
    return (min(finite), max(finite)) if finite else (math.nan, math.nan)
