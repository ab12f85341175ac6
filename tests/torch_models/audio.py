"""Networks over sound and sequences."""

from __future__ import annotations

from tests.torch_models.reference import Reference

REFERENCES: dict[str, Reference] = {}
