"""Small models of our own, each with something that importers must get right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.hub import load_state_dict_from_url
from torch.nn import functional as f


class Shared(nn.Module):
    """One block called three times, with a residual."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.block = nn.Sequential(nn.Conv2d(8, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(inplace=True))

    def forward(self, x: Any) -> Any:
        x = self.stem(x)
        for _ in range(3):
            x = x + self.block(x)
        return x


class Functional(nn.Module):
    """No module of convolutions at all: bare parameters."""

    def __init__(self, width: int = 8, padding: str = "same") -> None:
        super().__init__()
        self.w1 = nn.Parameter(torch.randn(width, 3, 3, 3))
        self.b1 = nn.Parameter(torch.zeros(width))
        self.w2 = nn.Parameter(torch.randn(16, width, 4, 4))
        self.padding = padding

    def forward(self, x: Any) -> Any:
        x = f.max_pool2d(f.relu(f.conv2d(x, self.w1, self.b1, padding=1)), 2)
        return f.conv2d(x, self.w2, padding=self.padding)


class Grouped(nn.Module):
    """Transposed convolutions, in groups and with a padding of the output."""

    def __init__(self) -> None:
        super().__init__()
        self.up = nn.ConvTranspose2d(12, 18, 4, stride=2, padding=1, output_padding=1, groups=3)
        self.dw = nn.ConvTranspose2d(18, 18, 3, padding=1, groups=18)

    def forward(self, x: Any) -> Any:
        return self.dw(self.up(x))


class Dictionary(nn.Module):
    """One input that is a dictionary of two tensors, and one that has to be named."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(5, 8, 3, padding=1)

    def forward(self, batch: dict[str, Any], *, depth: Any) -> Any:
        return self.conv(torch.cat([batch["image"], batch["mask"], depth], 1))


@dataclass
class Result:
    """What a model gives, in a class of its own."""

    logits: Any
    features: list[Any]
    loss: Any = None


class Classes(nn.Module):
    """An output in a dataclass."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.fc = nn.Linear(4, 2)

    def forward(self, x: Any) -> Any:
        features = self.conv(x)
        return Result(self.fc(features.mean((2, 3))), [features])


class Many(nn.Module):
    """Any number of inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, *images: Any) -> Any:
        return [self.conv(image) for image in images]


class MakesTensors(nn.Module):
    """Tensors that it makes as it runs, and modules whose names are no names of layers."""

    def __init__(self) -> None:
        super().__init__()
        names = ["a b", "a_b", "a-b", "for"]
        self.convs = nn.ModuleDict({name: nn.Conv2d(3, 3, 1) for name in names})

    def forward(self, x: Any) -> Any:
        for conv in self.convs.values():
            x = conv(x)
        return x + torch.arange(x.shape[-1])


def scripted() -> nn.Module:
    return torch.jit.script(nn.Conv2d(3, 4, 1))


class Downloads(nn.Conv2d):
    """It loads weights by a function that it imported by name."""

    def __init__(self) -> None:
        super().__init__(3, 4, 1)
        self.load_state_dict(load_state_dict_from_url("https://nowhere.invalid/weights.pth"))


class LastState(nn.Module):
    """A recurrence of which only the last state is read."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(16, 20, batch_first=True)
        self.out = nn.Linear(20, 2)

    def forward(self, x: Any) -> Any:
        _, (hidden, _) = self.lstm(x)
        return self.out(hidden[-1])


class Reads(nn.Module):
    """A recurrence over embedded indices."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(50, 16)
        self.gru = nn.GRU(16, 20, batch_first=True)

    def forward(self, ids: Any) -> Any:
        steps, last = self.gru(self.table(ids))
        return steps, last[0]


class Chosen(nn.Module):
    """As many numbers as are positive."""

    def forward(self, x: Any) -> Any:
        return x[x > 0]


class Unfinished(nn.Module):
    """A model that computes nothing yet."""


class DataDependent(nn.Module):
    """A branch on a number that is computed."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)

    def forward(self, x: Any) -> Any:
        x = self.conv(x)
        if x.sum() > 0:
            x = x * 2
        return x


