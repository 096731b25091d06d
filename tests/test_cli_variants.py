"""All that can be chosen, by flags: what is listed, what is run, and what is refused in a sentence."""

import csv
import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.engine.catalog import OPTIMIZERS, PROBLEMS, SCHEDULES
from gdtui.engine.definition import Number
from gdtui.engine.optimizers.definition import each_parameter, optimizer
from gdtui.engine.problems.surfaces import SURFACES
from gdtui.session import recipe as reading
from gdtui.session.commands import Step
from gdtui.session.recipe import Recipe
from gdtui.session.session import Session
from tests.engine import textbook
from tests.session.test_variants import recipes
from tests.test_cli import here


def numbers(*flags, steps=30):
    """The rows of a run, as texts with every digit."""
    code, out, err = here("run", "--format", "csv", "--steps", str(steps), *flags)
    assert (code, err.startswith("gdtui: stopped")) in {(0, False), (0, True)}, err
    return list(csv.reader(out.splitlines()))[1:]


def refused(*flags):
    """The sentence that flags are refused with."""
    code, out, err = here(*flags)
    assert (code, out, err.count("\n")) == (2, "", 1), (out, err)
    assert err.startswith("gdtui: ")
    assert err.endswith("\n")
    assert "Traceback" not in err
    return err[len("gdtui: ") : -1]


class TestList:
    KINDS = {"optimizers": OPTIMIZERS, "problems": PROBLEMS, "schedules": SCHEDULES}

    @staticmethod
    def blocks(text):
        """What is said of each thing, by its name."""
        return {block.split()[0]: block for block in text.split("\n\n")}

    @pytest.mark.parametrize("kind", KINDS)
    def test_everything_is_said_of_each(self, kind):
        code, out, err = here("list", kind)
        assert (code, err) == (0, "")
        assert out == out.encode("ascii").decode()
        blocks = self.blocks(out)
        for name, definition in self.KINDS[kind].items():
            block = blocks[name]
            for said in (definition.about, definition.formula, definition.reference):
                assert said
                assert said in block
            for key, parameter in definition.parameters.items():
                (line,) = (line for line in block.splitlines() if line.strip().startswith(f"{key}="))
                default, bounds = line.strip().removeprefix(f"{key}=").split("  ")
                assert default == "..." if parameter.default is None else parameter.read(default) == parameter.default
                assert bounds == parameter.bounds
        assert list(self.KINDS[kind]) == [name for name in blocks if name in self.KINDS[kind]]

    def test_without_a_kind_it_is_all_of_them(self):
        code, out, _ = here("list")
        assert code == 0
        assert {*OPTIMIZERS, *PROBLEMS, *SCHEDULES} <= set(self.blocks(out))
        assert [line for line in out.splitlines() if line.isupper()] == ["OPTIMIZERS", "PROBLEMS", "SCHEDULES"]

    def test_the_contracts_defaults_stand_there(self):
        blocks = self.blocks(here("list")[1])
        for name, defaults in [*textbook.DEFAULTS.items(), *textbook.SCHEDULES.items()]:
            for key, value in defaults.items():
                (line,) = (line for line in blocks[name].splitlines() if line.strip().startswith(f"{key}="))
                if isinstance(value, float):
                    assert float(line.partition("=")[2].split()[0]) == value
        for name in OPTIMIZERS:
            place = " on points, a surface's own there," if name in {"gd", "momentum", "nag"} else ""
            eta = f"eta {textbook.ETA.get(name, 0.1):g}{place} unless another is given"
            assert (eta in blocks[name]) == (name not in textbook.WITHOUT_ETA)
            assert ("no use for" in blocks[name]) == (name in textbook.WITHOUT_SCHEDULE)

    def test_a_problem_says_where_a_descent_starts_and_a_surface_what_else_it_states(self):
        blocks = self.blocks(here("list", "problems")[1])
        for name in PROBLEMS:
            assert "\n    start " in blocks[name]
        for name in ("lecture", "padhai", "sparse", "neuron"):
            assert "\n    start -2 -2 unless another is given\n" in blocks[name]
        for name in SURFACES:
            assert "\n    window: w from " in blocks[name]
            assert " for gd, momentum and nag unless another is given\n" in blocks[name]
        assert blocks["himmelblau"].splitlines()[2:-1] == [
            "    window: w from -6 to 6, b from -6 to 6",
            "    start -0.15 0.67 unless another is given",
            "    eta 0.005 for gd, momentum and nag unless another is given",
            "    minima: (3, 2), (-2.805, 3.131), (-3.779, -3.283), (3.584, -1.848)",
        ]
        assert "\n    minimum: (1, 1)\n" in blocks["rosenbrock"]
        assert "\n    minimum: none\n" in blocks["saddle"]

    @pytest.mark.parametrize("name", ["momentum", "nag", "adagrad", "rmsprop", "adam", "nadam", "adamax"])
    def test_both_forms_are_said_where_there_are_two(self, name):
        assert "\n    pytorch: " in self.blocks(here("list", "optimizers")[1])[name]

    def test_an_unknown_kind_is_refused_with_the_nearest(self):
        assert refused("list", "optimizer") == "there is no list 'optimizer': optimizers would be right"
        assert refused("list", "x") == "there is no list 'x': optimizers or problems or schedules would be right"


