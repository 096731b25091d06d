"""Why one may say how a run goes, how the loss bends here, whether this is a minimum, and what other etas would do."""

import math
from dataclasses import dataclass
from itertools import zip_longest
from textwrap import wrap

from textual.app import ComposeResult
from textual.geometry import Offset

from gdtui.engine.analysis.curvature import Curvature, Direction
from gdtui.engine.analysis.diagnosis import Diagnosis
from gdtui.engine.analysis.evidence import Evidence
from gdtui.engine.analysis.taylor import losses_after
from gdtui.engine.digits import rough
from gdtui.engine.numbers import FLOATS
from gdtui.engine.problems.definition import or_nan
from gdtui.session.numerals import plain, short, signed
from gdtui.session.session import Session
from gdtui.ui.glyphs import Glyphs
from gdtui.ui.sentence import advice, verdict
from gdtui.ui.views.taylor import FACTORS, around
from gdtui.ui.views.view import View
from gdtui.ui.widgets.lines import PLAIN, Line, Lines

BLOCK = 42
"""Characters of the block with the Hessian, where the etas stand beside it."""

TABLES = 78
"""Characters that both blocks take side by side."""

ABOVE = 4
"""Lines that are kept for the verdict, so that what stands below it seldom moves."""


@dataclass(frozen=True)
class Findings:
    """What can be said of the current iteration."""

    diagnosis: Diagnosis
    gradient: float
    """Its length."""
    curvature: Curvature | None
    """None where a number is not finite."""
    sentences: list[str]
    """How long eta can be, and whether this is a minimum."""
    losses: list[tuple[float, float]]
    """Several etas, each with the loss after a step of plain gradient descent from here."""
    loss: float
    is_plain: bool
    """Whether the next step is one of plain gradient descent on all points."""


class Reasons(View):
    """The verdict with its evidence and what to try; under it the curvature, and the losses that other etas lead to."""

    TITLE = "reasons"

    def __init__(self, _glyphs: Glyphs) -> None:
        super().__init__(id="reasons")
        self._lines = Lines(id="because")
        self._here: tuple[object, ...] = ()
        self._findings: Findings | None = None
        self._cut = ""

    def compose(self) -> ComposeResult:
        """Lines alone."""
        yield self._lines

    def look_up(self, session: Session) -> None:
        """Look through the record up to the current iteration, and ask the problem, unless that was done."""
        if self._here != session.here or self._findings is None:
            self._here, self._findings = session.here, None
            self._findings = find(session)

    @property
    def left_out(self) -> str:
        """What this size of screen has no room for."""
        return self._cut

    @property
    def cursor_position(self) -> Offset:
        """Where a screen reader finds the verdict."""
        return self._lines.region.offset

    def draw(self, session: Session) -> None:
        """Show what was looked up."""
        lines: list[Line] = [[("What happens at this iteration is not known.", PLAIN)]]
        if self._findings is not None and self._here == session.here:
            lines = written(self._findings, self._lines.size.width)
        width, height = self._lines.size
        hidden = len(lines) - height
        etas_alone = width < TABLES and hidden <= len(FACTORS) + 1
        self._cut = "" if hidden <= 0 else "losses by eta" if etas_alone else "the curvature and the losses by eta"
        self._lines.draw(lines)


def find(session: Session) -> Findings:
    """What can be said of the current iteration."""
    session.look_back()
    assert session.diagnosis is not None
    row, run, diagnosis = session.row, Evidence(session.history, session.cursor), session.diagnosis
    gradient = run.gradient
    if not row.is_finite:
        sentences = ["Where a number is not finite there is no curvature."]
        return Findings(diagnosis, gradient, None, sentences, [], row.loss, is_plain=False)
    objective, eta = or_nan(session.method.problem.objective(FLOATS)), session.eta
    etas = around(eta)
    losses = list(zip(etas, losses_after(objective, row.w, row.b, etas), strict=True))
    by_descent = session.method.optimizer.definition.name == "gd"
    is_plain = by_descent and session.method.batches.size is None
    bend = run.curvature
    if not all(map(math.isfinite, (bend.ww, bend.wb, bend.bb, bend.low, bend.high))):
        return Findings(diagnosis, gradient, None, ["The Hessian is not finite here."], losses, row.loss, is_plain)
    sentences = [on_eta(bend, eta if by_descent else None, is_bowl=run.is_bowl), on_the_minimum(run)]
    return Findings(diagnosis, gradient, bend, sentences, losses, row.loss, is_plain)


def on_eta(bend: Curvature, eta: float | None, *, is_bowl: bool) -> str:
    """How long eta can be where the loss bends like this, and whether the eta of plain gradient descent is."""
    largest = bend.largest_eta
    if largest is None:
        return "No direction bends up here: the curvature sets no bound to eta."
    if not is_bowl:
        return f"No bowl: 2/lambda_max = {plain(largest)} bounds eta along {vector(bend.direction_high)} only."
    if eta is None:
        return f"Plain gradient descent's eta can be at most 2/lambda_max = {plain(largest)} here."
    if eta >= largest:
        verdict = "is too long"
    elif eta > 0.5 * largest:
        verdict = "oscillates"
    else:
        verdict = "is stable"
    return f"Eta can be at most 2/lambda_max = {plain(largest)} here. Eta {short(eta)} {verdict}."


