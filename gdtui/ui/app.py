"""The app: keys become commands to the session, and the screen is told once what came of them."""

import asyncio
import math
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from textwrap import wrap
from time import monotonic
from typing import TYPE_CHECKING, Any

from textual.app import App, ComposeResult, SystemCommand
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.command import CommandPalette
from textual.events import DescendantFocus, Event, Key
from textual.reactive import Reactive
from textual.screen import Screen
from textual.theme import BUILTIN_THEMES
from textual.timer import Timer
from textual.widgets import Input

from gdtui.engine.catalog import OPTIMIZERS, PROBLEMS, SCHEDULES, Optimizer, ProblemDefinition, Schedule
from gdtui.engine.definition import Choice, Definition
from gdtui.engine.mistakes import BadInput, quoted
from gdtui.session.commands import Back, Command, GoTo, Restart, SetEta, SetOptimizer, SetProblem, SetSchedule, Step
from gdtui.session.data import Cancelled
from gdtui.session.guesses import steps_needed
from gdtui.session.numerals import exact, pair, positive, whole
from gdtui.session.own_function import OwnFunction
from gdtui.session.recipe import Recipe, bring
from gdtui.session.session import Reason, Session
from gdtui.session.stopping import MOST_ITERATIONS, Failed, Goal, NotFinite, Waiting, read_goal
from gdtui.ui import frame, glyphs, stylesheet
from gdtui.ui.aside import Aside, Result, in_a_thread
from gdtui.ui.help import Help
from gdtui.ui.keys import KEYS, Keys, bindings
from gdtui.ui.player import Player
from gdtui.ui.sentence import on_how_it_goes
from gdtui.ui.terminal import CellDriver, driver_class
from gdtui.ui.views.descent import Descent
from gdtui.ui.views.explanation import Explanation
from gdtui.ui.views.guess_work import GuessWork
from gdtui.ui.views.surface import Surface
from gdtui.ui.views.view import View
from gdtui.ui.widgets.lines import PLAIN, Line, Lines
from gdtui.ui.widgets.picker import Offer, Picker
from gdtui.ui.widgets.question import Question

if TYPE_CHECKING:
    from gdtui.engine.analysis.usual_slips import Mark

FRAME = 1 / 15
"""Seconds between two frames, at the least."""

PROMPT = 0.1
"""Seconds that a person's own function may take before the screen says that it is waited for."""

FRAMES_ASIDE = 0.2
"""Seconds between two looks at how far something is that is waited for."""

MOVING = {"step", "first", "last", "ask", "restart", "eta", "pick", "guess"}
"""Actions that would pull the cursor from under a fast forward."""


VIEWS = (Descent, Surface, Explanation)
"""In the order of their digits."""

EVERYWHERE = (
    *KEYS,
    Keys(
        " ".join(str(n) for n, _ in enumerate(VIEWS, start=1)),
        "view: " + ", ".join(view.TITLE for view in VIEWS),
        {str(n): f"view({n})" for n, _ in enumerate(VIEWS, start=1)},
        "view",
        tuple(f"view: {view.TITLE}" for view in VIEWS),
    ),
)


