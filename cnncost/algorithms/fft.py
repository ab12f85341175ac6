"""Convolution as a product of spectra."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from cnncost.algorithms.base import Algorithm, refusal_of_others, refusal_of_steps
from cnncost.layers.base.sliding import pads
from cnncost.layers.contractions.conv import Conv
from cnncost.symbolic.dims import power_of_two_from, product, rounded_logarithm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncost.algorithms.base import ConvolutionCall
    from cnncost.layers.base.layer import Layer
    from cnncost.layers.base.tensor import Tensor


class Fft(Algorithm, name="fft"):
    """Spectra of inputs and filters multiplied with each other, the transforms' own multiplications included.

    Inputs, with their padding, and filters are filled up with zeros to powers of two, N elements in all: outputs of
    stride 1 then lie where nothing wraps around. A radix-2 transform of N complex numbers has N/2 · log2 N butterflies
    with one complex multiplication each; real maps go through it two at a time. Spectra of real maps are symmetric, so
    S of the N frequencies are enough. A complex multiplication is four real ones. Filters are transformed in every
    pass, as in training.

    Extra memory are all spectra at once, of the whole batch's inputs, of all filters and of the whole batch's outputs,
    two numbers for each complex one.
    """

    title = short = "FFT"
    source = "notes 004, 8.4; Mathieu et al. 2014, section 2; Cooley & Tukey 1965"
    letters: ClassVar[Mapping[str, str]] = {
        "N": "elements of a map filled up to powers of two",
        "n": "halvings of such a map, log₂ N",
        "S": "frequencies of a real map that differ",
    }

    def refusal(self, layer: Layer, x: Tensor) -> str | None:
        return refusal_of_others(layer) or (refusal_of_steps(layer) if isinstance(layer, Conv) else None)

    def sizes(self, call: ConvolutionCall) -> dict[str, int]:
        padded = [
            size + before + after
            for size, (before, after) in zip(call.x.spatial, pads(call.layer, call.x), strict=True)
        ]
        *others, last = map(power_of_two_from, padded)
        return {
            "N": product((*others, last)),
            "n": sum(map(rounded_logarithm, padded)),
            "S": product((*others, last // 2 + 1)),
        }

    def multiplications(self, call: ConvolutionCall, **sizes: int) -> int:
        """The transforms' N log2 N for each map, and four for each pair of frequencies."""
        transforms = sizes["N"] * sizes["n"] * self._maps(call)
        return transforms + 4 * call.batch * call.filters * sizes["S"]

    def extra_elements(self, call: ConvolutionCall, **sizes: int) -> int:
        return 2 * sizes["S"] * self._maps(call)

    def _maps(self, call: ConvolutionCall) -> int:
        """Inputs, filters and outputs."""
        return call.batch * call.x.channels + call.filters + call.batch * call.layer.out
