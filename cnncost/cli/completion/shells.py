"""The shells: what makes them ask, and where it goes."""

from __future__ import annotations

import os
from pathlib import Path

from cnncost.errors import SpecError
from cnncost.files import reason

_SCRIPTS = Path(__file__).parent / "scripts"
_FILES = {"bash": "bash.sh", "zsh": "zsh.zsh", "fish": "fish.fish"}

SHELLS = tuple(_FILES)
"""Those that are known."""

DETECTED = "auto"
"""Stands for the shell that the program was started from."""


def script(shell: str) -> str:
    """What makes a shell ask.

    Args:
        shell: one of :data:`SHELLS`, or :data:`DETECTED`.

    Raises:
        SpecError: another shell, or none could be found out.

    >>> script("fish").splitlines()[0]
    '# Completion of cnncost in fish.'
    """
    return (_SCRIPTS / _FILES[_known(shell)]).read_text(encoding="utf-8")


def install(shell: str) -> str:
    """Write the script where the shell finds it, and have its start-up file read it; what was done, in a sentence.

    Args:
        shell: one of :data:`SHELLS`, or :data:`DETECTED`.

    Raises:
        SpecError: another shell, none could be found out, or a file could not be written.
    """
    shell = _known(shell)
    home = Path.home()
    try:
        if shell == "bash":
            path = _written(home / ".bash_completions" / "cnncost.sh", shell)
            _add_line(home / ".bashrc", f"source '{path}'")
        elif shell == "zsh":
            path = _written(home / ".zfunc" / "_cnncost", shell)
            start = Path(os.environ.get("ZDOTDIR") or home) / ".zshrc"
            _add_line(start, "fpath+=~/.zfunc; autoload -Uz compinit; compinit")
        else:
            folder = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
            path = _written(folder / "fish" / "completions" / "cnncost.fish", shell)
    except OSError as error:
        raise SpecError(f"the completion of {shell} cannot be installed: {reason(error)}") from None
    return f"{shell} completion is installed in {path}; it works in shells that are started from now on"


def _written(path: Path, shell: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(script(shell), encoding="utf-8")
    return path


def _add_line(path: Path, line: str) -> None:
    """Add a line to a start-up file that does not have it yet."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if line in text.splitlines():
        return
    start = "" if not text or text.endswith("\n") else "\n"
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{start}{line}\n")


def _known(shell: str) -> str:
    name = _started_from() if shell == DETECTED else shell
    if name not in SHELLS:
        which = f"there is no completion for `{name[:80]}`" if name else "it is not known which shell this is"
        raise SpecError(which, hint=f"name one behind the option: {', '.join(SHELLS)}")
    return name


def _started_from() -> str:
    """The shell that the program was started from; else that of the user."""
    from shellingham import ShellDetectionFailure, detect_shell

    try:
        return str(detect_shell()[0])
    except ShellDetectionFailure:
        return os.path.basename(os.environ.get("SHELL", ""))
