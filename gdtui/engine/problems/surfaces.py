"""The surfaces of the textbooks, L(w, b), with exact gradients and Hessians; w is the textbook's x, b its y.

Each is one definition. It states a window in which its character shows, a start, an eta with which gradient descent,
momentum and NAG from there go down, and its minima. Products stand for small powers, since `x**2` raises where `x * x`
is inf, and sums are not taken in place, since w may be a column of numbers and b a row.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gdtui.engine.definition import Text
from gdtui.engine.numbers import Numbers, Real
from gdtui.engine.problems.definition import Objective, Point, Problem, ProblemDefinition, Window


@dataclass(frozen=True)
class Surface:
    """A loss that is a formula in w and b: it has no points."""

    title: str
    window: Window
    start: Point
    eta: float
    minima: Sequence[Point]
    """The global ones first; of endlessly many, those in the window."""
    objective: Callable[[Numbers], Objective]
    size: int = 0

    def batch(self, _places: Any) -> Problem:
        """All of it, for there are no points to leave out."""
        return self


@dataclass(frozen=True)
class SurfaceDefinition(ProblemDefinition):
    """A surface by name; it has no parameters."""

    make: Callable[[], Surface]

    def facts(self) -> list[str]:
        """All that it states of itself, with few digits."""
        made = self.make()
        w_low, w_high, b_low, b_high = made.window
        places = ", ".join(f"({w:.4g}, {b:.4g})" for w, b in made.minima) or "none"
        return [
            f"window: w from {w_low:g} to {w_high:g}, b from {b_low:g} to {b_high:g}",
            f"start {made.start[0]:.4g} {made.start[1]:.4g} unless another is given",
            f"eta {made.eta:g} for gd, momentum and nag unless another is given",
            f"minim{'a' if len(made.minima) > 1 else 'um'}: {places}",
        ]


SURFACES: dict[str, ProblemDefinition] = {}


def surface(
    name: str,
    title: str,
    *,
    about: str,
    formula: str,
    reference: str,
    window: tuple[float, float, float, float],
    start: Point,
    eta: float,
    minima: Sequence[Point],
) -> Callable[[Callable[[Numbers], Objective]], Surface]:
    """Define a surface by the function that makes its loss, gradient and Hessian out of `Numbers`."""

    def define(objective: Callable[[Numbers], Objective]) -> Surface:
        made = Surface(title, Window(*window), start, eta, minima, objective)
        SURFACES[name] = SurfaceDefinition(name, title, about, formula, reference, {}, lambda: made)
        return made

    return define


# Quadratic forms: bowls, and a saddle. The ratio of their curvatures is what makes a descent slow.
#
# With a largest curvature c, gradient descent bears an eta of 2 / c and NAG with its beta of 0.9 one of 1.36 / c; most
# bowls have 1.2 / c, at which gradient descent crosses the valley to and fro.


def quadratic_form(ww: float, wb: float, bb: float) -> Objective:
    """The loss L = ww w^2 + wb w b + bb b^2."""

    def evaluate(w: Real, b: Real) -> tuple[Real, Real, Real]:
        loss = ww * w * w + wb * w * b + bb * b * b
        return loss, 2.0 * ww * w + wb * b, wb * w + 2.0 * bb * b

    return Objective(evaluate, lambda _w, _b: (2.0 * ww, wb, 2.0 * bb))


@surface(
    "sphere",
    "Sphere",
    about="A round bowl: the gradient points straight away from the minimum.",
    formula="L = w^2 + b^2",
    reference="De Jong 1975, F1",
    window=(-2.0, 2.0, -2.0, 2.0),
    start=(1.5, 1.5),
    eta=0.1,
    minima=((0.0, 0.0),),
)
def sphere(_numbers: Numbers) -> Objective:
    return quadratic_form(1.0, 0.0, 1.0)


@surface(
    "bowl",
    "Bowl, 1 to 10",
    about="Ten times as steep along b as along w: the gradient points past the minimum.",
    formula="L = w^2 + 10 b^2",
    reference="craft-bits, Optimizer Racetrack",
    window=(-6.0, 6.0, -3.0, 3.0),
    start=(-5.0, -2.0),
    eta=0.06,
    minima=((0.0, 0.0),),
)
def bowl(_numbers: Numbers) -> Objective:
    return quadratic_form(1.0, 0.0, 10.0)


@surface(
    "long-bowl",
    "Long bowl, 1 to 20",
    about="Flat along w, steep along b: an eta that b can bear is too small for w.",
    formula="L = 0.1 w^2 + 2 b^2",
    reference="Zhang et al., Dive into Deep Learning, section on momentum",
    window=(-6.0, 6.0, -3.0, 3.0),
    start=(-5.0, -2.0),
    eta=0.3,
    minima=((0.0, 0.0),),
)
def long_bowl(_numbers: Numbers) -> Objective:
    return quadratic_form(0.1, 0.0, 2.0)


@surface(
    "wide-bowl",
    "Wide bowl, 1 to 4",
    about="A mild ellipse: plain gradient descent does well here.",
    formula="L = 0.5 w^2 + 2 b^2",
    reference="lars-heimann, gradient-descent-visualizer",
    window=(-6.0, 6.0, -3.0, 3.0),
    start=(-5.0, -2.0),
    eta=0.3,
    minima=((0.0, 0.0),),
)
def wide_bowl(_numbers: Numbers) -> Objective:
    return quadratic_form(0.5, 0.0, 2.0)


@surface(
    "flat-bowl",
    "Flat bowl, 1 to 20",
    about="The gradient hardly points along w, where the way is longest.",
    formula="L = w^2 / 20 + b^2",
    reference="Saitoh 2016, Deep Learning from Scratch, chapter 6",
    window=(-10.0, 10.0, -5.0, 5.0),
    start=(-7.0, 2.0),
    eta=0.6,
    minima=((0.0, 0.0),),
)
def flat_bowl(_numbers: Numbers) -> Objective:
    return quadratic_form(0.05, 0.0, 1.0)


@surface(
    "tilted",
    "Tilted bowl, 1 to 100",
    about="A narrow valley along w = b: neither w nor b is its direction, so an eta for each does not help.",
    formula="L = 25.25 w^2 - 49.5 w b + 25.25 b^2",
    reference="Goh 2017, Why Momentum Really Works; curvatures 1 and 100, turned by 45 degrees",
    window=(-3.0, 3.0, -3.0, 3.0),
    # (-2.5, 1) along the axes of the valley, as there
    start=(-3.5 * math.sqrt(0.5), -1.5 * math.sqrt(0.5)),
    eta=0.012,
    minima=((0.0, 0.0),),
)
def tilted(_numbers: Numbers) -> Objective:
    return quadratic_form(25.25, -49.5, 25.25)


@surface(
    "matyas",
    "Matyas",
    about="A long shallow valley along w = b.",
    formula="L = 0.26 (w^2 + b^2) - 0.48 w b",
    reference="Jamil and Yang 2013; start of Frederickson, fmin",
    window=(-10.0, 10.0, -10.0, 10.0),
    start=(-9.08, -7.83),
    eta=1.2,
    minima=((0.0, 0.0),),
)
def matyas(_numbers: Numbers) -> Objective:
    return quadratic_form(0.26, -0.48, 0.26)


@surface(
    "saddle",
    "Saddle",
    about="Down along b for ever. From b = 0 gradient descent goes to the saddle and stays; the start is beside it.",
    formula="L = w^2 - b^2",
    reference="Dauphin et al. 2014, on saddle points",
    window=(-2.0, 2.0, -2.0, 2.0),
    start=(1.5, 0.01),
    eta=0.02,
    minima=(),
)
def saddle(_numbers: Numbers) -> Objective:
    return quadratic_form(1.0, 0.0, -1.0)


@surface(
    "booth",
    "Booth",
    about="A tilted bowl whose lowest point is not in the middle.",
    formula="L = (w + 2 b - 7)^2 + (2 w + b - 5)^2",
    reference="Jamil and Yang 2013; start of Frederickson, fmin",
    window=(-10.0, 10.0, -10.0, 10.0),
    start=(-8.0, 7.0),
    eta=0.05,
    minima=((1.0, 3.0),),
)
def booth(_numbers: Numbers) -> Objective:
    def evaluate(w: Real, b: Real) -> tuple[Real, Real, Real]:
        first, second = w + 2.0 * b - 7.0, 2.0 * w + b - 5.0
        return first * first + second * second, 2.0 * first + 4.0 * second, 4.0 * first + 2.0 * second

    return Objective(evaluate, lambda _w, _b: (10.0, 8.0, 10.0))


# Polynomials of higher degree: bent valleys, and several minima.


def bent_valley(steepness: float, bend: float) -> Objective:
    """The loss L = (1 - w)^2 + steepness (bend b - w^2)^2: its floor is the parabola bend b = w^2."""

    def evaluate(w: Real, b: Real) -> tuple[Real, Real, Real]:
        short, off = 1.0 - w, bend * b - w * w
        wall = steepness * off
        return short * short + wall * off, -2.0 * short - 4.0 * w * wall, 2.0 * bend * wall

    def hessian(w: Real, b: Real) -> tuple[Real, Real, Real]:
        ww = 2.0 - 4.0 * steepness * (bend * b - 3.0 * w * w)
        return ww, -4.0 * steepness * bend * w, 2.0 * steepness * bend * bend

    return Objective(evaluate, hessian)


@surface(
    "rosenbrock",
    "Rosenbrock",
    about="A long bent valley: soon reached, and slow to follow to its lowest point.",
    formula="L = (1 - w)^2 + 100 (b - w^2)^2",
    reference="Rosenbrock 1960, with this start",
    window=(-2.0, 2.0, -1.0, 3.0),
    start=(-1.2, 1.0),
    eta=0.001,
    minima=((1.0, 1.0),),
)
def rosenbrock(_numbers: Numbers) -> Objective:
    return bent_valley(100.0, 1.0)


@surface(
    "banana",
    "Banana",
    about="Rosenbrock's valley, wider and less steep: momentum follows it round the bend.",
    formula="L = (1 - w)^2 + 20 (3 b - w^2)^2",
    reference="Goh 2017, Why Momentum Really Works",
    window=(-2.0, 2.0, -1.0, 1.5),
    start=(-1.21, 0.853),
    eta=0.002,
    minima=((1.0, 1.0 / 3.0),),
)
def banana(_numbers: Numbers) -> Objective:
    return bent_valley(20.0, 3.0)


@surface(
    "himmelblau",
    "Himmelblau",
    about="Four minima, all as low: the start decides which one is found.",
    formula="L = (w^2 + b - 11)^2 + (w + b^2 - 7)^2",
    reference="Himmelblau 1972; start of Frederickson, fmin",
    window=(-6.0, 6.0, -6.0, 6.0),
    start=(-0.15, 0.67),
    eta=0.005,
    minima=(
        (3.0, 2.0),
        (-2.805118086952745, 3.131312518250573),
        (-3.779310253377747, -3.2831859912861696),
        (3.5844283403304917, -1.8481265269644036),
    ),
)
def himmelblau(_numbers: Numbers) -> Objective:
    def evaluate(w: Real, b: Real) -> tuple[Real, Real, Real]:
        first, second = w * w + b - 11.0, w + b * b - 7.0
        loss = first * first + second * second
        return loss, 4.0 * w * first + 2.0 * second, 2.0 * first + 4.0 * b * second

    def hessian(w: Real, b: Real) -> tuple[Real, Real, Real]:
        return 12.0 * w * w + 4.0 * b - 42.0, 4.0 * (w + b), 12.0 * b * b + 4.0 * w - 26.0

    return Objective(evaluate, hessian)


@surface(
    "beale",
    "Beale",
    about="Flat valleys between steep walls: an eta for the valleys fails at the walls.",
    formula="L = (1.5 - w + w b)^2 + (2.25 - w + w b^2)^2 + (2.625 - w + w b^3)^2",
    reference="Beale 1958",
    window=(-4.5, 4.5, -4.5, 4.5),
    start=(0.9, 1.6),
    eta=0.005,
    minima=((3.0, 0.5),),
)
def beale(_numbers: Numbers) -> Objective:
    def terms(w: Real, b: Real) -> tuple[tuple[Real, Real, Real, Real, Real], ...]:
        """Each r = c - w (1 - b^k) with dr/dw, dr/db, d2r/dwdb and d2r/db2; d2r/dw2 is 0."""
        square = b * b
        return (
            (1.5 - w * (1.0 - b), b - 1.0, w, 1.0, 0.0),
            (2.25 - w * (1.0 - square), square - 1.0, 2.0 * w * b, 2.0 * b, 2.0 * w),
            (2.625 - w * (1.0 - square * b), square * b - 1.0, 3.0 * w * square, 3.0 * square, 6.0 * w * b),
        )

    def evaluate(w: Real, b: Real) -> tuple[Real, Real, Real]:
        loss = dw = db = 0.0
        for r, r_w, r_b, _, _ in terms(w, b):
            loss = loss + r * r
            dw = dw + 2.0 * r * r_w
            db = db + 2.0 * r * r_b
        return loss, dw, db

    def hessian(w: Real, b: Real) -> tuple[Real, Real, Real]:
        ww = wb = bb = 0.0
        for r, r_w, r_b, r_wb, r_bb in terms(w, b):
            ww = ww + 2.0 * r_w * r_w
            wb = wb + 2.0 * (r_w * r_b + r * r_wb)
            bb = bb + 2.0 * (r_b * r_b + r * r_bb)
        return ww, wb, bb

    return Objective(evaluate, hessian)


@surface(
    "camel",
    "Six-hump camel",
    about="Six minima, two of them the lowest; between those lies a saddle.",
    formula="L = (4 - 2.1 w^2 + w^4 / 3) w^2 + w b + (4 b^2 - 4) b^2",
    reference="Dixon and Szego 1978",
    window=(-2.0, 2.0, -1.2, 1.2),
    start=(-1.1, -0.1),
    eta=0.02,
    minima=(
        (0.08984201310031806, -0.7126564030207396),
        (-0.08984201310031806, 0.7126564030207396),
        (1.703606714969981, -0.7960835686726251),
        (-1.703606714969981, 0.7960835686726251),
        (1.6071047529201972, 0.5686514548841314),
        (-1.6071047529201972, -0.5686514548841314),
    ),
)
def camel(_numbers: Numbers) -> Objective:
    def evaluate(w: Real, b: Real) -> tuple[Real, Real, Real]:
        s, t = w * w, b * b
        loss = (4.0 + s * (s / 3.0 - 2.1)) * s + w * b + (4.0 * t - 4.0) * t
        return loss, w * (8.0 + s * (2.0 * s - 8.4)) + b, w + b * (16.0 * t - 8.0)

    def hessian(w: Real, b: Real) -> tuple[Real, Real, Real]:
        s, t = w * w, b * b
        return 8.0 + s * (10.0 * s - 25.2), 1.0, 48.0 * t - 8.0

    return Objective(evaluate, hessian)


# Waves: flat stretches, and minima in rows and rings.


@surface(
    "mccormick",
    "McCormick",
    about="Waves on a slope: the lowest minimum of the window, and a second one uphill. Further down there are more.",
    formula="L = sin(w + b) + (w - b)^2 - 1.5 w + 2.5 b + 1",
    reference="Jamil and Yang 2013",
    window=(-1.5, 4.0, -3.0, 4.0),
    start=(1.0, 3.5),
    eta=0.1,
    minima=(
        (0.5 - math.pi / 3.0, -0.5 - math.pi / 3.0),
        (0.5 + 2.0 * math.pi / 3.0, -0.5 + 2.0 * math.pi / 3.0),
    ),
)
def mccormick(numbers: Numbers) -> Objective:
    sin, cos = numbers.sin, numbers.cos

    def evaluate(w: Real, b: Real) -> tuple[Real, Real, Real]:
        total, gap = w + b, w - b
        loss = sin(total) + gap * gap - 1.5 * w + 2.5 * b + 1.0
        return loss, cos(total) + 2.0 * gap - 1.5, cos(total) - 2.0 * gap + 2.5

    def hessian(w: Real, b: Real) -> tuple[Real, Real, Real]:
        bend = -sin(w + b)
        return bend + 2.0, bend - 2.0, bend + 2.0

    return Objective(evaluate, hessian)


@surface(
    "flower",
    "Flower",
    about="At its minimum it is flat along w = -b, to the third order: a descent never quite gets there.",
    formula="L = w^2 + b^2 + w sin(b) + b sin(w)",
    reference="Frederickson, fmin",
    window=(-5.0, 5.0, -5.0, 5.0),
    start=(-3.5, 2.75),
    eta=0.1,
    minima=((0.0, 0.0),),
)
def flower(numbers: Numbers) -> Objective:
    sin, cos = numbers.sin, numbers.cos

    def evaluate(w: Real, b: Real) -> tuple[Real, Real, Real]:
        loss = w * w + b * b + w * sin(b) + b * sin(w)
        return loss, 2.0 * w + sin(b) + b * cos(w), 2.0 * b + w * cos(b) + sin(w)

    def hessian(w: Real, b: Real) -> tuple[Real, Real, Real]:
        return 2.0 - b * sin(w), cos(b) + cos(w), 2.0 - w * sin(b)

    return Objective(evaluate, hessian)


@surface(
    "rastrigin",
    "Rastrigin",
    about="A minimum near every whole w and b, the lowest in the middle: a descent ends in the next one.",
    formula="L = 20 + w^2 - 10 cos(2 pi w) + b^2 - 10 cos(2 pi b)",
    reference="Rastrigin 1974; start of jettify, pytorch-optimizer",
    window=(-4.5, 4.5, -4.5, 4.5),
    start=(-2.0, 3.5),
    eta=0.002,
    minima=((0.0, 0.0),),  # the global one: all the others would cover the picture
)
def rastrigin(numbers: Numbers) -> Objective:
    sin, cos = numbers.sin, numbers.cos
    turn = 2.0 * math.pi

    def evaluate(w: Real, b: Real) -> tuple[Real, Real, Real]:
        loss = 20.0 + w * w - 10.0 * cos(turn * w) + b * b - 10.0 * cos(turn * b)
        return loss, 2.0 * w + 10.0 * turn * sin(turn * w), 2.0 * b + 10.0 * turn * sin(turn * b)

    def hessian(w: Real, b: Real) -> tuple[Real, Real, Real]:
        waves = 10.0 * turn * turn
        return 2.0 + waves * cos(turn * w), 0.0, 2.0 + waves * cos(turn * b)

    return Objective(evaluate, hessian)


@surface(
    "trough",
    "Trough",
    about="A row of minima with saddles between them; the start is beside a saddle, where the slope along w is small.",
    formula="L = sin(w) + b^2",
    reference="lilipads, gradient_descent_viz: Saddle Point",
    window=(-6.0, 6.0, -3.0, 3.0),
    start=(1.5, 1.5),
    eta=0.1,
    minima=((-0.5 * math.pi, 0.0), (1.5 * math.pi, 0.0)),
)
def trough(numbers: Numbers) -> Objective:
    sin, cos = numbers.sin, numbers.cos

    def evaluate(w: Real, b: Real) -> tuple[Real, Real, Real]:
        return sin(w) + b * b, cos(w), 2.0 * b

    return Objective(evaluate, lambda w, _b: (-sin(w), 0.0, 2.0))


@surface(
    "ripple",
    "Ripple",
    about="A deep hole in the middle with a ring around it in which a descent is caught.",
    formula="L = -sin(r) / r + 0.01 r^2;  r = 10 sqrt(w^2 + b^2) + 0.01",
    reference="lilipads, gradient_descent_viz: Plateau",
    window=(-2.0, 2.0, -2.0, 2.0),
    start=(1.5, 1.5),
    eta=0.02,
    minima=((0.0, 0.0),),  # the ring, of radius 0.665, is no single place
)
def ripple(numbers: Numbers) -> Objective:
    sin, cos, hypot, divide, where = numbers.sin, numbers.cos, numbers.hypot, numbers.divide, numbers.where

    def along_a_ray(distance: Real) -> tuple[Real, Real, Real]:
        """The loss so far from the middle, with its first and second derivatives by the distance."""
        r = numbers.named("r", 10.0 * distance + 0.01)
        wave = sin(r) / r
        wave_slope = (cos(r) - wave) / r
        slope, bend = 0.02 * r - wave_slope, 0.02 + wave + 2.0 * wave_slope / r
        return 0.01 * r * r - wave, 10.0 * slope, 100.0 * bend

    def direction(w: Real, b: Real, distance: Real) -> tuple[Real, Real]:
        """The unit vector away from the middle; 0 in the middle, where the surface has a small kink."""
        is_away = distance != 0.0
        return where(is_away, divide(w, distance), 0.0), where(is_away, divide(b, distance), 0.0)

    def evaluate(w: Real, b: Real) -> tuple[Real, Real, Real]:
        distance = hypot(w, b)
        loss, slope, _ = along_a_ray(distance)
        u, v = direction(w, b, distance)
        return loss, slope * u, slope * v

    def hessian(w: Real, b: Real) -> tuple[Real, Real, Real]:
        distance = hypot(w, b)
        _, slope, along = along_a_ray(distance)
        across = where(distance != 0.0, divide(slope, distance), along)  # in the kink, where it has no end, as along
        u, v = direction(w, b, distance)
        return across + (along - across) * u * u, (along - across) * u * v, across + (along - across) * v * v

    return Objective(evaluate, hessian)


# Bowls with Gaussian hollows and hills.


def dented_bowl(numbers: Numbers, dents: Sequence[tuple[float, float, float]]) -> Objective:
    """The loss L = w^2 + z^2 + sum h exp(-5 ((w - p)^2 + (z - q)^2)), z = 1.4 b, over the dents (h, p, q)."""
    exp = numbers.exp

    def bumps(w: Real, z: Real) -> list[tuple[Real, Real, Real]]:
        """Each one's height here, and how far it lies away."""
        away = [(height, w - p, z - q) for height, p, q in dents]
        return [(height * exp(-5.0 * (x * x + y * y)), x, y) for height, x, y in away]

    def evaluate(w: Real, b: Real) -> tuple[Real, Real, Real]:
        z = 1.4 * b
        loss, dw, dz = w * w + z * z, 2.0 * w, 2.0 * z
        for bump, x, y in bumps(w, z):
            loss = loss + bump
            dw = dw - 10.0 * bump * x
            dz = dz - 10.0 * bump * y
        return loss, dw, 1.4 * dz

    def hessian(w: Real, b: Real) -> tuple[Real, Real, Real]:
        ww, wz, zz = 2.0, 0.0, 2.0
        for bump, x, y in bumps(w, 1.4 * b):
            ww = ww + 10.0 * bump * (10.0 * x * x - 1.0)
            wz = wz + 100.0 * bump * x * y
            zz = zz + 10.0 * bump * (10.0 * y * y - 1.0)
        return ww, 1.4 * wz, 1.96 * zz

    return Objective(evaluate, hessian)


