"""Every variant of gradient descent against the textbook's formulas in 50-digit arithmetic."""

import math
from dataclasses import replace

import pytest

from gdtui.engine.batches import Batches
from gdtui.engine.catalog import CONVENTIONS, OPTIMIZERS, SCHEDULES
from gdtui.engine.descent import advance, begin
from gdtui.engine.problems.neuron import Neuron
from tests.engine import choices, textbook
from tests.engine.textbook import DOUBLE, FIFTY, LECTURE, PADHAI, Recipe

FIFTY_POINTS = tuple(
    (
        x := -3 + 6 * i / 49 + 0.3 * math.sin(7 * i),
        min(1.0, max(0.0, 1 / (1 + math.exp(0.6 - 1.2 * x)) + math.sin(13 * i) / 5)),
    )
    for i in range(50)
)
DATA = {"lecture": LECTURE, "padhai": PADHAI, "fifty": FIFTY_POINTS}

CHAOTIC = {"rmsprop": 60, "maxprop": 50, "normalized": 45, "line-search": 200, "armijo": 200, "newton": 5}
"""Updates from the lecture's start, at the least, before two right programs part."""


def method(recipe):
    """The engine's method of a recipe."""
    problem = recipe.problem
    return choices.method(
        textbook.as_text(recipe.optimizer, recipe.options),
        recipe.eta,
        textbook.as_text(recipe.schedule, recipe.schedule_options),
        Neuron(problem.points, problem.activation, problem.loss, problem.reduction),
        Batches(recipe.batch, recipe.order, recipe.seed),
        recipe.convention,
    )


def descend(recipe, steps):
    by, rows = method(recipe), []
    state = begin(by, *recipe.start)
    rows.append((state.w, state.b, state.dw, state.db, state.loss, state.eta))
    advance(by, state, steps, rows.append)
    return rows


def check(recipe, steps, at_least=None):
    """Compare so many updates, at the least until they are chaotic in the last digits; how many there were."""
    rows = descend(recipe, steps)
    truth = recipe.descent(FIFTY)
    beside = tuple(math.nextafter(x, math.inf) for x in recipe.start)
    floats = [replace(recipe, start=start).descent(DOUBLE) for start in (recipe.start, beside)]  # one may be lucky
    noise, compared = 0.0, 0
    for t, row in enumerate(rows[1:], start=1):
        truth.step()
        for run in floats:
            noise = max(noise, how_far(run, truth))
        if noise > 1e-9 or truth.sharpness < 1:
            break
        near = max(1e-12, 50 * noise)
        for found, exact in zip(row, truth.state.theta, strict=False):
            assert abs(float(found - exact)) <= near * max(1, abs(found)), (recipe, t, row, truth.state.theta, noise)
        assert row[5] == pytest.approx(float(truth.state.eta), rel=1e-13, abs=1e-300), (recipe, t)
        if t == 1:
            assert rows[0][5] == row[5], recipe
        if t % 50 == 1:
            check_loss_and_gradient(recipe.problem, row)
        compared = t
    assert compared >= (steps if at_least is None else at_least), (recipe, compared)
    return compared


def how_far(run, truth):
    """How far a run's next update leads from the truth."""
    try:
        run.step()
    except (OverflowError, ZeroDivisionError):
        return math.inf
    return max(abs(float(a - b)) for a, b in zip(truth.state.theta, run.state.theta, strict=True))


def check_loss_and_gradient(problem, row):
    """They are those of all points at the row's own w and b."""
    loss, gradient = problem.at(FIFTY, textbook.Pair(map(FIFTY.number, row[:2])))
    for found, exact in zip(row[2:5], (*gradient, loss), strict=True):
        assert abs(found - exact) <= 1e-13 * len(problem.points) * max(1, abs(exact)), (problem, row)


TWO_FORMS = ("momentum", "nag", "adagrad", "rmsprop", "adam", "nadam", "adamax")
"""Where the conventions differ."""

BOTH = [*((name, "lecture") for name in OPTIMIZERS), *((name, "pytorch") for name in TWO_FORMS)]


@pytest.mark.parametrize(("name", "convention"), BOTH)
def test_a_thousand_updates_of_each_optimizer(name, convention):
    check(Recipe(name, convention=convention), 1000, CHAOTIC.get(name, 1000))


