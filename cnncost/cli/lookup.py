"""What stands where a command should stand: a word that is nearly one, or a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection

_LIST = "`cnncost --help` lists the commands"


def not_a_command(word: str, commands: Collection[str]) -> SpecError:
    """What is wrong with a word that is not a command, and what was probably meant.

    >>> print(not_a_command("resnet50", ["analyze", "compare"]))
    error: `resnet50` is a network, and the command is missing before it
      = hint: `cnncost analyze resnet50` shows what it costs; `cnncost --help` lists the commands
    >>> print(not_a_command("analyse", ["analyze", "compare"]))
    error: there is no command `analyse`; did you mean `analyze`?
      = hint: `cnncost --help` lists the commands
    """
    from shlex import quote

    from cnncost.language.library import names
    from cnncost.layers import REGISTRY

    shown = quote(word[:80])
    if _names_a_spec(word):
        hint = f"`cnncost analyze {shown}` shows what it costs; {_LIST}"
        return SpecError(f"`{word[:80]}` is a network, and the command is missing before it", hint=hint)
    if word in REGISTRY:
        hint = f"`cnncost layers {shown}` shows its parameters; {_LIST}"
        return SpecError(f"`{word}` is a layer type, and not a command", hint=hint)
    close = did_you_mean(word, commands)
    network = "" if close else did_you_mean(word, names())
    if network:
        hint = f"`cnncost analyze {network.split('`')[1]}` shows what it costs; {_LIST}"
        return SpecError(f"there is no command and no network `{word[:80]}`{network}", hint=hint)
    return SpecError(f"there is no command `{word[:80]}`{close}", hint=_LIST)


def _names_a_spec(word: str) -> bool:
    """Whether the word is an architecture or a file, with or without settings behind it.

    Raises:
        SpecError: it is a file that is no spec and cannot be imported; the text says what to do with it.
    """
    from os.path import isfile

    from cnncost.importers.sources import is_imported
    from cnncost.language.foreign import refuse_foreign
    from cnncost.language.library import names
    from cnncost.language.request import parse_request

    spec = parse_request(word).spec
    refuse_foreign(spec)
    return is_imported(word) or spec in names() or isfile(spec) or spec.endswith((".yaml", ".yml"))
