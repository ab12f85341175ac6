"""Joins: layers that read several outputs."""
