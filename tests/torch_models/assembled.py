"""Networks that are put together of loops, levels and products, typed in PyTorch from their papers."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class FCOS(nn.Module):
    """The heads of Tian et al. 2019 on three levels: towers that are shared, and a factor for each level."""

    def __init__(self) -> None:
        super().__init__()
        self.levels = nn.ModuleList([nn.Conv2d(read, 16, 3, 2, 1) for read in (3, 16, 16)])
        self.classes, self.logits, self.centre = self.tower(), nn.Conv2d(16, 5, 3, 1, 1), nn.Conv2d(16, 1, 3, 1, 1)
        self.boxes, self.edges = self.tower(), nn.Conv2d(16, 4, 3, 1, 1)
        self.factors = nn.ParameterList([nn.Parameter(torch.ones(())) for _ in range(3)])

    def tower(self) -> nn.Module:
        units = [(nn.Conv2d(16, 16, 3, 1, 1), nn.GroupNorm(4, 16), nn.ReLU()) for _ in range(2)]
        return nn.Sequential(*[layer for unit in units for layer in unit])

    def forward(self, x: Tensor) -> list[Tensor]:
        found: list[list[Tensor]] = [[], [], []]
        for level, factor in zip(self.levels, self.factors, strict=True):
            x = level(x)
            classes = self.classes(x)
            maps = (self.logits(classes), (self.edges(self.boxes(x)) * factor).exp(), self.centre(classes))
            for rows, each in zip(found, maps, strict=True):
                rows.append(each.flatten(2))
        return [torch.cat(rows, 2) for rows in found]


class HourglassUnit(nn.Module):
    """A residual unit with its norms in front (He et al. 2016), as Newell et al. 2016 have it."""

    def __init__(self, width: int) -> None:
        super().__init__()
        half, layers = width // 2, list[nn.Module]()
        for read, out, kernel in [(width, half, 1), (half, half, 3), (half, width, 1)]:
            layers += [nn.BatchNorm2d(read), nn.ReLU(), nn.Conv2d(read, out, kernel, padding=kernel // 2)]
        self.body = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return torch.as_tensor(x + self.body(x))


class Hourglass(nn.Module):
    """Newell et al. 2016, figure 3: every level is a unit beside an hourglass of half the size."""

    def __init__(self, depth: int, width: int) -> None:
        super().__init__()
        self.beside, self.before = HourglassUnit(width), HourglassUnit(width)
        self.inner = Hourglass(depth - 1, width) if depth > 1 else HourglassUnit(width)
        self.behind = HourglassUnit(width)

    def forward(self, x: Tensor) -> Tensor:
        small = self.behind(self.inner(self.before(functional.max_pool2d(x, 2))))
        return torch.as_tensor(self.beside(x) + functional.interpolate(small, scale_factor=2.0))


class StackedHourglass(nn.Module):
    """Two hourglasses, the second of which reads what the first has found."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 7, 2, 3)
        self.first, self.features, self.heat = Hourglass(3, 16), nn.Conv2d(16, 16, 1), nn.Conv2d(16, 7, 1)
        self.again, self.back = nn.Conv2d(16, 16, 1), nn.Conv2d(7, 16, 1)
        self.second, self.features_2, self.heat_2 = Hourglass(3, 16), nn.Conv2d(16, 16, 1), nn.Conv2d(16, 7, 1)

    def forward(self, x: Tensor) -> list[Tensor]:
        x = self.stem(x)
        features = self.features(self.first(x))
        heat = self.heat(features)
        x = x + self.again(features) + self.back(heat)
        return [heat, self.heat_2(self.features_2(self.second(x)))]


class NearIdentity(nn.Module):
    """What is added to the identity, which is a buffer."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.register_buffer("identity", torch.eye(size))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.identity


class Transform(nn.Module):
    """A matrix that a small network makes of points, times the points: PointNet's T-Net (Qi et al. 2017)."""

    def __init__(self, size: int) -> None:
        super().__init__()
        layers = list[nn.Module]()
        for read, out in [(size, 16), (16, 32)]:
            layers += [nn.Conv1d(read, out, 1), nn.BatchNorm1d(out), nn.ReLU()]
        self.points = nn.Sequential(*layers)
        hidden = (nn.Linear(32, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, size * size))
        self.matrix = nn.Sequential(*hidden, nn.Unflatten(1, (size, size)), NearIdentity(size))

    def forward(self, x: Tensor) -> Tensor:
        return (x.mT @ self.matrix(self.points(x).amax(2))).mT


