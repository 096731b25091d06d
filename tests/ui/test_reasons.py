"""The page of the diagnosis: its numbers against the lecture's and fifty digits, and plain answers."""

import re
from collections.abc import Sequence

import pytest
from mpmath import mp, mpf

from gdtui.engine.analysis.diagnosis import Diagnosis, diagnose
from gdtui.session.commands import Command, Forward, SetEta, Step
from gdtui.session.recipe import Recipe, optimizer, problem
from gdtui.session.session import Session
from gdtui.ui.sentence import KEY_OF, advice
from gdtui.ui.views.reasons import Reasons
from tests.ui.shown import Shown, showing
from tests.ui.test_taylor_page import loss, numbers

MINIMUM = (1.7917594692, -2.2821740957)


def run(*commands: Command, **recipe: object) -> Session:
    session = Session(Recipe(**recipe))  # type: ignore[arg-type]  # whatever a test needs
    for command in commands:
        session.do(command)
    return session


async def words(session: Session, size: tuple[int, int] = (80, 24)) -> str:
    async with showing(Reasons, session, size) as (app, _):
        return re.sub(r"\s+", " ", app.text)


def beside(app: Shown, label: str) -> list[float]:
    """The numbers of the left block's row with a label."""
    return numbers(next(line for line in app.lines if line.lstrip().startswith(label))[13:42])


def tried(app: Shown) -> dict[float, list[float]]:
    """The losses of the right block by eta, each with the change."""
    at = next(y for y, line in enumerate(app.lines) if "loss after" in line)
    rows = [numbers(line[42:]) for line in app.lines[at + 1 : at + 8]]
    return {eta: rest for eta, *rest in rows}


class TestCurvature:
    async def test_at_the_lectures_minimum_eta_can_be_at_most_24_87(self) -> None:
        """LECTURE: eigenvalues 0.01031 and 0.08041, condition 7.8."""
        async with showing(Reasons, run(start=MINIMUM)) as (app, _):
            assert "Eta can be at most 2/lambda_max = 24.87" in app.text
            assert "Eta 1.0 is stable." in app.text
            assert beside(app, "lambda_max")[0] == pytest.approx(0.08041, abs=1e-5)
            assert beside(app, "lambda_min")[0] == pytest.approx(0.01031, abs=1e-5)
            assert beside(app, "condition")[0] == pytest.approx(7.8, abs=0.05)

    async def test_the_hessian_in_fifty_digits(self) -> None:
        async with showing(Reasons) as (app, _):
            by_w, by_b = beside(app, "by w"), beside(app, "by b")
        with mp.workdps(50):
            at, h = mpf(-2), mpf("1e-15")

            def second(*ways: tuple[int, int]) -> float:
                (w0, b0), (w1, b1) = ways
                total = sum(
                    s * t * loss(at + h * (s * w0 + t * w1), at + h * (s * b0 + t * b1))
                    for s in (1, -1)
                    for t in (1, -1)
                )
                return float(total / (4 * h * h))

            truth = second((1, 0), (1, 0)), second((1, 0), (0, 1)), second((0, 1), (0, 1))
        assert [*by_w, *by_b] == pytest.approx([truth[0], truth[1], truth[1], truth[2]], rel=5e-6)

    @pytest.mark.parametrize(
        ("eta", "word"),
        [(0.3, "Eta 0.3 is stable."), (0.7, "Eta 0.7 oscillates."), (1.2, "Eta 1.2 is too long.")],
    )
    async def test_on_a_round_bowl(self, eta: float, word: str) -> None:
        """L = w^2 + b^2 has the eigenvalue 2: beyond 1/2 a step crosses over, beyond 1 it ends higher."""
        text = await words(run(SetEta(eta), problem=problem("sphere"), start=(3.0, 4.0)))
        assert "at most 2/lambda_max = 1.000000 here" in text
        assert word in text

    async def test_where_nothing_bends_up(self) -> None:
        text = await words(run(start=(-5.0, -5.0)))
        assert "the curvature sets no bound to eta" in text
        assert "none: this is no bowl" in text

    async def test_another_rule_than_gradient_descent(self) -> None:
        text = await words(run(Step(1), optimizer=optimizer("adam"), start=MINIMUM))
        assert "Plain gradient descent's eta can be at most" in text


