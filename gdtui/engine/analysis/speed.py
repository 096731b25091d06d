"""How fast a descent moves: the length of each of its steps."""

from __future__ import annotations

import math
from array import array

from gdtui.engine.history import History
from gdtui.engine.overview import Overview

BLOCK = 65_536
"""Steps measured at a time, so that little memory is needed for a long history."""


class Speed:
    """The step lengths of a history, a column that keeps up with it."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.steps = array("d", [math.nan])
        """How far the update that led to each row moved (w, b); row 0 has none."""
        self.overview = Overview(self.steps)
        self.longest = 0
        """The iteration that the longest finite step led to; 0 where there is none."""

    def catch_up(self) -> None:
        """Measure what the history has gained since the last time."""
        import numpy

        w, b = self.history.column("w"), self.history.column("b")
        while (start := len(self.steps)) < len(w):
            ends = slice(start - 1, start + BLOCK)
            with numpy.errstate(all="ignore"):
                steps = numpy.hypot(numpy.diff(numpy.array(w[ends])), numpy.diff(numpy.array(b[ends])))
            self.steps.frombytes(steps.tobytes())
            steps[~numpy.isfinite(steps)] = -1.0
            fastest = int(steps.argmax())
            if steps[fastest] > (self.steps[self.longest] if self.longest else 0.0):
                self.longest = start + fastest
