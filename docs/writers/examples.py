"""The examples in the documents: found, run, and their output written back or compared.

A document's fenced blocks are run in order, in an empty directory of its own:

- ``yaml`` blocks are specs. What stands behind that word holds for them: `params=9,792` or another total, `layers=3`,
  `output=8x30x30`; or they are an `error`. With `file=` they are there for the commands below. Those behind which
  `convention` stands are conventions, and those with `space` are design spaces: both hold if they can be read.
- ``console`` blocks hold commands behind `$`, and what they print; with ``error`` that is one.
- Examples behind `>>>` are doctests.
"""

from __future__ import annotations

import doctest
import io
import os
import re
import shlex
import subprocess
import sys
from contextlib import ExitStack, chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple
from unittest.mock import patch

import cnncost
from cnncost.cli.app import app
from cnncost.conventions import CONVENTIONS
from cnncost.conventions.file import read_convention
from cnncost.errors import SpecError
from cnncost.graph.graph import Graph
from cnncost.language.load import loads
from cnncost.spaces.space.file import parse_space

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]

_BLOCK = re.compile(r"^```(?P<language>\w+)(?P<claims>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_ONE_OF_OURS = re.compile(
    r"cnncost (?!.*--against)(?P<arguments>(?:[^|;<>$&`*'\n]|'[^'\n]*'|\\\n)*?)(?:(?P<operator>[|;])(?P<behind>.*))?",
    re.DOTALL,
)
"""A command of cnncost that leaves no module of somebody's imported, and what the shell does with what comes of it."""

