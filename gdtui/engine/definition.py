"""What can be chosen by name: a definition says its name, its formula, its parameters and what makes it.

Optimizers, schedules and problems are all declared so, each in one place. The command line, `gdtui list`, the help and
the app's lists derive from it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Generic, Protocol, TypeVar

from gdtui.engine.mistakes import BadInput, quoted


class Parameter(Protocol):
    """One of a definition's parameters: its default, and what it can be."""

    @property
    def default(self) -> Any:
        """The value it has unless another is given; None where it is not used, or left to the convention."""

    def read(self, text: str) -> Any:
        """The value that a text says; ValueError where it says none that can be."""

    @property
    def bounds(self) -> str:
        """What it can be, in words: `a number from 0, below 1`."""


@dataclass(frozen=True)
class Number:
    """A finite number, between bounds; a default of None stands for "not used"."""

    default: float | None
    at_least: float = -math.inf
    above: float = -math.inf
    below: float = math.inf
    at_most: float = math.inf

    def read(self, text: str) -> float:
        value = float(text)
        if not (self.at_least <= value <= self.at_most and self.above < value < self.below):
            raise ValueError
        return value

    @property
    def bounds(self) -> str:
        words = {"from": self.at_least, "above": self.above, "below": self.below, "up to": self.at_most}
        limits = [f"{word} {bound:g}" for word, bound in words.items() if math.isfinite(bound)]
        return " ".join(["a number", *limits]) if limits else "a finite number"


@dataclass(frozen=True)
class Count:
    """A whole number from a least one."""

    default: int
    at_least: int = 0

    def read(self, text: str) -> int:
        value = float(text)
        if value != int(value) or value < self.at_least:
            raise ValueError
        return int(value)

    @property
    def bounds(self) -> str:
        return f"a whole number from {self.at_least}"


@dataclass(frozen=True)
class NumberList:
    """A list of numbers above 0, written 0.1/0.5/1."""

    default: tuple[float, ...]

    def read(self, text: str) -> tuple[float, ...]:
        values = tuple(map(float, text.split("/")))
        if not all(0.0 < value < math.inf for value in values):
            raise ValueError
        return values

    @property
    def bounds(self) -> str:
        return "numbers above 0 with / between them"


@dataclass(frozen=True)
class Word:
    """One of some words; a default of None stands for the convention's."""

    words: tuple[str, ...]
    default: str | None

    def read(self, text: str) -> str:
        if text not in self.words:
            raise ValueError
        return text

    @property
    def bounds(self) -> str:
        return " or ".join(self.words)


@dataclass(frozen=True)
class Text:
    """Something that only a person can say, like the name of a file."""

    bounds: str
    needed: bool = False
    default: None = None

    def read(self, text: str) -> str:
        return text


@dataclass(frozen=True)
class Definition:
    """What every kind of thing that is chosen by name says of itself."""

    name: str
    title: str
    about: str
    formula: str
    reference: str
    parameters: Mapping[str, Parameter]
    asks: Mapping[str, Text] = field(default_factory=dict, kw_only=True)
    """What it needs from outside; on the command line each is a flag of its own."""

    def form(self, _convention: str) -> str:
        """Its formula in a convention."""
        return self.formula

    def facts(self) -> list[str]:
        """What else is to be said of its kind."""
        return []


Defined = TypeVar("Defined", bound=Definition)


@dataclass(frozen=True)
class Choice(Generic[Defined]):
    """A definition, and a value for each of its parameters."""

    definition: Defined
    values: tuple[tuple[str, Any], ...]

    @property
    def arguments(self) -> dict[str, Any]:
        """The values by name."""
        return dict(self.values)

    def __str__(self) -> str:
        """As it is written on the command line, with what is not the default: `adam:beta2=0.99`."""
        parameters = self.definition.parameters
        given = [f"{key}={written(value)}" for key, value in self.values if value != parameters[key].default]
        return ":".join([self.definition.name, *([",".join(given)] if given else [])])


def choose(kind: str, text: str, definitions: Mapping[str, Defined]) -> Choice[Defined]:
    """Read `name` or `name:key=value,key=value`. BadInput for a name, a key or a value that cannot be."""
    name, colon, settings = text.partition(":")
    definition = find(kind, name, definitions)
    values = {key: parameter.default for key, parameter in definition.parameters.items()}
    seen: set[str] = set()
    for setting in settings.split(",") if colon else ():
        key, equals, value = setting.partition("=")
        parameter = find(f"parameter of {name}", key, definition.parameters)
        if key in seen:
            raise BadInput(f"{key} of {name} is given twice: once would be right")
        seen.add(key)
        try:
            values[key] = parameter.read(value)
        except (ValueError, OverflowError):
            wrong = quoted(value) if equals else "nothing"
            raise BadInput(f"{key} of {name} must be {parameter.bounds}, not {wrong}") from None
    return Choice(definition, tuple(values.items()))


Entry = TypeVar("Entry")


def find(kind: str, name: str, entries: Mapping[str, Entry]) -> Entry:
    """The entry of that name; BadInput, with the names nearest to it, where there is none."""
    if name in entries:
        return entries[name]
    near = get_close_matches(name.lower(), entries, n=3, cutoff=0.5) or list(entries)
    right = f"{' or '.join(near)} would be right" if near else "it has none"
    raise BadInput(f"there is no {kind} {quoted(name)}: {right}")


def written(value: Any) -> str:
    """A value as a person writes it."""
    if isinstance(value, tuple):
        return "/".join(map(written, value))
    return repr(value) if isinstance(value, float) else str(value)


def text_of(value: Any) -> str:
    """A parameter's value as it is typed; nothing where it has none."""
    return "" if value is None else written(value)
