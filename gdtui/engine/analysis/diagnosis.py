"""What is happening to a run, in one word, with the evidence and one thing to try.

A verdict is a function of the evidence that says why it holds and what to try, or None where it does not hold; the
first that holds is given. Their criteria are free of scale, and these are the reasons:

- A loss is small against what there was: converged means less than 1e-8 left to gain, or 1e-8 of the loss at the start.
- A gradient is small against the curvature, 1/2 g.H^-1.g, which is a loss; or against the window: a place is flat where
  the slope, followed across the whole window, would gain less than a fifth of what is left to gain.
- A pace is slow where a thousand iterations at it, the lecture's limit, gain less than 1 % of what is left, and the
  gradient changes by less than 1 % an iteration, for then it stays slow for a while. Where the place is not flat, it is
  eta that is too small; that is called a plateau only where a million iterations gain less than 1 %, as at rest.
- A run no longer falls where the mean loss of the later half of the recent steps is below that of the earlier half by
  less than a tenth of the range in which it goes up and down, or by as little as a slow pace gains.
- Up and down count from one whole epoch to the next where there are batches: within one, the loss rises by chance.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple, TypeAlias

from gdtui.engine.analysis.evidence import Evidence
from gdtui.engine.digits import rough, tight
from gdtui.engine.history import History, Row

Verdict: TypeAlias = Literal[
    "nonfinite",
    "diverging",
    "converged",
    "saddle",
    "cycling",
    "thrown",
    "plateau",
    "zigzag",
    "overshooting",
    "descending",
]

Lever: TypeAlias = Literal["nothing", "smaller eta", "larger eta", "optimizer", "start", "forward"]
"""What the advice would change, for whoever knows the key for it."""

LOPSIDED = 0.01
"""A saddle's smaller eigenvalue is at least this part of the larger one; the tails of a sigmoid are more lopsided."""

FLAT = 0.2
"""A slope that gains less than this part of what is left, across the whole window, is flat."""

SLOW, FROZEN = 1e-5, 1e-8
"""The part of what is left that an iteration gains at the least: on a flat place, and on any other."""

STEADY = 0.01
"""A gradient that changes by less than this part of it an iteration is about the same."""

VISIBLE = 0.01
"""A loss that has changed by this part of what is left has changed visibly."""

LONG = 64
"""Steps in which a run that swings from side to side shows what it gains by that."""

STILL_FALLING = 0.1
"""The part of the range of the recent losses by which their mean falls in a run that gets on."""

NOISE = 0.25
"""The part of what batches gain that they may lose again without a word."""

ROUNDING = 1e-13
"""The part of a loss that its last digits may be off."""

PATIENCE = 100_000
"""Iterations that one may well wait for a run to leave a plateau."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is happening at an iteration, why one may say so, and what to try."""

    verdict: Verdict
    because: str
    advice: str
    lever: Lever
    iteration: int


class Finding(NamedTuple):
    """What a verdict says of a run for which it holds."""

    because: str
    advice: str
    lever: Lever


def diagnose(history: History, cursor: int) -> Diagnosis:
    """What is happening at an iteration, by the rows up to it."""
    run = Evidence(history, cursor)
    for verdict, find in VERDICTS.items():
        if (finding := find(run)) is not None:
            return Diagnosis(verdict, *finding, cursor)
    return Diagnosis("descending", *descending(run), cursor)


# The verdicts


def nonfinite(run: Evidence) -> Finding | None:
    """A number is not finite."""
    names = {"w": "w", "b": "b", "dw": "dL/dw", "db": "dL/db", "loss": "the loss"}
    values = {words: getattr(run.row, name) for name, words in names.items()}
    bad = [f"{words} is {value}" for words, value in values.items() if not math.isfinite(value)]
    return Finding(", ".join(bad), f"step back, then {_shorter_steps(run)}", _lever(run)) if bad else None


def diverging(run: Evidence) -> Finding | None:
    """The parameters grow without bound, the loss rising, or falling for ever."""
    return _rising_without_bound(run) or _falling_for_ever(run)


