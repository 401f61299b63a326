"""In flight: a worker that is told to stop ends once its answers have, with what is done after their last byte.

The WSGI server waits for connections. A reader has an answer, and closes, before the application has closed it: what it does
then, to write the request into the log above all, would be lost with the process.
"""

from __future__ import annotations

import threading
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["InFlight", "awaited_at_exit"]


class InFlight:
    """WSGI middleware that counts the answers which are not closed yet.

    Examples
    --------
    >>> in_flight = InFlight(lambda environ, start_response: [b"first", b"second"])
    >>> answer = in_flight({}, print)
    >>> list(answer), in_flight.wait(timeout_s=0)
    ([b'first', b'second'], False)
    >>> answer.close(), in_flight.wait(timeout_s=0)
    (None, True)
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._count = 0
        self._changed = threading.Condition()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> _Answer:
        """Serve one request."""
        with self._changed:
            self._count += 1
        try:
            return _Answer(self._application(environ, start_response), self)
        except BaseException:
            self.ended()
            raise

    def ended(self) -> None:
        """Take notice that an answer has been closed."""
        with self._changed:
            self._count -= 1
            self._changed.notify_all()

    def wait(self, timeout_s: float) -> bool:
        """Wait until no answer is in flight; return whether that came to be."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._count, timeout_s)


class _Answer:
    """The chunks of an application, counted until they are closed."""

    def __init__(self, chunks: Iterable[bytes], in_flight: InFlight) -> None:
        self._chunks = chunks
        self._next = iter(chunks)
        self._in_flight: InFlight | None = in_flight

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._next)

    def close(self) -> None:
        """Close the application's answer; once is enough."""
        in_flight, self._in_flight = self._in_flight, None
        try:
            close = getattr(self._chunks, "close", None)
            if close is not None:
                close()
        finally:
            if in_flight is not None:
                in_flight.ended()


def awaited_at_exit(application: WSGIApplication, timeout_s: float) -> InFlight:
    """Return the application of a worker, which waits for its answers when it ends, so long at most."""
    in_flight = InFlight(application)
    Finalize(None, in_flight.wait, (timeout_s,), exitpriority=0)  # what is registered by `atexit` no worker calls
    return in_flight
