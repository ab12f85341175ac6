"""Networks over space and time: C3D, I3D, the video ResNets of torchvision and pytorchvideo, SlowFast."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import nn

from tests.torch_models.reference import Reference, torchvision, typed


class C3D(nn.Sequential):
    """C3D, Tran et al. 2015, Figure 3; its last pool meets 7x7 and makes 4x4, as in Caffe."""

    def __init__(self, classes: int = 101) -> None:
        conv, pool = partial(nn.Conv3d, kernel_size=3, padding=1), partial(nn.MaxPool3d, ceil_mode=True)
        super().__init__(
            conv(3, 64), nn.ReLU(), pool((1, 2, 2)),
            conv(64, 128), nn.ReLU(), pool(2),
            conv(128, 256), nn.ReLU(), conv(256, 256), nn.ReLU(), pool(2),
            conv(256, 512), nn.ReLU(), conv(512, 512), nn.ReLU(), pool(2),
            conv(512, 512), nn.ReLU(), conv(512, 512), nn.ReLU(), pool(2),
            nn.Flatten(),
            nn.Linear(8192, 4096), nn.ReLU(), nn.Dropout(),
            nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(),
            nn.Linear(4096, classes),
        )  # fmt: skip


class SamePadding(nn.Sequential):
    """A layer whose output has input / stride positions: what is missing is padded, the odd zero behind."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        (layer,) = self
        sides: list[int] = []
        for size, kernel, stride in zip(x.shape[:1:-1], layer.kernel_size[::-1], layer.stride[::-1], strict=True):
            missing = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            sides += [missing // 2, missing - missing // 2]
        result: torch.Tensor = layer(nn.functional.pad(x, sides))
        return result


class Inflated(nn.Sequential):
    """A convolution, batch norm and ReLU of I3D."""

    def __init__(self, in_channels: int, out: int, kernel: int = 1, stride: int = 1) -> None:
        conv = nn.Conv3d(in_channels, out, (kernel,) * 3, (stride,) * 3, bias=False)
        super().__init__(SamePadding(conv), nn.BatchNorm3d(out, eps=0.001), nn.ReLU())


class InflatedInception(nn.Module):
    """The Inception module of I3D: four branches, as wide as a row of GoogLeNet's Table 1."""

    def __init__(self, in_channels: int, *widths: int) -> None:
        super().__init__()
        c1, r3, c3, r5, c5, proj = widths
        pool = SamePadding(nn.MaxPool3d((3, 3, 3), (1, 1, 1)))
        self.branches = nn.ModuleList(
            [
                Inflated(in_channels, c1),
                nn.Sequential(Inflated(in_channels, r3), Inflated(r3, c3, 3)),
                nn.Sequential(Inflated(in_channels, r5), Inflated(r5, c5, 3)),
                nn.Sequential(pool, Inflated(in_channels, proj)),
            ]
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([branch(x) for branch in self.branches], dim=1)


def i3d(colours: int = 3, classes: int = 400) -> nn.Module:
    """I3D, Carreira & Zisserman 2017, Figure 3; the zeros that pad its max pools follow a ReLU."""

    def pool(kernel: tuple[int, int, int], stride: tuple[int, int, int]) -> nn.Module:
        return SamePadding(nn.MaxPool3d(kernel, stride))

    return nn.Sequential(
        Inflated(colours, 64, 7, 2),
        pool((1, 3, 3), (1, 2, 2)),
        Inflated(64, 64),
        Inflated(64, 192, 3),
        pool((1, 3, 3), (1, 2, 2)),
        InflatedInception(192, 64, 96, 128, 16, 32, 32),
        InflatedInception(256, 128, 128, 192, 32, 96, 64),
        pool((3, 3, 3), (2, 2, 2)),
        InflatedInception(480, 192, 96, 208, 16, 48, 64),
        InflatedInception(512, 160, 112, 224, 24, 64, 64),
        InflatedInception(512, 128, 128, 256, 24, 64, 64),
        InflatedInception(512, 112, 144, 288, 32, 64, 64),
        InflatedInception(528, 256, 160, 320, 32, 128, 128),
        pool((2, 2, 2), (2, 2, 2)),
        InflatedInception(832, 256, 160, 320, 32, 128, 128),
        InflatedInception(832, 384, 192, 384, 48, 128, 128),
        nn.AvgPool3d((2, 7, 7), 1),
        nn.Dropout(),
        nn.Conv3d(1024, classes, 1),
        nn.AdaptiveAvgPool3d(1),
        nn.Flatten(),
    )


class Pathways(nn.Module):
    """A model that takes a list of clips, made to take them one by one."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, *clips: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.model(list(clips))
        return result


def video_resnet(name: str) -> Reference:
    """torchvision's video model of that name, at 16 frames of 112x112."""
    factory = partial(torchvision.models.get_model, name, weights=None)
    return Reference(factory, ((3, 16, 112, 112),), f"torchvision {name}")


def pytorchvideo_reference(name: str, *frames: int, **kwargs: Any) -> Reference:
    """pytorchvideo's model of that name at 256x256; several numbers of frames make several pathways."""
    settings = "".join(f", {key}={value}" for key, value in kwargs.items())
    factory = partial(_pytorchvideo_model, name, len(frames), **kwargs)
    return Reference(factory, tuple((3, count, 256, 256) for count in frames), f"pytorchvideo {name}{settings}")


def _pytorchvideo_model(name: str, pathways: int, **kwargs: Any) -> nn.Module:
    from pytorchvideo import models  # its import needs torchvision's, which `reference` has made possible
    from pytorchvideo.models import hub

    model: nn.Module = getattr(models if name.startswith("create_") else hub, name)(**kwargs)
    return model if pathways == 1 else Pathways(model)


REFERENCES: dict[str, Reference] = {
    "c3d": typed("C3D typed from Figure 3", 3, 16, 112, 112, build=C3D),
    "i3d": typed("I3D typed from Figure 3", 3, 64, 224, 224, build=i3d),
    "i3d_flow": typed("I3D typed from Figure 3", 2, 64, 224, 224, build=i3d, colours=2),
    "r3d_18": video_resnet("r3d_18"),
    "mc3_18": video_resnet("mc3_18"),
    "r2plus1d_18": video_resnet("r2plus1d_18"),
    "i3d_r50": pytorchvideo_reference("i3d_r50", 8),
    "c2d_r50": pytorchvideo_reference("c2d_r50", 8),
    "slow_r50": pytorchvideo_reference("slow_r50", 8),
    "slow_r50_4x16": pytorchvideo_reference(
        "create_resnet", 4, stem_conv_kernel_size=(1, 7, 7), head_pool_kernel_size=(4, 7, 7)
    ),
    "slowfast_r50": pytorchvideo_reference("slowfast_r50", 8, 32),
    "slowfast_r50_4x16": pytorchvideo_reference(
        "create_slowfast",
        4,
        32,
        slowfast_fusion_conv_kernel_size=(5, 1, 1),
        slowfast_fusion_conv_stride=(8, 1, 1),
        head_pool_kernel_sizes=((4, 7, 7), (32, 7, 7)),
    ),
    "slowfast_r101": pytorchvideo_reference("slowfast_r101", 8, 32),
}
