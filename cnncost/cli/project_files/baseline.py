"""What `cnncost check --baseline` compares with: an earlier outcome in a file, or the specs of a revision of Git."""

from __future__ import annotations

import os
import subprocess
import tarfile
from contextlib import contextmanager
from functools import cache
from os.path import abspath, isfile, join, relpath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.language.library import looks_like_path
from cnncost.report.analyze import analyze_graph
from cnncost.report.totals import total_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from cnncost.report.checks import Earlier
    from cnncost.report.report import Report
    from cnncost.settings import Settings

    Baseline: TypeAlias = "Callable[[str], Earlier]"
    """From a network, as it is asked for, to its figures."""


@contextmanager
def baseline_of(given: str | None) -> Iterator[Baseline | None]:
    """The baseline that a file or a revision is.

    Raises:
        SpecError: there is no such file and no such revision, or the file is not the JSON of `cnncost check`.
    """
    if given is None:
        yield None
    elif isfile(given):
        yield _of_file(given)
    else:
        with TemporaryDirectory(prefix="cnncost-") as folder:
            yield _of_revision(given, folder)


def _of_file(path: str) -> Baseline:
    from cnncost.api import read_document
    from cnncost.documents.check import CheckDocument

    document = read_document(path)
    if not isinstance(document, CheckDocument):
        raise SpecError(f"`{path[:80]}` is not what `cnncost check --format json` writes, but {document.label}")
    known = {(check.network, check.figure): check.actual for check in document.checks}
    return lambda spec: lambda figure, _: known.get((spec, figure))


def _of_revision(revision: str, folder: str) -> Baseline:
    """The specs of a revision, unpacked into a folder and analyzed there."""
    top = _git("rev-parse", "--show-toplevel", revision=revision)
    commit = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}", revision=revision)
    listed = _git("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit, revision=revision).split("\0")
    suffixes = [suffix for suffix in (".yaml", ".yml") if any(name.endswith(suffix) for name in listed)]
    if suffixes:  # a pattern that nothing matches would be an error
        archive = join(folder, "specs.tar")
        patterns = [f":(top,glob)**/*{suffix}" for suffix in suffixes]
        _git("-C", top, "archive", "--output", archive, commit, "--", *patterns, revision=revision)
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")

    @cache
    def report(spec: str, settings: Settings) -> Report | None:
        path, at, variant = spec.partition("@")
        then = join(folder, relpath(abspath(path), top))
        if not looks_like_path(path) or not isfile(then):
            return None
        from cnncost.api import load

        try:
            return analyze_graph(load(then + at + variant), settings)
        except SpecError:  # what was bad then has no figures to compare with
            return None

    def earlier(spec: str) -> Earlier:
        def figure_of(figure: str, settings: Settings) -> int | None:
            found = report(spec, settings)
            return None if found is None else total_of(found, figure)

        return figure_of

    return earlier


def _git(*arguments: str, revision: str) -> str:
    try:
        return os.fsdecode(subprocess.run(["git", *arguments], check=True, capture_output=True).stdout).strip()
    except FileNotFoundError:
        raise SpecError(f"there is no file `{revision[:80]}`, and Git is not installed") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
        hint = said or "give the JSON of `cnncost check --format json`, or a branch, tag or commit"
        raise SpecError(f"`{revision[:80]}` is neither a file nor a revision of Git here", hint=hint) from None
