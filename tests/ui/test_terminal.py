"""The difference between screens: what it sends shows the screen wanted, on any terminal, in few bytes."""

import re
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from time import perf_counter

import pyte
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.style import Style as RichStyle
from textual.strip import Strip
from wcwidth import wcwidth

from gdtui.ui import cells as grid
from gdtui.ui import terminal
from gdtui.ui.cells import PLAIN, CellScreen, Style, blank_of, movement, transition

# --- A terminal that takes nothing for granted ---

TOKEN = re.compile(
    r"\x1b\[([?\d;]*)([A-Za-z])|\x1b\]8;([^;]*);([^\x07\x1b]*)\x1b\\|(\x1b\(B)|([\x18\x0f\r\n\b])|(.)", re.S
)
OFF = {"22": "12", "23": "3", "24": ["4", "21"], "25": "5", "27": "7", "28": "8", "29": "9"}
Seen = tuple[str, Style]


Glyphs = list[tuple[str, int]]  # texts, and the cells that they take


def by_layout(text: str) -> Glyphs:
    """A character with what combines with it, as wide as Textual's layout makes it."""
    return [(text, cell_len(text))] if cell_len(text) else []


def piecemeal(text: str) -> Glyphs:
    """On a terminal that knows no joined characters, and draws their parts side by side."""
    return [(character, wcwidth(character)) for character in text if wcwidth(character) > 0]


def small(text: str) -> Glyphs:
    """On an old terminal, where emoji take one cell."""
    return [(text, 2 if grid.is_wide(text) else 1)] if cell_len(text) else []


class Glass:
    """A terminal: strict with differences, of which it knows no more than it must; lenient with Textual's frames."""

    def __init__(self, width: int, height: int, glyphs: Callable[[str], Glyphs] = by_layout) -> None:
        self.width, self.height, self.glyphs = width, height, glyphs
        self.pen, self.x, self.y = PLAIN, 0, 0
        self.certain = True  # of the column
        self.open = ""  # the character that marks may still join
        self.clear()

    def clear(self) -> None:
        self.cells: list[list[Seen]] = [[(" ", PLAIN)] * self.width for _ in range(self.height)]

    def feed(self, data: str, *, strict: bool = True) -> None:
        for parameters, final, _, link, charset, control, text in TOKEN.findall(data):
            if text:
                assert text.isprintable() or wcwidth(text) == 0 or not strict, f"{text!r} reached the terminal"
                self.draw(text, strict=strict)
                continue
            self.close()
            if final == "m":
                self.pen = self.styled(parameters)
            elif final == "H":
                y, _, x = parameters.partition(";")
                self.move(int(x or 1) - 1, int(y or 1) - 1)
            elif final == "G":
                self.move(int(parameters or 1) - 1, self.y)
            elif final in ("A", "B"):
                self.y += int(parameters or 1) * (1 if final == "B" else -1)
                assert 0 <= self.y < self.height
            elif final in ("C", "D") or control == "\b":
                assert self.certain, "a relative move from a column that terminals disagree about"
                self.move(self.x + int(parameters or 1) * (1 if final == "C" else -1), self.y)
            elif control == "\r" or (control == "\n" and not strict):
                self.move(0, self.y if control == "\r" else min(self.y + 1, self.height - 1))
            elif final == "J" and parameters == "2":
                assert self.pen == PLAIN
                self.clear()
            elif final:
                assert (parameters, final) in {("", "r"), ("4", "l"), ("?6", "l"), ("?7", "l"), ("?25", "l")}, final
            elif not control and not charset:
                self.pen = self.pen._replace(link=link)
            else:
                assert control in "\x18\x0f", control
        self.close()

    def move(self, x: int, y: int) -> None:
        assert 0 <= x < self.width, "off the screen"
        assert 0 <= y < self.height, "off the screen"
        self.x, self.y, self.certain = x, y, True

    def styled(self, parameters: str) -> Style:
        attributes, foreground, background, link = self.pen
        codes = iter(parameters.split(";"))
        for code in codes:
            if code in ("38", "48"):
                kind = next(codes)
                colour = ";".join([code, kind, *(next(codes) for _ in range(3 if kind == "2" else 1))])
                foreground, background = (colour, background) if code == "38" else (foreground, colour)
            elif code in ("", "0"):
                attributes, foreground, background, _ = PLAIN
            elif code in OFF:
                attributes -= set(OFF[code])
            elif re.fullmatch("[39][0-79]", code):
                foreground = code
            elif re.fullmatch("4[0-79]|10[0-7]", code):
                background = code
            else:
                assert code in {"1", "2", "3", "4", "5", "7", "8", "9", "21", "51", "52", "53"}, code
                attributes |= {code}
        return Style(frozenset(attributes), foreground, background, link)

    def draw(self, character: str, *, strict: bool) -> None:
        """Draw a code point; characters are put down when it is known what joins them."""
        joined = cell_len(self.open + character) == cell_len(self.open) or not cell_len(character)
        if self.open and joined:
            self.open += character
            return
        self.close()
        assert self.certain or not strict, "text in a column that terminals disagree about"
        self.open = character

    def close(self) -> None:
        """Put down the open character."""
        text, self.open = self.open, ""
        for glyph, width in self.glyphs(text):
            self.put(glyph, width)
        self.certain &= grid.is_certain(text)

    def put(self, text: str, width: int) -> None:
        if self.x >= self.width:
            return
        if self.x + width > self.width:
            text, width = " ", self.width - self.x
        row, end = self.cells[self.y], self.x + width
        if not row[self.x][0]:
            row[self.x - 1] = (" ", row[self.x - 1][1])
        if end < self.width and not row[end][0]:
            row[end] = (" ", row[end][1])
        row[self.x : end] = [(text, self.pen), *[("", self.pen)] * (width - 1)]
        self.x = end
        self.certain = end < self.width

    def seen(self) -> list[list[Seen]]:
        """The cells as a person sees them: of a space, what shows."""
        return [[(text, blank_of(style) if text == " " else style) for text, style in row] for row in self.cells]


