"""Networks on a backbone that is a network of its own, against torchvision's detectors and models typed in PyTorch."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional

from cnncost.language.load import loads
from cnncost.report.analyze import analyze_graph
from cnncost.settings import Settings
from tests.torch_models import torchvision
from tests.verification.examples import Example, check_counts, check_outputs, check_verification


class FeaturePyramid(nn.Module):
    """torchvision's, with a pool as the fifth level."""

    def __init__(self) -> None:
        super().__init__()
        utils = torchvision.models.detection.backbone_utils
        self.backbone = utils.resnet_fpn_backbone(
            backbone_name="resnet50", weights=None, norm_layer=nn.BatchNorm2d, trainable_layers=5
        )

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        return list(self.backbone(x).values())


class RetinaNet(nn.Module):
    """What torchvision's RetinaNet computes between its resizing of images and its anchors."""

    def __init__(self) -> None:
        super().__init__()
        model = torchvision.models.detection.retinanet_resnet50_fpn(weights=None, weights_backbone=None)
        self.backbone, self.head = model.backbone, model.head

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        found = self.head(list(self.backbone(x).values()))
        return [found["cls_logits"].mT, found["bbox_regression"].mT]


def pretrained_retinanet() -> nn.Module:
    """torchvision's RetinaNet as it is trained from weights of ImageNet: norms, stem and first stage are frozen."""
    detection = torchvision.models.detection
    backbone = detection.backbone_utils._resnet_fpn_extractor(
        torchvision.models.resnet50(weights=None, norm_layer=torchvision.ops.misc.FrozenBatchNorm2d),
        trainable_layers=3,
        returned_layers=[2, 3, 4],
        extra_blocks=torchvision.ops.feature_pyramid_network.LastLevelP6P7(256, 256),
    )
    model: nn.Module = detection.RetinaNet(backbone, num_classes=91)
    return model


class UNet(nn.Module):
    """A U-Net whose way down is a ResNet-34 of one channel."""

    def __init__(self) -> None:
        super().__init__()
        body = torchvision.models.resnet34(weights=None)
        self.stem = nn.Sequential(nn.Conv2d(1, 64, 7, 2, padding=3, bias=False), body.bn1, nn.ReLU())
        self.stages = nn.ModuleList([nn.Sequential(body.maxpool, body.layer1), body.layer2, body.layer3, body.layer4])
        read = [(512 + 256, 256), (256 + 128, 128), (128 + 64, 64), (64 + 64, 32)]
        self.up = nn.ModuleList([nn.Sequential(*_unit(*widths), *_unit(widths[1], widths[1])) for widths in read])
        self.last = nn.Conv2d(32, 2, 1)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        levels = [self.stem(x)]
        for stage in self.stages:
            levels.append(stage(levels[-1]))
        y = levels.pop()
        for unit in self.up:
            y = unit(torch.cat([functional.interpolate(y, scale_factor=2.0), levels.pop()], dim=1))
        return [self.last(y)]


