"""The command line interface; :func:`main` is the console script."""

from __future__ import annotations

import gc

_ALLOCATIONS_BEFORE_COLLECTION = 100_000
"""A short process makes many objects and little garbage, which Python would look for every 700 objects."""


def main() -> None:
    """Run the command line; ends the process."""
    gc.set_threshold(_ALLOCATIONS_BEFORE_COLLECTION)
    try:
        from cnncost.cli.app import app

        app()
    except KeyboardInterrupt:  # also while modules are still being imported
        raise SystemExit(130) from None
