"""What computes chunks besides this process: an executor of `concurrent.futures`, and how it starts, ends and renews.

Another engine (MPI, Ray, a batch system) is another subclass of :class:`Engine`, around the executor that it has.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError, install_hint

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor
    from types import TracebackType
    from typing import Self

_CHUNKS_AHEAD = 2
"""Chunks for each worker: one that it computes, and the next one."""
_SECONDS = 10
_MOST_WORKERS = 512


class Engine:
    """An executor that is started when it is needed, and started again when its workers have died.

    It is a context: at its end nothing of it runs any longer.
    """

    lost: tuple[type[BaseException], ...] = ()
    """What a chunk ends with whose worker has died."""
    loses_all = False
    """Whether all chunks that are under way are lost with one worker."""

    def __init__(self) -> None:
        self._executor: Executor | None = None

    @property
    def executor(self) -> Executor:
        """What chunks are submitted to."""
        if self._executor is None:
            self._executor = self.start()
        return self._executor

    @property
    def ahead(self) -> int:
        """How many chunks may be submitted at once, so that memory is bounded and nobody waits."""
        raise NotImplementedError

    def start(self) -> Executor:
        """Start the workers.

        Raises:
            SpecError: they can't be.
        """
        raise NotImplementedError

    def renew(self) -> None:
        """Start workers in place of those that have died, where the engine does not do so itself."""

    def close(self) -> None:
        """End the workers, and forget what they have not begun."""
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Processes(Engine):
    """Processes on this machine; each starts a Python of its own, so that nothing is shared by accident.

    Args:
        workers: how many.
    """

    loses_all = True

    def __init__(self, workers: int) -> None:
        from concurrent.futures.process import BrokenProcessPool

        super().__init__()
        self.workers = workers
        self.lost = (BrokenProcessPool,)

    @property
    def ahead(self) -> int:
        return _CHUNKS_AHEAD * self.workers

    def start(self) -> Executor:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        return ProcessPoolExecutor(self.workers, get_context("spawn"), initializer=_ignore_interruptions)

    def renew(self) -> None:
        self.close()


class Cluster(Engine):
    """The workers of a scheduler of Dask, here or on other machines. It gives the chunks of one that dies to another.

    Args:
        address: of the scheduler, ``tcp://host:8786``; or ``local``, for one that is started here.
        workers: how many to start, of a local one; as many as there are processors unless that is said.
    """

    def __init__(self, address: str, workers: int | None = None) -> None:
        super().__init__()
        if address != "local" and workers is not None:
            raise SpecError(
                f"the cluster at `{address}` has its workers", hint="`--workers` starts some of a local one"
            )
        self.address = address
        self.workers = workers
        self._client: Any = None

    @property
    def ahead(self) -> int:
        threads = sum(self._client.nthreads().values()) if self._client is not None else 0
        return _CHUNKS_AHEAD * max(threads, 1)

    def start(self) -> Executor:
        try:
            import distributed
        except ImportError:
            raise SpecError("a cluster needs Dask's scheduler", hint=install_hint("distributed")) from None
        dask: Any = distributed  # which says nothing of its types
        self.lost = (dask.KilledWorker,)
        if self.address == "local":
            quietly = {"dashboard_address": ":0", "silence_logs": logging.CRITICAL}
            with _interruptions_ignored():
                cluster = dask.LocalCluster(n_workers=self.workers, threads_per_worker=1, **quietly)
            self._client = dask.Client(cluster)
        else:
            self._client = self._connected(dask.Client)
        executor: Executor = self._client.get_executor()
        return executor

    def close(self) -> None:
        """Forget what has not begun; a cluster that was started here ends, any other goes on."""
        self._executor = None
        if self._client is None:
            return
        client, cluster, self._client = self._client, self._client.cluster, None
        client.close()  # which forgets what it has submitted
        if self.address == "local":
            cluster.close()

    def _connected(self, client: Any) -> Any:
        try:
            return client(self.address, timeout=_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            hint = "`dask scheduler` prints its address: `tcp://host:8786`; `local` starts a cluster here"
            message = f"no scheduler answers at `{self.address[:80]}`: {str(error).splitlines()[0][:200]}"
            raise SpecError(message, hint=hint) from None


def engine_of(workers: int | None = None, cluster: str | None = None) -> Engine | None:
    """The engine that somebody asked for; ``None`` for this process alone.

    Raises:
        SpecError: workers beside a cluster that has its own, or more of them than anybody has.
    """
    if cluster is not None:
        return Cluster(cluster, workers)
    if workers is not None and workers > _MOST_WORKERS:
        raise SpecError(f"{workers:,} workers are more than {_MOST_WORKERS}", hint="`--cluster` is for more machines")
    return Processes(workers) if workers is not None and workers > 1 else None


@contextmanager
def _interruptions_ignored() -> Iterator[None]:
    """Let processes that start meanwhile ignore Ctrl-C, which this one handles; only the main thread can say so."""
    import signal
    import threading

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


def _ignore_interruptions() -> None:
    """Leave Ctrl-C to the process that waits for this one."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
