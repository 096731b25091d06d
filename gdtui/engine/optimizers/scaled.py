"""Each parameter by a step of its own: AdaGrad, RMSProp, Adam and their kin.

m is the mean of the gradients and v that of their squares, newer ones weighing more; mhat and vhat are the same
without their bias towards the 0 they begin at. `eps_place` says whether eps stands inside the root, as in the lecture,
or outside, as in PyTorch.
"""

from collections.abc import Callable

from gdtui.engine.definition import Number, Word
from gdtui.engine.numbers import Numbers, Real
from gdtui.engine.optimizers.definition import Memory, Rule, each_parameter, optimizer

BETA1 = Number(0.9, at_least=0.0, below=1.0)
BETA2 = Number(0.999, at_least=0.0, below=1.0)
EPS = Number(1e-8, above=0.0)
EPS_PLACE = Word(("inside", "outside"), None)
ADAM = "m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2;  "
MEANS = {"m": "beta1", "v": "beta2"}
INSIDE, OUTSIDE = "sqrt(v + eps)", "(sqrt(v) + eps)"


def divisor(numbers: Numbers, convention: str, eps: float, eps_place: str | None) -> Callable[[Real], Real]:
    """The root of a mean square, kept from 0 by eps."""
    sqrt = numbers.sqrt
    if (eps_place or ("outside" if convention == "pytorch" else "inside")) == "inside":
        return lambda v: sqrt(v + eps)
    return lambda v: sqrt(v) + eps


@optimizer(
    "adagrad",
    "AdaGrad",
    about="A parameter that had large gradients moves less, for data with rare inputs; it only ever slows down.",
    formula=f"v = v + g^2;  theta = theta - eta g / {INSIDE}",
    pytorch_formula=f"v = v + g^2;  theta = theta - eta g / {OUTSIDE}",
    reference="Duchi, Hazan, Singer 2011; CS7015 lecture 5, slide 82",
    memory=("v",),
    eps=EPS,
    eps_place=EPS_PLACE,
)
def adagrad(numbers: Numbers, convention: str, eps: float, eps_place: str | None) -> Rule:
    root = divisor(numbers, convention, eps, eps_place)

    def rule(theta: Real, g: Real, eta: Real, _n: int, memory: Memory) -> tuple[Real, Memory]:
        (v,) = memory
        v = v + g * g
        return theta - eta * g / root(v), (v,)

    return each_parameter(rule)


@optimizer(
    "rmsprop",
    "RMSProp",
    about="AdaGrad that forgets: steps of about eta whatever the gradient, so it never quite comes to rest.",
    formula=f"v = beta v + (1 - beta) g^2;  theta = theta - eta g / {INSIDE}",
    pytorch_formula=f"v = beta v + (1 - beta) g^2;  theta = theta - eta g / {OUTSIDE}",
    reference="Hinton 2012, lecture 6e; CS7015 lecture 5, slide 85",
    memory=("v",),
    beta=Number(0.9, at_least=0.0, below=1.0),
    eps=EPS,
    eps_place=EPS_PLACE,
)
def rmsprop(numbers: Numbers, convention: str, beta: float, eps: float, eps_place: str | None) -> Rule:
    root = divisor(numbers, convention, eps, eps_place)

    def rule(theta: Real, g: Real, eta: Real, _n: int, memory: Memory) -> tuple[Real, Memory]:
        (v,) = memory
        v = beta * v + (1.0 - beta) * g * g
        return theta - eta * g / root(v), (v,)

    return each_parameter(rule)


@optimizer(
    "adadelta",
    "AdaDelta",
    about="RMSProp that takes the scale of its steps from its past steps: it needs no eta of the right size.",
    formula="v = rho v + (1 - rho) g^2;  d = g sqrt(s + eps) / sqrt(v + eps);  s = rho s + (1 - rho) d^2;  "
    "theta = theta - eta d",
    reference="Zeiler 2012; torch.optim.Adadelta",
    default_eta=1.0,
    memory=("v", "s"),
    rho=Number(0.9, at_least=0.0, below=1.0),
    eps=Number(1e-6, above=0.0),
)
def adadelta(numbers: Numbers, _convention: str, rho: float, eps: float) -> Rule:
    sqrt, named = numbers.sqrt, numbers.named

    def rule(theta: Real, g: Real, eta: Real, _n: int, memory: Memory) -> tuple[Real, Memory]:
        v, s = memory
        v = rho * v + (1.0 - rho) * g * g
        d = named("d", sqrt(s + eps) / sqrt(v + eps) * g)
        s = rho * s + (1.0 - rho) * d * d
        return theta - eta * d, (v, s)

    return each_parameter(rule)


