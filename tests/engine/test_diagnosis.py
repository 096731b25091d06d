import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.engine.analysis.diagnosis import VERDICTS, about, diagnose
from gdtui.engine.batches import ALL_POINTS, Batches
from gdtui.engine.catalog import OPTIMIZERS, PROBLEMS, SCHEDULES
from gdtui.engine.history import History
from tests.engine.choices import LECTURE, ONE_BY_ONE, method
from tests.engine.labelled_runs import LABELLED, history

PADHAI = PROBLEMS["padhai"].make()
SPHERE = PROBLEMS["sphere"].make()


def after(n, by, start=(-2.0, -2.0)):
    """The record of a run."""
    record = History(by, *start)
    record.extend(n)
    return record


def found(n, by, start=(-2.0, -2.0)):
    record = after(n, by, start)
    return diagnose(record, record.last)


def wrong_labels(run, labels):
    record = history(run)
    found = {label: diagnose(record, min(label.iteration, record.last)) for label in labels}
    return {label: diagnosis for label, diagnosis in found.items() if diagnosis.verdict != label.verdict}


class TestLabelledRuns:
    @pytest.mark.parametrize("run", LABELLED, ids=str)
    def test_none_of_the_clear_ones_is_wrong(self, run):
        assert not wrong_labels(run, [label for label in LABELLED[run] if label.clear])

    def test_19_in_20_are_right(self):
        count = sum(map(len, LABELLED.values()))
        wrong = [wrong_labels(run, labels) for run, labels in LABELLED.items()]
        assert count > 200
        assert sum(map(len, wrong)) <= count / 20

    def test_every_verdict_has_clear_cases_and_most_have_border_cases(self):
        labels = [label for labels in LABELLED.values() for label in labels]
        assert {label.verdict for label in labels if label.clear} == {*VERDICTS, "descending"}
        assert len({label.verdict for label in labels if not label.clear}) >= 8


class TestWords:
    def test_each_names_its_evidence_in_numbers_and_one_thing_to_try(self):
        for run, labels in LABELLED.items():
            for label in labels:
                record = history(run)
                diagnosis = diagnose(record, min(label.iteration, record.last))
                assert re.search(r"\d|inf|nan", diagnosis.because), diagnosis
                assert diagnosis.advice, diagnosis
                assert diagnosis.iteration == min(label.iteration, record.last)

    def test_the_lectures_plateau(self):
        diagnosis = found(1000, method("gd"), (-5.0, -5.0))
        assert diagnosis.verdict == "plateau"
        assert diagnosis.because.startswith("1,000 iterations and no visible change: the gradient is 0.000143, and ")
        assert "the loss falls by 1 % in about 210,000 iterations" in diagnosis.because
        assert diagnosis.advice.startswith("run on: this is a plateau, 10,000 iterations may leave it")
        assert diagnosis.lever == "forward"

    def test_a_valley_that_is_never_left(self):
        diagnosis = found(10_000, method("gd"), (-6.0, 6.0))
        assert diagnosis.verdict == "plateau"
        assert diagnosis.because.startswith("1,000 iterations and no visible change")
        assert diagnosis.lever == "start"

    def test_what_eta_the_bowl_allows(self):
        diagnosis = found(60, method("gd", 0.101, problem=PROBLEMS["bowl"].make()), (-5.0, -2.0))
        assert (diagnosis.verdict, diagnosis.lever) == ("diverging", "smaller eta")
        assert "at most 0.100 here" in diagnosis.advice

    def test_a_number_that_is_not_finite(self):
        record = after(5000, method("gd", 1.1, problem=SPHERE), (1.5, 1.5))
        diagnosis = diagnose(record, record.last)
        assert (diagnosis.verdict, diagnosis.because) == ("nonfinite", "the loss is inf")
        assert diagnose(record, record.last - 1).verdict == "diverging"

    @pytest.mark.parametrize("name", [name for name, rule in OPTIMIZERS.items() if not rule.uses_eta])
    def test_who_has_no_use_for_eta_is_not_advised_another(self, name):
        record = after(60, method(name, problem=PROBLEMS["rosenbrock"].make()), (-1.0, -1.0))
        for iteration in range(record.last + 1):
            diagnosis = diagnose(record, iteration)
            assert "eta" not in diagnosis.lever
            assert "larger eta" not in diagnosis.advice
            assert "smaller eta" not in diagnosis.advice

    def test_a_flat_place_without_any_slope(self):
        diagnosis = found(10, method("gd", problem=replace(LECTURE, activation="relu")))
        assert diagnosis.verdict == "plateau"
        assert diagnosis.advice == "restart elsewhere: the slope here is 0"

    def test_an_eta_that_moves_next_to_nothing(self):
        diagnosis = found(10, method("gd", 1e-12), (0.0, 0.0))
        assert (diagnosis.verdict, diagnosis.lever) == ("plateau", "larger eta")

    @pytest.mark.parametrize(("x", "text"), [(2412.0, "2,400"), (9.6, "10"), (123456.0, "120,000"), (1.23e9, "1.2e+9")])
    def test_counts(self, x, text):
        assert about(x) == text


