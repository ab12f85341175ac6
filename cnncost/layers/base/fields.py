"""What a layer's parameters may be: each field reads a plain value, checks it, and says what it wanted instead.

Per-axis fields are broadcast to the rank of the input when they are read, so that formulas find one number per axis.
"""

from __future__ import annotations

from math import trunc
from typing import Any

from cnncost import arguments
from cnncost.errors import LayerError

REQUIRED: Any = object()
"""The default of a field that a spec must give."""
SIZE_IS_KNOWN = "the size of what a layer reads is known: leave it out"
"""What to say of PyTorch's `Linear(3072, 10)`."""


class Field:
    """One parameter of a layer type."""

    def __init__(self, about: str, *, symbol: str = "", default: Any = REQUIRED) -> None:
        self.name = ""
        """Its name in the language, which it has from the class that declares it."""
        self.about = about
        """What it is, in a few words."""
        self.symbol = symbol
        """Its letter in formulas."""
        self.default = default
        """A plain value, a function of the other values (``stride=kernel``), or :data:`REQUIRED`."""

    wanted = "a value"
    """What errors say that it must be."""
    per_axis = False
    """Whether it has one number per axis of the input."""
    takes_list = False
    """Whether every list is one value of this field (so `split: [58, 58]` is one argument, not two)."""
    literals: tuple[str, ...] = ()
    """Texts that stand for themselves; every other text is an expression."""
    is_literal = False
    """Whether it is a text that is never an expression."""
    divides = False
    """Whether its number divides what formulas divide by it: the layer refuses everything else."""
    indexes = False
    """Whether its numbers say which, not how many: they stay numbers where formulas run on symbols."""

    @property
    def required(self) -> bool:
        """Whether a spec must give it."""
        return self.default is REQUIRED

    def read(self, value: Any, rank: int) -> Any:
        """The checked value, broadcast over `rank` axes where the field has one number per axis.

        Raises:
            LayerError: the value is of the wrong type or out of range.
        """
        raise NotImplementedError

    def json_schema(self) -> dict[str, Any]:
        """What an editor may accept for a plain value (an expression is always accepted besides)."""
        raise NotImplementedError

    def refuse(self, value: Any, hint: str | None = None) -> LayerError:
        """The error for a value that is not what this field wants."""
        return LayerError(f"`{self.name}` must be {self.wanted}, not {_shown(value)}", field=self.name, hint=hint)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "empty"
    if isinstance(value, str):
        return f'the text "{value[:60]}"'
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, (list, tuple)):
        shown = str(list(value))
        return shown if len(shown) <= 60 else f"{shown[:57]}..."
    return str(value)[:60]


def whole_number(value: Any) -> int | None:
    """`value` as an integer when it is one: 3, 3.0 and NumPy's are, 3.5, true and "3" are not."""
    if value.__class__ is int:
        return value  # a number that varies over design points too
    if value.__class__ is float and value.is_integer():
        return trunc(value)
    return arguments.whole_number(value)


class Count(Field):
    """A whole number of at least `low`."""

    def __init__(
        self,
        about: str,
        *,
        symbol: str = "",
        default: Any = REQUIRED,
        low: int = 1,
        divides: bool = False,
        indexes: bool = False,
    ) -> None:
        super().__init__(about, symbol=symbol, default=default)
        self.low = low
        self.divides = divides
        self.indexes = indexes
        self.wanted = {1: "a positive whole number", 0: "a whole number of at least 0"}.get(low, "a whole number")

    def read(self, value: Any, rank: int) -> int:
        number = whole_number(value)
        if number is None or number < self.low:
            raise self.refuse(value)
        return number

    def json_schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.low}


class Sizes(Count):
    """A whole number for every axis, or one per axis."""

    per_axis = True

    def __init__(self, about: str, *, symbol: str = "", default: Any = REQUIRED, low: int = 1) -> None:
        super().__init__(about, symbol=symbol, default=default, low=low)
        self.wanted += ", or one per axis"

    def read(self, value: Any, rank: int) -> tuple[int, ...]:  # type: ignore[override]
        if not isinstance(value, (list, tuple)):
            return (super().read(value, rank),) * rank
        if len(value) != rank:
            raise _wrong_rank(self, len(value), rank)
        return tuple(Count.read(self, item, rank) for item in value)

    def json_schema(self) -> dict[str, Any]:
        return {"anyOf": [Count.json_schema(self), {"type": "array", "items": Count.json_schema(self)}]}


class Scales(Sizes):
    """A factor for every axis, or one per axis: whole numbers, or fractions that the layer makes sizes of."""

    largest = 1e30
    """No tensor is as large: what is multiplied with it stays finite."""

    def __init__(self, about: str, *, symbol: str = "", default: Any = REQUIRED) -> None:
        super().__init__(about, symbol=symbol, default=default)
        self.wanted = "a number above 0, or one per axis"

    def read(self, value: Any, rank: int) -> tuple[int | float, ...]:  # type: ignore[override]
        if not isinstance(value, (list, tuple)):
            return (self._factor(value),) * rank
        if len(value) != rank:
            raise _wrong_rank(self, len(value), rank)
        return tuple(self._factor(item) for item in value)

    def _factor(self, value: Any) -> int | float:
        number = whole_number(value)
        factor = value if number is None else number
        if isinstance(factor, bool) or not isinstance(factor, (int, float)) or not 0 < factor <= self.largest:
            raise self.refuse(value)
        return factor

    def json_schema(self) -> dict[str, Any]:
        number = {"type": "number", "exclusiveMinimum": 0}
        return {"anyOf": [number, {"type": "array", "items": number}]}


