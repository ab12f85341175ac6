"""Networks since 2020: GhostNet, RepVGG and MobileOne in both of their forms, ConvMixer, NFNets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.torch_models.reference import Reference, timm_reference, typed

if TYPE_CHECKING:
    from torch import nn


def _deployed(name: str) -> nn.Module:
    """timm's model of that name with the branches of every block folded into one convolution."""
    from timm.utils import reparameterize_model  # takes seconds, as timm does

    model: nn.Module = reparameterize_model(timm_reference(name).factory())
    return model


def _both_forms(name: str, sample: int | None = None) -> dict[str, Reference]:
    """timm's model as it is trained, and as it runs."""
    colours = sample and (3, sample, sample)
    deployed = typed(f"timm {name}, reparameterized", 3, 224, 224, build=_deployed, name=name, sample=colours)
    return {name: timm_reference(name, sample=sample), f"{name}_deployed": deployed}


def unstandardized(name: str) -> nn.Module:
    """timm's normalizer-free network of that name with convolutions whose weights are as they are stored."""
    from timm.layers.conv2d_same import Conv2dSame
    from timm.layers.std_conv import ScaledStdConv2d, ScaledStdConv2dSame
    from torch import nn

    model = timm_reference(name).factory()
    for path, module in list(model.named_modules()):
        if isinstance(module, (ScaledStdConv2d, ScaledStdConv2dSame)):
            kind = Conv2dSame if getattr(module, "same_pad", False) else nn.Conv2d
            model.set_submodule(
                path,
                kind(
                    *(module.in_channels, module.out_channels, module.kernel_size, module.stride, module.padding),
                    groups=module.groups,
                ),
            )
    return model


REFERENCES: dict[str, Reference] = {
    "ghostnet_100": timm_reference("ghostnet_100", sample=64),
    "ghostnet_050": timm_reference("ghostnet_050"),
    "ghostnet_130": timm_reference("ghostnet_130"),
    **_both_forms("repvgg_a0", sample=32),
    **{
        form: reference
        for name in ("a1", "a2", "b0", "b1", "b1g4", "b2", "b3")
        for form, reference in _both_forms(f"repvgg_{name}").items()
    },
    **_both_forms("mobileone_s0", sample=32),
    **_both_forms("mobileone_s1"),
    **_both_forms("mobileone_s2"),
    **_both_forms("mobileone_s3"),
    **_both_forms("mobileone_s4"),
    "mobileone_s4": timm_reference("mobileone_s4", sample=32),  # deployed, its squeezes come before its convolutions
    "convmixer_1536_20": timm_reference("convmixer_1536_20"),
    "convmixer_768_32": timm_reference("convmixer_768_32", sample=28),
    "convmixer_1024_20": timm_reference("convmixer_1024_20_ks9_p14"),
    "nfnet_f0": timm_reference("dm_nfnet_f0", 256),
    "nfnet_f1": timm_reference("dm_nfnet_f1", 320),
    "nf_resnet50": timm_reference("nf_resnet50"),
    "nf_resnet101": timm_reference("nf_resnet101"),
}