_KEPT = ("HOME", "LANG", "SYSTEMROOT", "TMPDIR", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""What commands see of the environment."""

_PATIENCE = 600
"""Seconds after which a command counts as hung."""

_PYTHON = "#!{python}\nfrom cnncost.cli import main\n\nmain()\n"


class Block(NamedTuple):
    """A fenced block: its language, what stands behind that, its text, and where the text begins and ends."""

    language: str
    claims: dict[str, str]
    body: str
    start: int
    end: int


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a document.

    >>> [block] = blocks("```yaml params=0\\nnetwork: []\\n```\\n")
    >>> block.language, block.claims, block.body
    ('yaml', {'params': '0'}, 'network: []\\n')
    """
    for match in _BLOCK.finditer(text):
        claims = dict(claim.partition("=")[::2] for claim in shlex.split(match["claims"]))
        yield Block(match["language"], claims, match["body"], match.start("body"), match.end("body"))


def refreshed(text: str) -> str:
    """The document with the output of every console block as the commands print it now."""
    parts, end = [], 0
    with TemporaryDirectory() as directory:
        shell = Shell(Path(directory))
        for block in blocks(text):
            if "file" in block.claims:
                shell.write(block.claims["file"], block.body)
            if block.language == "console":
                transcript = shell.transcript(block.body)
                if ("\nerror: " in transcript) != ("error" in block.claims):
                    raise RuntimeError(f"an error comes unexpected, or an expected one does not:\n{transcript}")
                parts += [text[end : block.start], transcript]
                end = block.end
    return "".join([*parts, text[end:]])


def failures(text: str) -> Iterator[str]:
    """What does not hold in a document: claims behind specs, and doctests. Console blocks are :func:`refreshed`'s."""
    for block in blocks(text):
        if block.language == "yaml":
            yield from _false_claims(block)
    yield from _failed_doctests(text)


class Shell:
    """Runs commands in a directory, where `cnncost` is this checkout's."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory / "work"
        self.directory.mkdir()
        program = directory / "bin" / "cnncost"
        program.parent.mkdir()
        program.write_text(_PYTHON.format(python=sys.executable))
        program.chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if name in _KEPT}
        self.environment = {
            **kept,
            "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "PYTHONIOENCODING": "utf-8",
            "COLUMNS": "100",
            "NO_COLOR": "1",
            "TERM": "dumb",
        }

    def write(self, name: str, text: str) -> None:
        """Put a file beside the commands."""
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def transcript(self, body: str) -> str:
        """A console block with the output of its commands; a command may go on behind a backslash."""
        lines = []
        for command in re.findall(r"^\$ ((?:.*\\\n)*.*)$", body, re.MULTILINE):
            lines += [f"$ {command}", *self.run(command)]
        return "\n".join(lines) + "\n"

    def run(self, command: str) -> list[str]:
        """The lines that a command prints, on standard output and standard error, without blanks at their ends."""
        match = _ONE_OF_OURS.fullmatch(command)
        printed = self._in_bash(command) if match is None else self._here(**match.groupdict())
        lines = [line.rstrip() for line in printed.splitlines()]
        while lines and not lines[-1]:
            lines.pop()
        if any(line.startswith("Traceback") for line in lines):
            raise RuntimeError("\n".join([f"$ {command}", *lines]))
        return lines

    def _in_bash(self, command: str, given: str = "") -> str:
        """What a command of the shell prints that reads `given`."""
        ran = subprocess.run(
            ["bash", "-c", f"{command}\n"],
            cwd=self.directory,
            env=self.environment,
            input=given.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_PATIENCE,
            check=False,
        )
        return ran.stdout.decode()

    def _here(self, arguments: str, operator: str | None, behind: str) -> str:
        """What `cnncost` prints, run in this process: one of its own would import everything again.

        Args:
            arguments: of cnncost, as they are typed.
            operator: `|` or `;`, where the shell has something to do with the output or with the exit code.
            behind: that.
        """
        words = shlex.split(arguments.replace("\\\n", ""))
        output = io.StringIO()
        piped = io.StringIO() if operator == "|" else output
        with ExitStack() as conditions:
            conditions.enter_context(chdir(self.directory))
            conditions.enter_context(patch.dict(os.environ, self.environment, clear=True))
            conditions.enter_context(redirect_stdout(piped))
            conditions.enter_context(redirect_stderr(output))
            conditions.callback(_forget, set(CONVENTIONS))
            try:
                app(words, prog_name="cnncost")
            except SystemExit as ended:
                code = ended.code or 0
        if operator is None:
            return output.getvalue()
        if operator == "|":
            return output.getvalue() + self._in_bash(behind, piped.getvalue())
        return output.getvalue() + self._in_bash(f"(exit {code}); {behind}")


def _forget(known: set[str]) -> None:
    """Forget the conventions that a command brought along, as the end of a process would."""
    for name in set(CONVENTIONS) - known:
        del CONVENTIONS[name]


def _false_claims(block: Block) -> Iterator[str]:
    """A sentence for each claim behind a spec or a convention that does not hold."""
    readers = {"convention": read_convention, "space": parse_space}
    read: Callable[[str, str], object] = next((readers[kind] for kind in readers if kind in block.claims), loads)
    try:
        graph = read(block.body, block.claims.get("file", "<example>"))
    except SpecError as error:
        if "error" not in block.claims:
            yield str(error)
        return
    if "error" in block.claims:
        yield f"no error in:\n{block.body}"
    if not isinstance(graph, Graph):
        return
    report = cnncost.analyze(graph)
    if graph.warnings:
        yield f"{graph.warnings[0]}, in:\n{block.body}"
    known = {name: f"{value:,}" for name, value in report.totals.items() if value is not None}
    known["output"] = "x".join(map(str, graph.nodes[graph.outputs[0]].y.dims))
    known["layers"] = str(len(graph.layers))
    for name, claimed in block.claims.items():
        if name not in ("file", "error") and known[name] != claimed:
            yield f"{name} is {known[name]} and not {claimed}, in:\n{block.body}"


def _failed_doctests(text: str) -> Iterator[str]:
    """What the failed doctests of a document say; those in fenced blocks end with the fence."""
    source = re.sub(r"^```\w*$", "", text, flags=re.MULTILINE)
    test = doctest.DocTestParser().get_doctest(source, {}, "document", None, 0)
    said: list[str] = []
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    runner.run(test, out=said.append)
    if runner.summarize(verbose=False).failed:
        yield "".join(said)
