"""What there is, by name: everything that a person can choose.

A module of optimizers defines them when it is imported.
"""

from gdtui.engine.optimizers import first_order, scaled, searching, signs
from gdtui.engine.optimizers.definition import OPTIMIZERS, Optimizer
from gdtui.engine.problems import neuron
from gdtui.engine.problems.definition import ProblemDefinition
from gdtui.engine.problems.surfaces import SURFACES
from gdtui.engine.schedules import SCHEDULES, Schedule

CONVENTIONS = ("lecture", "pytorch")

PROBLEMS: dict[str, ProblemDefinition] = {
    **{problem.name: problem for problem in (neuron.LECTURE, neuron.PADHAI, neuron.SPARSE, neuron.NEURON)},
    **SURFACES,
}

__all__ = [
    "CONVENTIONS",
    "OPTIMIZERS",
    "PROBLEMS",
    "SCHEDULES",
    "Optimizer",
    "ProblemDefinition",
    "Schedule",
    "first_order",
    "scaled",
    "searching",
    "signs",
]