class Unknown(nn.Module):
    """An operator that no layer says."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Sequential(nn.Conv2d(3, 4, 1), Determinant())

    def forward(self, x: Any) -> Any:
        return self.inner(x)


class Determinant(nn.Module):
    def forward(self, x: Any) -> Any:
        return torch.linalg.det(x)


class OneSampleOnly(nn.Module):
    """It asserts its batch."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)

    def forward(self, x: Any) -> Any:
        assert len(x) == 1
        return self.conv(x)


class Lazy(nn.Module):
    """Its parameters have shapes once it has run."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.LazyConv2d(16, 3, stride=2, padding=1)
        self.bn = nn.LazyBatchNorm2d()
        self.fc = nn.LazyLinear(10)

    def forward(self, x: Any) -> Any:
        return self.fc(torch.flatten(f.relu(self.bn(self.conv(x))), 1))


class NeedsNumbers(nn.Module):
    """Its constructor looks at a number, which meta tensors do not have."""

    def __init__(self) -> None:
        super().__init__()
        width = int(torch.linspace(4, 8, 3)[1].item())
        self.conv = nn.Conv2d(3, width, 1)

    def forward(self, x: Any) -> Any:
        return self.conv(x)


def broken() -> Any:
    """A factory that fails."""
    raise ValueError("no such width")


def nothing() -> int:
    """A factory that makes something else."""
    return 3


MADE = Grouped()


class InPlace(nn.Module):
    """What is overwritten is read later: a convolution's output, and a sum whose result nobody keeps."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1)

    def forward(self, x: Any) -> Any:
        y = self.a(x)
        f.relu_(y)
        z = self.b(y)
        z.add_(y)
        return z


class PartInPlace(nn.Module):
    """A part of a tensor is overwritten, which is read as a whole later."""

    def forward(self, x: Any) -> Any:
        y = x * 2
        y[:, 0].relu_()
        return y


class Prepared(nn.Module):
    """Weights that are computed: normalised, standardised with a gain, and a filter that is repeated."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.utils.parametrizations.weight_norm(nn.Conv2d(3, 8, 3, padding=1))
        self.b = nn.utils.parametrizations.spectral_norm(nn.Conv2d(8, 8, 3, padding=1))
        self.weight = nn.Parameter(torch.randn(4, 8, 3, 3))
        self.gain = nn.Parameter(torch.ones(4, 1, 1, 1))
        self.register_buffer("blur", torch.ones(3, 3) / 9)
        self.unused = nn.Parameter(torch.zeros(5))

    def forward(self, x: Any) -> Any:
        x = self.b(self.a(x))
        centred = self.weight - self.weight.mean((1, 2, 3), keepdim=True)
        x = f.conv2d(x, centred * self.gain, padding=1)
        return f.conv2d(x, self.blur.expand(4, 1, 3, 3), groups=4)


class Tied(nn.Module):
    """A table of vectors that is the matrix of the output too, over tokens with a learned position each."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(50, 12)
        self.position = nn.Parameter(torch.zeros(1, 7, 12))
        self.norm = nn.LayerNorm(12)

    def forward(self, ids: Any) -> Any:
        x = self.norm(self.table(ids) + self.position)
        return f.linear(x, self.table.weight)


class Heads(nn.Module):
    """Attention by hand, of windows that are put beside the batch."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(16, 48)
        self.proj = nn.Linear(16, 16)

    def forward(self, x: Any) -> Any:
        b, c, h, w = x.shape
        x = x.reshape(b, c, h // 4, 4, w // 4, 4).permute(0, 2, 4, 3, 5, 1).reshape(-1, 16, c)
        q, k, v = self.qkv(x).reshape(-1, 16, 3, 4, 4).permute(2, 0, 3, 1, 4).unbind(0)
        scores = (q @ k.transpose(-2, -1) * 0.5).softmax(-1)
        return self.proj((scores @ v).transpose(1, 2).reshape(-1, 16, c))


class Mixing(nn.Module):
    """The mean of the samples, which no sample has by itself."""

    def forward(self, x: Any) -> Any:
        return x - x.mean(0, keepdim=True)
