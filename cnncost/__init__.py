"""What a convolutional network costs: parameters, operations, memory and receptive field, layer by layer.

Public names are imported when they are first used: ``import cnncost`` itself costs next to nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False  # without `typing`, whose import takes longer than all that stands here
if TYPE_CHECKING:
    from typing import Any

    from cnncost.api import (
        analyze,
        build,
        calibrate,
        check,
        compare,
        compare_published,
        draw,
        explain,
        export,
        fit,
        latency,
        load,
        load_text,
        memory,
        page,
        reconcile,
        spec_text,
        sweep,
        verify,
        write_page,
        write_spec,
        zoo,
    )
    from cnncost.errors import SpecError
    from cnncost.footprint.fitting.fit import FitReport
    from cnncost.footprint.report import MemoryReport
    from cnncost.graph.graph import Graph
    from cnncost.language.limits import Limits
    from cnncost.report.checks import Checks
    from cnncost.report.comparison import Comparison
    from cnncost.report.report import Report
    from cnncost.roofline.report import LatencyReport
    from cnncost.spaces.results.sweep import Sweep

__version__ = "0.1.0"

_HOMES = {
    "Checks": "cnncost.report.checks",
    "Comparison": "cnncost.report.comparison",
    "FitReport": "cnncost.footprint.fitting.fit",
    "Graph": "cnncost.graph.graph",
    "LatencyReport": "cnncost.roofline.report",
    "Limits": "cnncost.language.limits",
    "MemoryReport": "cnncost.footprint.report",
    "Report": "cnncost.report.report",
    "SpecError": "cnncost.errors",
    "Sweep": "cnncost.spaces.results.sweep",
    "analyze": "cnncost.api",
    "build": "cnncost.api",
    "calibrate": "cnncost.api",
    "check": "cnncost.api",
    "closed_forms": "cnncost.api",
    "compare": "cnncost.api",
    "compare_published": "cnncost.api",
    "draw": "cnncost.api",
    "explain": "cnncost.api",
    "export": "cnncost.api",
    "fit": "cnncost.api",
    "json_schema": "cnncost.api",
    "latency": "cnncost.api",
    "load": "cnncost.api",
    "load_text": "cnncost.api",
    "memory": "cnncost.api",
    "page": "cnncost.api",
    "read_document": "cnncost.api",
    "reconcile": "cnncost.api",
    "spec_text": "cnncost.api",
    "sweep": "cnncost.api",
    "verify": "cnncost.api",
    "write_page": "cnncost.api",
    "write_spec": "cnncost.api",
    "zoo": "cnncost.api",
}

__all__ = [
    "Checks",
    "Comparison",
    "FitReport",
    "Graph",
    "LatencyReport",
    "Limits",
    "MemoryReport",
    "Report",
    "SpecError",
    "Sweep",
    "analyze",
    "build",
    "calibrate",
    "check",
    "closed_forms",
    "compare",
    "compare_published",
    "draw",
    "explain",
    "export",
    "fit",
    "json_schema",
    "latency",
    "load",
    "load_text",
    "memory",
    "page",
    "read_document",
    "reconcile",
    "spec_text",
    "sweep",
    "verify",
    "write_page",
    "write_spec",
    "zoo",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
