"""A list to pick from by name, with the formula and the parameters of what is marked in it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from textual.events import Key
from textual.geometry import Offset

from gdtui.engine.definition import Choice, Definition, Parameter, Text, Word, choose, find, text_of
from gdtui.engine.mistakes import BadInput
from gdtui.ui.glyphs import Glyphs
from gdtui.ui.widgets.lines import PLAIN, Line, Lines

GAP = 2
"""Characters between two columns."""


@dataclass(frozen=True)
class Offer:
    """What there is to pick from, and where its answer goes."""

    kind: str
    definitions: Mapping[str, Definition]
    current: Choice[Any]
    convention: str
    take: Callable[[Choice[Any], Mapping[str, str]], None]
    """(choice, the texts that its definition asks for) -> nothing; BadInput where that cannot be."""
    asked: Mapping[str, str]
    """Those texts of the current choice."""


class Picker(Lines):
    """Owns the keys from an offer until something is taken or all is left as it was.

    Letters narrow the list down, Tab goes to the parameters and back. What was typed into a definition's parameters
    stays while another one is looked at.
    """

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="picker")
        self._glyphs = glyphs
        self._offer: Offer | None = None
        self._filter = ""
        self._marked = ""  # the name of a definition
        self._texts: dict[str, dict[str, str]] = {}  # by the name of the definition, then of the parameter
        self._parameter: str | None = None  # the one being typed; None while the list has the keys
        self._untouched = False  # then the first letter takes the place of what stands there
        self._complaint = ""
        self._caret = Offset(0, 0)

    @property
    def is_open(self) -> bool:
        """Whether an answer is awaited."""
        return self._offer is not None

    @property
    def cursor_position(self) -> Offset:
        """Where the next letter goes."""
        return self.region.offset + self._caret

    def offer(self, offer: Offer) -> None:
        """Begin, with the current choice marked."""
        self._offer = offer
        self._filter, self._parameter, self._complaint = "", None, ""
        self._marked = offer.current.definition.name
        self._texts = {
            name: {key: text_of(parameter.default) for key, parameter in fields(definition).items()}
            for name, definition in offer.definitions.items()
        }
        self._texts[self._marked] |= {**{key: text_of(value) for key, value in offer.current.values}, **offer.asked}
        self.screen.add_class("-picking")
        self.screen.set_focus(None)

    def press(self, key: Key) -> None:
        """Take a key."""
        self._complaint = ""
        if key.key == "escape":
            self._close()
        elif key.key == "enter":
            self._take()
        elif key.key in {"tab", "shift+tab"}:
            self._go_to_parameter(None if self._parameter is not None else 0)
        elif self._parameter is None:
            self._press_in_list(key)
        else:
            self._press_in_parameter(self._parameter, key)

    @property
    def keys(self) -> Sequence[tuple[str, str]]:
        """What can be pressed now, and what it does."""
        up_down = self._glyphs.spell("↑ ↓")
        if self._parameter is None:
            return (("letters", "filter"), (up_down, "choose"), ("Tab", "parameters"), *LAST_KEYS)
        return ((up_down, "parameter"), ("Tab", "names"), *LAST_KEYS)

    @property
    def sentence(self) -> str:
        """What was wrong with the answer; or what can be typed here."""
        definition = self._definition
        if self._complaint or definition is None:
            return self._complaint
        if self._parameter is None:
            return ""
        parameter = fields(definition)[self._parameter]
        usual = f"; {text_of(parameter.default)} unless another is given" if parameter.default is not None else ""
        cycle = self._glyphs.spell(" ← and → go through them.") if isinstance(parameter, Word) else ""
        return f"{self._parameter}: {parameter.bounds}{usual}.{cycle}"

    def show(self) -> None:
        """Draw the list and what is marked in it."""
        if self._offer is None:
            return
        width, height = self.size
        names, room = self._matching, max(1, height - 1)
        left = self._left
        listed = list(self._listed(names, room))
        told = self._told(max(10, width - left), room)
        head: Line = [(f"{self._offer.kind}: ", "strong"), (self._filter, PLAIN)]
        if self._parameter is None:
            self._caret = Offset(len(self._offer.kind) + 2 + len(self._filter), 0)
        self.draw([head, *(self._beside(listed, told, left, y) for y in range(room))])

    def _beside(self, listed: list[tuple[str, str]], told: list[Line], left: int, y: int) -> Line:
        name, ink = listed[y] if y < len(listed) else ("", PLAIN)
        return [(f"{name:<{left}}", ink), *(told[y] if y < len(told) else ())]

    # The list

    @property
    def _matching(self) -> list[str]:
        """The names that the filter leaves: first those that begin with it, last those in whose words it stands."""
        assert self._offer is not None
        typed = self._filter.lower()

        def rank(name: str) -> int:
            definition = self._offered[name]
            texts = name, f"{name} {definition.title}", f"{definition.about} {definition.reference}"
            return (
                next((r for r, text in enumerate(texts) if typed in text.lower()), 3)
                if not name.startswith(typed)
                else -1
            )

        ranked = [(rank(name), name) for name in self._offered]
        return [name for place, name in sorted(ranked, key=lambda each: each[0]) if place < 3]

    @property
    def _offered(self) -> Mapping[str, Definition]:
        return self._offer.definitions if self._offer is not None else {}

    @property
    def _left(self) -> int:
        """Characters of the column of names: the mark, the name, and whether it is in force."""
        return 2 + max(map(len, self._offered)) + 2 + GAP

    @property
    def _definition(self) -> Definition | None:
        return self._offered.get(self._marked)

    def _listed(self, names: list[str], room: int) -> Iterator[tuple[str, str]]:
        """The part of the list around the mark, and how much there is before and behind it."""
        assert self._offer is not None
        at = names.index(self._marked) if self._marked in names else 0
        first = max(0, min(at - room // 2, len(names) - room))
        shown = names[first : first + room]
        for y, name in enumerate(shown):
            more = first + 1 if y == 0 and first else len(names) - first - y if y == room - 1 else 0
            if more > 1 and name != self._marked:
                yield f"  ... {more} more", "quiet"
            else:
                in_force = " *" if name == self._offer.current.definition.name else ""
                yield (
                    f"{'> ' if name == self._marked else '  '}{name}{in_force}",
                    ("cursor" if name == self._marked else "strong" if in_force else PLAIN),
                )

    def _press_in_list(self, key: Key) -> None:
        names = self._matching
        at = names.index(self._marked) if self._marked in names else 0
        page = max(1, self.size.height - 2)
        leaps = {"up": at - 1, "down": at + 1, "pageup": at - page, "pagedown": at + page, "home": 0, "end": len(names)}
        if key.key in leaps and names:
            self._marked = names[max(0, min(leaps[key.key], len(names) - 1))]
        elif key.key == "right":
            self._go_to_parameter(0)
        elif key.key in {"backspace", "ctrl+u"} or (key.character and key.is_printable):
            self._filter = edited(self._filter, key)
            assert self._offer is not None
            current = self._offer.current.definition.name
            matching = self._matching
            self._marked = current if not self._filter else matching[0] if matching else ""

    # The parameters

    def _go_to_parameter(self, place: int | None) -> None:
        definition = self._definition
        keys = list(fields(definition)) if definition is not None else []
        self._parameter = keys[max(0, min(place, len(keys) - 1))] if keys and place is not None else None
        self._untouched = True

    def _press_in_parameter(self, name: str, key: Key) -> None:
        definition = self._definition
        assert definition is not None
        parameters, texts = fields(definition), self._texts[definition.name]
        place = list(parameters).index(name)
        parameter = parameters[name]
        if key.key in {"up", "down"}:
            self._go_to_parameter(place + (1 if key.key == "down" else -1))
        elif key.key in {"left", "right"}:
            if isinstance(parameter, Word):
                words = [*parameter.words, *([""] if parameter.default is None else [])]
                at = words.index(texts[name]) if texts[name] in words else 0
                texts[name] = words[(at + (1 if key.key == "right" else -1)) % len(words)]
        else:
            texts[name] = edited("" if self._untouched and key.key != "backspace" else texts[name], key)
            self._untouched = False

    def _told(self, width: int, room: int) -> list[Line]:
        """What is to be said of the marked definition: of the least use first to be left out where there is no room."""
        definition = self._definition
        if definition is None or self._offer is None:
            return [[("Nothing is called so: Backspace takes letters back.", "quiet")]]
        about = paragraph(definition.about, width, "strong")
        formula = [
            line
            for part in definition.form(self._offer.convention).split(";  ")
            for line in paragraph(part, width, "fit")
        ]
        parameters = list(self._parameter_lines(definition, width))
        facts = [line for fact in definition.facts() for line in paragraph(fact, width, "quiet")]
        reference = paragraph(definition.reference, width, "quiet")
        blank: list[Line] = [[]]
        for told in (
            [about, blank, formula, blank, parameters, blank, facts, reference],
            [about, formula, parameters, facts, reference],
            [about, formula, parameters, facts],
            [about, formula, parameters],
            [formula, parameters],
            [parameters] if self._parameter is not None else [formula, self._in_brief(definition, width)],
        ):
            lines = [line for part in told for line in part]
            if len(lines) <= room:
                break
        if self._parameter is None:
            self._caret = Offset(0, 0)
        else:
            y = next(y for y, line in enumerate(lines) if line and line[0][0].startswith("> "))
            self._caret = Offset(self._left + sum(len(text) for text, _ in lines[y][:2]), 1 + y)
        return lines

    def _parameter_lines(self, definition: Definition, width: int) -> Iterator[Line]:
        parameters = fields(definition)
        wide = max(map(len, parameters), default=0) + 2 + GAP
        for name, parameter in parameters.items():
            here = name == self._parameter
            text = self._texts[definition.name][name]
            optional = parameter.default is None and not isinstance(parameter, Text)
            bounds = f"{parameter.bounds}, or nothing" if optional else parameter.bounds
            line: list[tuple[str, str]] = [(f"{'> ' if here else '  '}{name}".ljust(wide), "cursor" if here else PLAIN)]
            line += [(text or ("" if here else "-"), "strong")]
            behind = max(10, len(text) + GAP)
            if wide + behind + len(bounds) <= width:
                line += [(" " * (behind - max(len(text), not here)), PLAIN), (bounds, "quiet")]
            yield line

    def _in_brief(self, definition: Definition, width: int) -> list[Line]:
        texts = self._texts[definition.name]
        return paragraph(",  ".join(f"{name} {texts[name] or '-'}" for name in fields(definition)), width, PLAIN)

    # The end

    def _take(self) -> None:
        """Answer with what is marked; where it cannot be, say why and go on."""
        assert self._offer is not None
        try:
            definition = find(self._offer.kind, self._marked or self._filter, self._offer.definitions)
            texts = self._texts[definition.name]
            given = {key: texts[key] for key in definition.parameters if texts[key]}
            settings = ",".join(f"{key}={text}" for key, text in given.items())
            choice = choose(
                self._offer.kind, f"{definition.name}:{settings}" if settings else definition.name, self._offered
            )
            for key, parameter in definition.asks.items():
                if parameter.needed and not texts[key]:
                    raise BadInput(f"{key} of {definition.name} must be {parameter.bounds}")
            self._offer.take(choice, {key: texts[key] for key in definition.asks})
        except BadInput as mistake:
            self._complaint = f"{str(mistake)[:1].upper()}{str(mistake)[1:]}."
        else:
            self._close()

    def _close(self) -> None:
        self._offer = None
        self.screen.remove_class("-picking")


LAST_KEYS = (("Enter", "takes it"), ("Esc", "leaves"))


def fields(definition: Definition) -> dict[str, Parameter]:
    """All that can be typed for a definition: the texts that it asks for, then its parameters."""
    return {**definition.asks, **definition.parameters}


def paragraph(text: str, width: int, ink: str) -> list[Line]:
    """A text in lines of so many characters, those after the first indented."""
    return [[(line, ink)] for line in wrap(text, width, subsequent_indent="  ")]


def edited(text: str, key: Key) -> str:
    """A text after one more key."""
    if key.key == "backspace":
        return text[:-1]
    if key.key == "ctrl+u":
        return ""
    return text + key.character if key.character is not None and key.is_printable else text
