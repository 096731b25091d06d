"""Methods as a person writes them, by name."""

from gdtui.engine.batches import Batches
from gdtui.engine.catalog import OPTIMIZERS, SCHEDULES
from gdtui.engine.definition import choose
from gdtui.engine.descent import Method
from gdtui.engine.problems.neuron import Neuron

LECTURE = Neuron(((0.5, 0.2), (2.5, 0.9)))
ONE_BY_ONE = Batches(1)


def optimizer(text):
    return choose("optimizer", text, OPTIMIZERS)


def schedule(text):
    return choose("schedule", text, SCHEDULES)


def method(rule="gd", eta=None, law="constant", problem=LECTURE, batches=Batches(), convention="lecture"):  # noqa: B008
    """A method by the names of its optimizer and its schedule, with the optimizer's own eta unless another is given."""
    rule = optimizer(rule)
    eta = rule.definition.eta_on(problem) if eta is None else eta
    return Method(problem, rule, schedule(law), eta, batches, convention)
