"""Parameters that are no numbers: flags, choices, axes, equations, and references to other steps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cnncost.errors import LayerError
from cnncost.layers.base.fields import REQUIRED, SIZE_IS_KNOWN, Count, Field, whole_number

if TYPE_CHECKING:
    from collections.abc import Sequence


class Flag(Field):
    """true or false."""

    wanted = "true or false"

    def read(self, value: Any, rank: int) -> bool:
        if not isinstance(value, bool):
            size = whole_number(value)
            raise self.refuse(value, hint=SIZE_IS_KNOWN if size is not None and size > 1 else None)
        return value

    def json_schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


class Choice(Field):
    """One of a few words, always literal."""

    is_literal = True

    def __init__(self, about: str, options: Sequence[str], *, default: Any = REQUIRED) -> None:
        super().__init__(about, default=default)
        self.literals = tuple(options)
        self.wanted = "one of " + ", ".join(f"`{option}`" for option in options)

    def read(self, value: Any, rank: int) -> str:
        if value not in self.literals:
            raise self.refuse(value)
        return str(value)

    def json_schema(self) -> dict[str, Any]:
        return {"enum": list(self.literals)}


_NOT_FROM_BEHIND = "axes are not counted from behind: the last one of tokens is `channels`, that of an image 1"


class Axis(Count):
    """An axis of what is read: the channels, or one behind them, by a word or counted from 0."""

    literals = ("channels", "positions", "tokens")

    def __init__(self, about: str, *, default: Any = REQUIRED) -> None:
        super().__init__(about, default=default, low=0, indexes=True)
        self.wanted = "`channels`, `positions`, `tokens`, or an axis behind the channels, counted from 0"

    def read(self, value: Any, rank: int) -> int | str:  # type: ignore[override]
        if isinstance(value, str) and value in self.literals:
            return value
        if (whole_number(value) or 0) < 0:
            raise self.refuse(value, hint=_NOT_FROM_BEHIND)
        return super().read(value, rank)


class Axes(Axis):
    """One axis, or a list of them."""

    takes_list = True

    def __init__(self, about: str, *, default: Any = REQUIRED) -> None:
        super().__init__(about, default=default)
        self.wanted = f"{self.wanted}; or a list of these"

    def read(self, value: Any, rank: int) -> tuple[int | str, ...]:  # type: ignore[override]
        items = value if isinstance(value, (list, tuple)) else [value]
        if not items:
            raise self.refuse(value)
        return tuple([Axis.read(self, item, rank) for item in items])

    def json_schema(self) -> dict[str, Any]:
        axis = super().json_schema()
        return {"anyOf": [axis, {"type": "array", "items": axis, "minItems": 1}]}


class Equation(Field):
    """What `torch.einsum` multiplies: a letter for every axis of two inputs, and behind `->` those of the output.

    >>> Equation("which axes meet").read("bchw, bcd -> bdhw", 2)
    'bchw,bcd->bdhw'
    """

    is_literal = True
    wanted = 'two inputs and an output, a letter for each axis and first that of the batch: "bchw,bcd->bdhw"'
    pattern = r"^\s*([A-Za-z]\s*)+,\s*([A-Za-z]\s*)+->\s*([A-Za-z]\s*)+$"

    def read(self, value: Any, rank: int) -> str:
        if not isinstance(value, str) or not re.match(self.pattern, value):
            raise self.refuse(value)
        equation = re.sub(r"\s", "", value)
        first, second, out = terms = re.split(",|->", equation)
        self._refuse_letters(terms)
        unknown = [letter for letter in out if letter not in first + second]
        if unknown:
            raise LayerError(f"`{unknown[0]}` of the output is of neither input in `{equation}`", field=self.name)
        if len(out) == 1:
            message = f"`{equation}` leaves one number of a sample: an output has an axis beside the batch"
            raise LayerError(message, field=self.name)
        return equation

    def _refuse_letters(self, terms: Sequence[str]) -> None:
        """Raise a LayerError for a letter that stands twice, or a batch that does not come first everywhere."""
        for term in terms:
            twice = [letter for letter in term if term.count(letter) > 1]
            if twice:
                message = f"`{twice[0]}` stands twice in `{term}`: a diagonal is no product"
                raise LayerError(message, field=self.name)
        if len({term[0] for term in terms}) > 1:
            message = (
                f"`{terms[0]},{terms[1]}->{terms[2]}` does not begin with one letter everywhere, that of the batch"
            )
            raise LayerError(message, field=self.name, hint='as in "bij,bjk->bik"')

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": self.pattern}


class Reference(Field):
    """The name of another step, whose shape the layer follows: it becomes one more input, read for its shape only.

    The field's value is whether such an input is there.
    """

    wanted = "the name of a step"

    def read(self, value: Any, rank: int) -> bool:
        return bool(value)

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string"}
