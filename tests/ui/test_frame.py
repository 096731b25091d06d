"""The status line, the footer and the progress bar: always inside the screen, and always with what matters."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui.session.commands import Forward, GoTo
from gdtui.session.recipe import Recipe
from gdtui.session.session import Session
from gdtui.ui import frame
from gdtui.ui.app import EVERYWHERE, VIEWS
from gdtui.ui.glyphs import ASCII, UNICODE
from gdtui.ui.keys import FOOTER_ORDER
from gdtui.ui.player import SPEEDS, Player, Progress
from gdtui.ui.views.descent import Descent
from gdtui.ui.views.surface import Surface
from gdtui.ui.views.view import View
from gdtui.ui.widgets.lines import Line

WIDTHS = st.integers(20, 200)
GLYPHS = st.sampled_from([UNICODE, ASCII])


def text(line: Line) -> str:
    return "".join(piece for piece, _ in line)


def player(*, speed: int = 10, playing: bool = False, progress: Progress | None = None) -> Player:
    """What the frame asks of a player."""
    stand_in: Any = SimpleNamespace(speed=speed, playing=playing, progress=progress)
    return stand_in


def at(cursor: int, last: int | None = None, eta: float = 1.0) -> Session:
    """A session at an iteration, without walking there."""
    history = SimpleNamespace(last=cursor if last is None else last)
    stand_in: Any = SimpleNamespace(method=Recipe(eta=eta).method(), cursor=cursor, history=history, eta=eta)
    return stand_in


class TestStatus:
    @pytest.mark.parametrize(
        ("width", "line"),
        [
            (80, "Sigmoid neuron, 2 points   GD   eta 1.0                   paused   iteration 114"),
            (60, "Sigmoid neuron, 2 points  GD  eta 1.0  paused  iteration 114"),
            (59, "Sigmoid neuron  GD  eta 1.0           paused  iteration 114"),
            (40, "GD  eta 1.0        paused  iteration 114"),
            (32, "eta 1.0    paused  iteration 114"),
            (28, "eta 1.0        iteration 114"),
            (21, "eta 1.0 iteration 114"),
        ],
    )
    def test_it_gives_way_word_by_word(self, width: int, line: str) -> None:
        assert text(frame.status(at(114), frame.doing(player()), width)) == line

    @given(
        WIDTHS,
        st.sampled_from([0, 9, 114, 10_000, 1_001_978]),
        st.sampled_from([1.0, 0.05, 1e-05, 12.5]),
        st.sampled_from(SPEEDS),
        st.booleans(),
        st.booleans(),
    )
    def test_never_wider_than_the_screen_and_always_with_the_iteration_and_eta(
        self, width: int, cursor: int, eta: float, speed: int, playing: bool, back: bool
    ) -> None:
        line = frame.status(
            at(cursor, cursor + 5 if back else None, eta), frame.doing(player(speed=speed, playing=playing)), width
        )
        shown = text(line)
        short = width < len(f"eta {eta} iteration {cursor:,}")  # there is room for no more than these, if for them
        assert len(shown) <= width or short
        assert f"iteration {cursor:,}" in shown
        assert "eta " in shown
        assert {ink for piece, ink in line if piece.startswith(("eta", "iteration"))} == {"strong"}
        assert len(shown) == width or short  # the iteration ends at the right edge

    @given(st.integers(60, 200), st.floats(1e-300, 1e300))
    def test_any_eta_from_60_columns_on(self, width: int, eta: float) -> None:
        shown = text(frame.status(at(999_999, 1_000_000, eta), frame.doing(player(playing=True, speed=10_000)), width))
        assert len(shown) == width
        assert float(shown.split("eta ")[1].split()[0]) == eta
        assert shown.endswith("iteration 999,999 of 1,000,000")

    @pytest.mark.parametrize("width", range(10))
    def test_any_width(self, width: int) -> None:
        assert "iteration 3" in text(frame.status(at(3), frame.doing(player()), width))

    def test_what_the_clock_does(self) -> None:
        assert frame.doing(player()) == "paused"
        assert frame.doing(player(playing=True, speed=2000)) == "playing 2,000/s"
        assert frame.doing(player(progress=Progress(10, 0.0))) == "fast forward"

    def test_in_the_past_it_says_of_how_many(self) -> None:
        session = Session(Recipe())
        session.do(Forward(1200))
        assert text(frame.status(session, frame.doing(player()), 80)).endswith("iteration 1,200")
        session.do(GoTo(40))
        assert text(frame.status(session, frame.doing(player()), 80)).endswith("iteration 40 of 1,200")


def footer(width: int, glyphs: Any = UNICODE, view: type[View] = Descent) -> str:
    return text(frame.keys(EVERYWHERE, view.KEYS, width, glyphs))


class TestFooter:
    @pytest.mark.parametrize(
        ("width", "view", "line"),
        [
            (80, Descent, "space play  → step  ← back  + - eta  ? help  q quit  1-VIEWS view  v chart  m memory"),
            (80, Surface, "space play  → step  ← back  + - eta  ? help  q quit  1-VIEWS view  v beside  d 3-D"),
            (60, Descent, "space play  → step  ← back  + - eta  ? help  q quit"),
            (30, Surface, "→ step  ← back  ? help  q quit"),
            (9, Descent, "? help"),
        ],
    )
    def test_what_is_kept(self, width: int, view: type[View], line: str) -> None:
        assert footer(width, UNICODE, view).rstrip() == line.replace("VIEWS", str(len(VIEWS)))

    @given(WIDTHS, GLYPHS, st.sampled_from(VIEWS))
    def test_never_wider_than_the_screen_and_always_with_the_help(
        self, width: int, glyphs: Any, view: type[View]
    ) -> None:
        line = footer(width, glyphs, view)
        assert len(line.rstrip()) <= width
        assert "? help" in line

    @given(WIDTHS, GLYPHS, st.sampled_from(VIEWS))
    def test_a_wider_screen_keeps_what_a_narrower_one_shows(self, width: int, glyphs: Any, view: type[View]) -> None:
        narrow, wide = (footer(each, glyphs, view).split("  ") for each in (width, width + 1))
        assert set(narrow) <= set(wide)

    @pytest.mark.parametrize("view", VIEWS)
    def test_every_entry_is_a_key_with_a_footer(self, view: type[View]) -> None:
        named = [keys.footer for keys in (*EVERYWHERE, *view.KEYS) if keys.footer]
        assert set(FOOTER_ORDER) <= set(named)
        assert len(set(named)) == len(named)
        assert len(footer(300, UNICODE, view).split("  ")) - 1 == len(named)
        assert footer(300, ASCII, view).isascii()


class TestProgressBar:
    @given(st.integers(40, 200), st.integers(1, 10**9), st.floats(0, 1), GLYPHS)
    def test_never_wider_than_the_screen_and_always_with_the_way_out(
        self, width: int, total: int, part: float, glyphs: Any
    ) -> None:
        progress = Progress(total, 0.0, int(total * part))
        line = frame.progress_bar(progress, width, glyphs)
        shown = text(line)
        assert f" {progress.done:,} of {total:,}, " in shown
        assert shown.endswith("Esc stops")
        assert len(shown) <= max(width, len(shown) - len(line[0][0]) - len(line[1][0]))  # a bar of nothing at the least

    @pytest.mark.parametrize(("done", "bar"), [(0, "-" * 40), (50, "#" * 20 + "-" * 20), (100, "#" * 40)])
    def test_the_bar(self, done: int, bar: str) -> None:
        line = frame.progress_bar(Progress(100, 0.0, done), 200, ASCII)
        assert line[0][0] + line[1][0] == bar
        assert text(line).isascii()
