"""Along the gradient: gradient descent, and momentum."""

from gdtui.engine.definition import Number
from gdtui.engine.numbers import Numbers, Real
from gdtui.engine.optimizers.definition import Memory, Rule, Update, each_parameter, optimizer
from gdtui.engine.problems.definition import Objective

BETA = Number(0.9, at_least=0.0, below=1.0)
BETA_MAX = Number(None, at_least=0.0, below=1.0)


@optimizer(
    "gd",
    "GD",
    about="Against the gradient, by eta times its length.",
    formula="theta = theta - eta g",
    reference="Cauchy 1847; CS7015 lecture 5, slides 25-26",
    default_eta=None,
)
def gradient_descent(_numbers: Numbers, _convention: str) -> Rule:
    def update(
        w: Real, b: Real, dw: Real, db: Real, eta: Real, _n: int, memory: Memory, _objective: Objective
    ) -> Update:
        return w - eta * dw, b - eta * db, memory, eta

    return update


@optimizer(
    "normalized",
    "Normalized GD",
    about="By eta whatever the gradient's length: not so slow where it is flat, not so fast where it is steep.",
    formula="theta = theta - eta g / |g|",
    reference="Nesterov 1984; Hazan, Levy, Shalev-Shwartz 2015",
)
def normalized(numbers: Numbers, _convention: str) -> Rule:
    def update(
        w: Real, b: Real, dw: Real, db: Real, eta: Real, _n: int, memory: Memory, _objective: Objective
    ) -> Update:
        norm = numbers.hypot(dw, db)
        moves = norm != 0.0
        w = numbers.where(moves, w - eta * numbers.divide(dw, norm), w)
        b = numbers.where(moves, b - eta * numbers.divide(db, norm), b)
        return w, b, memory, eta

    return update


def beta_at(n: int, beta: float, beta_max: float | None) -> float:
    """The lecture's rising momentum, min(1 - 2^(-1 - log2(floor(t/250) + 1)), beta_max), where one is asked for."""
    return beta if beta_max is None else min(1.0 - 0.5 / ((n - 1) // 250 + 1), beta_max)


@optimizer(
    "momentum",
    "Momentum",
    about="Keeps part of the last step: fast along valleys and plateaus, but it overshoots.",
    formula="u = beta u + eta g;  theta = theta - u",
    pytorch_formula="u = beta u + g;  theta = theta - eta u",
    reference="Polyak 1964; CS7015 lecture 5, slides 44-45; beta_max: Sutskever et al. 2013",
    default_eta=None,
    memory=("u",),
    beta=BETA,
    beta_max=BETA_MAX,
)
def momentum(_numbers: Numbers, convention: str, beta: float, beta_max: float | None) -> Rule:
    def lecture(theta: Real, g: Real, eta: Real, n: int, memory: Memory) -> tuple[Real, Memory]:
        (u,) = memory
        u = beta_at(n, beta, beta_max) * u + eta * g
        return theta - u, (u,)

    def pytorch(theta: Real, g: Real, eta: Real, n: int, memory: Memory) -> tuple[Real, Memory]:
        (u,) = memory
        u = beta_at(n, beta, beta_max) * u + g
        return theta - eta * u, (u,)

    return each_parameter(pytorch if convention == "pytorch" else lecture)


@optimizer(
    "nag",
    "NAG",
    about="Nesterov's momentum: looks where the kept step leads before it corrects it, and turns back sooner.",
    formula="g at theta - beta u;  u = beta u + eta g;  theta = theta - u",
    pytorch_formula="u = beta u + g;  theta = theta - eta (g + beta u)",
    reference="Nesterov 1983; CS7015 lecture 5, slide 54; Sutskever et al. 2013",
    default_eta=None,
    memory=("u",),
    beta=BETA,
    beta_max=BETA_MAX,
)
def nag(_numbers: Numbers, convention: str, beta: float, beta_max: float | None) -> Rule:
    def lecture(
        w: Real, b: Real, _dw: Real, _db: Real, eta: Real, n: int, memory: Memory, objective: Objective
    ) -> Update:
        (u_w,), (u_b,) = memory
        kept = beta_at(n, beta, beta_max)
        _, dw, db = objective.evaluate(w - kept * u_w, b - kept * u_b)
        u_w, u_b = kept * u_w + eta * dw, kept * u_b + eta * db
        return w - u_w, b - u_b, ((u_w,), (u_b,)), eta

    def pytorch(theta: Real, g: Real, eta: Real, n: int, memory: Memory) -> tuple[Real, Memory]:
        (u,) = memory
        kept = beta_at(n, beta, beta_max)
        u = kept * u + g
        return theta - eta * (g + kept * u), (u,)

    return each_parameter(pytorch) if convention == "pytorch" else lecture
