"""The arithmetic that formulas may use: on Python integers and on int64 arrays alike, element by element.

Formulas never branch on the value of a dimension; where a textbook writes max(x, 0) or a ceiling, they call these.

>>> ceil_div(7, 2), positive_part(-3), product((2, 3, 4))
(4, 0, 24)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.symbolic.varying import Varying, largest

if TYPE_CHECKING:
    from collections.abc import Iterable

# Lame: Euclid takes n steps at the earliest for the Fibonacci number F(n + 1), and F(47) is above 2^31.
_EUCLID_STEPS = 46

# Arrays of sizes are of 64 bits, one of which is the sign.
_LARGEST_POWER = 62


def product(factors: Iterable[int]) -> int:
    """The product of `factors`; 1 when there are none.

    >>> product(())
    1
    """
    result = 1
    for factor in factors:
        result = result * factor
    return result


def ceil_div(numerator: int, denominator: int) -> int:
    """The quotient rounded up.

    >>> ceil_div(224, 32), ceil_div(225, 32)
    (7, 8)
    """
    return -(-numerator // denominator)


def positive_part(value: int) -> int:
    """max(value, 0), without a branch.

    >>> positive_part(5), positive_part(-5)
    (5, 0)
    """
    if isinstance(value, Varying):
        return maximum(value, 0)
    return value * (value > 0)


def maximum(first: int, second: int) -> int:
    """The larger of two, without a branch.

    >>> maximum(1, 56), maximum(56, 1)
    (56, 56)
    """
    if isinstance(first, Varying) or isinstance(second, Varying):
        return largest((first, second))  # type: ignore[no-any-return]
    return first + positive_part(second - first)


def greatest_common_divisor(first: int, second: int) -> int:
    """Euclid's algorithm in a fixed number of steps, enough for sizes below 2^31 (Lame's bound), without a branch.

    >>> greatest_common_divisor(12, 18), greatest_common_divisor(7, 3)
    (6, 1)
    """
    for number, other in ((first, second), (second, first)):
        if hasattr(number, "greatest_common_divisor"):  # a symbol writes it down instead
            return number.greatest_common_divisor(other)  # type: ignore[no-any-return]
    for _ in range(_EUCLID_STEPS):
        more = second != 0
        done = 1 - more
        first, second = second * more + first * done, first % (second + done) * more
    return first


def power_of_two_from(size: int) -> int:
    """The smallest power of two that is not below a size up to 2^62, without a branch.

    >>> power_of_two_from(58), power_of_two_from(64), power_of_two_from(1)
    (64, 64, 1)
    """
    if hasattr(size, "power_of_two_from"):  # a symbol writes it down instead
        return size.power_of_two_from()  # type: ignore[no-any-return]
    if type(size) is int and size > 0:  # in one step
        return 1 << (size - 1).bit_length()
    return 1 + sum((size > 1 << power) * (1 << power) for power in range(_LARGEST_POWER))


def rounded_logarithm(size: int) -> int:
    """The logarithm to the base of two, rounded up, of a size up to 2^62, without a branch.

    >>> rounded_logarithm(58), rounded_logarithm(64), rounded_logarithm(1)
    (6, 6, 0)
    """
    if hasattr(size, "rounded_logarithm"):
        return size.rounded_logarithm()  # type: ignore[no-any-return]
    if type(size) is int and size > 0:
        return (size - 1).bit_length()
    return sum((size > 1 << power) * 1 for power in range(_LARGEST_POWER))


def effective_kernel(kernel: int, dilation: int) -> int:
    """Extent of a dilated kernel, k + (k - 1)(d - 1) (notes 004, 9.2; Yu & Koltun 2016, section 2).

    >>> effective_kernel(3, 2)
    5
    """
    return dilation * (kernel - 1) + 1


def window_count(size: int, kernel: int, stride: int, padding: int, dilation: int = 1) -> int:
    """Positions of a sliding window, floor((H + P - d(k - 1) - 1) / s) + 1 (notes 004, 9.1;
    Dumoulin & Visin 2016, section 2).

    `padding` is the total of both sides, 2p in the textbook's symmetric case.

    >>> window_count(224, kernel=7, stride=2, padding=6)
    112
    """
    return (size + padding - effective_kernel(kernel, dilation)) // stride + 1


def window_count_ceil(size: int, kernel: int, stride: int, padding: tuple[int, int], dilation: int = 1) -> int:
    """Positions of a window in ceiling mode, as PyTorch's pools count: the last one must start inside the input or
    its leading padding. `padding` is that before and that after.

    >>> window_count_ceil(112, kernel=3, stride=2, padding=(0, 0))
    56
    """
    before, after = padding
    count = ceil_div(size + before + after - effective_kernel(kernel, dilation), stride) + 1
    return count - ((count - 1) * stride >= size + before)


def same_padding(size: int, kernel: int, stride: int, dilation: int = 1) -> tuple[int, int]:
    """Padding before and after with which the output is ceil(size / stride), as TensorFlow pads: the odd one after.

    >>> same_padding(224, kernel=3, stride=2)
    (0, 1)
    """
    total = positive_part((ceil_div(size, stride) - 1) * stride + effective_kernel(kernel, dilation) - size)
    return total // 2, total - total // 2


def adaptive_elements(size: int, bins: int) -> int:
    """Elements that the windows of an adaptive pool hold in all, along one axis.

    Bin i of n reads inputs floor(i H / n) up to ceil((i + 1) H / n), PyTorch's rule; over all bins this sums to
    H + n - gcd(H, n): neighbours share an input wherever the boundary between them falls inside one.

    >>> adaptive_elements(14, 7), adaptive_elements(5, 3)  # 7 x 2; [0, 2) [1, 4) [3, 5)
    (14, 7)
    """
    return size + bins - greatest_common_divisor(size, bins)
