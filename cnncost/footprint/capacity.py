"""Whether a step fits: what it needs, what there is, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.amounts import parse_bytes
from cnncost.arguments import whole_number, wrong_type
from cnncost.errors import SpecError
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from cnncost.footprint.report import MemoryReport


class Capacity(NamedTuple):
    """Memory that there is."""

    bytes: int
    """How much."""
    source: str
    """Who says so: what was asked for, as it was written, or a device."""


class Verdict(NamedTuple):
    """Whether a step fits into a memory."""

    capacity: Capacity
    """What there is."""
    needed_bytes: int
    """What the step needs at the least."""
    most_bytes: int | None
    """What it needs at the most; ``None`` where nobody can say."""
    basis: str
    """What of the report is compared: ``reserved_bytes`` or ``peak_bytes``."""

    @property
    def fits(self) -> bool | None:
        """Whether it fits; ``None`` where what is known allows both."""
        if self.needed_bytes > self.capacity.bytes:
            return False
        return True if self.most_bytes is not None and self.most_bytes <= self.capacity.bytes else None

    @property
    def free_bytes(self) -> int:
        """What is left beside what is needed at the least; negative where it is too little."""
        return self.capacity.bytes - self.needed_bytes

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the JSON holds it."""
        return {
            "capacity_bytes": self.capacity.bytes,
            "capacity_source": self.capacity.source,
            "basis": self.basis,
            "needed_bytes": self.needed_bytes,
            "most_bytes": self.most_bytes,
            "fits": self.fits,
            "free_bytes": self.free_bytes,
        }


def capacity_of(memory: object) -> Capacity:
    """The memory that somebody asks for: a number of bytes, or a text such as ``24GiB``.

    Raises:
        SpecError: it is neither, or nothing.

    >>> capacity_of("24GiB").bytes - capacity_of("24GB").bytes
    1769803776
    """
    if isinstance(memory, str):
        number, written = parse_bytes(memory), memory.strip()
    else:
        whole = whole_number(memory)
        if whole is None:
            raise wrong_type("`memory`", 'a number of bytes, or a text such as "24GiB"', memory)
        number, written = whole, f"{whole} bytes"
    if number < 1:
        raise SpecError("`memory` must be at least one byte", hint="write an amount such as `24GiB`")
    return Capacity(number, written)


def verdict_on(report: MemoryReport, capacity: Capacity) -> Verdict:
    """Whether a step fits.

    What the allocator takes from the card is compared where that is known, the live tensors where it is not: on a
    processor these are all, on a card what comes to them is bounded at best.
    """
    reserved = report.reserved_bytes
    least, basis = (report.peak_bytes, "peak_bytes") if reserved is None else (reserved, "reserved_bytes")
    return Verdict(capacity, least, _most(report), basis)


def _most(report: MemoryReport) -> int | None:
    """What a step needs at the most, where anybody can say."""
    if report.lower_bound:
        return None
    if report.reserved_bytes is not None:
        return report.reserved_bytes
    if report.settings.device == "cpu":
        return report.peak_bytes
    return None if report.workspace_bytes is None else report.peak_bytes + report.workspace_bytes
