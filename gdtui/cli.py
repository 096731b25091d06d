"""The command line: arguments make a recipe, and the recipe goes to the app or to a run without a screen.

Data goes to standard output and words go to standard error. Exit codes: 0 done, 1 the output could not be written,
2 what was asked for cannot be, 130 stopped by Ctrl+C.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from time import monotonic
from typing import Any, Self, TextIO, TypeVar

import click
from click.core import ParameterSource

from gdtui.engine.batches import ORDERS, Batches
from gdtui.engine.catalog import CONVENTIONS, OPTIMIZERS, PROBLEMS, SCHEDULES, ProblemDefinition
from gdtui.engine.definition import Definition, Parameter, find, written
from gdtui.engine.history import Row
from gdtui.engine.mistakes import BadInput, printable, quoted
from gdtui.session import recipe
from gdtui.session.numerals import pair, positive, whole
from gdtui.session.own_function import OwnFunction
from gdtui.session.recipe import LIMIT, Recipe, Source
from gdtui.session.running import FORMATS, Ending, Format, diagnosis_line, keep, run
from gdtui.session.stopping import MOST_ITERATIONS, Limit, Settled

RUN_LIMIT = 1_000
"""Iterations of a run without a screen, unless told otherwise."""

PATIENCE = 1.0
"""Seconds of silence on the terminal after which a run says how far it is."""

REDRAWN = 0.1
"""Seconds between two times that it says so."""

Command = TypeVar("Command", bound=Callable[..., Any])


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say, the command line's unless others are given; the exit code."""
    try:
        with gdtui.make_context("gdtui", list(sys.argv[1:] if arguments is None else arguments)) as context:
            return int(gdtui.invoke(context))
    except click.exceptions.Exit as done:
        return done.exit_code
    except BadInput as error:
        return _say(str(error), 2)
    except click.ClickException as error:
        return _say(_sentence(error), error.exit_code)
    except KeyboardInterrupt:
        _abandon(sys.stdout)
        return _say("stopped by Ctrl+C", 130)
    except OSError as error:
        _abandon(sys.stdout)
        # Who closes a pipe has seen enough, and that is no mistake.
        return 0 if isinstance(error, BrokenPipeError) else _say(f"stopped: {error.strerror or error}", 1)


# Words on standard error


def _say(sentence: str, code: int = 0) -> int:
    """Say a sentence; the exit code that goes with it.

    A name from outside may hold anything: no control character of it reaches the terminal.
    """
    if sys.stderr is not None:
        try:
            sys.stderr.write(f"gdtui: {printable(sentence)}\n")
            sys.stderr.flush()
        except OSError:  # nobody is there to hear it
            _abandon(sys.stderr)
    return code


def _sentence(error: click.ClickException) -> str:
    """What click says of a wrong usage, as one sentence that ends with what would be right."""
    if not isinstance(error, click.UsageError):
        return error.message
    wrong, near = f"{error.message[:1].lower()}{error.message[1:].rstrip('.')}", None
    if isinstance(error, click.NoSuchOption):
        wrong, near = f"there is no option {quoted(error.option_name)}", error.possibilities
    right = f"{' or '.join(near)} would be" if near else "--help shows what would be"
    return f"{wrong}: {right} right"


def _abandon(stream: TextIO | None) -> None:
    """Send nowhere what a stream still holds: the interpreter flushes it at the end and would complain."""
    if stream is not None:
        with suppress(OSError), open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), stream.fileno())


# The flags


def reads(parse: Callable[[Any, str], object]) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """Read a flag by a function of the session, which refuses a text in the words that it has for it everywhere."""
    return lambda _context, flag, text: None if text is None else parse(text, flag.opts[0])


