"""What each point contributes to the loss and to the gradient: a line for a quantity, a column for a point."""

from collections.abc import Sequence

from gdtui.engine.analysis.arithmetic import ERROR, FORWARD, GRADIENT, PointByPoint
from gdtui.engine.numbers import Real
from gdtui.engine.problems.neuron import Terms
from gdtui.engine.traced import Traced, definition, definitions
from gdtui.session.numerals import exact, plain, signed
from gdtui.ui.views.working import Row, in_brackets
from gdtui.ui.widgets.lines import PLAIN

LABEL = 21
"""Characters of a quantity with its formula."""

COLUMN, SUM = 11, 12
"""Characters of a point's number, and of a sum."""

FEW = 3
"""Points of which a sum is written out."""

PART = {"z": FORWARD, "f": FORWARD, "error": ERROR, "loss": ERROR}
SUMMED = ("loss", "dw", "db")


class Table:
    """The points that fit into so many characters, and the sums."""

    def __init__(self, points: PointByPoint, places: Sequence[int], width: int, page: int, *, is_batch: bool) -> None:
        self._points, self._places, self._is_batch = points, places, is_batch
        self._count = points.neuron.size
        self.pages, self._has_rest = 0, False
        is_mean = points.neuron.reduction == "mean"
        room = width - LABEL - SUM * (2 if is_mean else 1)
        if self._count * COLUMN <= room:
            self.shown: Sequence[int] = range(self._count)
        else:
            self._has_rest = room >= COLUMN + SUM
            room = max(1, (room - SUM) // COLUMN)
            self.pages = -(-self._count // room)
            self.shown = self._some(room, min(page, self.pages))
        self._sums = [points.sums, *([[x / self._count for x in points.sums]] if is_mean else [])]
        self._traced = [points.traced(i) for i in self.shown]
        self.width = LABEL + COLUMN * len(self.shown) + SUM * (len(self._sums) + self._has_rest)

    @property
    def needed(self) -> Sequence[str]:
        """The quantities that the gradient takes: the cross-entropy's does without df/dz."""
        has_slope = any(x.name == "f'" for x in definitions(self.first.delta))
        return [field for field in Terms._fields if field != "slope" or has_slope]

    @property
    def first(self) -> Terms:
        """What the first point that is shown contributes, with what it came from."""
        return self._traced[0]

    @property
    def first_number(self) -> int:
        """That point's, among all, counted from 1."""
        return int(self._places[self.shown[0]]) + 1

    def added_up(self) -> list[tuple[str, str, float]]:
        """Each derivative with its sum written out where the terms are few, and divided where it is a mean."""
        found = []
        for name, field, at in (("dL/dw", "dw", 1), ("dL/db", "db", 2)):
            terms = [plain(getattr(self._points.at(i), field)) for i in self.shown]
            is_written = self._count <= FEW and len(self.shown) == self._count
            text = " + ".join([terms[0], *map(in_brackets, terms[1:])]) if is_written else plain(self._sums[0][at])
            if len(self._sums) > 1:
                text = f"({text}) / {self._count:,}" if is_written and len(terms) > 1 else f"{text} / {self._count:,}"
            if is_written or len(self._sums) > 1:
                found.append((name, text, self._sums[-1][at]))
        return found

    def rows(self) -> list[Row]:
        """A heading, the data, and each quantity."""
        at = {i: self._points.at(i) for i in self.shown}
        rest: Sequence[float] = self._points.rest(self.shown) if self._has_rest else ()
        total = "batch sum" if self._is_batch else "sum"
        of_all = ["rest"] * self._has_rest + [total, f"sum / {self._count:,}"][: len(self._sums)]
        here = f"w={_short(self._points.w):<8} b={_short(self._points.b):<8}"
        heading = "".join(f" {_point(self._places[i]):<{COLUMN - 1}}" for i in self.shown)
        rows = [Row("", [(f"{here:<{LABEL}}{heading}{''.join(f' {name:<{SUM - 1}}' for name in of_all)}", "quiet")])]
        rows += self._data()
        for field in self.needed:
            values = [getattr(at[i], field) for i in self.shown]
            sums: list[float] = []
            if field in SUMMED:
                sums = [each[SUMMED.index(field)] for each in ([rest] if self._has_rest else []) + self._sums]
            cells = _cells([*values, *sums], [COLUMN] * len(values) + [SUM] * len(sums))
            split = COLUMN * len(values)
            formulas = {_formula(getattr(terms, field)) for terms in self._traced}
            # Where a condition takes the points different ways, no one formula is everybody's.
            label = formulas.pop() if len(formulas) == 1 else getattr(self.first, field).name
            label = f"  {label}".ljust(LABEL)
            rows.append(
                Row(PART.get(field, GRADIENT), [(label, "quiet"), (cells[:split], PLAIN), (cells[split:], "strong")])
            )
        return rows

    def _some(self, room: int, first: int) -> Sequence[int]:
        """The first point, the last and those with the largest terms; or so many in their order, from a page on."""
        last = self._count - 1
        if first > 0:
            begin = min((first - 1) * room, max(0, self._count - room))
            return range(begin, min(begin + room, self._count))
        if room < 3:
            return sorted(self._points.largest[:room])
        largest = [i for i in self._points.largest if i not in {0, last}]
        return sorted({0, last, *largest[: room - 2]})

    def _data(self) -> list[Row]:
        """The x and y of the points, on one line where they are short."""
        pairs = [tuple(map(_datum, self._points.point(i))) for i in self.shown]
        together = [f"{x}, {y}" for x, y in pairs]
        if not self.pages and max(map(len, together)) < COLUMN - 1:
            return [Row(FORWARD, [("  x, y".ljust(LABEL), "quiet"), (_texts(together), PLAIN)])]
        return [
            Row(FORWARD, [(f"  {name}".ljust(LABEL), "quiet"), (_texts([pair[k] for pair in pairs]), PLAIN)])
            for k, name in enumerate("xy")
        ]


def _formula(x: Real) -> str:
    """A quantity's name and formula, as far as there is room."""
    if not isinstance(x, Traced):
        return ""
    letters = definition(x, lambda y: y.name)
    whole = (f"{x.name} = {letters}" if x.name else letters).replace(" / ", "/")
    return whole if len(whole) <= LABEL - 2 else x.name


def _cells(values: Sequence[float], widths: Sequence[int]) -> str:
    """Numbers in columns; the one before a negative one leaves a gap, and so does the last sum."""
    texts = []
    for value, width, after in zip(values, widths, [*values[1:], None], strict=True):
        room = width - (width == SUM if after is None else after < 0.0)
        texts.append(signed(value, room).ljust(width))
    return "".join(texts)


def _texts(texts: Sequence[str]) -> str:
    return "".join(f" {text}".ljust(COLUMN) for text in texts)


def _datum(x: float) -> str:
    """A number of the data as it was given, if it is short."""
    return exact(x) if len(exact(x)) < COLUMN - 1 else signed(x, COLUMN - 1).strip()


def _short(x: float) -> str:
    return signed(x, 8).strip()


def _point(place: int) -> str:
    name = f"point {place + 1}"
    return name if len(name) < COLUMN else f"{place + 1:,}"
