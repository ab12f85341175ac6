"""Networks after the transformer: ConvNeXt and the vision transformer."""

from __future__ import annotations

from tests.torch_models.reference import Reference, torchvision_reference

REFERENCES: dict[str, Reference] = {
    **{
        name: torchvision_reference(name)
        for name in ("convnext_tiny", "convnext_small", "convnext_base", "convnext_large")
    },
    **{name: torchvision_reference(name) for name in ("vit_b_16", "vit_b_32", "vit_l_16", "vit_l_32")},
}