@optimizer(
    "adam",
    "Adam",
    about="Momentum and RMSProp in one, both without their bias towards 0 at the start.",
    formula=ADAM + "theta = theta - eta mhat / sqrt(vhat + eps)",
    pytorch_formula=ADAM + "theta = theta - eta mhat / (sqrt(vhat) + eps)",
    reference="Kingma, Ba 2015; CS7015 lecture 5, slide 88",
    memory=("m", "v"),
    corrected=MEANS,
    beta1=BETA1,
    beta2=BETA2,
    eps=EPS,
    eps_place=EPS_PLACE,
    bias_correction=Word(("yes", "no"), "yes"),
)
def adam(
    numbers: Numbers,
    convention: str,
    beta1: float,
    beta2: float,
    eps: float,
    eps_place: str | None,
    bias_correction: str,
) -> Rule:
    root = divisor(numbers, convention, eps, eps_place)
    corrected = bias_correction == "yes"

    def rule(theta: Real, g: Real, eta: Real, n: int, memory: Memory) -> tuple[Real, Memory]:
        m, v = memory
        m = beta1 * m + (1.0 - beta1) * g
        v = beta2 * v + (1.0 - beta2) * g * g
        if corrected:
            return theta - eta * (m / (1.0 - beta1**n)) / root(v / (1.0 - beta2**n)), (m, v)
        return theta - eta * m / root(v), (m, v)

    return each_parameter(rule)


@optimizer(
    "amsgrad",
    "AMSGrad",
    about="Adam that divides by the largest v so far, so that its steps cannot grow again.",
    formula=ADAM + "vmax = max(vmax, v);  theta = theta - eta mhat / (sqrt(vmaxhat) + eps)",
    reference="Reddi, Kale, Kumar 2018; torch.optim.Adam(amsgrad=True)",
    memory=("m", "v", "vmax"),
    corrected={"m": "beta1", "vmax": "beta2"},
    beta1=BETA1,
    beta2=BETA2,
    eps=EPS,
)
def amsgrad(numbers: Numbers, _convention: str, beta1: float, beta2: float, eps: float) -> Rule:
    sqrt, maximum = numbers.sqrt, numbers.maximum

    def rule(theta: Real, g: Real, eta: Real, n: int, memory: Memory) -> tuple[Real, Memory]:
        m, v, vmax = memory
        m = beta1 * m + (1.0 - beta1) * g
        v = beta2 * v + (1.0 - beta2) * g * g
        vmax = maximum(vmax, v)
        step = eta * (m / (1.0 - beta1**n)) / (sqrt(vmax / (1.0 - beta2**n)) + eps)
        return theta - step, (m, v, vmax)

    return each_parameter(rule)


@optimizer(
    "adamw",
    "AdamW",
    about="Adam that pulls every parameter towards 0 beside its step, instead of through the gradient.",
    formula=ADAM + "theta = (1 - eta weight_decay) theta - eta mhat / (sqrt(vhat) + eps)",
    reference="Loshchilov, Hutter 2019; torch.optim.AdamW",
    memory=("m", "v"),
    corrected=MEANS,
    beta1=BETA1,
    beta2=BETA2,
    eps=EPS,
    weight_decay=Number(0.01, at_least=0.0),
)
def adamw(numbers: Numbers, _convention: str, beta1: float, beta2: float, eps: float, weight_decay: float) -> Rule:
    sqrt = numbers.sqrt

    def rule(theta: Real, g: Real, eta: Real, n: int, memory: Memory) -> tuple[Real, Memory]:
        m, v = memory
        theta = theta * (1.0 - eta * weight_decay)
        m = beta1 * m + (1.0 - beta1) * g
        v = beta2 * v + (1.0 - beta2) * g * g
        return theta - eta * (m / (1.0 - beta1**n)) / (sqrt(v / (1.0 - beta2**n)) + eps), (m, v)

    return each_parameter(rule)


@optimizer(
    "nadam",
    "NAdam",
    about="Adam with Nesterov's look ahead.",
    formula=ADAM + "theta = theta - eta (beta1 mhat + (1 - beta1) g / (1 - beta1^n)) / (sqrt(vhat) + eps)",
    pytorch_formula=ADAM + "mu_n = beta1 (1 - 0.96^(n momentum_decay) / 2);  P_n = mu_1 ... mu_n;  theta = theta - "
    "eta ((1 - mu_n) g / (1 - P_n) + mu_(n+1) m / (1 - P_(n+1))) / (sqrt(vhat) + eps)",
    reference="Dozat 2016; torch.optim.NAdam",
    memory=("m", "v", "1-P"),
    corrected=MEANS,
    beta1=BETA1,
    beta2=BETA2,
    eps=EPS,
    momentum_decay=Number(0.004, at_least=0.0),
)
def nadam(numbers: Numbers, convention: str, beta1: float, beta2: float, eps: float, momentum_decay: float) -> Rule:
    sqrt, named = numbers.sqrt, numbers.named

    def mu(n: int) -> float:
        share: float = 0.96 ** (n * momentum_decay)
        return beta1 * (1.0 - 0.5 * share)

    def lecture(theta: Real, g: Real, eta: Real, n: int, memory: Memory) -> tuple[Real, Memory]:
        m, v, _ = memory
        m = beta1 * m + (1.0 - beta1) * g
        v = beta2 * v + (1.0 - beta2) * g * g
        ahead = named("ahead", (beta1 * m + (1.0 - beta1) * g) / (1.0 - beta1**n))
        return theta - eta * ahead / (sqrt(v / (1.0 - beta2**n)) + eps), (m, v, 0.0)

    def pytorch(theta: Real, g: Real, eta: Real, n: int, memory: Memory) -> tuple[Real, Memory]:
        m, v, rest = memory  # 1 - P_(n-1), which is 0 at the start like every memory
        m = beta1 * m + (1.0 - beta1) * g
        v = beta2 * v + (1.0 - beta2) * g * g
        mu_n, mu_next = named("mu", mu(n)), named("mu'", mu(n + 1))
        rest = 1.0 - (1.0 - rest) * mu_n
        rest_ahead = 1.0 - (1.0 - rest) * mu_next
        ahead = named("ahead", (1.0 - mu_n) * g / rest + mu_next * m / rest_ahead)
        return theta - eta * ahead / (sqrt(v / (1.0 - beta2**n)) + eps), (m, v, rest)

    return each_parameter(pytorch if convention == "pytorch" else lecture)


