"""A session and a run without a screen on data so large that a batch's update leaves gradient and loss open."""

import math
from dataclasses import replace
from unittest.mock import patch

import pytest

from gdtui.engine import descent
from gdtui.engine.batches import Batches
from gdtui.session import running
from gdtui.session.commands import Back, Forward, GoTo, SetEta, Step
from gdtui.session.recipe import Recipe, problem
from gdtui.session.session import Session
from gdtui.session.stopping import Below, NotFinite, Settled

RECIPE = Recipe(problem=problem("padhai"), batches=Batches(2, "shuffle"), eta=0.3)
sparing = patch.object(descent, "LARGE", 1)
paying = patch.object(descent, "LARGE", 10**9)


def rows(session):
    return [session.history.row(k) for k in range(session.history.last + 1)]


def both(*commands, recipe=RECIPE):
    """The rows, the cursor and the reasons of a session, and of one that pays for all points."""
    outcomes = []
    for way in (sparing, paying):
        with way:
            session = Session(recipe)
            reasons = [session.do(command) for command in commands]
            outcomes.append((rows(session), session.cursor, reasons))
    return outcomes


@pytest.mark.parametrize(
    "commands",
    [
        [Step(30)],
        [Forward(40), Step(5000)],
        [Forward(5000, Below(0.16))],
        [Forward(50), Back(30), Forward(5000, Below(0.16))],
        [Forward(20), Forward(5000, Settled(1e-4, 10))],
        [Forward(300), GoTo(7), Forward(5000, Settled(1e-3, 5))],
        [Forward(50), Back(20), SetEta(0.1), Step(100)],
    ],
)
@pytest.mark.parametrize("stop", [None, Settled(1e-4, 3)])
def test_it_stops_and_shows_what_a_session_that_pays_does(commands, stop):
    sparing, paying = both(*commands, recipe=replace(RECIPE, stop=stop))
    assert sparing == paying


@sparing
def test_a_fast_forward_looks_at_nothing_and_a_goal_at_no_more_than_it_must():
    session = Session(RECIPE)
    session.do(Forward(100))
    assert session.history.known(1, 101) is None
    session.do(Forward(1, Settled(1e-9, 10)))
    assert [k for k in range(1, 102) if session.history.known(k, k + 1)] == list(range(90, 102))


@sparing
def test_it_ends_where_w_or_b_is_not_finite():
    recipe = replace(RECIPE, problem=problem("padhai:activation=linear"), eta=1e200)
    session = Session(recipe)
    reason = session.do(Step(100))
    assert isinstance(reason, NotFinite)
    assert not math.isfinite(session.row.w)
    ending = running.run(recipe, 1, lambda _rows: None, lambda _iteration: True)
    assert repr(ending.reason) == repr(reason)


@pytest.mark.parametrize("every", [1, 7, 1000])
@pytest.mark.parametrize("stop", [None, Settled(1e-3, 3)])
def test_a_run_without_a_screen_writes_what_one_that_pays_does(every, stop):
    written = []
    for way in (sparing, paying):
        with way:
            rows = []
            ending = running.run(replace(RECIPE, stop=stop, limit=100), every, rows.extend, lambda _iteration: True)
            written.append((rows, ending))
    assert written[0] == written[1]


def test_a_run_is_asked_often_whether_to_go_on_where_updates_are_slow():
    told = []
    with patch.object(running, "POINTS_AT_ONCE", 20):
        running.run(
            replace(RECIPE, limit=30), 100, lambda _rows: None, lambda iteration: told.append(iteration) or True
        )
    assert told == [0, 10, 20]