@surface(
    "two-wells",
    "Two wells",
    about="A shallow well on the way to a deep one: it depends on the optimizer which of them is found.",
    formula="L = w^2 + z^2 - 2 exp(-5 ((w - 1)^2 + z^2)) - 6 exp(-5 ((w + 1)^2 + z^2));  z = 1.4 b",
    reference="lilipads, gradient_descent_viz: Local Minimum",
    window=(-2.0, 2.0, -2.0, 2.0),
    start=(1.5, 1.5),
    eta=0.01,
    minima=((-0.9675774464554597, 0.0), (0.9053178606008483, 0.0)),
)
def two_wells(numbers: Numbers) -> Objective:
    return dented_bowl(numbers, ((-2.0, 1.0, 0.0), (-6.0, -1.0, 0.0)))


@surface(
    "hills",
    "Hills",
    about="Two hills in a bowl, and a small hollow beside one of them: the lowest point is not in the middle.",
    formula="L = w^2 + z^2 + 2 exp(-5 ((w - 1)^2 + z^2)) + 6 exp(-5 ((w + 1)^2 + z^2)) "
    "- 2 exp(-5 ((w - 1)^2 + (z + 1)^2));  z = 1.4 b",
    reference="lilipads, gradient_descent_viz: Hills",
    window=(-2.0, 2.0, -2.0, 2.0),
    start=(1.5, 0.6),
    eta=0.01,
    minima=(
        (0.9003065222993073, -0.6534011583039486),
        (0.04150712569956181, -0.0006403776376543042),
    ),
)
def hills(numbers: Numbers) -> Objective:
    return dented_bowl(numbers, ((2.0, 1.0, 0.0), (6.0, -1.0, 0.0), (-2.0, 1.0, -1.0)))