# --- Frames as Textual writes them ---

SGR = ["", "1", "2;3", "7", "4;31", "9;97", "21;53", "38;5;4", "1;38;5;9;48;5;233", "38;2;1;2;3;48;2;4;5;6", "49"]
LINKS = ["", "", "", "https://example.org/a;b", "file:///x"]
NARROW = "abc   123-\u2801\u28ff\u2500\u2580\u03b7\u2207\u2192"
CJK = "\u6f22\u5b57\u304b\uac00\uff21"
ODD = ["e\u0301", "a\u0301\u0323", "\u2764\ufe0f", "\u231a", "\U0001f600"]
ODD += ["\U0001f469\u200d\U0001f467", "\U0001f44d\U0001f3fd"]


@st.composite
def frames(draw: st.DrawFn, alphabet: st.SearchStrategy[str], width: int, height: int, links: list[str]) -> str:
    """A frame that writes anywhere and leaves the cursor anywhere; what is not narrow may stick out at the right."""
    out = []
    for _ in range(draw(st.integers(0, 4))):
        x, y = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
        out.append(f"\x1b[{y + 1};{x + 1}H")
        for _ in range(draw(st.integers(1, 3))):
            parts = draw(st.lists(alphabet, min_size=1, max_size=width))
            text = "".join(parts[: width - x])
            x += len(text)
            out.append(written(text, draw(st.sampled_from(SGR)), draw(st.sampled_from(links))))
    return "".join(out) + f"\x1b[{draw(st.integers(1, height))};{draw(st.integers(1, width))}H"


def written(text: str, sgr: str, link: str) -> str:
    text = f"\x1b[{sgr}m{text}\x1b[0m" if sgr else text
    return f"\x1b]8;id=7;{link}\x1b\\{text}\x1b]8;;\x1b\\" if link else text


SETTINGS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
SIZES = st.sampled_from([(30, 6), (12, 4), (7, 3), (3, 2), (2, 2), (1, 1), (1, 4), (5, 1)])


