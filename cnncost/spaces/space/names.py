"""What of a spec may vary: its variables, elements of lists that are variables, its inputs, and the batch."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncost.errors import SpecError, did_you_mean
from cnncost.language.request import known_names
from cnncost.language.yaml.nodes import MappingNode, SequenceNode
from cnncost.records import NamedTuple
from cnncost.spaces.space.values import is_input

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from cnncost.errors import Span
    from cnncost.language.document.document import Document
    from cnncost.spaces.space.space import Space

_NAME = re.compile(r"[A-Za-z_]\w*(?:\[\d+\])*|input\.[A-Za-z_]\w*")


class Names(NamedTuple):
    """What of a network may vary."""

    variables: Mapping[str, int | None]
    """Its variables, and how many elements those have that are written as lists."""
    inputs: tuple[str, ...]
    """Its inputs; of one alone, ``input``."""
    unused: Collection[str] = ()
    """Variables that nothing uses."""

    @classmethod
    def of(cls, document: Document) -> Names:
        """Those of a spec."""
        lengths = {
            name: len(variable.value.items) if isinstance(variable.value, SequenceNode) else None
            for name, variable in document.variables.items()
            if not variable.is_function
        }
        several = document.input.entries if isinstance(document.input, MappingNode) else ()
        idle = [sentence.split("`")[1] for sentence in document.unused() if sentence.startswith("the variable")]
        return cls(lengths, tuple([key.text for key, _ in several]) or ("input",), idle)

    def helpers(self, space: Space) -> tuple[str, ...]:
        """Axes that are none of the network's, and that expressions of what follows from them read."""
        read = {name for _, expression in space.derived for name in expression.names}
        own = (*self.variables, "batch")
        return tuple([a.name for a in space.axes if a.name in read and a.name not in own and not is_input(a.name)])

    def check(self, space: Space) -> None:
        """Refuse a space in which something varies that there is not, that nothing uses, or that is set twice.

        Raises:
            SpecError: with the place of the axis, or of the expression.
        """
        seen: dict[str, Span] = {}
        helpers = self.helpers(space)
        axes = [(axis.name, axis.span) for axis in space.axes]
        for name, span in [*axes, *[(name, expression.span) for name, expression in space.derived]]:
            if name not in helpers:
                self._refuse_unknown(name, span)
            _refuse_again(name, span, seen)
            seen[name] = span

    def _refuse_unknown(self, name: str, span: Span) -> None:
        if name == "batch" and "batch" not in self.variables:
            return
        if is_input(name) and name not in self.variables:
            self._refuse_unless_input(name, span)
            return
        base, _, rest = name.partition("[")
        place = rest.partition("]")[0]
        if base not in self.variables:
            known = [*self.variables, "batch", "input"]
            close = did_you_mean(base, known)
            hint = known_names("variables", self.variables) + "; `batch` and `input` vary too"
            raise SpecError(f"there is no variable `{base[:80]}` to vary{close}", span, hint=hint)
        length = self.variables[base]
        if place and length is not None and int(place) >= length:
            raise SpecError(f"`{base}` has {length} elements, from `{base}[0]` to `{base}[{length - 1}]`", span)
        if base in self.unused:
            raise SpecError(f"nothing uses the variable `{base}`: no figure depends on it", span)

    def _refuse_unless_input(self, name: str, span: Span) -> None:
        known = ["input"] if self.inputs == ("input",) else [f"input.{each}" for each in self.inputs]
        if name in known or (len(self.inputs) == 1 and name in ("input", f"input.{self.inputs[0]}")):
            return
        message = f"there is no input `{name.removeprefix('input.')}`{did_you_mean(name, known)}"
        if name == "input":
            message = f"the network has {len(self.inputs)} inputs"
        raise SpecError(message, span, hint=f"vary {', '.join(f'`{each}`' for each in known)}")


def checked_name(name: str, span: Span) -> str:
    """The name of what varies, without blanks.

    Raises:
        SpecError: nothing is called so.

    >>> from cnncost.spaces.expressions.expression import option_span
    >>> checked_name("depths[2]", option_span("--vary", ""))
    'depths[2]'
    """
    name = re.sub(r"\s", "", name)
    if not _NAME.fullmatch(name):
        hint = "a variable of the spec, an element such as `depths[2]`, `batch`, `input` or `input.NAME`"
        raise SpecError(f"`{name[:60]}` is not the name of something that varies", span, hint=hint)
    return name


def _refuse_again(name: str, span: Span, seen: Mapping[str, Span]) -> None:
    for other in seen:
        if name == other:
            raise SpecError(f"`{name}` is given twice", span, hint="list its values in one place: `1,2,8..16`")
        if name.partition("[")[0] == other or other.partition("[")[0] == name:
            raise SpecError(f"`{name}` and `{other}` set the same variable", span)
