"""The panel beside the table: what the optimizer remembers, and its next step."""

import math
from typing import Any

import pytest

from gdtui.engine.batches import Batches
from gdtui.session.commands import Step
from gdtui.session.recipe import optimizer
from tests.ui.watched import Watched, running


def panel(app: Watched) -> dict[str, list[str]]:
    """The numbers of the panel by their label."""
    region = app.query_one("#memory").region
    rows = [line[region.x : region.right] for line in app.lines[region.y : region.bottom]]
    return {row[:12].strip(): row[12:].split() for row in rows}


class TestMemory:
    async def shown(self, size: tuple[int, int] = (80, 24), **recipe: Any) -> dict[str, list[str]]:
        async with running(size=size, **recipe) as (app, pilot):
            app.do(Step(3))
            await pilot.press("m")
            await app.settle(pilot)
            return panel(app)

    async def test_adam_by_hand(self) -> None:
        """After one update from the lecture's start: m = 0.1 g and v = 0.001 g^2, so mhat = g and vhat = g^2."""
        async with running(optimizer=optimizer("adam")) as (app, pilot):
            g = app.session.row.dw, app.session.row.db
            app.do(Step(1))
            await pilot.press("m")
            await app.settle(pilot)
            shown = panel(app)
            for i in (0, 1):
                assert float(shown["m"][i]) == pytest.approx(0.1 * g[i], rel=1e-5)
                assert float(shown["v"][i]) == pytest.approx(0.001 * g[i] ** 2, rel=1e-5)
                assert float(shown["mhat"][i]) == pytest.approx(g[i], rel=1e-5)
                assert float(shown["vhat"][i]) == pytest.approx(g[i] ** 2, rel=1e-5)
            before = app.session.row
            gradient = [float(text) for text in shown["gradient"]]
            steps = [float(text) for text in shown["next step"]]
            etas = [float(text) for text in shown["eff. eta"]]
            assert [-step / g for step, g in zip(steps, gradient, strict=True)] == pytest.approx(etas, rel=1e-4)
            m2, v2 = 0.9 * 0.1 * g[0] + 0.1 * gradient[0], 0.999 * 0.001 * g[0] ** 2 + 0.001 * gradient[0] ** 2
            assert steps[0] == pytest.approx(-0.1 * (m2 / 0.19) / math.sqrt(v2 / (1 - 0.999**2) + 1e-8), rel=1e-4)
            app.do(Step(1))
            assert app.session.row.w - before.w == pytest.approx(steps[0], rel=1e-5)

    async def test_stepping_back_returns_it_exactly(self) -> None:
        async with running(optimizer=optimizer("adam")) as (app, pilot):
            await pilot.press("m")
            await app.settle(pilot)
            seen = []
            for _ in range(4):
                seen.append(panel(app))
                await pilot.press("right")
            for before in reversed(seen):
                await pilot.press("left")
                assert panel(app) == before
            assert "mhat" not in seen[0]  # before the first update there is no mean yet

    async def test_the_trials_of_a_line_search(self) -> None:
        shown = await self.shown(optimizer=optimizer("line-search"))
        assert shown["tried"] == ["eta", "loss"]
        assert shown["taken"][0] == "10.0"
        async with running(optimizer=optimizer("line-search")) as (app, pilot):
            app.do(Step(3))
            await pilot.press("m")
            await app.settle(pilot)
            text = "\n".join(line[45:] for line in app.lines[13:])
            for eta in ("0.100", "0.500", "1.00", "5.00", "10.0"):
                assert f" {eta} " in text

    async def test_many_trials_are_counted(self) -> None:
        shown = await self.shown(optimizer=optimizer("armijo:alpha0=1e9,c=0.9"))
        assert any(key.startswith("...") for key in shown)
        assert "taken" in shown

    async def test_the_batch_beside_all_points(self) -> None:
        async with running(batches=Batches(1)) as (app, pilot):
            app.do(Step(3))
            await pilot.press("m")
            await app.settle(pilot)
            assert "epoch 1 batch 2/2" in app.text
            shown = panel(app)
            assert shown["points"] == ["2", "(1)"]
            assert shown["of batch"] != shown["gradient"]

    async def test_a_damped_newton_says_so(self) -> None:
        async with running(optimizer=optimizer("newton"), start=(-4.0, -4.0)) as (app, pilot):
            await pilot.press("m")
            await app.settle(pilot)
            assert "Newton damps by" in app.text

    @pytest.mark.parametrize(("size", "table"), [((80, 24), True), ((120, 40), True), ((60, 16), False)])
    async def test_what_it_takes_the_place_of_is_named(self, size: tuple[int, int], table: bool) -> None:
        async with running(size=size, optimizer=optimizer("adam")) as (app, pilot):
            await pilot.press("m")
            await app.settle(pilot)
            assert ("iteration w" in app.text) == table
            assert ("Hidden: the table" in app.text) == (not table)
            if size[0] == 80:
                assert "Hidden: dL/dw dL/db |step|" in app.text
            await pilot.press("m")
            await app.settle(pilot)
            assert "iteration w" in app.text
            assert ("Hidden" in app.text) == (size[0] < 80)