@st.composite
def stories(draw: st.DrawFn, alphabet: st.SearchStrategy[str], links: list[str]) -> list[tuple[int, int, bool, str]]:
    """Frames in a row, each with the size of its screen, and whether the terminal is painted anew before it."""
    width, height = draw(SIZES)
    story = []
    for _ in range(draw(st.integers(1, 6))):
        if draw(st.integers(0, 3)) == 0:
            width, height = draw(SIZES)
        story.append((width, height, draw(st.integers(0, 5)) == 0, draw(frames(alphabet, width, height, links))))
    return story


def row(width: int, x: int, text: str) -> tuple[int, int, bool, str]:
    """A frame for a screen of one row."""
    return width, 1, False, f"\x1b[1;{x}H{text}\x1b[1;1H"


def shown_by_pyte(screen: pyte.Screen) -> list[list[tuple[object, ...]]]:
    def seen(cell: pyte.screens.Char) -> tuple[object, ...]:
        marks = cell.bg, cell.reverse, cell.underscore, cell.strikethrough
        ink = () if cell.data == " " and not any(marks[1:]) else (cell.fg, cell.bold, cell.italics)
        return cell.data, *marks, *ink

    return [[seen(screen.buffer[y][x]) for x in range(screen.columns)] for y in range(screen.lines)]


@given(stories(st.sampled_from(NARROW), [""]))
@settings(SETTINGS, max_examples=70)
def test_pyte_shows_what_it_shows_of_whole_frames(story: list[tuple[int, int, bool, str]]) -> None:
    cells, size = CellScreen(), (0, 0)
    for width, height, lost, frame in story:
        if (width, height) != size:
            whole, parts = pyte.Screen(width, height), pyte.Screen(width, height)
            feeds = pyte.ByteStream(whole), pyte.ByteStream(parts)
            for screen in (whole, parts):
                screen.reset_mode(7, private=True)
            if size != (0, 0):  # Textual draws all of a new size; what is kept of the old one is tested elsewhere
                cells = CellScreen()
            cells.resize(width, height)
            size = width, height
        if lost:
            parts.draw("garbage" * 3)
            cells.forget()
        cells.draw(frame)
        feeds[0].feed(frame.encode())
        feeds[1].feed(cells.difference().encode())
        assert shown_by_pyte(parts) == shown_by_pyte(whole)
        assert (parts.cursor.x, parts.cursor.y) == (whole.cursor.x, whole.cursor.y)
        assert cells.difference() == ""


@given(stories(st.one_of(st.sampled_from(NARROW + CJK), st.sampled_from(ODD)), LINKS))
@settings(SETTINGS, max_examples=150)
@example([row(3, 1, "\u6f22a"), row(3, 2, "b")])  # the right half overwritten
@example([row(3, 1, "\u6f22a"), row(3, 1, "b")])  # the left half
@example([row(3, 1, "\u6f22\u5b57"), row(3, 2, "\u6f22")])  # a half by a half
@example([row(4, 1, "\u6f22"), row(3, 3, "\u6f22")])  # one that sticks out
@example([row(5, 4, "\u6f22"), row(4, 1, "ab")])  # one that sticks out of a new size
def test_wide_and_combining_characters_and_links(story: list[tuple[int, int, bool, str]]) -> None:
    """Whole frames and differences make the same picture on a terminal that agrees with Textual about widths."""
    cells, size = CellScreen(), (0, 0)
    for width, height, lost, frame in story:
        cells.resize(width, height)
        if (width, height) != size:
            whole, parts = Glass(width, height), Glass(width, height)
            if size != (0, 0):
                parts.feed(cells.difference())
                whole.cells = [row.copy() for row in parts.cells]
            size = width, height
        if lost:
            parts.cells[0] = [("garbage", PLAIN)] * width
            cells.forget()
        whole.feed(frame, strict=False)
        cells.draw(frame)
        parts.feed(cells.difference())
        assert parts.seen() == whole.seen()
        assert (parts.x, parts.y) == (whole.x, whole.y)
        assert not cells.dirty
        assert cells.difference() == ""


