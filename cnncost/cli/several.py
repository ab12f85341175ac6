"""Several networks, one after the other: a bad one is reported, and hides none of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from typer import Exit

from cnncost.cli.output import complain
from cnncost.cli.process import BAD_INPUT
from cnncost.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    T = TypeVar("T")


def good_ones(specs: Sequence[str], work: Callable[[str], T]) -> list[tuple[str, T]]:
    """Each spec with what becomes of it; of the bad ones standard error has what is wrong.

    Raises:
        SpecError: all of them are bad; this is what is wrong with the last one.
    """
    found = []
    for place, spec in enumerate(specs, 1):
        try:
            found.append((spec, work(spec)))
        except SpecError as error:
            shown = error if len(specs) == 1 else _named(error, spec)
            if place == len(specs) and not found:
                raise shown from None
            complain(str(shown))
    return found


def exit_unless_all(specs: Sequence[str], found: Sequence[object]) -> None:
    """End the command as one with bad input, if some of the specs were bad.

    Raises:
        Exit: some were.
    """
    if len(found) < len(specs):
        raise Exit(BAD_INPUT)


def _named(error: SpecError, spec: str) -> SpecError:
    """The error with the network that it is of, unless it says so itself."""
    if spec in str(error):
        return error
    message = f"`{spec[:80]}`: {error.message}"
    return SpecError(message, error.origin, chain=error.chain, called_on=error.called_on, hint=error.hint)
