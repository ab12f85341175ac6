"""Data frames of pandas', which is imported when one is asked for and not before.

Whole numbers stay whole: a column of them is int64, and Int64 where some are missing. What is not known is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError, install_hint
from cnncost.frozen import NOTHING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set

_INT64 = range(-(2**63), 2**63)


def require_pandas() -> Any:
    """The module ``pandas``.

    Raises:
        SpecError: it is not installed.
    """
    try:
        import pandas
    except ImportError:
        raise SpecError("a data frame needs pandas", hint=install_hint("pandas")) from None
    return pandas


def data_frame(
    columns: Mapping[str, Sequence[Any]],
    *,
    index: Sequence[str] | None = None,
    index_name: str | None = None,
    types: Mapping[str, type] = NOTHING,
    attrs: Mapping[str, Any],
) -> Any:
    """A data frame of columns, ``None`` where there is no answer.

    Args:
        columns: the cells of each, by its name.
        index: names of the rows; numbers without it.
        index_name: what the index is called.
        types: of columns whose numbers are known to be ``int`` or ``float`` even where there is none.
        attrs: what holds for all of it, as plain data.

    Raises:
        SpecError: pandas is not installed.

    >>> frame = data_frame({"macs": [3, None], "shape": [(1, 2), None]}, index=["a", "b"], attrs={})
    >>> [str(kind) for kind in frame.dtypes], frame.loc["a", "macs"]
    (['Int64', 'object'], np.int64(3))
    """
    pandas = require_pandas()
    labels = pandas.RangeIndex(_rows(columns)) if index is None else pandas.Index([*index])
    labels.name = index_name
    made = {name: _series(pandas, cells, labels, types.get(name)) for name, cells in columns.items()}
    frame = pandas.DataFrame(made, index=labels)
    frame.attrs.update(attrs)
    return frame


def _rows(columns: Mapping[str, Sequence[Any]]) -> int:
    return max(map(len, columns.values()), default=0)


def _series(pandas: Any, cells: Sequence[Any], labels: Any, kind: type | None) -> Any:
    """A column; pandas itself makes floats of whole numbers with gaps, and loses digits."""
    known = [cell for cell in cells if cell is not None]
    types: set[type | None] = {type(cell) for cell in known} or {kind}
    if types == {str}:
        return pandas.Series([*cells], index=labels)  # of the type that this version of pandas has for texts
    if types <= {bool, int, float}:
        return pandas.Series([*cells], index=labels, dtype=_dtype(types, known, is_whole=len(known) == len(cells)))
    series = pandas.Series([None] * len(cells), index=labels, dtype=object)
    for place, cell in enumerate(cells):  # one by one: a tuple is one cell, and not a column
        series.iat[place] = cell
    return series


def _dtype(types: Set[type | None], known: Sequence[Any], *, is_whole: bool) -> str:
    """The type of a column of numbers or of truths; `is_whole` says that none is missing."""
    if types == {bool}:
        return "bool" if is_whole else "boolean"
    if types != {int}:
        return "float64"
    if sum(map(abs, known)) not in _INT64:
        return "object"  # also where no number is too large, but their sum is: it would be another one, silently
    return "int64" if is_whole else "Int64"
