"""Networks over sets of points: PointNet."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import torch
from torch import nn

from tests.torch_models.reference import Reference, typed

_EPS = 1e-3


def shared(*widths: int) -> nn.Sequential:
    """Layers that every point goes through by itself."""
    layers: list[nn.Module] = []
    for channels, out in pairwise(widths):
        layers += [nn.Conv1d(channels, out, 1), nn.BatchNorm1d(out, eps=_EPS), nn.ReLU()]
    return nn.Sequential(*layers)


def dense(*widths: int) -> nn.Sequential:
    """Fully connected layers of what all points have in common."""
    layers: list[nn.Module] = []
    for channels, out in pairwise(widths):
        layers += [nn.Linear(channels, out), nn.BatchNorm1d(out, eps=_EPS), nn.ReLU()]
    return nn.Sequential(*layers)


class TNet(nn.Module):
    """Makes a matrix of all points and multiplies each with it; the matrix starts as the identity, in its bias."""

    def __init__(self, size: int, points: tuple[int, ...], whole: tuple[int, ...]) -> None:
        super().__init__()
        self.points, self.whole = shared(size, *points), dense(points[-1], *whole)
        self.matrix = nn.Linear(whole[-1], size * size)
        self.size = size

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        matrix = self.matrix(self.whole(self.points(x).amax(2))).unflatten(1, (self.size, self.size))
        return torch.einsum("bkn,bkj->bjn", x, matrix)


class PointNet(nn.Module):
    """PointNet for classification, Qi et al. 2017, Figure 2, and without its transforms, the vanilla one."""

    def __init__(self, classes: int = 40, transforms: bool = True) -> None:
        super().__init__()
        net = partial(TNet, points=(64, 128, 1024), whole=(512, 256)) if transforms else lambda _: nn.Identity()
        self.body = nn.Sequential(net(3), shared(3, 64, 64), net(64), shared(64, 64, 128, 1024))
        self.head = nn.Sequential(
            dense(1024, 512), nn.Dropout(0.3), dense(512, 256), nn.Dropout(0.3), nn.Linear(256, classes)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.head(self.body(x).amax(2))
        return result


class PointNetParts(nn.Module):
    """PointNet for parts of objects, Qi et al. 2017, supplementary Figure 9, as released: it names the object too."""

    def __init__(self, categories: int = 16, parts: int = 50) -> None:
        super().__init__()
        self.move = TNet(3, (64, 128, 1024), (128, 128))
        self.early = nn.ModuleList([shared(3, 64), shared(64, 128), shared(128, 128)])
        self.turn = TNet(128, (256, 1024), (512, 256))
        self.late = nn.ModuleList([shared(128, 512), shared(512, 2048)])
        self.object = nn.Sequential(dense(2048, 256, 256), nn.Dropout(0.3), nn.Linear(256, categories))
        self.parts = nn.Sequential(
            shared(2048 + categories + 64 + 128 + 128 + 512 + 2048, 256), nn.Dropout(0.2), shared(256, 256),
            nn.Dropout(0.2), shared(256, 128), nn.Conv1d(128, parts, 1),
        )  # fmt: skip

    def forward(self, points: torch.Tensor, category: torch.Tensor) -> list[torch.Tensor]:
        x, found = self.move(points), []
        for layer in self.early:
            x = layer(x)
            found.append(x)
        x = self.turn(x)
        for layer in self.late:
            x = layer(x)
            found.append(x)
        whole = x.amax(2)
        everywhere = torch.cat([whole, category], 1)[:, :, None].expand(-1, -1, points.shape[2])
        return [self.object(whole), self.parts(torch.cat([everywhere, *found], 1))]


REFERENCES: dict[str, Reference] = {
    "pointnet": typed("PointNet typed from Figure 2 and its release", 3, 1024, build=PointNet, sample=(3, 50)),
    "pointnet_vanilla": typed(
        "PointNet typed from its release, without transforms", 3, 1024, build=PointNet, transforms=False, sample=(3, 50)
    ),
    "pointnet_part_seg": Reference(
        PointNetParts, ((3, 2048), (16,)), "PointNet typed from its release, part_seg", ((3, 40), (16,))
    ),
}
