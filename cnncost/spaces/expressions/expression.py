"""An expression over columns, and where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import Source, Span, SpecError, did_you_mean
from cnncost.language.expressions.expression import located
from cnncost.language.expressions.values import Budget, Fault, Undefined
from cnncost.records import NamedTuple
from cnncost.spaces.expressions.arrays import as_array, truths
from cnncost.spaces.expressions.parser import ColumnParser, Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from cnncost.spaces.expressions.arrays import Array

_FEWEST_OPERATIONS = 1_000_000
_OPERATIONS_PER_POINT = 1_000


class ColumnExpression(NamedTuple):
    """An expression of the language over columns: what varies, and figures; with amounts, `5M` and `64MiB`.

    >>> import numpy as np
    >>> expression = column_expression("params <= 5M and width * 64 >= 32", "--where")
    >>> sorted(expression.names)
    ['params', 'width']
    >>> expression.holds({"params": np.array([4_000_000, 6_000_000]), "width": [0.5, 1.0]}, 2).tolist()
    [True, False]
    """

    text: str
    """As it is written."""
    names: frozenset[str]
    """What it reads; an element of a list as ``depths[2]``."""
    span: Span
    """Where it stands."""
    compute: Callable[[Rows], Any]
    """From columns to its value."""

    def values(self, columns: Mapping[str, Any], count: int) -> Any:
        """Its value for each of so many points, as an array; one of Python's where it reads no column.

        Raises:
            SpecError: it has no value for one of them, or reads what is no column.
        """
        try:
            return self._computed(columns, count)
        except Fault as fault:
            raise located(fault, self.text, self.span) from None

    def defined(self, columns: Mapping[str, Any], count: int) -> Array:
        """For which of so many points it has a value: for none that it divides by zero.

        Raises:
            SpecError: it reads what is no column, or what it does makes no sense of any point.

        >>> import numpy as np
        >>> column_expression("1 / width", "--score").defined({"width": [0, 2]}, 2).tolist()
        [False, True]
        """
        import numpy as np

        try:
            self._computed(columns, count)
        except Undefined:
            return np.array([self._is_defined(columns, place) for place in range(count)], dtype=bool)
        except Fault as fault:
            raise located(fault, self.text, self.span) from None
        return np.ones(count, dtype=bool)

    def holds(self, columns: Mapping[str, Any], count: int) -> Array:
        """Whether it is true, for each of so many points: not where it has no value.

        Raises:
            SpecError: as for :meth:`defined`, or it is no condition.
        """
        import numpy as np

        defined = self.defined(columns, count)
        if not defined.all():
            columns = {name: as_array(column)[defined] for name, column in columns.items()}
        try:
            mask = truths(self.values(columns, int(defined.sum())), self.text[:80])
        except Fault as fault:
            raise located(fault, self.text, self.span) from None
        held = np.zeros(count, dtype=bool)
        held[defined] = mask
        return held

    def _computed(self, columns: Mapping[str, Any], count: int) -> Any:
        read = {name: as_array(column) for name, column in columns.items()}
        return self.compute(Rows(read, count, Budget(_FEWEST_OPERATIONS + _OPERATIONS_PER_POINT * count)))

    def _is_defined(self, columns: Mapping[str, Any], place: int) -> bool:
        try:
            self._computed({name: as_array(column)[place : place + 1] for name, column in columns.items()}, 1)
        except Undefined:
            return False
        except Fault as fault:
            raise located(fault, self.text, self.span) from None
        return True

    def refuse_unknown(self, known: Collection[str], what: str) -> None:
        """Refuse names that are none of the known ones.

        Raises:
            SpecError: one is not; `what` says what they would be.
        """
        elements = {name.partition("[")[0] for name in self.names if "[" in name}
        for name in sorted(self.names):
            list_of_known = name in elements and any(each.startswith(f"{name}[") for each in known)
            element_of_known = "[" in name and name.partition("[")[0] in known
            if name not in known and not list_of_known and not element_of_known:
                place = self.text.replace(" ", "").find(name) if " " not in self.text else self.text.find(name)
                span = self.span if place < 0 else self.span.part(place, place + len(name))
                hint = f"{what}: {', '.join(known)}"
                raise SpecError(f"unknown name `{name[:80]}`{did_you_mean(name, known)}", span, hint=hint)


def column_expression(text: str, place: str | Span) -> ColumnExpression:
    """The expression that a text is.

    Args:
        text: the expression.
        place: where it stands: the option that it was given by, or the place in a file.

    Raises:
        SpecError: it is none.
    """
    span = place if isinstance(place, Span) else option_span(place, text)
    try:
        parser = ColumnParser(text)
        evaluate: Any = parser.parse()
    except Fault as fault:
        raise located(fault, text, span) from None
    except RecursionError:
        raise SpecError("an expression nested too deep", span) from None
    return ColumnExpression(text, frozenset(parser.names), span, evaluate)


def option_span(option: str, text: str) -> Span:
    """The place of a text that an option of the command line, or an argument of Python's, is given.

    >>> option_span("--where", "params < 5M").where
    '--where:1:1'
    """
    return Span(Source(option, text), 1, 1, 1, len(text) + 1)
