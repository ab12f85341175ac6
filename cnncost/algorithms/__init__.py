"""How a convolution can be computed: one class per algorithm.

>>> list(ALGORITHMS)
['direct', 'im2col', 'fft', 'winograd_2', 'winograd_4']
"""

from __future__ import annotations

# Their order is that of the columns; of two equally cheap ones, the first is named.
from cnncost.algorithms import direct  # isort: skip
from cnncost.algorithms import im2col  # isort: skip
from cnncost.algorithms import fft  # isort: skip
from cnncost.algorithms import winograd  # isort: skip
from cnncost.algorithms.base import ALGORITHMS, Algorithm, ConvolutionCall

__all__ = ["ALGORITHMS", "Algorithm", "ConvolutionCall", "direct", "fft", "im2col", "winograd"]
