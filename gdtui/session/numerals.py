"""Numbers to text for people, and text to numbers with a sentence where it cannot be one."""

import math
import re

from gdtui.engine.digits import rough, tight
from gdtui.engine.mistakes import BadInput, quoted

THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+")

WIDTH = 12
"""Characters of a number in a table: one for the sign and eleven more."""

AS_TYPED = 8
"""Characters that a number typed by a person may have, and be shown as it was typed."""


def signed(x: float, width: int = WIDTH) -> str:
    """At least six significant digits with the sign's place kept: ` 0.415820`, `-2.000000`, ` 1.23457e-5`.

    So the decimal points of a column stand under one another. Digits are left out only where they would take more
    than `width` characters.
    """
    small = 0.0 < abs(x) < 1e-3  # where decimals would take more room than an exponent
    for digits in range(7 if abs(x) >= 1.0 or x == 0.0 else 6, 0, -1):
        text = tight(f"{x: .{digits - 1}e}" if small else f"{x: #.{digits}g}").rstrip(".")
        if len(text) <= width:
            break
    return text


def plain(x: float) -> str:
    """The same without the sign's place."""
    return signed(x).strip()


def exact(x: float) -> str:
    """A number with all its digits and no more: `1.0`, `0.05`, `1e-5`."""
    return tight(repr(x))


def short(x: float, digits: int = 4) -> str:
    """A number as it was typed, rounded where a schedule or a search has made it a long one."""
    return exact(x) if len(exact(x)) <= AS_TYPED else rough(x, digits)


def number(text: str, name: str) -> float:
    """A finite number out of what a person typed."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadInput(f"{name} must be a finite number, not {quoted(text)}")
    return value


def positive(text: str, name: str) -> float:
    """A finite number above 0."""
    try:
        value = number(text, name)
    except BadInput:
        value = math.nan
    if not value > 0.0:
        raise BadInput(f"{name} must be a finite number above 0, not {quoted(text)}")
    return value


def whole(text: str, name: str, least: int, most: int) -> int:
    """A whole number between two others; 1e6 and 1,000 are whole numbers too, 1,5 is not."""
    try:
        value = float(text.replace(",", "") if THOUSANDS.fullmatch(text) else text)
    except ValueError:
        value = math.nan
    if not least <= value <= most or value != int(value):
        raise BadInput(f"{name} must be a whole number from {least:,} to {most:,}, not {quoted(text)}")
    return int(value)


def pair(text: str, name: str) -> tuple[float, float]:
    """Two finite numbers with a space or a comma between them."""
    try:
        w, b = (number(part, name) for part in text.replace(",", " ").split())
    except ValueError:  # there are not two, or one is no number
        raise BadInput(f"{name} must be two finite numbers, like -2 -2, not {quoted(text)}") from None
    return w, b
