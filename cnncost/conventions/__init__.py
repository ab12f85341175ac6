"""How operation counts become "FLOPs": one class per convention, one file each.

>>> sorted(CONVENTIONS)
['macs', 'textbook']
"""

from __future__ import annotations

from cnncost.conventions import macs, textbook
from cnncost.conventions.base import CONVENTIONS, Convention, register

__all__ = ["CONVENTIONS", "Convention", "macs", "register", "textbook"]
