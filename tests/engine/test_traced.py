import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.engine import traced
from gdtui.engine.catalog import PROBLEMS
from gdtui.engine.numbers import FLOATS
from gdtui.engine.problems.surfaces import SURFACES
from gdtui.engine.traced import TRACED, definition, definitions, named

A, B, C = (traced.given(name, value) for name, value in (("a", 2.0), ("b", -3.0), ("c", 0.5)))


def letters(x):
    return definition(x, lambda y: y.name)


def value_of(text):
    """What a text with numbers in it comes to, read as Python reads it."""
    code = re.sub(r"\|([^|]*)\|", r"abs(\1)", text).replace("^", "**")
    return eval(code, {**vars(math), "ln": math.log, "sign": FLOATS.sign})


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        (A - (B - C), "a - (b - c)"),
        (A - B - C, "a - b - c"),
        (A * (B + C) * 2.0, "2 a (b + c)"),
        (A / (B * C), "a / (b c)"),
        (A * (B / C), "a (b / c)"),
        (A * B / C, "a b / c"),
        (-A / B, "-a / b"),
        (A - (-B) * 2.0, "a + 2 b"),
        (0.5 * (A - B) * (A - B), "0.5 (a - b)^2"),
        ((-A) ** 2, "(-a)^2"),
        (A**A**B, "a^(a^b)"),
        (1.0 * A * A + 0.0 * A * B + 10.0 * B * B, "a^2 + 10 b^2"),
        (0.0 - A, "-a"),
        (A / 1.0 - 0.0, "a"),
        (abs(A - B), "|a - b|"),
        (-TRACED.maximum(-A, -B), "min(a, b)"),
        (A // 250 + 1, "floor(a / 250) + 1"),
        (TRACED.where(A > B, A, C) + 1.0, "a + 1"),
        (TRACED.exp(-A), "exp(-a)"),
        (TRACED.hypot(A, B - C), "sqrt(a^2 + (b - c)^2)"),
        (TRACED.log1p(A * B), "ln(1 + a b)"),
    ],
)
def test_as_few_parentheses_as_keep_the_meaning(x, expected):
    assert letters(x) == expected


def test_a_negative_number_is_put_into_parentheses_where_it_does_not_begin():
    assert definition(A - C * B, lambda y: f"{float(y):g}", " * ") == "2 - 0.5 * (-3)"
    assert definition(B * C + B, lambda y: f"{float(y):g}", " * ") == "-3 * 0.5 + (-3)"


def test_a_named_number_is_written_as_its_name_and_defined_once():
    u = named("u", A * B)
    result = named("w", A - u / (u + C))
    assert letters(result) == "a - u / (u + c)"
    assert [(x.name, letters(x)) for x in definitions(result)] == [("u", "a b"), ("w", "a - u / (u + c)")]
    assert letters(named("again", u)) == "u"


@st.composite
def expressions(draw, depth=4):
    """Traced numbers out of every operation, none of which blows up."""
    if depth == 0 or draw(st.booleans()):
        return draw(st.one_of(st.sampled_from([A, B, C]), st.sampled_from([1.0, 2.0, -0.5, 0.0])))
    x, y = draw(expressions(depth - 1)), draw(expressions(depth - 1))
    return draw(
        st.sampled_from(
            [x + y, x - y, x * y, -x, abs(x), TRACED.maximum(x, y), TRACED.exp(-abs(x)), x / (1.5 + abs(y)), x**2]
        )
    )


@given(expressions())
@settings(deadline=None, max_examples=200)
def test_what_is_written_comes_to_the_value(x):
    if isinstance(x, traced.Traced):
        text = definition(x, lambda y: repr(float(y)), " * ")
        if text.count("|") <= 2:  # of nested bars, nobody could tell which belong together
            assert value_of(text) == pytest.approx(float(x), rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("name", SURFACES)
def test_every_surface_is_bit_for_bit_what_it_is_on_floats_and_is_written_as_it_is(name):
    problem = PROBLEMS[name].make()
    on_floats, remembering = problem.objective(FLOATS).evaluate, problem.objective(TRACED).evaluate
    for w, b in [problem.start, (0.3, -0.7), (-1.25, 0.5)]:
        values = remembering(traced.given("w", w), traced.given("b", b))
        assert values == on_floats(w, b)
        for value in values:
            if isinstance(value, traced.Traced):
                text = definition(value, lambda y: repr(float(y)), " * ")
                near = 1e-2 if name == "rastrigin" else 1e-4  # which takes the sine of 6.28319 w
                assert value_of(text) == pytest.approx(float(value), rel=2e-5, abs=near)
