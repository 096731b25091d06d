"""The table: which columns, which page, what is marked, and numbers that do not touch."""

import math
import re
from collections.abc import Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from textual.geometry import Size

from gdtui.session.commands import GoTo, SetEta, Step
from gdtui.session.recipe import Recipe
from gdtui.session.session import Session
from gdtui.ui.widgets.lines import Line
from gdtui.ui.widgets.table import COLUMNS, Table, _counter, columns_for

EVERY = ["w", "b", "dL/dw", "dL/db", "loss", "|step|", "eta"]


STARTS = st.one_of(st.sampled_from([0.0, -0.0]), st.floats(0.01, 30), st.floats(-30, -0.01))


class Paper(Table):
    """A table of any size, outside an app."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__(id="table")
        self._paper = Size(width, height)
        self.inks: list[list[str]] = []
        self.text: list[str] = []

    @property
    def size(self) -> Size:
        return self._paper

    def draw(self, lines: Sequence[Line]) -> None:
        self.text = ["".join(text for text, _ in line) for line in lines]
        self.inks = [[ink for text, ink in line if text] for line in lines]

    @property
    def iterations(self) -> list[int]:
        """Those on the page."""
        return [int(line[1:8]) for line in self.text[1:]]


def drawn(session: Session, width: int, height: int) -> Paper:
    paper = Paper(width, height)
    paper.draw_rows(session.history, session.cursor)
    return paper


def session(*commands: object, **recipe: object) -> Session:
    session = Session(Recipe(**recipe))
    for command in commands:
        session.do(command)
    return session


def headings(width: int) -> list[str]:
    return [column.heading for column in columns_for(width)]


class TestColumns:
    def test_what_is_dropped_and_when(self) -> None:
        shown = {width: headings(width) for width in range(20, 201)}
        assert shown[200] == shown[120] == EVERY
        assert shown[80] == EVERY[:-1]  # eta is in the status line too
        assert shown[79] == ["w", "b", "dL/dw", "dL/db", "loss"]
        assert shown[60] == shown[20] == ["w", "b", "loss"]
        for width in range(20, 200):
            assert set(shown[width]) <= set(shown[width + 1])
            assert shown[width] in ([*EVERY], EVERY[:-1], EVERY[:-2], ["w", "b", "loss"])

    @pytest.mark.parametrize("width", range(20, 201))
    def test_never_wider_than_the_table(self, width: int) -> None:
        paper = drawn(session(Step(9), start=(-4.0, -4.0)), width, 8)
        # The blanks behind a last number do not matter, nor does the word `loss` below 24 columns.
        assert max(len(line.rstrip()) for line in paper.text[width < 24 :]) <= width

    def test_what_is_left_out_is_named(self) -> None:
        assert Paper(80, 8).left_out == Paper(200, 8).left_out == ""
        assert Paper(79, 8).left_out == "|step|"
        assert Paper(60, 8).left_out == "dL/dw dL/db |step|"
        for width in range(20, 201):
            named = Paper(width, 8).left_out.split()
            assert [heading for heading in EVERY[:-1] if heading not in headings(width)] == named


class TestNumbers:
    def test_the_lectures_first_steps(self) -> None:
        assert [line.rstrip() for line in drawn(session(Step(2)), 80, 8).text] == [
            "iteration w           b           dL/dw       dL/db       loss        |step|",
            "      0 -2.000000   -2.000000   -0.00549232 -0.00771116  0.415820",
            "      1 -1.994508   -1.992289   -0.00555847 -0.00777272  0.415730    0.00946718",
            ">     2 -1.988949   -1.984516   -0.00562622 -0.00783518  0.415638    0.00955571",
        ]

    def test_the_lectures_flat_start_where_both_gradients_are_negative_and_small(self) -> None:
        assert [line.rstrip() for line in drawn(session(Step(1), start=(-4.0, -4.0)), 80, 8).text[1:]] == [
            "      0 -4.000000   -4.000000   -2.45472e-4 -4.87951e-4  0.424508",
            ">     1 -3.999755   -3.999512   -2.45621e-4 -4.88245e-4  0.424507    5.46217e-4",
        ]

    @given(
        st.tuples(STARTS, STARTS),
        st.sampled_from([1e-3, 1.0, 24.0, 1e9, 1e300]),
        st.sampled_from([30, 44, 60, 68, 79, 80, 92, 120]),
    )
    @settings(max_examples=150, deadline=None)
    def test_they_never_touch_and_are_the_rows(self, start: tuple[float, float], eta: float, width: int) -> None:
        assume(width >= 44 or eta < 1e9)
        run = session(Step(3), start=start, eta=eta)
        paper = drawn(run, width, 8)
        shown = columns_for(width)
        for iteration, line in enumerate(paper.text[1:]):
            row, before = run.history.row(iteration), run.history.row(iteration - 1) if iteration else None
            values = [value for column in shown if (value := column.value(row, before)) is not None]
            texts = line[8:].split()
            assert len(texts) == len(values), line
            for text, value in zip(texts, values, strict=True):
                far = 0.0 < abs(value) < 1e-9 or abs(value) > 1e9  # an exponent of two or three digits takes its room
                assert float(text) == pytest.approx(value, rel=0.5 if width < 60 else 6e-4 if far else 6e-6)

    def test_at_least_six_digits_from_60_columns_on(self) -> None:
        for start in ((-2.0, -2.0), (-4.0, -4.0), (-3.0, -3.4), (10.0, -20.0), (1.7, -2.2), (-123.0, 456.0)):
            for steps in (3, 300, 3000):
                run = session(Step(steps), start=start)
                for width in (60, 80, 120):
                    for line in drawn(run, width, 8).text[1:]:
                        for text in line[8:].split():
                            digits = re.sub(r"e.*|[-.]", "", text).lstrip("0")
                            assert len(digits) >= 6 or float(text) == 0.0, text

    def test_the_step_and_eta_are_those_of_the_update_that_led_here(self) -> None:
        run = session(Step(1), SetEta(2.0), Step(1))
        lines = [line.split() for line in drawn(run, 120, 8).text[1:]]
        assert [line[-1] for line in lines] == ["1.000000", "1.000000", "2.000000"]
        rows = [run.history.row(k) for k in range(3)]
        assert float(lines[2][-2]) == pytest.approx(2.0 * math.hypot(rows[1].dw, rows[1].db), rel=1e-5)
        assert len(lines[0]) == len(lines[1]) - 1  # row 0 has no step

    @pytest.mark.parametrize(
        ("iteration", "shown"),
        [(0, "      0 "), (999_999, " 999999 "), (1_234_567, " 1234567"), (12_345_678, " ~345678")],
    )
    def test_an_iteration_is_never_cut_silently(self, iteration: int, shown: str) -> None:
        assert _counter(iteration, at_cursor=False)[0] == shown
        assert _counter(iteration, at_cursor=True)[0] == f">{shown[1:]}"


class TestPages:
    def turned(self, height: int, *cursors: int) -> list[list[int]]:
        """The pages that a table shows when the cursor goes from one iteration to the next."""
        run, paper, pages = session(Step(60)), Paper(80, height), []
        for cursor in cursors:
            run.do(GoTo(cursor))
            paper.draw_rows(run.history, run.cursor)
            pages.append(paper.iterations)
        return pages

    @pytest.mark.parametrize("height", [2, 3, 7, 8, 20])
    @pytest.mark.parametrize("by", [1, -1, 7, -13, 23])
    def test_the_cursor_and_the_row_before_it_are_in_sight(self, height: int, by: int) -> None:
        cursors = [(by * k) % 61 for k in range(61)]
        for cursor, page in zip(cursors, self.turned(height, *cursors), strict=True):
            assert cursor in page
            assert cursor == 0 or height == 2 or cursor - 1 in page
            assert page == list(range(page[0], page[-1] + 1))
            assert len(page) <= height - 1

    def test_a_page_stands_until_the_cursor_leaves_it(self) -> None:
        firsts = [page[0] for page in self.turned(8, *range(61))]
        assert firsts == sorted(firsts)
        assert set(firsts) == set(range(0, 60, 6))
        back = [page[0] for page in self.turned(8, *range(60, -1, -1))]
        assert back == sorted(back, reverse=True)
        assert len(set(back)) == 10

    def test_the_last_row_of_a_page_is_the_first_of_the_next(self) -> None:
        assert self.turned(8, 6, 7) == [[*range(7)], [*range(6, 13)]]

    def test_a_leap_shows_what_led_there(self) -> None:
        assert self.turned(8, 0, 60, 50, 52, 0) == [
            [*range(7)],
            [*range(54, 61)],
            [*range(44, 51)],
            [*range(46, 53)],
            [*range(7)],
        ]

    def test_the_step_of_a_pages_first_row_is_there_too(self) -> None:
        line = drawn(session(Step(60), GoTo(7)), 80, 8).text[1]
        assert line.startswith("      6 ")
        assert len(line.split()) == 7

    def test_the_row_of_the_cursor_alone_is_marked(self) -> None:
        run = session(Step(60))
        for cursor in (0, 1, 6, 7, 59, 60):
            run.do(GoTo(cursor))
            paper = drawn(run, 80, 8)
            marked = [y for y, line in enumerate(paper.text) if line.startswith(">")]
            assert marked == [paper.marked]
            assert [y for y, inks in enumerate(paper.inks) if "cursor" in inks] == marked
            assert int(paper.text[paper.marked][1:8]) == cursor

    def test_there_are_no_rows_beyond_the_record(self) -> None:
        assert drawn(session(Step(2)), 80, 20).iterations == [0, 1, 2]

    @pytest.mark.parametrize("width", [0, 1, 5, 9])
    @pytest.mark.parametrize("height", [0, 1, 2])
    def test_any_size(self, width: int, height: int) -> None:
        drawn(session(Step(9)), width, height)


def test_every_column_has_a_heading_of_its_own() -> None:
    assert [column.heading for column in COLUMNS] == EVERY
