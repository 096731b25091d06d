"""Bad input, answered in one sentence."""


class BadInput(ValueError):
    """What a person asked for cannot be; the message says in one sentence what is wrong and what would be right."""


def quoted(text: str) -> str:
    """Text from outside, short and without control characters."""
    return repr(text if len(text) <= 40 else text[:39] + "…")