@pytest.mark.parametrize("name", sorted(set(OPTIMIZERS) - set(TWO_FORMS)))
def test_the_others_have_one_form_in_both_conventions(name):
    rows = [repr(descend(Recipe(name, convention=convention), 100)) for convention in CONVENTIONS]
    assert rows[0] == rows[1]


@pytest.mark.parametrize("name", TWO_FORMS)
def test_the_conventions_differ_where_the_contract_says_so(name):
    falling = {"schedule": "step"} if name in {"momentum", "nag"} else {}  # at a constant eta only rounding differs
    rows = [descend(Recipe(name, convention=convention, **falling), 100)[-1] for convention in CONVENTIONS]
    assert abs(rows[0][0] - rows[1][0]) > 1e-10


def test_every_optimizer_and_schedule_of_the_textbook_is_there_and_no_other():
    assert set(OPTIMIZERS) == set(textbook.DEFAULTS)
    assert set(SCHEDULES) == set(textbook.SCHEDULES)


class TestDefaults:
    @pytest.mark.parametrize("name", OPTIMIZERS)
    def test_of_an_optimizer(self, name):
        definition = OPTIMIZERS[name]
        defaults = {key: parameter.default for key, parameter in definition.parameters.items()}
        assert defaults == textbook.DEFAULTS[name] | {"clip": None}
        assert definition.eta_on(choices.LECTURE) == textbook.ETA.get(name, 0.1)
        assert definition.uses_eta == (name not in textbook.WITHOUT_ETA)
        assert definition.uses_schedule == (name not in textbook.WITHOUT_SCHEDULE)

    @pytest.mark.parametrize("name", SCHEDULES)
    def test_of_a_schedule(self, name):
        defaults = {key: parameter.default for key, parameter in SCHEDULES[name].parameters.items()}
        assert defaults == textbook.SCHEDULES[name] | {"warmup": 0}


SETTINGS = {
    "gd": ["clip=0.01"],
    "momentum": ["beta=0.5", "beta=0", "beta_max=0.8", "beta_max=0.6,beta=0.2", "clip=0.01,beta=0.95"],
    "nag": ["beta=0.5", "beta=0", "beta_max=0.8", "clip=0.01,beta=0.95"],
    "normalized": ["clip=0.01"],
    "adagrad": ["eps=1e-3", "eps=1e-3,eps_place=inside", "eps=1e-3,eps_place=outside", "clip=0.01"],
    "adadelta": ["rho=0.99,eps=1e-4", "rho=0.5,clip=0.005"],
    "rmsprop": ["beta=0.5,eps=1e-4", "eps=1e-4,eps_place=outside", "eps=1e-4,eps_place=inside", "beta=0.99,clip=0.01"],
    "adam": [
        "beta1=0.8,beta2=0.99",
        "eps=1e-3,eps_place=inside",
        "eps=1e-3,eps_place=outside",
        "bias_correction=no",
        "beta1=0,beta2=0,eps=0.01",
        "clip=0.01,bias_correction=no,eps=1e-4",
    ],
    "amsgrad": ["beta1=0.5,beta2=0.9,eps=1e-3", "clip=0.01"],
    "adamw": ["weight_decay=0.1", "weight_decay=0,beta1=0.7,beta2=0.9,eps=1e-3", "clip=0.01"],
    "nadam": ["beta2=0.99,eps=1e-3", "momentum_decay=0.1,beta1=0.8", "momentum_decay=0", "clip=0.01"],
    "radam": ["beta2=0.9", "beta1=0.5,beta2=0.99,eps=1e-3", "beta2=0.5", "clip=0.01"],
    "adamax": ["beta1=0.5,beta2=0.9,eps=1e-3", "clip=0.01"],
    "maxprop": ["beta=0.99,eps=1e-3", "beta=0.5,eps=0.1", "clip=0.01"],
    "rprop": ["eta_minus=0.3,eta_plus=1.5", "step_max=0.05", "step_min=0.02", "clip=0.01"],
    "lion": ["beta1=0.5,beta2=0.9", "weight_decay=0.5", "clip=0.01"],
    "line-search": ["etas=0.1/0.5/1/2/10", "etas=30/3/0.3", "clip=0.01"],
    "armijo": ["alpha0=100,c=0.3,rho=0.7", "alpha0=0.5", "clip=0.01"],
    "newton": ["clip=0.01"],
}