def flags_of_a_recipe(limit: int, least: int) -> Callable[[Command], Command]:
    """The flags that make a `Recipe`; the limit and the least it can be are the command's own."""
    flags = (
        click.option(
            "--problem",
            metavar="NAME[:KEY=VALUE,...]",
            default="lecture",
            show_default=True,
            help=f"What is descended on: {', '.join(PROBLEMS)}. `gdtui list` says more of this and all that follows.",
        ),
        click.option("--data", metavar="FILE", help="Your own points, for --problem neuron: a file of x and y."),
        click.option("--x", metavar="COLUMN", help="The column of the file that holds x."),
        click.option("--y", metavar="COLUMN", help="The column of the file that holds y."),
        click.option("--function", metavar="FILE.py:NAME", help="Your own f(x, y), from a Python file."),
        click.option(
            "--start",
            nargs=2,
            metavar="W B",
            callback=reads(lambda texts, flag: pair(" ".join(texts), flag)),
            help="w and b at iteration 0.  [default: the problem's, -2 -2 for points]",
        ),
        click.option(
            "--optimizer",
            metavar="NAME[:KEY=VALUE,...]",
            default="gd",
            show_default=True,
            callback=reads(lambda text, _flag: recipe.optimizer(text)),
            help=f"The rule by which w and b move: {', '.join(OPTIMIZERS)}.",
        ),
        click.option(
            "--convention",
            metavar="|".join(CONVENTIONS),
            default=CONVENTIONS[0],
            show_default=True,
            callback=reads(lambda name, _flag: find("convention", name, dict.fromkeys(CONVENTIONS, name))),
            help="Whose form of the rule, where the lecture and PyTorch differ.",
        ),
        click.option(
            "--eta", metavar="X", callback=reads(positive), help="The learning rate.  [default: the optimizer's]"
        ),
        click.option(
            "--schedule",
            metavar="NAME[:KEY=VALUE,...]",
            callback=reads(lambda text, _flag: recipe.schedule(text)),
            help=f"How eta changes: {', '.join(SCHEDULES)}.  [default: constant]",
        ),
        click.option(
            "--batch",
            metavar="all|N",
            default="all",
            show_default=True,
            callback=reads(lambda text, flag: None if text == "all" else whole(text, flag, 1, MOST_ITERATIONS)),
            help="Points that an update uses.",
        ),
        click.option(
            "--order",
            metavar="|".join(ORDERS),
            default=ORDERS[0],
            show_default=True,
            callback=reads(lambda name, _flag: find("order", name, dict.fromkeys(ORDERS, name))),
            help="Batches in the order of the data, or shuffled anew each epoch.",
        ),
        click.option(
            "--seed",
            metavar="N",
            default="0",
            show_default=True,
            callback=reads(lambda text, flag: whole(text, flag, 0, MOST_ITERATIONS)),
            help="Of the shuffling.",
        ),
        click.option(
            "--steps",
            "limit",
            metavar="N",
            default=str(limit),
            callback=reads(lambda text, flag: whole(text, flag, least, MOST_ITERATIONS)),
            help=f"The limit on iterations.  [default: {limit:,}]",
        ),
        click.option(
            "--stop",
            metavar="X/N",
            callback=reads(lambda text, _flag: Settled.parse(text)),
            help="Stop when the loss has changed by less than X over N iterations, like 1e-6/100.",
        ),
    )

    def decorate(command: Command) -> Command:
        for flag in reversed(flags):
            command = flag(command)
        return command

    return decorate


def _recipe(
    problem: str,
    data: str | None,
    x: str | None,
    y: str | None,
    function: str | None,
    batch: int | None,
    order: str,
    seed: int,
    **fields: Any,
) -> Recipe:
    """The recipe that the flags make; --data alone means the neuron, --function alone a person's function."""
    if data is None and (x or y):
        raise BadInput("--x and --y name columns of a file: --data FILE brings it")
    asked = {"data": data, "x": x, "y": y, "function": function}
    source = click.get_current_context().get_parameter_source("problem")
    if source is not ParameterSource.COMMANDLINE:
        problem = "neuron" if data is not None else "function" if function is not None else problem
    choice = recipe.problem(problem)
    for flag, brings in (("data", "points for --problem neuron"), ("function", "a function for --problem function")):
        if asked[flag] is not None and flag not in choice.definition.asks:
            name = choice.definition.name
            raise BadInput(f"--{flag} brings {brings}, not for {name}: leave one of them out")
    return Recipe(
        problem=choice,
        source=_bring(choice.definition, asked),
        batches=Batches(batch, order, seed),
        **fields,
    )


