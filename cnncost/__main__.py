"""`python -m cnncost` is the command line."""

from __future__ import annotations

from cnncost.cli import main

main()
