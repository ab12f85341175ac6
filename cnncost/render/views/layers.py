"""The layer types of the language as text: a list of signatures, and one type with its parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncost.layers.base.layer import Layer


NOTES = """\
"notes" are unpublished course notes, *Convolutional Neural Networks: Complete Dissection*, with a paper beside each"""


def layer_list(registry: Mapping[str, type[Layer]]) -> str:
    """Every layer type's signature, one a line, by family in the order of their definition."""
    families: dict[str, list[str]] = {}
    for layer in registry.values():
        families.setdefault(layer.family or "other", []).append("  " + layer.signature().removesuffix("()"))
    return "\n\n".join("\n".join([family, *signatures]) for family, signatures in families.items()) + "\n"


def layer_page(layer: type[Layer]) -> str:
    """One layer type: its signature, what it is, its parameters, and where its formulas come from."""
    about = (layer.__doc__ or "").partition(">>>")[0].strip().splitlines()
    width = max(map(len, layer.fields), default=0)
    parts = [
        [layer.signature()],
        [line.strip() for line in about],
        [f"  {name:<{width}}  {field.about}" for name, field in layer.fields.items()],
        [f"source: {layer.source}"] if layer.source else [],
        [NOTES] if "notes 004" in layer.source else [],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"
