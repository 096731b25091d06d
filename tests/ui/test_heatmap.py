"""The map: what stands under which cell, how it is told apart, and how little is drawn again."""

import math
import random
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Region

from gdtui.engine.catalog import PROBLEMS
from gdtui.engine.numbers import FLOATS
from gdtui.engine.problems.definition import Window
from gdtui.session.commands import GoTo, SetEta, Step
from gdtui.session.recipe import Recipe, problem
from gdtui.ui.views.sight import Sight, columns_of, is_square_enough
from gdtui.ui.widgets.axes import inside
from gdtui.ui.widgets.bands import COLOURS, SHADES, brief, level_texts, spread
from gdtui.ui.widgets.heatmap import ASCII_MARKS, UNICODE_MARKS, Heatmap, labelled, within
from tests.ui.surfaces import formula, recipe_of, settled, surface

SIZES = [(60, 16), (80, 24), (120, 40), (200, 60)]


class TestPositions:
    @pytest.mark.parametrize("size", SIZES)
    async def test_the_colour_under_a_position_is_that_of_the_loss_there(self, size: tuple[int, int]) -> None:
        of = PROBLEMS["himmelblau"].make()
        async with surface(Recipe(problem=problem("himmelblau")), size) as (app, _):
            landscape, draw, cells, gutter = app.landscape, random.Random(1), app.cells, app.gutter
            marks = {*UNICODE_MARKS.arrows.replace(" ", ""), *"●○×•·◦"}
            for _ in range(200):
                column, row = draw.randrange(landscape.columns), draw.randrange(landscape.rows)
                character, style = cells[1 + row // 2][gutter + column]
                if character in marks:
                    continue
                w, b = landscape.point(column, row)
                band = sum(level <= of.objective(FLOATS).evaluate(w, b)[0] for level in landscape.levels)
                colour = app.map._style(f"band-{spread(landscape, band)}").bgcolor
                is_upper = row % 2 == 0
                own = style.color if character == ("▀" if is_upper else "▄") else style.bgcolor
                assert own == colour

    @pytest.mark.parametrize("size", SIZES)
    async def test_the_point_lies_where_w_and_b_say(self, size: tuple[int, int]) -> None:
        async with surface(size=size) as (app, _):
            for steps in (0, 60, 30, 300):
                app.do(Step(steps))
                row = app.session.row
                ((x, y),) = app.find("●")
                w_low, w_high, b_low, b_high = app.landscape.window
                assert x == math.floor((row.w - w_low) / (w_high - w_low) * app.landscape.columns)
                assert y == math.floor((b_high - row.b) / (b_high - b_low) * app.landscape.rows / 2)

    @pytest.mark.parametrize("size", SIZES[::2])
    @pytest.mark.parametrize("name", ["lecture", "bowl", "camel", "mccormick"])
    async def test_a_unit_is_as_long_along_w_as_along_b_and_the_whole_window_is_seen(
        self, name: str, size: tuple[int, int]
    ) -> None:
        async with surface(Recipe(problem=problem(name)), size) as (app, _):
            w_low, w_high, b_low, b_high = app.landscape.window
            w_unit, b_unit = (w_high - w_low) / app.landscape.columns, (b_high - b_low) / app.landscape.rows
            assert w_unit == pytest.approx(b_unit, rel=0.03)
            own = PROBLEMS[name].make().window
            slack = 1e-9
            assert w_low - slack <= own.w_low < own.w_high <= w_high + slack
            assert b_low - slack <= own.b_low < own.b_high <= b_high + slack

    @pytest.mark.parametrize("size", SIZES)
    async def test_the_labels_stand_where_their_numbers_are(self, size: tuple[int, int]) -> None:
        async with surface(size=size) as (app, _):
            bottom, lines, gutter = app.map.size.height - 1, app.lines, app.gutter
            labels = [(y - 1, float(text)) for y in range(1, bottom) if (text := lines[y][:gutter].strip())]
            assert [number for _, number in labels] == sorted((number for _, number in labels), reverse=True)
            assert len(labels) >= 3
            for y, number in labels:
                assert y == min(math.floor((6.0 - number) / 12.0 * app.landscape.rows / 2), bottom - 2)
            level = lines[bottom][: app.map.size.width]
            assert level.rstrip().endswith(" w")
            numbers = [float(word) for word in level.split()[:-1]]
            assert numbers == sorted(numbers)
            assert len(numbers) >= 3
            zero = level.index(" 0") + 1 - app.gutter
            assert zero == app.landscape.columns // 2

    async def test_north_is_the_larger_b(self) -> None:
        async with surface(recipe_of(formula(lambda w, b: b + 0.0 * w))) as (app, _):
            (_, highest), (_, lowest) = (app.cells[y][app.gutter] for y in (1, app.map.size.height - 2))
            assert highest.bgcolor == app.map._style("band-10").bgcolor
            assert lowest.bgcolor == app.map._style("band-0").bgcolor


class TestMarks:
    async def test_start_minima_and_the_path_between(self) -> None:
        async with surface() as (app, _):
            app.do(Step(150))
            assert len(app.find("○")) == len(app.find("×")) == len(app.find("●")) == 1
            assert len(app.find("•")) > 8
            assert "● here  ○ start  • path  × minimum" in app.text

    async def test_a_fast_part_is_spaced_and_a_slow_one_is_not(self) -> None:
        async with surface(Recipe(eta=12.0), (200, 60)) as (app, _):
            app.do(Step(20))
            assert len(app.find("·")) > 10
        async with surface(Recipe(eta=0.5), (200, 60)) as (app, _):
            app.do(Step(150))
            assert app.find("·") == []
            assert len(app.find("•")) > 5

    async def test_what_lies_ahead_on_record_is_faint(self) -> None:
        async with surface() as (app, _):
            app.do(Step(300))
            visited = len(app.find("•"))
            app.do(GoTo(0))
            assert app.find("•") == []
            assert len(app.find("·")) >= visited

    async def test_left_paths(self) -> None:
        async with surface() as (app, _):
            app.do(Step(200), GoTo(60), SetEta(9.0), Step(20))
            assert app.find("◦")
            assert "◦ left" in app.text

    @pytest.mark.parametrize(
        ("start", "arrow", "beyond"),
        [
            ((9.0, 0.0), "→", "3.00"),
            ((-7.5, 0.0), "←", "1.50"),
            ((0.0, 8.0), "↑", "2.00"),
            ((0.0, -10.0), "↓", "4.00"),
            ((9.0, 10.0), "↗", "5.00"),
            ((-9.0, -10.0), "↙", "5.00"),
            ((1e300, 0.0), "→", "1.00e+300"),
        ],
    )
    async def test_an_arrow_at_the_edge_to_a_point_outside(
        self, start: tuple[float, float], arrow: str, beyond: str
    ) -> None:
        async with surface(Recipe(start=start)) as (app, _):
            assert app.find("●") == []
            ((x, y),) = app.find(arrow)
            line = app.lines[1 + y][app.gutter : app.gutter + app.landscape.columns]
            assert f"{beyond} {arrow}" in line or f"{arrow} {beyond}" in line
            if start[0] > 6.0:
                assert x == app.landscape.columns - 1
            if start[1] > 6.0:
                assert y == 0

    async def test_a_point_that_is_nowhere(self) -> None:
        async with surface(recipe_of(formula(lambda w, b: w * w + b * b, start=(5.0, 5.0)), eta=1.5e308)) as (app, _):
            app.do(Step(5))
            assert not math.isfinite(app.session.row.w)
            assert app.find("●") == []
            assert not set("←→↑↓↖↗↘↙") & set(app.text)


class TestWithoutColours:
    @pytest.mark.parametrize(
        ("arguments", "here"),
        [
            ({"ascii_only": True}, "@"),
            ({"env": {"NO_COLOR": "1"}}, "●"),
            ({"colours": "standard"}, "●"),
        ],
    )
    async def test_bands_are_characters_from_light_to_dense(self, arguments: dict[str, object], here: str) -> None:
        async with surface(**arguments) as (app, _):  # type: ignore[arg-type]
            landscape, lines, gutter = app.landscape, app.lines, app.gutter
            assert landscape.rows == app.map.size.height - 2
            for row in range(landscape.rows):
                line = lines[1 + row][gutter : gutter + landscape.columns]
                for column, character in enumerate(line):
                    if character not in "@S×X●○":
                        assert character == SHADES[spread(landscape, int(landscape.bands[row, column]))]
            assert len(app.find(here)) == 1
            ((column, row),) = app.find(here)
            assert app.cells[1 + row][app.gutter + column][1].reverse

    async def test_ascii_is_ascii(self) -> None:
        async with surface(Recipe(problem=problem("himmelblau")), ascii_only=True) as (app, _):
            app.do(Step(30))
            assert app.text.isascii()
            assert "@ here" in app.text

    def test_no_shade_is_a_mark(self) -> None:
        for marks in (ASCII_MARKS, UNICODE_MARKS):
            marks_of = {marks.here, marks.start, marks.minimum, marks.step, marks.leap, marks.left}
            assert len(marks_of) == 6
            assert not marks_of & set(SHADES)
        assert len(set(SHADES)) == len(SHADES) == COLOURS

    async def test_in_256_colours_every_band_is_itself_and_is_read(self) -> None:
        async with surface(colours="256") as (app, _):
            grounds, marks = [], []
            for band in range(COLOURS):
                style = app.map._style(f"band-{band}")
                assert style.bgcolor is not None
                assert style.color is not None
                triplet = style.bgcolor.get_truecolor()
                assert set(triplet) <= {0, 95, 135, 175, 215, 255}  # of the 256, exactly
                grounds.append(lightness(triplet))
                marks.append(lightness(style.color.get_truecolor()))
            assert all(b > 1.04 * a for a, b in pairwise(grounds[:-1]))  # lighter and lighter
            assert grounds[-1] > grounds[-2]
            assert all((max(a, b) + 0.05) / (min(a, b) + 0.05) > 4.5 for a, b in zip(grounds, marks, strict=True))


def lightness(triplet: Sequence[int]) -> float:
    """The relative luminance that the rules for contrast are written in."""
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (value / 255 for value in triplet)]
    return sum(share * value for share, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.fixture
def refreshed(monkeypatch: pytest.MonkeyPatch) -> list[Region]:
    """The lines of any widget that are drawn again."""
    regions: list[Region] = []
    before = Heatmap.refresh

    def refresh(self: Heatmap, *parts: Region, **options: bool) -> Heatmap:
        regions.extend(parts or [Region(0, 0, *self.size)])
        return before(self, *parts, **options)

    monkeypatch.setattr(Heatmap, "refresh", refresh)
    return regions


class TestCost:
    async def test_a_step_draws_the_lines_it_touches_and_no_others(self, refreshed: list[Region]) -> None:
        async with surface() as (app, _):
            for _ in range(100):
                ((_, before),) = app.find("●")
                refreshed.clear()
                app.do(Step(1))
                ((_, after),) = app.find("●")
                assert {region.y - 1 for region in refreshed} <= {before, after}
                assert all(region.height == 1 for region in refreshed)

    async def test_the_landscape_is_sampled_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async with surface() as (app, pilot):
            landscape = app.landscape
            app.do(Step(100), SetEta(3.0), Step(5), GoTo(50))
            assert app.landscape is landscape
            app.view.action_levels()
            app.draw()
            assert app.landscape is not landscape
            landscape = app.landscape
            await pilot.resize_terminal(100, 30)
            await settled(app, pilot)
            assert app.landscape is not landscape

    async def test_a_long_history_costs_no_more(self) -> None:
        async with surface() as (app, _):
            app.do(Step(2_000))
            pieces = len(app.view._map.overlay(app.session).path.visited)
            app.do(Step(8_000))
            assert len(app.view._map.overlay(app.session).path.visited) <= pieces + 3


class TestLegend:
    async def test_every_band_from_high_to_low_and_the_one_of_the_loss(self) -> None:
        async with surface() as (app, _):
            texts = level_texts(app.landscape.levels)
            beside = [line[app.map.size.width + 1 :].rstrip() for line in app.lines]
            names = [line.strip(" ●") for line in beside if " to " in line or "under" in line or "and more" in line]
            assert names[0] == f"{texts[-1]} and more"
            assert names[1:-1] == [f"{a} to {b}" for a, b in pairwise(texts)][::-1]
            assert names[-1] == f"under {texts[0]}"
            (marked,) = [line for line in beside if line.startswith("●") and "here" not in line]
            low, high = map(float, marked.strip(" ●").split(" to "))
            assert low <= app.session.row.loss < high

    @given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=10, unique=True))
    def test_texts_tell_levels_apart(self, levels: list[float]) -> None:
        levels = sorted(levels)
        texts = level_texts(levels)
        assert len(set(texts)) == len(texts)
        assert [float(text) for text in texts] == sorted(float(text) for text in texts)

    @pytest.mark.parametrize(
        ("x", "digits", "text"),
        [
            (0.08, 1, "0.08"),
            (1000.0, 1, "1000"),
            (1e300, 1, "1e300"),
            (2.5e-7, 2, "2.5e-7"),
            (-0.0, 3, "0"),
            (123456.0, 2, "120000"),
            (3e6, 4, "3e6"),
        ],
    )
    def test_brief(self, x: float, digits: int, text: str) -> None:
        assert brief(x, digits) == text