@surface(
    "ecliptic",
    "Ecliptic bowl",
    about="A narrow hollow in a wide bowl: the steep direction is w outside and b inside.",
    formula="L = -exp(-(w^2 + 5 b^2) / 4) + w^2 / 4 + b^2 / 8",
    reference="lilipads, gradient_descent_viz: Ecliptic Bowl",
    window=(-4.0, 4.0, -4.0, 4.0),
    start=(3.0, 3.0),
    eta=0.2,
    minima=((0.0, 0.0),),
)
def ecliptic(numbers: Numbers) -> Objective:
    exp = numbers.exp

    def evaluate(w: Real, b: Real) -> tuple[Real, Real, Real]:
        hollow = exp(-0.25 * (w * w + 5.0 * b * b))
        loss = 0.25 * w * w + 0.125 * b * b - hollow
        return loss, 0.5 * w * (1.0 + hollow), b * (0.25 + 2.5 * hollow)

    def hessian(w: Real, b: Real) -> tuple[Real, Real, Real]:
        hollow = exp(-0.25 * (w * w + 5.0 * b * b))
        ww = 0.5 + hollow * (0.5 - 0.25 * w * w)
        return ww, -1.25 * w * b * hollow, 0.25 + hollow * (2.5 - 6.25 * b * b)

    return Objective(evaluate, hessian)


FUNCTION = ProblemDefinition(
    name="function",
    title="Your own function",
    about="Your own f(x, y), from a Python file: --function FILE.py:NAME. NAME_gradient is used where there is one.",
    formula="L = f(w, b)",
    reference="complex steps: Squire, Trapp 1998; differences: Numerical Recipes, section 5.7",
    parameters={},
    make=lambda function: function,
    asks={"function": Text("FILE.py:NAME, a function of two numbers", needed=True)},
)
