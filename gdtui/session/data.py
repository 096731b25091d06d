"""A person's own points, read from a file of comma-, semicolon- or tab-separated values."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import isfinite

from gdtui.engine.definition import find
from gdtui.engine.mistakes import BadInput, quoted
from gdtui.engine.problems.neuron import Points


@dataclass(frozen=True)
class Data:
    """Points, and where they are from."""

    path: str
    x: str | None
    y: str | None
    points: Points = field(repr=False)


def read(path: str, x: str | None = None, y: str | None = None) -> Data:
    """Read the points of a file; BadInput, with the line and the column, where that cannot be.

    A first row with a cell that is not a number is the header. Without names of columns, those named x and y are
    taken, else the first two.
    """
    try:
        with open(path, newline="", encoding="utf-8-sig") as lines:
            first = lines.readline()
            delimiter = max(",;\t", key=first.count)
            lines.seek(0)
            rows = [(number, row) for number, row in _rows(csv.reader(lines, delimiter=delimiter)) if any(row)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not a text file of rows"
        raise BadInput(f"--data must be a file of points, not {quoted(path)}: {why}") from None
    if not rows:
        raise BadInput(f"--data must be a file of points, not {quoted(path)}: it is empty")
    header = rows[0][1]
    names = {name: place for place, name in enumerate(header)} if not all(map(_is_number, header)) else {}
    if not names and (x or y):
        raise BadInput(f"--x and --y name columns, and {quoted(path)} has no header: leave them out")
    places = [_place(path, names, name, place, len(header)) for place, name in enumerate((x, y))]
    points = tuple(_point(path, number, row, places) for number, row in rows[1 if names else 0 :])
    if not points:
        raise BadInput(f"--data must be a file of points, not {quoted(path)}: it has a header and nothing else")
    return Data(path, x, y, points)


def _rows(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    for row in reader:
        yield reader.line_num, [cell.strip() for cell in row]  # type: ignore[attr-defined]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _place(path: str, names: dict[str, int], name: str | None, place: int, columns: int) -> int:
    """Which column holds x (place 0) or y (place 1)."""
    if name is not None:
        return find(f"column in {quoted(path)}", name, names)
    if columns < 2:
        raise BadInput(f"--data must have two columns, x and y, and {quoted(path)} has one")
    return names["xy"[place]] if {"x", "y"} <= names.keys() else place


def _point(path: str, number: int, row: list[str], places: list[int]) -> tuple[float, float]:
    cells = []
    for place in places:
        cell = row[place] if place < len(row) else ""
        if not _is_number(cell) or not isfinite(float(cell)):
            wrong = f"not {quoted(cell)}" if cell else "and is missing"
            raise BadInput(f"column {place + 1} in line {number} of {quoted(path)} must be a finite number, {wrong}")
        cells.append(float(cell))
    return cells[0], cells[1]
