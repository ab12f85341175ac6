"""What sources print of networks beside the exact figures, as tables."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from cnncost.render.document import ESSENTIAL, Column, Document, Line, Table, Typed
from cnncost.render.parts.headings import detail_of, heading_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cnncost.conventions import Convention
    from cnncost.published.claims import Claim, Judgement, PublishedComparison, What

_READINGS: dict[What, str] = {
    "params": "{}",
    "params_without_heads": "without heads, {}",
    "macs": "MACs, {}",
    "double_macs": "2 × MACs, {}",
    "flops": "FLOPs, {}",
}
_SHORT_READINGS: dict[What, str] = {**_READINGS, "params_without_heads": "{} *"}
"""For people, who find out below what the star is for."""


def claims_document(comparison: PublishedComparison) -> Document:
    """Claims, one a line; for people below their networks, the counts first and then what they were made for."""
    return Document(
        tables=lambda: _tables(comparison),
        records=lambda: _records(comparison),
        notes=_notes(comparison),
        data=comparison.to_dict,
    )


def _tables(comparison: PublishedComparison) -> tuple[Table, ...]:
    counts = _table(
        comparison,
        "counts, as printed and as they are",
        _count_columns(comparison.convention),
        lambda claim: claim.params_judged is not None or claim.flops_judged is not None,
        _counts,
    )
    counts = counts._replace(legends=_legends(comparison))
    uses = _table(
        comparison,
        "accuracy, and operations per parameter",
        _use_columns(comparison.convention),
        lambda claim: claim.printed.accuracy is not None or claim.printed_flops_per_param is not None,
        _uses,
    )
    shown = [table for table in (counts, uses) if table.lines] or [counts]
    shown[0] = shown[0]._replace(notes=_reasons(comparison))
    return tuple(shown)


def _table(
    comparison: PublishedComparison,
    title: str,
    columns: tuple[Column, ...],
    belongs: Callable[[Claim], bool],
    cells: Callable[[Claim], tuple[Any, ...]],
) -> Table:
    """The claims that belong on a table, each below the network and the year that it is of."""
    lines: list[Line] = []
    for name, claims in groupby(filter(belongs, comparison.claims), key=_network):
        lines.append(Line((name,), title=True))
        lines += [Line((claim.printed.source, *cells(claim)), level=1) for claim in claims]
    return Table(columns, tuple(lines), title=title)


def _network(claim: Claim) -> str:
    return claim.network if claim.year is None else f"{claim.network}, {claim.year}"


def _count_columns(convention: Convention) -> tuple[Column, ...]:
    return (
        Column("source", "source"),
        Column("params_printed", "params", "typed", "printed", priority=ESSENTIAL + 5),
        Column("params", "params", "typed", "exact", priority=ESSENTIAL + 4),
        Column("params_verdict", "", detail="printed is", priority=ESSENTIAL + 3),
        Column("flops_printed", "FLOPs", "typed", "printed", priority=ESSENTIAL + 5),
        Column("macs", "MACs", "count", "exact", priority=ESSENTIAL + 1),
        Column("flops", heading_of("flops", convention), "count", detail_of("flops", convention), priority=ESSENTIAL),
        Column("flops_verdict", "", detail="printed is", priority=ESSENTIAL + 3),
    )


def _counts(claim: Claim, readings: Mapping[What, str] = _SHORT_READINGS) -> tuple[Any, ...]:
    printed = claim.printed
    return (
        Typed("text", printed.params),
        Typed("count", claim.params, exact=True),
        _verdict(claim.params_judged, readings),
        Typed("text", printed.flops),
        claim.macs,
        claim.flops,
        _verdict(claim.flops_judged, readings),
    )


def _use_columns(convention: Convention) -> tuple[Column, ...]:
    unit = heading_of("flops", convention)
    return (
        Column("source", "source"),
        Column("accuracy", "accuracy", "points", "%", priority=ESSENTIAL + 5),
        Column("metric", "of", priority=ESSENTIAL + 4),
        Column("printed_flops_per_param", "FLOPs/param", "number", "as printed", priority=ESSENTIAL + 3),
        Column("macs_per_param", "MACs/param", "number", "exact", priority=ESSENTIAL + 2),
        Column("flops_per_param", f"{unit}/param", "number", detail_of("flops", convention), priority=ESSENTIAL + 1),
    )


def _uses(claim: Claim) -> tuple[Any, ...]:
    metric = "" if claim.printed.accuracy is None else claim.printed.metric
    quotients = claim.printed_flops_per_param, claim.macs_per_param, claim.flops_per_param
    return (claim.printed.accuracy, metric, *quotients)


def _records(comparison: PublishedComparison) -> Table:
    """Everything that is said of a claim, in one line."""
    columns = (
        Column("network", "network"),
        Column("year", "year"),
        *_count_columns(comparison.convention),
        *_use_columns(comparison.convention)[1:],
        Column("note", "note"),
    )
    lines = [
        (claim.network, claim.year, claim.printed.source, *_counts(claim, _READINGS), *_uses(claim), claim.printed.note)
        for claim in comparison.claims
    ]
    return Table(columns, tuple(map(Line, lines)))


def _verdict(judgement: Judgement | None, readings: Mapping[What, str]) -> str:
    """In words, what is printed: `MACs, rounded`, `2 × MACs, off by -3.5 %`; of parameters, `rounded` alone."""
    if judgement is None:
        return ""
    return readings[judgement.what].format(judgement.agreement or f"off by {_error(100 * judgement.error)}")


def _error(percent: float) -> str:
    if abs(percent) < 0.1:
        return "<0.1 %"
    return f"{percent:+.{1 if abs(percent) < 10 else 0}f} %"


def _legends(comparison: PublishedComparison) -> tuple[tuple[str, str], ...]:
    """What the star is for, where there is one."""
    headless = {
        claim.network: f"{claim.params_without_heads:,} of {claim.network}"
        for claim in comparison.claims
        if claim.params_judged and claim.params_judged.what == "params_without_heads"
    }
    if not headless:
        return ()
    return (("params_verdict", f"*: of the parameters without auxiliary heads, {', '.join(headless.values())}"),)


def _reasons(comparison: PublishedComparison) -> tuple[str, ...]:
    """Why figures that are printed are not the exact ones, as far as the specs say it."""
    return tuple(
        f"{claim.network} in {claim.printed.source}: {claim.printed.note}"
        for claim in comparison.claims
        if claim.printed.note
    )


def _notes(comparison: PublishedComparison) -> tuple[str, ...]:
    what = "exact figures are of one sample in inference"
    if not comparison.silent:
        return (what,)
    return (what, f"nothing is published of {', '.join(comparison.silent)}")
