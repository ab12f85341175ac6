"""Networks over sequences, typed from their repositories: TCN and CRNN."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.utils.parametrizations import weight_norm

from tests.torch_models.reference import Reference, typed


class Causal(nn.Module):
    """A convolution with normalised weights that sees the past alone: it is padded twice and cut behind."""

    def __init__(self, channels: int, out: int, kernel: int, dilation: int) -> None:
        super().__init__()
        self.future = (kernel - 1) * dilation
        self.conv = weight_norm(nn.Conv1d(channels, out, kernel, padding=self.future, dilation=dilation))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.conv(x)
        return y[:, :, : -self.future]


class TemporalBlock(nn.Module):
    """Bai et al. 2018, Figure 1 (b): two causal convolutions, and a projection where the width changes."""

    def __init__(self, channels: int, out: int, kernel: int, dilation: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            Causal(channels, out, kernel, dilation), nn.ReLU(), nn.Dropout(0.05),
            Causal(out, out, kernel, dilation), nn.ReLU(), nn.Dropout(0.05),
        )  # fmt: skip
        self.shortcut = nn.Conv1d(channels, out, 1) if channels != out else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.body(x) + self.shortcut(x))


class TCN(nn.Module):
    """Bai et al. 2018, with the settings of a task in its repository; `last`: the last step alone is labelled."""

    def __init__(self, channels: int, width: int, *, levels: int, kernel: int, classes: int, last: bool) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *[TemporalBlock(width if i else channels, width, kernel, 2**i) for i in range(levels)]
        )
        self.head, self.last = nn.Linear(width, classes), last

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.body(x)
        if self.last:
            return torch.log_softmax(self.head(y[:, :, -1]), 1)
        scores: torch.Tensor = self.head(y.mT).sigmoid()
        return scores.mT


class CRNN(nn.Module):
    """Shi et al. 2015, as in github.com/meijieru/crnn.pytorch: where its norms, pools and linear layers stand."""

    def __init__(self, classes: int = 37) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        read = 1
        for number, out in enumerate((64, 128, 256, 256, 512, 512, 512)):
            kernel, padding = (2, 0) if number == 6 else (3, 1)
            layers.append(nn.Conv2d(read, out, kernel, padding=padding))
            layers += [nn.BatchNorm2d(out)] if number in (2, 4, 6) else []
            layers.append(nn.ReLU())
            if number in (0, 1):
                layers.append(nn.MaxPool2d(2))
            if number in (3, 5):
                layers.append(nn.MaxPool2d(2, (2, 1), (0, 1)))
            read = out
        self.columns = nn.Sequential(*layers)
        self.first, self.between = nn.LSTM(512, 256, bidirectional=True), nn.Linear(512, 256)
        self.second, self.last = nn.LSTM(256, 256, bidirectional=True), nn.Linear(512, classes)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        x = self.between(self.first(self.columns(image).squeeze(2).permute(2, 0, 1))[0])
        scores: torch.Tensor = self.last(self.second(x)[0])
        return scores.transpose(0, 1)


REFERENCES: dict[str, Reference] = {
    "tcn_mnist": typed(
        "TCN typed from its repository, mnist_pixel", 1, 784, build=TCN,
        channels=1, width=25, levels=8, kernel=7, classes=10, last=True, sample=(1, 784),
    ),
    "tcn_music": typed(
        "TCN typed from its repository, poly_music", 88, 200, build=TCN,
        channels=88, width=150, levels=4, kernel=5, classes=88, last=False, sample=(88, 40),
    ),
    "crnn": typed("CRNN typed from meijieru/crnn.pytorch", 1, 32, 100, build=CRNN, sample=(1, 32, 60)),
}  # fmt: skip
