"""The slips by numbers that are worked out here, with the lecture's two points and math.exp alone."""

import math

import pytest

from gdtui.engine.analysis.usual_slips import SLIPS, Step, mark
from gdtui.engine.batches import Batches
from gdtui.engine.catalog import OPTIMIZERS, PROBLEMS
from gdtui.engine.descent import advance, begin
from gdtui.engine.history import History
from gdtui.engine.mistakes import BadInput
from gdtui.engine.problems.neuron import Neuron
from tests.engine.choices import LECTURE, ONE_BY_ONE, method

POINTS = ((0.5, 0.2), (2.5, 0.9))


def f(x, w=-2.0, b=-2.0):
    return 1.0 / (1.0 + math.exp(-(w * x + b)))


def delta(x, y, w=-2.0, b=-2.0):
    value = f(x, w, b)
    return (value - y) * value * (1.0 - value)


DW = sum(delta(x, y) * x for x, y in POINTS)
DB = sum(delta(x, y) for x, y in POINTS)
FIRST, LAST = (delta(*POINTS[0]), delta(*POINTS[1]))


def step(rule="gd", eta=1.0, updates=0, **options):
    by = method(rule, eta, **options)
    record = History(by, -2.0, -2.0)
    record.extend(updates)
    before = record.row(updates - 1) if updates else None
    return Step(by, record.departure(updates), before)


def slip(of, quantity, number, digits=9):
    """The name of the slip that a number is found to be, typed with so many significant digits."""
    found = mark(of, quantity, f"{number:.{digits}g}")
    assert not found.is_right
    return found.slip and found.slip.name


def test_the_gradient_worked_out_here_is_the_lectures():
    assert pytest.approx((-0.0054923192156398628, -0.0077111592152144251)) == (DW, DB)


class TestRight:
    @pytest.mark.parametrize(
        ("quantity", "text", "digits"),
        [
            ("w", "-1.9945", 5),
            ("w", "-1.994507680784", 13),
            ("b", "-1.99229", 6),
            ("dw", "-0.00555847", 6),
            ("db", "-0.0077727154357717713", 17),
            ("loss", "0.4157", 4),
            ("loss", "0.41572", 5),  # cut off instead of rounded
            ("w", " -1.99e0 ", 3),
        ],
    )
    def test_to_so_many_digits(self, quantity, text, digits):
        found = mark(step(), quantity, text)
        assert (found.is_right, found.digits, found.slip) == (True, digits, None)

    @pytest.mark.parametrize("text", ["-1.9944", "-1.99452", "1.9945", "0", "-1.994507680787"])
    def test_a_digit_off_is_wrong(self, text):
        assert not mark(step(), "w", text).is_right

    def test_the_truth_is_told(self):
        assert mark(step(), "w", "7").truth == pytest.approx(-2.0 - DW)

    def test_nought_is_next_to_nothing(self):
        by = method("gd", problem=PROBLEMS["sphere"].make())
        at_rest = Step(by, begin(by, 0.0, 0.0))
        assert mark(at_rest, "dw", "0").is_right
        assert not mark(step(), "dw", "0.00").is_right

    @pytest.mark.parametrize("rule", OPTIMIZERS)
    @pytest.mark.parametrize("batches", [Batches(), ONE_BY_ONE])
    def test_by_every_optimizer(self, rule, batches):
        by = method(rule, batches=batches)
        state = advance(by, begin(by, -2.0, -2.0), 3, bool)
        after = advance(by, state, 1, bool)
        for quantity in ("w", "b", "dw", "db", "loss"):
            assert mark(Step(by, state), quantity, f"{getattr(after, quantity):.9g}").is_right

    @pytest.mark.parametrize("text", ["", "one", "nan", "inf", "1,5", "-"])
    def test_no_number_is_refused_in_a_sentence(self, text):
        with pytest.raises(BadInput, match="a number is needed"):
            mark(step(), "w", text)


