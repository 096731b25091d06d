"""A change of the problem in the middle of a run."""

from dataclasses import replace

import pytest

from gdtui.engine.batches import Batches
from gdtui.engine.mistakes import BadInput
from gdtui.session.commands import GoTo, SetEta, SetOptimizer, SetProblem, SetSchedule, Step
from gdtui.session.data import Data
from gdtui.session.recipe import Recipe, optimizer, problem, schedule
from gdtui.session.session import Session

OWN = Data("own.csv", None, None, ((0.0, 2.0), (1.0, 3.0)))


def carried_out(recipe, *commands):
    session = Session(recipe)
    for command in commands:
        session.do(command)
    return session


def test_a_new_run_begins_at_its_start_and_nothing_is_left_of_the_old_one():
    session = carried_out(Recipe(), Step(30), GoTo(10), SetEta(2.0), Step(5), SetProblem(problem("himmelblau")))
    fresh = Session(Recipe(problem=problem("himmelblau")))
    assert (session.row, session.cursor, session.ghosts, session.changes()) == (fresh.row, 0, (), [])
    assert session.method == fresh.method
    session.do(Step(20))
    fresh.do(Step(20))
    assert session.row == fresh.row


@pytest.mark.parametrize(
    ("commands", "flags"),
    [
        ([], "--optimizer gd --eta 0.001"),
        ([SetEta(3.0)], "--optimizer gd --eta 0.001"),
        ([SetOptimizer(optimizer("adam"), 0.3)], "--optimizer adam --eta 0.3"),
        ([SetOptimizer(optimizer("newton"))], "--optimizer newton"),
    ],
)
def test_an_eta_that_suits_slopes_is_the_new_problems_and_another_stays(commands, flags):
    session = carried_out(Recipe(), Step(3), *commands, Step(3), SetProblem(problem("rosenbrock")))
    assert session.recipe.command_line() == f"gdtui --problem rosenbrock {flags} --start -1.2 1.0"


def test_the_schedule_goes_along():
    session = carried_out(Recipe(), SetSchedule(schedule("cosine:steps=50")), SetProblem(problem("beale")))
    assert session.recipe.command_line().endswith("--schedule cosine:steps=50")


@pytest.mark.parametrize(("name", "kept"), [("padhai", True), ("lecture", False), ("booth", False)])
def test_batches_go_along_where_there_are_points_enough(name, kept):
    recipe = Recipe(problem=problem("padhai:activation=tanh"), batches=Batches(4))
    session = carried_out(recipe, SetProblem(problem(name)))
    assert session.recipe.batches == (Batches(4) if kept else Batches())


def test_what_cannot_be_leaves_everything_as_it_was():
    session = carried_out(Recipe(), Step(5))
    before = (session.recipe, session.history, session.cursor)
    with pytest.raises(BadInput, match="loss=cross-entropy needs every y from 0 to 1"):
        session.do(SetProblem(problem("neuron:loss=cross-entropy"), OWN))
    assert (session.recipe, session.history, session.cursor) == before


def test_data_of_ones_own():
    session = carried_out(Recipe(), SetProblem(problem("neuron"), OWN))
    assert session.recipe == replace(Recipe(), problem=problem("neuron"), source=OWN)
