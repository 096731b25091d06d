"""How eta changes from update to update."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

Lesson: TypeAlias = Callable[[int, float, Any], Any]
"""(t, loss, memory) -> memory: what a schedule learns from the loss that update t led to."""


@dataclass(frozen=True)
class Schedule:
    """A law for eta; most need no memory, one that halves eta when the loss rose does."""

    name: str
    rate: Callable[[float, int, Any], float]
    """(eta0, t, memory) -> the eta of update t, counted from 0 at the schedule's start."""
    memory: Any = None
    learn: Lesson | None = None


CONSTANT = Schedule("constant", rate=lambda eta, _t, _memory: eta)
