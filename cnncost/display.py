"""What a notebook shows of a result: the view that its command prints, as HTML.

Results are data and know of no view; the imports of the whole package lead the other way. But a notebook asks the
result itself, by `_repr_html_`. So what renders it is looked up by name here, when a notebook asks and not before: who
wants figures alone imports nothing for it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TypeVar

    Result = TypeVar("Result")

_RENDERER = "cnncost.render.notebook"


def displayed(result: type[Result]) -> type[Result]:
    """A class of results that notebooks show as HTML; `render.notebook` says by which view.

    >>> from cnncost import analyze
    >>> analyze("lenet5")._repr_html_()[:21]
    '<div class="cnncost">'
    """
    result._repr_html_ = _html  # type: ignore[attr-defined]
    return result


def _html(self: object) -> str:
    """This result as a fragment of HTML, for notebooks."""
    shown: str = import_module(_RENDERER).html(self)
    return shown
