"""Where results go: columns in memory, or a file, chunk by chunk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from cnncost.errors import SpecError
from cnncost.files import shown_path
from cnncost.spaces.results.files.claim import Claim
from cnncost.spaces.results.files.lines import delete
from cnncost.spaces.results.files.table_file import table_file
from cnncost.spaces.results.indices import Indices
from cnncost.spaces.results.objectives import refuse_missing
from cnncost.spaces.results.record import read_record, record_path, write_record
from cnncost.spaces.results.sweep import INDEX, Sweep

if TYPE_CHECKING:
    from cnncost.spaces.figures import Figures
    from cnncost.spaces.points import Points
    from cnncost.spaces.results.files.table_file import TableFile
    from cnncost.spaces.results.record import SweepRecord


class Sink(Protocol):
    """Where results go."""

    @property
    def done(self) -> Indices:
        """The points that are there already, by their indices in the space."""

    def append(self, points: Points, figures: Figures) -> None:
        """Take in some points, in any order; those that are there already are left out."""

    def close(self) -> None:
        """Nothing more comes, be it all or not."""


class Memory:
    """Holds results until all are there.

    >>> import numpy as np
    >>> from cnncost.spaces.figures import Figures
    >>> from cnncost.spaces.points import Points
    >>> memory = Memory("net")
    >>> memory.append(Points({"width": [1, 2]}), Figures({"params": np.array([10, 40])}, [None, None]))
    >>> memory.sweep()
    <Sweep of 'net': 2 points; width; params=10 to 40>
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.done = Indices()
        self._parts: list[tuple[Points, Figures]] = []

    def append(self, points: Points, figures: Figures) -> None:
        """Take in some points."""
        if self.done.missing(points.indices) == [points.indices]:
            self._parts.append((points, figures))
            self.done.add(points.indices)

    def close(self) -> None:
        """What is in memory stays there."""

    def sweep(self) -> Sweep:
        """All of them, in the order of the space.

        Raises:
            SpecError: there are none.
        """
        if not self._parts:
            raise SpecError("no point has been computed")
        return Sweep.of(self.name, self._parts)


class ResultFile:
    """A file of results, with the record of what it is of beside it.

    Args:
        path: of the file; its suffix says the format.
        record: of the sweep.
        name: of the network.
        resume: go on with what is there, if anything is.

    Raises:
        SpecError: the file is of another sweep, or of one that is not finished and is not to be gone on with; it is
            none of ours, or another process is writing it.
    """

    def __init__(self, path: str, record: SweepRecord, name: str, *, resume: bool) -> None:
        self.path, self.name = path, name
        self.record = record
        self.done = Indices()
        self._file: TableFile = table_file(path)
        self._claim = Claim(path)
        try:
            self._resume() if resume else self._begin()
            write_record(path, self.record)
        except BaseException:
            self.close()
            raise

    def append(self, points: Points, figures: Figures) -> None:
        """Write some points; those that are there already are left out."""
        part = Sweep.of(self.name, [(points, figures)])
        for missing in self.done.missing(points.indices):
            rows = part.columns
            if len(missing) < len(points):
                places = slice(missing.start - points.start, missing.stop - points.start)
                rows = {name: column[places] for name, column in rows.items()}
            self._file.write(rows, part.figures)
            self.done.add(missing)

    def finish(self) -> None:
        """Say that all points are there."""
        self._file.finish()
        self.record = self.record.model_copy(update={"finished": True})
        write_record(self.path, self.record)
        self.close()

    def close(self) -> None:
        """Let other processes write it."""
        self._claim.give_up()

    def _begin(self) -> None:
        found = read_record(self.path)
        if found is not None and not found.finished:
            hint = "`--resume` goes on with it; delete the file to begin anew"
            raise SpecError(f"`{shown_path(self.path)}` has the beginning of a sweep", hint=hint)
        if found is None and self._file.exists:
            hint = "name another file, or delete it"
            raise SpecError(f"`{shown_path(self.path)}` is there already, and no sweep of ours wrote it", hint=hint)
        self._file.delete()
        delete(record_path(self.path))

    def _resume(self) -> None:
        found = read_record(self.path)
        if found is None:
            if self._file.exists:
                hint = "leave `--resume` out to write the file anew"
                raise SpecError(f"`{record_path(self.path)}` is missing, which says what the sweep is of", hint=hint)
            return
        self.record.refuse_unless_same(found, self.path)
        self.record = found
        self._file.repair()
        if self._file.exists:
            self._take_in()

    def _take_in(self) -> None:
        rows = 0
        for columns in self._file.read(self.record.figures):
            refuse_missing(INDEX, columns)
            rows += len(columns[INDEX])
            self.done.update(Indices.of(columns[INDEX]))
        if rows > len(self.done):
            hint = "the file was changed: delete it to begin anew"
            raise SpecError(f"`{shown_path(self.path)}` has a point twice", hint=hint)
