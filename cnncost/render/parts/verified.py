"""A verified figure: what was predicted, and what was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.metrics.receptive_field.figures import ReceptiveField
from cnncost.render.document import Typed
from cnncost.render.parts.headings import kind_of
from cnncost.verification.result import FieldFigures

if TYPE_CHECKING:
    from cnncost.render.document import Kind
    from cnncost.verification.result import Check


def values_of(check: Check) -> tuple[Typed, Typed]:
    """Both values of a check."""
    return _value(check.figure, check.predicted), _value(check.figure, check.measured)


def _value(figure: str, value: Any) -> Typed:
    """A figure to the unit: what is compared must be read exactly."""
    if isinstance(value, FieldFigures):
        return Typed("field", ReceptiveField(value.size, value.jump, None, None, is_global=value.is_global))
    return Typed(_kind(figure, value), value, exact=True)


def _kind(figure: str, value: Any) -> Kind:
    if isinstance(value, list | tuple):
        return "shapes" if value and isinstance(value[0], list | tuple) else "shape"
    return kind_of(figure) if isinstance(value, int) else "text"
