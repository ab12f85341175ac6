"""Small models with layers that run in training only, and some of which training cannot be told apart."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional as f


class Head(nn.Sequential):
    """A classifier that begins in place, as those of searched networks do."""

    def __init__(self, width: int) -> None:
        super().__init__(nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, 10))


class WithHead(nn.Module):
    """A head beside the main path, with batch normalisation, and dropout as a function."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8))
        self.head = Head(8)
        self.body = nn.Conv2d(8, 16, 3, padding=1, bias=False)
        self.fc = nn.Linear(16, 10)

    def forward(self, x: Any) -> Any:
        x = self.stem(x)
        early = self.head(x) * torch.tensor(0.5) if self.training else None
        x = f.dropout(self.body(x), 0.1, self.training).mean((2, 3))
        return (self.fc(x), early) if self.training else self.fc(x)


class Alone(nn.Module):
    """The same as evaluation has it, without a head."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8))
        self.body = nn.Conv2d(8, 16, 3, padding=1, bias=False)
        self.fc = nn.Linear(16, 10)

    def forward(self, x: Any) -> Any:
        return self.fc(f.dropout(self.body(self.stem(x)), 0.1, self.training).mean((2, 3)))


class Stages(nn.Module):
    """A backbone that gives what lies between its stages, in training only."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.second = nn.Conv2d(8, 8, 3, stride=2, padding=1)

    def forward(self, x: Any) -> Any:
        between = self.first(x)
        last = self.second(f.relu(between))
        return {"out": last, "between": between} if self.training else {"out": last}


class Supervised(nn.Module):
    """One classifier of all depths, and a projection for the one between, whose output is written into a tensor."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = Stages()
        self.project = nn.Conv2d(8, 8, 1)
        self.classifier = nn.Conv2d(8, 5, 1)

    def forward(self, x: Any) -> Any:
        found = self.backbone(x)
        given = {"out": self.classifier(found["out"])}
        if "between" in found:
            scores = self.classifier(self.project(found["between"]))
            scores[:, :1] = torch.sigmoid(scores[:, :1])
            given["between"] = scores
        return given if self.training else given["out"].softmax(1)


class Demanding(nn.Module):
    """In training it wants what no export has."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.loss = nn.Conv2d(3, 8, 3), nn.Linear(8, 2)

    def forward(self, x: Any, right: Any = None) -> Any:
        x = self.conv(x)
        if self.training and right is None:
            raise ValueError("targets should not be none in training mode")
        return x


class Elsewhere(nn.Module):
    """In training everything reads something else."""

    def __init__(self) -> None:
        super().__init__()
        self.noise, self.conv = nn.Conv2d(3, 3, 1), nn.Conv2d(3, 8, 3)

    def forward(self, x: Any) -> Any:
        return self.conv(self.noise(x) if self.training else x)


class Unknown(WithHead):
    """An operator in the head that no layer is."""

    def forward(self, x: Any) -> Any:
        x = self.stem(x)
        given = self.fc(self.body(x).mean((2, 3)))
        return (given, torch.linalg.svd(self.head(x.clone()))[1]) if self.training else given


class NeverUsed(nn.Module):
    """A layer that no mode runs."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.old = nn.Conv2d(3, 8, 3), nn.Linear(4, 4)

    def forward(self, x: Any) -> Any:
        return self.conv(x)
