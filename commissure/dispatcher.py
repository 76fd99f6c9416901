"""Which thread of the web process answers a request: probes have one of their own, which no question can hold."""

from typing import Any, Final

from waitress.task import ThreadedTaskDispatcher

_PROBES: Final = frozenset(("/healthz", "/readyz"))


class ProbesAside(ThreadedTaskDispatcher):  # type: ignore[misc]
    """Waitress's dispatcher, with a thread beside the others that answers /healthz and /readyz alone."""

    def __init__(self, threads: int) -> None:
        super().__init__()
        self._probes = ThreadedTaskDispatcher()
        self._probes.set_thread_count(1)
        self.set_thread_count(threads)

    def add_task(self, task: Any) -> None:
        """Have a connection's next request answered."""
        requests = getattr(task, "requests", ())
        if requests and getattr(requests[0], "path", "") in _PROBES:
            self._probes.add_task(task)
        else:
            super().add_task(task)

    def shutdown(self, cancel_pending: bool = True, timeout: int = 5) -> bool:
        """End all threads."""
        self._probes.shutdown(cancel_pending, timeout)
        return bool(super().shutdown(cancel_pending, timeout))
