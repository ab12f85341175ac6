"""The containers that are being expanded inside each other: what errors name, and what may not contain itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from cnncost.language.document.definition import Definition
    from cnncost.language.document.document import Block
    from cnncost.language.document.steps import Step


class Call(NamedTuple):
    """A container that is being expanded: a turn of a loop, a block or a network."""

    label: str
    """What errors call it."""
    called: Block | Definition | str | None = None
    """The block, or the path of a network's file."""
    name: str = ""
    """The block's name, or that of the network's file."""
    line: int | None = None
    """The line that called it."""

    def shown(self, *, is_innermost: bool) -> str:
        """The label; of a network with its file, and with the line that no other note says."""
        if self.line is None or not isinstance(self.called, str):
            return self.label
        return f"{self.label} ({self.name}{'' if is_innermost else f', called on line {self.line}'})"


class Calls:
    """The containers that are being expanded, outermost first.

    Args:
        network: the outermost, which is the whole document.
    """

    def __init__(self, network: Call) -> None:
        self._calls = [network]

    def chain(self) -> tuple[tuple[str, ...], int | None]:
        """The blocks, networks and loops that are being expanded, and the line that called the innermost block.

        A failed expansion leaves them as they were, so this is where it failed.
        """
        called = [call for call in self._calls if call.line is not None]
        innermost = called[-1] if called else None
        shown = tuple([call.shown(is_innermost=call is innermost) for call in self._calls])
        return shown, innermost and innermost.line

    def enter(self, label: str, step: Step, called: Block | Definition | str | None = None, name: str = "") -> None:
        """Begin to expand a container; raises SpecError for a block or a network that calls itself."""
        if called is None:
            self._calls.append(Call(label))
        else:
            self._refuse_recursion(step, called, name)
            # The first turn of a repeat reads like the plain call.
            self._calls.append(Call(label.removesuffix("[0]"), called, name, step.line))

    def leave(self) -> None:
        """End the innermost container; one that fails is never left, so that it is known where."""
        self._calls.pop()

    def _refuse_recursion(self, step: Step, called: Block | Definition | str, name: str) -> None:
        around = [call.called for call in self._calls]
        if called in around:
            entered = [call.name for call in self._calls[around.index(called) :] if call.called is not None]
            what = "network" if isinstance(called, str) else "block"
            hint = f"the calls are {' > '.join([*entered, name])}"
            raise SpecError(f"the {what} `{name}` calls itself", step.callee_span, hint=hint)
