"""The lines around a view: what is descended on and how, what can be pressed, how far a fast forward is."""

from collections.abc import Sequence

from gdtui.session.numerals import WIDTH, exact, plain
from gdtui.session.session import Session
from gdtui.ui.glyphs import Glyphs
from gdtui.ui.keys import Keys, footer, footer_key
from gdtui.ui.player import Player, Progress
from gdtui.ui.widgets.lines import PLAIN, Line


def status(session: Session, doing: str, width: int) -> Line:
    """Problem, optimizer and eta on the left; what is being done and the iteration on the right."""
    method = session.method
    title, rule, batch = method.problem.title, method.optimizer.definition.title, epoch(session)
    eta, iteration = eta_in_force(session), f"iteration {session.cursor:,}"
    of = f"{iteration} of {session.history.last:,}" if session.cursor < session.history.last else iteration
    now = [doing]
    # Where there is no room the title loses what stands behind its comma, and then goes; eta and the iteration stay.
    for gap, left, middle, last in (
        ("   ", [title, rule, *batch], now, of),
        ("  ", [title, rule, *batch], now, of),
        ("  ", [title.split(",")[0], rule, *batch], now, of),
        ("  ", [rule, *batch], now, of),
        ("  ", [rule], now, of),
        ("  ", [], now, of),
        ("  ", [], [], of),
        (" ", [], [], iteration),
    ):
        free = width - len(gap.join([*left, eta, *middle, last]))
        if free >= 0:
            break
    return [
        (gap.join([*left, ""]), PLAIN),
        (eta, "strong"),
        (" " * max(free, 0) + gap.join(["", *middle, ""]), PLAIN),
        (last, "strong"),
    ]


def eta_in_force(session: Session) -> str:
    """The eta of the next update, and the schedule it is by."""
    rule, schedule = session.method.optimizer.definition, session.method.schedule.definition
    if not rule.uses_eta:
        return "eta rests"
    eta = f"eta {exact(session.eta)}"
    if schedule.name == "constant":  # typed by a person, and shown as it was
        return eta
    eta = eta if len(eta) <= WIDTH else f"eta {plain(session.eta)}"
    return f"{eta} {schedule.title}" if rule.uses_schedule else f"{eta}, {schedule.title} rests"


def epoch(session: Session) -> list[str]:
    """The epoch and the batch of the next update, where there are batches."""
    batches = session.method.batches
    if batches.size is None:
        return []
    count = batches.in_epoch(session.method.problem)
    number, batch = divmod(session.cursor, count)
    return [f"epoch {number:,} batch {batch + 1}/{count:,}"]


def doing(player: Player) -> str:
    """What the clock does."""
    if player.progress is not None:
        return "fast forward"
    return f"playing {player.speed:,}/s" if player.playing else "paused"


def keys(groups: Sequence[Keys], own: Sequence[Keys], width: int, glyphs: Glyphs) -> Line:
    """The keys to begin with and those of a view, as many as there is room for."""
    line: list[tuple[str, str]] = []
    for group in footer(groups, own, width, glyphs.spell):
        line += [(glyphs.spell(footer_key(group)), "strong"), (f" {group.footer}  ", "quiet")]
    return line


def mode_keys(keys: Sequence[tuple[str, str]], width: int) -> Line:
    """The keys of a mode that owns them, from the last one where there is not room for all: that one leaves it."""
    while sum(len(key) + len(does) + 3 for key, does in keys) - 2 > width and len(keys) > 1:
        keys = keys[1:]
    return [piece for key, does in keys for piece in ((key, "strong"), (f" {does}  ", "quiet"))]


def progress_bar(progress: Progress, width: int, glyphs: Glyphs) -> Line:
    """How far a fast forward is."""
    words = f" {progress.done:,} of {progress.total:,}, {progress.seconds_left:.0f} s left   "
    return bar(progress.done / progress.total, words, width, glyphs)


def bar(share: float | None, words: str, width: int, glyphs: Glyphs) -> Line:
    """How much is done, where that is known, the words behind it, and how to stop."""
    room = max(0, min(40, width - len(words) - len("Esc stops"))) if share is not None else 0
    done = int(room * (share or 0.0))
    return [
        (glyphs.done * done, "loss"),
        (glyphs.to_do * (room - done), "quiet"),
        (words, PLAIN),
        ("Esc", "strong"),
        (" stops", "quiet"),
    ]
