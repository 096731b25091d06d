"""Where the app's stylesheet is, and whether a person's own can be read."""

from collections.abc import Mapping
from pathlib import Path

from textual.css.errors import StylesheetError
from textual.css.stylesheet import Stylesheet, StylesheetParseError
from textual.css.tokenizer import TokenError

from gdtui.engine.mistakes import BadInput, quoted


def own() -> Path:
    """The app's: in the package once installed, beside it in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "demo.tcss"
    return installed if installed.exists() else package.parent / "demo.tcss"


def check(path: Path, variables: Mapping[str, str]) -> None:
    """Raise BadInput, with the line, where a stylesheet cannot be used."""
    stylesheet = Stylesheet(variables=dict(variables))
    try:
        stylesheet.read(path)
        stylesheet.parse()
    except TokenError as error:
        raise BadInput(f"line {error.start[0]} of the stylesheet {quoted(path.name)}: {error}") from None
    except StylesheetParseError as error:
        token, message = next(mistake for rule in error.errors.rules for mistake in rule.errors)
        wrong = message if isinstance(message, str) else message.summary
        raise BadInput(f"line {token.location[0] + 1} of the stylesheet {quoted(path.name)}: {wrong}") from None
    except StylesheetError as error:
        raise BadInput(f"the stylesheet {quoted(path.name)} cannot be read: {error}") from None
