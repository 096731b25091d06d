"""What may take long, or for ever: it is done in a thread beside the event loop, and Esc ends it."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

Result = TypeVar("Result")


def in_a_thread(job: Callable[[], Result]) -> Future[Result]:
    """Do something in a thread that the end of the program does not wait for, as it would for an executor's."""
    outcome: Future[Result] = Future()

    def run() -> None:
        try:
            outcome.set_result(job())
        except BaseException as error:
            outcome.set_exception(error)

    Thread(target=run, name="gdtui-aside", daemon=True).start()
    return outcome


class Aside:
    """Something that is waited for, and how to end it."""

    def __init__(self, what: str, end: Callable[[], None] = lambda: None) -> None:
        self.what = what
        self.share: float | None = None
        """The part that is done, where that is known."""
        self._end = end
        self.is_ended = False

    def go_on(self, share: float) -> bool:
        """Told, by the thread, how far it is; whether it is to go on."""
        self.share = share
        return not self.is_ended

    def end(self) -> None:
        """End it, and leave what it did not come to as it was; said until it has ended, for it may not have begun."""
        self.is_ended = True
        self._end()
