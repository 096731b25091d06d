from math import cos, pi, sin

from gdtui.engine.problems.definition import Objective, Window
from gdtui.engine.problems.surfaces import Surface


def surface(evaluate, hessian, start, window, eta=0.1, minima=()):
    return Surface("Own", Window(*window), start, eta, minima, lambda _numbers: Objective(evaluate, hessian))


BOWL = surface(
    lambda w, b: (w * w + 10 * b * b, 2 * w, 20 * b), lambda w, b: (2.0, 0.0, 20.0), (-5.0, -2.0), (-6, 6, -6, 6), 0.05, ((0.0, 0.0),)
)
SADDLE = surface(lambda w, b: (w * w - b * b, 2 * w, -2 * b), lambda w, b: (2.0, 0.0, -2.0), (1.5, 0.001), (-2, 2, -2, 2), 0.1)


def himmelblau(w, b):
    p, q = w * w + b - 11, w + b * b - 7
    return p * p + q * q, 4 * w * p + 2 * q, 2 * p + 4 * b * q


HIMMELBLAU = surface(
    himmelblau,
    lambda w, b: (12 * w * w + 4 * b - 42, 4 * (w + b), 12 * b * b + 4 * w - 26),
    (-0.15, 0.67),
    (-6, 6, -6, 6),
    0.01,
    ((3.0, 2.0),),
)
RASTRIGIN = surface(
    lambda w, b: (
        20 + w * w - 10 * cos(2 * pi * w) + b * b - 10 * cos(2 * pi * b),
        2 * w + 20 * pi * sin(2 * pi * w),
        2 * b + 20 * pi * sin(2 * pi * b),
    ),
    lambda w, b: (2 + 40 * pi * pi * cos(2 * pi * w), 0.0, 2 + 40 * pi * pi * cos(2 * pi * b)),
    (-2.0, 3.5),
    (-4.5, 4.5, -4.5, 4.5),
    0.002,
    ((0.0, 0.0),),
)


def beale(w, b):
    total = dw = db = 0.0
    for k, c in ((1, 1.5), (2, 2.25), (3, 2.625)):
        r = c - w + w * b**k
        total += r * r
        dw += 2 * r * (b**k - 1)
        db += 2 * r * w * k * b ** (k - 1)
    return total, dw, db


def beale_hessian(w, b):
    ww = wb = bb = 0.0
    for k, c in ((1, 1.5), (2, 2.25), (3, 2.625)):
        r, rw, rb = c - w + w * b**k, b**k - 1, w * k * b ** (k - 1)
        ww += 2 * rw * rw
        wb += 2 * (rw * rb + r * k * b ** (k - 1))
        bb += 2 * (rb * rb + (r * w * k * (k - 1) * b ** (k - 2) if k > 1 else 0.0))
    return ww, wb, bb


BEALE = surface(beale, beale_hessian, (0.9, 1.6), (-4.5, 4.5, -4.5, 4.5), 0.01, ((3.0, 0.5),))

OWN = {"bowl": BOWL, "saddle": SADDLE, "himmelblau": HIMMELBLAU, "rastrigin": RASTRIGIN, "beale": BEALE}
