"""What is to be a letter, from what a user asks for: the batch, the axes of an input, variables of the spec."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError, did_you_mean
from cnncost.records import NamedTuple
from cnncost.spaces.closed_forms.closed_form import Letter
from cnncost.symbolic.polynomials.floors import letter as letter_called

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnncost.graph.graph import Graph
    from cnncost.symbolic.polynomials.polynomial import Number, Polynomial

_AXES = {1: "L", 2: "HW", 3: "DHW"}
_SIZES = {"L": "length", "D": "depth", "H": "height", "W": "width"}
_OTHERS = "`batch`, `input`, `resolution`, or a variable of the spec"


class Asked(NamedTuple):
    """What is to be letters."""

    letters: tuple[Letter, ...] = ()
    """Each with its present number."""
    batch: str | None = None
    """The letter of the batch."""
    sizes: Mapping[str, tuple[str, ...]] | None = None
    """For an input by its name, the letter of each of its axes."""
    variables: tuple[str, ...] = ()
    """The variables of the spec that are letters of the same name."""

    @property
    def numbers(self) -> dict[str, Number]:
        """The present number of each letter, exactly."""
        return {letter.symbol: _exact(letter.number) for letter in self.letters}

    @property
    def polynomials(self) -> list[Polynomial]:
        """The letters, to compute with."""
        return [letter_called(each.symbol, fractional=isinstance(each.number, float)) for each in self.letters]


def asked(names: Sequence[str], graph: Graph, batch: int, variables: Mapping[str, Any]) -> Asked:
    """What the names stand for in a network.

    Args:
        names: ``batch``; ``input`` or ``input.NAME``, for its sizes; ``resolution``, for one size along all axes; or
            variables of the spec.
        graph: the network at present.
        batch: the present batch.
        variables: the present values of the spec's variables.

    Raises:
        SpecError: no such name, or a variable that is not a number above 0; one name twice.
    """
    found = Asked()
    for name in names:
        if name == "batch":
            found = _with(found, Letter("B", batch, "samples in the batch"))._replace(batch="B")
        elif name == "resolution" or name.partition(".")[0] == "input":
            found = _with_sizes(found, name, graph)
        elif name in variables:
            number = _number(name, variables[name])
            found = _with(found, Letter(name, number, "variable of the spec"))
            found = found._replace(variables=(*found.variables, name))
        else:
            close = did_you_mean(name, ["batch", "input", "resolution", *variables])
            raise SpecError(f"there is no `{name[:80]}` to write formulas in{close}", hint=f"it is {_OTHERS}")
    return found


def _with(found: Asked, letter: Letter) -> Asked:
    if letter.symbol in [known.symbol for known in found.letters]:
        raise SpecError(f"`{letter.symbol}` stands for two things", hint="name each of them once")
    return found._replace(letters=(*found.letters, letter))


def _with_sizes(found: Asked, name: str, graph: Graph) -> Asked:
    """Letters for the axes of an input: one for each, or one for all of them that are alike."""
    inputs = {graph.nodes[place].name: graph.nodes[place].y.spatial for place in graph.inputs}
    _, _, wanted = name.partition(".")
    if not wanted and len(inputs) > 1:
        names = ", ".join(f"`input.{each}`" for each in inputs)
        raise SpecError(f"the network has {len(inputs)} inputs", hint=f"name one: {names}")
    wanted = wanted or next(iter(inputs))
    if wanted not in inputs:
        raise SpecError(f"there is no input `{wanted[:80]}`{did_you_mean(wanted, inputs)}")
    sizes, behind = inputs[wanted], f"_{wanted}" if "." in name else ""
    if len(sizes) not in _AXES:
        raise SpecError(f"the input `{wanted}` has no sizes to write formulas in: its shape is its channels alone")
    if name == "resolution":
        if len(set(sizes)) > 1:
            raise SpecError(
                f"`resolution` is one size, and the input is of {'x'.join(map(str, sizes))}",
                hint="`input` has one letter for each axis",
            )
        found, symbols = _with(found, Letter("R", sizes[0], "size of the input along each axis")), ("R",) * len(sizes)
    else:
        symbols = tuple(axis + behind for axis in _AXES[len(sizes)])
        for symbol, size in zip(symbols, sizes, strict=True):
            found = _with(found, Letter(symbol, size, f"{_SIZES[symbol[0]]} of the input"))
    return found._replace(sizes={**(found.sizes or {}), wanted: symbols})


def _number(name: str, value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise SpecError(
            f"`{name}` is not a number above 0, and formulas are written in numbers", hint=f"a letter is {_OTHERS}"
        )
    return value


def _exact(number: float) -> Number:
    exact = Fraction(number)
    return exact.numerator if isinstance(number, int) else exact
