"""The course notes audited: every figure that they print, and what cnncost says of it.

`FIGURES` has an entry for each row of ``tests/data/reference/seed_figures.csv``.
"""

from __future__ import annotations

from docs.notes import basics, landmarks

FIGURES = {**basics.FIGURES, **landmarks.FIGURES}
