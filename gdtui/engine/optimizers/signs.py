"""By the signs of the gradient alone: Rprop and Lion."""

from gdtui.engine.definition import Number
from gdtui.engine.numbers import Numbers, Real
from gdtui.engine.optimizers.definition import Memory, Rule, each_parameter, optimizer


@optimizer(
    "rprop",
    "Rprop",
    about="Each parameter's step grows while the sign of its gradient stays, and shrinks when it turns.",
    formula="size = size eta_plus while the sign of g stays, size eta_minus when it turns, and then g counts as 0;  "
    "theta = theta - sign(g) size;  the first size is eta",
    reference="Riedmiller, Braun 1993; torch.optim.Rprop",
    default_eta=0.01,
    memory=("size", "g"),
    uses_schedule=False,
    eta_minus=Number(0.5, above=0.0, below=1.0),
    eta_plus=Number(1.2, above=1.0),
    step_min=Number(1e-6, above=0.0),
    step_max=Number(50.0, above=0.0),
)
def rprop(
    numbers: Numbers, _convention: str, eta_minus: float, eta_plus: float, step_min: float, step_max: float
) -> Rule:
    where, sign, maximum = numbers.where, numbers.sign, numbers.maximum

    def rule(theta: Real, g: Real, eta: Real, n: int, memory: Memory) -> tuple[Real, Memory]:
        size, before = memory
        turn = sign(g) * sign(before)
        factor = where(turn > 0.0, eta_plus, where(turn < 0.0, eta_minus, 1.0))
        size = (eta if n == 1 else size) * factor
        size = -maximum(-maximum(size, step_min), -step_max)
        g = where(turn < 0.0, 0.0, g)
        return theta - sign(g) * size, (size, g)

    return each_parameter(rule)


@optimizer(
    "lion",
    "Lion",
    about="By the sign of a momentum: every step has the length eta, along both axes.",
    formula="theta = theta - eta (sign(beta1 m + (1 - beta1) g) + weight_decay theta);  m = beta2 m + (1 - beta2) g",
    reference="Chen et al. 2023",
    default_eta=0.01,
    memory=("m",),
    beta1=Number(0.9, at_least=0.0, below=1.0),
    beta2=Number(0.99, at_least=0.0, below=1.0),
    weight_decay=Number(0.0, at_least=0.0),
)
def lion(numbers: Numbers, _convention: str, beta1: float, beta2: float, weight_decay: float) -> Rule:
    sign = numbers.sign

    def rule(theta: Real, g: Real, eta: Real, _n: int, memory: Memory) -> tuple[Real, Memory]:
        (m,) = memory
        theta = theta - eta * (sign(beta1 * m + (1.0 - beta1) * g) + weight_decay * theta)
        return theta, (beta2 * m + (1.0 - beta2) * g,)

    return each_parameter(rule)