class PointNet(nn.Module):
    """Two transforms, of points and of features, and a maximum over all points."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *[Transform(3), nn.Conv1d(3, 16, 1), nn.BatchNorm1d(16), nn.ReLU()],
            *[Transform(16), nn.Conv1d(16, 32, 1), nn.BatchNorm1d(32)],
        )
        self.head = nn.Linear(32, 4)

    def forward(self, x: Tensor) -> list[Tensor]:
        return [functional.log_softmax(self.head(self.body(x).amax(2)), 1)]


class NestedUNet(nn.Module):
    """U-Net++ (Zhou et al. 2018): a node reads all nodes before it in its row, and one below."""

    widths = (4, 8, 16)

    def __init__(self) -> None:
        super().__init__()
        w = self.widths
        self.down = nn.ModuleList([nn.Conv2d(read, out, 3, 1, 1) for read, out in zip((3, *w), w, strict=False)])
        read = {(i, j): w[i] * j + w[i + 1] for j in (1, 2) for i in range(3 - j)}
        self.nodes = nn.ModuleList([nn.Conv2d(read[i, j], w[i], 3, 1, 1) for i, j in read])
        self.heads = nn.ModuleList([nn.Conv2d(w[0], 2, 1) for _ in range(2)])

    def forward(self, x: Tensor) -> list[Tensor]:
        rows: list[list[Tensor]] = []
        for level, unit in enumerate(self.down):
            rows.append([unit(functional.max_pool2d(rows[-1][0], 2) if level else x)])
        nodes = iter(self.nodes)
        for column in (1, 2):
            for level in range(3 - column):
                below = functional.interpolate(rows[level + 1][column - 1], scale_factor=2.0)
                rows[level].append(next(nodes)(torch.cat([*rows[level], below], 1)))
        return [head(y) for head, y in zip(self.heads, rows[0][1:], strict=True)]


class VLAD(nn.Module):
    """NetVLAD (Arandjelovic et al. 2016): residuals to learned centres, weighed by what is assigned to each."""

    def __init__(self) -> None:
        super().__init__()
        self.assign, self.centres, self.last = nn.Conv2d(16, 8, 1), nn.Linear(16, 8, bias=False), nn.Linear(128, 10)

    def forward(self, x: Tensor) -> list[Tensor]:
        x = functional.normalize(x)
        assigned = self.assign(x).softmax(1).flatten(2)
        sums = torch.einsum("bkn,bcn->bkc", assigned, x.flatten(2))
        residuals = functional.normalize(sums - assigned.sum(2, keepdim=True) * self.centres.weight, dim=2)
        return [self.last(functional.normalize(residuals.flatten(1)))]


class Halo(nn.Module):
    """Attention of blocks to themselves and a border around them (Vaswani et al. 2021), by windows as columns."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.pairs = nn.Conv2d(8, 8, 1, bias=False), nn.Conv2d(8, 16, 1, bias=False)

    def forward(self, x: Tensor) -> list[Tensor]:
        blocks = self.query(x).unflatten(3, (-1, 4)).unflatten(2, (-1, 4))
        query = blocks.permute(0, 2, 4, 3, 5, 1).flatten(3, 4).flatten(1, 2).flatten(1, 2)
        query = query.unflatten(1, (blocks.shape[2] * blocks.shape[4], 16))
        keys, values = functional.unfold(self.pairs(x), 6, padding=1, stride=4).unflatten(1, (16, 36)).chunk(2, 1)
        weights = torch.einsum("bnqc,bckn->bnqk", query, keys).softmax(-1)
        columns = torch.einsum("bnqk,bckn->bcqn", weights, values).flatten(1, 2)
        return [functional.fold(columns, x.shape[2:], 4, stride=4)]


class ShiftedWindows(nn.Module):
    """Half a block of Swin (Liu et al. 2021): attention within windows of 4 x 4 that are moved by 2."""

    def __init__(self) -> None:
        super().__init__()
        self.norm, self.all = nn.LayerNorm(16), nn.Linear(16, 48)
        self.bias, self.last = nn.Linear(16, 32, bias=False), nn.Linear(16, 16)

    def forward(self, x: Tensor) -> list[Tensor]:
        y = self.norm(x.permute(0, 2, 3, 1)).roll((-2, -2), (1, 2))
        windows = y.unflatten(1, (2, 4)).unflatten(3, (3, 4)).transpose(2, 3).flatten(3, 4).flatten(1, 2)
        query, key, value = self.all(windows).unflatten(3, (3, 2, 8)).permute(3, 0, 1, 4, 2, 5)
        weights = (8**-0.5 * query @ key.mT + self.bias.weight.unflatten(0, (2, 16))).softmax(-1)
        y = self.last((weights @ value).transpose(2, 3).flatten(3)).unflatten(2, (4, 4)).unflatten(1, (2, 3))
        return [x + y.transpose(2, 3).flatten(3, 4).flatten(1, 2).roll((2, 2), (1, 2)).permute(0, 3, 1, 2)]
