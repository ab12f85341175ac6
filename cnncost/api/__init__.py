"""The Python API: what the commands do, as functions that return plain data."""

from __future__ import annotations

from cnncost.api.calibration import calibrate
from cnncost.api.checks import check
from cnncost.api.documents import json_schema, read_document
from cnncost.api.drawings import draw
from cnncost.api.explained import explain
from cnncost.api.exports import export
from cnncost.api.footprint import fit, memory
from cnncost.api.formulas import closed_forms
from cnncost.api.latencies import latency
from cnncost.api.networks import analyze, compare, load, load_text
from cnncost.api.pages import page, write_page
from cnncost.api.published import compare_published, reconcile, spec_text, zoo
from cnncost.api.pytorch import build, verify
from cnncost.api.spaces import sweep
from cnncost.api.written import write_spec

__all__ = [
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
