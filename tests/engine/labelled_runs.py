"""Runs with the verdict that a person gives them, by reasoning on the arithmetic and by looking at how they went on.

Written before the diagnosis was, and not after what it says. A label is a border case where a second person could
well say something else, and the reason tells what.
"""

from functools import cache
from typing import NamedTuple

from gdtui.engine.batches import Batches
from gdtui.engine.catalog import PROBLEMS
from gdtui.engine.definition import choose
from gdtui.engine.history import History
from tests.engine.choices import method


class Run(NamedTuple):
    problem: str
    start: tuple[float, float]
    optimizer: str
    eta: float | None = None
    schedule: str = "constant"
    batch: Batches = Batches()

    def __str__(self):
        words = [
            self.problem,
            f"{self.start[0]:g} {self.start[1]:g}",
            self.optimizer,
            "" if self.eta is None else f"eta {self.eta:g}",
        ]
        words += [
            self.schedule if self.schedule != "constant" else "",
            f"batch {self.batch.size}" if self.batch.size else "",
        ]
        return ", ".join(word for word in words if word)


class Label(NamedTuple):
    iteration: int
    verdict: str
    clear: bool
    why: str


def clear(iteration, verdict, why):
    return Label(iteration, verdict, True, why)


def border(iteration, verdict, why):
    return Label(iteration, verdict, False, why)


S, SPHERE, BOWL = (-2.0, -2.0), (1.5, 1.5), (-5.0, -2.0)
ROSENBROCK = (-1.0, -1.0)

