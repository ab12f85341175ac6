"""What design spaces need besides: NumPy, which no other analysis takes."""

from __future__ import annotations

from importlib.util import find_spec

from cnncost.errors import SpecError, install_hint


def require_numpy() -> None:
    """Nothing, where NumPy is there.

    Raises:
        SpecError: it is not installed.

    >>> require_numpy()
    """
    if find_spec("numpy") is None:
        message = "design spaces and closed forms are computed with NumPy, which is not installed"
        raise SpecError(message, hint=install_hint("numpy", "pyarrow", "scipy"))
