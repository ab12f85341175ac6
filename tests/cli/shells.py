"""Real shells that are typed into: what stands on the line once Tab was pressed."""

from __future__ import annotations

import os
import pty
import select
import shlex
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from docs.writers.examples import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_CONTROL_O, _CONTROL_U = "\x0f", "\x15"
_END = "(end)"
_PATIENCE = 120
"""Seconds after which a shell counts as hung."""

_ECHO = {
    "bash": """\
bind 'set bell-style none'; bind 'set completion-query-items 0'; bind 'set page-completions off'
show() {{ printf %s "$READLINE_LINE" > {new} && mv {new} {line}; }}; bind -x '"\\C-o": show'
""",
    "zsh": """\
zstyle ':completion:*' list-prompt ''; LISTMAX=9999
show() {{ print -rn -- "$BUFFER" > {new} && mv {new} {line} }}; zle -N show; bindkey '^O' show
""",
}
"""What makes a shell write its line to a file when Ctrl-O is pressed."""
_START = {"bash": ["bash", "--norc", "--noprofile", "-i"], "zsh": ["zsh", "-f", "-i"]}


def has_shell(name: str) -> bool:
    """Whether the machine has it."""
    return shutil.which(name) is not None


def environment(folder: Path) -> dict[str, str]:
    """Where `cnncost` is this checkout's, and the home is a folder of the test's."""
    program = folder / "bin" / "cnncost"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!{sys.executable}\nfrom cnncost.__main__ import main\n\nmain()\n")
    program.chmod(0o755)
    return {
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder),
        "TERM": "dumb",
        "LANG": "C.UTF-8",
    }


def typed(shell: str, setup: str, keys: Sequence[str], folder: Path) -> list[str]:
    """The line after each of some keys, on a line of its own.

    Args:
        shell: `bash` or `zsh`.
        setup: commands that come first.
        keys: what is pressed then.
        folder: the home, and where the shell is started.
    """
    line, ready = folder / "line", folder / "ready"
    echo = _ECHO[shell].format(new=shlex.quote(f"{line}.new"), line=shlex.quote(str(line)))
    (folder / "setup").write_text(f"{setup}\n{echo}")
    master, slave = pty.openpty()
    process = subprocess.Popen(
        _START[shell],
        cwd=folder,
        env=environment(folder),
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    try:
        os.write(master, f". ./setup; echo > {shlex.quote(str(ready))}\n".encode())
        _wait_for(master, ready)
        return [_after(master, pressed, line) for pressed in keys]
    finally:
        process.kill()
        process.wait()
        os.close(master)


def _after(master: int, keys: str, line: Path) -> str:
    """The line once these keys were pressed; it is empty again then."""
    os.write(master, f"{keys}{_CONTROL_O}".encode())
    _wait_for(master, line)
    found = line.read_text()
    line.unlink()
    os.write(master, _CONTROL_U.encode())
    return found


def _wait_for(master: int, file: Path) -> None:
    """Read what a terminal shows until a file is there."""
    shown = b""
    end = time.monotonic() + _PATIENCE
    while not file.exists():
        if time.monotonic() > end:
            raise TimeoutError(f"the shell hangs behind {shown!r}")
        if select.select([master], [], [], 0.02)[0]:
            shown += os.read(master, 65536)


def offered_by_fish(setup: str, lines: Sequence[str], folder: Path) -> list[list[str]]:
    """What fish offers for each of some lines."""
    asked = "; ".join(f"complete --do-complete {shlex.quote(line)}; echo '{_END}'" for line in lines)
    ran = subprocess.run(
        ["fish", "--no-config", "-c", f"{setup}; {asked}"],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=True,
    )
    answers = ran.stdout.split(f"{_END}\n")[:-1]
    return [[row.partition("\t")[0] for row in answer.splitlines()] for answer in answers]