WITHOUT_EFFECT = {("nadam", "momentum_decay=0", "lecture"), ("rprop", "clip=0.01", "lecture")}
"""One is PyTorch's only, the other one does not change a sign."""


def test_every_parameter_of_every_optimizer_is_set_somewhere():
    for name, definition in OPTIMIZERS.items():
        keys = {setting.partition("=")[0] for settings in SETTINGS[name] for setting in settings.split(",")}
        assert keys == set(definition.parameters), name


@pytest.mark.parametrize(
    ("name", "settings", "convention"),
    [(name, settings, convention) for name, convention in BOTH for settings in SETTINGS[name]],
)
def test_hyper_parameters(name, settings, convention):
    eta = 0.1 if name == "lion" else None  # so that it comes to where signs turn
    recipe = Recipe(name, textbook.read(settings), convention, eta)
    steps = 520 if "beta_max=0.8" in settings else 120  # beta_max has an effect from update 250 on
    assert check(recipe, steps, CHAOTIC.get(name, 0) and 40) == steps or name in {*CHAOTIC, "adamax"}
    if (name, settings, convention) not in WITHOUT_EFFECT:
        assert descend(recipe, 300) != descend(replace(recipe, options={}), 300)


MODELS = [
    ("sigmoid", "squared"),
    ("sigmoid", "cross-entropy"),
    ("tanh", "squared"),
    ("linear", "squared"),
    ("relu", "squared"),
]
SEARCHING = ["line-search", "armijo", "newton"]


@pytest.mark.parametrize("reduction", ["sum", "mean"])
@pytest.mark.parametrize(("activation", "loss"), MODELS)
@pytest.mark.parametrize("data", DATA)
def test_models(data, activation, loss, reduction):
    problem = textbook.Neuron(DATA[data], activation, loss, reduction)
    start = (0.3, 0.2) if activation == "relu" else (-2.0, -2.0)
    steps = {"lecture": 100, "padhai": 50, "fifty": 15}[data]
    check(Recipe("gd", eta=0.01 if reduction == "sum" else 0.3, problem=problem, start=start), steps)
    check(Recipe("adam", problem=problem, start=start), steps)
    # Where the loss is smooth and small, the searching ones soon come to its last digits.
    start = {"relu": (0.3, 0.2), "tanh": (0.15, -0.1)}.get(activation, (0.4, -0.3))
    case = list(DATA).index(data) + MODELS.index((activation, loss)) + (reduction == "mean")
    name = SEARCHING[case % 3]
    check(Recipe(name, {"alpha0": 0.5} if name == "armijo" else {}, problem=problem, start=start), steps, 1)


BATCHED = [
    ("lecture", 1),
    ("lecture", 2),
    ("padhai", 1),
    ("padhai", 4),
    ("padhai", 5),
    ("padhai", 6),
    ("fifty", 7),
    ("fifty", 49),
]


@pytest.mark.parametrize(("order", "seed"), [("cyclic", 0), ("shuffle", 0), ("shuffle", 12345)])
@pytest.mark.parametrize(("data", "size"), BATCHED)
def test_batches(data, size, order, seed):
    common = {"batch": size, "order": order, "seed": seed}
    steps = {"lecture": 100, "padhai": 40, "fifty": 20}[data]
    for reduction, name, eta in (
        ("sum", "gd", 0.3),
        ("mean", "adam", None),
        ("mean", "nag", 0.2),
        ("sum", "rprop", None),
    ):
        check(Recipe(name, eta=eta, problem=textbook.Neuron(DATA[data], reduction=reduction), **common), steps)
    for name in SEARCHING:  # they look at the loss and the curvature of the batch alone
        problem = textbook.Neuron(DATA[data], loss="cross-entropy", reduction="mean")
        check(Recipe(name, problem=problem, start=(0.4, -0.3), **common), 10, 1 if size == 1 else 3)


def test_batches_of_one_are_clipped_and_looked_at_by_nag_as_such():
    for name, options in (
        ("nag", {"clip": 0.1}),
        ("nag", {"beta_max": 0.9}),
        ("momentum", {"clip": 0.05}),
        ("adam", {"clip": 0.1}),
    ):
        for convention in CONVENTIONS:
            recipe = Recipe(
                name, options, convention, 0.2, batch=1, order="shuffle", seed=7, problem=textbook.Neuron(PADHAI)
            )
            check(recipe, 100)


