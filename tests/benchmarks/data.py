"""What a million data points cost: time and memory of a step beside NumPy by hand, and of reading a file.

    python -m tests.benchmarks.data FORM COUNT
    python -m tests.benchmarks.data run|numpy FLAGS

take a few steps in a form, or run the program, with NumPy loaded first or not, and print the peak of resident memory
in KiB.
"""

import subprocess
import sys
from collections.abc import Callable
from os import devnull
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from gdtui.cli import main
from gdtui.engine.batches import Batches
from gdtui.engine.history import History
from gdtui.engine.problems.points import Columns
from gdtui.session.data import Data, read
from gdtui.session.recipe import Recipe, problem
from tests.benchmarks.clock import fastest

BLOCK = 8192
STEPS = 3

Column = Any
Step = Callable[[], object]


def columns(count: int) -> tuple[Column, Column]:
    """Points about a sigmoid, made in blocks so that the making is not what is measured."""
    import numpy

    generator = numpy.random.default_rng(0)
    x, y = numpy.empty(count), numpy.empty(count)
    for i in range(0, count, BLOCK):
        block = x[i : i + BLOCK]
        block[:] = generator.uniform(-3.0, 3.0, len(block))
        y[i : i + BLOCK] = 1.0 / (1.0 + numpy.exp(0.4 - 1.3 * block)) + generator.normal(0.0, 0.05, len(block))
    return x, y


def gdtui(x: Column, y: Column, batches: Batches = Batches()) -> Step:  # noqa: B008
    """A recorded step of gdtui."""
    recipe = Recipe(problem("neuron:reduction=mean"), Data("", None, None, Columns(x, y)), batches=batches)
    history = History(recipe.method(), -2.0, -2.0)
    return lambda: history.extend(1)


def gradient(x: Column, y: Column, w: float, b: float) -> tuple[float, float, float]:
    """Loss and gradient as anybody writes them in NumPy."""
    import numpy

    z = w * x + b
    f = 1 / (1 + numpy.exp(-z))
    e = f - y
    d = e * f * (1 - f)
    return 0.5 * (e @ e), d @ x, d.sum()


def blocked(x: Column, y: Column) -> Step:
    """A step by hand, a block of the points at a time."""
    parameters = [-2.0, -2.0]

    def step() -> None:
        loss = dw = db = 0.0
        for i in range(0, len(x), BLOCK):
            value, of_w, of_b = gradient(x[i : i + BLOCK], y[i : i + BLOCK], *parameters)
            loss, dw, db = loss + value, dw + of_w, db + of_b
        parameters[:] = parameters[0] - dw / len(x), parameters[1] - db / len(x)

    return step


def naive(x: Column, y: Column) -> Step:
    """A step by hand, all points at once."""
    parameters = [-2.0, -2.0]

    def step() -> None:
        _, dw, db = gradient(x, y, *parameters)
        parameters[:] = parameters[0] - dw / len(x), parameters[1] - db / len(x)

    return step


FORMS: dict[str, Callable[[Column, Column], Step]] = {"gdtui": gdtui, "blocked": blocked, "naive": naive}


def seconds(count: int = 1_000_000) -> dict[str, float]:
    """Of a step, by form."""
    x, y = columns(count)
    return dict(zip(FORMS, fastest(*(form(x, y) for form in FORMS.values())), strict=True))


def seconds_of_a_batch(count: int) -> float:
    """Of a step on a shuffled batch of 32 out of so many points; no epoch begins with it."""
    return fastest(gdtui(*columns(count), Batches(32, "shuffle")))[0]


def write(path: Path, count: int) -> None:
    """A file of points with all their digits."""
    with path.open("w") as file:
        file.write("x,y\n")
        file.writelines(f"{x!r},{y!r}\n" for x, y in zip(*(column.tolist() for column in columns(count)), strict=True))


def reading(count: int = 1_000_000) -> float:
    """Seconds to read a file of so many points."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "points.csv"
        write(path, count)
        begun = perf_counter()
        read(str(path))
        return perf_counter() - begun


def peaks(count: int = 1_000_000) -> dict[str, float]:
    """Of resident memory, in bytes a point: steps above NumPy loaded, and the program above itself on two points.

    Of what the program takes for all points, NumPy is 11 to 13 MB; two points do without, unless they are shuffled.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "points.csv"
        write(path, count)
        found = {name: (peak(name, count) - peak(name, 1)) / count for name in FORMS}
        shuffled = "--order", "shuffle", "--batch"
        own = peak("run", "--data", path)
        found["gdtui run"] = (own - peak("run")) / count
        found["gdtui run, above NumPy loaded on two points"] = (own - peak("numpy")) / count
        own = peak("run", "--data", path, *shuffled, 32)
        found["gdtui run --order shuffle"] = (own - peak("run", *shuffled, 1)) / count
        return found


def peak(*arguments: object) -> int:
    """Bytes of a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.data", *map(str, arguments)]
    return 1024 * int(subprocess.run(command, capture_output=True, check=True).stdout)


def work(what: str, *arguments: str) -> None:
    """What a process is measured at."""
    if what in FORMS:
        step = FORMS[what](*columns(int(arguments[0])))
        for _ in range(STEPS):
            step()
        return
    if what == "numpy":
        import numpy  # noqa: F401
    main(["run", "--steps", "100", "--every", "100", "--output", devnull, *arguments])


if __name__ == "__main__":
    work(*sys.argv[1:])
    # What getrusage says of a process begins with what its parent had.
    status = Path("/proc/self/status").read_text()
    print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