class Gdtui(App[None]):
    """Step gradient descent by keyboard."""

    TITLE = "gdtui"
    AUTO_FOCUS = None
    BINDINGS = [*bindings(EVERYWHERE), Binding("ctrl+c", "quit", show=False, priority=True)]
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (80, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (16, "-low"), (24, "-high")]

    # The terminal's own colours: right on light and dark ground, few bytes, and NO_COLOR leaves them out.
    theme: Reactive[str] = Reactive("ansi-dark")

    def __init__(self, recipe: Recipe, css: Path | None = None, *, ascii_only: bool = False) -> None:
        super().__init__(driver_class=driver_class(), css_path=[stylesheet.own(), *([css] if css else [])])
        self.animation_level = "none"
        self.session = Session(recipe)
        self.player = Player(self, self.session, self.carry_out, self.changed)
        self._aside: Aside | None = None  # what is waited for; meanwhile nobody else may touch the session
        self._glyphs = glyphs.for_terminal(ascii_only=ascii_only)
        self._view: View = Descent(self._glyphs)
        self._view.add_class("-shown")
        self._guess_work = GuessWork(self._glyphs)
        self._behind: View = self._view  # what a mode is in front of
        self._status, self._sentence, self._left_out, self._footer = (
            Lines(id=name) for name in ("status", "sentence", "left-out", "footer")
        )
        self._question = Question()
        self._picker = Picker(self._glyphs)
        self._note = ""
        self._has_failed = False  # what was looked up last: it is not asked for again until something is done
        self._drawn_at = 0.0
        self._next_frame: Timer | None = None

    def compose(self) -> ComposeResult:
        """Status, the view or what can be picked, a sentence, and the keys or a question."""
        yield self._status
        yield self._view
        yield self._picker
        yield self._sentence
        yield self._left_out
        yield self._footer
        yield self._question

    async def on_event(self, event: Event) -> None:
        """Take a key at once: what is typed ahead, or comes in one packet, must meet the question asked just before."""
        if not isinstance(event, Key) or event.is_forwarded or len(self.screen_stack) != 1:
            await super().on_event(event)
        elif not await self._check_bindings(event.key, priority=True):
            if self._aside is not None:
                await self._check_bindings(event.key)
            elif self._picker.is_open:
                self._picker.press(event)
                self.say(self._note)
            elif self._question.is_open and event.key != "escape":
                self._question.press(event)
            elif not self._question.is_open and (binding := self._view.binding_of(event.key)):
                await self._look(*binding)
            elif self._question.is_open or not self._view.OWNS_KEYS:
                await self._check_bindings(event.key)

    async def _look(self, action: str, view: View) -> None:
        """Look at the same in another way, by an action of the view's own."""
        await self.run_action(action, view)
        if not action.startswith("app."):
            self.changed(self.carry_out())

    def on_lines_resized(self) -> None:
        """Draw for the new size: by now every widget has its own, which the app's own Resize comes too early for."""
        reason = self.carry_out() if self._aside is None and not self._has_failed else None
        if isinstance(reason, Failed | Waiting):
            self.changed(reason)
        else:
            self.say(self._note)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Keep a cursor from blinking, which sends bytes while nothing happens."""
        if isinstance(event.widget, Input):
            event.widget.cursor_blink = False

    def on_mount(self) -> None:
        """Say how a person's own function is derived."""
        if isinstance(self.session.recipe.source, OwnFunction):
            self._note = self._first_word(self.session.recipe.source)

    def on_unmount(self) -> None:
        """Leave nobody waiting."""
        if self._aside is not None:
            self._aside.end()

    def do(self, command: Command) -> None:
        """Carry out a command, and show what came of it."""
        self.player.pause()
        self.changed(self.carry_out(command))

    def carry_out(self, command: Command | None = None) -> Reason | None:
        """Carry out a command; a person's own function is asked in a thread, since it may never answer.

        There what the view shows of the outcome is looked up too, so that drawing has not to ask; at the end of a fast
        forward only, for it may take longer than the steps. The clock and the palette may come while a thread has the
        session; they get no further than a key does.
        """
        if self._aside is not None:
            return Waiting(self._aside.what)
        source = self.session.recipe.source
        if not isinstance(source, OwnFunction):
            return self.session.do(command) if command is not None else None

        def do_and_look_up() -> Reason | None:
            reason = self.session.do(command) if command is not None else None
            if self.player.progress is None:
                self._look_up()
            return reason

        outcome = in_a_thread(do_and_look_up)
        try:
            return outcome.result(PROMPT)
        except BadInput as mistake:
            return Failed(f"{mistake}.")
        except TimeoutError:
            waiting = Aside(f"{source.name} has not answered yet.", source.end)
            self._wait_for(waiting, outcome, self.changed)
            return Waiting(waiting.what)

    def _look_up(self) -> None:
        """Have at hand all that drawing takes from the problem."""
        self.session.look_back()
        self._view.look_up(self.session)

    def _wait_for(self, aside: Aside, outcome: Future[Result], done: Callable[[Result], None]) -> None:
        """Wait for what a thread does, with the keys that end it."""
        self._aside = aside
        self.run_worker(self._until_done(aside, outcome, done), group="aside")
        self.say()

    async def _until_done(self, aside: Aside, outcome: Future[Result], done: Callable[[Result], None]) -> None:
        task = asyncio.wrap_future(outcome)
        while not (await asyncio.wait([task], timeout=FRAMES_ASIDE))[0]:
            if aside.is_ended:
                aside.end()
            self.say()
        self._aside = None
        try:
            done(task.result())
        except Cancelled:
            self.say("Left as it was.")
        except BadInput as mistake:
            self._has_failed = True
            self.player.pause()
            self.say(f"{mistake}.")

    def changed(self, reason: Reason | None = None) -> None:
        """Show the session: at once, or when the last frame has been there long enough."""
        self._has_failed = isinstance(reason, Failed)
        if isinstance(reason, Failed | Waiting):
            self.say(str(reason))
            return
        stopped = reason is not None and not isinstance(reason, NotFinite)  # which is said as long as it is so
        self.say(f"Paused: {reason}; you may go on." if stopped else "")

    def say(self, note: str = "") -> None:
        """Show the session with a sentence in place of how it goes."""
        self._note = note
        wait = self._drawn_at + FRAME - monotonic()
        if wait <= 0:
            self.draw()
        elif self._next_frame is None:
            self._next_frame = self.set_timer(wait, self.draw)

    def draw(self) -> None:
        """Show the session now."""
        if self._next_frame is not None:
            self._next_frame.stop()
            self._next_frame = None
        self._drawn_at = monotonic()
        width = self.size.width
        if self._aside is not None:  # a thread has the session
            self._sentence.draw([[(self._aside.what, PLAIN)]])
            self._footer.draw([frame.bar(self._aside.share, "   ", width, self._glyphs)])
            return
        try:
            self._draw_session(width)
        except BadInput as mistake:  # a person's own function, which had answered there before
            self._sentence.draw([[(line, "strong")] for line in wrap(f"{mistake}.", max(width, 1))])

    def _draw_session(self, width: int) -> None:
        doing = self._view.TITLE if self._view.OWNS_KEYS else frame.doing(self.player)
        self._status.draw([frame.status(self.session, doing, width)])
        if self._picker.is_open:
            self._picker.show()
            self.cursor_position = self._picker.cursor_position
            sentence, left_out = wrap(self._picker.sentence, max(width, 1)), ""
            footer = frame.mode_keys(self._picker.keys, width)
        else:
            if not isinstance(self.session.recipe.source, OwnFunction):
                self._look_up()
            self._view.draw(self.session)
            self.cursor_position = self._view.cursor_position
            said, left_out = self._note or self._view.sentence(self.session), self._view.left_out
            sentence = wrap(said, max(width, 1)) or on_how_it_goes(self.session, width)
            progress = self.player.progress
            footer = frame.progress_bar(progress, width, self._glyphs) if progress else self._keys(width)
        ink = "strong" if self._note or self._picker.is_open else PLAIN
        self._sentence.draw([[(line, ink)] for line in sentence])
        self._left_out.display = bool(left_out)
        self._left_out.draw([[(f"Hidden: {left_out}", "quiet")]])
        self._footer.draw([footer])

    def _keys(self, width: int) -> Line:
        if self._view.OWNS_KEYS:
            keys = [(self._glyphs.spell(group.shown), group.footer) for group in self._view.keys]
            return frame.mode_keys(keys, width)
        return frame.keys(EVERYWHERE, self._view.keys, width, self._glyphs)

    # Actions, in the order of the keys.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A question, a fast forward and what is waited for own the keys that would disturb them."""
        if self._aside is not None:
            return action in {"leave", "quit", "repaint", "suspend_process"}
        if self._question.is_open:
            return action in {"leave", "quit", "repaint", "suspend_process"}
        return self.player.progress is None or action not in MOVING

    async def action_view(self, number: int) -> None:
        """Show another view, made when it is first asked for."""
        kind = VIEWS[number - 1]
        await self._show(next((view for view in self.query(View) if type(view) is kind), None) or kind(self._glyphs))

    async def _show(self, view: View) -> None:
        shown, self._view, self._note, self._has_failed = self._view, view, "", False
        shown.remove_class("-shown")
        view.add_class("-shown")
        if not view.is_attached:
            await self.mount(view, before=self._picker)
        self.call_after_refresh(self.on_lines_resized)  # when its widgets have their sizes

    async def action_guess(self) -> None:
        """Begin guess work; the view that was there comes back after it."""
        if self._view is self._guess_work:  # the palette offers it there too
            return
        self.player.pause()
        self._behind = self._view
        self._guess_work.begin(self.session)
        await self._show(self._guess_work)

    def action_keep_guess(self, of_lecture: bool) -> None:
        """Keep the guess in hand, or the lecture's next one."""
        guess = self._guess_work.to_keep(of_lecture=of_lecture)
        if guess is not None:
            self.do(guess)
        elif of_lecture:
            self.say("The lecture tells of no other guess on this problem.")

    async def action_descend(self) -> None:
        """Begin a descent from the guess in hand, if there is a way on from there."""
        reason = self.carry_out(Restart(self._guess_work.place))
        if not isinstance(reason, Failed):
            await self._show(self._behind)
        self.changed(reason)

    def action_compare(self) -> None:
        """Count the steps of a descent from the first guess."""
        session, method = self.session, self.session.method
        if not session.guesses:
            self.say("Keep a guess first: Enter.")
            return
        source, first, title = session.recipe.source, session.guesses[0], method.optimizer.definition.title
        end = source.end if isinstance(source, OwnFunction) else lambda: None
        aside = Aside(f"{title} descends from guess 1.", end)

        def compared(steps: int | None) -> None:
            self._guess_work.compared_with(first, method, steps)
            self.say()

        self._wait_for(aside, in_a_thread(partial(steps_needed, method, first.w, first.b, aside.go_on)), compared)

    def action_play(self) -> None:
        """Play, or pause."""
        if self.player.playing or self.player.progress:
            self.player.pause()
        else:
            self.player.play()
        self.changed()

    def action_step(self, n: int) -> None:
        """Go n iterations forward, or back where n is below 0."""
        self.do(Step(n) if n > 0 else Back(-n))

    def action_first(self) -> None:
        """Go to iteration 0."""
        self.do(GoTo(0))

    def action_last(self) -> None:
        """Go to the last iteration on record."""
        self.do(GoTo(self.session.history.last))

    def action_eta(self, by: int) -> None:
        """Take the next larger or smaller eta along 1-2-5."""
        session = self.session
        self._set_eta(neighbour(session.method.eta * 0.5**session.halvings, by))

    def action_pick(self, kind: str) -> None:
        """Offer the optimizers, the problems or the schedules."""
        method, recipe = self.session.method, self.session.recipe
        offers: dict[str, tuple[Mapping[str, Definition], Choice[Any], Callable[..., None]]] = {
            "optimizer": (OPTIMIZERS, method.optimizer, self._take_optimizer),
            "problem": (PROBLEMS, recipe.problem, self._take_problem),
            "schedule": (SCHEDULES, method.schedule, self._take_schedule),
        }
        definitions, current, take = offers[kind]
        asked = self._asked if kind == "problem" else {}
        self._picker.offer(Offer(kind, definitions, current, method.convention, take, asked))
        self.say()

    def _take_optimizer(self, choice: Choice[Optimizer], _asked: Mapping[str, str]) -> None:
        if choice != self.session.method.optimizer:
            self.changed(self.carry_out(SetOptimizer(choice)))

    def _take_schedule(self, choice: Choice[Schedule], _asked: Mapping[str, str]) -> None:
        if choice != self.session.method.schedule:
            self.changed(self.carry_out(SetSchedule(choice)))

    def _take_problem(self, choice: Choice[ProblemDefinition], asked: Mapping[str, str]) -> None:
        if choice == self.session.recipe.problem and not asked:  # a file may have been edited since
            return
        self.player.pause()
        if not asked:
            self._begin_on(SetProblem(choice))
            return
        aside = Aside(f"Reading {quoted(asked.get('data') or asked.get('function') or '')}.")
        source = in_a_thread(partial(bring, choice.definition, asked, aside.go_on))
        self._wait_for(aside, source, lambda source: self._begin_on(SetProblem(choice, source)))

    def _begin_on(self, command: SetProblem) -> None:
        """Begin on another problem; a function's first answer may never come."""
        source = command.source
        if not isinstance(source, OwnFunction):
            had_batches = self.session.recipe.batches
            self.changed(self.session.do(command))
            if self.session.recipe.batches != had_batches:
                self.say(f"{self.session.method.problem.title} has too few points for the batches: all are used.")
            return

        def begin() -> str:
            self.session.do(command)
            return self._first_word(source)

        waiting = Aside(f"{source.name} has not answered yet.", source.end)
        self._wait_for(waiting, in_a_thread(begin), self.say)

    def _first_word(self, source: OwnFunction) -> str:
        """How it is derived; nothing where there is no way on from the start, which is said instead."""
        return source.note if self.session.row.is_finite else ""

    @property
    def _asked(self) -> dict[str, str]:
        """What the problem in force was given from outside."""
        source = self.session.recipe.source
        return {flag: text or "" for flag, text in source.flags.items()} if source is not None else {}

    def action_speed(self, by: int) -> None:
        """Play faster or slower."""
        self.player.change_speed(by)
        self.say(f"{self.player.speed:,} iterations a second." if not self.player.playing else "")

    def action_restart(self) -> None:
        """Begin again at the same w and b."""
        self.do(Restart())

    async def action_leave(self) -> None:
        """End what is waited for, stop a fast forward, take a question back, or leave a mode."""
        if self._aside is not None:
            self._aside.end()
            return
        if self._question.is_open:
            self._question.leave()
        elif self._view.OWNS_KEYS:
            await self._show(self._behind)
        elif self.player.progress is not None:
            self.player.pause()
        self.changed()

    def action_repaint(self) -> None:
        """Draw the whole screen again: something else wrote on it."""
        if isinstance(self._driver, CellDriver):
            self._driver.repaint()
        else:
            self.refresh(repaint=True)

    def action_help(self) -> None:
        """Show every key."""
        self.push_screen(Help(groups_of_keys(), self._glyphs))

    def action_suspend_process(self) -> None:
        """Stop, and give the terminal back until `fg`."""
        if self._driver is not None and self._driver.can_suspend:
            super().action_suspend_process()
        else:
            self.say("Nothing to suspend to: no shell waits behind this program.")

    def action_ask(self, what: str) -> None:
        """Ask for a number, on the last line."""
        self.player.pause()
        session = self.session
        w, b = session.recipe.beginning
        asked, hint, typed, answer = {
            "iteration": ("iteration: ", "A whole number; beyond the last one it is computed.", "", self._go_to),
            "eta": ("eta: ", "A number above 0.", exact(session.method.eta), self._type_eta),
            "prediction": ("next: ", "One of w, b, dw, db, loss, and what it will be: w -1.99", "", self._predict),
            "guess": ("w b: ", "Two numbers, like 0.5 0.", "", self._guess_at),
            "start": ("w b: ", "Restart from these: two numbers.", f"{exact(w)} {exact(b)}", self._start_at),
            "forward": (
                "forward: ",
                "So many iterations; <0.001: until the loss is below; 1e-6/100: until it settles.",
                "1000",
                self._forward,
            ),
        }[what]
        self._question.ask(asked, typed, answer, self.say)
        self.say(hint)

    def _go_to(self, text: str) -> None:
        iteration = whole(text, "the iteration", 0, MOST_ITERATIONS)
        beyond = iteration - self.session.history.last
        if beyond > 0:
            self.session.do(GoTo(iteration))  # on the way, where nothing is looked up
            self._run_forward(beyond, None)
        else:
            self.do(GoTo(iteration))

    def _type_eta(self, text: str) -> None:
        self._set_eta(positive(text, "eta"))

    def _set_eta(self, eta: float) -> None:
        rule = self.session.method.optimizer.definition
        if rule.uses_eta:
            self.changed(self.carry_out(SetEta(eta)))
        else:
            self.say(f"{rule.title} finds its steps itself: eta rests.")

    def _start_at(self, text: str) -> None:
        self.do(Restart(pair(text, "w and b")))

    def _guess_at(self, text: str) -> None:
        self._guess_work.go_to(pair(text, "w and b"))
        self.changed(self.carry_out())

    def _predict(self, text: str) -> None:
        from gdtui.session.prediction import mark, read_prediction

        name, number = read_prediction(text)
        source, marked = self.session.recipe.source, partial(mark, self.session, name, number)
        if not isinstance(source, OwnFunction):
            self._reveal(name, marked())
            return
        waiting = Aside(f"{source.name} has not answered yet.", source.end)
        self._wait_for(waiting, in_a_thread(marked), partial(self._reveal, name))

    def _reveal(self, name: str, found: "Mark") -> None:
        from gdtui.session.prediction import in_words

        if found.is_right:
            self.do(Step(1))
            self.say(in_words(found, name))
        else:
            self.say(f"{in_words(found, name)} {self._glyphs.spell('t tries again, → shows it.')}")

    def _forward(self, text: str) -> None:
        goal = read_goal(text)
        if isinstance(goal, int):
            self._run_forward(goal, None)
        else:
            self._run_forward(self.session.recipe.limit, goal)

    def _run_forward(self, n: int, until: Goal | None) -> None:
        async def forward() -> None:
            await self.player.forward(n, until)
            self.on_lines_resized()  # what was not looked up on the way

        self.run_worker(forward(), exclusive=True)

    def pop_screen(self) -> AwaitComplete:
        """Leave the screen in front; one that Enter held down leaves a second time is gone, and no reason to fall."""
        return super().pop_screen() if len(self.screen_stack) > 1 else AwaitComplete()

    def action_command_palette(self) -> None:
        """Offer every command by name."""
        if not isinstance(self.screen, Palette):
            classes = "-ascii" if self._glyphs is glyphs.ASCII else ""
            self.push_screen(Palette(placeholder="Search for commands", id="--command-palette", classes=classes))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What the palette offers: every key's action, and the themes."""
        for group in (*EVERYWHERE, *self._view.keys):
            keys = group.shown.split() if group.commands else [group.shown]
            names = group.commands or (group.does,)
            for name, key, (bound, action) in zip(names, keys, group.actions.items(), strict=True):
                own = self._view.binding_of(bound.split(",")[0])
                run = partial(self._look, *own) if own else partial(self.run_action, action)
                yield SystemCommand(name, self._glyphs.spell(key), run)
        yield SystemCommand("colour theme", "choose one", self.action_change_theme)


