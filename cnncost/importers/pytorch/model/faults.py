"""What a user's code raised, as an error with its place: the deepest line that is neither PyTorch's nor ours."""

from __future__ import annotations

import re
import traceback
from pathlib import Path

from cnncost.errors import Source, Span, SpecError

_OURS = str(Path(__file__).parents[3])
_PYTHON = str(Path(traceback.__file__).parent)


def is_interruption(error: BaseException) -> bool:
    """Whether somebody wants the process to end: never an error of the model."""
    return isinstance(error, KeyboardInterrupt | GeneratorExit)


def said(error: BaseException) -> str:
    """An exception in one line: its type, and the first paragraph of what it says."""
    text = " ".join(str(error).strip().partition("\n\n")[0].split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def fault(message: str, error: BaseException, *, hint: str | None = None) -> SpecError:
    """The error for what the user's code raised; it shows the line of theirs."""
    return SpecError(message, line_of(error), hint=hint)


def line_of(error: BaseException) -> Span | None:
    """The deepest line of the user's code that was running; ``None`` where all of it is a library's."""
    frames = traceback.extract_tb(error.__traceback__)
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return span_of(error.filename, error.lineno)
    for frame in reversed(frames):
        if frame.lineno and is_of_user(frame.filename):
            return span_of(frame.filename, frame.lineno)
    return None


def is_of_user(file: str) -> bool:
    """Whether a file of Python is part of the model: neither PyTorch, nor Python's own, nor cnncost."""
    if file.startswith(("<", _OURS)):
        return False
    parts = Path(file).parts
    if "site-packages" in parts or "dist-packages" in parts:
        return not ({"torch", "importlib", "sympy"} & set(parts))
    return not file.startswith(_PYTHON)


def span_of(file: str, line: int) -> Span:
    """A whole line of a file of Python, without what it is indented by."""
    import linecache

    text = linecache.getline(file, line).rstrip("\n")
    indent = len(text) - len(text.lstrip())
    return Span(Source(_shown(file), _padded(text, line)), line, indent + 1, line, max(len(text), indent + 1) + 1)


def _padded(text: str, line: int) -> str:
    return "\n" * (line - 1) + text


def _shown(file: str) -> str:
    """The path from here, or within the installed packages, where it is shorter."""
    installed = re.search(r"[/\\](?:site|dist)-packages[/\\](.+)", file)
    if installed:
        return installed[1]
    try:
        return str(Path(file).relative_to(Path.cwd()))
    except ValueError:
        return file