@optimizer(
    "radam",
    "RAdam",
    about="Adam that waits with dividing by v until v is known well enough.",
    formula=ADAM + "R = 2/(1 - beta2) - 1;  rho = R - 2 n beta2^n / (1 - beta2^n);  rho > 5: theta = theta - eta mhat "
    "sqrt((rho-4)(rho-2)R / ((R-4)(R-2)rho)) sqrt(1 - beta2^n) / (sqrt(v) + eps);  else theta = theta - eta mhat",
    reference="Liu et al. 2020; torch.optim.RAdam",
    memory=("m", "v"),
    corrected=MEANS,
    beta1=BETA1,
    beta2=BETA2,
    eps=EPS,
)
def radam(numbers: Numbers, _convention: str, beta1: float, beta2: float, eps: float) -> Rule:
    sqrt, named = numbers.sqrt, numbers.named
    longest = named("R", 2.0 / (1.0 - beta2) - 1.0)

    def rule(theta: Real, g: Real, eta: Real, n: int, memory: Memory) -> tuple[Real, Memory]:
        m, v = memory
        m = beta1 * m + (1.0 - beta1) * g
        v = beta2 * v + (1.0 - beta2) * g * g
        step = eta * m / (1.0 - beta1**n)
        known = 1.0 - beta2**n
        rho = named("rho", longest - 2.0 * n * beta2**n / known)
        if rho > 5.0:
            variance = (rho - 4.0) * (rho - 2.0) * longest / ((longest - 4.0) * (longest - 2.0) * rho)
            step = step * named("r", sqrt(variance * known)) / (sqrt(v) + eps)
        return theta - step, (m, v)

    return each_parameter(rule)


@optimizer(
    "adamax",
    "AdaMax",
    about="Adam that divides by the largest recent gradient instead of a mean square.",
    formula="m = beta1 m + (1 - beta1) g;  v = max(beta2 v, |g|);  theta = theta - eta mhat / (v + eps)",
    pytorch_formula="m = beta1 m + (1 - beta1) g;  v = max(beta2 v, |g| + eps);  theta = theta - eta mhat / v",
    reference="Kingma, Ba 2015, section 7.1; torch.optim.Adamax",
    memory=("m", "v"),
    corrected={"m": "beta1"},
    beta1=BETA1,
    beta2=BETA2,
    eps=EPS,
)
def adamax(numbers: Numbers, convention: str, beta1: float, beta2: float, eps: float) -> Rule:
    maximum = numbers.maximum
    within, behind = (eps, 0.0) if convention == "pytorch" else (0.0, eps)  # the maximum

    def rule(theta: Real, g: Real, eta: Real, n: int, memory: Memory) -> tuple[Real, Memory]:
        m, v = memory
        m = beta1 * m + (1.0 - beta1) * g
        v = maximum(beta2 * v, abs(g) + within)
        return theta - eta * (m / (1.0 - beta1**n)) / (v + behind), (m, v)

    return each_parameter(rule)


@optimizer(
    "maxprop",
    "MaxProp",
    about="RMSProp that divides by the largest recent gradient instead of a mean square.",
    formula="v = max(beta v, |g|);  theta = theta - eta g / (v + eps)",
    reference="CS7015, 2022 deck",
    memory=("v",),
    beta=Number(0.9, at_least=0.0, below=1.0),
    eps=EPS,
)
def maxprop(numbers: Numbers, _convention: str, beta: float, eps: float) -> Rule:
    maximum = numbers.maximum

    def rule(theta: Real, g: Real, eta: Real, _n: int, memory: Memory) -> tuple[Real, Memory]:
        (v,) = memory
        v = maximum(beta * v, abs(g))
        return theta - eta * g / (v + eps), (v,)

    return each_parameter(rule)