class TestAxes:
    @given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 12))
    def test_round_numbers_inside(self, low: float, span: float, steps: int) -> None:
        ticks = inside(low, low + span, steps)
        assert 0 < len(ticks) <= steps + 1
        assert all(low - 1e-6 * span <= place <= low + span * (1 + 1e-6) for place, _ in ticks)
        assert len({label for _, label in ticks}) == len(ticks)
        assert all(float(label) == pytest.approx(place, abs=0.1 * span) for place, label in ticks)

    def test_labels_do_not_touch(self) -> None:
        assert labelled([(0, "-6"), (4, "-4"), (10, "2"), (12, "3"), (19, "6")], 20) == "-6 -4     2 3      6"
        assert labelled([(0, "-600"), (3, "-400"), (10, "2")], 12) == "-600      2 "

    def test_within(self) -> None:
        assert [within(place, 5) for place in (-1e300, -0.1, 0.0, 4.9, 5.0, 5.1, 1e300)] == [-1, -1, 0, 4, 4, 5, 5]


class TestSight:
    @given(st.floats(0.1, 100.0), st.floats(0.1, 100.0), st.integers(16, 150), st.integers(6, 60))
    def test_square_units_where_they_can_be(self, wide: float, high: float, most: int, cells: int) -> None:
        window = Window(0.0, wide, -high, 0.0)
        columns = columns_of(window, most, 2 * cells)
        assert 1 <= columns <= most
        w_low, w_high, b_low, b_high = Sight().on(window, columns, 2 * cells)
        assert w_low <= 1e-9 * wide
        assert w_high >= wide * (1 - 1e-9)
        assert b_low <= -high * (1 - 1e-9)
        if is_square_enough(window):
            assert (w_high - w_low) / columns == pytest.approx((b_high - b_low) / (2 * cells))
        else:
            assert not 0.25 <= wide / high <= 4.0

    def test_bands_that_are_few_take_the_whole_range_of_colours(self) -> None:
        class Few:
            levels = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)

        colours = [spread(Few(), band) for band in range(8)]  # type: ignore[arg-type]
        assert (colours[0], colours[-1]) == (0, COLOURS - 1)
        assert all(b > a for a, b in pairwise(colours))
        assert np.unique(colours).size == 8