class TestOfGradientDescent:
    @pytest.mark.parametrize(
        ("name", "dw", "db"),
        [
            ("first point only", FIRST * 0.5, FIRST),
            ("last point only", LAST * 2.5, LAST),
            ("divided by N", DW / 2.0, DB / 2.0),
            ("no 1/2", 2.0 * DW, 2.0 * DB),
            ("no f(1-f)", sum((f(x) - y) * x for x, y in POINTS), sum(f(x) - y for x, y in POINTS)),
            ("uphill", -DW, -DB),
        ],
    )
    @pytest.mark.parametrize("eta", [1.0, 0.3])
    def test_next_w_and_b(self, name, dw, db, eta):
        assert slip(step(eta=eta), "w", -2.0 - eta * dw) == name
        assert slip(step(eta=eta), "b", -2.0 - eta * db) == name

    def test_no_x(self):
        assert slip(step(), "w", -2.0 - DB, 12) == "no x"

    def test_no_eta(self):
        assert slip(step(eta=0.1), "w", -2.0 - DW) == "no eta"
        assert slip(step(eta=0.1), "b", -2.0 - DB) == "no eta"

    def test_the_old_value(self):
        for quantity, number in (("w", -2.0), ("b", -2.0), ("dw", DW), ("db", DB)):
            assert slip(step(eta=5.0), quantity, number) == "old value"
        assert mark(step(), "w", "-2.0000").slip.name == "old value"

    def test_the_very_old_value_is_not_right_by_few_digits(self):
        assert mark(step(), "w", "-2").slip.name == "old value"
        assert mark(step(), "w", "-1.99").is_right

    def test_the_old_gradient(self):
        w, b = -2.0 - DW, -2.0 - DB
        assert slip(step(updates=1), "w", w - DW) == "old gradient"
        assert slip(step(updates=1), "b", b - DB) == "old gradient"

    def test_b_by_the_new_w(self):
        early = sum(delta(x, y, w=-2.0 - 5.0 * DW) for x, y in POINTS)
        assert slip(step(eta=5.0), "b", -2.0 - 5.0 * early) == "half old place"

    def test_in_a_batch(self):
        of = step(batches=ONE_BY_ONE)
        assert mark(of, "b", f"{-2.0 - FIRST:.9f}").is_right
        assert slip(of, "b", -2.0 + FIRST) == "uphill"


class TestOfTheNextGradientAndLoss:
    W, B = -2.0 - DW, -2.0 - DB

    @pytest.mark.parametrize(
        ("name", "share"),
        [
            ("first point only", lambda d: (d[0] * 0.5, d[0])),
            ("last point only", lambda d: (d[1] * 2.5, d[1])),
            ("divided by N", lambda d: ((d[0] * 0.5 + d[1] * 2.5) / 2.0, sum(d) / 2.0)),
            ("no 1/2", lambda d: ((d[0] * 0.5 + d[1] * 2.5) * 2.0, sum(d) * 2.0)),
            ("y - f", lambda d: (-(d[0] * 0.5 + d[1] * 2.5), -sum(d))),
        ],
    )
    def test_the_gradient(self, name, share):
        dw, db = share([delta(x, y, self.W, self.B) for x, y in POINTS])
        assert slip(step(), "dw", dw) == name
        assert slip(step(), "db", db) == name

    def test_without_a_factor(self):
        db = sum(delta(x, y, self.W, self.B) for x, y in POINTS)
        assert slip(step(), "dw", db) == "no x"
        assert slip(step(), "dw", sum((f(x, self.W, self.B) - y) * x for x, y in POINTS)) == "no f(1-f)"

    def test_the_other_parameters(self):
        assert slip(step(), "b", self.W) == "the other one"
        assert slip(step(), "db", sum(delta(x, y, self.W, self.B) * x for x, y in POINTS)) == "the other one"

    @pytest.mark.parametrize(
        ("name", "factor"), [("no 1/2", (1.0, 1.0)), ("first point only", (0.5, 0.0)), ("last point only", (0.0, 0.5))]
    )
    def test_the_loss(self, name, factor):
        errors = [(f(x, self.W, self.B) - y) ** 2 for x, y in POINTS]
        assert slip(step(), "loss", factor[0] * errors[0] + factor[1] * errors[1]) == name

    def test_the_loss_of_a_mean(self):
        of = step(problem=Neuron(POINTS, reduction="mean"))
        w, b = -2.0 - DW / 2.0, -2.0 - DB / 2.0
        assert slip(of, "loss", sum(0.5 * (f(x, w, b) - y) ** 2 for x, y in POINTS)) == "not divided by N"


