import gc
import sys
from dataclasses import replace
from types import FunctionType, ModuleType
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.engine import history
from gdtui.engine.batches import ALL_POINTS, Batches
from gdtui.engine.catalog import CONVENTIONS, OPTIMIZERS, SCHEDULES
from gdtui.engine.descent import advance, begin, take_up
from gdtui.engine.history import CHARTED, SPACING, History, Row
from gdtui.engine.numbers import FLOATS
from gdtui.engine.overview import bounds
from tests.engine.choices import LECTURE, ONE_BY_ONE, method, optimizer, schedule
from tests.engine.surfaces import QUARTIC, Formula

START = (-2.0, -2.0)
ONE = method()
TWO = replace(ONE, eta=2.0)
FIVE = replace(ONE, eta=5.0)


def columns(path):
    """All rows, bit for bit."""
    return {name: path.column(name).tobytes() for name in Row._fields[1:]}


def until(path, iteration):
    return {name: path.column(name)[: iteration + 1].tobytes() for name in Row._fields[1:]}


def grown(*parts, start=START):
    """A history out of methods and the number of updates by each."""
    path = History(parts[0][0], *start)
    for by, n in parts:
        path.change(by)
        path.extend(n)
    return path


class TestRows:
    @pytest.mark.parametrize("n", [0, 1, SPACING - 1, SPACING, SPACING + 1, 3 * SPACING + 7])
    def test_they_are_those_of_advance(self, n):
        rows = []
        state = advance(ONE, begin(ONE, *START), n, rows.append)
        path = grown((ONE, n))
        assert path.last == state.iteration == n
        assert path.state(n) == state
        assert [path.row(k) for k in range(1, n + 1)] == [Row(k, *row) for k, row in enumerate(rows, start=1)]
        assert {len(path.column(name)) for name in Row._fields[1:]} == {n + 1}

    def test_row_0_is_the_start_with_the_eta_of_the_first_update(self):
        row = History(TWO, 1.0, -3.0).row(0)
        loss, dw, db = LECTURE.objective(FLOATS).evaluate(1.0, -3.0)
        assert row == Row(0, 1.0, -3.0, dw, db, loss, 2.0)

    def test_there_is_none_beyond_the_last(self):
        with pytest.raises(IndexError):
            grown((ONE, 3)).row(4)

    def test_portions_make_no_difference(self):
        path = History(ONE, *START)
        for n in (1, 0, 510, 1, 1, 700, 3):
            path.extend(n)
        assert columns(path) == columns(grown((ONE, 1216)))

    @pytest.mark.parametrize("name", CHARTED)
    def test_charts_have_every_column_as_it_is_now(self, name):
        path = grown((ONE, 10))
        for n in (0, 1, 3000):
            path.extend(n)
            stretches = list(path.overview(name).stretches(7))
            assert stretches[-1].last == path.last
            assert bounds([s.low for s in stretches])[0] == min(path.column(name))
            assert bounds([s.high for s in stretches])[1] == max(path.column(name))


class TestStop:
    def test_it_is_told_each_new_loss_once_and_ends_the_descent(self):
        path = grown((ONE, 500))
        told = []
        assert path.extend(100, lambda loss: told.append(loss) or len(told) == 40)
        assert path.last == 540
        assert told == path.column("loss")[501:].tolist()
        assert path.state(540) == grown((ONE, 540)).state(540)

    def test_nothing_is_stopped_where_it_says_no(self):
        path = History(ONE, *START)
        assert not path.extend(1000, lambda _loss: False)
        assert path.last == 1000
        assert columns(path) == columns(grown((ONE, 1000)))

    def test_a_row_that_is_not_finite_is_the_last(self):
        path = grown((replace(ONE, problem=QUARTIC), 1000), start=QUARTIC.start)
        assert path.last < 20
        assert [path.row(k).is_finite for k in range(path.last + 1)] == [True] * path.last + [False]
        assert repr(path.state(path.last)) == repr(path.fork(path.last).state(path.last))
        assert path.fork(path.last - 1).row(path.last - 1).is_finite


class TestChange:
    def test_a_method_leads_on_from_its_row(self):
        path = grown((ONE, 50), (TWO, 20), (ONE, 5))
        assert path.changes == ((0, ONE), (50, TWO), (70, ONE))
        assert [path.method(k) for k in (0, 49, 50, 69, 70, 75)] == [ONE, ONE, TWO, TWO, ONE, ONE]
        assert path.column("eta").tolist() == [1.0] * 51 + [2.0] * 20 + [1.0] * 5

    def test_several_at_one_row_are_one(self):
        path = grown((ONE, 50))
        for by in (FIVE, ONE, FIVE, TWO):
            path.change(by)
        assert path.changes == ((0, ONE), (50, TWO))

    def test_back_to_the_method_in_force_is_none(self):
        path = grown((ONE, 50))
        path.change(ONE)
        assert path.changes == ((0, ONE),)
        path.change(TWO)
        path.change(replace(TWO, eta=1.0))
        assert path.changes == ((0, ONE),)

    def test_at_row_0_it_is_the_method_from_the_beginning(self):
        path = History(ONE, *START)
        path.change(FIVE)
        path.change(TWO)
        assert path.changes == ((0, TWO),)
        assert path.row(0).eta == 2.0
        path.extend(600)
        assert columns(path) == columns(grown((TWO, 600)))
        assert [path.state(k) for k in (0, 300)] == [grown((TWO, 600)).state(k) for k in (0, 300)]

    def test_at_row_0_of_a_fork_too(self):
        path = grown((ONE, 600))
        fork = path.fork(0)
        fork.change(TWO)
        fork.extend(600)
        assert columns(fork) == columns(grown((TWO, 600)))
        assert columns(path) == columns(grown((ONE, 600)))