class TestRun:
    @pytest.mark.parametrize("name", [*OPTIMIZERS])
    @pytest.mark.parametrize("convention", ["lecture", "pytorch"])
    def test_every_optimizer(self, name, convention):
        session = Session(Recipe(optimizer=reading.optimizer(name), convention=convention))
        session.do(Step(30))
        rows = numbers("--optimizer", name, "--convention", convention)
        assert rows == [list(map(repr, session.history.row(k))) for k in range(31)]

    @given(recipes())
    @settings(deadline=None, max_examples=60)
    def test_any_recipe_by_flags_is_the_run_of_the_session(self, recipe):
        session = Session(recipe)
        session.do(Step(30))
        rows = numbers(*shlex.split(recipe.command_line())[1:])
        assert rows == [list(map(repr, session.history.row(k))) for k in range(session.history.last + 1)]

    def test_a_seed_is_a_run(self):
        flags = ["--problem", "padhai", "--batch", "2", "--order", "shuffle", "--seed"]
        assert numbers(*flags, "1") == numbers(*flags, "1") != numbers(*flags, "2")
        assert numbers(*flags, "0") == numbers(*flags[:-1])

    def test_one_by_one_in_the_datas_order_is_the_lectures_sgd(self):
        assert numbers("--batch", "1") == numbers("--batch", "1", "--order", "cyclic") != numbers()

    def test_all_points_are_a_batch_of_all(self):
        assert numbers("--batch", "all") == numbers("--batch", "2") == numbers()

    def test_a_list_is_written_with_slashes(self):
        rows = numbers("--optimizer", "line-search:etas=0.25/2", steps=100)
        assert {row[-1] for row in rows} == {"2.0"}

    def test_whole_numbers_and_floats_may_be_written_anyhow(self):
        assert numbers("--schedule", "step:every=1e1,factor=.5") == numbers("--schedule", "step:factor=5e-1,every=10")


