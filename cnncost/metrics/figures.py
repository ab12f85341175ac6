"""Figures: the metrics of a row, of a block or of a whole network, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cnncost.metrics.analysis import metric_called
from cnncost.metrics.metric import CHEAPEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


_USUAL = ("params", "macs", "flops", "memory_bytes")
"""What is shown of figures in one line."""


class Figures(Mapping[str, "int | None"]):
    """The metrics of a row or of the network, by name, in the order of the registry.

    ``figures["flops"]`` is ``None`` where a metric has no answer; ``figures.flops`` is a number, or an error.

    >>> figures = Figures({"params": 320, "gradient_bytes": None})
    >>> figures.params, figures["gradient_bytes"]
    (320, None)
    >>> figures.gradient_bytes
    Traceback (most recent call last):
    AttributeError: `gradient_bytes` has no value here
    """

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, int | None] | Iterable[tuple[str, int | None]]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> int | None:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __getattr__(self, name: str) -> int:
        # Only for names that are no attributes; copying and pickling ask for some before there are values.
        if name.startswith("_") or name not in self._values:
            raise AttributeError(f"there is no figure {name!r}")
        value = self._values[name]
        if value is None:
            raise AttributeError(f"`{name}` has no value here")
        return value

    def __eq__(self, other: object) -> bool:
        return self._values == other._values if isinstance(other, Figures) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self._values.items()))

    def __repr__(self) -> str:
        """In one line: the figures that most ask for, and how many there are besides."""
        return f"<Figures {self.summary(more=True)}>"

    def summary(self, *, more: bool = False) -> str:
        """The figures that most ask for, and with `more` how many there are besides.

        >>> Figures({"params": 320, "macs": 1_179_648, "param_bytes": 1_280}).summary(more=True)
        'params=320, macs=1_179_648 and 1 more'
        """
        shown = [name for name in _USUAL if name in self._values] or list(self._values)[: len(_USUAL)]
        values = {name: self._values[name] for name in shown}
        text = ", ".join(f"{name}={'None' if value is None else f'{value:_}'}" for name, value in values.items())
        besides = len(self._values) - len(shown)
        return f"{text} and {besides} more" if more and besides else text

    @property
    def by_algorithm(self) -> bool:
        """Whether convolutions are counted by every algorithm too."""
        return CHEAPEST in self._values

    @property
    def flops_per_byte(self) -> float | None:
        """Arithmetic intensity, FLOPs per byte read or written (Williams et al. 2009); nothing where no byte is."""
        return self.flops / self.traffic_bytes if self.traffic_bytes else None


def total(columns: Mapping[str, Sequence[int | None]]) -> Figures:
    """Each metric's values as one: their sum, or the largest where one buffer serves all; a gap makes a gap.

    >>> dict(total({"macs": [100, 20], "im2col_bytes": [64, 32], "gradient_bytes": [None, None]}))
    {'macs': 120, 'im2col_bytes': 64, 'gradient_bytes': None}
    """
    return Figures({name: metric_called(name).totalled(values) for name, values in columns.items()})