PARTS = st.lists(
    st.tuples(
        st.builds(
            replace,
            st.just(ONE),
            optimizer=st.sampled_from([*OPTIMIZERS, "adam:beta2=0.9", "nag:beta_max=0.99", "rprop:clip=0.01"]).map(
                optimizer
            ),
            schedule=st.sampled_from([*SCHEDULES, *["halve-on-rise"] * 4, "halve-on-rise:warmup=5"]).map(schedule),
            eta=st.sampled_from([0.1, 1.0, 5.0, 30.0]),
            eta_taken_up=st.integers(0, 1),
        ),
        st.integers(0, 30),
    ),
    min_size=1,
    max_size=6,
)
EVERYWHERE = st.fixed_dictionaries(
    {
        "batches": st.sampled_from([ALL_POINTS, ONE_BY_ONE, Batches(1, "shuffle", 2)]),
        "convention": st.sampled_from(CONVENTIONS),
    }
)

close_together = patch.object(history, "SPACING", 8)
"""States kept every few rows, so that short histories have many."""


def in_force(parts):
    """The methods that led anywhere, each with its updates: a change replaces another one at the same row."""
    joined = []
    for by, n in parts:
        if n and joined and joined[-1][0] == by:
            joined[-1] = (by, joined[-1][1] + n)
        elif n:
            joined.append((by, n))
    return joined


@close_together
@given(PARTS, EVERYWHERE, st.data())
@settings(deadline=None)
def test_any_state_is_recomputed_bit_for_bit(parts, everywhere, data):
    parts = [(replace(by, **everywhere), n) for by, n in parts]
    path = grown(*parts)
    before = (in_force(parts) or parts[-1:])[0][0]
    state = begin(before, *START)
    states, departures = [state], []
    for by, n in in_force(parts):
        state = take_up(state, before, by)
        before = by
        for _ in range(n):
            departures.append(state)
            state = advance(by, state, 1, lambda _row: None)
            states.append(state)
    departures.append(take_up(state, before, parts[-1][0]))
    assert path.last == len(states) - 1
    for k in data.draw(st.lists(st.integers(0, path.last), max_size=20)):
        assert repr(path.state(k)) == repr(states[k])
        assert repr(path.departure(k)) == repr(departures[k])
        assert repr(path.row(k)[1:]) == repr(tuple(getattr(states[k], name) for name in Row._fields[1:]))


@close_together
@given(PARTS, EVERYWHERE, st.data())
@settings(deadline=None)
def test_a_fork_goes_on_alike_and_leaves_the_original_alone(parts, everywhere, data):
    path = grown(*((replace(by, **everywhere), n) for by, n in parts))
    before, changes, k = columns(path), path.changes, data.draw(st.integers(0, path.last))
    fork = path.fork(k)
    assert fork.last == k
    assert columns(fork) == until(path, k)
    assert all(list(fork.overview(name).stretches(4))[-1].last == k for name in CHARTED)

    for number, (at, _) in enumerate(changes):  # the same way again
        if at > k:
            fork.change(changes[number][1])
        end = changes[number + 1][0] if number + 1 < len(changes) else path.last
        fork.extend(max(0, end - fork.last))
    assert columns(fork) == before
    assert fork.changes == changes
    assert repr(fork.state(fork.last // 2)) == repr(path.state(path.last // 2))

    other = path.fork(k)
    another, rows = replace(data.draw(PARTS)[0][0], **everywhere), []
    other.change(another)
    other.extend(20)
    arrived_by = path.method(max(k - 1, 0))
    state = take_up(path.state(k), arrived_by, another) if k else begin(another, *START)
    state = advance(another, state, 17, rows.append)
    assert repr(other.state(state.iteration)) == repr(state)
    advance(another, state, 3, rows.append)
    assert repr([tuple(other.row(at)[1:]) for at in range(k + 1, other.last + 1)]) == repr(rows)
    assert columns(path) == before
    assert path.changes == changes


@pytest.mark.parametrize("k", [0, 1, SPACING - 1, SPACING, SPACING + 1, 700, 701, 2 * SPACING, 1999, 2000])
def test_states_as_far_apart_as_they_are(k):
    adam = method("adam", 0.1, "exponential", batches=ONE_BY_ONE)
    path = grown((adam, 700), (replace(adam, eta=0.2), 1300))
    state = advance(adam, begin(adam, *START), min(k, 700), lambda _row: None)
    state = advance(replace(adam, eta=0.2), state, max(0, k - 700), lambda _row: None)
    assert repr(path.state(k)) == repr(state)


def test_a_state_is_never_far():
    evaluated = []
    problem = Formula(lambda w, b: evaluated.append(None) or (w * w, 2.0 * w, 0.0))
    path = History(method("gd", 0.1, problem=problem), 1.0, 0.0)
    for n in (1, 99, 1000, 1, 2000):
        path.extend(n)
    fork = path.fork(2500)
    fork.extend(600)
    for each in (path, fork):
        for k in range(0, each.last, 100):
            evaluated.clear()
            assert each.state(k).iteration == k
            assert len(evaluated) < SPACING


def size(thing):
    """All the memory that a thing holds, without code."""
    seen, waiting = {}, [thing]
    while waiting:
        thing = waiting.pop()
        if id(thing) not in seen and not isinstance(thing, type | ModuleType | FunctionType):
            seen[id(thing)] = sys.getsizeof(thing)
            waiting += gc.get_referents(thing)
    return sum(seen.values())


def test_at_most_64_bytes_an_iteration():
    n = 200_000
    path = grown((method("adam"), n))
    list(path.overview("loss").stretches(n / 200))
    assert 48 * n <= sum(sys.getsizeof(path.column(name)) for name in Row._fields[1:]) < size(path) <= 64 * n
