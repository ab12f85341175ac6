"""The networks that are measured: families of them, each of sizes drawn at random."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.measurement.calibration.chains import contractions, elementwise, shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cnncost.measurement.calibration.case import Chain
    from cnncost.measurement.calibration.draw import Draw

FAMILIES: Mapping[str, Callable[[Draw], Chain]] = {
    **contractions.FAMILIES,
    **elementwise.FAMILIES,
    **shapes.FAMILIES,
}
"""By name: from a draw to a network."""

SHARES: Mapping[str, float] = {**contractions.SHARES, **elementwise.SHARES, **shapes.SHARES}
"""How many cases of each are measured, as parts of all: more of what varies more and takes more time."""
