"""Reading a person's own points."""

import csv
import os
import threading
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.engine.mistakes import BadInput
from gdtui.engine.problems.points import MANY, Columns
from gdtui.session import data
from gdtui.session.data import Cancelled, read

LECTURE = ((0.5, 0.2), (2.5, 0.9))
NUMBER = st.floats(allow_nan=False, allow_infinity=False)


@pytest.fixture
def of(tmp_path):
    """The points of a file with a content."""
    path = tmp_path / "f.csv"

    def written_and_read(content, x=None, y=None):
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read(str(path), x, y).points

    return written_and_read


@pytest.fixture
def refused(of, tmp_path):
    """The sentence with which a content is refused."""

    def written_and_refused(content, x=None, y=None):
        with pytest.raises(BadInput) as refusal:
            of(content, x, y)
        return str(refusal.value).replace(data.quoted(str(tmp_path / "f.csv")), "FILE")

    return written_and_refused


@pytest.mark.parametrize(
    ("delimiter", "end", "header", "bom", "quote"),
    list(product(",;\t", ["\n", "\r\n", "\r"], ["", "x{}y"], ["", "\ufeff"], ["", '"'])),
)
def test_every_form_of_a_file(of, delimiter, end, header, bom, quote):
    rows = [header.format(delimiter)] if header else []
    rows += ["", f"{quote}0.5{quote}{delimiter}0.2", "  ", delimiter, f" 2.5{delimiter}{quote}9e-1{quote}", "", " "]
    assert of(bom + end.join(rows)) == LECTURE
    assert of(bom + end.join(rows) + end) == LECTURE


@pytest.mark.parametrize(
    ("content", "x", "y"),
    [
        ("a,x,b,y\n1,0.5,2,0.2\n3,2.5,4,0.9\n", None, None),
        ("y,x\n0.2,0.5\n0.9,2.5\n", None, None),
        ("y,t\n0.2,0.5\n0.9,2.5\n", "t", "y"),
        ("t, v \n0.5,0.2\n2.5,0.9\n", "t", "v"),
        ("t,v\n0.5,0.2\n2.5,0.9\n", "t", None),
        ('"the x, in m";v\n0.5;0.2\n2.5;0.9\n', "the x, in m", "v"),
        ('note,t,v\n"two\nlines",0.5,0.2\n\'one,2.5,0.9\n', "t", "v"),
        ("nan?,t,v\n,0.5,0.2\n,2.5,0.9\n", "t", "v"),
        ("größe,t,v\n1,0.5,0.2\n2,2.5,0.9\n", "t", "v"),
    ],
)
def test_the_columns_that_are_meant(of, content, x, y):
    assert of(content, x, y) == LECTURE


def test_numbers_alone_are_no_header(of):
    assert of("1e5,-.5\n0.5,0.2\n") == ((100000.0, -0.5), (0.5, 0.2))


@given(st.lists(st.tuples(NUMBER, NUMBER), min_size=1, max_size=100), st.sampled_from(",;\t"), st.booleans())
@settings(deadline=None)
def test_what_is_written_is_read_again_bit_for_bit(tmp_path_factory, points, delimiter, quotes):
    path = tmp_path_factory.mktemp("round") / "f.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL if quotes else csv.QUOTE_MINIMAL)
        writer.writerow(["x", "y"])
        writer.writerows(points)
    found = read(str(path)).points
    assert isinstance(found, Columns) == (len(points) >= MANY)
    assert [repr(point) for point in found] == [repr(point) for point in points]


