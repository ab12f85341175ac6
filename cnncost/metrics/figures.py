"""Figures: the metrics of a row, of a block or of a whole network, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cnncost.frozen import NOTHING
from cnncost.metrics.analysis import metric_called
from cnncost.metrics.metric import CHEAPEST, AtLeast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


_USUAL = ("params", "macs", "flops", "peak_bytes")
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

    __slots__ = ("_values", "at_least")

    at_least: Mapping[str, int]
    """What is known of figures that layers leave unsaid: no more than they are, ``{"params": 320}``."""

    def __init__(
        self,
        values: Mapping[str, int | None] | Iterable[tuple[str, int | None]],
        at_least: Mapping[str, int] = NOTHING,
    ) -> None:
        self._values = dict(values)
        self.at_least = at_least

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
        if not isinstance(other, Figures):
            return NotImplemented
        return self._values == other._values and dict(self.at_least) == dict(other.at_least)

    def __hash__(self) -> int:
        return hash(frozenset(self._values.items()))

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
        """Arithmetic intensity, FLOPs per byte read or written (Williams et al. 2009).

        Nothing where no byte is, or where either is not known.
        """
        flops, read_and_written = self._values.get("flops"), self._values.get("traffic_bytes")
        return flops / read_and_written if read_and_written and flops is not None else None

    def shown(self, name: str) -> int | AtLeast | None:
        """A figure; where it is not known, what it is at least, if that is anything.

        >>> Figures({"params": None}, {"params": 320}).shown("params")
        AtLeast(value=320)
        """
        value, least = self._values[name], self.at_least.get(name)
        return AtLeast(least) if value is None and least else value


def merged(parts: Sequence[Figures]) -> Figures:
    """The figures of several parts as those of the whole, with what is known where a part leaves something unsaid.

    >>> one, other = Figures({"params": 320}), Figures({"params": None}, {"params": 0})
    >>> whole = merged([one, other])
    >>> whole["params"], dict(whole.at_least)
    (None, {'params': 320})
    """
    values = total({name: [part[name] for part in parts] for name in parts[0]})
    least: dict[str, int] = {}
    for name in {name: None for part in parts for name in part.at_least}:
        known = [part.at_least.get(name) if part[name] is None else part[name] for part in parts]
        if None not in known:
            least[name] = metric_called(name).totalled(known) or 0
    return Figures(values, least) if least else values


def total(columns: Mapping[str, Sequence[int | None]]) -> Figures:
    """Each metric's values as one: their sum, or the largest where one buffer serves all; a gap makes a gap.

    >>> dict(total({"macs": [100, 20], "im2col_bytes": [64, 32], "gradient_bytes": [None, None]}))
    {'macs': 120, 'im2col_bytes': 64, 'gradient_bytes': None}
    """
    return Figures({name: metric_called(name).totalled(values) for name, values in columns.items()})
