"""The command line interface; :func:`main` is the console script."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NoReturn

_ALLOCATIONS_BEFORE_COLLECTION = 100_000
"""A short process makes many objects and little garbage, which Python would look for every 700 objects."""


def main() -> NoReturn:
    """Run the command line; ends the process."""
    gc.set_threshold(_ALLOCATIONS_BEFORE_COLLECTION)
    try:
        from cnncost.cli.app import app
        from cnncost.cli.ending import end

        app()
    except KeyboardInterrupt:  # also while modules are still being imported
        raise SystemExit(130) from None
    except SystemExit as done:
        end(done.code)
    end(0)
