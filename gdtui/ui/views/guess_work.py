"""Guess work: arrows move w and b, and the fit and the loss follow; kept guesses stand in a table."""

import math

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.geometry import Offset

from gdtui.engine.descent import Method
from gdtui.engine.digits import rough
from gdtui.engine.problems.definition import Point
from gdtui.engine.problems.neuron import Neuron
from gdtui.session.commands import KeepGuess
from gdtui.session.guesses import GOOD, MOST_STEPS, Guess, guesses_needed, loss_at
from gdtui.session.numerals import exact, signed
from gdtui.session.session import Session
from gdtui.ui.glyphs import Glyphs
from gdtui.ui.keys import Keys
from gdtui.ui.views.fit import draw_fit
from gdtui.ui.views.surface_map import SurfaceMap
from gdtui.ui.views.view import View
from gdtui.ui.widgets.heatmap import Overlay
from gdtui.ui.widgets.lines import PLAIN, Line, Lines
from gdtui.ui.widgets.plot import Plot

STEPS = (0.001, 0.01, 0.1, 1.0)
"""By which an arrow moves."""

DECIMALS = 12
"""To which a place is rounded after a move, so that ten steps of 0.1 are 1."""


class GuessWork(View):
    """A mode: it owns the keys until it is left. The run stays as it is until a descent begins from a guess."""

    TITLE = "guess work"
    OWNS_KEYS = True
    KEYS = (
        Keys(
            "PgUp PgDn",
            "an earlier guess, a later one",
            {"pageup": "look_back(-1)", "pagedown": "look_back(1)"},
            "guesses",
            ("an earlier guess", "a later guess"),
        ),
        Keys("n", "the lecture's next guess", {"n": "app.keep_guess(True)"}, "lecture's"),
        Keys("c", "count the steps of a descent from the first guess", {"c": "app.compare"}, "compare"),
        Keys("r", "begin a descent from here", {"r": "app.descend"}, "descend"),
        Keys("e", "type w and b", {"e": "app.ask('guess')"}, "type"),
        Keys(
            "[ ]",
            "a finer step, a coarser one",
            {"left_square_bracket": "resize(-1)", "right_square_bracket": "resize(1)"},
            "step",
            ("a finer step", "a coarser step"),
        ),
        Keys(
            "← → ↓ ↑",
            "move w, move b",
            {"left": "move(-1, 0)", "right": "move(1, 0)", "down": "move(0, -1)", "up": "move(0, 1)"},
            "move",
            ("w smaller", "w larger", "b smaller", "b larger"),
        ),
        Keys("?", "this help", {"question_mark": "app.help"}, "help"),
        Keys("Enter", "keep the guess", {"enter": "app.keep_guess(False)"}, "keep"),
        Keys("Esc", "leave the guess work", {"escape": "app.leave"}, "leave"),
    )

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="guess-work")
        self._glyphs = glyphs
        self._fit, self._map = Plot(id="guessed-fit"), SurfaceMap(glyphs, id="guessed-map")
        self._table = Lines(id="guesses")
        self._session: Session | None = None
        self._place: Point = (0.0, 0.0)
        self._loss: float | None = None  # where it has been looked up
        self._step = STEPS.index(0.1)
        self._compared: tuple[Guess, Method, int | None] | None = None

    def compose(self) -> ComposeResult:
        """The fit and the surface over the table."""
        with Horizontal(id="guessed"):
            yield self._fit
            yield self._map
        yield self._table

    def begin(self, session: Session) -> None:
        """Begin at the last guess or, where there is none, at the current iteration."""
        last = session.guesses[-1] if session.guesses else session.row
        self._session = session
        self.go_to((last.w, last.b))

    @property
    def place(self) -> Point:
        """The w and b in hand."""
        return self._place

    def go_to(self, place: Point) -> None:
        """Take other ones in hand."""
        self._place, self._loss = place, None

    @property
    def _kept(self) -> tuple[Guess, ...]:
        return self._session.guesses if self._session is not None else ()

    def to_keep(self, *, of_lecture: bool) -> KeepGuess | None:
        """The guess in hand, unless it is the last one again; or the next that the problem's source tells of."""
        places = [(guess.w, guess.b) for guess in self._kept]
        if of_lecture:
            assert self._session is not None
            told = self._session.recipe.problem.definition.guesses
            coming = next((place for place in told if place not in places), None)
            if coming is None:
                return None
            self.go_to(coming)
        return KeepGuess(*self._place) if places[-1:] != [self._place] else None

    # What the keys do.

    def action_move(self, right: int, up: int) -> None:
        """By the step in hand."""
        (w, b), step = self._place, STEPS[self._step]
        self.go_to((round(w + right * step, DECIMALS), round(b + up * step, DECIMALS)))

    def action_resize(self, by: int) -> None:
        """Take a finer or a coarser step."""
        self._step = max(0, min(self._step + by, len(STEPS) - 1))

    def action_look_back(self, by: int) -> None:
        """Go to the kept guess before or after the one in hand."""
        places = [(guess.w, guess.b) for guess in self._kept]
        if places:
            at = places.index(self._place) if self._place in places else len(places)
            self.go_to(places[max(0, min(at + by, len(places) - 1))])

    # What the app asks.

    def look_up(self, session: Session) -> None:
        """The loss at the place in hand, and the surface around it."""
        problem = session.method.problem
        if self._loss is None:
            self._loss = loss_at(problem, *self._place)
        if self._map.has_room:
            self._map.survey(problem, self._place, self._map.size.width, self._map.size.height)

    def draw(self, session: Session) -> None:
        """Show the place in hand, and the guesses so far."""
        problem = session.method.problem
        self._fit.display = isinstance(problem, Neuron)
        if isinstance(problem, Neuron) and self._fit.has_room:
            draw_fit(self._fit, problem, *self._place, self._glyphs)
        if self._map.landscape_of(problem) is None:
            self._map.draw([])
        elif self._map.has_room:
            places = [((guess.w, guess.b), str(n)[-1]) for n, guess in enumerate(self._kept, start=1)]
            self._map.draw_small(self._map.title(problem), Overlay(self._place, places), self._guess.loss)
        self._table.draw(list(self._rows(self._table.size.height)))

    @property
    def left_out(self) -> str:
        """What this size of screen has no room for."""
        return "" if self._map.has_room else "the charts"

    @property
    def cursor_position(self) -> Offset:
        """Where a screen reader finds the guess in hand."""
        shown = min(len(self._kept) + 1, self._table.size.height - 1)
        return self._table.region.offset + Offset(0, max(shown, 0))

    def sentence(self, session: Session) -> str:
        """How good it is, how many guesses it took, and what a descent needs."""
        step = f"An arrow moves by {exact(STEPS[self._step])}."
        if not self._kept:
            lecture = "; n keeps the lecture's guesses, one by one" if session.recipe.problem.definition.guesses else ""
            return f"Guess w and b until the loss is below {GOOD}. {step} Enter keeps a guess{lecture}."
        title = session.method.optimizer.definition.title
        if self._compared is None or self._compared[:2] != (self._kept[0], session.method):
            return f"{self._score} {step} c counts what {title} needs instead."
        steps = self._compared[2]
        how = f"needs {counted(steps, 'step')}" if steps is not None else f"is not there after {MOST_STEPS:,} steps"
        return f"{self._score} From guess 1 {title} {how}: each follows from the gradient, none is guessed."

    @property
    def _score(self) -> str:
        needed = guesses_needed(self._kept)
        if needed is None:
            return f"{counted(len(self._kept), 'guess')}, and the loss is not yet below {GOOD}."
        return f"Below {GOOD} after {counted(needed, 'guess')}."

    def compared_with(self, first: Guess, method: Method, steps: int | None) -> None:
        """Learn what a descent by a method needs from the first guess."""
        self._compared = first, method, steps

    @property
    def _guess(self) -> Guess:
        """The guess in hand; nan where its loss is not known."""
        return Guess(*self._place, self._loss if self._loss is not None else math.nan)

    def _rows(self, height: int) -> list[Line]:
        heading = f"{'guess':<10}{'w':<12}{'b':<12}{'loss':<12}rounded"
        rows: list[Line] = [[(heading, "quiet")]]
        first = max(0, len(self._kept) - max(height - 2, 0))
        before = self._kept[first - 1] if first else None
        for number, guess in enumerate(self._kept[first:], start=first + 1):
            rows.append([(f" {number:>7} ", PLAIN), (row(guess, before), PLAIN)])
            before = guess
        return [*rows, [(f">{'now':>7} ", "cursor"), (row(self._guess, before), PLAIN)]]


def row(guess: Guess, before: Guess | None) -> str:
    """A guess, its loss also as the lecture's table has it, and whether it is better than the one before."""
    numbers = "".join(f"{signed(x):<12}" for x in (guess.w, guess.b, guess.loss))
    numbers += f" {guess.loss:.4f}" if abs(guess.loss) < 1000.0 else ""
    more = guess.loss - before.loss if before is not None else 0.0
    if not more or not math.isfinite(more):
        return numbers
    return f"{numbers:<45}{'better' if more < 0.0 else 'worse'} by {rough(abs(more))}"


def counted(n: int, what: str) -> str:
    """`1 guess`, `2 guesses`."""
    return f"{n:,} {what}{('es' if what.endswith('s') else 's') if n != 1 else ''}"