def on_the_minimum(run: Evidence) -> str:
    """Whether this is a minimum, by the gradient and the Hessian."""
    bend, left = run.curvature, run.against_curvature
    gradient = f"the gradient is {rough(run.gradient)}" if run.gradient else "the gradient is 0"
    downhill = f"down along {vector(bend.direction_low)}"
    if run.is_bowl and left < run.little:
        answer = f"Yes: {bent_up(run)}, and of the loss 1/2 g.H^-1.g = {rough(left)} is left to gain"
    elif run.is_bowl:
        answer = f"Not yet: {bent_up(run)}, but 1/2 g.H^-1.g = {rough(left)} of the loss is left to gain"
    elif run.is_level:
        answer = f"That cannot be told: {gradient}, and the loss does not bend along {vector(bend.direction_low)}"
    elif bend.low == bend.high == 0.0:
        answer = f"That cannot be told: {gradient}, and the loss bends nowhere"
    elif left < run.little:
        kind = "a saddle" if bend.high > 0.0 else "a maximum"
        answer = f"No, {kind}: {gradient}, but the loss bends {downhill}"
    else:
        answer = f"No: {gradient}, and the loss bends {downhill}"
    return f"Is this a minimum? {answer}."


def bent_up(run: Evidence) -> str:
    """What the Hessian of a bowl is."""
    return "H is positive definite" if run.curvature.low > 0.0 else "H bends down nowhere"


def vector(direction: Direction) -> str:
    """A direction with few digits."""
    return f"({direction[0]:.3f}, {direction[1]:.3f})"


def written(findings: Findings, width: int) -> list[Line]:
    """All of it: what to try under its reasons, two sentences, and two blocks of numbers, side by side or not."""
    diagnosis, columns = findings.diagnosis, max(width, 1)
    first, *more = wrap(verdict(diagnosis), columns)
    word = first.partition(":")[0]
    lines: list[Line] = [[(word, "strong"), (first[len(word) :], PLAIN)]]
    lines += [[(line, PLAIN)] for line in more]
    lines += [[(line, "strong")] for line in wrap(advice(diagnosis), columns)]
    lines += [[]] * (ABOVE - len(lines))
    for sentence in findings.sentences:
        lines += [[(line, PLAIN)] for line in wrap(sentence, columns)]
    left, right = bends(findings), tried(findings)
    if width < TABLES:
        return [*lines, *left, *right]
    lines += [[]]
    for line, other in zip_longest(left, right, fillvalue=()):
        gap = " " * (BLOCK - sum(len(text) for text, _ in line))
        lines.append([*line, (gap, PLAIN), *other])
    return [*lines, *([(line, PLAIN)] for line in wrap(beyond(findings), columns))]


def beyond(findings: Findings) -> str:
    """A word where an eta that the curvature forbids lowers the loss all the same."""
    largest = findings.curvature.largest_eta if findings.curvature is not None else None
    if largest is None or not any(eta > largest and loss < findings.loss for eta, loss in findings.losses):
        return ""
    return "Beyond 2/lambda_max one step may lower the loss, as here; many may diverge."


def bends(findings: Findings) -> list[Line]:
    """The Hessian and its eigenvalues with their directions."""
    bend, gradient = findings.curvature, [("|gradient|   ", "quiet"), (signed(findings.gradient), PLAIN)]
    if bend is None:
        return [gradient]
    lines: list[Line] = [[(f"{'Hessian':13} {'by w':13}by b", "quiet")]]
    for name, by_w, by_b in (("w", bend.ww, bend.wb), ("b", bend.wb, bend.bb)):
        lines.append([(f"{f'    by {name}':13}", "quiet"), (f"{signed(by_w):<13}{signed(by_b)}", PLAIN)])
    for name, value, direction in (
        ("lambda_max", bend.high, bend.direction_high),
        ("lambda_min", bend.low, bend.direction_low),
    ):
        lines.append([(f"{name:13}", "quiet"), (f"{signed(value):<13}{vector(direction)}", PLAIN)])
    condition = signed(bend.condition) if bend.condition is not None else " none: this is no bowl"
    return [*lines, [("condition    ", "quiet"), (condition, PLAIN)], gradient]


def tried(findings: Findings) -> list[Line]:
    """The etas around the current one, each with the loss to which a step of plain gradient descent leads."""
    lines: list[Line] = [[(f"  {'GD by eta':10}{'loss after':13}change", "quiet")]] if findings.losses else []
    for at, (eta, loss) in enumerate(findings.losses):
        change = loss - findings.loss
        mark, ink = (">", "cursor") if findings.is_plain and at == len(FACTORS) // 2 else (" ", PLAIN)
        told = signed(change, 11) if math.isfinite(change) else " no value"
        lines.append([(f"{mark} {short(eta):<9}{signed(loss):<13}", ink), (told, "alarm" if change > 0.0 else ink)])
    return lines
