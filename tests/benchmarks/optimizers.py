"""Microseconds of a recorded step by each optimizer, beside the lecture's code, PyTorch and numba where they are."""

from collections.abc import Callable
from importlib.util import find_spec
from time import perf_counter

from gdtui.engine.catalog import OPTIMIZERS
from gdtui.engine.history import History
from gdtui.engine.numbers import arrays
from gdtui.session.recipe import Recipe, optimizer
from tests.benchmarks import lecture

STEPS = 4_000
ROUNDS = 5


def microseconds(job: Callable[[], object], steps: int = STEPS) -> float:
    """The least time of a step over some rounds."""
    least = float("inf")
    for _ in range(ROUNDS):
        begun = perf_counter()
        job()
        least = min(least, perf_counter() - begun)
    return least / steps * 1e6


def recorded(name: str) -> float:
    """A step that the history records."""
    method = Recipe(optimizer=optimizer(name)).method()
    return microseconds(lambda: History(method, -2.0, -2.0).extend(STEPS))


def with_torch(name: str) -> float | None:
    """A step of PyTorch's own optimizer on the same neuron; None where there is none."""
    import torch

    classes = {
        "gd": torch.optim.SGD,
        "adagrad": torch.optim.Adagrad,
        "adadelta": torch.optim.Adadelta,
        "rmsprop": torch.optim.RMSprop,
        "adam": torch.optim.Adam,
        "adamw": torch.optim.AdamW,
        "nadam": torch.optim.NAdam,
        "radam": torch.optim.RAdam,
        "adamax": torch.optim.Adamax,
        "rprop": torch.optim.Rprop,
    }
    if name not in classes:
        return None
    theta = torch.tensor([-2.0, -2.0], dtype=torch.float64, requires_grad=True)
    x, y = torch.tensor([[0.5, 2.5], [0.2, 0.9]], dtype=torch.float64)
    rule, steps = classes[name]([theta], lr=0.1), 200

    def descend() -> None:
        for _ in range(steps):
            rule.zero_grad()
            (0.5 * (torch.sigmoid(theta[0] * x + theta[1]) - y).square().sum()).backward()
            rule.step()

    return microseconds(descend, steps)


def with_numba() -> float:
    """A step of the lecture's loop, compiled."""
    import numba

    compiled = numba.njit(lecture.descend)
    compiled(1)
    return microseconds(lambda: compiled(STEPS))


def many_starts(count: int = 20_000) -> float:
    """Microseconds of a step of so many starts at once."""
    import numpy

    numbers, method = arrays(), Recipe(optimizer=optimizer("adam")).method()
    objective, rule = method.problem.objective(numbers), method.rule(numbers)
    generator = numpy.random.default_rng(0)
    w, b = generator.uniform(-6, 6, (2, count))
    memory = method.optimizer.definition.beginning
    begun, steps = perf_counter(), 50
    for n in range(1, steps + 1):
        _, dw, db = objective.evaluate(w, b)
        w, b, memory, _ = rule(w, b, dw, db, 0.1, n, memory, objective)
    return (perf_counter() - begun) / steps * 1e6


def print_all() -> None:
    """One optimizer a line."""
    floor = microseconds(lambda: lecture.descend(STEPS))
    torch, numba = find_spec("torch"), find_spec("numba")
    print(f"\n{'the lecture in plain floats':<30} {floor:8.2f} us")
    if numba:
        print(f"{'the lecture, compiled by numba':<30} {with_numba():8.3f} us")
    print(f"{'20,000 starts at once, adam':<30} {many_starts():8.1f} us, {many_starts() / 20_000:.3f} us a start")
    for name in OPTIMIZERS:
        own = recorded(name)
        beside = with_torch(name) if torch else None
        print(f"{name:<30} {own:8.2f} us  {own / floor:6.2f} x" + (f"  PyTorch {beside:8.1f} us" if beside else ""))
