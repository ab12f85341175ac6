"""The layer types of the language in passages: a list of signatures, and one type with its parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.render.passages import Entry, Paragraph, Terms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncost.layers.base.layer import Layer
    from cnncost.render.passages import Passage

NOTES = """\
"notes" are unpublished course notes, *Convolutional Neural Networks: Complete Dissection*, with a paper beside each"""


def layer_list(registry: Mapping[str, type[Layer]]) -> tuple[Passage, ...]:
    """Every layer type's signature, one a line, by family in the order of their definition."""
    families: dict[str, list[str]] = {}
    for layer in registry.values():
        families.setdefault(layer.family or "other", []).append(layer.signature().removesuffix("()"))
    return tuple([Entry(family, tuple(signatures)) for family, signatures in families.items()])


def layer_page(layer: type[Layer]) -> tuple[Passage, ...]:
    """One layer type: its signature, what it is, its parameters, and where its formulas come from."""
    about = (layer.__doc__ or "").partition(">>>")[0].strip()
    sources = [f"source: {layer.source}"] if layer.source else []
    sources += [NOTES] if "notes 004" in layer.source else []
    return (
        Paragraph(layer.signature()),
        *[Paragraph(" ".join(part.split())) for part in about.split("\n\n")],
        *([Terms(tuple([(name, field.about) for name, field in layer.fields.items()]))] if layer.fields else []),
        *map(Paragraph, sources),
    )