REFUSED = [
    ("--optimizer adm", "there is no optimizer 'adm': adam or radam or nadam would be right"),
    ("--optimizer Adam", "there is no optimizer 'Adam': adam or radam or nadam would be right"),
    ("--optimizer sgd", "there is no optimizer 'sgd': gd or amsgrad would be right"),
    ("--optimizer linesearch", "there is no optimizer 'linesearch': line-search would be right"),
    ("--schedule halve", "there is no schedule 'halve': halve-on-rise would be right"),
    ("--schedule cosin", "there is no schedule 'cosin': cosine would be right"),
    ("--problem padhi", "there is no problem 'padhi': padhai would be right"),
    ("--convention torch", "there is no convention 'torch': pytorch would be right"),
    ("--convention tf", "there is no convention 'tf': lecture or pytorch would be right"),
    ("--order shuffled", "there is no order 'shuffled': shuffle would be right"),
    ("--order random", "there is no order 'random': cyclic or shuffle would be right"),
    ("--optimizer adam:beta=0.9", "there is no parameter of adam 'beta': beta2 or beta1 would be right"),
    (
        "--optimizer adam:",
        "there is no parameter of adam '': "
        "beta1 or beta2 or eps or eps_place or bias_correction or clip would be right",
    ),
    ("--optimizer gd:momentum=0.9", "there is no parameter of gd 'momentum': clip would be right"),
    ("--schedule step:evry=3", "there is no parameter of step 'evry': every would be right"),
    (
        "--problem padhai:activaton=tanh",
        "there is no parameter of padhai 'activaton': activation or reduction would be right",
    ),
    ("--optimizer momentum:beta=1", "beta of momentum must be a number from 0 below 1, not '1'"),
    ("--optimizer momentum:beta=-0.1", "beta of momentum must be a number from 0 below 1, not '-0.1'"),
    ("--optimizer momentum:beta=nan", "beta of momentum must be a number from 0 below 1, not 'nan'"),
    ("--optimizer momentum:beta=inf", "beta of momentum must be a number from 0 below 1, not 'inf'"),
    ("--optimizer momentum:beta=much", "beta of momentum must be a number from 0 below 1, not 'much'"),
    ("--optimizer momentum:beta=", "beta of momentum must be a number from 0 below 1, not ''"),
    ("--optimizer momentum:beta", "beta of momentum must be a number from 0 below 1, not nothing"),
    ("--optimizer momentum:beta_max=1", "beta_max of momentum must be a number from 0 below 1, not '1'"),
    ("--optimizer adam:beta1=1", "beta1 of adam must be a number from 0 below 1, not '1'"),
    ("--optimizer adam:beta2=1.0", "beta2 of adam must be a number from 0 below 1, not '1.0'"),
    ("--optimizer adam:eps=-1", "eps of adam must be a number above 0, not '-1'"),
    ("--optimizer adam:eps=0", "eps of adam must be a number above 0, not '0'"),
    ("--optimizer adam:eps=inf", "eps of adam must be a number above 0, not 'inf'"),
    ("--optimizer adam:eps_place=beside", "eps_place of adam must be inside or outside, not 'beside'"),
    ("--optimizer adam:bias_correction=maybe", "bias_correction of adam must be yes or no, not 'maybe'"),
    ("--optimizer gd:clip=0", "clip of gd must be a number above 0, not '0'"),
    ("--optimizer gd:clip=nan", "clip of gd must be a number above 0, not 'nan'"),
    ("--optimizer adam:eps=1e-8,eps=1e-4", "eps of adam is given twice: once would be right"),
    ("--optimizer line-search:etas=", "etas of line-search must be numbers above 0 with / between them, not ''"),
    (
        "--optimizer line-search:etas=1//2",
        "etas of line-search must be numbers above 0 with / between them, not '1//2'",
    ),
    ("--optimizer line-search:etas=1/0", "etas of line-search must be numbers above 0 with / between them, not '1/0'"),
    (
        "--optimizer line-search:etas=1/inf",
        "etas of line-search must be numbers above 0 with / between them, not '1/inf'",
    ),
    ("--optimizer rprop:eta_plus=1", "eta_plus of rprop must be a number above 1, not '1'"),
    ("--optimizer armijo:rho=1", "rho of armijo must be a number above 0 below 1, not '1'"),
    ("--schedule step:every=0", "every of step must be a whole number from 1, not '0'"),
    ("--schedule step:every=2.5", "every of step must be a whole number from 1, not '2.5'"),
    ("--schedule step:every=nan", "every of step must be a whole number from 1, not 'nan'"),
    ("--schedule step:every=inf", "every of step must be a whole number from 1, not 'inf'"),
    ("--schedule constant:warmup=-1", "warmup of constant must be a whole number from 0, not '-1'"),
    ("--schedule step:factor=0", "factor of step must be a number above 0, not '0'"),
    ("--schedule step:every=3,every=3", "every of step is given twice: once would be right"),
    ("--batch 0", "--batch must be a whole number from 1 to 1,000,000,000, not '0'"),
    ("--batch -1", "--batch must be a whole number from 1 to 1,000,000,000, not '-1'"),
    ("--batch some", "--batch must be a whole number from 1 to 1,000,000,000, not 'some'"),
    ("--batch 3", "--batch must be all or a whole number from 1 to 2, not 3"),
    ("--batch 7 --problem padhai", "--batch must be all or a whole number from 1 to 6, not 7"),
    ("--seed -1", "--seed must be a whole number from 0 to 1,000,000,000, not '-1'"),
    ("--optimizer line-search --eta 1", "line-search finds its steps itself and has no use for --eta: leave it out"),
    ("--optimizer armijo --eta 1", "armijo finds its steps itself and has no use for --eta: leave it out"),
    ("--optimizer newton --eta 1", "newton finds its steps itself and has no use for --eta: leave it out"),
    ("--optimizer line-search --schedule step", "line-search has no use for --schedule: leave it out"),
    ("--optimizer armijo --schedule constant", "armijo has no use for --schedule: leave it out"),
    ("--optimizer newton --schedule cosine", "newton has no use for --schedule: leave it out"),
    ("--optimizer rprop --schedule inverse", "rprop has no use for --schedule: leave it out"),
    ("--problem lecture:loss=cross-entropy,activation=tanh", "loss=cross-entropy needs activation=sigmoid, not tanh"),
    ("--problem lecture:loss=cross_entropy", "loss of lecture must be squared or cross-entropy, not 'cross_entropy'"),
    (
        "--problem lecture:activation=softmax",
        "activation of lecture must be sigmoid or tanh or linear or relu, not 'softmax'",
    ),
    ("--problem lecture:reduction=max", "reduction of lecture must be sum or mean, not 'max'"),
    ("--problem neuron", "--problem neuron needs points of your own: --data FILE.csv brings them"),
    ("--x t", "--x and --y name columns of a file: --data FILE brings it"),
    ("--y t", "--x and --y name columns of a file: --data FILE brings it"),
]


