"""Bad input, answered in one sentence."""


class BadInput(ValueError):
    """What a person asked for cannot be; the message says in one sentence what is wrong and what would be right."""
