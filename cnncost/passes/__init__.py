"""Graph -> one value per node: each metric is a decorated function, one file per concern.

>>> from cnncost.passes.base import METRICS
>>> list(METRICS)[:3]
['params', 'trainable_params', 'buffers']
"""

from __future__ import annotations

# Their order is the order of the report.
from cnncost.passes import parameters  # isort: skip
from cnncost.passes import operations  # isort: skip
from cnncost.passes import backward  # isort: skip
from cnncost.passes import memory  # isort: skip
from cnncost.passes.analysis import Analysis, Settings
from cnncost.passes.base import METRICS, Metric, metric

__all__ = ["METRICS", "Analysis", "Metric", "Settings", "backward", "memory", "metric", "operations", "parameters"]
