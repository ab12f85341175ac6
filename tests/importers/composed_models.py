"""Models that compute a layer in several operators, as people write it."""

import torch
from torch import Tensor, nn


class Normalised(nn.Module):
    """PyTorch's own module, and its function."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LocalResponseNorm(5, alpha=0.01, beta=0.5, k=2.0)

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.local_response_norm(self.norm(x), 3)


class NormalisedByHand(nn.Module):
    """The squares written as a power, and pooled as a volume."""

    def forward(self, x: Tensor) -> Tensor:
        squares = nn.functional.avg_pool3d(
            nn.functional.pad(x.pow(2).unsqueeze(1), (0, 0, 0, 0, 1, 1)), (3, 1, 1), stride=1
        ).squeeze(1)
        return x / (squares * 1e-4 + 1.0) ** 0.75


class OtherQuotient(nn.Module):
    """The squares of something else."""

    def forward(self, x: Tensor) -> Tensor:
        y = x.relu()
        squares = nn.functional.avg_pool3d(
            nn.functional.pad((y * y).unsqueeze(1), (0, 0, 0, 0, 1, 1)), (3, 1, 1), stride=1
        ).squeeze(1)
        return x / (squares * 1e-4 + 1.0) ** 0.75


class Shuffled(nn.Module):
    """Channels in groups that change places, in two spellings."""

    def forward(self, x: Tensor) -> Tensor:
        batch, channels, height, width = x.shape
        x = x.view(batch, 2, channels // 2, height, width)
        x = torch.transpose(x, 1, 2).contiguous().view(batch, channels, height, width)
        return x.reshape(batch, 4, channels // 4, height, width).permute(0, 2, 1, 3, 4).flatten(1, 2)


class Turned(nn.Module):
    """Groups of channels that change places with rows, which is no shuffle of channels."""

    def forward(self, x: Tensor) -> Tensor:
        batch, channels, height, width = x.shape
        x = x.view(batch, 2, channels // 2, height, width)
        return x.transpose(2, 3).reshape(batch, channels, height, width)
