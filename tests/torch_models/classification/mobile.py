"""Networks that were made to be cheap: MobileNets, ShuffleNets, EfficientNets, SqueezeNets and MNASNets."""

from __future__ import annotations

from typing import Any

from torch import nn

from tests.torch_models.reference import Reference, pytorchcv_reference, timm_reference, torchvision_reference, typed


def _pooled_anywhere(name: str) -> nn.Module:
    """pytorchcv's MobileNet of that name, whose pool of 7 x 7 fits 224 pixels only, with one that fits any number."""
    model = pytorchcv_reference(name).factory()
    model.features.final_pool = nn.AdaptiveAvgPool2d(1)  # type: ignore[union-attr]
    return model


def _shufflenet_v1(**kwargs: Any) -> nn.Module:
    from pytorchcv.models.shufflenet import get_shufflenet  # takes seconds, and has no name for twice the width

    model: nn.Module = get_shufflenet(**kwargs)
    return model


_EFFICIENTNET_RESOLUTIONS = (224, 240, 260, 300, 380, 456, 528, 600)
_SHUFFLENETS_V1 = (
    *("g1_w1", "g2_w1", "g3_w1", "g4_w1", "g8_w1"),
    *("g1_w3d4", "g3_w3d4", "g1_wd2", "g3_wd2", "g1_wd4", "g3_wd4"),
)

REFERENCES: dict[str, Reference] = {
    "mobilenet_v1": timm_reference("mobilenetv1_100"),
    "mobilenet_v1_075": pytorchcv_reference("mobilenet_w3d4"),
    "mobilenet_v1_050": pytorchcv_reference("mobilenet_wd2"),
    "mobilenet_v1_025": pytorchcv_reference("mobilenet_wd4"),
    "mobilenet_v1_100_192": timm_reference("mobilenetv1_100", 192),
    "mobilenet_v1_100_160": timm_reference("mobilenetv1_100", 160),
    "mobilenet_v1_100_128": timm_reference("mobilenetv1_100", 128),
    "mobilenet_v1_050_160": typed(
        "pytorchcv mobilenet_wd2 with an adaptive pool", 3, 160, 160, build=_pooled_anywhere, name="mobilenet_wd2"
    ),
    "mobilenet_v2": torchvision_reference("mobilenet_v2"),
    "mobilenet_v2_050": torchvision_reference("mobilenet_v2", width_mult=0.5),
    "mobilenet_v2_075": torchvision_reference("mobilenet_v2", width_mult=0.75),
    "mobilenet_v2_140": torchvision_reference("mobilenet_v2", width_mult=1.4),
    "mobilenet_v3_large": torchvision_reference("mobilenet_v3_large"),
    "mobilenet_v3_large_075": timm_reference("tf_mobilenetv3_large_075"),
    "mobilenet_v3_small": torchvision_reference("mobilenet_v3_small"),
    **{f"shufflenet_{size}": pytorchcv_reference(f"shufflenet_{size}") for size in _SHUFFLENETS_V1},
    "shufflenet_g3_w2": typed(
        "pytorchcv get_shufflenet, groups=3, width_scale=2",
        *(3, 224, 224),
        build=_shufflenet_v1,
        groups=3,
        width_scale=2.0,
    ),
    **{
        f"shufflenet_v2_{size}": torchvision_reference(f"shufflenet_v2_{size}")
        for size in ("x0_5", "x1_0", "x1_5", "x2_0")
    },
    **{
        f"efficientnet_b{phi}": torchvision_reference(f"efficientnet_b{phi}", resolution)
        for phi, resolution in enumerate(_EFFICIENTNET_RESOLUTIONS)
    },
    "squeezenet1_0": torchvision_reference("squeezenet1_0", sample=64),
    "squeezenet1_1": torchvision_reference("squeezenet1_1"),
    "mnasnet1_0": torchvision_reference("mnasnet1_0", sample=64),
    **{name: torchvision_reference(name) for name in ("mnasnet0_5", "mnasnet0_75", "mnasnet1_3")},
    "efficientnet_v2_s": torchvision_reference("efficientnet_v2_s", 384),
    "efficientnet_v2_m": torchvision_reference("efficientnet_v2_m", 480),
    "efficientnet_v2_l": torchvision_reference("efficientnet_v2_l", 480),
}
