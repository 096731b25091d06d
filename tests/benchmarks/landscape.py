"""What the error surface costs: its losses, and its form in three dimensions."""

from gdtui.engine.analysis.landscape import survey
from gdtui.engine.catalog import PROBLEMS
from gdtui.ui.widgets.mesh import Pose, wire_frame
from tests.benchmarks.clock import fastest


def seconds() -> tuple[float, float]:
    """Of 200x100 losses of the lecture's neuron, and of the wire frame over them at 80x24."""
    problem = PROBLEMS["lecture"].make()
    landscape = survey(problem, problem.window, 200, 100)
    sampled, framed = fastest(
        lambda: survey(problem, problem.window, 200, 100),
        lambda: wire_frame(landscape, [], Pose(), 80, 22, is_coloured=True),
    )
    return sampled, framed
