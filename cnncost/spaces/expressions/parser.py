"""The grammar of the language, with amounts such as `5M`, `64MiB` and `5ms`, to what computes columns."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from cnncost.amounts import parse_bytes, parse_count, parse_nanoseconds
from cnncost.errors import SpecError, did_you_mean
from cnncost.language.expressions.arithmetic import BUILTINS, combine, compare
from cnncost.language.expressions.closures import Part
from cnncost.language.expressions.grammar import Parser
from cnncost.language.expressions.tokens import Token, tokenize
from cnncost.language.expressions.values import Fault
from cnncost.metrics.metric import Unit
from cnncost.report.totals import quantity_called
from cnncost.spaces.expressions.arrays import arithmetic, comparison, element_of, is_array, merged, one_by_one, truths

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cnncost.language.expressions.values import Budget

_AMOUNT = re.compile(r"(?<![\w.])(?:\d[\d_]*(?:\.\d*)?|\.\d+)([KMGTP]|[kKMGTP]i?B|[mun]?s)(?!\w)")
_UNITS_OF_COUNTS = "KMGTP"


class Rows:
    """The points that an expression is computed for: their columns, as arrays."""

    __slots__ = ("budget", "columns", "count")

    def __init__(self, columns: Mapping[str, Any], count: int, budget: Budget) -> None:
        self.columns = columns
        self.count = count
        self.budget = budget

    def only(self, mask: Any) -> Rows:
        """The points where the mask holds."""
        return Rows({name: column[mask] for name, column in self.columns.items()}, int(mask.sum()), self.budget)


class _Name:
    """Reads a column."""

    __slots__ = ("token",)

    def __init__(self, token: Token) -> None:
        self.token = token

    def __call__(self, rows: Rows) -> Any:
        name = self.token.text
        if name in rows.columns:
            return rows.columns[name]
        message = f"unknown name `{name[:80]}`{did_you_mean(name, rows.columns)}"
        raise Fault(message, self.token.start, self.token.end)


class ColumnParser(Parser):
    """Parses an expression over columns. `names` are those that it reads: `depths[2]` is one where it stands so."""

    def words(self, text: str) -> list[Token]:
        """The words of the text, in which an amount is the number that it says."""
        self.text = text
        amounts = {match.start(): match for match in _AMOUNT.finditer(text)}
        blank = _AMOUNT.sub(lambda match: "0" * len(match[0]), text)
        return [self._restored(token, amounts) for token in tokenize(blank)]

    def _restored(self, token: Token, amounts: Mapping[int, re.Match[str]]) -> Token:
        if token.kind == "string":  # a text may hold what looks like an amount
            return token._replace(text=self.text[token.start : token.end])
        if token.kind != "number" or token.start not in amounts:
            return token
        unit = amounts[token.start][1]
        parse = parse_nanoseconds if unit.endswith("s") else parse_count if unit in _UNITS_OF_COUNTS else parse_bytes
        try:
            return token._replace(text=str(parse(amounts[token.start][0])))
        except SpecError as error:
            raise Fault(error.message, token.start, token.end, hint=error.hint) from None

    def named(self, token: Token) -> Part:
        return Part(_Name(token), token.start, token.end)

    def listed(self, items: list[Part], start: int, end: int) -> Part:
        def evaluate(rows: Rows) -> Any:
            values = [item.evaluate(rows) for item in items]
            if not any(map(is_array, values)):
                return values
            return one_by_one(lambda *row: [*row], values, rows.count)

        return Part(_placed(evaluate, start, end), start, end)

    def choice(self, condition: Part, value: Part, otherwise: Part) -> Part:
        def evaluate(rows: Rows) -> Any:
            mask = _truths(condition, rows, "if")
            if not is_array(mask):
                return (value if mask else otherwise).evaluate(rows)
            if mask.all() or not mask.any():
                return (value if mask.all() else otherwise).evaluate(rows)
            return merged(mask, value.evaluate(rows.only(mask)), otherwise.evaluate(rows.only(~mask)))

        return Part(evaluate, value.start, otherwise.end)

    def negation(self, token: Token, operand: Part) -> Part:
        def evaluate(rows: Rows) -> Any:
            mask = _truths(operand, rows, "not")
            return ~mask if is_array(mask) else not mask

        return Part(evaluate, token.start, operand.end)

    def signed(self, token: Token, operand: Part) -> Part:
        sign = -1 if token.kind == "-" else 1
        compute = partial(_combined, "*", shown=token.kind)

        def evaluate(rows: Rows) -> Any:
            return compute(sign, operand.evaluate(rows), rows=rows)

        return Part(_placed(evaluate, token.start, operand.end), token.start, operand.end)

    def indexed(self, atom: Part, indices: list[tuple[Any, int, int]], end: int) -> Part:
        name = self.text[atom.start : end].replace(" ", "")
        if re.fullmatch(r"\w+\[\d+\]", name):
            self.names.add(name)

        def evaluate(rows: Rows) -> Any:
            if name in rows.columns:
                return rows.columns[name]
            value = atom.evaluate(rows)
            for index, start, stop in indices:
                try:
                    value = _element(value, index, rows)
                except Fault as fault:
                    raise fault.at(start, stop) from None
            return value

        return Part(evaluate, atom.start, end)

    def called(self, name: Token, arguments: list[Any], end: int) -> Part:
        builtin = BUILTINS.get(name.text)

        def evaluate(rows: Rows) -> Any:
            if builtin is None:
                raise Fault(f"unknown function `{name.text[:80]}`{did_you_mean(name.text, BUILTINS)}")
            values = [argument(rows) for argument in arguments]
            if not any(map(is_array, values)):
                return builtin.call(values, rows.budget)
            return one_by_one(lambda *row: builtin.call([*row], rows.budget), values, rows.count)

        return Part(_placed(evaluate, name.start, end), name.start, end)

    def logical(self, first: Part, rest: list[tuple[str, Part]]) -> Part:
        symbol, operands = rest[0][0], [first, *(part for _, part in rest)]
        return Part(partial(_decided, symbol, operands), first.start, operands[-1].end)

    def compared(self, first: Part, rest: list[tuple[str, Part]]) -> Part:
        for (_, right), left in zip(rest, [first, *(part for _, part in rest)], strict=False):
            self._refuse_count_for_bytes(left, right)
            self._refuse_count_for_bytes(right, left)

        def evaluate(rows: Rows) -> Any:
            return _chain(first.evaluate(rows), rest, rows)

        end = rest[-1][1].end
        return Part(_placed(evaluate, first.start, end), first.start, end)

    def combined(self, first: Part, rest: list[tuple[str, Part]]) -> Part:
        def evaluate(rows: Rows) -> Any:
            value = first.evaluate(rows)
            for symbol, part in rest:
                right = part.evaluate(rows)
                try:
                    value = _combined(symbol, value, right, rows=rows)
                except Fault as fault:
                    raise fault.at(first.start, part.end) from None
            return value

        return Part(evaluate, first.start, rest[-1][1].end)

    def _refuse_count_for_bytes(self, figure: Part, amount: Part) -> None:
        """Refuse `peak_bytes < 24G`, which may mean powers of 1000 or of 1024."""
        written = self.text[amount.start : amount.end]
        match = _AMOUNT.fullmatch(written)
        if match is None or match[1] not in _UNITS_OF_COUNTS or not isinstance(figure.evaluate, _Name):
            return
        quantity = quantity_called(figure.evaluate.token.text)
        if quantity is not None and quantity.unit is Unit.BYTES:
            hint = f"write `{written}B` in powers of 1000, or `{written}iB` in powers of 1024"
            message = f"`{quantity.name}` is in bytes, and `{written}` may be of two kinds"
            raise Fault(message, amount.start, amount.end, hint=hint)


def _placed(evaluate: Callable[[Rows], Any], start: int, end: int) -> Callable[[Rows], Any]:
    """The same, with a fault at this place unless it has a closer one."""

    def placed(rows: Rows) -> Any:
        try:
            return evaluate(rows)
        except Fault as fault:
            raise fault.at(start, end) from None

    return placed


def _truths(part: Part, rows: Rows, who: str) -> Any:
    try:
        return truths(part.evaluate(rows), who)
    except Fault as fault:
        raise fault.at(part.start, part.end) from None


def _combined(symbol: str, left: Any, right: Any, *, rows: Rows, shown: str | None = None) -> Any:
    if not (is_array(left) or is_array(right)):
        return combine(symbol, left, right, rows.budget, shown)
    result = arithmetic(symbol, left, right)
    if result is not None:
        return result
    return one_by_one(lambda a, b: combine(symbol, a, b, rows.budget, shown), [left, right], rows.count)


def _compared(symbol: str, left: Any, right: Any, rows: Rows) -> Any:
    if not (is_array(left) or is_array(right)):
        return compare(symbol, left, right, rows.budget)
    result = comparison(symbol, left, right)
    if result is not None:
        return result
    return one_by_one(lambda a, b: compare(symbol, a, b, rows.budget), [left, right], rows.count)


def _element(items: Any, index: Callable[[Rows], Any], rows: Rows) -> Any:
    place = index(rows)
    if not (is_array(items) or is_array(place)):
        return element_of(items, place)
    return one_by_one(element_of, [items, place], rows.count)


def _decided(symbol: str, operands: list[Part], rows: Rows) -> Any:
    """The operand that decides, for each point; none behind it is computed."""
    first, *rest = operands
    value = first.evaluate(rows)
    if not rest:
        return value
    try:
        mask = truths(value, symbol)
    except Fault as fault:
        raise fault.at(first.start, first.end) from None
    if not is_array(mask):
        return value if mask == (symbol == "or") else _decided(symbol, rest, rows)
    open_ = mask if symbol == "and" else ~mask
    if not open_.any():
        return value
    return merged(open_, _decided(symbol, rest, rows.only(open_)), value[~open_])


def _chain(left: Any, rest: list[tuple[str, Part]], rows: Rows) -> Any:
    """`left < b <= c`: every pair must hold, and nothing behind the first that fails is computed."""
    (symbol, part), *more = rest
    right = part.evaluate(rows)
    holds = _compared(symbol, left, right, rows)
    if not more or holds is False:
        return holds
    if not is_array(holds):
        return _chain(right, more, rows)
    if not holds.any():
        return holds
    right = right[holds] if is_array(right) else right
    return merged(holds, _chain(right, more, rows.only(holds)), False)
