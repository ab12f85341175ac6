"""A design space from the command line, or from the arguments of Python's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from cnncost.arguments import is_path, plain, text, wrong_type
from cnncost.errors import SpecError
from cnncost.spaces.expressions.expression import ColumnExpression, column_expression, option_span
from cnncost.spaces.space.file import read_space
from cnncost.spaces.space.names import checked_name
from cnncost.spaces.space.space import LARGEST_GRID, Space
from cnncost.spaces.space.values import axis_of, is_input, listed

if TYPE_CHECKING:
    from os import PathLike

    from cnncost.spaces.space.axes import Axis
    from cnncost.spaces.space.sampling import Sampling

_PLACE = "--vary"


def axis_of_option(option: str) -> Axis:
    """The axis that a `--vary NAME=VALUES` says.

    Raises:
        SpecError: it is none, with its place in the option.

    >>> axis_of_option("width=0.25:2:0.05").size
    36
    """
    name, equals, values = option.partition("=")
    span = option_span(_PLACE, option)
    if not equals or not name.strip():
        raise SpecError(
            f"`--vary {option[:80]}` varies nothing", hint="write `--vary NAME=VALUES`, such as `--vary batch=1,8,64`"
        )
    key = span.part(0, len(name))
    axis = axis_of(checked_name(name, key), values, span.part(len(name) + 1, len(option)))
    return axis._replace(span=key)


def axis_of_argument(name: str, values: object) -> Axis:
    """The axis that an entry of the argument `vary` says: a text as on the command line, or values one by one.

    Raises:
        SpecError: it is none.

    >>> axis_of_argument("batch", range(1, 4)).values
    (1, 2, 3)
    """
    name = text("what varies", name, "a name")
    if isinstance(values, str):
        return axis_of_option(f"{name}={values}")
    span = option_span("vary", name)
    values = plain(values)
    if isinstance(values, Mapping) or not isinstance(values, Iterable):
        raise wrong_type(f"`vary[{name!r}]`", 'a text such as "0.25:2:0.05", or a list of values', values)
    items = [_value(name, each) for each in values]
    return listed(checked_name(name, span), items, span)


def space_of(
    vary: Iterable[Axis],
    *,
    file: str | PathLike[str] | None = None,
    where: Iterable[ColumnExpression] = (),
    sampling: Sampling | None = None,
) -> tuple[Space, str | None]:
    """The space of a file and of axes and conditions besides it; and the spec that the file names.

    Raises:
        SpecError: nothing varies, or something is wrong with the file.
    """
    named: str | None = None
    space = Space(())
    if file is not None:
        if not is_path(file):
            raise wrong_type("`space`", "the path of a file", file)
        space, named = read_space(file)
    space = space._replace(
        axes=(*space.axes, *vary),
        constraints=(*space.constraints, *where),
        sampling=sampling or space.sampling,
    )
    if not space.axes:
        raise SpecError("nothing varies", hint="`--vary NAME=VALUES` says what does, such as `--vary batch=1,8,64`")
    return space, named


def refuse_endless(space: Space, most: int = LARGEST_GRID) -> None:
    """Refuse a grid that nobody could list.

    Raises:
        SpecError: it has too many points, or one between any two.
    """
    if space.sampling is not None:
        return
    for axis in space.axes:
        if axis.size is None:
            hint = "give it a step, `0.25:2:0.05`, or draw points with `--sample 1000`"
            raise SpecError(f"`{axis.name}` has a value between any two, which no grid can list", axis.span, hint=hint)
    if space.size > most:
        several = f" ({' x '.join(f'{axis.size:,}' for axis in space.axes)})" if len(space.axes) > 1 else ""
        raise SpecError(
            f"the space has {space.size:,} points{several}, and at most {most:,} are listed",
            hint="draw some of them with `--sample 1000`, or allow more with `--max-points`",
        )


def conditions(texts: Iterable[str] | str | None, place: str) -> tuple[ColumnExpression, ...]:
    """The expressions that an option, or an argument, holds.

    >>> [each.text for each in conditions(["params < 5M"], "--where")]
    ['params < 5M']
    """
    given = [texts] if isinstance(texts, str) else texts or ()
    if not isinstance(given, Iterable):
        raise wrong_type(f"`{place}`", "an expression, or several", given)
    return tuple([column_expression(text(f"`{place}`", each, "an expression"), place) for each in given])


def _value(name: str, value: Any) -> Any:
    if is_input(name) and isinstance(value, list | tuple):
        return tuple(value)
    if isinstance(value, bool | int | float | str | list):
        return value
    raise wrong_type(f"each value of `{name}`", "a number, a word or a list", value)