class TestOfOtherOptimizers:
    def test_momentum_forgotten(self):
        of = step("momentum", updates=1)
        w = -2.0 - DW
        dw = sum(delta(x, y, w, -2.0 - DB) * x for x, y in POINTS)
        assert mark(of, "w", f"{w - (0.9 * DW + dw):.9f}").is_right
        assert slip(of, "w", w - dw) == "no momentum"

    @pytest.mark.parametrize(
        ("name", "w"),
        [
            ("eps outside the fraction", -2.0 - (0.1 / math.sqrt(0.1 * DW * DW) + 0.01) * DW),
            ("no eta", -2.0 - DW / math.sqrt(0.1 * DW * DW + 0.01)),
            ("uphill", -2.0 + 0.1 * DW / math.sqrt(0.1 * DW * DW + 0.01)),
        ],
    )
    def test_rmsprop(self, name, w):
        assert slip(step("rmsprop:eps=0.01", 0.1), "w", w) == name

    def test_v_not_squared(self):
        """Where the gradient is positive: below 0 it has no root, and then it is no number that one types."""
        start = (3.0, 3.0)
        dw = sum(delta(x, y, *start) * x for x, y in POINTS)
        assert dw > 0.0
        for rule, v in (("rmsprop", 0.1 * dw), ("adagrad", dw), ("adam", dw)):
            by = method(rule, 0.1)
            of = Step(by, begin(by, *start))
            assert slip(of, "w", 3.0 - 0.1 * dw / math.sqrt(v + 1e-8)) == "v not squared"

    def test_adam_without_its_correction(self):
        m, v = 0.1 * DW, 0.001 * DW * DW
        assert slip(step("adam", 0.1), "w", -2.0 - 0.1 * m / math.sqrt(v + 1e-8)) == "no bias correction"

    def test_adams_eps_outside_the_fraction(self):
        w = -2.0 - (0.1 / math.sqrt(DW * DW) + 0.01) * DW
        assert slip(step("adam:eps=0.01", 0.1), "w", w) == "eps outside the fraction"


class TestWhereASlipMakesNoSense:
    @pytest.mark.parametrize("rule", ["line-search", "armijo", "newton"])
    def test_without_eta(self, rule):
        of = step(rule, None)
        (no_eta,) = (slip for slip in SLIPS if slip.name == "no eta")
        assert all(map(math.isnan, no_eta.answer(of)))

    def test_on_a_surface_there_are_no_points(self):
        by = method("gd", 0.1, problem=PROBLEMS["sphere"].make())
        of = Step(by, begin(by, 1.0, 2.0))
        assert mark(of, "w", "0.8").is_right
        assert slip(of, "w", 1.2) == "uphill"
        assert slip(of, "w", -1.0) == "no eta"
        about_points = {"first point only", "last point only", "divided by N", "no x", "no f(1-f)", "no 1/2"}
        for each in SLIPS:
            if each.name in about_points:
                assert all(map(math.isnan, each.answer(of)))

    @pytest.mark.parametrize("rule", OPTIMIZERS)
    def test_every_slip_answers_every_optimizer(self, rule):
        for each in SLIPS:
            assert each.sentence.endswith(".")
            assert len(each.answer(step(rule, None, updates=2))) == 5

    def test_a_number_from_nowhere_is_just_wrong(self):
        found = mark(step(), "w", "17.25")
        assert (found.is_right, found.slip) == (False, None)


def test_the_points_here_are_the_lectures():
    assert LECTURE.points == POINTS
