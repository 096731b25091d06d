"""Bad input, answered in one sentence."""


class BadInput(ValueError):
    """What a person asked for cannot be; the message says in one sentence what is wrong and what would be right."""


class NoValue(BadInput):
    """A person's own function has no value at some place; the message is its complaint."""


def quoted(text: str) -> str:
    """Text from outside, short and without control characters."""
    return repr(text if len(text) <= 40 else text[:39] + "…")


def printable(text: str, most: int = 1000) -> str:
    """Text from outside as one line of so many characters, its control characters spelt out."""
    line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return line if len(line) <= most else f"{line[: most - 1]}…"
