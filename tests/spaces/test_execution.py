"""Chunks elsewhere: every point once, whoever dies; errors and interruptions as they should be."""

from __future__ import annotations

import os
import pickle
import signal
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest

from cnncost import SpecError
from cnncost.spaces.evaluation.evaluator import Evaluator
from cnncost.spaces.execution.engines import Cluster, Engine, Processes
from cnncost.spaces.execution.run import run
from cnncost.spaces.figures import Figures
from cnncost.spaces.points import Points
from cnncost.spaces.results.indices import Indices

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHUNK, POINTS = 50, 500


class Written:
    """A sink that counts how often each point comes."""

    def __init__(self) -> None:
        self.done = Indices()
        self.counts = np.zeros(POINTS, dtype=int)
        self.values: dict[int, int] = {}

    def append(self, points: Points, figures: Figures) -> None:
        self.counts[points.start : points.start + len(points)] += 1
        self.values |= dict(zip(points.indices, figures.columns["square"].tolist(), strict=True))
        self.done.add(points.indices)


class Squares(NamedTuple):
    """An evaluator that squares; at some point its process dies, as often as there are files to take away."""

    folder: str
    """Where the files are."""
    deadly: int = -1
    """The point."""

    def evaluate(self, points: Points) -> Figures:
        if self.deadly in points.indices and os.path.exists(self.folder):
            for name in os.listdir(self.folder):
                os.remove(os.path.join(self.folder, name))
                os.kill(os.getpid(), signal.SIGKILL)
        if points.start < 0:
            raise SpecError("no such point", hint="begin at 0")
        return Figures({"square": points.columns["width"] ** 2}, [None] * len(points))


def chunks(first: int = 0) -> Iterator[Points]:
    for start in range(first, first + POINTS, CHUNK):
        yield Points({"width": np.arange(start, start + CHUNK)}, start)


def deaths(folder: Path, number: int) -> str:
    for place in range(number):
        (folder / str(place)).touch()
    return str(folder)


def check(written: Written) -> None:
    assert (written.counts == 1).all()
    assert written.values == {place: place * place for place in range(POINTS)}


def engines() -> dict[str, Any]:
    return {"processes": lambda: Processes(2), "cluster": lambda: Cluster("local", 2)}


@pytest.mark.parametrize("kind", ["processes", "cluster"])
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_every_point_comes_once_though_a_worker_dies(kind: str, tmp_path: Path) -> None:
    if kind == "cluster":
        pytest.importorskip("distributed")
    written, told = Written(), []
    evaluator = Squares(deaths(tmp_path, 1), deadly=120)
    engine = engines()[kind]()
    run(evaluator, chunks(), written, total=POINTS, progress=lambda *state: told.append(state), engine=engine)
    check(written)
    assert os.listdir(tmp_path) == []
    assert (told[0], told[-1]) == (("points", 0, POINTS), ("points", POINTS, POINTS))


def test_workers_that_die_again_and_again_are_an_error(tmp_path: Path) -> None:
    written = Written()
    with pytest.raises(SpecError, match=r"workers died 3 times with the points \d+ to \d+ under way"):
        run(Squares(deaths(tmp_path, 9), deadly=120), chunks(), written, total=POINTS, engine=Processes(1))
    assert set(written.counts.tolist()) <= {0, 1}


def test_what_the_evaluator_refuses_is_raised_here() -> None:
    with pytest.raises(SpecError, match="no such point") as raised:
        run(Squares(""), chunks(-POINTS), Written(), total=POINTS, engine=Processes(1))
    assert raised.value.hint == "begin at 0"


def test_an_interruption_ends_the_workers_and_keeps_what_came() -> None:
    class Interrupted(Written):
        def append(self, points: Points, figures: Figures) -> None:
            super().append(points, figures)
            raise KeyboardInterrupt

    written, engine = Interrupted(), Processes(1)
    with pytest.raises(KeyboardInterrupt):
        run(Squares(""), chunks(), written, total=POINTS, engine=engine)
    assert written.counts.sum() == CHUNK
    assert engine._executor is None


def test_few_chunks_are_under_way_at_once() -> None:
    """A space of 10^12 points is never listed: chunks are made as others are done."""
    made, written = [], Written()

    def counted() -> Iterator[Points]:
        for points in chunks():
            made.append(points.start)
            assert len(made) - written.counts.sum() / CHUNK <= 2
            yield points

    run(Squares(""), counted(), written, total=POINTS, engine=Processes(1))
    check(written)


def test_this_process_alone() -> None:
    written = Written()
    run(Squares(""), chunks(), written, total=POINTS)
    check(written)


def test_processes_find_what_one_finds() -> None:
    evaluator = Evaluator("lenet5", ["params", "macs"])
    points = Points({"classes": np.arange(1, 61), "batch": np.arange(1, 61) % 7 + 1})
    found: dict[int, Any] = {}

    class Sink:
        done = Indices()

        def append(self, points: Points, figures: Figures) -> None:
            found.update({points.start + place: figures.row(place) for place in range(len(points))})

    parts = [points.part(start, start + 20) for start in (0, 20, 40)]
    run(evaluator, parts, Sink(), total=60, engine=Processes(2))
    expected = evaluator.evaluate(points)
    assert found == {place: expected.row(place) for place in range(60)}


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_no_scheduler() -> None:
    pytest.importorskip("distributed")
    with pytest.raises(SpecError, match="no scheduler answers at `nowhere:1`"), Cluster("nowhere:1") as cluster:
        cluster.executor  # noqa: B018 - starts it
    with pytest.raises(SpecError, match="has its workers"):
        Cluster("tcp://10.0.0.1:8786", 4)


def test_an_engine_says_how_it_starts() -> None:
    with pytest.raises(NotImplementedError):
        Engine().executor  # noqa: B018
    assert pickle.loads(pickle.dumps(Squares("x"))) == Squares("x")
