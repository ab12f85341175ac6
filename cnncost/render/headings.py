"""What figures are called and what kind they are; both follow from the metric's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnncost.render.sheet import Kind

_TERMS = {"macs": "MACs", "flops": "FLOPs", "param": "parameter"}
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


def heading_of(metric: str) -> str:
    """The metric's name for people.

    >>> heading_of("weight_gradient_flops"), heading_of("macs"), heading_of("pool_index_bytes")
    ('weight gradient FLOPs', 'MACs', 'pool index')
    """
    if metric in _SPELT_OUT:
        return _SPELT_OUT[metric]
    return " ".join(_TERMS.get(word, word) for word in metric.removesuffix("_bytes").split("_"))


def detail_of(metric: str, convention: str) -> str:
    """What the heading must not leave unsaid: FLOPs are nobody's without their convention."""
    if metric == "flops" or metric.endswith("_flops"):
        return f"({convention})"
    return ""
