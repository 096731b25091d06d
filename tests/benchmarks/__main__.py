"""Print every budget beside what is measured: `python -m tests.benchmarks`."""

import statistics

from tests.benchmarks import arithmetic, data, landscape, optimizers, screen

FASTEST = ">>>>>>>"
"""The keys to where the lecture's descent goes fastest, and most of the screen changes."""


def line(what: str, measured: str, budget: str) -> None:
    """One budget."""
    print(f"{what:<58} {measured:<34} {budget}", flush=True)


def print_screen() -> None:
    """Bytes and seconds at the terminal."""
    for size, most in (((80, 24), 300), ((120, 40), 350)):
        for truecolor in (True, False):
            costs = screen.step_costs(size, truecolor=truecolor)
            colours = "truecolor" if truecolor else "256 colours"
            what = f"bytes a step, {size[0]}x{size[1]}, {colours}: median, 95th percentile"
            high = sorted(costs.sent)[round(0.95 * len(costs.sent)) - 1]
            line(what, f"{statistics.median(costs.sent):.0f}, {high}", f"{most}, 1500")
            line("   against a plain cell difference", f"{costs.ratio:.2f}", "1.3")
    adam = screen.step_costs((80, 24), truecolor=True, recipe=["--optimizer", "adam"], keys="m")
    line("bytes a step, 80x24, with Adam's memory beside the table", f"{statistics.median(adam.sent):.0f}", "400")
    print_views()
    own = screen.step_costs((80, 24), truecolor=True)
    textual = screen.step_costs((80, 24), truecolor=True, own_driver=False)
    line("   against Textual's own driver", f"{statistics.median(own.sent) / statistics.median(textual.sent):.2f}", "")
    base = screen.baseline_costs()
    here, there = statistics.median(own.seconds), statistics.median(base.seconds)
    line(
        "key to last byte: median, against DataTable + plotext",
        f"{here * 1e3:.1f} ms, {here / there:.2f}",
        "12 ms, 0.25",
    )
    line("bytes against DataTable + plotext", f"{statistics.median(own.sent) / statistics.median(base.sent):.3f}", "")
    starts = [
        (screen.first_frame(screen.PROGRAM, "? help"), screen.first_frame(screen.EMPTY, "palette")) for _ in range(5)
    ]
    ratio = statistics.median(own / empty for own, empty in starts)
    line("start to first frame, against an empty Textual app", f"{ratio:.2f}", "1.5")
    line("2,000 B/s, 200 ms, 30 keys/s: behind the present", f"{screen.slow_line():.2f} s", "1 s")
    sent, ticks = screen.idle()
    line("idle for 3 s: bytes, ticks", f"{sent}, {ticks}", "0, 1")


def print_views() -> None:
    """Bytes of the other views, at 80x24 in 256 colours, and seconds of the error surface."""
    for what, keys, most, rule in (
        ("the error surface", "2", 300, "gd"),
        ("   with slices beside it", "2v", 300, "gd"),
        ("   with the speed beside it", "2vv", 300, "gd"),
        ("   in 3-D", "2d", 300, "gd"),
        ("the descent, from iteration 70 on, where it is fastest", FASTEST, 300, "gd"),
        ("   the error surface there", f"{FASTEST}2", 300, "gd"),
        ("   with slices there", f"{FASTEST}2v", 300, "gd"),
        ("   with the speed there", f"{FASTEST}2vv", 300, "gd"),
        ("the arithmetic of GD", "3", 1500, "gd"),
        ("the arithmetic of Adam", "3", 1500, "adam"),
        ("the reasons", "3v", 1500, "gd"),
        ("Taylor's expansion", "3vv", 1500, "gd"),
    ):
        costs = screen.step_costs((80, 24), truecolor=False, recipe=["--optimizer", rule], keys=keys)
        high = sorted(costs.sent)[round(0.95 * len(costs.sent)) - 1]
        line(
            f"bytes a step, {what}",
            f"{statistics.median(costs.sent):.0f}, {high}",
            f"{most}{', 1500' if most < 1500 else ''}",
        )
    line("bytes of the first frame of the error surface", f"{screen.first_paint('2'):,}", "15,000")
    sampled, framed = landscape.seconds()
    line(
        "200x100 losses of the lecture; the 3-D form at 80x24", f"{sampled * 1e3:.1f}, {framed * 1e3:.1f} ms", "20, 50"
    )


def print_arithmetic() -> None:
    """Seconds and memory of the engine."""
    plain, recorded = arithmetic.recorded_step()
    line("a recorded step, against the lecture's loop", f"{recorded * 1e6:.2f} us, {recorded / plain:.2f}", "3")
    seconds, longest = arithmetic.fast_forward()
    line(
        "a million iterations in the app; the longest wait of a key",
        f"{seconds:.2f} s, {longest * 1e3:.0f} ms",
        "3 s, 100 ms",
    )
    short, long = arithmetic.frames()
    line("a frame at 1,000,000 iterations, against 100", f"{long / short:.2f}", "1.2")
    line("memory of an iteration", f"{arithmetic.bytes_per_iteration():.1f} bytes", "64 bytes")


def print_data() -> None:
    """A million data points."""
    step = data.seconds()
    what = "a step on 1,000,000 points, against blocked NumPy; all at once"
    own, blocked, naive = (step[form] for form in ("gdtui", "blocked", "naive"))
    line(what, f"{own * 1e3:.1f} ms, {own / blocked:.2f}; {naive / blocked:.2f}", "1.3")
    few, many = data.seconds_of_a_batch(20_000), data.seconds_of_a_batch(1_000_000)
    line("a step on 32 of 1,000,000, against on 32 of 20,000", f"{many * 1e6:.1f} us, {many / few:.2f}", "")
    line("reading a row of two numbers with all their digits", f"{data.reading():.2f} us", "1.2 us")
    for name, bytes_a_point in data.peaks().items():
        budget = {"gdtui run": "19.2", "gdtui run --order shuffle": "27.2"}.get(name.partition(",")[0], "")
        line(f"peak bytes a point: {name}", f"{bytes_a_point:.1f}", budget)


if __name__ == "__main__":
    line("what", "measured", "at most")
    print_arithmetic()
    print_data()
    optimizers.print_all()
    print_screen()
