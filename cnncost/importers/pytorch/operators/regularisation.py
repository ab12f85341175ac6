"""What acts in training only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.importers.pytorch.translation.registry import operator

if TYPE_CHECKING:
    from cnncost.importers.pytorch.translation.call import Call
    from cnncost.importers.pytorch.translation.values import Activation


@operator("dropout", "feature_dropout", "alpha_dropout", "feature_alpha_dropout")
def dropout(call: Call) -> Activation:
    """Dropout; single elements and whole channels are dropped alike in inference, which drops none."""
    return call.layer("dropout", {"p": float(call["p"]), "inplace": call.inplace})
