"""Networks after the transformer: ConvNeXt, its second version, Swin and the vision transformer."""

from __future__ import annotations

from tests.torch_models.reference import Reference, timm_reference, torchvision_reference

REFERENCES: dict[str, Reference] = {
    **{
        name: torchvision_reference(name)
        for name in ("convnext_tiny", "convnext_small", "convnext_base", "convnext_large")
    },
    "convnextv2_atto": timm_reference("convnextv2_atto", sample=64),
    **{
        f"convnextv2_{size}": timm_reference(f"convnextv2_{size}")
        for size in ("femto", "pico", "nano", "tiny", "base", "large", "huge")
    },
    **{name: torchvision_reference(name) for name in ("swin_t", "swin_s", "swin_b")},
    **{name: torchvision_reference(name) for name in ("vit_b_16", "vit_b_32", "vit_l_16", "vit_l_32")},
}
