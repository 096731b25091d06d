import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui.engine.digits import rough
from gdtui.engine.mistakes import BadInput, quoted
from gdtui.session.numerals import WIDTH, exact, number, pair, plain, positive, signed, whole

FINITE = st.floats(allow_nan=False, allow_infinity=False)


def significant(text):
    """How many significant digits a number is written with."""
    return len(re.sub("e.*|[-. ]", "", text).lstrip("0"))


class TestSigned:
    @given(st.floats())
    def test_a_sign_and_at_most_eleven_more(self, x):
        text = signed(x)
        assert len(text) <= WIDTH == 12
        assert text[0] in " -"
        assert (text[0] == "-") == (math.copysign(1.0, x) < 0.0 and not math.isnan(x))
        assert plain(x) == text.strip()

    @given(st.floats(-1.797e308, 1.797e308))
    def test_at_least_six_digits_and_all_of_them_right(self, x):
        text = signed(x)
        digits = significant(text)
        assert digits >= (5 if re.search(r"e[-+]\d{3}$", text) else 6) or x == 0.0
        assert float(text) == float(f"{x:.{digits - 1}e}" if digits else "0")

    @pytest.mark.parametrize(
        ("x", "text"),
        [
            (0.41581990101999282, " 0.415820"),
            (-2.0, "-2.000000"),
            (0.0, " 0.000000"),
            (1.23456789e-5, " 1.23457e-5"),
            (-1.23456789e-5, "-1.23457e-5"),
            (0.000123456789, " 1.23457e-4"),
            (0.99999999, " 1.00000"),
            (1.0, " 1.000000"),
            (123456.789, " 123456.8"),
            (1234567.0, " 1234567"),
            (12345678.9, " 1.234568e+7"),
            (-1e100, "-1.0000e+100"),
            (5e-324, " 4.9407e-324"),
            (math.inf, " inf"),
            (-math.inf, "-inf"),
            (math.nan, " nan"),
        ],
    )
    def test_as_it_looks(self, x, text):
        assert signed(x) == text

    @given(st.floats(1e-4, 9.9), st.floats(0, 1e300))
    def test_decimal_points_of_a_column_stand_under_one_another(self, small, any_size):
        assert signed(small).index(".") == signed(-small).index(".") == 2
        assert signed(any_size)[1:] == signed(-any_size)[1:]


@given(FINITE)
def test_exact_has_all_digits(x):
    assert float(exact(x)) == x
    assert len(exact(x)) <= len(repr(x))


@pytest.mark.parametrize(
    ("x", "text"), [(1.0, "1.0"), (0.05, "0.05"), (1e-5, "1e-5"), (1e22, "1e+22"), (1e-10, "1e-10")]
)
def test_exact_has_no_more(x, text):
    assert exact(x) == text


@given(st.floats(1e-300, 1e300))
def test_rough_has_three_digits(x):
    assert float(rough(x)) == pytest.approx(x, rel=5.1e-3)
    assert len(rough(x)) <= 9


@pytest.mark.parametrize(
    ("x", "text"),
    [(0.00947, "0.00947"), (2.4e-11, "2.40e-11"), (0.5, "0.500"), (1e-5, "1.00e-5"), (1e12, "1.00e+12"), (0.0, "0")],
)
def test_rough_looks_so(x, text):
    assert rough(x) == text


class TestReading:
    @given(FINITE)
    def test_a_number(self, x):
        assert number(repr(x), "w") == number(f" {x!r}\n", "w") == x

    @given(FINITE.filter(lambda x: x > 0.0))
    def test_a_positive_one(self, x):
        assert positive(repr(x), "eta") == x

    @given(st.integers(1, 10**9))
    def test_a_whole_one(self, n):
        assert whole(str(n), "N", 1, 10**9) == whole(f"{n:,}", "N", 1, 10**9) == whole(f"{n:_}", "N", 1, 10**9) == n
        assert type(whole(f"{n}.0", "N", 1, 10**9)) is int

    def test_a_whole_one_as_people_write_it(self):
        assert whole("1e6", "N", 1, 10**9) == 1_000_000

    @given(FINITE, FINITE)
    @pytest.mark.parametrize("between", [" ", ",", ", ", "  "])
    def test_a_pair(self, between, w, b):
        assert pair(f"{w!r}{between}{b!r}", "start") == (w, b)


def refusal(read, *arguments):
    """What is said of a text that cannot be read; None where it can."""
    try:
        read(*arguments)
    except BadInput as mistake:
        return str(mistake)
    return None


class TestRefusing:
    @pytest.mark.parametrize(
        "text", ["", " ", "x", "1e", "--1", "1 2", "nan", "inf", "-Infinity", "1e999", "0x10", "\x1b[2J"]
    )
    def test_no_finite_number(self, text):
        assert refusal(number, text, "w") == f"w must be a finite number, not {text!r}"
        assert refusal(positive, text, "eta") == f"eta must be a finite number above 0, not {text!r}"

    @pytest.mark.parametrize("text", ["0", "-0.0", "-1", "1e-999"])
    def test_not_above_0(self, text):
        assert refusal(positive, text, "eta") == f"eta must be a finite number above 0, not {text!r}"

    @pytest.mark.parametrize("text", ["", "0", "1001", "-5", "2.5", "1e3000", "-inf", "nan", "one", "\x07"])
    def test_not_whole_or_out_of_bounds(self, text):
        assert refusal(whole, text, "N", 1, 1000) == f"N must be a whole number from 1 to 1,000, not {text!r}"

    @pytest.mark.parametrize("text", ["", "1", "1 2 3", ",", "1;2"])
    def test_not_two(self, text):
        message = refusal(pair, text, "start")
        assert message.startswith("start must be two ")
        assert message.endswith(f", like -2 -2, not {text!r}")

    @pytest.mark.parametrize(("text", "bad"), [("1 x", "x"), ("nan 1", "nan"), ("-inf,\x07", "-inf")])
    def test_two_of_which_one_is_no_finite_number(self, text, bad):
        message = refusal(pair, text, "start")
        assert message.startswith("start must be ")
        assert "finite number" in message
        assert bad in message

    @given(st.text())
    @pytest.mark.parametrize(("read", "bounds"), [(number, ()), (positive, ()), (whole, (1, 1000)), (pair, ())])
    def test_anything_is_read_or_refused_in_one_printable_line(self, read, bounds, text):
        message = refusal(read, text, "It", *bounds)
        assert message is None or (message.isprintable() and message.startswith("It must be "))

    @given(st.text())
    def test_quoted_text_is_printable_and_short_text_is_whole(self, text):
        assert quoted(text).isprintable()
        if len(text) <= 40:
            assert quoted(text) == repr(text)

    def test_long_text_is_cut(self):
        assert quoted("a" * 40) == repr("a" * 40)
        assert quoted("a" * 1000) == repr("a" * 39 + "…")
