"""Whether a step fits: what it needs, what there is, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.amounts import parse_bytes
from cnncost.arguments import is_path, whole_number, wrong_type
from cnncost.errors import SpecError
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from cnncost.devices import Device
    from cnncost.footprint.report import MemoryReport

LARGEST_CONTEXT = 426 * 2**20
"""What CUDA's context took at most, on the cards of which that was read."""


class Capacity(NamedTuple):
    """Memory that there is."""

    bytes: int
    """How much."""
    source: str
    """What was asked for: an amount, as it was written, or a card by its maker's name."""
    about: str = ""
    """Of a card, what of its memory this is, and who says so."""

    @property
    def place(self) -> str:
        """Where there is that much, in words: in an amount, on a card."""
        return f"{'on' if self.about else 'in'} {self.source}"


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
            "capacity_about": self.capacity.about,
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


def capacity_on(card: Device) -> Capacity:
    """The memory that programs find on a card.

    Raises:
        SpecError: it is not known.

    >>> from cnncost.devices import device
    >>> capacity_on(device("rtx4090")).about
    'what programs can take of its 24,564 MiB (ali-vilab/VGen issue 104)'
    """
    available = card.available_bytes
    if available is None:
        raise SpecError(f"how much memory an {card.title} has is not known", hint="say it: an amount such as `16GiB`")
    if card.usable_bytes is None:
        return Capacity(available, card.title, f"all of its memory, as the driver tells it ({card.sources['memory']})")
    whole = "it" if card.memory_bytes is None else f"its {card.memory_bytes // 2**20:,} MiB"
    return Capacity(available, card.title, f"what programs can take of {whole} ({card.sources['usable']})")


def place_of(device: object, memory: object) -> tuple[str, Capacity | None]:
    """Where a step runs, as its settings name it, and what memory there is, if anybody says.

    Args:
        device: ``cpu``, ``cuda``, a known card, or a device's profile. A card without a profile is any ``cuda``.
        memory: an amount that takes the place of what the card has, or nothing.

    Raises:
        SpecError: no such device, no name at all, or its memory is not known and not given either.

    >>> place_of("RTX 4090", None)[0], place_of("NVIDIA H200", "40GB")[0]
    ('cuda', 'h200')
    """
    capacity = None if memory is None else capacity_of(memory)
    if not is_path(device):
        raise wrong_type("`device`", "the name of a device, or the path of a profile", device)
    device = str(device)
    if device in ("cpu", "cuda"):
        return device, capacity
    from cnncost.devices import device as card_called
    from cnncost.devices import memory_profile, profile, profiles

    if device.endswith((".yaml", ".yml")):
        memory_profile(device)
        card, name = profile(device).card, device
        return name, capacity if card is None or capacity is not None else capacity_on(card_called(card))
    known = card_called(device)
    name = known.name if known.name in profiles() else "cuda"
    return name, capacity if capacity is not None else capacity_on(known)


def verdict_on(report: MemoryReport, capacity: Capacity) -> Verdict:
    """Whether a step fits.

    What the allocator takes from the card is compared where that is known, the live tensors where it is not: on a
    processor these are all, on a card what comes to them is bounded at best.
    """
    basis = "reserved_bytes" if report.settings.has_profile else "peak_bytes"
    known = getattr(report, basis)
    least, most = _besides(report)
    return Verdict(capacity, known + least, None if most is None else known + most, basis)


def _besides(report: MemoryReport) -> tuple[int, int | None]:
    """What comes to it at the least and at the most: workspaces where they are not in it, and the context."""
    device = report.settings.device
    if report.lower_bound:
        return 0, None
    if device == "cpu":
        return 0, 0
    if report.settings.has_profile:
        from cnncost.devices import memory_profile  # only who names a card reads its file

        return memory_profile(device).context
    return 0, None if report.workspace_bytes is None else report.workspace_bytes + LARGEST_CONTEXT
