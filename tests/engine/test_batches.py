import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.engine import batches as module
from gdtui.engine.batches import Batches
from gdtui.engine.problems.neuron import Neuron
from gdtui.engine.problems.points import Columns
from tests.engine import textbook

SIZES = st.integers(1, 40).flatmap(lambda points: st.tuples(st.just(points), st.none() | st.integers(1, points)))


def problem(points):
    return Neuron(tuple((float(i), 0.5) for i in range(points)))


@given(SIZES, st.sampled_from(["cyclic", "shuffle"]), st.integers(0, 2**40), st.integers(0, 500))
@settings(deadline=None)
def test_the_points_of_any_update_are_those_of_the_textbook(sizes, order, seed, t):
    points, size = sizes
    batches = Batches(size, order, seed)
    expected, begins, ends = textbook.indices(points, size, order, seed, t)
    if size is None:
        assert sorted(batches.places(problem(points), t)) == expected
        return
    places = list(batches.places(problem(points), t))
    assert places == expected
    assert (begins, ends) == (
        t % batches.in_epoch(problem(points)) == 0,
        (t + 1) % batches.in_epoch(problem(points)) == 0,
    )
    stream = batches.from_update(problem(points), t)
    for later in range(t, t + 4):
        part = next(stream)
        assert [int(x) for x, _ in part.points] == textbook.indices(points, size, order, seed, later)[0]


@given(SIZES, st.sampled_from(["cyclic", "shuffle"]), st.integers(0, 1000), st.integers(0, 20))
@settings(deadline=None)
def test_an_epoch_uses_every_point_once(sizes, order, seed, epoch):
    points, size = sizes
    batches = Batches(size, order, seed)
    updates = batches.in_epoch(problem(points))
    blocks = [list(batches.places(problem(points), epoch * updates + k)) for k in range(updates)]
    assert sorted(place for block in blocks for place in block) == list(range(points))
    if size is not None:
        assert {len(block) for block in blocks[:-1]} <= {size}
        assert 1 <= len(blocks[-1]) <= size


@pytest.mark.parametrize("seed", [0, 7])
def test_an_epochs_order_is_numpys_own(seed):
    batches = Batches(1, "shuffle", seed)
    for epoch in range(6):
        places = [batches.places(problem(9), 9 * epoch + k)[0] for k in range(9)]
        assert places == np.random.default_rng([seed, epoch]).permutation(9).tolist()


def test_epochs_and_seeds_have_orders_of_their_own():
    orders = {
        tuple(Batches(50, "shuffle", seed).places(problem(50), epoch)) for seed in range(10) for epoch in range(10)
    }
    assert len(orders) == 100


LARGE = Neuron(Columns(np.arange(20_011.0), np.full(20_011, 0.5)))


@pytest.mark.parametrize("order", ["cyclic", "shuffle"])
@pytest.mark.parametrize("size", [1, 32, 5_000, 20_011])
def test_large_data_has_the_batches_of_the_textbook(order, size):
    batches = Batches(size, order, 5)
    updates = batches.in_epoch(LARGE)
    for t in {0, 1, updates - 1, updates, 3 * updates - 1, 3 * updates}:
        stream = batches.from_update(LARGE, t)
        for later in (t, t + 1):
            expected = textbook.indices(LARGE.size, size, order, 5, later)[0]
            assert list(batches.places(LARGE, later)) == expected
            assert [x for x, _ in next(stream).points] == expected


@pytest.mark.parametrize(("kept", "left"), [(10_000, [2]), (50_000, [1, 2])])
def test_an_epoch_is_shuffled_once_and_few_orders_are_kept(monkeypatch, kept, left):
    made = []
    generator = np.random.default_rng
    monkeypatch.setattr(np.random, "default_rng", lambda key: made.append(key) or generator(key))
    monkeypatch.setattr(module, "KEPT", kept)
    batches = Batches(5_000, "shuffle", 77)
    for t in range(15):
        places = batches.places(LARGE, t)
        assert places.base is None  # so that it does not keep the whole order
    assert made == [[77, 0], [77, 1], [77, 2]]
    assert list(module._orders) == [(77, epoch, LARGE.size) for epoch in left]


def test_all_points_are_a_range_that_takes_no_room():
    assert Batches(None, "shuffle").places(LARGE, 3) == range(20_011)