def _bring(problem: ProblemDefinition, asked: Mapping[str, str | None]) -> Source | None:
    """What a problem asks for from outside; a large file takes seconds, and says so."""
    with _Progress() as progress:

        def go_on(share: float) -> bool:
            progress.show(share, f"of {quoted(os.path.basename(asked['data'] or ''))} read")
            return True

        return recipe.bring(problem, asked, go_on)


def _print_version(context: click.Context, _flag: click.Parameter, asked: bool) -> None:
    if asked:
        click.echo(f"gdtui {_version()}")
        context.exit()


def _version() -> str:
    from importlib import metadata

    try:
        return metadata.version("gdtui")
    except metadata.PackageNotFoundError:
        return "(a checkout that is not installed)"


version_flag = click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)


# gdtui


class _Commands(click.Group):
    """A command that is not known is refused in the words for every such name."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        find("command", args[0], self.commands)
        return super().resolve_command(ctx, args)


def _stylesheet(text: str, flag: str) -> Path:
    if not os.path.exists(text):
        wrong = "there is none of that name"
    elif os.path.isdir(text):
        wrong = "that is a folder"
    elif not os.access(text, os.R_OK):
        wrong = "you may not read it"
    else:
        return Path(text)
    raise BadInput(f"{flag} must be a file that can be read, not {text!r}: {wrong}")


@click.group(cls=_Commands, invoke_without_command=True, subcommand_metavar="[run ...]")
@flags_of_a_recipe(LIMIT, least=1)
@click.option("--css", metavar="FILE", callback=reads(_stylesheet), help="A stylesheet on top of gdtui's own.")
@click.option("--ascii", "ascii_only", is_flag=True, help="Draw with ASCII characters only.")
@click.option("--theme", metavar="NAME", help="Colours, by the name of a theme of Textual.")
@version_flag
@click.pass_context
def gdtui(context: click.Context, /, css: Path | None, ascii_only: bool, theme: str | None, **flags: Any) -> int:
    """Step gradient descent by keyboard, iteration by iteration.

    It takes the whole terminal: space plays, the right and left arrow step forward and back, + and - change eta, q
    quits, and ? shows all the keys. `gdtui run` prints the numbers instead.
    """
    if context.invoked_subcommand is not None:
        _refuse_flags_in_front(context)
        return 0
    _require_a_terminal()
    from gdtui.ui.app import run as run_app

    return run_app(_recipe(**flags), css=css, ascii_only=ascii_only, theme=theme)


def _refuse_flags_in_front(context: click.Context) -> None:
    """Before `run` they would be read and forgotten."""
    for flag in context.command.params:
        if context.get_parameter_source(str(flag.name)) is ParameterSource.COMMANDLINE:
            raise BadInput(f"{flag.opts[0]} stands before `run`: what a run takes stands after it")


def _require_a_terminal() -> None:
    _require_tty(sys.stdin, "input", "the keys come from there")
    _require_tty(sys.stderr, "error", "the screen is drawn there")
    term = os.environ.get("TERM", "")
    if term in {"", "dumb", "unknown"}:
        raise BadInput(
            f"TERM is {quoted(term)}, which is no terminal that a screen can be drawn on: "
            "set it to the name of yours, or use `gdtui run`"
        )


def _require_tty(stream: TextIO | None, name: str, use: str) -> None:
    if stream is None or not stream.isatty():
        raise BadInput(f"standard {name} is not a terminal, and {use}: leave out the redirection, or use `gdtui run`")


# gdtui run


@gdtui.command(
    "run", epilog="Exit codes: 0 done, 1 output not written, 2 wrong usage or a function that fails, 130 Ctrl+C."
)
@flags_of_a_recipe(RUN_LIMIT, least=0)
@click.option(
    "--every",
    metavar="K",
    default="1",
    show_default=True,
    callback=reads(lambda text, flag: whole(text, flag, 1, MOST_ITERATIONS)),
    help="Print every K-th iteration; the first and the last are printed always.",
)
@click.option(
    "--format",
    "form",
    metavar="|".join(FORMATS),
    default="table",
    show_default=True,
    callback=reads(lambda name, _flag: find("format", name, FORMATS)),
    help="A table for people, or all digits for programs.",
)
@click.option("--output", metavar="FILE", help="Write the rows there instead of on standard output.")
@click.option(
    "--diagnose",
    is_flag=True,
    help="Print no rows, but one line of JSON: what is happening at the end, why one may say so, and what to try.",
)
@version_flag
def run_command(every: int, form: Format, output: str | None, diagnose: bool, **flags: Any) -> int:
    """Print the iterations of a run, without a screen.

    Row t holds w and b after t updates, with the gradient and the loss there. Rows go to standard output, words to
    standard error. The run ends at the limit, where the stop rule is met, or at a number that is not finite.
    """
    recipe = _recipe(**flags)
    if isinstance(recipe.source, OwnFunction):
        _say(recipe.source.note)
    try:
        ending = _print_diagnosis(recipe, output) if diagnose else _print_run(recipe, every, form, output)
    except BrokenPipeError:
        raise
    except OSError as error:
        _abandon(sys.stdout)
        where = "standard output" if output is None else repr(output)
        raise click.ClickException(f"cannot write to {where}: {error.strerror}") from error
    return _tell(ending)


def _print_run(recipe: Recipe, every: int, form: Format, output: str | None) -> Ending:
    with _open(output) as out, _ctrl_c(_end_of(recipe)) as pressed, _Progress() as progress:
        shared = out.isatty()

        def write(rows: Sequence[Row]) -> None:
            if shared:
                progress.make_way()
            out.write("".join(map(form.line, rows)))
            out.flush()

        def go_on(iteration: int) -> bool:
            progress.show(iteration / recipe.limit, f"{iteration:,} of {recipe.limit:,} iterations")
            return not pressed()

        out.write(form.header)
        with _ended_by(pressed):
            return run(recipe, every, write, go_on)


def _end_of(recipe: Recipe) -> Callable[[], None]:
    """What ends a question to a person's own function."""
    return recipe.source.end if isinstance(recipe.source, OwnFunction) else lambda: None