NOT_A_FILE = "--data must be a file of points, not FILE: "


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", NOT_A_FILE + "it is empty"),
        ("\ufeff", NOT_A_FILE + "it is empty"),
        (" \n\n,,\n", NOT_A_FILE + "it is empty"),
        ("x,y\n", NOT_A_FILE + "it has a header and nothing else"),
        ("\n x,y \n\n,\n", NOT_A_FILE + "it has a header and nothing else"),
        (b"\x89PNG\r\n\x1a\n\x00\xff", NOT_A_FILE + "it is no text in UTF-8"),
        ("gr\u00f6\u00dfe,y\n1,2\n".encode("latin-1"), NOT_A_FILE + "it is no text in UTF-8"),
        (
            'x,y\n1,"2\n' + "3,4\n" * 40_000,
            NOT_A_FILE + "it is not a text file of rows, or a quote in it is never closed",
        ),
        ("x\n1\n", "--data must have two columns, x and y, and FILE has one"),
        ("1 2\n3 4\n", "--data must have two columns, x and y, and FILE has one"),
        ("x,y\n1,2\n3\n", "line 3 of FILE has 1 cell, and the first row has 2: all rows must have as many"),
        ("1,2\n3,4,5\n", "line 2 of FILE has 3 cells, and the first row has 2: all rows must have as many"),
        ("x,y\n1,\n", "column 2 ('y') in line 2 of FILE must be a finite number, and is empty"),
        ("1,2\n ,3\n", "column 1 in line 2 of FILE must be a finite number, and is empty"),
        ("x,y\n1,2\n3, four \n", "column 2 ('y') in line 3 of FILE must be a finite number, not 'four'"),
        ("1,2\n3,four\n", "column 2 in line 2 of FILE must be a finite number, not 'four'"),
        ("1,nan\n", "column 2 in line 1 of FILE must be a finite number, not 'nan'"),
        ("\n\n-inf,1\n", "column 1 in line 3 of FILE must be a finite number, not '-inf'"),
        ("x,y\n1e999,1\n", "column 1 ('x') in line 2 of FILE must be a finite number, not '1e999'"),
        ("x;y\n0,5;0,2\n", "column 1 ('x') in line 2 of FILE must be a finite number, not '0,5'"),
        ("y,a,x\nno,1,no\n", "column 3 ('x') in line 2 of FILE must be a finite number, not 'no'"),
        ("x,y\r\n\r\n1,2\r\n\r\n3,z\r\n", "column 2 ('y') in line 5 of FILE must be a finite number, not 'z'"),
        ("x,y\r\r1,2\r3,z\r", "column 2 ('y') in line 4 of FILE must be a finite number, not 'z'"),
        ('x,y,n\n1,2,"a\n\nb"\n3,z,c\n', "column 2 ('y') in line 5 of FILE must be a finite number, not 'z'"),
        ('n,x,y\n"a\r\nb",1,2\n"c\nd",3,z\n', "column 3 ('y') in line 5 of FILE must be a finite number, not 'z'"),
        ('x,y,n\n1,z,"a\nb\nc"\n', "column 2 ('y') in line 2 of FILE must be a finite number, not 'z'"),
        ('x,y,n\n1,2,"a\nb",4\n', "line 2 of FILE has 4 cells, and the first row has 3: all rows must have as many"),
        (
            f"x,y\n1,{'z' * 100}\n",
            f"column 2 ('y') in line 2 of FILE must be a finite number, not '{'z' * 39}\u2026'",
        ),
    ],
)
def test_what_holds_no_points_is_refused(refused, content, sentence):
    assert refused(content) == sentence


@pytest.mark.parametrize(
    ("content", "x", "y", "sentence"),
    [
        ("t,v\n1,2\n", "q", "v", "there is no column 'q' in FILE: 't' or 'v' would be right"),
        ("t,v\n1,2\n", None, "V", "there is no column 'V' in FILE: 't' or 'v' would be right"),
        ("t,v\n1,2\n", "v", None, "x and y are both column 2 of FILE: --x and --y together name two"),
        ("1,2\n", "x", None, "--x and --y name columns, and FILE has no header: leave them out"),
    ],
)
def test_a_column_that_cannot_be_meant_is_refused(refused, content, x, y, sentence):
    assert refused(content, x, y) == sentence


def test_of_very_many_columns_some_are_named(refused):
    header = ",".join(f"c{i}" for i in range(100))
    assert refused(f"{header}\n{header}", "x", "y") == (
        "there is no column 'x' in FILE: 'c0' or 'c1' or 'c2' or 'c3' or 'c4' or 'c5' or 'c6' or 'c7' or another "
        "would be right"
    )


def test_a_folder_and_no_file_are_refused(tmp_path):
    with pytest.raises(BadInput, match=r"^--data must be a file of points, not '.*': Is a directory$"):
        read(str(tmp_path))
    with pytest.raises(BadInput, match=r"^--data must be a file of points, not 'none.csv': No such file or directory$"):
        read("none.csv")


def test_a_file_that_may_not_be_read_is_refused(monkeypatch):
    def forbidden(*_arguments, **_more):
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr("builtins.open", forbidden)
    with pytest.raises(BadInput, match=r"^--data must be a file of points, not 'f.csv': Permission denied$"):
        read("f.csv")


def test_a_pipe_is_read_too(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_text, args=["x,y\n0.5,0.2\n2.5,0.9\n"])
    writer.start()
    assert read(str(path)).points == LECTURE
    writer.join()


class TestOnTheWay:
    @pytest.fixture
    def path(self, tmp_path):
        path = tmp_path / "f.csv"
        path.write_text("x,y\n" + "0.25,0.5\n" * 50_000)
        return str(path)

    def test_it_tells_how_far_it_is(self, path):
        told = []
        assert len(read(path, go_on=lambda share: told.append(share) or True).points) == 50_000
        assert len(told) > 5
        assert told == sorted(told)
        assert 0.0 < told[0] < 0.3
        assert told[-1] == 1.0

    def test_it_ends_where_it_is_told_to(self, path):
        told = []
        with pytest.raises(Cancelled):
            read(path, go_on=lambda share: told.append(share) or len(told) < 3)
        assert len(told) == 3