def _rising_without_bound(run: Evidence) -> Finding | None:
    """Ever longer steps up an ever steeper slope, to a loss higher than any before.

    Three of them in a row, or two where the window is left by more than its width: one may be an overshoot.
    """
    steps = [_distance(before, after) for before, after in pairwise(run.swings)]
    worse = [after.loss > before.loss and _slope(after) > _slope(before) for before, after in pairwise(run.swings)]
    longer = [True, *(after > before for before, after in pairwise(steps))]
    in_a_row = 0
    while in_a_row < len(steps) and worse[-1 - in_a_row] and longer[-1 - in_a_row]:
        in_a_row += 1
    if in_a_row < (2 if run.is_outside else 3) or run.row.loss < run.highest or run.row.loss <= run.start.loss:
        return None
    because = (
        f"each of the last {in_a_row} steps was longer and raised the loss, which is {rough(run.row.loss)} and was "
        f"{rough(run.start.loss)} at the start; the last step was {rough(steps[-1])} long"
    )
    return Finding(because, _shorter_steps(run), _lever(run))


def _falling_for_ever(run: Evidence) -> Finding | None:
    """Far outside the window and on its way out, on a surface that bends down along it and grows ever steeper."""
    half_way = run.row_at(run.iteration - run.steps // 2)
    bends_down = run.curvature.along((run.row.w - half_way.w, run.row.b - half_way.b)) <= 0.0
    goes_out = _distance(run.start, run.row) > _distance(run.start, half_way)
    falls = run.steps > 0 and run.row.loss < run.swings[0].loss
    if not (run.is_outside and goes_out and falls and bends_down and run.gradient > _slope(half_way)):
        return None
    because = (
        f"the loss is {rough(run.row.loss)} and falls ever faster, at w {rough(run.row.w)} and b {rough(run.row.b)}, "
        "far outside the window; the surface bends down there, by "
        f"{rough(-run.curvature.low)}, and has no minimum that way"
    )
    return Finding(because, "restart elsewhere: no optimizer finds a minimum where there is none", "start")


def converged(run: Evidence) -> Finding | None:
    """The Hessian is positive definite, and next to nothing is left to gain.

    On points the loss cannot be below 0, so a loss of next to nothing does as well.
    """
    is_least = run.method.problem.size > 0 and run.row.loss < run.little
    if not (is_least or (run.is_bowl and run.against_curvature < run.little)) or not _has_come_to_rest(run):
        return None
    left = run.against_curvature if run.is_bowl else run.row.loss
    because = (
        f"only {rough(left)} of the loss is left to gain, and it bends by {rough(run.curvature.low)} and "
        f"{rough(run.curvature.high)}: this is a minimum"
    )
    return Finding(because, "nothing more here; another start may lead to another minimum", "nothing")


def saddle(run: Evidence) -> Finding | None:
    """As little gradient against the curvature, but the loss bends up along one direction and down along another.

    So do the tails of a sigmoid, but lopsidedly, or by so little that the whole window would not show it.
    """
    bend = run.curvature
    weaker, stronger = sorted((-bend.low, bend.high))
    shows = weaker > 0.0 and weaker >= LOPSIDED * stronger and 0.5 * weaker * run.across**2 > VISIBLE * run.left
    if not (shows and run.against_curvature < run.little and _has_come_to_rest(run)):
        return None
    because = (
        f"the gradient is {rough(run.gradient)}, and the loss bends up by {rough(bend.high)} along "
        f"{_direction(*bend.direction_high)} but down by {rough(-bend.low)} along {_direction(*bend.direction_low)}"
    )
    return Finding(because, "restart a little to the side: from there the downward direction leads away", "start")


def cycling(run: Evidence) -> Finding | None:
    """The recent steps go round or to and fro, and the loss no longer falls.

    Round: their path is three times as long as the box around it, as a circle's is. A swing from side to side by which
    the loss grows is the beginning of a cycle, or of worse.
    """
    path = run.path
    if path.steps < 3 or run.is_at_rest or _is_flat(run):
        return None
    # The halves of the path are half of it apart.
    gets_on = path.fall * path.steps / 2.0 > STILL_FALLING * (path.high - path.low) and path.fall > SLOW * run.left
    if path.length > 3.0 * path.extent > 0.0 and not gets_on:
        because = (
            f"the last {path.steps} steps stay within {rough(path.extent)} of one another, and the loss between "
            f"{rough(path.low)} and {rough(path.high)}, without falling"
        )
    elif run.alternates and run.row.loss >= run.swings[0].loss:
        because = (
            f"the last {_epochs(len(run.swings) - 1, run)} each turn back, and the loss does not fall: "
            f"{rough(run.swings[0].loss)} before them, {rough(run.row.loss)} now"
        )
    else:
        return None
    return Finding(because, _shorter_steps(run), _lever(run))


def thrown(run: Evidence) -> Finding | None:
    """It rests on a plateau, higher than it had been: one long step led there, or most of what was gained is lost."""
    if run.iteration == 0 or not _is_slow(run):
        return None
    lost, arrival = run.row.loss - run.lowest, run.arrival
    by_one_step = arrival is not None and arrival.length > 10.0 * _distance(run.row_at(arrival.iteration), run.row)
    if lost <= VISIBLE * run.left or not (by_one_step or lost > 0.5 * (run.start.loss - run.lowest)):
        return None
    how = "long steps led here"
    if arrival is not None and by_one_step:
        how = f"step {arrival.iteration:,}, {rough(arrival.length)} long, led here"
    because = (
        f"{how}, where the gradient is {rough(run.gradient)}; the loss had been {rough(run.lowest)} and is "
        f"{rough(run.row.loss)}"
    )
    return Finding(because, f"step back or restart, and take {_shorter_steps(run)}", _lever(run))


def plateau(run: Evidence) -> Finding | None:
    """Loss and gradient hardly change, far from any minimum."""
    if not _is_slow(run):
        return None
    pace = run.pace if _is_steady(run) else run.pace_of_the_path
    if run.is_at_rest:
        rate = f"nothing moves, the loss stays {rough(run.row.loss)}"
    elif not pace.fall:
        rate = f"the loss stays {rough(run.row.loss)} in all its digits"
    else:
        hundredth = about(VISIBLE * run.left / abs(pace.fall))
        verb = "falls" if pace.fall > 0.0 else "rises"
        rate = f"at this rate the loss {verb} by 1 % in about {hundredth} iterations"
    because = f"the gradient is {rough(run.gradient)}, and {rate}"
    if run.gradient and not _is_flat(run):
        return Finding(because, *_what_holds_it(run))
    if unchanged := _unchanged(run):
        because = f"{unchanged:,} iterations and no visible change: {because}"
    leaves = 1.0 / pace.growth if pace.growth > 0.0 else math.inf
    if leaves > PATIENCE:
        slope = "too small to leave in any reasonable time" if run.gradient else "0"
        return Finding(because, f"restart elsewhere: the slope here is {slope}", "start")
    enough = 10 ** math.ceil(math.log10(run.iteration + leaves))
    sooner = "" if run.method.optimizer.definition.memory else ", and momentum or Adam sooner"
    return Finding(because, f"run on: this is a plateau, {enough:,} iterations may leave it{sooner}", "forward")


def zigzag(run: Evidence) -> Finding | None:
    """Successive steps point against each other along one direction, while the loss falls."""
    if not run.alternates:
        return None
    before, here = run.swings[-2:]
    length = _distance(before, here)
    w, b = (here.w - before.w) / length, (here.b - before.b) / length
    bend = run.curvature.along((w, b))
    because = (
        f"the last {_epochs(len(run.swings) - 1, run)} each turn back along {_direction(w, b)}, where the loss bends "
        f"by {rough(bend)}, and the loss still falls, from {rough(run.swings[0].loss)} to {rough(here.loss)}"
    )
    if run.method.optimizer.definition.name == "gd" and run.epoch == 1 and bend > 0.0:
        return Finding(because, f"a smaller eta: with {rough(1.0 / bend)} a step would not cross over", "smaller eta")
    return Finding(because, _shorter_steps(run), _lever(run))


def overshooting(run: Evidence) -> Finding | None:
    """The loss rose on the way, and the run goes on down: it rose lately, or has not made up for it yet.

    With batches some of it is noise.
    """
    losses = run.lately
    rounding = ROUNDING * max(map(abs, losses))
    changes = [after - before for before, after in pairwise(losses)]
    risen = sum(change for change in changes if change > rounding)
    fallen = -sum(change for change in changes if change < 0.0)
    if run.method.batches.size is not None:
        if risen <= NOISE * fallen:
            return None
    elif not risen and run.row.loss - run.lowest_by_this_method <= rounding:
        return None
    if not risen:
        because = (
            f"the loss had been {rough(run.lowest_by_this_method)} and rose; it is {rough(run.row.loss)} now and falls"
        )
    elif changes[-1] > rounding:
        because = f"the last {_epochs(1, run)} raised the loss by {rough(changes[-1])}, to {rough(losses[-1])}"
    else:
        because = (
            f"within the last {_epochs(len(changes), run)} the loss rose by {rough(risen)} and fell by {rough(fallen)}"
        )
    return Finding(because, _shorter_steps(run), _lever(run))


def descending(run: Evidence) -> Finding:
    """None of the others."""
    if math.isnan(run.pace.fall):
        because = f"gradient {rough(run.gradient)}, and the first step leads to where the loss has no value"
        return Finding(because, _shorter_steps(run), _lever(run))
    if run.iteration == 0:
        change = f"the first step lowers the loss by {rough(run.pace.fall)}"
    else:
        fall = run.row_at(run.iteration - 1).loss - run.row.loss
        change = f"the last step {'lowered' if fall >= 0.0 else 'raised'} the loss by {rough(abs(fall))}"
    because = f"gradient {rough(run.gradient)}, and {change}"
    largest = run.curvature.largest_eta
    is_gd = run.method.optimizer.definition.name == "gd"
    if is_gd and run.is_bowl and largest is not None and 0.0 < run.row.eta < 0.25 * largest:
        return Finding(because, f"a larger eta would be faster: it can be at most {rough(largest)} here", "larger eta")
    return Finding(because, "go on", "forward")


VERDICTS: Mapping[Verdict, Callable[[Evidence], Finding | None]] = {
    "nonfinite": nonfinite,
    "diverging": diverging,
    "converged": converged,
    "saddle": saddle,
    "cycling": cycling,
    "thrown": thrown,
    "plateau": plateau,
    "zigzag": zigzag,
    "overshooting": overshooting,
}
"""In the order in which they are asked."""


# What several of them ask


def _slope(row: Row) -> float:
    return math.hypot(row.dw, row.db)


def _distance(one: Row, other: Row) -> float:
    return math.hypot(other.w - one.w, other.b - one.b)


def _has_come_to_rest(run: Evidence) -> bool:
    """Whether it stays where it is, by the place alone, or because the loss has lately stayed the same.

    A rule with a memory, and one that sees some of the points only, may pass a minimum, or come by again and again.
    """
    goes_by_the_place = not run.method.optimizer.definition.memory and run.method.batches.size is None
    return goes_by_the_place or max(run.lately) - min(run.lately) < run.little


def _is_flat(run: Evidence) -> bool:
    return run.gradient * run.across < FLAT * run.left


def _is_slow(run: Evidence) -> bool:
    """Whether loss and gradient hardly change."""
    return run.is_at_rest or _is_steady(run) or _keeps_its_level(run)


def _is_steady(run: Evidence) -> bool:
    """Whether the last steps gained next to nothing, and promise no more than that."""
    little = (SLOW if _is_flat(run) else FROZEN) * run.left
    fall, growth, moved = run.pace
    return abs(fall) < little and moved * run.gradient < little and abs(growth) < STEADY


def _keeps_its_level(run: Evidence) -> bool:
    """Whether the loss has not changed visibly for long on a flat place, though the run may swing from side to side."""
    path = run.path
    return (
        path.steps >= LONG
        and _is_flat(run)
        and path.high - path.low < VISIBLE * run.left
        and abs(path.fall) < SLOW * run.left
    )


def _unchanged(run: Evidence) -> int:
    """The largest power of ten of iterations that did not change the loss visibly, from 100 up; 0 if there is none."""
    for power in range(9, 1, -1):
        before = run.iteration - 10**power
        if before >= 0 and abs(run.row_at(before).loss - run.row.loss) < VISIBLE * run.left:
            return int(10**power)
    return 0


def _what_holds_it(run: Evidence) -> tuple[str, Lever]:
    """What to try where a run stands still on a slope."""
    if not run.method.optimizer.definition.uses_eta:
        return "another optimizer: this one finds no step that lowers the loss", "optimizer"
    return f"a larger eta: the place is not flat, but eta {rough(run.row.eta)} is next to nothing here", "larger eta"


def _shorter_steps(run: Evidence) -> str:
    rule, largest = run.method.optimizer.definition, run.curvature.largest_eta
    if not rule.uses_eta:
        return "another optimizer"
    if rule.name == "gd" and run.method.batches.size is None and largest is not None and run.row.eta >= largest:
        return f"a smaller eta: it can be at most {rough(largest)} here"
    return "a smaller eta, or a schedule that lowers it" if rule.uses_schedule else "a smaller eta"


def _lever(run: Evidence) -> Lever:
    return "smaller eta" if run.method.optimizer.definition.uses_eta else "optimizer"


# Words


def about(x: float) -> str:
    """A count with two digits: `2,400`, `1.2e+9`."""
    rounded = float(f"{x:.2g}")
    return f"{rounded:,.0f}" if rounded < 1e6 else tight(f"{rounded:.2g}")


def _epochs(count: int, run: Evidence) -> str:
    unit = "step" if run.epoch == 1 else "epoch"
    return unit if count == 1 else f"{count} {unit}s"


def _direction(w: float, b: float) -> str:
    return f"({w:.2f}, {b:.2f})"
