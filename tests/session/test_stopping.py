import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui.engine.history import Row
from gdtui.engine.mistakes import BadInput
from gdtui.session.stopping import Below, Limit, NotFinite, Settled, read_goal


class TestSettled:
    def test_it_is_told_from_the_first_loss_on(self):
        told = Settled(0.1, 2).watch([])
        assert [told(loss) for loss in (1.0, 1.0, 1.0, 1.0)] == [False, False, True, False]

    def test_the_losses_before_count(self):
        told = Settled(0.1, 2).watch([5.0, 1.0, 2.0])
        assert [told(loss) for loss in (1.05, 1.95)] == [True, False]

    def test_where_it_holds_already_it_is_not_told_again(self):
        told = Settled(0.1, 2).watch([1.0, 1.0, 1.0])
        assert [told(loss) for loss in (1.0, 1.0, 2.0, 1.0, 2.0)] == [False, False, False, True, False]

    def test_a_loss_that_rises_has_not_settled(self):
        told = Settled(0.1, 1).watch([1.0])
        assert [told(loss) for loss in (2.0, 1.0, 1.05, 0.96, 0.8, 0.85)] == [False, False, True, False, False, True]

    def test_exactly_so_much_is_not_less(self):
        told = Settled(0.5, 1).watch([2.0])
        assert [told(loss) for loss in (1.5, 1.25)] == [False, True]

    @pytest.mark.parametrize("bad", [math.nan, math.inf])
    def test_what_is_not_finite_has_not_settled(self, bad):
        told = Settled(1e9, 1).watch([bad])
        assert not told(bad)

    @given(st.floats(0, exclude_min=True, allow_infinity=False), st.integers(1, 1_000_000))
    def test_what_is_written_is_what_is_read(self, change, over):
        assert Settled.parse(f"{change!r}/{over}") == Settled(change, over)

    @pytest.mark.parametrize("text", ["", "1e-6", "/", "1e-6/", "/100", "0/100", "-1/100", "nan/5", "1e-6/0", "1/2/3"])
    def test_anything_else_is_refused(self, text):
        with pytest.raises(BadInput, match="a stop rule"):
            Settled.parse(text)


class TestBelow:
    def test_at_every_loss_below(self):
        told = Below(0.5).watch([0.1])
        assert [told(loss) for loss in (0.6, 0.5, 0.4, 0.3, 0.7, math.nan)] == [False, False, True, True, False, False]


class TestReadGoal:
    @pytest.mark.parametrize(
        ("text", "goal"),
        [
            ("500", 500),
            ("1e6", 1_000_000),
            ("10,000", 10_000),
            ("<0.001", Below(0.001)),
            ("< 1e-6", Below(1e-6)),
            ("1e-6/100", Settled(1e-6, 100)),
        ],
    )
    def test_as_a_person_types_it(self, text, goal):
        assert read_goal(text) == goal

    @given(st.text())
    def test_anything_is_a_goal_or_refused_in_printable_words(self, text):
        try:
            answer = read_goal(text)
        except BadInput as mistake:
            answer = str(mistake)
        assert answer.isprintable() if isinstance(answer, str) else isinstance(answer, int | Below | Settled)

    @pytest.mark.parametrize("text", ["", "0", "-5", "2.5", "1e10", "<", "<0", "<x", "<nan", "5/", "/5", "5 6"])
    def test_refused(self, text):
        with pytest.raises(BadInput):
            read_goal(text)


def test_each_reason_is_a_sentence():
    assert str(Below(1e-3)) == "the loss is below 0.001"
    assert str(Settled(1e-6, 1000)) == "the loss changed by less than 1e-6 over 1,000 iterations"
    assert str(Limit(10_000)) == "the limit of 10,000 iterations is reached"
    row = Row(1200, 1.0, math.inf, 0.0, -math.inf, math.nan, 1.0)
    assert str(NotFinite(row)) == "at iteration 1,200 b is inf, dL/db is -inf, the loss is nan"
