"""Paths that name something else than a file, or a file that never ends: refused in a sentence, by all that reads."""

from __future__ import annotations

import os
import socket
import stat
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from cnncost import Report, SpecError, analyze, load, read_document
from cnncost.cli.app import app
from cnncost.conventions import find
from cnncost.documents import AnalysisDocument
from cnncost.files import read_file, write_file
from cnncost.language.limits import Limits
from cnncost.verification import records

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

READERS: dict[str, Callable[[Path], object]] = {
    "spec": lambda path: load(str(path)),
    "convention": find,
    "document": read_document,
    "report": AnalysisDocument.read,
    "measurements": records.read,
}
SPEC = "input: [3, 8, 8]\nnetwork: [relu]\n"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("reader", READERS)
def test_a_named_pipe_is_refused_unopened(reader: str, tmp_path: Path) -> None:
    """Nobody ever writes to it: whoever opens it waits for ever."""
    path = tmp_path / "pipe.yaml"
    os.mkfifo(path)
    with pytest.raises(SpecError, match=r"cannot read `.*pipe.yaml`: it is a named pipe, not a file"):
        READERS[reader](path)


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs sockets in the file system")
def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the names of sockets are short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.yaml")
        with pytest.raises(SpecError, match=r"^error: cannot read `socket\.yaml`: it is a socket, not a file$"):
            load("socket.yaml")


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="needs /dev/zero")
@pytest.mark.parametrize("reader", READERS)
def test_a_device_that_never_ends_is_refused(reader: str, tmp_path: Path) -> None:
    link = tmp_path / "zero.yaml"
    link.symlink_to("/dev/zero")
    with pytest.raises(SpecError, match="it is a device, not a file"):
        READERS[reader](link)


@pytest.mark.parametrize("reader", READERS)
def test_a_directory_is_refused(reader: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"(?i)cannot read `.*`: is a directory$"):
        READERS[reader](tmp_path)


@pytest.mark.parametrize(("reader", "limit"), [("spec", 10**6), ("convention", 10**6), ("document", 10**8)])
def test_a_file_that_is_too_large_is_refused(reader: str, limit: int, tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(limit + 1)  # a hole: it takes no room
    with pytest.raises(SpecError, match=rf"`.*large.yaml` is larger than {limit:,} bytes"):
        READERS[reader](path)


def test_a_convention_is_told_of_no_flag_that_would_not_help(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"#" * (10**6 + 1))
    with pytest.raises(SpecError) as refused:
        analyze("lenet5", convention=path)
    assert refused.value.hint is None


def test_a_file_that_grows_while_it_is_read_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x")
    opened = os.open

    def open_and_let_grow(path: str, flags: int) -> int:
        descriptor = opened(path, flags)
        os.truncate(path, 5000)  # between the look at its size and the reading
        return descriptor

    monkeypatch.setattr(os, "open", open_and_let_grow)
    assert len(read_file(path, 1000)) == 1001


def test_a_large_limit_takes_no_room(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(SPEC)
    assert load(path, limits=Limits(bytes=10**15)).nodes[-1].y.dims == (3, 8, 8)


@pytest.mark.skipif(not os.path.isdir("/dev/fd"), reason="needs /dev/fd")
def test_a_pipe_that_the_process_was_given_is_read() -> None:
    reading, writing = os.pipe()
    os.write(writing, SPEC.encode())
    os.close(writing)
    assert load(f"/dev/fd/{reading}").nodes[-1].y.dims == (3, 8, 8)
    os.close(reading)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_named_pipe_is_not_written_to(tmp_path: Path) -> None:
    """Nobody ever reads it: whoever opens it waits for ever."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(SpecError, match=r"cannot write `.*pipe`: it is a named pipe, not a file"):
        write_file(path, "text")
    assert stat.S_ISFIFO(path.stat().st_mode)


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    """Who has the old one open still reads it, and what is not written to the end leaves it."""
    path = tmp_path / "found.json"
    path.write_text("before")
    with path.open() as old:
        write_file(path, "after\n")
        assert old.read() == "before"
    assert path.read_bytes() == b"after\n"
    with pytest.raises(SpecError):
        write_file(path, "\ud800")  # half of a character, which no file can hold
    assert path.read_bytes() == b"after\n"
    assert os.listdir(tmp_path) == ["found.json"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("option", ["--output", "--save"])
def test_the_command_line_writes_to_no_named_pipe(option: str, tmp_path: Path) -> None:
    path = tmp_path / "pipe.json"
    os.mkfifo(path)
    command = ["verify", "lenet5", "--device", "meta"] if option == "--save" else ["analyze", "lenet5"]
    result = CliRunner().invoke(app, [*command, option, str(path)])
    assert result.exit_code == 2
    assert "it is a named pipe, not a file" in result.stderr


@pytest.mark.parametrize("path", ["a\0b", "a\0b.yaml"])
def test_a_path_with_a_null_byte_is_refused(path: str) -> None:
    for reader in (load, lambda path: find(path + "/"), read_document, lambda path: write_file(path, "")):
        with pytest.raises(SpecError):
            reader(path)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "{", "null", "7", '"a"', "", "[]", "{}"])
def test_what_is_not_a_document_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "document.json"
    path.write_text(text)
    for read in (read_document, AnalysisDocument.read, records.read):
        with pytest.raises(SpecError):
            read(path)
    with pytest.raises(SpecError):
        Report.from_json(text)
