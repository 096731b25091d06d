"""The bands of an error surface as inks and as characters, and the legend that says what they mean."""

import math
from collections.abc import Sequence
from itertools import pairwise

from gdtui.engine.analysis.landscape import GAP, Landscape
from gdtui.engine.digits import rough
from gdtui.ui.widgets.lines import PLAIN, Line, Lines

COLOURS = 11
"""Inks for bands that there are, `band-0` to `band-10`."""

SHADES = " ':~=+*%&8#"
"""As many characters, from light to dense; none of them is a mark."""

GAP_SHADE = "?"

SWATCH = 4
"""Characters of a legend's line before its words."""

NO_BAND = "quiet"
"""The ink whose ground is that of the screen."""


class Banded(Lines):
    """Lines with the inks of an error surface too: Textual looks up every ink of every widget, so few have them."""

    COMPONENT_CLASSES = {
        "ink--contour",
        "ink--here",
        "ink--here-plain",
        *(f"ink--band-{band}" for band in range(COLOURS)),
    }


def spread(landscape: Landscape, band: int) -> int:
    """The colour of a band, if few bands are to take the whole range of colours."""
    count = len(landscape.levels)
    return round(band * (COLOURS - 1) / count) if count else COLOURS // 2


def band_ink(landscape: Landscape, band: int) -> str:
    """The ink of a band; a gap is the ground of the screen."""
    return NO_BAND if band == GAP else f"band-{spread(landscape, band)}"


def shade(landscape: Landscape, band: int) -> str:
    """The character of a band."""
    return GAP_SHADE if band == GAP else SHADES[spread(landscape, band)]


def legend(landscape: Landscape, loss: float, width: int, height: int, mark: str, *, is_coloured: bool) -> list[Line]:
    """The losses of the bands, from high to low, a mark at that of a loss; in columns where they do not fit."""
    low, _ = landscape.range
    if math.isnan(low):
        return [[("no loss here is finite", PLAIN)]]
    if not landscape.levels:
        return [[(f"the loss is {rough(low, 6)} all over", PLAIN)]]
    texts = level_texts(landscape.levels)
    words = [f"under {texts[0]}", *(f"{a} to {b}" for a, b in pairwise(texts)), f"{texts[-1]} and more"]
    if max(map(len, words)) + SWATCH > width:
        words = [f"to {texts[0]}", *(f"from {text}" for text in texts)]
    names = dict(enumerate(words))
    here = sum(level <= loss for level in landscape.levels) if math.isfinite(loss) else GAP
    bands = [*reversed(names), *([GAP] if (landscape.bands == GAP).any() else [])]
    entries: list[Line] = []
    for band in bands:
        swatch = ("  ", band_ink(landscape, band)) if is_coloured else (shade(landscape, band) * 2, PLAIN)
        entries.append(
            [(mark if band == here else " ", "cursor"), swatch, (f" {names.get(band, 'not finite')}", PLAIN)]
        )
    return in_columns(entries, width, height)


def level_texts(levels: Sequence[float]) -> list[str]:
    """Levels with as few digits as tell them apart."""
    rooms = [min((abs(level - other) for other in levels if other != level), default=abs(level)) for level in levels]
    for digits in range(1, 17):
        texts = [brief(level, digits) for level in levels]
        if all(abs(float(text) - level) <= 0.02 * room for text, level, room in zip(texts, levels, rooms, strict=True)):
            break
    return texts


def brief(x: float, digits: int) -> str:
    """A number rounded to so many digits, without trailing zeros."""
    x = float(f"{x:.{digits - 1}e}")
    if x == 0.0:
        return "0"
    if 1e-4 <= abs(x) < 1e6:
        return f"{x:.15g}"
    mantissa, _, exponent = f"{x:.{digits - 1}e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{int(exponent)}"


def in_columns(entries: Sequence[Line], width: int, height: int) -> list[Line]:
    """Entries under one another, and beside one another where there are too many; what does not fit then is cut."""
    count = min(max(1, math.ceil(len(entries) / max(height, 1))), max(1, width // 17))
    each, height = width // count, math.ceil(len(entries) / count)
    lines = [
        [entries[row + height * column] for column in range(count) if row + height * column < len(entries)]
        for row in range(height)
    ]
    return [[piece for entry in line for piece in padded(entry, each)] for line in lines]


def padded(line: Line, width: int) -> Line:
    """A line of at least so many characters."""
    missing = width - sum(len(text) for text, _ in line)
    return [*line, (" " * max(0, missing), PLAIN)]
