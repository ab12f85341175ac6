"""Networks after the transformer: ConvNeXt and the vision transformer."""

from __future__ import annotations

from tests.torch_models.reference import Reference

REFERENCES: dict[str, Reference] = {}
