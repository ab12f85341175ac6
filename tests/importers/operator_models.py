"""Models of a few lines, each around operators that are no layers of PyTorch."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional as f


class Sampled(nn.Module):
    """A map at places that a convolution says, and at given ones."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.where = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 2, 1)

    def forward(self, x: Any) -> Any:
        x = self.conv(x)
        moved = f.grid_sample(x, self.where(x).permute(0, 2, 3, 1), align_corners=False)
        fixed = torch.zeros(1, 6, 5, 2, device=x.device).expand(x.shape[0], -1, -1, -1)
        return f.grid_sample(moved, fixed, mode="nearest", align_corners=True)


class Products(nn.Module):
    """Products along axes of maps, and of windows beside the batch."""

    def __init__(self) -> None:
        super().__init__()
        self.matrix, self.rows = nn.Parameter(torch.ones(6, 3)), nn.Parameter(torch.ones(4, 4, 6))

    def forward(self, x: Any) -> Any:
        x = torch.einsum("bchw,oc->bohw", x, self.matrix)
        windows = x.unflatten(2, (2, 4)).unflatten(4, (2, 4)).permute(0, 2, 4, 3, 5, 1).flatten(0, 2)
        return torch.einsum("bhwc,hkc->bhwk", windows, self.rows)


class Typed(nn.Module):
    """A number that is computed from weights, of the type of an activation."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.a, self.b = nn.Conv2d(3, 4, 3), nn.Parameter(torch.ones(6)), nn.Parameter(torch.ones(6))

    def forward(self, x: Any) -> Any:
        x = self.conv(x)
        share = torch.exp(torch.sum(self.a * self.b)).type_as(x)
        return x - share * torch.relu(x)


class Mixed(nn.Module):
    """A bilinear form of tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.form = nn.Bilinear(3, 8, 5)

    def forward(self, x: Any) -> Any:
        return self.form(x.flatten(2).transpose(1, 2), x.flatten(2)[:, :, :8].mean(1, True).expand(-1, 64, -1))


class Masked(nn.Module):
    """Numbers that are replaced where something holds."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mask", torch.ones(8, 8, dtype=torch.bool))
        self.conv = nn.Conv2d(3, 4, 1)

    def forward(self, x: Any) -> Any:
        y = self.conv(x)
        y = y.masked_fill(self.mask, float("-inf")).softmax(-1)
        y = torch.where(y >= 0.5, y, torch.where(y != y.mean(1, True), y * 2, y))
        return y.masked_fill((y < 1).logical_not(), 0) * (y == 0)


class Repeated(nn.Module):
    """Places that are repeated, and slices of nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(6, 4, 3, padding=1)

    def forward(self, x: Any) -> Any:
        x = x.repeat_interleave(2, 1)
        return torch.cat([x[:, :0], self.conv(x)], 1).repeat_interleave(3, 0).unflatten(0, (x.shape[0], 3))


class Marked(nn.Module):
    """A mask of the input's size that is written in parts."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)

    def forward(self, x: Any) -> Any:
        mask = x.new_zeros(x.shape[2:])
        mask[:4, :4] = 1
        return self.conv(x * mask.masked_fill(mask != 0, -100.0))


class Unheard(nn.Module):
    """A function that no layer computes."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)

    def forward(self, x: Any) -> Any:
        return self.conv(x).erfinv()


class Queried(nn.Module):
    """A linear layer of learned queries, and a convolution of an encoding of places."""

    def __init__(self) -> None:
        super().__init__()
        self.latent, self.q = nn.Parameter(torch.ones(1, 2, 6)), nn.Linear(6, 3)
        self.places = nn.Conv2d(5, 3, 1)

    def forward(self, x: Any) -> Any:
        x = x + self.places(x.new_ones(x.shape[0], 5, 8, 8))
        return self.q(self.latent.expand(x.shape[0], -1, -1)) @ x.flatten(2)


class Generated(nn.Module):
    """A convolution whose weights a linear layer makes of a learned vector: it reads no input."""

    def __init__(self) -> None:
        super().__init__()
        self.code, self.hyper = nn.Parameter(torch.ones(5)), nn.Linear(5, 4 * 3 * 9)

    def forward(self, x: Any) -> Any:
        return f.conv2d(x, self.hyper(self.code).view(4, 3, 3, 3), padding=1)


class Computed(nn.Module):
    """Convolutions whose weights are computed from the input: as many groups as there are samples."""

    def __init__(self) -> None:
        super().__init__()
        self.route, self.shared = nn.Linear(3, 4), nn.Conv2d(3, 8, 1)
        self.experts = nn.Parameter(torch.ones(4, 8 * 4 * 9))
        self.biases, self.pointwise = nn.Parameter(torch.ones(4, 8)), nn.Parameter(torch.ones(4, 6 * 8))

    def forward(self, x: Any) -> Any:
        samples, routes = x.shape[0], self.route(x.mean((2, 3))).sigmoid()
        weight, bias = (routes @ self.experts).view(-1, 4, 3, 3), (routes @ self.biases).view(-1)
        y = self.shared(x).reshape(1, -1, *x.shape[2:])
        y = f.conv2d(y, weight, bias, stride=2, padding=1, groups=2 * samples)
        y = f.conv2d(y, (routes @ self.pointwise).view(-1, 8, 1, 1), groups=samples)
        return y.view(samples, 6, *y.shape[2:])


class Correlated(nn.Module):
    """The samples of a batch as kernels for each other."""

    def forward(self, x: Any) -> Any:
        return f.conv2d(x, x[:, :, :3, :3])


