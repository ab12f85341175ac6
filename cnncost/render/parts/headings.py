"""What figures are called and what kind of value they hold, as they say of themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.conventions import CONVENTIONS
from cnncost.metrics.metric import Unit
from cnncost.report.totals import quantity_called

if TYPE_CHECKING:
    from cnncost.conventions import Convention
    from cnncost.render.document import Kind
    from cnncost.report.totals import Quantity
    from cnncost.settings import Settings

TEXTBOOK = CONVENTIONS["textbook"]
"""By which FLOPs are counted where nothing else is said."""

_KINDS: dict[Unit, Kind] = {Unit.BYTES: "bytes", Unit.SECONDS: "seconds", Unit.NANOSECONDS: "nanoseconds"}


def kind_of(figure: str | Quantity) -> Kind:
    """Bytes and seconds as what they are, everything else as a count.

    >>> kind_of("activation_bytes"), kind_of("weight_gradient_flops")
    ('bytes', 'count')
    """
    quantity = _quantity(figure)
    return "count" if quantity is None else _KINDS.get(quantity.unit, "count")


def heading_of(figure: str | Quantity, convention: Convention = TEXTBOOK) -> str:
    """The figure's name for people: what is counted as FLOPs has the unit of its convention.

    >>> heading_of("weight_gradient_flops"), heading_of("macs"), heading_of("pool_index_bytes")
    ('weight gradient FLOPs', 'MACs', 'pool index')
    >>> heading_of("backward_flops", CONVENTIONS["macs"])
    'backward MACs'
    >>> heading_of("winograd_2_bytes"), detail_of("winograd_2_bytes"), heading_of("output_shape")
    ('Winograd 2×2', 'memory', 'output shape')
    """
    quantity = _quantity(figure)
    if quantity is None:
        return str(figure).replace("_", " ")
    return quantity.heading.replace("{unit}", convention.unit)


def detail_of(figure: str | Quantity, convention: Convention = TEXTBOOK) -> str:
    """What the heading must not leave unsaid: FLOPs are nobody's without their convention."""
    quantity = _quantity(figure)
    if quantity is None:
        return ""
    return f"({convention.name})" if quantity.unit is Unit.FLOPS else quantity.detail


def full_heading_of(figure: str | Quantity, convention: Convention) -> str:
    """The heading in one line with its detail.

    >>> full_heading_of("flops", TEXTBOOK), full_heading_of("params", TEXTBOOK)
    ('FLOPs (textbook)', 'params')
    """
    return f"{heading_of(figure, convention)} {detail_of(figure, convention)}".strip()


def title_of(figure: str | Quantity, convention: Convention) -> str:
    """What it is called where no column is around it.

    >>> title_of("param_bytes", TEXTBOOK), title_of("flops", TEXTBOOK)
    ('parameter memory', 'FLOPs (textbook)')
    """
    quantity = _quantity(figure)
    return (quantity.title if quantity is not None else "") or full_heading_of(figure, convention)


def settings_parts(settings: Settings) -> tuple[str, ...]:
    """What one must know of the settings to read figures.

    >>> from cnncost.settings import Settings
    >>> settings_parts(Settings(batch=8))
    ('batch 8', 'float32', 'inference', 'FLOPs: textbook convention')
    """
    return (
        f"batch {settings.batch}",
        settings.dtype if settings.amp is None else f"{settings.dtype} with autocast to {settings.amp}",
        f"training with {settings.optimizer}" if settings.training else "inference",
        f"{settings.convention.unit}: {settings.convention.name} convention",
        *device_parts(settings),
    )


def device_parts(settings: Settings) -> tuple[str, ...]:
    """Where latencies are of, if anywhere.

    >>> from cnncost.settings import Settings
    >>> device_parts(Settings(device="h200", channels_last=True)), device_parts(Settings())
    (('latency on h200, channels last',), ())
    """
    if settings.device is None:
        return ()
    return (f"latency on {settings.device}{', channels last' if settings.channels_last else ''}",)


def _quantity(figure: str | Quantity) -> Quantity | None:
    return quantity_called(figure) if isinstance(figure, str) else figure
