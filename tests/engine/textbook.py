"""Every variant of gradient descent as a textbook writes it, in plain floats or in 50-digit arithmetic.

Written from LECTURE.md, section 4, "Choices that fix the numbers", and from nothing else: gdtui's formulas were not
looked at, and nothing of gdtui is imported. It is slow and does everything at every step, the simplest way.
"""

import math
import operator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import mpmath
import numpy as np

LECTURE = ((0.5, 0.2), (2.5, 0.9))
PADHAI = tuple(zip((3.5, 0.35, 3.2, -2.0, 1.5, -0.5), (0.5, 0.5, 0.5, 0.5, 0.1, 0.3), strict=True))


class Reals(NamedTuple):
    """Real numbers: the functions that a formula takes, on one kind of them."""

    number: object
    exp: object
    log: object
    log1p: object
    log2: object
    sqrt: object
    cos: object
    pi: object


DOUBLE = Reals(float, math.exp, math.log, math.log1p, math.log2, math.sqrt, math.cos, math.pi)
FIFTY_DIGITS = mpmath.MPContext()
FIFTY_DIGITS.dps = 50
FIFTY = Reals(
    FIFTY_DIGITS.mpf,
    FIFTY_DIGITS.exp,
    FIFTY_DIGITS.ln,
    lambda x: FIFTY_DIGITS.ln(1 + x),
    lambda x: FIFTY_DIGITS.log(x, 2),
    FIFTY_DIGITS.sqrt,
    FIFTY_DIGITS.cos,
    +FIFTY_DIGITS.pi,
)


class Pair(tuple):
    """Two numbers, one for w and one for b; every operation is for each of them."""

    __slots__ = ()

    def _with(self, other, operation):
        w, b = other if isinstance(other, tuple) else (other, other)
        return Pair((operation(self[0], w), operation(self[1], b)))

    def __add__(self, other):
        return self._with(other, operator.add)

    def __sub__(self, other):
        return self._with(other, operator.sub)

    def __mul__(self, other):
        return self._with(other, operator.mul)

    def __truediv__(self, other):
        return self._with(other, operator.truediv)

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other


def each(function, *pairs):
    return Pair(map(function, *pairs))


def sign(x):
    return (x > 0) - (x < 0)


# --- the problem ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def numbers(real, points):
    return [(real.number(x), real.number(y)) for x, y in points]


@dataclass(frozen=True)
class Neuron:
    """f(w x + b) and its loss: for each activation f, f' and f'' as functions of f or z."""

    points: tuple
    activation: str = "sigmoid"
    loss: str = "squared"
    reduction: str = "sum"

    def only(self, indices):
        return Neuron(tuple(self.points[i] for i in indices), self.activation, self.loss, self.reduction)

    def f(self, real, z):
        if self.activation == "linear":
            return z
        if self.activation == "relu":
            return z if z > 0 else z * 0
        if self.activation == "tanh":
            return (real.exp(2 * z) - 1) / (real.exp(2 * z) + 1)
        return 1 / (1 + real.exp(-z))

    def slopes(self, z, f):
        """f' and f'' at z."""
        return {
            "linear": (1, 0),
            "relu": (1 if z > 0 else 0, 0),
            "tanh": (1 - f * f, -2 * f * (1 - f * f)),
            "sigmoid": (f * (1 - f), f * (1 - f) * (1 - 2 * f)),
        }[self.activation]

    def in_points(self, real, theta):
        """For each point: its loss, dL/dz and d2L/dz2, and x."""
        w, b = theta
        for x, y in numbers(real, self.points):
            z = w * x + b
            if self.loss == "cross-entropy":
                # -(y ln f + (1-y) ln(1-f)) with f = 1/(1+exp(-z)): -ln f = ln(1+exp(-z)), -ln(1-f) = ln(1+exp(z))
                assert self.activation == "sigmoid"
                f = self.f(real, z)
                loss = real.log1p(real.exp(-z)) + (1 - y) * z if z > 0 else real.log1p(real.exp(z)) - y * z
                yield loss, f - y, f * (1 - f), x
            else:
                f = self.f(real, z)
                first, second = self.slopes(z, f)
                yield (f - y) ** 2 / 2, (f - y) * first, first * first + (f - y) * second, x

    def _reduced(self, number):
        return number / len(self.points) if self.reduction == "mean" else number

    def at(self, real, theta):
        """The loss and the gradient."""
        loss = dw = db = real.number(0)
        for of_point, dz, _, x in self.in_points(real, theta):
            loss, dw, db = loss + of_point, dw + dz * x, db + dz
        return self._reduced(loss), Pair((self._reduced(dw), self._reduced(db)))

    def hessian(self, real, theta):
        """The second derivatives: ww, wb, bb."""
        ww = wb = bb = real.number(0)
        for _, _, dzz, x in self.in_points(real, theta):
            ww, wb, bb = ww + dzz * x * x, wb + dzz * x, bb + dzz
        return self._reduced(ww), self._reduced(wb), self._reduced(bb)


