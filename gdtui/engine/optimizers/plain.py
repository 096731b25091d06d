"""Gradient descent itself."""

from gdtui.engine.numbers import Numbers, Real
from gdtui.engine.optimizers.definition import Memory, Optimizer, Rule, each_parameter


def gradient_descent(_numbers: Numbers) -> Rule:
    """Against the gradient, by eta times its length."""

    def rule(theta: Real, g: Real, eta: Real, _n: int, memory: Memory) -> tuple[Real, Memory]:
        return theta - eta * g, memory

    return each_parameter(rule)


GD = Optimizer(
    name="gd",
    title="GD",
    formula="theta = theta - eta g",
    reference="Cauchy 1847; CS7015 lecture 5, slides 25-26",
    default_eta=1.0,
    memory=((), ()),
    rule=gradient_descent,
)
