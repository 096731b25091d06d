"""Numbers that remember how they came about, so that a formula can be written down and its numbers be put in.

`TRACED` is the namespace of functions on them. A rule or a loss that is run on traced numbers computes what it computes
on floats, bit for bit, and each result knows its operands. Of a condition only the branch that was taken is known.
"""

import math
import operator
from collections.abc import Callable
from itertools import count
from typing import Any, TypeAlias

from gdtui.engine.numbers import FLOATS, Numbers

_orders = count()

Text: TypeAlias = Callable[["Traced"], str]
"""What stands for a number that has a name."""


class Traced(float):
    """A float, and the operation and the operands that it came from; where there are none, it was given.

    What has a name is written as its name by whatever it goes into. `order` grows from each to those made later.
    """

    def __new__(cls, value: float, operation: str, operands: tuple[float, ...], name: str = "") -> "Traced":
        self = super().__new__(cls, value)
        self.operation, self.operands, self.name = operation, operands, name
        self.order = next(_orders)
        return self

    operation: str
    operands: tuple[float, ...]
    name: str
    order: int

    def __add__(self, other: float) -> float:
        return _operate("+", operator.add, self, other)

    def __radd__(self, other: float) -> float:
        return _operate("+", operator.add, other, self)

    def __sub__(self, other: float) -> float:
        return _operate("-", operator.sub, self, other)

    def __rsub__(self, other: float) -> float:
        return _operate("-", operator.sub, other, self)

    def __mul__(self, other: float) -> float:
        return _operate("*", operator.mul, self, other)

    def __rmul__(self, other: float) -> float:
        return _operate("*", operator.mul, other, self)

    def __truediv__(self, other: float) -> float:
        return _operate("/", operator.truediv, self, other)

    def __rtruediv__(self, other: float) -> float:
        return _operate("/", operator.truediv, other, self)

    def __floordiv__(self, other: float) -> float:
        ratio = _operate("/", operator.truediv, self, other)
        return Traced(float(self) // float(other), "floor", (ratio,))

    def __pow__(self, other: Any, _modulus: None = None) -> Any:
        return _operate("^", operator.pow, self, other)

    def __rpow__(self, other: Any, _modulus: None = None) -> Any:
        return _operate("^", operator.pow, other, self)

    def __neg__(self) -> float:
        return _operate("neg", operator.neg, self)

    def __abs__(self) -> float:
        return _operate("abs", abs, self)


def given(name: str, value: float) -> Traced:
    """A number that a formula begins with."""
    return Traced(value, "", (), name)


def named(name: str, x: float) -> Traced:
    """The number under a name; a name that it had before, its definition then tells."""
    if isinstance(x, Traced) and not x.name:
        x.name = name
        return x
    return Traced(x, "", (x,), name)


def definitions(*results: float) -> list[Traced]:
    """All named numbers that these came from, themselves included, but none that was given; in the order of making."""
    found: dict[int, Traced] = {}
    waiting: list[float] = [*results]
    while waiting:
        x = waiting.pop()
        if isinstance(x, Traced) and x.order not in found:
            found[x.order] = x
            waiting += x.operands
    return [found[order] for order in sorted(found) if found[order].name and found[order].operands]


def _operate(operation: str, operate: Callable[..., float], *operands: float) -> Traced:
    return Traced(operate(*map(float, operands)), operation, operands)


def _function(name: str, compute: Callable[..., float]) -> Callable[..., float]:
    def function(*operands: float) -> float:
        if any(isinstance(x, Traced) for x in operands):
            return _operate(name, compute, *operands)
        return compute(*operands)

    return function


def _logistic(z: float) -> tuple[float, float]:
    f, slope = FLOATS.logistic(float(z))
    e: float = TRACED.exp(-z)
    traced = Traced(f, "/", (1.0, 1.0 + e))
    return traced, Traced(slope, "*", (traced, 1.0 - traced))


TRACED = Numbers(
    exp=_function("exp", FLOATS.exp),
    log1p=_function("log1p", FLOATS.log1p),
    sqrt=_function("sqrt", FLOATS.sqrt),
    sin=_function("sin", FLOATS.sin),
    cos=_function("cos", FLOATS.cos),
    tanh=_function("tanh", FLOATS.tanh),
    hypot=_function("hypot", FLOATS.hypot),
    divide=_function("/", FLOATS.divide),
    maximum=_function("max", FLOATS.maximum),
    sign=_function("sign", FLOATS.sign),
    where=FLOATS.where,
    logistic=_logistic,
    any=bool,
    named=named,
)

# How strongly what is written holds together, from a sum to a single word.
SUM, QUOTIENT, PRODUCT, POWER, WORD = range(5)


def definition(x: Traced, text: Text, times: str = " ") -> str:
    """How a number came about, written with a text for each name in it, and this between factors.

    What changes nothing is left out: 0 in a sum, 1 in a product. A negative text is put into parentheses where it does
    not begin the whole.
    """
    return _Writing(text, times).of_operation(x)[0]


def constant(x: float) -> str:
    """A number that stands in a formula itself: `2`, `0.5`, `6.28319`."""
    return f"{x:.6g}".replace("e-0", "e-")


class _Writing:
    """A text for each number, and how strongly it holds together."""

    def __init__(self, text: Text, times: str) -> None:
        self._text, self._times = text, times

    def of(self, x: float) -> tuple[str, int]:
        if isinstance(x, Traced) and not x.name:
            return self.of_operation(x)
        text = self._text(x) if isinstance(x, Traced) else constant(x)
        return text, PRODUCT if text.startswith("-") else WORD

    def of_operation(self, x: Traced) -> tuple[str, int]:
        operands = x.operands
        match x.operation:
            case "":
                written = self.of(operands[0] if operands else x)
            case "+" | "-":
                written = self._sum(x.operation, *operands)
            case "*":
                written = self._product(x)
            case "/" if _is(operands[1], 1.0):
                written = self.of(operands[0])
            case "/":
                written = f"{self._within(operands[0], QUOTIENT)} / {self._within(operands[1], POWER)}", QUOTIENT
            case "^":
                written = f"{self._within(operands[0], WORD)}^{self._within(operands[1], WORD)}", POWER
            case "neg":
                written = self._negative(operands[0])
            case "abs":
                written = f"|{self.of(operands[0])[0]}|", WORD
            case "hypot":
                written = f"sqrt({' + '.join(f'{self._within(x, WORD)}^2' for x in operands)})", WORD
            case "log1p":
                written = f"ln({constant(1.0)} + {self._within(operands[0], QUOTIENT)})", WORD
            case function:
                written = self._call(function, *operands)
        return written

    def _within(self, x: float, least: int) -> str:
        text, strength = self.of(x)
        return text if strength >= least else f"({text})"

    def _call(self, function: str, *operands: float) -> tuple[str, int]:
        return f"{function}({', '.join(self.of(x)[0] for x in operands)})", WORD

    def _negative(self, x: float) -> tuple[str, int]:
        smaller = _negated(x)
        if smaller is not None:
            return self.of(smaller)
        if isinstance(x, Traced) and not x.name and x.operation == "max":
            pair = [_negated(y) if isinstance(y, Traced) else -y for y in x.operands]
            if None not in pair:  # the smaller one of two, by `maximum` alone
                return self._call("min", *(y for y in pair if y is not None))
        text = self._within(x, QUOTIENT)
        return f"-({text})" if text.startswith("-") else f"-{text}", PRODUCT

    def _sum(self, sign: str, x: float, y: float) -> tuple[str, int]:
        if _is(y, 0.0):
            return self.of(x)
        if _is(x, 0.0):
            return self.of(y) if sign == "+" else self._negative(y)
        right, strength = self.of(y)
        if sign == "-" and strength == SUM:
            right = f"({right})"
        elif right.startswith("-"):  # of a number that is put in, the sign stays
            sign, right = ("-" if sign == "+" else "+", right[1:]) if _begins_with_minus(y) else (sign, f"({right})")
        return f"{self.of(x)[0]} {sign} {right}", SUM

    def _product(self, x: Traced) -> tuple[str, int]:
        if _is(x, 0.0):
            return "0", WORD
        coefficient, factors = _coefficient(x)
        powers: dict[str, list[Traced]] = {}
        for y in factors:
            powers.setdefault(y.name or self.of(y)[0], []).append(y)
        is_alone = len(factors) == 1 and abs(coefficient) == 1.0
        texts = [] if abs(coefficient) == 1.0 else [constant(abs(coefficient))]
        for same in powers.values():
            least = POWER if texts or coefficient < 0.0 else QUOTIENT if is_alone else PRODUCT
            text = self._within(same[0], WORD if len(same) > 1 else least)
            texts.append(f"{text}^{len(same)}" if len(same) > 1 else text)
        if is_alone and coefficient == 1.0:
            return self.of(factors[0])
        return ("-" if coefficient < 0.0 else "") + self._times.join(texts), PRODUCT


def _coefficient(x: Traced) -> tuple[float, list[Traced]]:
    """The factors of a product of products: what the formula itself says as one number, and the others."""
    coefficient, factors = 1.0, []
    waiting = [*x.operands]
    while waiting:
        y = waiting.pop(0)
        if not isinstance(y, Traced):
            coefficient *= y
        elif y.name or y.operation not in {"*", "neg"}:
            factors.append(y)
        else:
            coefficient = -coefficient if y.operation == "neg" else coefficient
            waiting = [*y.operands, *waiting]
    return coefficient, factors


def _begins_with_minus(x: float) -> bool:
    """Whether a minus stands there because the formula says so."""
    if not isinstance(x, Traced):
        return x < 0.0
    if x.name:
        return False
    if x.operation == "*":
        coefficient, factors = _coefficient(x)
        return coefficient < 0.0 or (coefficient == 1.0 and _begins_with_minus(factors[0]))
    return x.operation == "neg" or (x.operation in {"+", "-", "/", ""} and _begins_with_minus(x.operands[0]))


def _negated(x: float) -> float | None:
    """What a number is the negative of."""
    return x.operands[0] if isinstance(x, Traced) and not x.name and x.operation == "neg" else None


def _is(x: float, value: float) -> bool:
    """Whether a number is always 0, or always 1, by what stands in the formula itself."""
    if not isinstance(x, Traced):
        return x == value
    if x.name:
        return False
    if x.operation == "*" and value == 0.0:
        return math.isfinite(x) and any(_is(y, value) for y in x.operands)
    return x.operation == "+" and value == 0.0 and all(_is(y, value) for y in x.operands)
