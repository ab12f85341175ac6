"""What kernels are to a device: a few kinds, each with coefficients of its own in a profile."""

from __future__ import annotations

KINDS = {
    "pointwise": "convolutions of one element, without strides or groups",
    "strided_pointwise": "convolutions of one element that leave positions out",
    "convolution": "convolutions of several elements",
    "dilated": "the same with holes between the elements",
    "winograd": "the same by minimal filtering, where a profile says so",
    "fft": "the same by Fourier transforms, where a profile says so",
    "ragged": "convolutions whose channels fill no whole vectors of a processor, where a profile says so",
    "stem": "convolutions of at most four channels",
    "grouped": "convolutions of groups of channels",
    "depthwise": "convolutions of single channels",
    "volume": "convolutions of three axes",
    "matrix_product": "linear layers and products of matrices in batches",
    "attention": "attention in one kernel",
    "normalisation": "normalisations by given statistics",
    "sample_statistics": "normalisations of single samples and rows: layer and group norm, softmax",
    "batch_statistics": "normalisations by the statistics of the batch",
    "elementwise": "functions of one element that are computed at once: sums, products, ReLU",
    "transcendental": "functions of one element with exponentials or roots: SiLU, GELU, sigmoid",
    "bias": "biases that are added after a convolution, and whatever else is repeated over positions",
    "pool": "pools over windows",
    "copy": "copies, casts, padding",
    "concatenation": "tensors that are put one behind the other",
    "resize": "interpolation",
    "reduction": "sums and means over axes",
    "gather": "elements taken from, or put to, places that are computed",
    "optimizer": "a pass of the optimizer over parameters, gradients and states",
}
"""Every kind, and what it is."""

TWINS = {
    "strided_pointwise": "pointwise",
    "dilated": "convolution",
    "winograd": "convolution",
    "fft": "convolution",
    "ragged": "convolution",
    "stem": "convolution",
    "volume": "convolution",
    "depthwise": "grouped",
    "grouped": "convolution",
    "convolution": "pointwise",
    "pointwise": "matrix_product",
    "attention": "matrix_product",
    "batch_statistics": "normalisation",
    "pool": "reduction",
    "reduction": "sample_statistics",
    "sample_statistics": "normalisation",
    "normalisation": "elementwise",
    "resize": "copy",
    "gather": "copy",
    "concatenation": "copy",
    "copy": "elementwise",
    "transcendental": "elementwise",
    "bias": "elementwise",
    "optimizer": "elementwise",
}
"""The kind that stands in for one which was not measured: what is most like it."""

PRODUCT_KINDS = frozenset(
    (
        *("pointwise", "strided_pointwise", "convolution", "dilated", "winograd", "fft", "stem", "volume"),
        *("grouped", "depthwise", "matrix_product", "attention"),
    )
)
"""Those that are products of matrices."""