@contextmanager
def _ended_by(pressed: Callable[[], bool]) -> Iterator[None]:
    """That a function gave no answer is no mistake of its own where Ctrl+C ended it."""
    try:
        yield
    except BadInput:
        if pressed():
            raise KeyboardInterrupt from None
        raise


def _print_diagnosis(recipe: Recipe, output: str | None) -> Ending:
    from gdtui.engine.analysis.diagnosis import diagnose

    with _open(output) as out, _ctrl_c(_end_of(recipe)) as pressed, _Progress() as progress:

        def go_on(iteration: int) -> bool:
            progress.show(iteration / recipe.limit, f"{iteration:,} of {recipe.limit:,} iterations")
            return not pressed()

        with _ended_by(pressed):
            history, ending = keep(recipe, go_on)
        progress.make_way()
        out.write(diagnosis_line(diagnose(history, history.last)))
        out.flush()
    return ending


def _tell(ending: Ending) -> int:
    """Say why a run ended, unless it is what was asked for; the exit code."""
    match ending.reason:
        case None:
            return _say(f"stopped by Ctrl+C at iteration {ending.last.iteration:,}", 130)
        case Limit() as reason:
            return _say(str(reason)) if reason.sought is not None else 0
        case Settled() as reason:
            return _say(f"stopped at iteration {ending.last.iteration:,}: {reason}")
        case reason:
            return _say(f"stopped: {reason}")