# --- the optimizers ---------------------------------------------------------------------------------------------------

ETA = {"gd": 1.0, "momentum": 1.0, "nag": 1.0, "adadelta": 1.0, "rprop": 0.01, "lion": 0.01}  # 0.1 for the rest
ADAMS = {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
DEFAULTS = {
    "gd": {},
    "momentum": {"beta": 0.9, "beta_max": None},
    "nag": {"beta": 0.9, "beta_max": None},
    "normalized": {},
    "adagrad": {"eps": 1e-8, "eps_place": None},
    "adadelta": {"rho": 0.9, "eps": 1e-6},
    "rmsprop": {"beta": 0.9, "eps": 1e-8, "eps_place": None},
    "adam": {**ADAMS, "eps_place": None, "bias_correction": "yes"},
    "amsgrad": ADAMS,
    "adamw": {**ADAMS, "weight_decay": 0.01},
    "nadam": {**ADAMS, "momentum_decay": 0.004},
    "radam": ADAMS,
    "adamax": ADAMS,
    "maxprop": {"beta": 0.9, "eps": 1e-8},
    "rprop": {"eta_minus": 0.5, "eta_plus": 1.2, "step_min": 1e-6, "step_max": 50.0},
    "lion": {"beta1": 0.9, "beta2": 0.99, "weight_decay": 0.0},
    "line-search": {"etas": (0.1, 0.5, 1.0, 5.0, 10.0)},
    "armijo": {"alpha0": 10.0, "c": 1e-4, "rho": 0.5},
    "newton": {},
}
WITHOUT_ETA = ("line-search", "armijo", "newton")
WITHOUT_SCHEDULE = (*WITHOUT_ETA, "rprop")


@dataclass
class Descent:
    """Where a descent is, and all that its formula may ask."""

    real: Reals
    convention: str
    options: dict
    theta: Pair
    eta: object = None
    points: Neuron = None
    """The points in use."""
    n: int = 0
    memory: dict = field(default_factory=dict)
    sharpness: float = math.inf

    def __getattr__(self, name):
        """A hyper-parameter, by its name."""
        return self.options[name]

    def g(self, theta=None):
        _, g = self.points.at(self.real, self.theta if theta is None else theta)
        if (clip := self.options.get("clip")) is not None:
            length = norm(self.real, g)
            if length > clip:
                g = g * (clip / length)
        return g

    def loss_at(self, theta):
        return self.points.at(self.real, theta)[0]

    def remembered(self, *names):
        nought = Pair((self.real.number(0), self.real.number(0)))
        return (self.memory.get(name, nought) for name in names)

    def beta_now(self):
        if self.options.get("beta_max") is None:
            return self.beta
        t = self.n - 1
        rising = 1 - self.real.number(2) ** (-1 - self.real.log2(self.real.number(t // 250 + 1)))
        return min(rising, self.beta_max)

    def root(self, v, place=None):
        place = place or self.options.get("eps_place") or ("inside" if self.convention == "lecture" else "outside")
        if place == "inside":
            return each(lambda x: self.real.sqrt(x + self.eps), v)
        return each(self.real.sqrt, v) + self.eps

    def hats(self, m, v):
        return m / (1 - self.beta1**self.n), v / (1 - self.beta2**self.n)

    def moments(self):
        g = self.g()
        m, v = self.remembered("m", "v")
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * (g * g)
        self.memory.update(m=m, v=v)
        return g, m, v


def norm(real, g):
    return real.sqrt(g[0] * g[0] + g[1] * g[1])


def gd(s):
    s.theta = s.theta - s.eta * s.g()


def normalized(s):
    g = s.g()
    length = norm(s.real, g)
    if length > 0:
        s.theta = s.theta - s.eta * (g / length)


def momentum(s):
    (u,) = s.remembered("u")
    if s.convention == "lecture":
        u = s.beta_now() * u + s.eta * s.g()
        s.theta = s.theta - u
    else:
        u = s.beta_now() * u + s.g()
        s.theta = s.theta - s.eta * u
    s.memory["u"] = u


def nag(s):
    (u,) = s.remembered("u")
    beta = s.beta_now()
    if s.convention == "lecture":
        u = beta * u + s.eta * s.g(s.theta - beta * u)
        s.theta = s.theta - u
    else:
        g = s.g()
        u = beta * u + g
        s.theta = s.theta - s.eta * (g + beta * u)
    s.memory["u"] = u


def adagrad(s):
    g = s.g()
    (v,) = s.remembered("v")
    v = v + g * g
    s.theta = s.theta - s.eta * g / s.root(v)
    s.memory["v"] = v


def rmsprop(s):
    g = s.g()
    (v,) = s.remembered("v")
    v = s.beta * v + (1 - s.beta) * (g * g)
    s.theta = s.theta - s.eta * g / s.root(v)
    s.memory["v"] = v


def adadelta(s):
    g = s.g()
    v, accumulated = s.remembered("v", "s")
    v = s.rho * v + (1 - s.rho) * (g * g)
    d = s.root(accumulated, "inside") / s.root(v, "inside") * g
    accumulated = s.rho * accumulated + (1 - s.rho) * (d * d)
    s.theta = s.theta - s.eta * d
    s.memory.update(v=v, s=accumulated)


def adam(s):
    _, m, v = s.moments()
    if s.bias_correction == "yes":
        m, v = s.hats(m, v)
    s.theta = s.theta - s.eta * m / s.root(v)


def amsgrad(s):
    _, m, v = s.moments()
    (vmax,) = s.remembered("vmax")
    vmax = each(max, vmax, v)
    s.memory["vmax"] = vmax
    mhat, vhat = s.hats(m, vmax)
    s.theta = s.theta - s.eta * mhat / s.root(vhat, "outside")


def adamw(s):
    _, m, v = s.moments()
    mhat, vhat = s.hats(m, v)
    s.theta = s.theta * (1 - s.eta * s.weight_decay)
    s.theta = s.theta - s.eta * mhat / s.root(vhat, "outside")


def nadam(s):
    g, m, v = s.moments()
    mhat, vhat = s.hats(m, v)
    if s.convention == "lecture":
        step = s.beta1 * mhat + (1 - s.beta1) * g / (1 - s.beta1**s.n)
    else:
        mu_n, mu_next = (s.beta1 * (1 - s.real.number(0.96) ** (n * s.momentum_decay) / 2) for n in (s.n, s.n + 1))
        product = s.memory["P"] = s.memory.get("P", 1) * mu_n
        step = (1 - mu_n) * g / (1 - product) + mu_next * m / (1 - product * mu_next)
    s.theta = s.theta - s.eta * step / s.root(vhat, "outside")


def radam(s):
    _, m, v = s.moments()
    mhat, _ = s.hats(m, v)
    longest = 2 / (1 - s.beta2) - 1
    rho = longest - 2 * s.n * s.beta2**s.n / (1 - s.beta2**s.n)
    if rho > 5:
        r = s.real.sqrt((rho - 4) * (rho - 2) * longest / ((longest - 4) * (longest - 2) * rho))
        s.theta = s.theta - s.eta * mhat * r * s.real.sqrt(1 - s.beta2**s.n) / s.root(v, "outside")
    else:
        s.theta = s.theta - s.eta * mhat


def adamax(s):
    g = s.g()
    m, v = s.remembered("m", "v")
    m = s.beta1 * m + (1 - s.beta1) * g
    mhat = m / (1 - s.beta1**s.n)
    if s.convention == "lecture":
        v = each(lambda v, g: max(s.beta2 * v, abs(g)), v, g)
        s.theta = s.theta - s.eta * mhat / (v + s.eps)
    else:
        v = each(lambda v, g: max(s.beta2 * v, abs(g) + s.eps), v, g)
        s.theta = s.theta - s.eta * mhat / v
    s.memory.update(m=m, v=v)


def maxprop(s):
    g = s.g()
    (v,) = s.remembered("v")
    v = each(lambda v, g: max(s.beta * v, abs(g)), v, g)
    s.theta = s.theta - s.eta * g / (v + s.eps)
    s.memory["v"] = v


def rprop(s):
    g = s.g()
    (before,) = s.remembered("before")
    size = s.memory.get("size", Pair((s.eta, s.eta)))
    agreement = each(lambda a, b: sign(a) * sign(b), g, before)
    factor = each(lambda a: {1: s.eta_plus, -1: s.eta_minus, 0: s.real.number(1)}[a], agreement)
    size = each(lambda x: min(max(x, s.step_min), s.step_max), size * factor)
    g = each(lambda a, g: g * 0 if a < 0 else g, agreement, g)
    s.theta = s.theta - each(sign, g) * size
    s.memory.update(before=g, size=size)


def lion(s):
    g = s.g()
    (m,) = s.remembered("m")
    direction = each(sign, s.beta1 * m + (1 - s.beta1) * g)
    s.theta = s.theta - s.eta * (direction + s.weight_decay * s.theta)
    s.memory["m"] = s.beta2 * m + (1 - s.beta2) * g


def line_search(s):
    g = s.g()
    etas = [s.real.number(eta) for eta in s.etas]
    losses = [s.loss_at(s.theta - eta * g) for eta in etas]
    lowest = min(losses)
    here = s.loss_at(s.theta)
    s.eta = etas[losses.index(lowest)] if lowest < here else s.real.number(0)
    s.sharpness = sharpness(*sorted([*losses, here])[:2])
    s.theta = s.theta - s.eta * g


def armijo(s):
    g = s.g()
    alpha, here = s.alpha0, s.loss_at(s.theta)
    for _ in range(60):
        there, bound = s.loss_at(s.theta - alpha * g), here - s.c * alpha * (g[0] * g[0] + g[1] * g[1])
        s.sharpness = min(s.sharpness, sharpness(there, abs(bound)))
        if not there > bound:
            break
        alpha = alpha * s.rho
    s.eta = alpha
    s.theta = s.theta - alpha * g


def newton(s):
    ww, wb, bb = s.points.hessian(s.real, s.theta)
    g = s.g()
    middle, half = (ww + bb) / 2, s.real.sqrt((ww - bb) ** 2 / 4 + wb * wb)
    smallest, largest = middle - half, middle + half
    if not smallest > s.real.number(1e-10) * largest:
        damping = abs(smallest) + s.real.number(1e-3)
        ww, bb = ww + damping, bb + damping
    determinant = ww * bb - wb * wb
    s.theta = s.theta - Pair((bb * g[0] - wb * g[1], ww * g[1] - wb * g[0])) / determinant
    s.eta = s.real.number(1)


RULES = {
    "gd": gd,
    "momentum": momentum,
    "nag": nag,
    "normalized": normalized,
    "adagrad": adagrad,
    "adadelta": adadelta,
    "rmsprop": rmsprop,
    "adam": adam,
    "amsgrad": amsgrad,
    "adamw": adamw,
    "nadam": nadam,
    "radam": radam,
    "adamax": adamax,
    "maxprop": maxprop,
    "rprop": rprop,
    "lion": lion,
    "line-search": line_search,
    "armijo": armijo,
    "newton": newton,
}

# --- the schedules ----------------------------------------------------------------------------------------------------

SCHEDULES = {
    "constant": {},
    "step": {"factor": 0.5, "every": 5},
    "exponential": {"k": 0.01},
    "inverse": {"k": 0.01},
    "cosine": {"steps": 1000, "eta_min": 0.0},
    "triangular": {"eta_min": 0.001, "eta_max": 0.1, "half_period": 30},
    "halve-on-rise": {},
}


def scheduled(real, name, options, eta0, t, halvings):
    """The eta of update t."""
    h = SCHEDULES[name] | options
    warmup = h.get("warmup", 0)
    if t < warmup:
        return eta0 * (t + 1) / warmup
    t -= warmup
    number = {key: real.number(value) for key, value in h.items()}
    if name == "step":
        return eta0 * number["factor"] ** (t // h["every"])
    if name == "exponential":
        return eta0 * real.exp(-number["k"] * t)
    if name == "inverse":
        return eta0 / (1 + number["k"] * t)
    if name == "cosine":
        phase = real.pi * min(t, h["steps"]) / number["steps"]
        return number["eta_min"] + (eta0 - number["eta_min"]) * (1 + real.cos(phase)) / 2
    if name == "triangular":
        up, down = t % (2 * h["half_period"]), 2 * h["half_period"] - t % (2 * h["half_period"])
        return number["eta_min"] + (number["eta_max"] - number["eta_min"]) * min(up, down) / h["half_period"]
    return eta0 / 2**halvings


# --- the batches ------------------------------------------------------------------------------------------------------


def indices(points, size, order, seed, t):
    """The points of update t, and whether an epoch begins and ends with it."""
    if size is None:
        return list(range(points)), True, True
    updates = -(-points // size)
    epoch, position = divmod(t, updates)
    queue = list(range(points))
    if order == "shuffle":
        queue = [int(i) for i in np.random.default_rng([seed, epoch]).permutation(points)]
    return queue[position * size : (position + 1) * size], position == 0, position == updates - 1


# --- a descent --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Recipe:
    """All that fixes a descent's numbers."""

    optimizer: str = "gd"
    options: dict = field(default_factory=dict)
    convention: str = "lecture"
    eta: float | None = None
    schedule: str = "constant"
    schedule_options: dict = field(default_factory=dict)
    batch: int | None = None
    order: str = "cyclic"
    seed: int = 0
    problem: Neuron = Neuron(LECTURE)
    start: tuple = (-2.0, -2.0)

    def descent(self, real):
        return Run(self, real)


class Run:
    """A descent that is stepped and changed on the way."""

    def __init__(self, recipe, real):
        self.real, self.recipe, self.iteration = real, recipe, 0
        self.state = Descent(real, recipe.convention, {}, Pair(real.number(x) for x in recipe.start))
        self.sharpness = math.inf
        """How far from a tie the last update's choices were, as a share of the losses compared."""
        self.use_schedule(recipe.schedule, recipe.schedule_options)
        self.use_optimizer(recipe.optimizer, recipe.options, recipe.eta)

    def use_optimizer(self, name, options, eta=None):
        """Memory and n begin afresh, eta is the default one unless one is typed, the schedule's t runs on."""
        self.optimizer = name
        self.state.memory, self.state.n = {}, 0
        self.edit_optimizer(options)
        self.set_eta(ETA.get(name, 0.1) if eta is None else eta)

    def edit_optimizer(self, options):
        """Memory and counts stay."""
        values = DEFAULTS[self.optimizer] | options
        number = self.real.number
        self.state.options = {key: number(x) if isinstance(x, float) else x for key, x in values.items()}

    def use_schedule(self, name, options):
        """It begins at its t = 0; an epoch that is under way does not count for it."""
        self.schedule, self.t, self.halvings, self.at_begin = name, 0, 0, None
        self.edit_schedule(options)

    def edit_schedule(self, options):
        self.schedule_options = options

    def set_eta(self, eta):
        """By hand: it replaces eta0, clears earlier halvings and leaves t alone."""
        self.eta0, self.halvings = self.real.number(eta), 0

    def step(self):
        problem, state, t = self.recipe.problem, self.state, self.iteration
        used, begins, ends = indices(len(problem.points), self.recipe.batch, self.recipe.order, self.recipe.seed, t)
        watches = self.schedule == "halve-on-rise"
        if watches and begins:
            counts = self.t >= self.schedule_options.get("warmup", 0)
            self.at_begin = problem.at(self.real, state.theta)[0] if counts else None
        state.eta = self.eta0
        if self.optimizer not in WITHOUT_SCHEDULE:
            state.eta = scheduled(self.real, self.schedule, self.schedule_options, self.eta0, self.t, self.halvings)
        state.n, state.points, state.sharpness = state.n + 1, problem.only(used), math.inf
        RULES[self.optimizer](state)
        self.sharpness = state.sharpness
        if watches and ends and self.at_begin is not None:
            at_end = problem.at(self.real, state.theta)[0]
            self.halvings += at_end > self.at_begin
            self.sharpness = min(self.sharpness, sharpness(at_end, self.at_begin))
        w, b = state.theta
        if problem.activation in {"sigmoid", "tanh"} and any(abs(w * x + b) > 50 for x, _ in problem.points):
            self.sharpness = 0.0  # f is so near its limit that even fifty digits lose the rest
        self.t += 1
        self.iteration += 1
        return self


def sharpness(a, b):
    """How far two losses are apart, as a share of what rounding does to a loss (its square root's, near 0)."""
    return float(abs(a - b) / (1e-15 * (a + b) + 1e-16 * (a + b) ** 0.5 + 1e-300)) if math.isfinite(a + b) else math.inf


def as_text(name, options):
    """A choice as a person writes it."""
    settings = [
        f"{key}={'/'.join(map(repr, value)) if isinstance(value, tuple) else value}" for key, value in options.items()
    ]
    return ":".join([name, *([",".join(settings)] if settings else [])])


def read(settings):
    """Parameters out of a text like `beta=0.5,eps_place=inside`."""
    return {
        key: _value(text) for key, _, text in (setting.partition("=") for setting in settings.split(",") if setting)
    }


def _value(text):
    if "/" in text:
        return tuple(map(float, text.split("/")))
    try:
        return float(text)
    except ValueError:
        return text
