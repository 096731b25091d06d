import csv
import json
import math
import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui.engine.history import History, Row
from gdtui.session.commands import Step
from gdtui.session.numerals import exact, signed
from gdtui.session.recipe import Recipe
from gdtui.session.running import CHUNK, FORMATS, ROWS_AT_ONCE, Ending, keep, run
from gdtui.session.session import Session
from gdtui.session.stopping import Limit, NotFinite, Settled
from tests.engine.surfaces import Formula, chosen


def rows_of(recipe: Recipe, every: int = 1, until: float = math.inf) -> tuple[list[Row], Ending]:
    rows: list[Row] = []
    return rows, run(recipe, every, rows.extend, lambda iteration: iteration < until)


def expected(limit: int, every: int) -> list[int]:
    return sorted({*range(0, limit + 1, every), limit})


@given(limit=st.integers(0, 3000), every=st.integers(1, 4000))
def test_row_0_every_kth_and_the_last_none_twice(limit, every):
    rows, ending = rows_of(Recipe(limit=limit), every)
    assert [row.iteration for row in rows] == expected(limit, every)
    assert ending == (rows[-1], Limit(limit))


@pytest.mark.parametrize("every", [1, 2, 3, CHUNK // ROWS_AT_ONCE, CHUNK - 1, CHUNK, CHUNK + 1, 10**9])
@pytest.mark.parametrize("limit", [0, 1, ROWS_AT_ONCE, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_the_seams_between_chunks_do_not_show(limit, every):
    rows, _ = rows_of(Recipe(limit=limit), every)
    assert [row.iteration for row in rows] == expected(limit, every)


def test_the_rows_are_those_of_the_app_bit_for_bit():
    history = History(Recipe().method(), -2.0, -2.0)
    history.extend(3000)
    assert rows_of(Recipe(limit=3000), 7)[0] == [history.row(t) for t in expected(3000, 7)]


@pytest.mark.parametrize("stop", [Settled(1e-6, 100), Settled(1e-3, 1), Settled(1e-300, 2), Settled(0.01, 5000)])
@pytest.mark.parametrize("every", [1, 64, 10**6])
def test_a_stop_rule_ends_the_run_where_the_app_pauses(stop, every):
    recipe = Recipe(limit=10_000, stop=stop)
    session = Session(recipe)
    reason = session.do(Step(10_000))
    rows, ending = rows_of(recipe, every)
    assert ending == (session.row, reason)
    assert [row.iteration for row in rows] == expected(session.cursor, every)


def test_a_stop_rule_that_is_not_met_leaves_the_limit_as_the_reason():
    stop = Settled(1e-6, 100)
    assert rows_of(Recipe(limit=50, stop=stop))[1].reason == Limit(50, stop)


def test_a_stop_rule_met_at_the_limit_is_the_reason():
    stop = Settled(1e-6, 100)
    met_at = rows_of(Recipe(stop=stop))[1].last.iteration
    assert rows_of(Recipe(limit=met_at, stop=stop))[1].reason == stop


@pytest.fixture
def parabola():
    """w^2: far out the loss is inf, and with a large eta every step leads farther out."""
    return Recipe(chosen(Formula(lambda w, b: (w * w, 2 * w, 0.0))), start=(1.0, 0.0), eta=1e10)


@pytest.mark.parametrize("every", [1, 4, 5, 10**9])
@pytest.mark.parametrize("stop", [None, Settled(1e-6, 100)])
def test_a_number_that_is_not_finite_is_the_last_row_printed_once(parabola, every, stop):
    rows, ending = rows_of(replace(parabola, stop=stop), every)
    assert ending.last.iteration == 15
    assert [row.iteration for row in rows] == expected(15, every)
    assert [row.is_finite for row in rows] == [True] * (len(rows) - 1) + [False]
    assert ending.reason == NotFinite(rows[-1])


@pytest.mark.parametrize("limit", [0, 1, 1000])
def test_a_start_that_is_not_finite_is_the_only_row(parabola, limit):
    rows, ending = rows_of(replace(parabola, start=(1e200, 0.0), limit=limit))
    assert rows == [(0, 1e200, 0.0, 2e200, 0.0, math.inf, 1e10)]
    assert ending == (rows[0], NotFinite(rows[0]))


@pytest.mark.parametrize("every", [1, 100, 10**9])
def test_told_not_to_go_on_it_ends_with_the_row_reached(every):
    rows, ending = rows_of(Recipe(limit=10**9), every, until=2000)
    assert ending.reason is None
    assert 2000 <= ending.last.iteration <= 2000 + CHUNK
    assert [row.iteration for row in rows] == expected(ending.last.iteration, every)


def test_nothing_is_kept_however_long_the_run():
    def peak(limit: int, every: int) -> int:
        run(Recipe(limit=limit), every, len, lambda _iteration: True)
        tracemalloc.start()
        run(Recipe(limit=limit), every, len, lambda _iteration: True)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(40_000, 1) < 1.2 * peak(4_000, 1)
    assert peak(40_000, 10**9) < 1.2 * peak(4_000, 10**9) < 1_000_000


any_row = st.builds(Row, st.integers(0, 10**9), *[st.floats()] * 5, st.floats(min_value=1e-300, max_value=1e300))


@given(any_row)
def test_csv_keeps_every_digit(row):
    header, line = FORMATS["csv"].header, FORMATS["csv"].line(row)
    [read] = csv.DictReader([header, line])
    assert tuple(read) == Row._fields
    assert [repr(float(text)) for text in read.values()] == [repr(float(x)) for x in row]


@given(any_row)
def test_jsonl_keeps_every_digit_and_says_null_for_what_json_has_no_number_for(row):
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    line = FORMATS["jsonl"].line(row)
    assert line.endswith("}\n")
    assert json.loads(line, parse_constant=refuse) == {
        name: x if math.isfinite(x) else None for name, x in row._asdict().items()
    }


@given(any_row.filter(lambda row: row.iteration < 10**9))
def test_the_columns_of_the_table_stand_under_their_names(row):
    header, line = FORMATS["table"].header, FORMATS["table"].line(row)
    assert header.split() == ["iteration", "w", "b", "dL/dw", "dL/db", "loss", "eta"]
    starts = [header.index(f" {name} ") for name in ("w", "b", "dL/dw", "dL/db", "loss")]
    assert [line[at - 1 : at + 13].rstrip() for at in starts] == [f" {signed(x)}" for x in row[1:6]]
    assert line[: starts[0]] == f"{row.iteration:9} "
    assert line[header.index("eta") :] == f"{exact(row.eta)}\n"


def test_the_table_fits_80_columns():
    header, line = FORMATS["table"]
    longest = Row(999_999_999, *[-1.2345678901234567e-300] * 5, 1.0)
    assert len(header) - 1 == len(line(longest)) - 1 == 78


@pytest.mark.parametrize("stop", [None, Settled(1e-6, 100), Settled(0.01, 5000)])
@pytest.mark.parametrize("limit", [0, 1, CHUNK, CHUNK + 1, 3000])
def test_a_run_that_is_kept_ends_where_one_that_is_not_does(stop, limit):
    recipe = Recipe(limit=limit, stop=stop)
    rows, ending = rows_of(recipe)
    history, kept = keep(recipe, lambda _iteration: True)
    assert kept == ending
    assert [history.row(t) for t in range(history.last + 1)] == rows


def test_a_run_that_is_kept_goes_on_as_long_as_it_may():
    _, ending = keep(Recipe(limit=10 * CHUNK), lambda iteration: iteration < 2 * CHUNK)
    assert (ending.last.iteration, ending.reason) == (2 * CHUNK, None)
