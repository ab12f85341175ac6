"""Totals by name: those of the report, and the memory that they add up to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError, did_you_mean

if TYPE_CHECKING:
    from cnncost.report.report import Report

MEMORY_PARTS = {
    "infer": ("param_bytes", "buffer_bytes", "activation_bytes"),
    "train": ("param_bytes", "buffer_bytes", "activation_bytes", "gradient_bytes", "optimizer_bytes"),
}
"""What the textbook adds up to the memory of a network, by mode (notes 004, Memory Formulas)."""


COUNTED = "count:"
"""What stands before a convention's name where its count is one figure among others: ``count:fvcore``."""


def counted(report: Report) -> tuple[str, ...]:
    """The figures of several conventions side by side, where the report has them."""
    return tuple(COUNTED + name for name in report.counts)


def memory_bytes(report: Report) -> int | None:
    """Bytes of everything the textbook counts in the report's mode; ``None`` where a part is unknown.

    >>> from cnncost import analyze
    >>> report = analyze("resnet50")
    >>> memory_bytes(report) == report.totals.param_bytes + report.totals.buffer_bytes + report.totals.activation_bytes
    True
    """
    parts = [report.totals[part] for part in MEMORY_PARTS[report.settings.mode]]
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def total_of(report: Report, name: str) -> int | None:
    """A total of the report, its `memory_bytes`, or what a convention counts.

    Raises:
        SpecError: there is no such figure.
    """
    if name == "memory_bytes":
        return memory_bytes(report)
    if name in counted(report):
        return report.counts[name.removeprefix(COUNTED)].total
    if name not in report.totals:
        known = [*report.totals, "memory_bytes"]
        raise SpecError(f"unknown figure `{name[:80]}`{did_you_mean(name, known)}", hint=f"they are {', '.join(known)}")
    return report.totals[name]
