"""The wire frame: where points are seen, what hides what, and how long a picture takes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui.engine.analysis.landscape import GAP, Landscape, survey
from gdtui.engine.catalog import PROBLEMS
from gdtui.engine.problems.definition import Window
from gdtui.ui.widgets.lines import Line
from gdtui.ui.widgets.mesh import BRAILLE, Camera, Pose, Station, characters, corners, in_cells, wire_frame
from tests.ui.surfaces import SQUARE, formula

LECTURE = PROBLEMS["lecture"].make()


ASKEW = Pose()


def picture(landscape: Landscape, pose: Pose = ASKEW, *stations: Station, coloured: bool = True) -> list[Line]:
    return wire_frame(landscape, stations, pose, 41, 19, is_coloured=coloured)


def texts(lines: list[Line]) -> list[str]:
    return ["".join(text for text, _ in line) for line in lines]


def lecture() -> Landscape:
    return survey(LECTURE, LECTURE.window, 36, 36)


@pytest.mark.parametrize("size", [(41, 19), (80, 20), (160, 56)])
def test_every_line_is_as_wide_as_it_should_be(size: tuple[int, int]) -> None:
    for turn in (-35.0, 0.0, 90.0, 135.0, 359.0):
        lines = texts(wire_frame(lecture(), [], Pose(turn), *size, is_coloured=True))
        assert [len(line) for line in lines] == [size[0]] * size[1]
        assert all(c == " " or BRAILLE < ord(c) < BRAILLE + 256 or c.isascii() for line in lines for c in line)


class TestCamera:
    @given(st.floats(0.0, 360.0), st.floats(5.0, 85.0))
    def test_all_of_the_box_is_in_the_picture(self, turn: float, elevation: float) -> None:
        camera = Camera(lecture(), Pose(turn, elevation), 41, 19)
        x, y, z = (np.array(each, dtype=float) for each in zip(*np.ndindex(2, 2, 2), strict=True))
        right, down, _ = camera.see(2 * x - 1, 2 * y - 1, z)
        assert right.min() >= 0.0
        assert right.max() <= 82.0
        assert down.min() >= 0.0
        assert down.max() <= 76.0

    def test_from_the_south_w_goes_right_b_goes_away_and_up_is_up(self) -> None:
        camera = Camera(survey(formula(lambda w, b: 0.0 * w), SQUARE, 10, 10), Pose(0.0, 35.0), 41, 19)
        here, east, north = (camera.place(w, b, 0.0) for w, b in ((0.0, 0.0), (0.5, 0.0), (0.0, 0.5)))
        assert east[0] > here[0]
        assert east[1] == pytest.approx(here[1])
        assert north[0] == pytest.approx(here[0])
        assert north[1] < here[1]
        levels = camera.see(np.zeros(2), np.zeros(2), np.array([0.0, 1.0]))[1]
        assert levels[1] < levels[0]

    @pytest.mark.parametrize("turn", [0.0, 30.0, 100.0, 200.0, 300.0, -35.0])
    def test_the_corners_in_front_are_named_where_they_are(self, turn: float) -> None:
        landscape = lecture()
        camera = Camera(landscape, Pose(turn), 41, 19)
        named = list(corners(landscape, camera))
        assert len({text for text, _, _ in named}) == 3
        nearest = max(down for _, _, down in named)
        assert named[0][2] == nearest
        for text, right, down in named:
            _, w, _, b = text.split()
            x, y = float(w) / 6.0, float(b) / 6.0
            seen = camera.see(np.array(x), np.array(y), np.array(0.0))
            assert (right, down) == (pytest.approx(float(seen[0])), pytest.approx(float(seen[1])))
        lines = texts(picture(landscape, Pose(turn)))
        assert all(any(text in line for line in lines) for text, _, _ in named)


class TestHiding:
    def test_a_wall_hides_what_is_behind_it(self) -> None:
        """From the south a high wall at b < 0 leaves nothing to be seen of the low ground at b > 0."""
        landscape = survey(
            formula(lambda w, b: np.where(abs(b + 0.5) < 0.2, 1.0, 0.1 * (b > 0)) + 0.0 * w), SQUARE, 40, 40
        )
        low = {band for row in range(8, 19) for band in landscape.bands[row].tolist()}
        flat = wire_frame(landscape, [], Pose(0.0, 8.0), 41, 19, is_coloured=True)
        inks = {ink for line in flat for _, ink in line}
        assert not {f"band-{band}" for band in low if 0 < band < 10} & inks
        steep = wire_frame(landscape, [], Pose(0.0, 85.0), 41, 19, is_coloured=True)
        assert {ink for line in steep for _, ink in line} >= {"band-0", "band-10"}

    def test_a_station_is_seen_all_the_same_and_the_last_one_on_top(self) -> None:
        stations = [Station(-2.0, -2.0, 0.4158, "•"), Station(-2.0, -2.0, 0.4158, "●", "here")]
        lines = picture(lecture(), Pose(), *stations)
        assert "•" not in "".join(texts(lines))
        assert [(text, ink) for line in lines for text, ink in line if ink == "here"] == [("●", "here")]

    def test_a_station_stands_where_its_point_of_the_surface_is(self) -> None:
        landscape = lecture()
        camera = Camera(landscape, Pose(), 41, 19)
        right, down = camera.place(1.0, 1.0, 0.25)
        lines = texts(picture(landscape, Pose(), Station(1.0, 1.0, 0.25, "●")))
        assert lines[int(down) // 4][int(right) // 2] == "●"


class TestOddities:
    @pytest.mark.parametrize(
        "loss",
        [
            lambda w, b: 0.4,
            lambda w, b: math.nan,
            lambda w, b: np.where(w < 0.0, np.nan, w * w + b),
            lambda w, b: np.where(b < 0.0, np.inf, w),
            lambda w, b: 10.0 ** (300.0 * w) + 0.0 * b,
        ],
    )
    @pytest.mark.parametrize("window", [SQUARE, Window(2.0, 2.0, 1.0, 1.0), Window(0.0, 1e300, 0.0, 1e-300)])
    def test_any_surface(self, loss: object, window: Window) -> None:
        landscape = survey(formula(loss), window, 20, 20)  # type: ignore[arg-type]
        station = Station(0.5, 0.5, math.inf, "●")
        lines = texts(picture(landscape, Pose(), station, Station(math.nan, 0.0, 1.0, "×")))
        assert [len(line) for line in lines] == [41] * 19
        assert "×" not in "".join(lines)

    def test_a_gap_is_a_hole(self) -> None:
        whole = picture(survey(formula(lambda w, b: w * w + b * b), SQUARE, 30, 30))
        holed = picture(survey(formula(lambda w, b: np.where(w < 0.0, np.nan, w * w + b * b)), SQUARE, 30, 30))

        def coloured(lines: list[Line]) -> int:
            return sum(len(text) for line in lines for text, ink in line if ink.startswith("band"))

        assert 0 < coloured(holed) < 0.7 * coloured(whole)

    @pytest.mark.parametrize("size", [(1, 1), (8, 3), (3, 20)])
    def test_any_size(self, size: tuple[int, int]) -> None:
        lines = texts(wire_frame(lecture(), [], Pose(), *size, is_coloured=False))
        assert [len(line) for line in lines] == [size[0]] * size[1]


def test_without_colours_there_is_no_ink_of_a_band() -> None:
    assert not [ink for line in picture(lecture(), coloured=False) for _, ink in line if ink.startswith("band")]


def test_braille() -> None:
    dots = np.zeros((4, 4), dtype=bool)
    dots[0, 0] = dots[3, 1] = dots[2, 3] = True
    assert characters(dots) == ["⢁⠠"]
    assert characters(np.zeros((8, 2), dtype=bool)) == [" ", " "]


def test_a_cell_takes_the_band_that_fills_it() -> None:
    bands = np.full((4, 4), GAP)
    bands[:, :2] = 3
    bands[:1, 2:] = 3
    assert in_cells(bands).tolist() == [[3, GAP]]
