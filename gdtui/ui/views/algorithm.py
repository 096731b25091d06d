"""The lecture's algorithm with the rule's own formula in it, and the line in hand marked."""

from collections.abc import Sequence
from textwrap import wrap

from gdtui.engine.analysis.arithmetic import ERROR, FORWARD, GRADIENT, MEMORY, UPDATE
from gdtui.engine.descent import Method
from gdtui.ui.widgets.lines import PLAIN, Line

NARROWEST = 25
"""Characters that it takes at the least."""


def algorithm(method: Method, part: str, width: int, height: int) -> list[Line]:
    """So many lines at most: the loop, from the line in hand on where there is no room for all of it."""
    rule = method.optimizer.definition
    of = " of batch" if method.batches.size is not None else ""
    lines = [("", "t = 0"), ("", "while t < max_iterations:"), (GRADIENT, f"  dw, db = gradient(w, b){of}")]
    lines += [(_part(line, rule.memory), f"  {line}") for line in rule.form(method.convention).split(";  ")]
    lines += [("", "  t = t + 1"), ("", "(theta is w, b; g dw, db)")]
    here = GRADIENT if part in {FORWARD, ERROR} else part
    pieces = [(of_part, piece) for of_part, text in lines for piece in _pieces(text, width)]
    if len(pieces) > height:
        pieces.pop()
    marked = [at for at, (of_part, _) in enumerate(pieces) if of_part and of_part == here]
    first = min([max(0, len(pieces) - height), *marked[:1]])
    return [
        [(f">{piece[1:]}", "cursor")] if of_part and of_part == here else [(piece, PLAIN if of_part else "quiet")]
        for of_part, piece in pieces[first : first + height]
    ]


def _pieces(text: str, width: int) -> list[str]:
    """A line in as many as it takes."""
    indent = "  " if text.startswith(" ") else ""
    return wrap(text.lstrip(), width, initial_indent=indent, subsequent_indent=f"{indent} ", break_on_hyphens=False)


def _part(line: str, memory: Sequence[str]) -> str:
    """The part of the step that a piece of a rule's formula belongs to."""
    if line.startswith("g at "):
        return GRADIENT
    return MEMORY if line.partition(" = ")[0] in memory else UPDATE