class TestIsThisAMinimum:
    @pytest.mark.parametrize(
        ("name", "start", "answer"),
        [
            ("lecture", MINIMUM, "Yes: H is positive definite"),
            ("lecture", (-2.0, -2.0), "No: the gradient is 0.00947, and the loss bends down along (0.754, 0.657)."),
            # At (3, 4) of w^2 + b^2 all 25 are left.
            ("sphere", (3.0, 4.0), "Not yet: H is positive definite, but 1/2 g.H^-1.g = 25.0 of the loss is left"),
            ("saddle", (0.0, 0.0), "No, a saddle: the gradient is 0, but the loss bends down along (0.000, 1.000)."),
        ],
    )
    async def test_plainly(self, name: str, start: tuple[float, float], answer: str) -> None:
        assert f"Is this a minimum? {answer}" in await words(run(problem=problem(name), start=start))


class TestOtherEtas:
    async def test_on_a_round_bowl(self) -> None:
        """A step multiplies the distance by 1 - 2 eta, and the loss of 25 by its square."""
        session = run(SetEta(0.5), problem=problem("sphere"), start=(3.0, 4.0))
        async with showing(Reasons, session) as (app, _):
            found = tried(app)
            assert list(found) == [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0]
            for eta, (after, change) in found.items():
                truth = 25.0 * (1.0 - 2.0 * eta) ** 2
                assert [after, change] == pytest.approx([truth, truth - 25.0], rel=1e-6, abs=1e-12)

    async def test_ten_times_the_lectures_eta(self) -> None:
        """The next losses by the lecture's own losses: at eta 1 they are those of the next row."""
        session = run(Step(1))
        after = session.row.loss
        session = run()
        async with showing(Reasons, session) as (app, _):
            assert tried(app)[1.0][0] == pytest.approx(after, rel=5e-6)
            assert any(line[42:44] == "> " for line in app.lines)

    @pytest.mark.parametrize(("at", "is_said"), [(100, True), (300, False)])
    async def test_a_bound_that_a_single_step_need_not_keep(self, at: int, is_said: bool) -> None:
        """From the lecture's iteration 100 an eta of 10 is beyond 2/lambda_max = 7.07, and lowers the loss.

        At iteration 300 the bound is 21.8, and no eta that is tried lies beyond it.
        """
        assert ("Beyond 2/lambda_max one step may lower the loss" in await words(run(Forward(at, None)))) is is_said


class TestVerdict:
    @pytest.mark.parametrize(
        "commands", [(), (Forward(100, None),), (Forward(1000, None),), (SetEta(50.0), Forward(40, None))]
    )
    async def test_it_is_the_diagnosis_of_the_record_up_to_the_cursor(self, commands: Sequence[Command]) -> None:
        session = run(*commands)
        diagnosis = diagnose(session.history, session.cursor)
        text = await words(session)
        assert text.startswith(f"{diagnosis.verdict.capitalize()}: {diagnosis.because}. ")
        assert f"{diagnosis.advice[1:]}; press {KEY_OF[diagnosis.lever]}." in text or diagnosis.lever == "nothing"

    @pytest.mark.parametrize(
        ("lever", "said"),
        [
            ("smaller eta", "Try this; press -."),
            ("larger eta", "Try this; press +."),
            ("optimizer", "Try this; press o."),
            ("start", "Try this; press R."),
            ("forward", "Try this; press f."),
            ("nothing", "Try this."),
        ],
    )
    def test_the_key_for_it(self, lever: str, said: str) -> None:
        assert advice(Diagnosis("descending", "so", "try this", lever, 0)) == said  # type: ignore[arg-type]


class TestSizesAndOddPlaces:
    @pytest.mark.parametrize("size", [(60, 12), (60, 16), (80, 24), (120, 35), (200, 55), (20, 8), (6, 7)])
    async def test_every_size_and_ascii(self, size: tuple[int, int]) -> None:
        async with showing(Reasons, run(Forward(100, None)), size, ascii_only=True) as (app, _):
            assert app.text.isascii()
            assert bool(app.view.left_out) == (size[0] < 80)

    async def test_nothing_looked_up_yet(self) -> None:
        async with showing(Reasons) as (app, _):
            app.session.do(Step(1))
            app.view.draw(app.session)
            assert "not known" in app.text

    @pytest.mark.parametrize("start", [(1e200, 1.0), (1e155, 0.0), (1e308, -1e308)])
    async def test_what_is_not_finite_is_said(self, start: tuple[float, float]) -> None:
        text = await words(run(problem=problem("sphere"), start=start))
        assert "Not finite: " in text
        assert "there is no curvature" in text
