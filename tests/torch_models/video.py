"""Networks over space and time."""

from __future__ import annotations

from tests.torch_models.reference import Reference

REFERENCES: dict[str, Reference] = {}
