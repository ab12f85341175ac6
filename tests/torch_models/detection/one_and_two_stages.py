"""Detectors on VGG-16 and ResNet-50, without their anchors, the decoding of boxes, and NMS: torchvision's modules."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn.functional import normalize

from tests.torch_models.reference import Reference, torchvision

if TYPE_CHECKING:
    from collections.abc import Callable

detection = torchvision.models.detection


class SSDBody(nn.Module):
    """The modules of SSD300 in the order in which they run: a scale is learned after the first features."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__()
        model = _untrained("ssd300_vgg16", **kwargs)
        self.features = model.backbone.features
        self.scale = nn.ParameterList([model.backbone.scale_weight])
        self.extra, self.head = model.backbone.extra, model.head

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        x = self.features(image)
        levels = [self.scale[0].view(1, -1, 1, 1) * normalize(x)]
        for block in self.extra:
            x = block(x)
            levels.append(x)
        return _numbers_first(self.head(levels))


class RetinaNetBody(nn.Module):
    """Feature pyramid and heads of a RetinaNet."""

    def __init__(self, build: Callable[[], nn.Module]) -> None:
        super().__init__()
        model = build()
        self.backbone, self.head = model.backbone, model.head

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return _numbers_first(self.head(list(self.backbone(image).values())))


class FasterRCNNBody(nn.Module):
    """Feature pyramid, head of the region proposals, and head of the boxes of a Faster R-CNN.

    What RoIAlign takes from the pyramid is an input: [batch, 256, regions, 7, 7].
    """

    def __init__(self, build: Callable[[], nn.Module]) -> None:
        super().__init__()
        model = build()
        self.backbone, self.rpn = model.backbone, model.rpn.head
        self.box_head, self.box_predictor = model.roi_heads.box_head, model.roi_heads.box_predictor

    def forward(self, image: torch.Tensor, regions: torch.Tensor) -> tuple[torch.Tensor, ...]:
        proposals = map(_levels, self.rpn(list(self.backbone(image).values())), (1, 4))
        of_regions = self.box_predictor(self.box_head(regions.transpose(1, 2).flatten(0, 1)))
        return *proposals, *(each.unflatten(0, (len(regions), -1)) for each in of_regions)


def _levels(maps: list[torch.Tensor], each: int) -> torch.Tensor:
    """`each` numbers of the anchors at all positions of all levels, as torchvision orders them, anchors last."""
    return torch.cat([level.unflatten(1, (-1, each)).permute(0, 2, 3, 4, 1).flatten(2) for level in maps], 2)


def _numbers_first(outputs: dict[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
    """The scores of every box, and its offsets, with the boxes last."""
    return outputs["cls_logits"].mT, outputs["bbox_regression"].mT


def _as_trained(build: Callable[..., nn.Module], **kwargs: object) -> nn.Module:
    """A detector on torchvision's ResNet-50 as torchvision trains it: norms and the first two stages are frozen."""
    backbone = detection.backbone_utils.resnet_fpn_backbone(backbone_name="resnet50", weights=None, **kwargs)
    return build(backbone, 91)


def _retinanet() -> nn.Module:
    extra = torchvision.ops.feature_pyramid_network.LastLevelP6P7(256, 256)
    return _as_trained(detection.RetinaNet, returned_layers=[2, 3, 4], extra_blocks=extra)


def _untrained(name: str, **kwargs: object) -> nn.Module:
    model: nn.Module = torchvision.models.get_model(name, weights=None, weights_backbone=None, **kwargs)
    return model


IMAGE, SMALL = (3, 800, 800), (3, 96, 128)


def _one_stage(source: str, build: Callable[[], nn.Module]) -> Reference:
    return Reference(partial(RetinaNetBody, build), (IMAGE,), source, (SMALL,))


def _two_stages(source: str, build: Callable[[], nn.Module]) -> Reference:
    shapes, sample = (IMAGE, (256, 1000, 7, 7)), (SMALL, (256, 3, 7, 7))
    return Reference(partial(FasterRCNNBody, build), shapes, source, sample)


def _ssd(source: str, **kwargs: object) -> Reference:
    return Reference(partial(SSDBody, **kwargs), ((3, 300, 300),), source, ((3, 300, 300),))


REFERENCES = {
    "ssd300_vgg16": _ssd("torchvision ssd300_vgg16"),
    "ssd300_vgg16_voc": _ssd("torchvision ssd300_vgg16, num_classes=21", num_classes=21)._replace(sample=None),
    "retinanet_resnet50_fpn": _one_stage("torchvision retinanet_resnet50_fpn, as trained", _retinanet),
    "retinanet_resnet50_fpn_v2": _one_stage(
        "torchvision retinanet_resnet50_fpn_v2", partial(_untrained, "retinanet_resnet50_fpn_v2")
    ),
    "fasterrcnn_resnet50_fpn": _two_stages(
        "torchvision fasterrcnn_resnet50_fpn, as trained", partial(_as_trained, detection.FasterRCNN)
    ),
    "fasterrcnn_resnet50_fpn_v2": _two_stages(
        "torchvision fasterrcnn_resnet50_fpn_v2", partial(_untrained, "fasterrcnn_resnet50_fpn_v2")
    ),
}
