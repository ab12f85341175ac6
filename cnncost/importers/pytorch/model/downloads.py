"""No weight is downloaded: for as long as a model is made, what libraries would load is nothing."""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from cnncost.importers.pytorch.model.library import import_torch

if TYPE_CHECKING:
    from collections.abc import Iterator


class NoWeights(dict[str, Any]):
    """What takes the place of weights that would be downloaded, and changes nothing where it is loaded."""


@contextmanager
def without_weights() -> Iterator[None]:
    """Within it, downloads of weights give :class:`NoWeights`, and a module that loads these stays as it is."""
    torch = import_torch()
    load = torch.nn.Module.load_state_dict

    def load_state_dict(module: Any, weights: Any, *args: Any, **kwargs: Any) -> Any:
        return None if isinstance(weights, NoWeights) else load(module, weights, *args, **kwargs)

    with ExitStack() as stack:
        stack.enter_context(patch.object(torch.nn.Module, "load_state_dict", load_state_dict))
        for name, stand_in in _DOWNLOADS.items():
            for module in [module for module in sys.modules.values() if name in getattr(module, "__dict__", ())]:
                stack.enter_context(patch.object(module, name, stand_in))
        yield


def _nothing(*_: Any, **__: Any) -> NoWeights:
    return NoWeights()


def _none(*_: Any, **__: Any) -> None:
    return None


_DOWNLOADS = {"load_state_dict_from_url": _nothing, "load_pretrained": _none}
"""Functions of PyTorch and timm that load weights from elsewhere, in whatever module, and what takes their places."""
