"""Kinds of layers that a picture can tell apart by colour."""

from __future__ import annotations

from cnncost.layers import REGISTRY

FAMILIES = {
    "contractions": "convolutions and linear layers",
    "normalisation": "normalisation",
    "activation": "activations",
    "pooling": "pooling",
    "joins": "joins and products of several inputs",
    "other": "others",
}
"""Rooms of :mod:`cnncost.layers`, and what the layers in them are; `other` is what is in none of them."""


def family_of(layer_type: str) -> str:
    """The family of a layer type: the room that its class stands in.

    >>> family_of("conv"), family_of("add"), family_of("flatten"), family_of("of a spec's own")
    ('contractions', 'joins', 'other', 'other')
    """
    layer = REGISTRY.get(layer_type)
    room = layer.__module__.split(".")[2] if layer is not None else "other"
    return room if room in FAMILIES else "other"
