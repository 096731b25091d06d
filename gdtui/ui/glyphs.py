"""The characters that the screen is made of, for terminals that can show them all and for those that cannot."""

import codecs
import os
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Glyphs:
    """The characters of the charts and the keys."""

    line: str
    second_line: str
    ghost: str
    point: str
    cursor: str
    right: str
    left: str
    up: str
    down: str
    done: str
    to_do: str

    def spell(self, text: str) -> str:
        """A text of the program's own, with the arrows as this terminal shows them."""
        arrows = {"→": self.right, "←": self.left, "↑": self.up, "↓": self.down}
        return text.translate({ord(arrow): spelt for arrow, spelt in arrows.items()})


UNICODE = Glyphs("braille", "braille", "·", "o", "●", "→", "←", "↑", "↓", "█", "░")
ASCII = Glyphs("*", "+", ".", "o", "@", "right", "left", "up", "down", "#", "-")


def for_terminal(*, ascii_only: bool) -> Glyphs:
    """What this terminal can show: braille needs UTF-8 and a font that the Linux console does not have."""
    encoding = getattr(sys.__stderr__, "encoding", None) or "ascii"
    can_show = codecs.lookup(encoding).name == "utf-8" and not os.environ.get("TERM", "").startswith(("linux", "vt"))
    return UNICODE if can_show and not asks_for_ascii() and not ascii_only else ASCII


def asks_for_ascii() -> bool:
    """Whether the locale says C: Python takes UTF-8 all the same, and puts it into LC_CTYPE itself (PEP 538, 540)."""
    asked = os.environ.get("LC_ALL") or os.environ.get("LANG")
    own = os.environ.get("LC_CTYPE", "C.UTF-8") in {"C.UTF-8", "C.utf8", "UTF-8"} or os.environ.get("LC_ALL")
    return asked in {"C", "POSIX"} and bool(own)
