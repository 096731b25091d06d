import subprocess
import sys

IMPORT_ALL = """
import importlib, pkgutil, sys

for name in ("gdtui.engine", "gdtui.session"):
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(package.__path__, name + "."):
        importlib.import_module(module.name)
print(*sys.modules)
"""


def test_engine_and_session_bring_in_no_screen_no_command_line_and_no_numpy():
    run = subprocess.run([sys.executable, "-c", IMPORT_ALL], capture_output=True, text=True, check=True)
    modules = run.stdout.split()
    assert {"gdtui.engine.optimizers.scaled", "gdtui.engine.problems.neuron", "gdtui.session.session"} <= set(modules)
    assert not {"textual", "rich", "plotext", "click", "numpy"} & {name.partition(".")[0] for name in modules}