class TestWhatItLooksAt:
    @pytest.mark.parametrize(
        ("by", "start"),
        [
            (method("gd"), (-5.0, -5.0)),
            (method("gd", 26.0), (-2.0, -2.0)),
            (method("gd", 50.0), (-2.0, -2.0)),
            (method("momentum"), (3.0, 3.0)),
            (method("gd", 0.5, problem=PADHAI, batches=Batches(4, "shuffle")), (-2.0, -2.0)),
        ],
    )
    def test_at_no_row_after_the_cursor(self, by, start):
        long = after(9000, by, start)
        for n in (0, 1, 2, 7, 60, 500, 1025, 2047, 2048, 4000):
            assert diagnose(long, n) == diagnose(after(n, by, start), n)

    def test_looking_changes_nothing(self):
        record = after(100, method("adam"))
        before = [record.row(t) for t in range(101)], record.state(100)
        first = diagnose(record, 50)
        assert diagnose(record, 50) == first
        assert ([record.row(t) for t in range(101)], record.state(100)) == before

    def test_a_changed_eta_is_judged_by_its_own_steps(self):
        record = after(1000, method("gd", 26.0))
        assert diagnose(record, 1000).verdict == "cycling"
        record.change(method("gd", 1.0))
        assert diagnose(record, 1000).verdict == "cycling"  # no step has been taken with it yet
        record.extend(1000)
        assert diagnose(record, 1020).verdict == "descending"
        assert diagnose(record, 2000).verdict == "converged"

    def test_another_optimizer_leaves_a_plateau(self):
        record = after(1000, method("gd"), (-5.0, -5.0))
        assert diagnose(record, 1000).verdict == "plateau"
        record.change(method("adam"))
        record.extend(40)
        assert diagnose(record, 1030).verdict == "descending"

    def test_one_batch_may_raise_the_loss(self):
        record = after(600, method("gd", 0.1, problem=PADHAI, batches=ONE_BY_ONE))
        losses = record.column("loss")
        assert sum(losses[t] > losses[t - 1] for t in range(1, 601)) > 60
        assert {diagnose(record, t).verdict for t in range(601)} == {"descending"}

    def test_momentum_that_passes_a_minimum_has_not_converged(self):
        record = after(1000, method("lion", problem=SPHERE), (1.5, 1.5))
        lowest = min(range(400, 1000), key=record.column("loss").__getitem__)
        assert record.row(lowest).loss < 1e-20
        assert diagnose(record, lowest).verdict != "converged"

    @pytest.mark.parametrize("name", ["ripple", "rastrigin"])
    def test_a_local_minimum_is_a_minimum_be_it_a_ring(self, name):
        problem = PROBLEMS[name].make()
        assert found(500, method("gd", problem=problem), problem.start).verdict == "converged"


@given(
    st.sampled_from(list(OPTIMIZERS)),
    st.sampled_from([name for name, problem in PROBLEMS.items() if not problem.asks]),
    st.sampled_from([None, 1e-3, 1.0, 30.0]),
    st.sampled_from([*SCHEDULES, "halve-on-rise:warmup=5"]),
    st.sampled_from([ALL_POINTS, ONE_BY_ONE, Batches(2, "shuffle")]),
    st.floats(-6, 6),
    st.floats(-6, 6),
    st.integers(0, 300),
)
@settings(deadline=None, max_examples=150)
def test_there_is_a_diagnosis_of_everything(rule, name, eta, law, batches, w, b, n):
    problem = PROBLEMS[name].make()
    by = method(rule, eta, law, problem, batches if problem.size else ALL_POINTS)
    record = after(n, by, (w, b))
    for cursor in {0, 1, record.last // 2, record.last - 1, record.last}:
        if 0 <= cursor <= record.last:
            diagnosis = diagnose(record, cursor)
            assert diagnosis.because
            assert diagnosis.advice
            assert (diagnosis.verdict == "nonfinite") == (not record.row(cursor).is_finite)