class Padding(Field):
    """Padding per axis, as ``(before, after)`` pairs, or the words ``same`` and ``valid`` (none)."""

    per_axis = True
    wanted = "a whole number of at least 0, one per axis, a [before, after] pair per axis, `same` or `valid`"

    def __init__(self, about: str, *, symbol: str = "", default: Any = REQUIRED, same: bool = True) -> None:
        super().__init__(about, symbol=symbol, default=default)
        if same:
            self.literals = ("same", "valid")
        else:
            self.wanted = self.wanted.replace(", a [before", " or a [before").replace(", `same` or `valid`", "")

    def read(self, value: Any, rank: int) -> tuple[tuple[int, int], ...] | str:
        if value == "same" and value in self.literals:
            return "same"
        if value == "valid" and value in self.literals:
            return ((0, 0),) * rank
        if not isinstance(value, (list, tuple)):
            return (self._pair(value),) * rank
        if len(value) != rank:
            raise _wrong_rank(self, len(value), rank)
        return tuple(self._pair(item) for item in value)

    def _pair(self, value: Any) -> tuple[int, int]:
        pair = value if isinstance(value, (list, tuple)) else (value, value)
        before, after = (whole_number(side) for side in pair) if len(pair) == 2 else (None, None)
        if before is None or after is None or before < 0 or after < 0:
            raise self.refuse(value)
        return before, after

    def json_schema(self) -> dict[str, Any]:
        number = {"type": "integer", "minimum": 0}
        pair = {"type": "array", "items": number, "minItems": 2, "maxItems": 2}
        options: list[dict[str, Any]] = [number, {"type": "array", "items": {"anyOf": [number, pair]}}]
        return {"anyOf": options}


class Numbers(Field):
    """A list of whole numbers, as long as it needs to be; one number alone is a list of one."""

    takes_list = True

    def __init__(
        self,
        about: str,
        *,
        symbol: str = "",
        default: Any = REQUIRED,
        low: int | None = 1,
        indexes: bool = False,
        leaves_one: bool = False,
        length: int | None = None,
    ) -> None:
        super().__init__(about, symbol=symbol, default=default)
        self.low = low
        """The least that they may be; ``None`` where they may be below 0."""
        self.indexes = indexes
        self.leaves_one = leaves_one
        """Whether one of them may be -1, which the others and the input decide."""
        self.length = length
        """How many there must be; ``None`` for any number of them."""
        many = "" if length is None else f"{length} "
        self.wanted = f"a list of {many}whole numbers" + ("" if low is None else f" of at least {low}")

    def read(self, value: Any, rank: int) -> tuple[int, ...]:
        items = value if isinstance(value, (list, tuple)) else [value]
        numbers = [whole_number(item) for item in items]
        given = [number for number in numbers if not (self.leaves_one and number == -1)]
        is_long = len(numbers) == (self.length or max(len(numbers), 1))
        if not is_long or any(number is None or self._is_below(number) for number in given):
            raise self.refuse(value)
        if len(numbers) - len(given) > 1:
            message = f"`{self.name}` leaves {len(numbers) - len(given)} numbers open, and one can be found"
            raise LayerError(message, field=self.name)
        return tuple(number for number in numbers if number is not None)

    def _is_below(self, number: int) -> bool:
        return self.low is not None and number < self.low

    def json_schema(self) -> dict[str, Any]:
        number: dict[str, Any] = {"type": "integer"} | ({} if self.low is None else {"minimum": self.low})
        several: dict[str, Any] = {"type": "array", "items": number, "minItems": self.length or 1}
        if self.length is not None:
            return several | {"maxItems": self.length}
        if self.leaves_one:
            number |= {"minimum": -1, "not": {"const": 0}}
            several |= {"contains": {"const": -1}, "minContains": 0, "maxContains": 1}
        return {"anyOf": [number, several]}


class Real(Field):
    """A finite number from `low` up to `high`."""

    def __init__(
        self,
        about: str,
        *,
        symbol: str = "",
        default: Any = REQUIRED,
        low: float = float("-inf"),
        high: float = float("inf"),
    ) -> None:
        super().__init__(about, symbol=symbol, default=default)
        self.low, self.high = low, high
        self.wanted = "a finite number" if high == float("inf") else f"a number from {low:g} to {high:g}"

    def read(self, value: Any, rank: int) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not self.low <= value <= self.high:
            raise self.refuse(value)
        if abs(value) == float("inf"):
            raise self.refuse(value)
        return value if value.__class__ is float else 1.0 * value

    def json_schema(self) -> dict[str, Any]:
        bounds = {"minimum": self.low, "maximum": self.high}
        return {"type": "number"} | {key: bound for key, bound in bounds.items() if abs(bound) != float("inf")}


def _wrong_rank(field: Field, given: int, rank: int) -> LayerError:
    axes = "1 axis" if rank == 1 else f"{rank} axes"
    return LayerError(f"`{field.name}` has {given} numbers for an input of {axes}", field=field.name)
