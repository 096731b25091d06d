"""The error surface as a wire frame in braille dots, seen from a side and from above.

The surface is laid out as a fine grid of points; of those that fall on one dot only the nearest is seen, so what lies
behind a hill is hidden. Some rows and columns of the grid are the wires.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from gdtui.engine.analysis.landscape import GAP, Landscape
from gdtui.ui.widgets.bands import band_ink, brief
from gdtui.ui.widgets.heatmap import runs
from gdtui.ui.widgets.lines import PLAIN, Line

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers: TypeAlias = NDArray[Any]

SPACING = 5
"""Dots between two wires."""

TALL = 1.1
"""How high the highest loss stands, where half the window's width is 1."""

SLACK = 0.05
"""How far behind the nearest point of its dot a wire is still seen."""

BRAILLE = 0x2800
BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The dots of a braille character, row by row."""


@dataclass(frozen=True)
class Pose:
    """From where a surface is seen, in degrees: turned around its upright axis, and so high above the ground."""

    turn: float = -35.0
    elevation: float = 35.0


@dataclass(frozen=True)
class Station:
    """A point of the surface with a mark."""

    w: float
    b: float
    loss: float
    mark: str
    ink: str = PLAIN
    """What it is drawn in, if not as the wires are."""


class Camera:
    """Where the points of a landscape are seen: dots from the left and from the top, and how far behind."""

    def __init__(self, landscape: Landscape, pose: Pose, width: int, height: int) -> None:
        self._landscape = landscape
        turn, elevation = math.radians(pose.turn), math.radians(pose.elevation)
        self._cos, self._sin = math.cos(turn), math.sin(turn)
        self._flat, self._steep = math.sin(elevation), math.cos(elevation)
        self._middle = float(width)
        tall = 2 * math.sqrt(2) * self._flat + TALL * self._steep
        self.scale = min(width / math.sqrt(2), 4 * height / tall) * 0.97
        self._floor = 2 * height + self.scale * TALL * self._steep / 2

    def heights(self, loss: Numbers | Sequence[float]) -> Numbers:
        """From 0 for the lowest loss to 1 for the highest, as many bands above as they are high."""
        import numpy

        low, high = self._landscape.range
        levels = [level for level in self._landscape.levels if low < level < high]
        return numpy.asarray(numpy.interp(loss, [low, *levels, high], numpy.linspace(0.0, 1.0, len(levels) + 2)))

    def see(self, x: Numbers, y: Numbers, z: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Of points from -1 to 1 to the right and up the map, and from 0 to 1 in height."""
        across, away = x * self._cos - y * self._sin, x * self._sin + y * self._cos
        right = self._middle + self.scale * across
        down = self._floor - self.scale * (TALL * z * self._steep + away * self._flat)
        return right, down, away * self._steep - TALL * z * self._flat

    @property
    def front(self) -> list[tuple[float, float]]:
        """The corner of the ground that is nearest, and the two beside it."""
        x, y = -math.copysign(1.0, self._sin), -math.copysign(1.0, self._cos)
        return [(x, y), (-x, y), (x, -y)]

    def place(self, w: float, b: float, loss: float) -> tuple[float, float]:
        """Where one point of the surface is seen."""
        import numpy

        column, row = self._landscape.place(w, b)
        x, y = 2.0 * column / self._landscape.columns - 1.0, 1.0 - 2.0 * row / self._landscape.rows
        right, down, _ = self.see(numpy.array(x), numpy.array(y), self.heights([loss])[0])
        return float(right), float(down)


