"""Numbers to text with few digits, for a sentence."""


def rough(x: float, digits: int = 3) -> str:
    """A number with few digits: `0.00947`, `2.40e-11`, `0`."""
    return tight(f"{x:#.{digits}g}").rstrip(".") if x else "0"


def tight(text: str) -> str:
    """Without the padding of an exponent: `1e-5` and not `1e-05`."""
    return text.replace("e-0", "e-").replace("e+0", "e+")
