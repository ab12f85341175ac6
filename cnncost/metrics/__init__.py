"""Graph -> one value per node: each metric is a decorated function, one file per concern.

>>> from cnncost.metrics.metric import METRICS
>>> list(METRICS)[:3]
['params', 'trainable_params', 'buffers']
"""

from __future__ import annotations

# Their order is the order of the report.
from cnncost.metrics import parameters  # isort: skip
from cnncost.metrics import operations  # isort: skip
from cnncost.metrics import backward  # isort: skip
from cnncost.metrics import textbook_memory  # isort: skip
from cnncost.metrics import step_memory  # isort: skip
from cnncost.metrics.analysis import Analysis
from cnncost.metrics.metric import METRICS, Metric

__all__ = [
    "METRICS",
    "Analysis",
    "Metric",
    "backward",
    "operations",
    "parameters",
    "step_memory",
    "textbook_memory",
]
