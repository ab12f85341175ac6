"""What fits into a memory: the largest batch in one line, the largest resolution, and what would help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.render.cells import shape_text
from cnncost.render.document import ESSENTIAL, Column, Document, Line, Table, Typed
from cnncost.render.parts.step import capacity_note, step_parts
from cnncost.settings import LARGEST_BATCH
from cnncost.units import bytes_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncost.footprint.fitting.capacity import Verdict
    from cnncost.footprint.fitting.fit import Change, FitReport, LargestBatch

_LARGEST = (
    Column("what", "what"),
    Column("largest", "largest that fits", priority=ESSENTIAL + 1),
    Column("needed", "needs", "typed", priority=ESSENTIAL),
)
_CHANGES = (
    Column("change", "what would help"),
    Column("needed_bytes", "needs", "bytes", priority=ESSENTIAL),
    Column("saved_bytes", "saves", "bytes", priority=2),
    Column("fits", "fits", priority=1),
    Column("largest_batch", "largest batch", "text", priority=ESSENTIAL + 1),
)
_RECORDS = (
    Column("change", "change"),
    Column("batch", "batch", "count"),
    Column("needed_bytes", "needs", "bytes"),
    Column("saved_bytes", "saves", "bytes"),
    Column("fits", "fits"),
    Column("largest_batch", "largest batch", "count"),
    Column("certain_batch", "largest batch for certain", "count"),
)
_AS_IT_IS = "as it is"
_FITS = {True: "yes", False: "no", None: "perhaps"}
_WORKS = {True: "trains", False: "runs"}


def fit_document(found: FitReport) -> Document:
    """What fits, the answer first."""
    return Document(
        headline(found),
        _facts(found),
        tables=lambda: _tables(found),
        records=lambda: _records(found),
        data=found.to_dict,
    )


def headline(found: FitReport) -> str:
    """The largest batch, and how sure that is."""
    where, works = found.verdict.capacity.place, _WORKS[found.settings.trains]
    batch = found.batch
    if not batch.most:
        return f"{found.name}: not even one sample {works} {where}"
    if batch.is_all and batch.certain == batch.most:
        return f"{found.name}: any batch {works} {where}, up to {batch.most:,}, the largest that there is"
    return f"{found.name}: {_batch_words(batch)} {works} {where}"


def _batch_words(batch: LargestBatch) -> str:
    if batch.certain is None:
        return f"at most a batch of {batch.most:,}"
    if batch.certain == batch.most:
        return f"a batch of {batch.most:,}"
    return f"a batch of {batch.certain:,}, and perhaps one of up to {batch.most:,},"


def _batch_text(batch: LargestBatch) -> str:
    """The largest batch in a cell: exact, at the most, or between two."""
    if not batch.most or batch.certain == batch.most:
        return f"{batch.most:,}"
    return f"<= {batch.most:,}" if batch.certain is None else f"{batch.certain:,} to {batch.most:,}"


def _facts(found: FitReport) -> tuple[str, ...]:
    inputs = [shape_text(shape[1:]) for shape in found.inputs.values()]
    names = [f"{name} " for name in found.inputs] if len(inputs) > 1 else ["input "]
    _, *how = step_parts(found.settings)
    return (*(name + shape for name, shape in zip(names, inputs, strict=True)), *how)


def _tables(found: FitReport) -> Iterator[Table]:
    yield Table(_LARGEST, tuple(_largest_lines(found)), notes=tuple(_notes(found)))
    if found.changes and not found.certain_batch == found.largest_batch == LARGEST_BATCH:
        yield _larger_batches(found) if found.fits else _changes(found)


def _larger_batches(found: FitReport) -> Table:
    """What would make the largest batch larger, where the one that was asked for fits as it is."""
    first = Line((_AS_IT_IS, _batch_text(found.batch)))
    lines = [Line((change.name, _batch_text(change.largest_batch))) for change in found.changes]
    return Table((_CHANGES[0], _CHANGES[-1]), (first, *lines))


def _changes(found: FitReport) -> Table:
    """What would help the batch that was asked for."""
    note = f"needs, saves and fits are of a batch of {found.settings.batch:,}"
    return Table(_CHANGES, (_as_it_is(found), *map(_change_line, found.changes)), notes=(note,))


def _largest_lines(found: FitReport) -> Iterator[Line]:
    needed = found.batch.needed_bytes
    yield Line(("batch", _batch_text(found.batch), "" if needed is None else Typed("bytes", needed)))
    resolution = found.resolution
    for name, shape in (resolution.inputs or {}).items():
        what = f"{name if len(found.inputs) > 1 else 'input'} at batch {found.settings.batch:,}"
        assert resolution.needed_bytes is not None
        certain = None if resolution.certain_inputs is None else resolution.certain_inputs[name]
        yield Line((what, _shape_range(shape, certain), Typed("bytes", resolution.needed_bytes)))


def _shape_range(most: tuple[int, ...], certain: tuple[int, ...] | None) -> str:
    """The largest shape in a cell: exact, at the most, or between two."""
    if certain == most:
        return shape_text(most)
    return f"<= {shape_text(most)}" if certain is None else f"{shape_text(certain)} to {shape_text(most)}"


def _notes(found: FitReport) -> Iterator[str]:
    yield capacity_note(found.verdict)
    yield _compared(found.verdict)
    if not found.batch.most:
        yield (
            f"one sample needs {bytes_text(found.verdict.needed_bytes)}"
            if found.settings.batch == 1
            else (f"a batch of {found.settings.batch:,} needs {bytes_text(found.verdict.needed_bytes)}")
        )
    if found.resolution.why_not is not None:
        yield f"no largest resolution: {found.resolution.why_not}"
    if not found.resolution.same_parameters:
        yield "at the largest resolution the network has another number of parameters"
    if found.resolution.is_all:
        yield "no larger resolution was looked for"
    if found.unknown_layers:
        first, *others = found.unknown_layers
        more = f" and {len(others)} more" if others else ""
        yield f"of `{first}`{more} it is not known what is kept or stored: less may fit"


def _compared(verdict: Verdict) -> str:
    """What of a step is held against the memory."""
    if verdict.basis == "reserved_bytes":
        return "compared is what PyTorch's allocator takes from the card"
    if verdict.most_bytes is None:
        return "compared are live tensors: less fits where workspaces, the allocator and the context come to them"
    if verdict.most_bytes == verdict.needed_bytes:
        return "compared are live tensors"
    return "compared are live tensors, at the most with the largest workspaces that there may be"


def _as_it_is(found: FitReport) -> Line:
    verdict = found.verdict
    return Line((_AS_IT_IS, verdict.needed_bytes, None, _FITS[verdict.fits], _batch_text(found.batch)))


def _change_line(change: Change) -> Line:
    verdict = change.verdict
    cells = (change.name, verdict.needed_bytes, change.saved_bytes, _FITS[verdict.fits])
    return Line((*cells, _batch_text(change.largest_batch)))


def _records(found: FitReport) -> Table:
    """The network as it is, and each change."""
    asked = found.settings.batch
    rows = [
        (_AS_IT_IS, asked, found.verdict.needed_bytes, 0, _FITS[found.fits], found.largest_batch, found.certain_batch)
    ]
    for change in found.changes:
        largest = change.largest_batch
        needed, fits = change.verdict.needed_bytes, _FITS[change.verdict.fits]
        rows.append((change.name, asked, needed, change.saved_bytes, fits, largest.most, largest.certain))
    return Table(_RECORDS, tuple(map(Line, rows)))