def groups_of_keys() -> dict[str, Sequence[Keys]]:
    """All keys, by where they work."""
    groups: dict[str, Sequence[Keys]] = {"": EVERYWHERE}
    for n, view in enumerate(VIEWS, start=1):
        groups[f"In view {n}, {view.TITLE}:"] = view.KEYS
        groups |= {f"  on its page {page.TITLE}:": page.KEYS for page in view.PAGES if page.KEYS}
    return {**groups, "In guess work:": GuessWork.KEYS}


class Palette(CommandPalette):
    """Textual's; but its icon is no letter."""

    DEFAULT_CSS = """
    Palette SearchIcon { display: none; }
    Palette #--input { padding-left: 2; }
    Palette.-ascii #--input, Palette.-ascii CommandList { border: none; }
    Palette.-ascii CommandList { scrollbar-size-vertical: 0; margin-top: 1; }
    """


def neighbour(eta: float, by: int) -> float:
    """The next eta above (by = 1) or below (by = -1) along 1-2-5."""
    exponent = max(-299, min(math.floor(math.log10(eta)), 299))
    ladder = [float(f"{step}e{power}") for power in range(exponent - 1, exponent + 2) for step in (1, 2, 5)]
    if by > 0:
        return min((x for x in ladder if x > eta), default=eta)
    return max((x for x in ladder if 0.0 < x < eta), default=eta)


