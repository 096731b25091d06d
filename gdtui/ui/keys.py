"""The keys: what each is called on the screen, what it does, and the action behind it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from textual.binding import Binding, BindingType


@dataclass(frozen=True)
class Keys:
    """Keys that belong together, in one line of the help."""

    shown: str
    does: str
    actions: Mapping[str, str]
    footer: str = ""
    commands: tuple[str, ...] = ()
    """What the palette calls each action, where that is not `does`."""


KEYS = (
    Keys("space", "play or pause", {"space": "play"}, "play"),
    Keys("→ .", "one iteration forward", {"right,full_stop": "step(1)"}, "step"),
    Keys("← ,", "one iteration back", {"left,comma": "step(-1)"}, "back"),
    Keys(
        "> <",
        "ten forward, back; also Shift with → ←",
        {"greater_than_sign,shift+right": "step(10)", "less_than_sign,shift+left": "step(-10)"},
        commands=("ten forward", "ten back"),
    ),
    Keys(
        "PgDn PgUp",
        "a hundred forward, back",
        {"pagedown": "step(100)", "pageup": "step(-100)"},
        commands=("a hundred forward", "a hundred back"),
    ),
    Keys(
        "Home End",
        "the first iteration, the last one on record",
        {"home": "first", "end": "last"},
        commands=("the first iteration", "the last iteration on record"),
    ),
    Keys("i", "go to an iteration", {"i": "ask('iteration')"}),
    Keys(
        "+ -",
        "larger or smaller eta, along 1-2-5",
        {"plus,equals_sign": "eta(1)", "minus": "eta(-1)"},
        "eta",
        commands=("larger eta", "smaller eta"),
    ),
    Keys("e", "type an eta", {"e": "ask('eta')"}),
    Keys("o", "pick the optimizer, or edit its parameters", {"o": "pick('optimizer')"}, "optimizer"),
    Keys("p", "pick the problem: a new run begins", {"p": "pick('problem')"}, "problem"),
    Keys("s", "pick the schedule of eta, or edit its parameters", {"s": "pick('schedule')"}),
    Keys(
        "[ ]",
        "play slower, faster",
        {"left_square_bracket": "speed(-1)", "right_square_bracket": "speed(1)"},
        commands=("play slower", "play faster"),
    ),
    Keys("f", "fast forward: so many iterations, or until the loss ...", {"f": "ask('forward')"}, "forward"),
    Keys(
        "r R",
        "restart from the same w and b, from typed ones",
        {"r": "restart", "R": "ask('start')"},
        commands=("restart from the same w and b", "restart from typed w and b"),
    ),
    Keys("g", "guess work: arrows move w and b", {"g": "guess"}, "guess"),
    Keys("t", "test yourself: predict the next w, b, gradient or loss", {"t": "ask('prediction')"}),
    Keys("Esc", "stop a fast forward, leave a question", {"escape": "leave"}),
    Keys("Ctrl+L", "draw the whole screen again", {"ctrl+l": "repaint"}),
    Keys("?", "this help", {"question_mark": "help"}, "help"),
    Keys(": Ctrl+P", "all commands by name", {"colon": "command_palette"}),
    Keys("q Ctrl+C", "quit, and print the command that starts this run again", {"q": "quit"}, "quit"),
    Keys("Ctrl+Z", "suspend; `fg` comes back", {"ctrl+z": "suspend_process"}),
)

FOOTER_ORDER = ("help", "quit", "step", "back", "play", "eta", "view")
"""What the footer keeps longest on a narrow screen, first; then come a view's own keys, and then the rest."""

ALWAYS = {"repaint", "suspend_process"}
"""Actions that work whatever is in front."""


def bindings(groups: Sequence[Keys]) -> list[BindingType]:
    """The keys as Textual takes them."""
    return [
        Binding(keys, action, group.does, show=False, priority=action in ALWAYS)
        for group in groups
        for keys, action in group.actions.items()
    ]


def footer(groups: Sequence[Keys], own: Sequence[Keys], width: int, spell: Callable[[str], str]) -> list[Keys]:
    """The keys that a footer of so many characters has room for, as a terminal spells them; a view's own stand last."""
    named = [group for group in groups if group.footer]
    first = [group for name in FOOTER_ORDER for group in named if group.footer == name]
    own = [group for group in own if group.footer]
    shown: list[Keys] = []
    room = width + 2  # behind the last one no gap is needed
    for group in [*first, *own, *(group for group in named if group not in first)]:
        room -= len(spell(footer_key(group))) + len(group.footer) + 3
        if room >= 0:
            shown.append(group)
    return [group for group in [*named, *own] if group in shown]


def footer_key(keys: Keys) -> str:
    """The one key of a group that the footer names, both where they are opposites, or from which to which digit."""
    first, *others = keys.shown.split()
    if first.isdigit():
        return f"{first}-{others[-1]}"
    return keys.shown if keys.footer == "eta" else first
