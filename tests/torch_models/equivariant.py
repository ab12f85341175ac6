"""Networks whose filters are rotated copies of each other."""

from __future__ import annotations

from tests.torch_models.reference import Reference

REFERENCES: dict[str, Reference] = {}