@pytest.mark.parametrize(("line", "sentence"), REFUSED)
def test_what_cannot_be_is_refused_in_one_sentence(line, sentence):
    assert refused("run", *line.split()) == sentence


def test_an_eta_beside_rprop_is_its_first_step():
    rows = numbers("--optimizer", "rprop", "--eta", "0.5", steps=1)
    assert (rows[1][1:3], rows[1][-1]) == (["-1.5", "-1.5"], "0.5")


class TestData:
    @pytest.fixture
    def run(self, tmp_path):
        """The rows of a neuron on a file, as compared with those of the lecture's points."""
        path = tmp_path / "points.csv"

        def write_and_run(content, *flags):
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            return numbers("--data", str(path), *flags, steps=5)

        return write_and_run

    @pytest.fixture
    def refuse(self, tmp_path):
        path = tmp_path / "points.csv"

        def write_and_refuse(content, *flags):
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            return refused("run", "--data", str(path), *flags).replace(repr(shortened(str(path))), "FILE")

        return write_and_refuse

    @pytest.mark.parametrize(
        "content",
        [
            "x,y\n0.5,0.2\n2.5,0.9\n",
            "0.5,0.2\n2.5,0.9\n",
            "x,y\n0.5,0.2\n2.5,0.9",
            "x;y\n0.5;0.2\n2.5;0.9\n",
            "x\ty\n0.5\t0.2\n2.5\t0.9\n",
            "\ufeffx,y\n0.5,0.2\n2.5,0.9\n",
            "\ufeff0.5,0.2\n2.5,0.9\n",
            "x,y\n0.5,0.2\n2.5,0.9\n\n",
            "x,y\n0.5,0.2\n\n2.5,0.9\n  \n\n",
            "x,y\r\n0.5,0.2\r\n2.5,0.9\r\n",
            "x , y\n 0.5 , 0.2\n2.5, 9e-1\n",
            '"x","y"\n"0.5","0.2"\n"2.5","0.9"\n',
            "time,name,level\n0.5,0.2,7\n2.5,0.9,8\n",
            "y,name,x\n0.2,7,0.5\n0.9,8,2.5\n",
            "name,y,x\na,0.2,0.5\nb,0.9,2.5\n",
        ],
    )
    def test_the_lectures_points_from_a_file(self, run, content):
        assert run(content) == numbers(steps=5)

    @pytest.mark.parametrize("flags", [["--x", "t", "--y", "v"], ["--y", "v", "--x", "t", "--problem", "neuron"]])
    def test_columns_by_name(self, run, flags):
        assert run("v,x,t\n0.2,1,0.5\n0.9,1,2.5\n", *flags) == numbers(steps=5)

    def test_with_parameters_of_its_own(self, run):
        flags = ["--problem", "neuron:activation=tanh,reduction=mean", "--batch", "1", "--optimizer", "adam"]
        expected = numbers("--problem", "lecture:activation=tanh,reduction=mean", *flags[2:], steps=5)
        assert run("x,y\n0.5,0.2\n2.5,0.9\n", *flags) == expected

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            ("", "--data must be a file of points, not FILE: it is empty"),
            ("\n\n", "--data must be a file of points, not FILE: it is empty"),
            ("x,y\n", "--data must be a file of points, not FILE: it has a header and nothing else"),
            (
                b"\x89PNG\r\n\x1a\n\x00\xff\xfe",
                "--data must be a file of points, not FILE: it is not a text file of rows",
            ),
            ("x\n1\n2\n", "--data must have two columns, x and y, and FILE has one"),
            ("1\n2\n", "--data must have two columns, x and y, and FILE has one"),
            ("x,y\n1,2\n3,four\n", "column 2 in line 3 of FILE must be a finite number, not 'four'"),
            ("x,y\n\n1,2\none,2\n", "column 1 in line 4 of FILE must be a finite number, not 'one'"),
            ("x,y\n1,nan\n", "column 2 in line 2 of FILE must be a finite number, not 'nan'"),
            ("x,y\n-inf,1\n", "column 1 in line 2 of FILE must be a finite number, not '-inf'"),
            ("1,nan\n2,3\n", "column 2 in line 1 of FILE must be a finite number, not 'nan'"),
            ("x,y\n1,2\n3\n", "column 2 in line 3 of FILE must be a finite number, and is missing"),
            ("x,y\n1,\n", "column 2 in line 2 of FILE must be a finite number, and is missing"),
            ("x;y\n0,5;0,2\n", "column 1 in line 2 of FILE must be a finite number, not '0,5'"),
        ],
    )
    def test_a_file_that_holds_no_points_is_refused(self, refuse, content, sentence):
        assert refuse(content) == sentence

    def test_a_column_that_is_not_there_is_refused_with_the_nearest(self, refuse):
        content = "time,level\n1,2\n"
        assert refuse(content, "--x", "tim", "--y", "level") == "there is no column in FILE 'tim': time would be right"
        assert (
            refuse(content, "--x", "time", "--y", "q") == "there is no column in FILE 'q': time or level would be right"
        )
        assert (
            refuse("1,2\n3,4\n", "--x", "a", "--y", "b")
            == "--x and --y name columns, and FILE has no header: leave them out"
        )

    def test_what_does_not_fit_the_points_is_refused(self, refuse):
        content = "x,y\n1,0.5\n2,1.5\n"
        assert (
            refuse(content, "--problem", "neuron:loss=cross-entropy")
            == "loss=cross-entropy needs every y from 0 to 1, not 1.5"
        )
        assert refuse(content, "--batch", "3") == "--batch must be all or a whole number from 1 to 2, not 3"
        assert refuse(content, "--problem", "lecture") == (
            "--data brings points for --problem neuron, not for lecture: leave one of them out"
        )
        assert refuse(content, "--problem", "padhai") == (
            "--data brings points for --problem neuron, not for padhai: leave one of them out"
        )

    def test_no_file_and_a_folder_are_refused(self, tmp_path):
        assert refused("run", "--data", "none.csv").startswith(
            "--data must be a file of points, not 'none.csv': No such file"
        )
        assert refused("run", "--data", str(tmp_path)).endswith(": Is a directory")

    @given(st.binary(max_size=40), st.booleans())
    @settings(deadline=None, max_examples=150)
    def test_any_bytes_are_points_or_refused_in_a_sentence(self, tmp_path_factory, content, headed):
        path = tmp_path_factory.mktemp("any") / "points.csv"
        path.write_bytes(b"x,y\n" + content if headed else content)
        code, out, err = here("run", "--steps", "1", "--data", str(path))
        assert (code == 0 and out) or (code == 2 and not out and err.count("\n") == 1 and err[:-1].isprintable())