@pytest.mark.parametrize("glyphs", [piecemeal, small])
@given(story=stories(st.one_of(st.sampled_from(NARROW + CJK), st.sampled_from(ODD)), [""]))
@settings(SETTINGS, max_examples=80)
def test_a_terminal_that_disagrees_about_widths_shows_all_else_right(
    glyphs: Callable[[str], Glyphs], story: list[tuple[int, int, bool, str]]
) -> None:
    cells, size = CellScreen(), (0, 0)
    for width, height, _, frame in story:
        cells.resize(width, height)
        if (width, height) != size:
            glass, size = Glass(width, height, glyphs), (width, height)
            glass.feed(cells.difference())
        cells.draw(frame)
        glass.feed(cells.difference())
        for wanted, seen in zip(cells.wanted, glass.seen(), strict=True):
            for x, (cell, found) in enumerate(zip(wanted, seen, strict=True)):
                whole = cell[0] or wanted[x - 1][0]
                if grid.is_certain(whole):
                    assert found == cell
                else:
                    assert found[0].strip() in whole, "something else shows beside it"


def test_a_new_size_keeps_what_fits() -> None:
    cells = CellScreen()
    cells.resize(6, 2)
    cells.draw("\x1b[1;1Habcdef\n\x1b[2;1Hgh\u6f22ij\x1b[2;1H")
    cells.resize(3, 3)
    glass = Glass(3, 3)
    glass.feed(cells.difference())
    assert ["".join(text for text, _ in row) for row in glass.cells] == ["abc", "gh ", "   "]


def test_no_size_at_all() -> None:
    cells = drawn("text")
    for size in ((0, 5), (5, 0), (0, 0)):
        cells.resize(*size)
        cells.draw("\x1b[1;1Htext\x1b[1;1H")
        assert cells.difference() == ""
    cells.resize(4, 1)
    cells.draw("\x1b[1;1Htext\x1b[1;1H")
    assert cells.difference() == f"{grid.CLEAR}text\x1b[H"


# --- The shortest way to say it ---

styles = st.builds(
    Style,
    st.frozensets(st.sampled_from(["1", "2", "3", "4", "5", "7", "8", "9", "21", "53"]), max_size=3),
    st.sampled_from(["39", "31", "97", "38;5;4", "38;2;1;2;3"]),
    st.sampled_from(["49", "41", "104", "48;5;233", "48;2;4;5;6"]),
    st.sampled_from(["", "https://example.org"]),
)


@given(styles, styles)
@settings(SETTINGS)
def test_a_transition_makes_the_style_and_is_no_longer_than_a_new_start(old: Style, new: Style) -> None:
    glass = Glass(1, 1)
    glass.pen = old
    sequence = transition(old, new)
    glass.feed(sequence)
    assert glass.pen == new
    assert len(sequence) <= len(transition(PLAIN, new)) + len("0;") + len(transition(old, PLAIN))


@given(st.integers(0, 300), st.integers(0, 80), st.integers(0, 300), st.integers(0, 80), st.booleans())
@settings(SETTINGS)
def test_a_movement_arrives_and_is_no_longer_than_the_plain_one(x0: int, y0: int, x: int, y: int, known: bool) -> None:
    glass = Glass(301, 81)
    glass.x, glass.y, glass.certain = x0, y0, known
    sequence = movement((y0, x0) if known else None, (y, x))
    glass.feed(sequence)
    assert (glass.x, glass.y) == (x, y)
    assert len(sequence) <= len(f"\x1b[{y + 1};{x + 1}H")


def drawn(*texts: str, size: tuple[int, int] = (40, 10)) -> CellScreen:
    """A screen that shows rows of text."""
    cells = CellScreen()
    cells.resize(*size)
    cells.draw("".join(f"\x1b[{y};1H{text}\n" for y, text in enumerate(texts, 1)) + "\x1b[1;1H")
    cells.difference()
    return cells


