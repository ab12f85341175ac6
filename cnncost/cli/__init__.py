"""The command line interface; :func:`main` is the console script."""

from __future__ import annotations


def main() -> None:
    """Run the command line; ends the process."""
    try:
        from cnncost.cli.app import app

        app()
    except KeyboardInterrupt:  # also while modules are still being imported
        raise SystemExit(130) from None
