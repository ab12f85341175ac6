"""What only takes the shape of a tensor: its numbers do not depend on the input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.importers.pytorch.translation.registry import operator
from cnncost.importers.pytorch.translation.rewriting.mutations import OF_THAT_SIZE
from cnncost.importers.pytorch.translation.values import Weight

if TYPE_CHECKING:
    from cnncost.importers.pytorch.translation.call import Call


@operator(*sorted(OF_THAT_SIZE), "arange")
def constant(call: Call) -> Weight:
    """A tensor of that shape."""
    return Weight(call.shape)