def wire_frame(
    landscape: Landscape,
    stations: Iterable[Station],
    pose: Pose,
    width: int,
    height: int,
    *,
    is_coloured: bool,
) -> list[Line]:
    """The lines of a picture; later stations cover earlier ones, and a hill hides none."""
    import numpy

    camera = Camera(landscape, pose, width, height)
    dots = numpy.zeros((4 * height, 2 * width), dtype=bool)
    grounds = numpy.full((height, width), GAP)
    if not math.isnan(landscape.range[0]):
        grounds = draw_wires(dots, landscape, camera)
        draw_ground(dots, landscape, camera)
    cells = [
        [(character, ink_on(landscape, band) if is_coloured else PLAIN) for character, band in zip(*row, strict=True)]
        for row in zip(characters(dots), grounds.tolist(), strict=True)
    ]
    for text, right, down in corners(landscape, camera):
        write(cells, text, int(right) // 2 - len(text) // 2, int(down) // 4 + 1, "quiet")
    for station in stations:
        right, down = camera.place(station.w, station.b, station.loss)
        if math.isfinite(right) and math.isfinite(down):
            column, row = max(0, min(int(right) // 2, width - 1)), max(0, min(int(down) // 4, height - 1))
            ink = station.ink or (ink_on(landscape, int(grounds[row, column])) if is_coloured else "strong")
            cells[row][column] = (station.mark, ink)
    return [runs(row) for row in cells]


def draw_wires(dots: Numbers, landscape: Landscape, camera: Camera) -> Numbers:
    """Set the dots of the wires that are seen; the bands of the surface that fills the cells."""
    import numpy

    side = int(2 * camera.scale)
    wires = max(4, side // SPACING)
    points = wires * max(1, 2 * side // wires) + 1
    z, bands = laid_out(camera.heights(landscape.loss), landscape.bands, points)
    x = numpy.linspace(-1.0, 1.0, points)
    right, down, depth = camera.see(x[None, :], -x[:, None], z)
    high, wide = dots.shape
    seen = (bands != GAP) & (right >= 0) & (right < wide) & (down >= 0) & (down < high)
    at = down[seen].astype(int) * wide + right[seen].astype(int)
    depth, bands = depth[seen], bands[seen]

    from_afar = numpy.argsort(-depth)
    nearest = numpy.full(high * wide, numpy.inf)
    band_at = numpy.full(high * wide, GAP)
    nearest[at[from_afar]] = depth[from_afar]  # of several points on a dot, the last one assigned stays
    band_at[at[from_afar]] = bands[from_afar]

    every = (points - 1) // wires
    is_wire = numpy.zeros((points, points), dtype=bool)
    is_wire[::every] = is_wire[:, ::every] = True
    dots.reshape(-1)[at[is_wire[seen] & (depth <= nearest[at] + SLACK)]] = True
    return in_cells(band_at.reshape(high, wide))


def laid_out(heights: Numbers, bands: Numbers, points: int) -> tuple[Numbers, Numbers]:
    """Heights of samples at so many points from edge to edge, in proportion between them; and the nearest's bands."""
    import numpy

    rows, columns = heights.shape
    y, x = (numpy.linspace(-0.5, count - 0.5, points).clip(0, count - 1) for count in (rows, columns))
    above, left = y.astype(int), x.astype(int)
    below, right = numpy.minimum(above + 1, rows - 1), numpy.minimum(left + 1, columns - 1)
    down, across = (y - above)[:, None], (x - left)[None, :]
    upper = heights[above][:, left] * (1 - across) + heights[above][:, right] * across
    lower = heights[below][:, left] * (1 - across) + heights[below][:, right] * across
    return upper * (1 - down) + lower * down, bands[(y + 0.5).astype(int)][:, (x + 0.5).astype(int)]


def in_cells(band_at: Numbers) -> Numbers:
    """One band for each cell of 2 by 4 dots, if the surface fills half of it; else a gap."""
    import numpy

    high, wide = band_at.shape
    blocks = band_at.reshape(high // 4, 4, wide // 2, 2).swapaxes(1, 2).reshape(high // 4, wide // 2, 8)
    return numpy.where((blocks != GAP).sum(axis=2) >= 4, numpy.sort(blocks, axis=2)[:, :, 5], GAP)


def ink_on(landscape: Landscape, band: int) -> str:
    """The ink of dots and marks on a band."""
    return PLAIN if band == GAP else band_ink(landscape, band)


def draw_ground(dots: Numbers, landscape: Landscape, camera: Camera) -> None:
    """Dot the front edges of the ground, and the uprights from its corners to the surface."""
    import numpy

    z = camera.heights(landscape.loss)
    (x, y), *others = front = camera.front
    lines = [((x, y, 0.0), (to_x, to_y, 0.0)) for to_x, to_y in others]
    for x, y in front:
        top = float(z[0 if y > 0 else -1, -1 if x > 0 else 0])
        lines.append(((x, y, 0.0), (x, y, top)))
    for start, end in lines:
        share = numpy.linspace(0.0, 1.0, int(camera.scale))
        right, down, _ = camera.see(*(a + (b - a) * share for a, b in zip(start, end, strict=True)))
        seen = (right >= 0) & (right < dots.shape[1]) & (down >= 0) & (down < dots.shape[0])
        dots[down[seen].astype(int), right[seen].astype(int)] = True


def corners(landscape: Landscape, camera: Camera) -> Iterator[tuple[str, float, float]]:
    """The w and b of the corners of the ground in front, and where they are seen."""
    import numpy

    w_low, w_high, b_low, b_high = landscape.window
    for x, y in camera.front:
        right, down, _ = camera.see(numpy.array(x), numpy.array(y), numpy.array(0.0))
        w, b = (w_high if x > 0 else w_low), (b_high if y > 0 else b_low)
        yield f"w {brief(w, 3)} b {brief(b, 3)}", float(right), float(down)


def characters(dots: Numbers) -> list[str]:
    """Dots as lines of braille; a space where there are none."""
    import numpy

    high, wide = dots.shape
    blocks = dots.reshape(high // 4, 4, wide // 2, 2)
    codes = (blocks * numpy.array(BITS)[None, :, None, :]).sum(axis=(1, 3))
    return ["".join(chr(BRAILLE + code) if code else " " for code in row) for row in codes.tolist()]


def write(cells: list[list[tuple[str, str]]], text: str, column: int, row: int, ink: str) -> None:
    """Put a text over cells, as near to its place as all of it is seen."""
    row = max(0, min(row, len(cells) - 1))
    column = max(0, min(column, len(cells[row]) - len(text)))
    for place, character in enumerate(text[: len(cells[row])], start=column):
        cells[row][place] = (character, ink)