@pytest.mark.parametrize(
    ("frame", "sent"),
    [
        ("\x1b[1;1Hhello world\x1b[1;1H", ""),
        ("\x1b[1;1H", ""),
        ("\x1b[3;5H", "\x1b[3;5H"),  # the cursor alone
        ("\x1b[1;1Hhallo world\x1b[1;1H", "\x1b[Ca\r"),
        ("\x1b[1;1Hhallo wurld\x1b[1;1H", "\x1b[Ca\x1b[5Cu\r"),
        ("\x1b[1;1Hhallu world\x1b[1;1H", "\x1b[Callu\r"),  # a short gap is sent again
        ("\x1b[1;1H\x1b[1mhello world\x1b[0m\x1b[1;1H", "\x1b[1mhello world\r"),  # bold spaces look like others
        ("\x1b[2;1H\x1b[1mthere\x1b[0m\x1b[2;6H", "\x1b[B\x1b[1mthere"),
        ("\x1b[1;1Hab\x1b[31mcd\x1b[0mef\x1b[31mgh\x1b[0m\x1b[1;1H", "ab\x1b[2Cef\x1b[4D\x1b[31mcd\x1b[2Cgh\r"),
    ],
)
def test_what_is_sent(frame: str, sent: str) -> None:
    cells = drawn("hello world")
    cells.draw(frame)
    assert cells.difference() == sent


