"""Figures to compare with: none of them was computed by gdtui."""

import json
from pathlib import Path
from typing import NamedTuple

_FIGURES = json.loads(Path(__file__).with_name("reference.json").read_text(encoding="utf-8"))

GUESSWORK = [tuple(guess) for guess in _FIGURES["guesswork"]]
"""The guesses of the lecture's table: w, b and the exact loss."""


class Truth(NamedTuple):
    """A row as it is in 50-digit arithmetic, and how far plain floats deviate from it, up to there, at the best."""

    iteration: int
    w: float
    b: float
    dw: float
    db: float
    loss: float
    noise: float

    def is_met_by(self, w, b, dw, db, loss, _eta):
        near = max(1e-12, 50 * self.noise)
        return (
            abs(w - self.w) <= near * max(1.0, abs(self.w))
            and abs(b - self.b) <= near * max(1.0, abs(self.b))
            and max(abs(dw - self.dw), abs(db - self.db), abs(loss - self.loss)) <= 2e-13  # 1e-13 a point
        )


class Run(NamedTuple):
    """A descent on the lecture's points."""

    eta: float
    start: tuple[float, float]
    rows: list[Truth]


RUNS = {
    name: Run(run["eta"], tuple(run["start"]), [Truth(*row) for row in run["rows"]])
    for name, run in _FIGURES["runs"].items()
}
