"""Where an operator stands: the line of the model's code, and the module that it belongs to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cnncost.importers.pytorch.model.faults import is_of_user, span_of
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncost.errors import Span

_FRAME = re.compile(r'File "(.+?)", line (\d+), in ')


class ModulePlace(NamedTuple):
    """The origin of a layer that was imported: its module, and the deepest line that is not PyTorch's own."""

    module: str
    """The path of the module in the model, `layer1.0.conv1`; empty for the model itself."""
    trace: str
    """The lines that led there, as PyTorch records them."""

    @property
    def where(self) -> str:
        """File and line, and the module: ``net.py:12, in `layer1.0` ``."""
        module = f"in module `{self.module}`" if self.module else "in the model"
        span = self._span()
        return f"{span.source.name}:{span.line}, {module}" if span else module

    @property
    def margin(self) -> str:
        """Blanks as wide as the line number."""
        span = self._span()
        return span.margin if span else " "

    def excerpt(self) -> list[str]:
        """The line with what is meant marked; nothing where the code is not there to show."""
        span = self._span()
        return span.excerpt() if span else []

    def _span(self) -> Span | None:
        for file, line in reversed(_FRAME.findall(self.trace)):
            if is_of_user(file):
                return span_of(file, int(line))
        return None


def stack_of(node: Any) -> Mapping[str, tuple[str, Any]]:
    """The calls of modules that an operator runs within, outermost first: each module's path by PyTorch's key."""
    return node.meta.get("nn_module_stack") or {}


def place_of(node: Any) -> ModulePlace:
    """Where an operator stands."""
    modules = list(stack_of(node).values())
    return ModulePlace(modules[-1][0] if modules else "", node.meta.get("stack_trace") or "")
