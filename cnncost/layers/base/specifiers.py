"""How layer classes declare their fields, each typed by what a formula finds on `self`, not by what it returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.layers.base.choices import Axes, Axis, Choice, Equation, Flag, Reference
from cnncost.layers.base.fields import REQUIRED, Count, Numbers, Padding, Real, Scales, Sizes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def count(
    about: str,
    *,
    symbol: str = "",
    default: Any = REQUIRED,
    low: int = 1,
    divides: bool = False,
    indexes: bool = False,
) -> Any:
    """A whole number: `out`; one that divides: `groups`, `heads`; one that says which: `step`."""
    return Count(about, symbol=symbol, default=default, low=low, divides=divides, indexes=indexes)


def sizes(about: str, *, symbol: str = "", default: Any = REQUIRED, low: int = 1) -> Any:
    """A whole number per axis: `kernel`, `stride`, `dilation`."""
    return Sizes(about, symbol=symbol, default=default, low=low)


def scales(about: str, *, symbol: str = "", default: Any = REQUIRED) -> Any:
    """A factor per axis, whole or not: `scale`."""
    return Scales(about, symbol=symbol, default=default)


def padding(about: str, *, symbol: str = "p", default: Any = REQUIRED, same: bool = True) -> Any:
    """Padding before and after each axis."""
    return Padding(about, symbol=symbol, default=default, same=same)


def numbers(
    about: str,
    *,
    symbol: str = "",
    default: Any = REQUIRED,
    low: int | None = 1,
    indexes: bool = False,
    leaves_one: bool = False,
) -> Any:
    """A list of whole numbers: `split: [58, 58]`; of positions: `permute: [1, 0]`; one open: `reshape: [85, -1]`."""
    return Numbers(about, symbol=symbol, default=default, low=low, indexes=indexes, leaves_one=leaves_one)


def flag(about: str, *, default: Any = REQUIRED) -> Any:
    """true or false: `bias`."""
    return Flag(about, default=default)


def real(
    about: str, *, symbol: str = "", default: Any = REQUIRED, low: float = float("-inf"), high: float = float("inf")
) -> Any:
    """A number: `eps`, `p`, `slope`."""
    return Real(about, symbol=symbol, default=default, low=low, high=high)


def choice(about: str, options: Sequence[str], *, default: Any = REQUIRED) -> Any:
    """One of a few words: `mode`."""
    return Choice(about, options, default=default)


def reference(about: str, *, default: Any = REQUIRED) -> Any:
    """The name of a step whose shape is followed: `like`."""
    return Reference(about, default=default)


def same_as(name: str) -> Callable[[dict[str, Any]], Any]:
    """A default that follows another field: a pool's stride is its kernel."""

    def default(values: dict[str, Any]) -> Any:
        return values[name]

    default.__doc__ = name
    return default


def axis(about: str, *, default: Any = REQUIRED) -> Any:
    """An axis of what is read: `concat`'s."""
    return Axis(about, default=default)


def axes(about: str, *, default: Any = REQUIRED) -> Any:
    """One axis or several: those of a mean."""
    return Axes(about, default=default)


def equation(about: str) -> Any:
    """The letters of two inputs and an output: `einsum: "bij,bjk->bik"`."""
    return Equation(about)


def sources(about: str) -> Any:
    """How many trained numbers and how many given ones something is computed from; ``None`` where it is stored."""
    return Numbers(about, default=None, low=0, length=2)