def _unit(read: int, width: int) -> list[nn.Module]:
    return [nn.Conv2d(read, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]


class DeepLab(nn.Module):
    """torchvision's DeepLab v3 without its auxiliary head."""

    def __init__(self) -> None:
        super().__init__()
        self.model = torchvision.models.segmentation.deeplabv3_resnet50(
            weights=None, weights_backbone=None, aux_loss=False
        )

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        return [self.model(x)["out"]]


class Siamese(nn.Module):
    """Two looks by one network, up to its second stage, and their difference."""

    def __init__(self) -> None:
        super().__init__()
        body = torchvision.models.resnet18(weights=None)
        self.body = nn.Sequential(body.conv1, body.bn1, body.relu, body.maxpool, body.layer1, body.layer2)

    def forward(self, left: torch.Tensor, right: torch.Tensor) -> list[torch.Tensor]:
        return [self.body(left) - self.body(right)]


EXAMPLES = {
    "FPN": Example(
        """
input: [3, 64, 96]
network:
  - {network: resnet50, name: body, until: stage}
  - {for: level, in: range(4), name: lateral, do: [{conv: 256, from: "body.stage[level]"}]}
  - for: level
    in: range(3, -1, -1)
    name: merged
    do:
      - {upsample: {like: "lateral[level]"}, from: "merged[index - 1]", when: not first, name: above}
      - {add, from: ["lateral[level]", above], when: not first}
  - for: level
    in: range(4)
    name: p
    do: [{conv: {out: 256, kernel: 3, padding: 1}, from: "merged[3 - level]"}]
  - {maxpool: {kernel: 1, stride: 2}, name: pool}
outputs: ["p[*]", pool]
""",
        FeaturePyramid,
    ),
    "RetinaNet": Example(
        """
input: [3, 64, 96]
vars: {classes: 91, anchors: 9}
blocks:
  head(out):
    - {for: i, in: range(4), name: tower, do: [{conv: {out: channels, kernel: 3, padding: 1}}, relu]}
    - conv: {out: anchors * out, kernel: 3, padding: 1}
  rows(out):                                  # of the same channels, one position for each anchor
    - reshape: [anchors, out, positions]
    - permute: [1, 2, 0]
    - reshape: [out, -1]
network:
  - {network: resnet50, name: body, until: stage}
  - {for: level, in: [1, 2, 3], name: lateral, do: [{conv: 256, from: "body.stage[level]"}]}
  - for: level
    in: range(2, -1, -1)
    name: merged
    do:
      - {upsample: {like: "lateral[level]"}, from: "merged[index - 1]", when: not first, name: above}
      - {add, from: ["lateral[level]", above], when: not first}
  - for: level
    in: range(5)
    name: p
    do:
      - {conv: {out: 256, kernel: 3, padding: 1}, from: "merged[2 - level]", when: level < 3}
      - {relu, when: level > 3}
      - {conv: {out: 256, kernel: 3, stride: 2, padding: 1}, when: level > 2}
  - for: level
    in: range(5)
    name: found
    do:
      - {head: classes, from: "p[level]", name: class_maps, share: "found[0].class_maps"}
      - {rows: classes, name: labels}
      - {head: 4, from: "p[level]", name: box_maps, share: "found[0].box_maps"}
      - {rows: 4, name: boxes}
  - {concat, axis: positions, from: ["found[*].labels"], name: labels}
  - {concat, axis: positions, from: ["found[*].boxes"], name: boxes}
outputs: [labels, boxes]
""",
        RetinaNet,
    ),
    "U-Net": Example(
        """
input: [1, 64, 96]
blocks:
  unit(out): [{conv: {out, kernel: 3, padding: 1, bias: false}}, batchnorm, relu]
network:
  - {network: resnet34, name: down, until: stage, channels}
  - for: [width, level]
    in: [[256, 2], [128, 1], [64, 0]]
    do:
      - {upsample: 2, name: grown}
      - {concat, from: [grown, "down.stage[level]"]}
      - {unit: width, repeat: 2}
  - {upsample: 2, name: grown}
  - {concat, from: [grown, down.relu]}
  - {unit: 32, repeat: 2}
  - conv: 2
""",
        UNet,
        ((1, 64, 96),),
    ),
    "DeepLab": Example(
        """
input: [3, 64, 96]
blocks:
  unit(out, kernel=1, dilation=1):
    - conv: {out, kernel, padding: kernel // 2 * dilation, dilation, bias: false}
    - batchnorm
    - relu
network:
  - {network: resnet50, name: body, until: stage, set: {output_stride: 8}}
  - concat:
      - unit: 256
      - unit: [256, 3, 12]
      - unit: [256, 3, 24]
      - unit: [256, 3, 36]
      - [global_avgpool, {unit: 256}, {upsample: {like: body, mode: bilinear}}]
  - unit: 256
  - dropout: 0.5
  - unit: [256, 3]
  - conv: 21
  - upsample: {like: input, mode: bilinear}
""",
        DeepLab,
    ),
    "Siamese": Example(
        """
input: {left: [3, 64, 64], right: [3, 64, 64]}
network:
  - {network: resnet18, from: left, name: one, until: "stage[1]"}
  - {network: resnet18, from: right, name: other, until: "stage[1]", share: one}
  - {subtract, from: [one, other]}
""",
        Siamese,
        ((3, 64, 64), (3, 64, 64)),
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("mode", ["infer", "train"])
def test_counts_are_those_of_the_model(name: str, mode: str) -> None:
    check_counts(EXAMPLES[name], mode)


@pytest.mark.parametrize("name", EXAMPLES)
def test_outputs_are_the_same_with_the_same_weights(name: str) -> None:
    check_outputs(EXAMPLES[name])


@pytest.mark.parametrize("name", ["U-Net", "Siamese"])
def test_verify_finds_every_figure_the_same(name: str) -> None:
    check_verification(EXAMPLES[name].spec)


def test_what_is_frozen_of_a_backbone() -> None:
    """What torchvision freezes where it begins with weights of ImageNet."""
    with torch.device("meta"):
        model = pretrained_retinanet()
    settings = 'frozen: [conv_bn, "stage[0]"], set: {norm: {batchnorm: {fixed: true}}}'
    spec = EXAMPLES["RetinaNet"].spec.replace("until: stage}", f"until: stage, {settings}}}")
    totals: Any = analyze_graph(loads(spec), Settings.checked(mode="train")).totals
    assert totals.params == sum(weight.numel() for weight in model.parameters())
    trained = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
    assert trained < totals.params
    assert totals.trainable_params == trained
    assert totals.gradient_bytes == 4 * trained
    assert totals.buffers == sum(buffer.numel() for buffer in model.buffers())
