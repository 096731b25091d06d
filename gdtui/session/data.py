"""A person's own points, read from a file of comma-, semicolon- or tab-separated values."""

import csv
import os
import re
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from math import isfinite, nan
from typing import Any, TextIO, TypeAlias

from gdtui.engine.mistakes import BadInput, quoted
from gdtui.engine.problems.points import Points, points

GoOn: TypeAlias = Callable[[float], bool]
"""Told from time to time which part of the file is read; where its answer is false, the reading ends."""

AT_ONCE = 1 << 16
"""Characters read between two such questions: a millisecond, and little to keep."""


class Cancelled(Exception):
    """The reading was told not to go on."""


@dataclass(frozen=True)
class Data:
    """Points, and where they are from."""

    path: str
    x: str | None
    y: str | None
    points: Points = field(repr=False)

    @property
    def flags(self) -> Mapping[str, str | None]:
        """What brings them on the command line."""
        return {"data": self.path, "x": self.x, "y": self.y}

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What the problem takes of them."""
        return {"points": self.points}


def read(path: str, x: str | None = None, y: str | None = None, go_on: GoOn = lambda _share: True) -> Data:
    """Read the points of a file; BadInput, with the line and the column, where that cannot be.

    A first row with a cell that is not a number is the header. Without names of columns, those named x and y are
    taken, else the first two.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            return Data(path, x, y, _read(file, quoted(path), x, y, go_on))
    except OSError as error:
        why = error.strerror
    except UnicodeDecodeError:
        why = "it is no text in UTF-8"
    except csv.Error:  # a cell that is too long
        why = "it is not a text file of rows, or a quote in it is never closed"
    raise BadInput(f"--data must be a file of points, not {quoted(path)}: {why}")


def _read(file: TextIO, name: str, x: str | None, y: str | None, go_on: GoOn) -> Points:
    lines = chain.from_iterable(_lines(file, go_on))
    opening = [*_up_to_text(lines)]
    rows = csv.reader(chain(opening, lines), delimiter=_delimiter(opening[-1] if opening else ""))
    first = next(filter(_says_something, rows), None)
    if first is None:
        raise BadInput(f"--data must be a file of points, not {name}: it is empty")
    header = [] if all(map(_is_number, first)) else [cell.strip() for cell in first]
    width, (at_x, at_y) = len(first), _places(name, header, len(first), x, y)
    xs, ys = array("d"), array("d")
    for row in rows if header else chain([first], rows):
        try:
            of_x, of_y = float(row[at_x]), float(row[at_y])
        except (ValueError, IndexError):
            of_x = of_y = nan
        if len(row) == width and isfinite(of_x) and isfinite(of_y):
            xs.append(of_x)
            ys.append(of_y)
        elif _says_something(row):
            raise BadInput(_mistake(name, header, width, (at_x, at_y), row, rows.line_num))
    if not xs:
        raise BadInput(f"--data must be a file of points, not {name}: it has a header and nothing else")
    return points(xs, ys)


def _lines(file: TextIO, go_on: GoOn) -> Iterator[list[str]]:
    """The lines, some at a time."""
    size = os.fstat(file.fileno()).st_size if file.seekable() else 0
    while lines := file.readlines(AT_ONCE):
        if not go_on(file.buffer.tell() / size if size else 0.0):
            raise Cancelled
        yield lines


def _up_to_text(lines: Iterator[str]) -> Iterator[str]:
    """The blank lines at the beginning, and the first that is not."""
    for line in lines:
        yield line
        if line.strip():
            return


def _delimiter(line: str) -> str:
    """What is most often between the cells of a line."""
    return max(",;\t", key=re.sub(r'"[^"]*"', "", line).count)


def _says_something(row: Sequence[str]) -> bool:
    return any(map(str.strip, row))


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _places(name: str, header: Sequence[str], width: int, x: str | None, y: str | None) -> tuple[int, int]:
    """Which columns hold x and y."""
    if not header and (x or y):
        raise BadInput(f"--x and --y name columns, and {name} has no header: leave them out")
    if width < 2:
        raise BadInput(f"--data must have two columns, x and y, and {name} has one")
    named = {cell: place for place, cell in enumerate(header)}
    usual = (named["x"], named["y"]) if {"x", "y"} <= named.keys() else (0, 1)
    at_x, at_y = (_place(name, named, cell, place) for cell, place in zip((x, y), usual, strict=True))
    if at_x == at_y and (x is None or y is None):
        raise BadInput(f"x and y are both column {at_x + 1} of {name}: --x and --y together name two")
    return at_x, at_y


def _place(name: str, named: Mapping[str, int], cell: str | None, usual: int) -> int:
    """The column with a name, or the usual one where none is asked for."""
    if cell is None:
        return usual
    if cell not in named:
        raise BadInput(f"there is no column {quoted(cell)} in {name}: {_listed(list(named))} would be right")
    return named[cell]


def _listed(names: Sequence[str], most: int = 8) -> str:
    """Some names of columns."""
    return " or ".join([*map(quoted, names[:most]), *(["another"] if len(names) > most else [])])


def _mistake(
    name: str, header: Sequence[str], width: int, places: Sequence[int], row: Sequence[str], last_line: int
) -> str:
    """What is wrong with a row that ends in a line of the file; a cell may have lines of its own."""
    if len(row) != width:
        line, cells = last_line - _breaks(row), f"{len(row)} cell{'s' if len(row) != 1 else ''}"
        return f"line {line} of {name} has {cells}, and the first row has {width}: all rows must have as many"
    place = next(place for place in places if not (_is_number(row[place]) and isfinite(float(row[place]))))
    column = f"column {place + 1}{f' ({quoted(header[place])})' if header else ''}"
    line, cell = last_line - _breaks(row[place:]), row[place].strip()
    wrong = f"not {quoted(cell)}" if cell else "and is empty"
    return f"{column} in line {line} of {name} must be a finite number, {wrong}"


def _breaks(cells: Sequence[str]) -> int:
    """How many line breaks there are in cells."""
    return sum(len(re.findall(r"\r\n|\r|\n", cell)) for cell in cells)