def _open(output: str | None) -> AbstractContextManager[TextIO]:
    if output is not None:
        try:
            return open(output, "w", encoding="utf-8")
        except OSError as error:
            raise BadInput(
                f"--output must be a file that you may write, in a folder that is there, not {output!r}: "
                f"{error.strerror}"
            ) from error
    if sys.stdout is None:
        raise BadInput("standard output is closed, and the rows go there: use --output FILE")
    return nullcontext(sys.stdout)


@contextmanager
def _ctrl_c(end: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Whether Ctrl+C was pressed: a run asks between rows, so that no line is cut; `end` ends what does not come back.

    Pressed again it breaks off at once, for rows may be waiting for a reader who does not read.
    """
    pressed = False

    def note(_signal: int, _frame: object) -> None:
        nonlocal pressed
        pressed = True
        signal.signal(signal.SIGINT, signal.default_int_handler)
        end()

    before = signal.getsignal(signal.SIGINT)
    if before is not signal.SIG_IGN:  # as a shell has it for what runs in the background
        signal.signal(signal.SIGINT, note)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, before)


class _Progress:
    """How far something is, in the last line of a terminal that has been silent for a while."""

    def __init__(self) -> None:
        self._terminal = sys.stderr if sys.stderr is not None and sys.stderr.isatty() else None
        self._began = monotonic()
        self._due = self._began + PATIENCE
        self._width = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.make_way()

    def show(self, share: float, words: str) -> None:
        """Say that a part is done, if it is time to."""
        now = monotonic()
        if self._terminal is not None and now >= self._due and share:
            left = round((now - self._began) * (1 - share) / share)
            self._draw(f"{share:.0%}: {words}, at most {left // 60}:{left % 60:02} left")
            self._due = now + REDRAWN

    def make_way(self) -> None:
        """Leave the line to others for a while."""
        if self._width:
            self._draw("")
        self._due = monotonic() + PATIENCE

    def _draw(self, text: str) -> None:
        """Write over the line and leave the cursor at its beginning, where what comes next hides it.

        Spaces and a carriage return do for any terminal, and a line that is cut to its width does not wrap.
        """
        if self._terminal is None:
            return
        try:
            columns = os.get_terminal_size(self._terminal.fileno()).columns or 80
            self._terminal.write(f"\r{text.ljust(self._width)[: columns - 1]}\r")
            self._terminal.flush()
        except OSError:  # the terminal is gone
            self._terminal = None
        self._width = len(text)


# gdtui list

KINDS: dict[str, Mapping[str, Definition]] = {"optimizers": OPTIMIZERS, "problems": PROBLEMS, "schedules": SCHEDULES}

SAID_OF_ALL = """\
g is the gradient of the points in use, n counts an optimizer's updates from 1, t a schedule's from 0; products are per
parameter, every memory begins at 0, sign(0) = 0, and mhat = m / (1 - beta1^n), vhat = v / (1 - beta2^n). A batch is a
block of the data and does not cross the end of an epoch. clip=X scales g down to norm X; warmup=K lets eta rise to eta0
in K updates before the schedule begins at its t = 0."""


@gdtui.command("list")
@click.argument("kind", required=False, metavar="[optimizers|problems|schedules]")
@version_flag
def list_command(kind: str | None) -> int:
    """Print what there is: names, parameters with defaults and bounds, and formulas."""
    kinds = KINDS if kind is None else {kind: find("list", kind, KINDS)}
    pages = ("\n\n".join([name.upper(), *map(_described, definitions.values())]) for name, definitions in kinds.items())
    click.echo("\n\n".join([*pages, SAID_OF_ALL]))
    return 0


def _described(definition: Definition) -> str:
    """One definition, as many lines as it needs."""
    usual, *others = CONVENTIONS
    facts = [f"{definition.name}  {definition.about}", definition.form(usual)]
    facts += [f"{other}: {form}" for other in others if (form := definition.form(other)) != definition.form(usual)]
    facts += definition.facts()
    facts += [f"{key}={_default(parameter)}  {parameter.bounds}" for key, parameter in definition.parameters.items()]
    return "\n    ".join([*facts, definition.reference])


def _default(parameter: Parameter) -> str:
    return "..." if parameter.default is None else written(parameter.default)