class Indexed(nn.Module):
    """Places by numbers: given, learned, of a table, and of a grid."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.table = nn.Conv2d(3, 4, 3, padding=1), nn.Parameter(torch.ones(10, 6))
        self.register_buffer("order", torch.tensor([3, 1, 0, 2]))
        self.register_buffer("rows", torch.tensor([0, 2, 4]))

    def forward(self, x: Any) -> Any:
        y = self.conv(x)[:, self.order]
        grid = y[:, :, self.rows[:, None], self.rows[None]]
        chosen = y.index_select(3, self.rows).gather(2, self.rows.view(1, 1, 3, 1).expand(y.shape[0], 4, 3, 3))
        codes = self.table[y.mean((1, 3)).long()]
        return grid * chosen + codes[:, :3, :3].unsqueeze(1)


class Turned(nn.Module):
    """Running sums, quarter turns, and windows that overlap."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)

    def forward(self, x: Any) -> Any:
        y = self.conv(x).cumsum(-1)
        turned = [torch.rot90(y[:, :, :6], turns, (2, 3)).sum((2, 3)) for turns in (1, 2, 3, 4)]
        windows = y.unfold(2, 4, 2).unfold(3, 3, 1)
        return windows.sum((2, 3, 4, 5)) + torch.stack(turned).sum(0).fliplr()


class Biased(nn.Module):
    """A bias for pairs of places, which a network computes from the places, as in Swin v2; it reads no input."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.mlp = nn.Conv2d(3, 8, 1), nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 2))
        self.register_buffer("places", torch.ones(1, 15, 2))
        self.register_buffer("pairs", torch.zeros(64, dtype=torch.long))
        self.lookup, self.one_hot = nn.Parameter(torch.ones(2, 15)), nn.Buffer(torch.ones(8, 8, 15))
        self.encode = nn.Conv2d(2, 8, 1)

    def forward(self, x: Any) -> Any:
        bias = self.mlp(self.places).view(-1, 2)[self.pairs].view(8, 8, 2).permute(2, 0, 1)
        bias = 16 * bias.sigmoid().unsqueeze(0) + torch.einsum("nw,ixw->nix", self.lookup, self.one_hot)
        where = self.encode(self.places.new_ones(1, 2, 8, 8)).repeat(x.shape[0], 1, 1, 1)
        q = (self.conv(x) + where).mean(3).view(-1, 2, 4, 8).transpose(2, 3)
        return f.scaled_dot_product_attention(q, q, q, attn_mask=bias)


class Boxes(nn.Module):
    """Boxes that are decoded in place, as YOLOv5's head does."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 27, 1)
        self.register_buffer("grid", torch.rand(1, 3, 8, 8, 2))

    def forward(self, x: Any) -> Any:
        y = self.conv(x).view(-1, 3, 9, 8, 8).permute(0, 1, 3, 4, 2).contiguous().sigmoid()
        y[..., 0:2] = (y[..., 0:2] * 2 - 0.5 + self.grid) * 8
        y[..., 2:4] = (y[..., 2:4] * 2) ** 2
        return y.flatten(1, 3)


class Written(nn.Module):
    """Parts that are written through views of views, into a tensor of zeros."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 1)

    def forward(self, x: Any) -> Any:
        y = self.conv(x)
        z = torch.zeros(x.shape[0], 8, 8, 8, device=x.device)
        z[:, 2:6] = y
        z[:, 7, 0] = y[:, 0, 0]
        z.transpose(1, 2)[:, 1:3].relu_()
        z[:, 0] = 1
        z.narrow(3, 2, 3).mul_(2)
        return z * 2


class Stale(nn.Module):
    """A view that was taken before what lies in it is overwritten, and is read behind that."""

    def forward(self, x: Any) -> Any:
        y = x * 2
        first = y[:, 0]
        y[:, 0] = y[:, 1]
        return y + first.unsqueeze(1)


class Cells(nn.Module):
    """Recurrent cells along the rows of an image, from a state of zeros."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm, self.gru, self.rnn = nn.LSTMCell(24, 10), nn.GRUCell(10, 6), nn.RNNCell(6, 6, bias=False)

    def forward(self, x: Any) -> Any:
        state, cell = x.new_zeros(x.shape[0], 10), x.new_zeros(x.shape[0], 10)
        after = last = x.new_zeros(x.shape[0], 6)
        for row in x.flatten(1).unflatten(1, (8, 24)).unbind(1):
            state, cell = self.lstm(row, (state, cell))
            after = self.gru(state, after)
            last = self.rnn(after, last)
        return last


class States(nn.Module):
    """The last states of cells in several layers and directions."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(24, 10, num_layers=2, bidirectional=True, batch_first=True)
        self.gru = nn.GRU(20, 5, num_layers=3)

    def forward(self, x: Any) -> Any:
        steps, (state, _) = self.lstm(x.flatten(1).unflatten(1, (8, 24)))
        _, last = self.gru(steps.transpose(0, 1))
        return torch.cat([state.transpose(0, 1).flatten(1), last[-1], last[0]], 1)


class Seeded(nn.Module):
    """A recurrence whose first state another layer gives."""

    def __init__(self) -> None:
        super().__init__()
        self.gru, self.first = nn.GRU(24, 10, batch_first=True), nn.Linear(3, 10)

    def forward(self, x: Any) -> Any:
        return self.gru(x.flatten(1).unflatten(1, (8, 24)), self.first(x.mean((2, 3))).unsqueeze(0))[0]


class Spectral(nn.Module):
    """A product in the domain of frequencies, which are complex."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.gain = nn.Conv2d(3, 4, 1), nn.Parameter(torch.ones(4, 8, 5))

    def forward(self, x: Any) -> Any:
        spectrum = torch.fft.rfft2(self.conv(x))
        return torch.fft.irfft2(spectrum * self.gain, s=x.shape[2:])
