"""How operation counts become "FLOPs": a class or a YAML file per convention, found by name.

>>> list(CONVENTIONS)[:2], "fvcore" in CONVENTIONS
(['textbook', 'macs'], True)
"""

from __future__ import annotations

from cnncost.conventions.base import Convention, RecordedConvention, Written
from cnncost.conventions.catalogue import register
from cnncost.conventions.registry import CONVENTIONS, AnyConvention, SomeConventions, choose, find

# Their order is the order in which they are listed, before those that are files.
from cnncost.conventions import textbook  # isort: skip
from cnncost.conventions import macs  # isort: skip

__all__ = [
    "CONVENTIONS",
    "AnyConvention",
    "Convention",
    "RecordedConvention",
    "SomeConventions",
    "Written",
    "choose",
    "find",
    "macs",
    "register",
    "textbook",
]
