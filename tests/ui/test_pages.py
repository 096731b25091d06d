"""What holds for each page of view 3: drawing asks the problem nothing, and no place without a value ends it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gdtui.engine.mistakes import BadInput
from gdtui.session.commands import SetEta, Step
from gdtui.session.own_function import OwnFunction
from gdtui.session.recipe import Recipe, problem
from gdtui.session.session import Session
from gdtui.ui.glyphs import UNICODE, Glyphs
from gdtui.ui.views.reasons import Reasons
from gdtui.ui.views.sensitivity import Sensitivity
from gdtui.ui.views.taylor import Taylor
from tests.ui.shown import showing
from tests.ui.surfaces import formula, recipe_of

Page = Callable[[Glyphs], Any]


def sensitivity_of_the_loss(glyphs: Glyphs) -> Sensitivity:
    page = Sensitivity(glyphs)
    page.action_curve()
    return page


PAGES = pytest.mark.parametrize("page", [Taylor, Reasons, sensitivity_of_the_loss])


@PAGES
async def test_drawing_asks_nothing(page: Page) -> None:
    asked = []

    def loss(w: float, b: float) -> float:
        asked.append((w, b))
        return w * w + b * b

    session = Session(recipe_of(formula(loss)))
    async with showing(page, session) as (app, _):
        session.do(Step(1))
        app.view.look_up(session)
        count = len(asked)
        app.view.draw(session)
        assert len(asked) == count
        app.view.look_up(session)
        assert len(asked) == count
        assert "not known" not in app.text


@pytest.fixture
def narrow(tmp_path: Path) -> Iterator[OwnFunction]:
    path = tmp_path / "own.py"
    path.write_text("import math\ndef f(x, y): return math.log(x + 3) ** 2 + y * y\n")
    function = OwnFunction.parse(f"{path}:f")
    yield function
    function.end()


@PAGES
async def test_where_a_persons_function_has_no_value(page: Page, narrow: OwnFunction) -> None:
    """f ends at x = -3: ten times the step leads beyond."""
    session = Session(Recipe(problem=problem("function"), source=narrow, start=(-1.0, -1.0)))
    session.do(SetEta(0.5))
    async with showing(page, session) as (app, _):
        assert "not known" not in app.text
        assert "no value" in app.text or page is sensitivity_of_the_loss


async def test_a_function_that_is_gone_is_said(tmp_path: Path) -> None:
    """What ends the process is no missing value: asking on would start it again and again."""
    path = tmp_path / "own.py"
    path.write_text("import os\ndef f(x, y):\n    if abs(y) > 9: os._exit(1)\n    return x * x + y * y\n")
    function = OwnFunction.parse(f"{path}:f")
    session = Session(Recipe(problem=problem("function"), source=function, start=(0.0, 1.0)))
    session.do(SetEta(2.0))
    page = Taylor(UNICODE)
    with pytest.raises(BadInput, match="ended its process"):
        page.look_up(session)
    function.end()
