"""Budgets: what figures may be at most, and for which settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.amounts import parse_bytes, parse_count, parse_nanoseconds
from cnncost.arguments import integer, text
from cnncost.errors import SpecError
from cnncost.metrics.estimate import ESTIMATES
from cnncost.metrics.metric import METRICS, Unit
from cnncost.metrics.step_latency import ON_DEVICE
from cnncost.records import NamedTuple
from cnncost.report.totals import unknown_figure
from cnncost.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncost.errors import Origin
    from cnncost.graph.graph import BudgetText, LimitText

SHORT = {"memory": "peak_bytes", "latency": "latency_ns"}
"""Figures by what people call them."""

_PARSERS = {Unit.BYTES: parse_bytes, Unit.NANOSECONDS: parse_nanoseconds}
"""How amounts of a unit are read; all others are counts."""


class Budget(NamedTuple):
    """What a network may cost.

    >>> budget = Budget({"params": 5_000_000}, Settings())
    >>> budget.source
    'budget'
    """

    limits: Mapping[str, int]
    """The most of each figure, by its name."""
    settings: Settings
    """How the network runs then."""
    source: str = "budget"
    """Who says so."""


def limit_of(figure: str, amount: int | str) -> int:
    """What a figure may be at most: bytes in units of bytes, times in units of time, and everything else as counts.

    Raises:
        SpecError: there is no such figure, or it is not an amount of it.

    >>> limit_of("params", "5M"), limit_of("memory", "24GiB"), limit_of("macs", 10**9), limit_of("latency", "5ms")
    (5000000, 25769803776, 1000000000, 5000000)
    >>> limit_of("latency", 5)
    Traceback (most recent call last):
    cnncost.errors.SpecError: error: the limit of latency_ns: `5` is a time without a unit
      = hint: write `5ms`, `5us` or `5s`
    """
    is_bare_time = figure == "latency" and not isinstance(amount, str)  # `latency_ns` says what it is counted in
    figure = figure_called(figure)
    quantity = METRICS.get(figure) or ESTIMATES.get(figure) or ON_DEVICE[figure]
    if not isinstance(amount, str):
        whole = integer(f"the limit of {figure}", amount)
        if not is_bare_time:
            return whole
        amount = str(whole)
    if quantity.unit is Unit.PARAMETERS and _is_of_bytes(amount):
        raise SpecError(
            f"the limit of {figure}: `{amount.strip()}` is an amount of bytes, and parameters are counted",
            hint="the memory that they take is another figure, `param_bytes`",
        )
    try:
        return _PARSERS.get(quantity.unit, parse_count)(amount)
    except SpecError as error:
        raise SpecError(f"the limit of {figure}: {error.message}", hint=error.hint) from None


def figure_called(name: str) -> str:
    """The figure that a name is of: `memory` is short for the peak, `latency` for its nanoseconds.

    Raises:
        SpecError: there is no such figure.

    >>> figure_called("memory"), figure_called("macs")
    ('peak_bytes', 'macs')
    """
    figure = SHORT.get(text("a figure", name, "a name"), name)
    if figure not in METRICS and figure not in ESTIMATES and figure not in ON_DEVICE:
        raise unknown_figure(name, [*METRICS, *ESTIMATES, *ON_DEVICE, *SHORT])
    return figure


def limits_of(amounts: Mapping[str, int | str]) -> dict[str, int]:
    """Limits by figure.

    Raises:
        SpecError: what :func:`limit_of` refuses, or one figure under two names.

    >>> limits_of({"params": "5M", "memory": "2GiB"})
    {'params': 5000000, 'peak_bytes': 2147483648}
    """
    limits: dict[str, int] = {}
    for name, amount in amounts.items():
        _add(limits, name, amount)
    return limits


def budget_of(written: BudgetText, source: str) -> Budget:
    """The budget that a file has: of one sample in inference, where its `at` does not say otherwise.

    Raises:
        SpecError: at the limit or the setting that cannot be.
    """
    limits: dict[str, int] = {}
    for limit in written.limits:
        try:
            _add(limits, limit.name, limit.amount)
        except SpecError as error:
            raise _placed(error, limit.origin) from None
    return Budget(limits, _settings(written.at), source)


def _add(limits: dict[str, int], name: str, amount: int | str) -> None:
    limit, figure = limit_of(name, amount), figure_called(name)
    if figure in limits:
        raise SpecError(f"`{figure}` is limited twice", hint="give one limit for each figure")
    limits[figure] = limit


def _settings(written: tuple[LimitText, ...]) -> Settings:
    """The settings that a budget is for, each checked beside those before it."""
    values: dict[str, int | str] = {}
    for setting in written:
        values[setting.name] = setting.amount
        try:
            Settings.checked(**values)
        except SpecError as error:
            raise _placed(error, setting.origin) from None
    return Settings.checked(**values)


def _placed(error: SpecError, origin: Origin) -> SpecError:
    return SpecError(error.message, origin, hint=error.hint)


def _is_of_bytes(amount: str) -> bool:
    """Whether an amount has a unit of bytes, `100MB`: a bare number has none, and `5B` is five billion."""
    try:
        parse_bytes(amount)
    except SpecError:
        return False
    return amount.strip()[-2:].isalpha()
