"""What only takes the shape of a tensor: its numbers do not depend on the input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.importers.pytorch.translation.registry import operator
from cnncost.importers.pytorch.translation.values import Weight

if TYPE_CHECKING:
    from cnncost.importers.pytorch.translation.call import Call


@operator(
    *("new_zeros", "new_ones", "new_full", "new_empty", "zeros_like", "ones_like", "full_like", "empty_like"),
    *("rand_like", "randn_like", "arange"),
)
def constant(call: Call) -> Weight:
    """A tensor of that shape."""
    return Weight(call.shape)
