"""What a convolution holds while it runs on a GPU: the workspaces of a library, as formulas.

A library that computes a convolution some other way than by loops takes memory for it, and gives it back at once. How
much follows from the way; which way it takes is the library's choice, and differs from card to card. All sizes here
are those that cuDNN takes for one convolution of a whole batch, in bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from cnncost.algorithms.winograd import Winograd4
from cnncost.layers.base.sliding import pads
from cnncost.symbolic.dims import ceil_div, power_of_two_from, product

if TYPE_CHECKING:
    from cnncost.algorithms.base import ConvolutionCall

WORKSPACES: dict[str, Workspace] = {}
"""Every workspace, by its name."""

_SINGLE = 4
"""Bytes of a float32: transforms and sums are of that, whatever the tensors are."""


class Workspace:
    """Base of all workspaces. A subclass with ``name=`` is one of them."""

    name: ClassVar[str] = ""
    source: ClassVar[str] = ""
    """Who published the algorithm."""

    def __init_subclass__(cls, name: str, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        cls.name = name
        WORKSPACES[name] = cls()

    def applies(self, call: ConvolutionCall) -> bool:
        """Whether a convolution can be computed so. None of these is for groups of channels."""
        return call.layer.groups == 1

    def bytes(self, call: ConvolutionCall, item_size: int) -> int:
        """Its size, where numbers of the tensors have `item_size` bytes."""
        raise NotImplementedError


class Nothing(Workspace, name="none"):
    """No workspace: products of what is read as it lies in memory."""

    source = "notes 004, 8.4; Goodfellow et al. 2016, 9.1"

    def applies(self, call: ConvolutionCall) -> bool:
        return True

    def bytes(self, call: ConvolutionCall, item_size: int) -> int:
        return 0


class WinogradTransforms(Workspace, name="winograd"):
    """F(4×4, 3×3) in separate steps: all transformed inputs, filters and outputs, 36 numbers each."""

    source = Winograd4.source

    def applies(self, call: ConvolutionCall) -> bool:
        return super().applies(call) and Winograd4().refusal(call.layer, call.x) is None

    def bytes(self, call: ConvolutionCall, item_size: int) -> int:
        """4 · 36 · (K C + (K + C) N ⌈H/4⌉ ⌈W/4⌉) for N samples, C input and K output channels.

        The gradient of the weights in the third stage of VGG-16, batch 8:

        >>> from cnncost import load
        >>> from cnncost.algorithms import ConvolutionCall
        >>> node = next(node for node in load("vgg16").nodes if node.name == "block[2].conv3[1].conv")
        >>> call = ConvolutionCall(node.layer, node.xs[0], node.y, batch=8)
        >>> WORKSPACES["winograd"].bytes(call, 4)
        125042688
        """
        algorithm = Winograd4()
        return _SINGLE * algorithm.extra_elements(call, **algorithm.sizes(call))


class TiledSpectra(Workspace, name="tiled_fft"):
    """Spectra of tiles of 32 × 32, 17 × 32 complex numbers each: of all filters, and of 16 tiles at a time."""

    source = "Mathieu et al. 2014, section 2; Vasilache et al. 2015"
    frequencies: ClassVar[int] = 17 * 32
    tiles: ClassVar[int] = 16

    def applies(self, call: ConvolutionCall) -> bool:
        layer = call.layer
        fits = all(size < 32 for size in layer.kernel)
        return super().applies(call) and _is_plain(call) and len(layer.kernel) == 2 and fits

    def bytes(self, call: ConvolutionCall, item_size: int) -> int:
        """8 · 17 · 32 · (K C + 16 (K + C))."""
        channels = call.x.channels + call.layer.out
        return 2 * _SINGLE * self.frequencies * (call.filters + self.tiles * channels)


class Spectra(Workspace, name="fft"):
    """Spectra of whole maps, filled up to a square of a power of two: of filters and inputs, twice, and the filters.

    Transforms are not in place. Outputs come to lie where the inputs' were.
    """

    source = "Mathieu et al. 2014, section 2"

    def applies(self, call: ConvolutionCall) -> bool:
        return super().applies(call) and _is_plain(call) and len(call.layer.kernel) == 2

    def bytes(self, call: ConvolutionCall, item_size: int) -> int:
        """4 K C k² + 8 · F (F/2 + 1) · 2 C (K + N), where F is the power of two from the padded map on."""
        padded = [
            size + before + after
            for size, (before, after) in zip(call.x.spatial, pads(call.layer, call.x), strict=True)
        ]
        side = power_of_two_from(max(padded))
        spectra = 2 * call.x.channels * (call.layer.out + call.batch)
        return _SINGLE * call.layer.weights(call.x) + 2 * _SINGLE * side * (side // 2 + 1) * spectra


class LayoutCopies(Workspace, name="layout_copies"):
    """Input, output and weights with channels last, as the kernels for matrix units read them.

    In two bytes channels are filled up to a multiple of 8. Weights of a 1 × 1 kernel are the same in both layouts.
    """

    source = "NVIDIA, Convolutional Layers User's Guide, section 2.2"
    alignment: ClassVar[int] = 16

    def bytes(self, call: ConvolutionCall, item_size: int) -> int:
        """The bytes of x + y + w, and 16."""
        channels, out = _filled_up(call.x.channels, item_size), _filled_up(call.layer.out, item_size)
        maps = call.batch * (channels * call.x.positions + out * call.y.positions)
        weights = channels * out * product(call.layer.kernel) if _has_window(call) else 0
        return item_size * (maps + weights) + self.alignment


class PartialSums(LayoutCopies, name="partial_sums"):
    """Those copies, and sums of the weights' gradient over parts of the batch: as many as keep all processors busy.

    A part is computed in tiles of at most 128 × 128, of at most 256 columns where there are few input channels. The
    number of tiles times that of parts comes near 117, on a card of 132 multiprocessors.
    """

    source = "measured; NVIDIA, CUTLASS, Efficient GEMM, Parallelized Reductions"
    tiles_at_once: ClassVar[int] = 117

    def bytes(self, call: ConvolutionCall, item_size: int) -> int:
        channels, out = _filled_up(call.x.channels, item_size), _filled_up(call.layer.out, item_size)
        columns = channels * product(call.layer.kernel)
        width = 256 if channels <= 8 else min(channels, 128)
        parts = self.tiles_at_once // (ceil_div(out, 128) * ceil_div(columns, width))
        return super().bytes(call, item_size) + _SINGLE * parts * out * columns


class SampleSums(Workspace, name="sample_sums"):
    """The gradient of the weights for each sample, to be added up."""

    source = "measured"

    def bytes(self, call: ConvolutionCall, item_size: int) -> int:
        """4 N K C k²."""
        return _SINGLE * call.batch * call.layer.weights(call.x)


def _is_plain(call: ConvolutionCall) -> bool:
    """Whether every output is computed, by a kernel without holes that is more than a point."""
    return all(each == 1 for each in (*call.layer.stride, *call.layer.dilation)) and _has_window(call)


def _has_window(call: ConvolutionCall) -> bool:
    return product(call.layer.kernel) > 1


def _filled_up(channels: int, item_size: int) -> int:
    return channels if item_size == _SINGLE else 8 * ceil_div(channels, 8)