def test_a_typical_step_is_near_the_floor() -> None:
    """The changed characters and 8 bytes for each run of them, of which the frame may cost 1.3 times as much."""
    background, word, dim, curve = ";48;2;18;18;18m", "38;2;224;224;224", "38;2;136;136;136", "38;2;0;180;216"

    def step(t: int) -> str:
        row = f"{t:>9} {-2 + 0.01 * t:>10.6f} {0.02 * t:>11.6f} {0.5 / (t + 1):>11.4e} {0.25 / (t + 2):>11.6f}"
        rows = {
            1: [(word, f"Sigmoid neuron, 2 points   GD   eta 1.0      paused   iteration {t:>7}")],
            6: [(dim, "   0.41\u2524"), (curve, "\u28c0" * (t // 2 + 1))],
            10 + t % 6: [(word, ">" + row)],
            10 + (t - 1) % 6: [(word, " ")],
            18: [(word, f"Descending: the gradient is {0.5 / (t + 1):.3g}, each step moves {0.2 / (t + 2):.3g}.")],
        }
        return (
            "".join(
                f"\x1b[{y};1H" + "".join(f"\x1b[{ink}{background}{text}\x1b[0m" for ink, text in parts) + "\n"
                for y, parts in rows.items()
            )
            + "\x1b[1;1H"
        )

    cells, ratios = CellScreen(), []
    cells.resize(80, 24)
    for t in range(40):
        before = [row.copy() for row in cells.shown] if t else []
        cells.draw(step(t))
        sent = len(cells.difference().encode())
        if t > 6:
            pairs = [list(zip(*rows, strict=True)) for rows in zip(before, cells.shown, strict=True)]
            changed = [[a != b for a, b in row] for row in pairs]
            runs = sum(now and not last for row in changed for last, now in zip([False, *row], row, strict=False))
            floor = 8 * runs + sum(len(b[0].encode()) for row in pairs for a, b in row if a != b)
            ratios.append((sent + len(terminal.ASK)) / floor)
    assert sorted(ratios)[len(ratios) // 2] <= 1.3


def test_a_whole_frame_is_quick_and_no_change_quicker() -> None:
    line = "".join(
        f"\x1b[38;2;{shade};200;200;48;2;18;18;18mword {shade} \u28ff\u28c0 \x1b[0m" for shade in range(100, 115)
    )

    def seconds(text: str) -> tuple[float, ...]:
        cells = drawn(size=(200, 60))
        frame = "".join(f"\x1b[{y};1H{text}\n" for y in range(1, 61)) + "\x1b[1;1H"
        times = [perf_counter()]
        for work in (partial(cells.draw, frame), cells.difference, cells.difference):
            work()
            times.append(perf_counter())
        return tuple(after - before for before, after in pairwise(times))

    draw, difference, nothing = map(min, zip(*(seconds(f"{number}{line}") for number in range(5)), strict=True))
    assert draw < 0.03
    assert difference < 0.03
    assert nothing < 0.001


# --- What reaches the terminal ---


PARTS = [*map(chr, [*range(32), *range(127, 160)]), "a", "\u6f22", "\x1b[2J", "\x1b]0;title\x07", "\x1bc", "\x1b(0"]


@given(st.lists(st.sampled_from(PARTS)))
@settings(SETTINGS)
def test_controls_in_a_text_do_not_reach_the_terminal(parts: list[str]) -> None:
    cells = drawn("")
    cells.draw(f"\x1b[2;1H{''.join(parts)}\x1b[1;1H")
    sent, glass = cells.difference(), Glass(40, 10)
    assert not re.search(r"[\0-\x07\x09-\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]|\x1b[^[]|\x1b\[[\d;]*[^\d;ABCDGHm]", sent)
    glass.feed(sent)
    assert glass.cells == cells.wanted


def test_a_control_in_a_text_is_seen() -> None:
    cells = drawn("")
    cells.draw("\x1b[2;1Ha\tb\x9bc\x1b[1;1H")
    assert "".join(text for text, _ in cells.wanted[1]).rstrip() == "a{0}b{0}c".format("\N{REPLACEMENT CHARACTER}")


def test_a_link_costs_nothing_when_textual_draws_it_again() -> None:
    """Rich gives a link another number each time."""
    cells = drawn("")
    cells.draw("\x1b[2;1H\x1b]8;id=1;http://a/\x1b\\\x1b[4mlink\x1b[0m\x1b]8;;\x1b\\ text\x1b[1;1H")
    assert cells.difference() == "\x1b[2;6Htext\r\x1b]8;id=1;http://a/\x1b\\\x1b[4mlink\x1b[H"
    cells.draw("\x1b[2;1H\x1b]8;id=2;http://a/\x1b\\\x1b[4mlink\x1b[0m\x1b]8;;\x1b\\ text\x1b[1;1H")
    assert cells.difference() == ""


def test_a_link_with_controls_in_it_is_none() -> None:
    cells = drawn("")
    cells.draw("\x1b[2;1H\x1b]8;;http://a/\n\x9c\x1b\\link\x1b]8;;\x1b\\\x1b[1;1H")
    assert cells.difference() == "\x1b[Blink\x1b[H"


@pytest.mark.parametrize("system", [ColorSystem.STANDARD, ColorSystem.EIGHT_BIT, ColorSystem.TRUECOLOR])
@pytest.mark.parametrize(
    "colours", ["#12ab90 on #000001", "color(9) on color(4)", "default on default", "red", "on blue"]
)
@pytest.mark.parametrize(
    "attributes", ["", "bold", "dim italic", "underline2 overline", "reverse strike", "frame blink"]
)
def test_every_style_that_textual_writes(system: ColorSystem, colours: str, attributes: str) -> None:
    style = RichStyle.parse(f"{attributes} {colours}".strip())
    text = Strip.render_style(style, "text", system)
    glass = Glass(10, 1)
    glass.feed(text)
    cells = drawn("", size=(10, 1))
    cells.draw(f"\x1b[1;1H{text}\x1b[1;1H")
    assert cells.wanted[0][0] == glass.cells[0][0]


def test_characters_held_for_certain_are() -> None:
    everything = [chr(code) for code in range(0x20, 0x10000) if not 0xD800 <= code < 0xE000]
    assert all(cell_len(character) == wcwidth(character) == 1 for character in grid.NARROW)
    wide = [character for character in everything if grid.is_wide(character)]
    assert [f"{ord(c):x}" for c in wide if (cell_len(c), wcwidth(c)) != (2, 2)] == []
    assert not any(grid.is_certain(odd) for odd in ODD)


def test_the_driver_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GDTUI_DRIVER", raising=False)
    monkeypatch.delenv("TEXTUAL_DRIVER", raising=False)
    assert terminal.driver_class() is terminal.CellDriver
    monkeypatch.setenv("GDTUI_DRIVER", "textual")
    assert terminal.driver_class() is None
    monkeypatch.setenv("GDTUI_DRIVER", "")
    assert terminal.driver_class() is terminal.CellDriver
    monkeypatch.setenv("TEXTUAL_DRIVER", "textual.drivers.web_driver:WebDriver")
    assert terminal.driver_class() is None
    monkeypatch.delenv("TEXTUAL_DRIVER")
    monkeypatch.setattr("sys.platform", "win32")
    assert terminal.driver_class() is None
