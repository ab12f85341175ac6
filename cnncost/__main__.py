"""`python -m cnncost` is the command line, and so is the script `cnncost`.

Nothing is imported before `main` is called: it knows how an interruption ends the process.
"""

from __future__ import annotations


def main() -> None:
    """Run the command line; ends the process."""
    try:
        from cnncost.cli import main as run

        run()
    except KeyboardInterrupt:  # while the first modules are imported
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
