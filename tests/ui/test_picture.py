"""The README's picture is what the program shows. GDTUI_DRAW=1 draws it anew."""

import html
import os
import re
from pathlib import Path

from gdtui.session.commands import GoTo, SetEta, Step
from gdtui.session.recipe import Recipe
from gdtui.ui.app import Gdtui

PICTURE = Path(__file__).with_name("descent.svg")


def texts(svg: str) -> list[str]:
    """What is written in a picture, without how."""
    return [html.unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg)]


async def test_the_picture_shows_the_program_as_it_is():
    app = Gdtui(Recipe())
    async with app.run_test(size=(80, 24)) as pilot:
        for command in (Step(140), GoTo(85), SetEta(5.0), Step(33)):
            app.session.do(command)
        app.draw()
        await pilot.pause()
        svg = app.export_screenshot(title="gdtui")
    if os.environ.get("GDTUI_DRAW"):
        PICTURE.write_text(svg)
    assert texts(svg) == texts(PICTURE.read_text())
    assert any("iteration\xa0118" in text for text in texts(svg))
