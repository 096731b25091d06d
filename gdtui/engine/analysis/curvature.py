"""How the loss bends at a place: the eigenvalues and eigenvectors of its Hessian, and what they allow."""

import math
from dataclasses import dataclass
from typing import TypeAlias

from gdtui.engine.problems.definition import Objective

Direction: TypeAlias = tuple[float, float]
"""A unit vector in the plane of w and b."""


@dataclass(frozen=True, slots=True)
class Curvature:
    """The Hessian at a place, taken apart: along `direction_low` the loss bends by `low`, across it by `high`."""

    ww: float
    wb: float
    bb: float
    low: float
    """The smaller eigenvalue."""
    high: float
    """The larger one."""
    direction_low: Direction
    direction_high: Direction

    @property
    def condition(self) -> float | None:
        """How many times more the loss bends along one direction than along the other; None where it is no bowl."""
        return self.high / self.low if self.low > 0.0 else None

    @property
    def largest_eta(self) -> float | None:
        """The largest eta with which plain gradient descent comes nearer to a minimum that bends like this.

        Along an eigenvector of eigenvalue lambda a step multiplies the distance by 1 - eta lambda, which is between
        -1 and 1 while eta is below 2 / lambda. None where no direction bends upwards: there nothing bounds eta.
        """
        return 2.0 / self.high if self.high > 0.0 else None

    def along(self, direction: Direction) -> float:
        """The second derivative of the loss along a direction."""
        w, b = direction
        return self.ww * w * w + 2.0 * self.wb * w * b + self.bb * b * b


def curvature(objective: Objective, w: float, b: float) -> Curvature:
    """The curvature at (w, b)."""
    return taken_apart(*objective.hessian(w, b))


def taken_apart(ww: float, wb: float, bb: float) -> Curvature:
    """A symmetric matrix by its eigenvalues and eigenvectors.

    The signs of the eigenvectors do not jump from place to place without a reason: each points to the right, or up
    where it is vertical. Where both eigenvalues are the same, the axes are taken.
    """
    if wb == 0.0:
        along_w, along_b = (1.0, 0.0), (0.0, 1.0)
        in_order = (ww, bb, along_w, along_b) if ww <= bb else (bb, ww, along_b, along_w)
        return Curvature(ww, wb, bb, *in_order)
    middle, half = 0.5 * (ww + bb), 0.5 * (ww - bb)
    radius = math.hypot(half, wb)
    # The eigenvalue of the larger size is a sum without cancellation; the other keeps its digits as the determinant
    # divided by it, except where the determinant is below the smallest float.
    outer = middle + math.copysign(radius, middle)
    determinant = ww * bb - wb * wb
    inner = determinant / outer if determinant and outer else middle - math.copysign(radius, middle)
    angle = 0.5 * math.atan2(wb, half)  # of the larger eigenvalue's direction, from -90 to 90 degrees
    across, up = math.cos(angle), math.sin(angle)
    sideways = (up, -across) if up >= 0.0 else (-up, across)
    return Curvature(ww, wb, bb, min(inner, outer), max(inner, outer), sideways, (across, up))