def shortened(text):
    return text if len(text) <= 40 else text[:39] + "…"


class TestOneDefinition:
    """A new optimizer is one definition, and is then everywhere."""

    @pytest.fixture
    def heavy_ball(self):
        @optimizer(
            "heavy-ball",
            "Heavy ball",
            about="A ball that rolls.",
            formula="u = mass u - eta g;  theta = theta + u",
            reference="Polyak 1964",
            default_eta=0.7,
            memory=("u",),
            mass=Number(0.8, at_least=0.0, below=1.0),
        )
        def heavy_ball(_numbers, _convention, mass):
            def rule(theta, g, eta, _n, memory):
                (u,) = memory
                u = mass * u - eta * g
                return theta + u, (u,)

            return each_parameter(rule)

        yield heavy_ball
        del OPTIMIZERS["heavy-ball"]

    def test_it_runs_and_is_listed_and_found(self, heavy_ball):
        assert OPTIMIZERS["heavy-ball"] is heavy_ball
        rows = numbers("--optimizer", "heavy-ball:mass=0.9,clip=100", "--schedule", "step")
        lecture = numbers("--optimizer", "momentum", "--eta", "0.7", "--schedule", "step")
        assert [[float(x) for x in row] for row in rows] == [pytest.approx([float(x) for x in row]) for row in lecture]
        block = TestList.blocks(here("list", "optimizers")[1])["heavy-ball"]
        assert block.splitlines() == [
            "heavy-ball  A ball that rolls.",
            "    u = mass u - eta g;  theta = theta + u",
            "    eta 0.7 unless another is given",
            "    remembers u",
            "    mass=0.8  a number from 0 below 1",
            "    clip=...  a number above 0",
            "    Polyak 1964",
        ]
        assert (
            refused("run", "--optimizer", "heavyball") == "there is no optimizer 'heavyball': heavy-ball would be right"
        )
        assert (
            refused("run", "--optimizer", "heavy-ball:mass=1")
            == "mass of heavy-ball must be a number from 0 below 1, not '1'"
        )
        session = Session(Recipe(optimizer=reading.optimizer("heavy-ball")))
        session.do(Step(3))
        assert session.row.eta == 0.7

    def test_it_is_gone_afterwards(self):
        assert "heavy-ball" not in OPTIMIZERS
        assert refused("run", "--optimizer", "heavy-ball").startswith("there is no optimizer 'heavy-ball': ")
