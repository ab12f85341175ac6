"""Verifications as tables: what was predicted beside what PyTorch gives, one network at a time or many as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.records import NamedTuple
from cnncost.render.document import Column, Document, Line, Table, Typed
from cnncost.render.parts.headings import heading_of
from cnncost.render.parts.measurements import measurement_tables, median_seconds
from cnncost.render.parts.other_model import comparison_table, counted, difference_lines
from cnncost.render.parts.remarks import said_once
from cnncost.render.parts.verified import values_of
from cnncost.verification.result import DIFFERENT, NOT_MEASURED, SAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.verification.result import Check, Verification

SCHEMA_VERSION = 1
"""Version of the JSON form."""

_NAMED = 20
"""Layers that differ, one line each; there may be as many as there are layers."""

_VERDICTS = (SAME, DIFFERENT, NOT_MEASURED)

_IN_PART = "same, in part"
"""The verdict where nothing differs, and not all was measured."""

_WHOLE = "whole network"

_FIGURES = (
    Column("figure", "figure"),
    Column("predicted", "predicted", "typed", priority=8),
    Column("measured", "measured", "typed", priority=9),
    Column("layers", "layers the same", priority=7),
    Column("verdict", "verdict", "outcome", priority=10),
)
_CHECKS = (
    Column("layer", "layer"),
    Column("figure", "figure", priority=9),
    Column("predicted", "predicted", "typed", priority=8),
    Column("measured", "measured", "typed", priority=10),
)
_SUMMARY = (
    Column("network", "network"),
    Column("same", "same", "typed", priority=5),
    Column("different", "different", "typed", priority=6),
    Column("not_measured", "not measured", "typed", priority=2),
    Column("latency", "latency", "seconds", "median", priority=4),
    Column("verdict", "verdict", "outcome", priority=10),
)
_EVERY_CHECK = (
    Column("network", "network"),
    *_CHECKS,
    Column("verdict", "verdict", "outcome"),
    Column("note", "note"),
)


def verification_document(verifications: Sequence[Verification], notes: tuple[str, ...] = ()) -> Document:
    """One network with all that was found, or many with what differs in each.

    Args:
        verifications: of at least one network.
        notes: remarks on all of them.
    """
    one = len(verifications) == 1
    return Document(
        verifications[0].network if one else f"{len(verifications)} networks",
        _facts(verifications[0]),
        tables=lambda: _one(verifications[0], notes) if one else _many(verifications, notes),
        records=lambda: _every_check(verifications),
        data=lambda: _data(verifications),
    )


def one_network_document(verification: Verification) -> Document:
    """One network with all that was found."""
    return verification_document([verification])


def _data(verifications: Sequence[Verification]) -> dict[str, Any]:
    return {
        "schema": SCHEMA_VERSION,
        "passed": all(verification.passed for verification in verifications),
        "complete": all(verification.complete for verification in verifications),
        "verifications": [each.model_dump() for each in verifications],
    }


def _one(verification: Verification, notes: tuple[str, ...]) -> tuple[Table, ...]:
    ending = (*notes, *_failure(verification), _verdict(verification))
    summary = _figure_table(verification.checks)._replace(notes=(*_remarks(verification.checks), *ending))
    others = [comparison_table(verification.network, verification.against)] if verification.against else []
    return (summary, *_differences(verification), *others, *measurement_tables(verification))


def _figure_table(checks: Sequence[Check]) -> Table:
    return Table(_FIGURES, tuple([_figure_line(figure) for figure in _figures(checks)]))


def _many(verifications: Sequence[Verification], notes: tuple[str, ...]) -> tuple[Table, ...]:
    failed = [each for each in verifications if not each.passed]
    names = ", ".join(each.network for each in failed)
    partly = sum(each.passed and not each.complete for each in verifications)
    verdict = f"in {partly} of {len(verifications)} networks some figures are not measured; " if partly else ""
    verdict += f"{len(failed)} of {len(verifications)} networks failed: {names}" if failed else "all networks passed"
    breaks = [f"{each.network} {text}" for each in verifications for text in _failure(each)]
    timed = any(median_seconds(each) is not None for each in verifications)
    summary = Table(
        _SUMMARY if timed else tuple([column for column in _SUMMARY if column.name != "latency"]),
        tuple([_summary_line(each, timed) for each in verifications]),
        notes=(*_remarks([check for each in verifications for check in each.checks]), *notes, *breaks, verdict),
    )
    return (summary, *(table for each in failed for table in _differences(each)))


class _Figure(NamedTuple):
    """All checks of one figure: of the whole network, and of its layers."""

    name: str
    whole: tuple[Check, ...]
    layers: tuple[Check, ...]

    @property
    def verdict(self) -> str:
        verdicts = {check.verdict for check in (*self.whole, *self.layers)}
        if verdicts == {SAME, NOT_MEASURED}:
            return _IN_PART
        return next(verdict for verdict in (DIFFERENT, SAME, NOT_MEASURED) if verdict in verdicts)


def _figures(checks: Sequence[Check]) -> list[_Figure]:
    """The figures that were checked, shapes first since all others follow from them."""
    names = sorted(dict.fromkeys(check.figure for check in checks), key=lambda name: name != "output_shape")
    figures = []
    for name in names:
        those = [check for check in checks if check.figure == name]
        whole, layers = ([check for check in those if bool(check.layer) is of_layer] for of_layer in (False, True))
        figures.append(_Figure(name, tuple(whole), tuple(layers)))
    return figures


def _figure_line(figure: _Figure) -> Line:
    compared = any(check.verdict != NOT_MEASURED for check in figure.layers)
    same = sum(check.verdict == SAME for check in figure.layers)
    total = values_of(figure.whole[0]) if figure.whole else ("", "")
    count = f"{same:,} of {len(figure.layers):,}" if compared else ""
    return Line((heading_of(figure.name), *total, count, figure.verdict))


def _differences(verification: Verification) -> tuple[Table, ...]:
    """What differs from the model of the spec."""
    return _difference(f"what differs in {verification.network}", verification.checks)


def _difference(title: str, checks: Sequence[Check]) -> tuple[Table, ...]:
    """The layers that differ, in the order of execution: the first is often the cause of the others.

    The totals are in the table of figures, and here only where no layer differs.
    """
    place = {name: place for place, name in enumerate(dict.fromkeys(check.layer for check in checks))}
    differing = sorted([check for check in checks if check.verdict == DIFFERENT], key=lambda check: place[check.layer])
    layers = [check for check in differing if check.layer]
    totals = [check for check in differing if not check.layer]
    shown = (layers or totals)[:_NAMED]
    if not shown:
        return ()
    remarked = [check for check in (*shown, *(totals if layers else ())) if check.note]
    notes = list(dict.fromkeys(f"{check.layer or _WHOLE}: {check.note}" for check in remarked))
    if len(layers) > _NAMED:
        notes.append(f"{_NAMED} of {len(layers):,}; `--format json` has them all")
    lines = tuple([Line((check.layer or _WHOLE, heading_of(check.figure), *values_of(check))) for check in shown])
    return (Table(_CHECKS, lines, title=title, notes=tuple(notes)),)


def _every_check(verifications: Sequence[Verification]) -> Table:
    lines = [
        Line((each.network, check.layer, check.figure, *values_of(check), check.verdict, check.note))
        for each in verifications
        for check in each.every_check
    ]
    return Table(_EVERY_CHECK, (*lines, *[line for each in verifications for line in difference_lines(each)]))


def _summary_line(verification: Verification, timed: bool) -> Line:
    outcome = SAME if verification.complete else _IN_PART
    if not verification.passed:
        outcome = "failed" if verification.failure else DIFFERENT
    counts = [Typed("count", count, exact=True) for count in _counts(verification)]
    latency = [median_seconds(verification)] if timed else []
    return Line((verification.network, *counts, *latency, outcome))


def _remarks(checks: Sequence[Check]) -> tuple[str, ...]:
    """What is to be said of figures that agree or were not measured, once for all layers that it is said of."""
    notes = [check for check in checks if check.note and check.verdict != DIFFERENT]
    remarks = []
    for text, count in said_once(f"{heading_of(check.figure)}: {check.note}" for check in notes):
        remarks.append(f"{text} ({count:,} layers)" if count > 1 else text)
    return tuple(remarks)


def _facts(verification: Verification) -> tuple[str, ...]:
    settings, machine = verification.settings, verification.machine
    return (
        f"{machine.device}: {machine.name}",
        *([machine.driver] if machine.driver else []),
        f"PyTorch {machine.torch.partition('+')[0]}",
        f"batch {settings.batch}",
        settings.dtype,
        f"training with {settings.optimizer}" if settings.mode == "train" else "inference",
    )


def _failure(verification: Verification) -> tuple[str, ...]:
    return (f"broke off: {verification.failure}",) if verification.failure else ()


def _verdict(verification: Verification) -> str:
    same, different, unmeasured = _counts(verification)
    said = "one figure is the same" if same == 1 else f"{same:,} figures are the same"
    if verification.complete:
        said = f"the {said}" if same == 1 else f"all {said}"
    if not same:
        said = "no figure was compared"
    if different:
        said = f"{different:,} of {same + different:,} figures differ{'s' * (different == 1)}"
    said += f"; {unmeasured:,} {'is' if unmeasured == 1 else 'are'} not measured" if unmeasured else ""
    if verification.against and verification.differences:
        said += f"; {counted(verification.differences)} from {verification.against.model}"
    return said


def _counts(verification: Verification) -> tuple[int, ...]:
    """How many checks there are of each verdict."""
    verdicts = [check.verdict for check in verification.every_check]
    return tuple([verdicts.count(verdict) for verdict in _VERDICTS])
