"""Inception, Network-in-Network and the networks around them."""

from __future__ import annotations

from tests.torch_models.reference import Reference

REFERENCES: dict[str, Reference] = {}
