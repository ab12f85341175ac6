"""Runs over the points of a space: chunks are computed, here or by an engine's workers, and written as they come."""

from __future__ import annotations

import pickle
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, wait
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from cnncost.errors import SpecError
from cnncost.progress import no_progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnncost.progress import Progress
    from cnncost.spaces.execution.engines import Engine
    from cnncost.spaces.figures import Figures
    from cnncost.spaces.points import Points
    from cnncost.spaces.results.sinks import Sink

MOST_LOSSES = 3
"""How often the worker of a chunk may die before it counts as the chunk's fault."""


class Evaluates(Protocol):
    """What says what points cost; it is pickled where others compute."""

    def evaluate(self, points: Points, /) -> Figures:
        """The figures of some points."""


def run(
    evaluator: Evaluates,
    chunks: Iterable[Points],
    sink: Sink,
    *,
    total: int,
    progress: Progress = no_progress,
    engine: Engine | None = None,
) -> None:
    """Compute chunks of points and hand them to one sink, each point once; with an engine, in any order.

    Few chunks are under way at once, so that memory does not grow with the space. What was written stays written,
    whatever happens: an interruption, an error, or the death of workers.

    Args:
        evaluator: says what points cost.
        chunks: the points that are not there yet.
        sink: where results go.
        total: how many points there are.
        progress: told how many of them are done.
        engine: who computes; nobody for this process.

    Raises:
        SpecError: what the evaluator raises; or workers that die again and again at the same points.
    """
    progress("points", len(sink.done), total)
    results = _here(evaluator, chunks) if engine is None else _Elsewhere(evaluator, engine).results(chunks)
    for points, figures in results:
        sink.append(points, figures)
        progress("points", len(sink.done), total)


def _here(evaluator: Evaluates, chunks: Iterable[Points]) -> Iterator[tuple[Points, Figures]]:
    for points in chunks:
        yield points, evaluator.evaluate(points)


class _Elsewhere:
    """Chunks that the workers of an engine compute."""

    def __init__(self, evaluator: Evaluates, engine: Engine) -> None:
        self.data = pickle.dumps(evaluator)
        self.engine = engine
        self.again: deque[Points] = deque()
        """Chunks whose worker died."""
        self.under_way: dict[Future[Figures], Points] = {}
        self.losses: dict[int, int] = {}
        """How often workers died while a chunk was under way, by the index of its first point."""

    def results(self, chunks: Iterable[Points]) -> Iterator[tuple[Points, Figures]]:
        """The chunks with their figures, as they are done."""
        waiting = iter(chunks)
        with self.engine:
            while self._submit(waiting):
                done, _ = wait(self.under_way, return_when=FIRST_COMPLETED)
                if self.engine.loses_all and any(self._is_lost(future) for future in done):
                    done, _ = wait(self.under_way)
                for future in done:
                    points = self.under_way.pop(future)
                    if self._is_lost(future):
                        self._lose(points, future.exception())
                    else:
                        yield points, future.result()
                if self.again:
                    self.engine.renew()

    def _submit(self, waiting: Iterator[Points]) -> bool:
        """Submit chunks until as many are under way as may be, the lost ones first; whether any is under way."""
        executor = self.engine.executor
        while len(self.under_way) < self.engine.ahead:
            points = self.again.popleft() if self.again else next(waiting, None)
            if points is None:
                break
            try:
                self.under_way[executor.submit(evaluate, self.data, points)] = points
            except self.engine.lost as error:  # a worker died just now; what it had will come back
                self._lose(points, error)
                if not self.under_way:
                    self.engine.renew()
                    executor = self.engine.executor
                    continue
                break
        return bool(self.under_way)

    def _is_lost(self, future: Future[Figures]) -> bool:
        return isinstance(future.exception(), self.engine.lost)

    def _lose(self, points: Points, error: BaseException | None) -> None:
        """Take a chunk whose worker died to be submitted again.

        Raises:
            SpecError: that happened too often.
        """
        losses = self.losses[points.start] = self.losses.get(points.start, 0) + 1
        if losses >= MOST_LOSSES:
            message = f"workers died {losses} times with the points {points.start} to {points.indices[-1]} under way"
            hint = "fewer of them leave more memory for each; a script guards its calls by `if __name__ == '__main__':`"
            raise SpecError(message, hint=hint) from error
        self.again.append(points)


def evaluate(data: bytes, points: Points) -> Figures:
    """The figures of some points, in a worker: from a pickled evaluator, which it keeps for the next chunk."""
    return _evaluator(data).evaluate(points)


@lru_cache(maxsize=2)
def _evaluator(data: bytes) -> Evaluates:
    loaded: Evaluates = pickle.loads(data)
    return loaded
