"""The command line interface; :func:`main` is the console script."""

from __future__ import annotations

import gc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

_ALLOCATIONS_BEFORE_COLLECTION = 100_000
"""A short process makes many objects and little garbage, which Python would look for every 700 objects."""


def main() -> NoReturn:
    """Run the command line; ends the process."""
    from cnncost.cli.interruption import handle_interruptions

    handle_interruptions()
    gc.set_threshold(_ALLOCATIONS_BEFORE_COLLECTION)
    from cnncost.cli.process import open_closed_streams, run

    open_closed_streams()
    from cnncost.cli.app import app
    from cnncost.cli.ending import end

    end(run(app))