LAWS = [
    ("constant", ""),
    ("step", ""),
    ("step", "factor=0.9,every=3"),
    ("step", "factor=1.1,every=20"),
    ("exponential", ""),
    ("exponential", "k=0.1"),
    ("inverse", ""),
    ("inverse", "k=0.5"),
    ("cosine", "steps=50"),
    ("cosine", "steps=37,eta_min=0.05"),
    ("triangular", ""),
    ("triangular", "eta_min=0.2,eta_max=1,half_period=7"),
    ("triangular", "half_period=1"),
    ("halve-on-rise", ""),
]


@pytest.mark.parametrize("warmup", [0, 1, 7])
@pytest.mark.parametrize(("name", "settings"), LAWS)
def test_schedules(name, settings, warmup):
    options = textbook.read(settings) | ({"warmup": warmup} if warmup else {})
    options = {key: int(value) if key in {"every", "steps", "half_period"} else value for key, value in options.items()}
    for optimizer, convention in (
        ("gd", "lecture"),
        ("momentum", "lecture"),
        ("momentum", "pytorch"),
        ("adamw", "lecture"),
    ):
        check(Recipe(optimizer, convention=convention, schedule=name, schedule_options=options), 70)


@pytest.mark.parametrize(
    ("recipe", "halvings"),
    [
        (Recipe("gd", eta=30.0), 1),
        (Recipe("gd", eta=60.0, batch=1), 1),
        (Recipe("momentum", eta=10.0, schedule_options={"warmup": 20}), 2),
        (Recipe("adam", eta=2.0, problem=textbook.Neuron(PADHAI)), 3),
        (Recipe("gd", eta=4.0, problem=textbook.Neuron(PADHAI), batch=4), 2),
        (Recipe("gd", eta=4.0, problem=textbook.Neuron(PADHAI), batch=4, schedule_options={"warmup": 1}), 2),
        (Recipe("gd", eta=4.0, problem=textbook.Neuron(PADHAI), batch=4, schedule_options={"warmup": 2}), 2),
        (Recipe("gd", eta=4.0, problem=textbook.Neuron(PADHAI), batch=1, order="shuffle", seed=3), 2),
        (Recipe("rmsprop", eta=0.5, problem=textbook.Neuron(PADHAI), batch=5, order="shuffle"), 2),
    ],
)
def test_halve_on_rise(recipe, halvings):
    recipe = replace(recipe, schedule="halve-on-rise")
    compared = check(recipe, 150, 40)
    etas = {row[5] for row in descend(recipe, compared)[1 + recipe.schedule_options.get("warmup", 0) :]}
    assert len(etas) > halvings, etas
    assert min(etas) <= recipe.eta / 2**halvings


def test_a_gradient_of_nought_makes_no_step():
    for name in OPTIMIZERS:
        dead = textbook.Neuron(LECTURE, "relu")
        rows = descend(Recipe(name, problem=dead), 5)
        if name == "adamw":  # its decay goes on
            check(Recipe(name, problem=dead), 5)
        else:
            assert {row[:2] for row in rows} == {(-2.0, -2.0)}, name


REMEMBERED = {"1-P": lambda memory: 1 - memory["P"], "g": lambda memory: memory["before"]}
"""What the textbook keeps by other names."""


@pytest.mark.parametrize(("name", "convention"), BOTH)
def test_what_is_remembered_after_thirty_updates(name, convention):
    """By the names that `gdtui list` says, w's first: a reader may check it by hand."""
    recipe = Recipe(name, convention=convention)
    truth = recipe.descent(FIFTY)
    for _ in range(30):
        truth.step()
    by = method(recipe)
    state = advance(by, begin(by, *recipe.start), 30, lambda _row: None)
    for place, memory in enumerate(state.memory):
        for key, value in zip(OPTIMIZERS[name].memory, memory, strict=True):
            if key == "1-P" and convention == "lecture":
                continue
            exact = REMEMBERED.get(key, lambda memory, key=key: memory[key])(truth.state.memory)
            exact = exact[place] if isinstance(exact, tuple) else exact
            assert abs(value - exact) <= 1e-12 * max(1, abs(exact)), key
    assert len(state.memory) == 2
