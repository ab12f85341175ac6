"""What figures are called and what kind they are; both follow from the metric's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.conventions import CONVENTIONS
from cnncost.metrics import METRICS
from cnncost.metrics.metric import CHEAPEST
from cnncost.report.totals import COUNTED

if TYPE_CHECKING:
    from cnncost.conventions import Convention
    from cnncost.render.document import Kind
    from cnncost.settings import Settings

TEXTBOOK = CONVENTIONS["textbook"]
"""By which FLOPs are counted where nothing else is said."""

_TERMS = {"macs": "MACs", "param": "parameter"}
_SPELT_OUT = {
    "param_bytes": "parameters",
    "buffer_bytes": "buffer memory",
    "activation_bytes": "activations",
    "gradient_bytes": "gradients",
    "optimizer_bytes": "optimizer",
    "traffic_bytes": "traffic",
    "memory_bytes": "memory",
    "im2col_bytes": "im2col",
}


def kind_of(metric: str) -> Kind:
    """Bytes where the name says so, else a count.

    >>> kind_of("activation_bytes"), kind_of("weight_gradient_flops")
    ('bytes', 'count')
    """
    return "bytes" if metric.endswith("_bytes") else "count"


def heading_of(metric: str, convention: Convention = TEXTBOOK) -> str:
    """The metric's name for people: what is counted as FLOPs has the unit of its convention.

    >>> heading_of("weight_gradient_flops"), heading_of("macs"), heading_of("pool_index_bytes")
    ('weight gradient FLOPs', 'MACs', 'pool index')
    >>> heading_of("backward_flops", CONVENTIONS["macs"])
    'backward MACs'
    >>> heading_of("count:fvcore"), detail_of("count:fvcore", TEXTBOOK)
    ('fvcore', '(MACs)')
    >>> heading_of("winograd_2_bytes"), detail_of("winograd_2_bytes", TEXTBOOK)
    ('Winograd 2×2', 'memory')
    """
    if metric.startswith(COUNTED):
        return metric.removeprefix(COUNTED)
    if metric in _SPELT_OUT:
        return _SPELT_OUT[metric]
    if algorithm := _algorithm_of(metric):
        return algorithm
    terms = {**_TERMS, "flops": convention.unit}
    return " ".join(terms.get(word, word) for word in metric.removesuffix("_bytes").split("_"))


def full_heading_of(metric: str, convention: Convention) -> str:
    """The heading in one line with its detail.

    >>> full_heading_of("flops", TEXTBOOK), full_heading_of("params", TEXTBOOK)
    ('FLOPs (textbook)', 'params')
    """
    return f"{heading_of(metric, convention)} {detail_of(metric, convention)}".strip()


def settings_parts(settings: Settings) -> tuple[str, ...]:
    """What one must know of the settings to read figures.

    >>> from cnncost.settings import Settings
    >>> settings_parts(Settings(batch=8))
    ('batch 8', 'float32', 'inference', 'FLOPs: textbook convention')
    """
    return (
        f"batch {settings.batch}",
        settings.dtype,
        f"training with {settings.optimizer}" if settings.training else "inference",
        f"{settings.convention.unit}: {settings.convention.name} convention",
    )


def detail_of(metric: str, convention: Convention) -> str:
    """What the heading must not leave unsaid: FLOPs are nobody's without their convention, nor it without its unit."""
    if metric.startswith(COUNTED):
        return f"({CONVENTIONS[metric.removeprefix(COUNTED)].unit})"
    if metric == "flops" or metric.endswith("_flops"):
        return f"({convention.name})"
    if _algorithm_of(metric):
        return "memory" if metric.endswith("_bytes") else "mults"
    return ""


def _algorithm_of(metric: str) -> str:
    """The heading of the convolution algorithm that a metric is of, empty for every other metric."""
    name, _, what = metric.rpartition("_")
    if metric in METRICS or what not in ("multiplications", "bytes"):
        return ""
    if metric == CHEAPEST:
        return "cheapest"
    from cnncost.algorithms import ALGORITHMS  # only those who ask for them pay

    return ALGORITHMS[name].short if name in ALGORITHMS else ""
