"""Networks that make images, and those that judge them: DCGAN's and pix2pix's, typed from what implements them."""

from __future__ import annotations

import torch
from torch import nn

from tests.torch_models.reference import Reference, typed


class DCGANGenerator(nn.Sequential):
    """The generator of PyTorch's examples, after Radford et al. 2016, Figure 1: 512, 256, 128 and 64 channels."""

    def __init__(self) -> None:
        super().__init__()
        for read, out in [(100, 512), (512, 256), (256, 128), (128, 64)]:
            stride, padding = (1, 0) if read == 100 else (2, 1)
            grow = nn.ConvTranspose2d(read, out, 4, stride, padding, bias=False)
            self.extend([grow, nn.BatchNorm2d(out), nn.ReLU()])
        self.extend([nn.ConvTranspose2d(64, 3, 4, 2, 1, bias=False), nn.Tanh()])


class DCGANDiscriminator(nn.Sequential):
    """The discriminator of PyTorch's examples, after Radford et al. 2016, section 3: no norm in the first layer."""

    def __init__(self) -> None:
        super().__init__()
        for read, out in [(3, 64), (64, 128), (128, 256), (256, 512)]:
            self.append(nn.Conv2d(read, out, 4, 2, 1, bias=False))
            if read > 3:
                self.append(nn.BatchNorm2d(out))
            self.append(nn.LeakyReLU(0.2))
        self.extend([nn.Conv2d(512, 1, 4, bias=False), nn.Sigmoid(), nn.Flatten()])


class SkipLevel(nn.Module):
    """A level of pix2pix's U-Net, Isola et al. 2017, section 6.1.1: what it reads beside what comes up from below."""

    def __init__(self, width: int, inner: int, below: nn.Module | None, drop: bool) -> None:
        super().__init__()
        down: list[nn.Module] = [nn.LeakyReLU(0.2), nn.Conv2d(width, inner, 4, 2, 1, bias=False)]
        if below is not None:
            down += [nn.BatchNorm2d(inner), below]
        risen = inner if below is None else 2 * inner
        up = [nn.ReLU(), nn.ConvTranspose2d(risen, width, 4, 2, 1, bias=False), nn.BatchNorm2d(width)]
        self.body = nn.Sequential(*down, *up, nn.Dropout() if drop else nn.Identity())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([x, self.body(x)], 1)


class Pix2PixUNet(nn.Sequential):
    """The generator `unet_256` of the authors' PyTorch code, or with 7 levels `unet_128`: built from the bottom up."""

    def __init__(self, levels: int = 8) -> None:
        widths = [min(64 * 2**level, 512) for level in range(levels)]
        below: nn.Module | None = None
        for level in reversed(range(levels - 1)):
            drop = level > 2 and below is not None
            below = SkipLevel(widths[level], widths[level + 1], below, drop)
        assert below is not None
        super().__init__(
            nn.Conv2d(3, 64, 4, 2, 1, bias=False), below, nn.ReLU(), nn.ConvTranspose2d(128, 3, 4, 2, 1), nn.Tanh()
        )


class PatchGAN(nn.Sequential):
    """The authors' discriminator, Isola et al. 2017, section 6.1.2: C64-C128-C256-C512 with 3 levels of stride 2."""

    def __init__(self, levels: int = 3) -> None:
        super().__init__(nn.Conv2d(6, 64, 4, 2, 1), nn.LeakyReLU(0.2))
        read = 64
        for level in range(1, levels + 1):
            out = 64 * min(2**level, 8)
            conv = nn.Conv2d(read, out, 4, 2 if level < levels else 1, 1, bias=False)
            self.extend([conv, nn.BatchNorm2d(out), nn.LeakyReLU(0.2)])
            read = out
        self.append(nn.Conv2d(read, 1, 4, 1, 1))


_CODE = "typed from junyanz/pytorch-CycleGAN-and-pix2pix"

REFERENCES: dict[str, Reference] = {
    "dcgan_generator": typed("typed from pytorch/examples, dcgan", 100, 1, 1, build=DCGANGenerator, sample=(100, 1, 1)),
    "dcgan_discriminator": typed(
        "typed from pytorch/examples, dcgan", 3, 64, 64, build=DCGANDiscriminator, sample=(3, 64, 64)
    ),
    "pix2pix_unet_256": typed(_CODE, 3, 256, 256, build=Pix2PixUNet, sample=(3, 256, 256)),
    "pix2pix_unet_128": typed(_CODE, 3, 128, 128, build=Pix2PixUNet, levels=7, sample=(3, 128, 128)),
    "patchgan_70": typed(_CODE, 6, 256, 256, build=PatchGAN, sample=(6, 64, 64)),
    "patchgan_16": typed(_CODE, 6, 256, 256, build=PatchGAN, levels=1, sample=(6, 32, 32)),
    "patchgan_286": typed(_CODE, 6, 256, 256, build=PatchGAN, levels=5, sample=(6, 128, 128)),
}