def run(recipe: Recipe, *, css: Path | None, ascii_only: bool, theme: str | None) -> int:
    """Run the app, then say how to start this run again; the exit code. BadInput for a theme or stylesheet amiss."""
    waiting = threading.Timer(1.0, sys.stderr.write, ["The function has not answered yet; Ctrl+C ends it.\n"])
    if isinstance(recipe.source, OwnFunction):  # which is asked before there is a screen
        waiting.start()
    try:
        app = Gdtui(recipe, css, ascii_only=ascii_only)
    finally:
        waiting.cancel()
    if css is not None:
        stylesheet.check(css, app.get_css_variables())
    if theme is not None:
        if theme not in BUILTIN_THEMES:
            near = get_close_matches(theme, BUILTIN_THEMES, n=3, cutoff=0.3) or ["textual-dark", "textual-light"]
            raise BadInput(f"there is no theme {quoted(theme)}: {' or '.join(near)} would be right")
        app.theme = theme
    app.run(mouse=False)  # there is nothing to click, and so the terminal's own selection works
    if not app.return_code:
        sys.stdout.write("\n".join(farewell(app.session)) + "\n")
    return app.return_code or 0


def farewell(session: Session) -> list[str]:
    """The command that starts this run again, and in words each change made on the way."""
    return [session.recipe.command_line(), *(f"  {change}" for change in session.changes())]
