"""What there is, by name."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TypeVar

from gdtui.engine.mistakes import BadInput
from gdtui.engine.optimizers.definition import Optimizer
from gdtui.engine.optimizers.plain import GD
from gdtui.engine.problems import Problem
from gdtui.engine.problems.neuron import LECTURE

OPTIMIZERS: dict[str, Optimizer] = {optimizer.name: optimizer for optimizer in (GD,)}
PROBLEMS: dict[str, Problem] = {problem.name: problem for problem in (LECTURE,)}

Entry = TypeVar("Entry")


def find(kind: str, name: str, entries: Mapping[str, Entry]) -> Entry:
    """The entry of that name; BadInput, with the nearest names, where there is none."""
    if name in entries:
        return entries[name]
    near = get_close_matches(name.lower(), entries, n=3, cutoff=0.5) or list(entries)
    raise BadInput(f"there is no {kind} {name!r}: {' or '.join(near)} would be right")
