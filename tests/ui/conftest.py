import pytest


@pytest.fixture(autouse=True)
def every_change_is_drawn_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a test sees what a key did; how frames are spaced is a test of its own."""
    monkeypatch.setattr("gdtui.ui.app.FRAME", 0.0)