LABELLED = {
    # Gradient descent on the lecture's neuron.
    Run("lecture", S, "gd", 1.0): [
        clear(0, "descending", "the first step lowers the loss by 0.02 % of it, and the next ones by more"),
        clear(1, "descending", "as at 0"),
        clear(5, "descending", "each step is longer than the one before, and the loss falls"),
        clear(85, "descending", "on the steep part"),
        clear(100, "descending", "loss 0.018, in the bowl, not near its bottom"),
        clear(300, "descending", "loss 6e-5, falling by 1 % and more a step"),
        clear(1000, "converged", "loss 2.4e-11, by the lecture the end"),
    ],
    Run("lecture", S, "gd", 0.1): [
        border(3, "descending", "2e-5 of the loss a step: 1 % in 500 steps, and it is at the foot of the steep part"),
        clear(800, "descending", "on the steep part"),
    ],
    Run("lecture", (-2.0, -4.0), "gd", 1.0): [
        border(0, "plateau", "1 % in 1,500 iterations at this rate, but it leaves within 450"),
        clear(300, "descending", "the loss falls by 1e-4 of it a step and faster at each"),
        clear(500, "descending", "loss 3.6e-4"),
        clear(1000, "converged", "8e-9"),
    ],
    Run("lecture", (-4.0, -4.0), "gd", 1.0): [
        clear(0, "plateau", "the first step lowers the loss by a millionth of it"),
        clear(1000, "plateau", "a thousand iterations changed the loss by 0.2 %"),
        clear(1830, "descending", "loss 1e-2 by then, falling by percents"),
        clear(4000, "converged", "2,000 iterations after it fell below 1e-4, and it falls by 2 % a step"),
    ],
    Run("lecture", (-5.0, -5.0), "gd", 1.0): [
        clear(0, "plateau", "the first step promises a change of 4e-8 of the loss"),
        clear(1, "plateau", "as at 0"),
        clear(100, "plateau", "the lecture's flat start"),
        clear(1000, "plateau", "nothing visible in 1,000 iterations"),
        clear(5000, "plateau", "0.4246 against 0.4249 at the start"),
        border(7400, "plateau", "still flat, soon to leave"),
        clear(7650, "descending", "it has left: below 1e-3 at 7,664"),
        clear(10_000, "converged", "5e-25"),
    ],
    Run("lecture", (-6.0, -6.0), "gd", 1.0): [
        clear(0, "plateau", "flatter still"),
        clear(10_000, "plateau", "0.424964 after 10,000 iterations, it leaves at 33,000"),
    ],
    Run("lecture", (6.0, 6.0), "gd", 1.0): [
        clear(0, "plateau", "the upper right plateau"),
        clear(1000, "plateau", "0.324887 against 0.324901"),
        clear(7000, "plateau", "0.3243: 0.2 % in 7,000 iterations"),
        clear(8100, "descending", "a step of 3 % of the loss"),
        clear(10_000, "converged", "2e-21"),
    ],
    Run("lecture", (-6.0, 6.0), "gd", 1.0): [
        clear(0, "descending", "a high slope: 0.2 % of the loss a step"),
        clear(30, "descending", "on the steep part"),
        border(100, "plateau", "the valley is reached, at 0.405073 of 0.405"),
        clear(1000, "plateau", "rests at 0.405, for ever for all one can wait"),
        clear(10_000, "plateau", "as at 1,000: the curvature has both signs, but one is a millionth of the other"),
    ],
    Run("lecture", S, "gd", 10.0): [
        border(11, "descending", "no rise yet; it is about to overshoot"),
        border(12, "overshooting", "the loss has just risen, once"),
        clear(13, "overshooting", "it rose at 12 and goes on down"),
        border(16, "overshooting", "four steps after the only rise, far below what it rose from"),
        clear(60, "descending", "the rise is long past, the loss falls by 20 % a step"),
        clear(100, "converged", "1.8e-12"),
    ],
    Run("lecture", S, "gd", 20.0): [
        clear(9, "overshooting", "rose at 8 and 9"),
        clear(100, "converged", "2.6e-20"),
    ],
    Run("lecture", S, "gd", 26.0): [
        clear(3, "descending", "no rise yet"),
        clear(9, "overshooting", "rose at 7 and 8, now below"),
        border(40, "descending", "creeps out of the 0.005 valley by 0.2 % a step; the rises are 30 steps old"),
        border(
            130, "cycling", "eta is too large for the minimum: each step crosses it and the loss rises, not yet a cycle"
        ),
        clear(500, "cycling", "two points in turn, the loss 1.36e-4 and 1.87e-4"),
        clear(2000, "cycling", "as at 500"),
    ],
    Run("lecture", S, "gd", 30.0): [
        clear(8, "overshooting", "thrown from 0.144 up to 0.323 at 5, and on down from there"),
        border(200, "plateau", "in the far part of the 0.005 valley, 1e-6 of the loss a step"),
        clear(3000, "cycling", "two points in turn"),
    ],
    Run("lecture", S, "gd", 50.0): [
        border(3, "descending", "no rise yet: the step that throws it comes next"),
        border(9, "thrown", "one step after it landed"),
        clear(20, "thrown", "at w = 16.6, loss 0.325, where it had been 0.071"),
        clear(100, "thrown", "rests there"),
        clear(1000, "thrown", "rests there: 4e-9 a step"),
    ],
    Run("lecture", S, "gd", 100.0): [
        clear(10, "thrown", "from 0.101 to 0.425 at step 3"),
        clear(1000, "thrown", "rests at 0.425"),
    ],
    Run("lecture", S, "gd", 500.0): [
        border(2, "overshooting", "the step that throws it: it may yet come back for all that one sees"),
        clear(20, "thrown", "from 0.25 to 0.425 at step 2, and the gradient is 5e-18"),
        clear(1000, "thrown", "as at 20"),
    ],
    # Momentum and what comes of it.
    Run("lecture", S, "momentum", 1.0): [
        clear(1, "descending", "like gradient descent"),
        clear(15, "descending", "speeding up, no rise"),
        clear(26, "overshooting", "rises at 23 to 26"),
        clear(36, "overshooting", "rising for the second time"),
        border(60, "overshooting", "comes back from 0.017, having been at 0.003"),
        clear(500, "converged", "3.6e-20"),
    ],
    Run("lecture", (-5.0, -5.0), "momentum", 1.0): [
        clear(0, "plateau", "the flat start"),
        clear(300, "plateau", "ten times as fast as gradient descent is not fast here"),
        clear(940, "descending", "leaves: below 1e-3 at 955"),
    ],
    Run("lecture", (3.0, 3.0), "momentum", 1.0): [
        clear(20, "descending", "no rise yet"),
        clear(28, "overshooting", "rises at 27 and 28"),
        clear(40, "overshooting", "up the other side, into the 0.005 valley"),
        border(300, "plateau", "the far part of the 0.005 valley, 1e-6 of the loss a step, having been lower before"),
        border(1000, "plateau", "as at 300"),
        clear(5000, "converged", "2.5e-32"),
    ],
    Run("lecture", S, "momentum", 50.0): [
        border(100, "thrown", "kicked at step 3, coasts to w = 42, where nothing moves; not by one step alone"),
    ],
    Run("lecture", S, "nag", 1.0): [
        clear(23, "overshooting", "rises at 22 to 24"),
        clear(500, "converged", "9e-27"),
    ],
    Run("sphere", SPHERE, "momentum", 0.1): [
        clear(2, "descending", "no rise yet"),
        clear(12, "overshooting", "passes the minimum to and fro, each time less far"),
        clear(30, "overshooting", "as at 12"),
        clear(500, "converged", "1e-25"),
    ],
    Run("sphere", SPHERE, "momentum:beta=0.99", 0.01): [
        clear(200, "overshooting", "to and fro past the minimum, and each time a little less far"),
        border(450, "overshooting", "as at 200"),
        clear(3000, "converged", "2e-14"),
    ],
    # Steps scaled by each parameter.
    Run("lecture", S, "adam", 0.1): [
        clear(1, "descending", "0.3 % of the loss a step"),
        clear(25, "overshooting", "rises at 23 to 26"),
        clear(1000, "converged", "1e-32"),
    ],
    Run("lecture", (-5.0, -5.0), "adam", 0.1): [
        border(
            0,
            "descending",
            "a flat place, but steps of 0.1 whatever the gradient: the gradient grows by a quarter at each",
        ),
        clear(40, "descending", "it walks off the plateau at 0.1 a step"),
    ],
    Run("lecture", (-6.0, 4.0), "adam", 0.1): [
        clear(1, "descending", "3 % of the loss a step"),
        clear(1000, "plateau", "0.405000, and so it stays for 11,000 iterations"),
        clear(5000, "plateau", "as at 1,000"),
        border(12_200, "plateau", "0.40497; within 100 iterations it is out"),
        clear(13_000, "converged", "7e-23"),
    ],
    Run("lecture", (-6.0, 4.0), "gd", 1.0): [
        clear(2000, "plateau", "the 0.405 valley, never left in 20,000 iterations"),
    ],
    Run("lecture", (-6.0, 4.0), "momentum", 1.0): [
        clear(
            2000, "plateau", "as by gradient descent; what is left of its swings changes the ninth digit of the loss"
        ),
    ],
    Run("lecture", (-6.0, 4.0), "rmsprop", 0.1): [
        clear(5000, "plateau", "0.405 for 20,000 iterations; it swings across the valley by 0.1, which is not seen"),
    ],
    Run("lecture", (-6.0, 4.0), "lion", 0.01): [
        border(5000, "plateau", "0.405 all the time; one may also call its swings a cycle"),
    ],
    Run("lecture", S, "adam", 5.0): [
        border(10, "thrown", "from 0.10 to 0.425, still coasting"),
        clear(100, "thrown", "rests at 0.425, w = -25, where it had been at 0.10"),
    ],
    Run("lecture", S, "rmsprop", 0.1): [
        clear(3, "descending", "3 % of the loss a step"),
        clear(30, "descending", "no rise yet"),
        border(90, "converged", "1e-18: at the bottom, before the steps grow again"),
        clear(1000, "cycling", "1.65e-4 for ever"),
        clear(5000, "cycling", "1.65e-4 for ever"),
    ],
    Run("sphere", SPHERE, "rmsprop", 0.1): [
        clear(10, "descending", "30 % of the loss a step"),
        clear(500, "cycling", "-0.05 and 0.05 in turn"),
    ],
    Run("lecture", S, "adagrad", 0.1): [
        clear(500, "descending", "loss 5e-3, falls by 0.4 % a step"),
    ],
    Run("lecture", S, "adadelta"): [
        clear(20, "descending", "1e-4 of the loss a step, more at each"),
        clear(2000, "converged", "2e-18"),
    ],
    # Signs and lengths.
    Run("lecture", S, "lion", 0.01): [
        clear(50, "descending", "0.01 a step along both axes"),
        clear(1500, "cycling", "0.01 to and fro, 2.6e-6 again and again"),
    ],
    Run("sphere", SPHERE, "lion", 0.01): [
        clear(100, "descending", "no rise yet"),
        border(170, "overshooting", "passed the minimum at 150, its momentum still leads away"),
        clear(1000, "cycling", "to and fro through the minimum, and every other time it stands right on it"),
        clear(1001, "cycling", "as at 1,000"),
    ],
    Run("sphere", SPHERE, "normalized", 0.1): [
        clear(10, "descending", "0.1 a step"),
        clear(50, "cycling", "two points in turn, 0.0556 and 0.0152 from the minimum"),
    ],
    Run("lecture", S, "rprop", 0.01): [
        clear(10, "descending", "steps grow"),
        clear(100, "converged", "2e-13"),
    ],
    # Those that look further.
    Run("lecture", S, "line-search"): [
        clear(5, "descending", "eta 10 each time"),
        clear(1000, "converged", "stays where no eta is lower, at 3e-31"),
    ],
    Run("lecture", S, "armijo"): [
        clear(10, "descending", "80 % of the loss in a step"),
        clear(100, "converged", "9e-12"),
    ],
    Run("lecture", S, "newton"): [
        clear(100, "thrown", "damped, it was at 0.081; one step took it to w = 152, loss 0.325"),
    ],
    Run("rosenbrock", ROSENBROCK, "newton"): [
        clear(2, "overshooting", "from 4 to 1,553 in a step; one further and it is at 1e-4"),
        clear(6, "converged", "0"),
    ],
    Run("rosenbrock", ROSENBROCK, "line-search"): [
        border(
            20,
            "plateau",
            "every eta is too large and it stays; the place is steep, but no other verdict says `at rest`",
        ),
    ],
    Run("rosenbrock", ROSENBROCK, "armijo"): [
        clear(5000, "converged", "7e-8 of a loss that began at 404"),
    ],
    # PadhAI's points, whose least loss is 0.0697.
    Run("padhai", S, "gd", 1.0): [
        clear(5, "descending", "3 % of the loss a step"),
        clear(20, "descending", "5 % of the loss a step"),
        clear(200, "converged", "0.0697439, the least there is, and the gradient is 0"),
    ],
    Run("padhai", S, "adam", 0.1): [
        clear(5, "descending", "steps of 0.1 down a slope"),
        clear(2000, "converged", "Adam comes to rest in this bowl"),
    ],
    Run("padhai", S, "gd", 0.1, batch=Batches(1)): [
        border(5, "descending", "five of the six points were used, and the loss is lower"),
        clear(100, "descending", "16 epochs, each lower than the one before, though single points pull it up"),
        clear(1000, "descending", "as at 100"),
        clear(5000, "cycling", "each epoch takes the same round near the minimum"),
    ],
    Run("padhai", S, "gd", 1.0, batch=Batches(2, "shuffle")): [
        clear(40, "descending", "13 epochs from 0.42 down to 0.33"),
        clear(1000, "cycling", "noise: 0.070 to 0.10, no lower than 500 iterations ago"),
        clear(3000, "cycling", "as at 1,000"),
    ],
    Run("lecture", S, "gd", 1.0, batch=Batches(1)): [
        clear(100, "descending", "50 epochs"),
        clear(4000, "converged", "both points are met, so their gradients vanish one by one"),
    ],
    Run("lecture", (-5.0, -5.0), "gd", 1.0, batch=Batches(1)): [
        clear(0, "plateau", "the flat start"),
        clear(1000, "plateau", "500 epochs on the flat start"),
    ],
    Run("lecture", (-6.0, 6.0), "gd", 1.0, batch=Batches(1)): [
        clear(4000, "plateau", "the 0.405 valley, point by point"),
    ],
    # Schedules.
    Run("lecture", S, "gd", 1.0, "exponential"): [
        clear(150, "descending", "on the steep part"),
        border(3000, "plateau", "eta is 1e-13: it stands still half way down; the place is not flat"),
    ],
    Run("lecture", S, "gd", 1.0, "step"): [
        border(250, "plateau", "eta is 1e-15: it stands still near the start"),
    ],
    Run("lecture", S, "gd", 30.0, "halve-on-rise"): [
        border(300, "plateau", "the far part of the 0.005 valley, 7e-7 of the loss a step"),
    ],
    Run("lecture", S, "gd", 50.0, "halve-on-rise"): [
        clear(300, "converged", "2.6e-24: halved twice, eta suits the minimum"),
    ],
    Run("sphere", SPHERE, "gd", 1.5, "halve-on-rise"): [
        clear(1, "overshooting", "it rose, so eta is halved"),
        clear(60, "converged", "with eta 0.75 each step halves the distance"),
    ],
    # Other activations and losses.
    Run("lecture:activation=linear", S, "gd", 0.1): [
        clear(20, "descending", "10 % of the loss a step"),
        clear(1000, "converged", "1e-32"),
    ],
    Run("lecture:activation=linear", S, "gd", 1.0): [
        clear(20, "diverging", "each step multiplies the distance by 7"),
        clear(300, "nonfinite", "it overflowed at 182"),
    ],
    Run("lecture:activation=relu", S, "gd", 1.0): [
        clear(0, "plateau", "both points are in the flat part: the gradient is 0"),
        clear(50, "plateau", "nothing moves"),
    ],
    Run("lecture:loss=cross-entropy", (-6.0, -6.0), "gd", 1.0): [
        clear(0, "descending", "no flat start with this loss: the gradient is 2.6"),
        clear(200, "converged", "the least loss is 0.8255"),
    ],
    # Places that are found at once.
    Run("lecture", (1.791759469228055, -2.2821740957339181), "gd", 1.0): [clear(0, "converged", "the exact fit")],
    Run("sphere", (0.0, 0.0), "gd", 0.1): [clear(0, "converged", "the minimum"), clear(5, "converged", "it stays")],
    Run("saddle", (0.0, 0.0), "gd", 0.1): [clear(0, "saddle", "gradient 0"), clear(20, "saddle", "it stays")],
    Run("himmelblau", (-0.270844590667, -0.923038550735), "gd", 1e-6): [
        border(0, "plateau", "the top: gradient 0, no minimum and no saddle"),
    ],
    # Surfaces.
    Run("sphere", SPHERE, "gd", 0.1): [
        clear(1, "descending", "36 % of the loss in a step"),
        clear(20, "descending", "as at 1"),
        clear(100, "converged", "2e-19"),
    ],
    Run("sphere", SPHERE, "gd", 0.9): [
        border(2, "descending", "two steps point against each other; two are few"),
        clear(10, "zigzag", "each step crosses the minimum, and the loss falls by 36 %"),
        clear(80, "converged", "1e-15"),
    ],
    Run("sphere", SPHERE, "gd", 1.0): [
        border(1, "descending", "one step across, to the same height: nothing tells yet"),
        clear(6, "cycling", "two points in turn, the loss always 4.5"),
        clear(500, "cycling", "as at 6"),
    ],
    Run("sphere", SPHERE, "gd", 1.1): [
        border(1, "overshooting", "one rise"),
        clear(5, "diverging", "each step is longer than the one before, the loss 6 times that at the start"),
        clear(300, "diverging", "1e46"),
        clear(5000, "nonfinite", "it overflowed"),
    ],
    Run("bowl", BOWL, "gd", 0.05): [
        clear(10, "descending", "the steep direction is met at once, the other falls by 10 % a step"),
    ],
    Run("bowl", BOWL, "gd", 0.095): [
        clear(6, "zigzag", "across the steep direction, by 0.9 of the step before"),
        clear(30, "zigzag", "as at 6"),
        clear(60, "zigzag", "as at 6"),
        clear(200, "converged", "2e-17"),
    ],
    Run("bowl", BOWL, "gd", 0.1): [
        border(8, "zigzag", "the steep direction never shrinks, the other still falls: zigzag, or a cycle to be"),
        clear(200, "cycling", "2 and -2 in turn, the loss stays 40"),
    ],
    Run("bowl", BOWL, "gd", 0.101): [
        border(8, "diverging", "the loss rises at each step, and is still below the one at the start"),
        clear(60, "diverging", "the loss rises at each step, 6 times that at the start"),
        clear(200, "diverging", "1e5"),
    ],
    Run("rosenbrock", ROSENBROCK, "gd", 0.001): [
        clear(3, "descending", "down into the valley"),
        clear(100, "descending", "along the valley, 0.4 % a step"),
        clear(2000, "descending", "along the valley, 0.1 % a step"),
        clear(20_000, "converged", "1e-8 of a loss that began at 404"),
    ],
    Run("rosenbrock", ROSENBROCK, "gd", 0.003): [
        clear(6, "diverging", "1e9 and more, and the steps get longer"),
        clear(50, "nonfinite", "it overflowed at 10"),
    ],
    Run("rosenbrock", ROSENBROCK, "momentum", 0.001): [
        border(4, "overshooting", "42, 20, 93 and below"),
        clear(50, "nonfinite", "it overflowed at 24"),
    ],
    Run("rosenbrock", ROSENBROCK, "adam", 0.1): [
        clear(5, "descending", "no rise yet"),
        clear(18, "overshooting", "rises at 13 to 20, past the bottom of the valley"),
        clear(500, "descending", "along the valley"),
        clear(5000, "converged", "3e-29"),
    ],
    Run("himmelblau", (-0.15, 0.67), "gd", 0.01): [
        clear(2, "descending", "down from the top"),
        clear(200, "converged", "6e-30"),
    ],
    Run("himmelblau", (-0.15, 0.67), "gd", 0.03): [
        clear(60, "cycling", "round the minimum, 9 to 40 again and again"),
        clear(200, "cycling", "as at 60"),
    ],
    Run("rastrigin", (-2.0, 3.5), "gd", 0.002): [
        clear(3, "descending", "into the next hollow"),
        clear(100, "converged", "a local minimum is a minimum"),
    ],
    Run("rastrigin", (-2.0, 3.5), "gd", 0.01): [
        clear(500, "cycling", "17 to 47 without end, in one hollow"),
    ],
    Run("beale", (0.9, 1.6), "gd", 0.01): [
        clear(1, "descending", "47 to 11"),
        clear(100, "descending", "2 % a step"),
        clear(500, "descending", "1 % a step"),
        clear(5000, "converged", "2e-15"),
    ],
    Run("beale", (-1.0, 1.5), "gd", 0.01): [
        clear(60, "descending", "0.2 % a step"),
        clear(2000, "cycling", "thrown about in a curved valley, 2.14 again and again"),
    ],
    Run("beale", (-4.0, 4.0), "gd", 0.001): [
        border(1, "diverging", "one rise, but from 7e4 to 6e14"),
        clear(3, "nonfinite", "it overflowed"),
    ],
    Run("beale", (-4.0, 4.0), "adam", 0.1): [
        clear(20, "descending", "15 % of the loss a step"),
        border(3000, "descending", "3e-5 of the loss a step, in a valley without a minimum near"),
    ],
    Run("saddle", (1.5, 0.0), "gd", 0.1): [
        clear(3, "descending", "36 % of the loss a step"),
        border(30, "descending", "3e-6 above the saddle"),
        clear(100, "saddle", "9e-20 above it, and nothing leads off the axis"),
    ],
    Run("saddle", (1.5, 0.001), "gd", 0.1): [
        clear(10, "descending", "towards the saddle"),
        clear(30, "descending", "off the axis by now, and down"),
        border(45, "diverging", "two windows away, falling ever faster"),
        clear(80, "diverging", "b = 2,160, the loss -5e6: it falls for ever"),
    ],
    Run("saddle", (1.5, 0.001), "adam", 0.1): [
        border(40, "descending", "just out of the window"),
        clear(1000, "diverging", "b = 158, the loss -25,000: it falls for ever"),
    ],
}


@cache
def history(run):
    """The record of a run up to its last label."""
    chosen = choose("problem", run.problem, PROBLEMS)
    problem = chosen.definition.make(**chosen.arguments)
    by = method(run.optimizer, run.eta, run.schedule, problem, run.batch)
    record = History(by, *run.start)
    record.extend(max(label.iteration for label in LABELLED[run]))
    return record
