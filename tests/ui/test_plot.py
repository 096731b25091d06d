"""Charts: of a line only what is on them."""

import math

import pytest

from gdtui.engine.catalog import PROBLEMS
from gdtui.engine.definition import Choice
from gdtui.session.commands import Step
from gdtui.ui.widgets.axes import Axis
from gdtui.ui.widgets.plot import Curve, pieces
from tests.ui.watched import running

X, Y = Axis(0.0, 10.0, []), Axis(-1.0, 1.0, [])


def line(*points: tuple[float, float]) -> Curve:
    return Curve([x for x, _ in points], [y for _, y in points], "loss", "braille", joined=True)


def test_a_line_on_the_chart_stays_as_it_is() -> None:
    points = [(0.0, -1.0), (5.0, 0.5), (10.0, 1.0)]
    assert pieces(line(*points), X, Y) == [points]


def test_one_that_leaves_and_comes_back_is_in_two_pieces() -> None:
    found = pieces(line((0.0, 0.0), (2.0, 2.0), (4.0, 0.0), (4.0, -3.0)), X, Y)
    assert found == [[(0.0, 0.0), (1.0, 1.0)], [(3.0, 1.0), (4.0, 0.0), (4.0, -1.0)]]


def test_one_beside_the_chart_is_not_there() -> None:
    assert pieces(line((0.0, 2.0), (10.0, 2.0), (20.0, 0.0)), X, Y) == []
    assert pieces(line((0.0, 2.0)), X, Y) == []


@pytest.mark.parametrize("far", [1e3, 1e20, 1e300])
def test_however_far_it_leads_no_end_is_off_the_chart(far: float) -> None:
    for points in pieces(line((-far, -far), (far, far), (5.0, 0.0), (-far, 1.0)), X, Y):
        assert all(X.low <= x <= X.high and Y.low <= y <= Y.high for x, y in points)
        assert all(map(math.isfinite, points[0]))


async def test_a_fit_that_has_become_very_steep_is_drawn_at_once() -> None:
    linear = Choice(PROBLEMS["lecture"], (("activation", "linear"),))
    async with running(problem=linear, eta=5.0) as (app, pilot):
        app.do(Step(40))
        await app.settle(pilot)
        assert abs(app.session.row.w) > 1e20
        assert "fit" in app.lines[1]
