"""By more than the gradient here: line search, which looks at the loss elsewhere, and Newton, at the curvature."""

from gdtui.engine.definition import Number, NumberList
from gdtui.engine.numbers import FLOATS, Numbers, Real
from gdtui.engine.optimizers.definition import Memory, Rule, Update, optimizer
from gdtui.engine.problems.definition import Objective

MOST_TRIALS = 60


@optimizer(
    "line-search",
    "Line search",
    about="Tries several eta at every step and takes the one with the lowest loss; where none is lower, it stays.",
    formula="theta = theta - eta g with the eta of the lowest L(theta - eta g), the first on a tie",
    reference="CS7015 lecture 5, slide 78",
    uses_eta=False,
    uses_schedule=False,
    etas=NumberList((0.1, 0.5, 1.0, 5.0, 10.0)),
)
def line_search(numbers: Numbers, _convention: str, etas: tuple[float, ...]) -> Rule:
    where = numbers.where

    def update(
        w: Real, b: Real, dw: Real, db: Real, _eta: Real, _n: int, memory: Memory, objective: Objective
    ) -> Update:
        lowest, _, _ = objective.evaluate(w, b)
        chosen: Real = 0.0
        best_w, best_b = w, b
        for eta in etas:
            there_w, there_b = w - eta * dw, b - eta * db
            loss, _, _ = objective.evaluate(there_w, there_b)
            lower = loss < lowest
            lowest, chosen = where(lower, loss, lowest), where(lower, eta, chosen)
            best_w, best_b = where(lower, there_w, best_w), where(lower, there_b, best_b)
        return best_w, best_b, memory, chosen

    return update


@optimizer(
    "armijo",
    "Armijo",
    about="Begins with a long step and shortens it until the loss falls by a fair part of what the slope promises.",
    formula="alpha = alpha0, times rho while L(theta - alpha g) > L - c alpha |g|^2;  theta = theta - alpha g",
    reference="Armijo 1966; Nocedal, Wright 2006, algorithm 3.1",
    uses_eta=False,
    uses_schedule=False,
    alpha0=Number(10.0, above=0.0),
    c=Number(1e-4, above=0.0, below=1.0),
    rho=Number(0.5, above=0.0, below=1.0),
)
def armijo(numbers: Numbers, _convention: str, alpha0: float, c: float, rho: float) -> Rule:
    where, named = numbers.where, numbers.named

    def update(
        w: Real, b: Real, dw: Real, db: Real, _eta: Real, _n: int, memory: Memory, objective: Objective
    ) -> Update:
        loss, _, _ = objective.evaluate(w, b)
        promised = c * (dw * dw + db * db)
        alpha = named("alpha", alpha0)
        for _ in range(MOST_TRIALS):
            there, _, _ = objective.evaluate(w - alpha * dw, b - alpha * db)
            too_long = there > loss - alpha * promised
            if not numbers.any(too_long):
                break
            alpha = named("alpha", where(too_long, rho * alpha, alpha))
        return w - alpha * dw, b - alpha * db, memory, alpha

    return update


def newton_remark(w: float, b: float, objective: Objective) -> str:
    """Whether the curvature is damped here."""
    damping = newton_damping(FLOATS, *objective.hessian(w, b))
    return f"Newton damps by {damping:.3g}: H is not positive definite here." if damping else ""


@optimizer(
    "newton",
    "Newton",
    about="To where the curvature puts the minimum; where there is none that way, it damps the curvature first.",
    formula="theta = theta - H^-1 g;  where H is not positive definite, with H + (|lambda_min| + 0.001) I",
    reference="Nocedal, Wright 2006, sections 3.3 and 3.4",
    uses_eta=False,
    uses_schedule=False,
    remark=newton_remark,
)
def newton(numbers: Numbers, _convention: str) -> Rule:
    divide, named = numbers.divide, numbers.named

    def update(
        w: Real, b: Real, dw: Real, db: Real, _eta: Real, _n: int, memory: Memory, objective: Objective
    ) -> Update:
        ww, wb, bb = objective.hessian(w, b)
        damping = named("damping", newton_damping(numbers, ww, wb, bb))
        ww, bb = ww + damping, bb + damping
        determinant = named("determinant", ww * bb - wb * wb)
        w = w - divide(bb * dw - wb * db, determinant)
        b = b - divide(ww * db - wb * dw, determinant)
        return w, b, memory, 1.0

    return update


def newton_damping(numbers: Numbers, ww: Real, wb: Real, bb: Real) -> Real:
    """What Newton's rule adds to the diagonal of a Hessian: 0 where it is positive definite."""
    middle, radius = 0.5 * (ww + bb), numbers.hypot(0.5 * (ww - bb), wb)
    smallest, largest = middle - radius, middle + radius
    return numbers.where(smallest > 1e-10 * largest, 0.0, abs(smallest) + 1e-3)
