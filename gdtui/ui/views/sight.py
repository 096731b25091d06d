"""What part of the plane a map shows, and how large the map is."""

from dataclasses import dataclass, replace

from gdtui.engine.analysis.landscape import visible
from gdtui.engine.problems.definition import Point, Window

LONGEST = 4.0
"""Where a window is so much longer one way than the other, a unit of w cannot be as long as one of b."""

MARGIN = 0.1
"""How near to the edge, in parts of what is seen, a point that is followed may come."""

NEAREST, FARTHEST = 1e-9, 1e3
"""How much smaller and larger than the whole window what is seen may be."""


@dataclass(frozen=True)
class Sight:
    """So much of the whole window, around a place."""

    centre: Point | None = None
    """The middle of the window where it is None."""
    scale: float = 1.0

    def on(self, window: Window, columns: int, rows: int) -> Window:
        """The part that fills a map of so many square samples."""
        w_low, w_high, b_low, b_high = window
        w, b = self.centre or ((w_low + w_high) / 2.0, (b_low + b_high) / 2.0)
        wide, high = w_high - w_low, b_high - b_low
        if is_square_enough(window):
            unit = max(wide / columns, high / rows)
            wide, high = unit * columns, unit * rows
        wide, high = wide * self.scale / 2.0, high * self.scale / 2.0
        return visible(Window(w - wide, w + wide, b - high, b + high))

    def zoomed(self, factor: float) -> "Sight":
        """So many times less of it."""
        return replace(self, scale=max(NEAREST, min(self.scale / factor, FARTHEST)))

    def following(self, point: Point, seen: Window) -> "Sight":
        """The same; around a point where that comes near an edge of what is seen."""
        (w, b), (w_low, w_high, b_low, b_high) = point, seen
        across, up = MARGIN * (w_high - w_low), MARGIN * (b_high - b_low)
        is_well_inside = w_low + across <= w <= w_high - across and b_low + up <= b <= b_high - up
        return self if is_well_inside else replace(self, centre=point)


def is_square_enough(window: Window) -> bool:
    """Whether w and b can have the same scale."""
    wide, high = window.w_high - window.w_low, window.b_high - window.b_low
    return 0.0 < high <= LONGEST * wide <= LONGEST * LONGEST * high


def is_in(point: Point, window: Window) -> bool:
    """Whether a point can be seen in a window."""
    return window.w_low <= point[0] <= window.w_high and window.b_low <= point[1] <= window.b_high


def columns_of(window: Window, most: int, rows: int) -> int:
    """How many square samples wide a map is, of so many rows: as its window is, but a square at the least."""
    if not is_square_enough(window):
        return most
    return min(max(rows, round(rows * (window.w_high - window.w_low) / (window.b_high - window.b_low))), most)
