"""Whatever is cited has an entry in the list of sources, and the notes never stand alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cnncost.algorithms import ALGORITHMS
from cnncost.algorithms.workspaces import WORKSPACES
from cnncost.layers import REGISTRY
from cnncost.metrics import METRICS

PAGE = Path(__file__).parents[1] / "docs" / "sources.md"
CITATION = re.compile(r"(?:[A-Z][\w'-]+, )*[A-Z][\w'-]+(?: et al\.| & [A-Z][\w'-]+)? (?:19|20)\d\d\b")

CITED = {
    **{f"layer {name}": layer.source for name, layer in REGISTRY.items()},
    **{f"metric {name}": metric.source for name, metric in METRICS.items()},
    **{f"algorithm {name}": algorithm.source for name, algorithm in ALGORITHMS.items()},
    **{f"workspace {name}": workspace.source for name, workspace in WORKSPACES.items()},
}


def entries() -> set[str]:
    rows = [line.split("|")[1].strip() for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:2] == "| "]
    return {row for row in rows if re.search(r"\d{4}$", row)}


@pytest.mark.parametrize("what", CITED)
def test_a_citation_has_an_entry(what: str) -> None:
    assert set(CITATION.findall(CITED[what])) <= entries()


@pytest.mark.parametrize("what", [name for name, source in CITED.items() if "notes" in source])
def test_the_notes_never_stand_alone(what: str) -> None:
    assert CITATION.search(CITED[what])


def test_every_entry_is_cited_somewhere() -> None:
    root = PAGE.parents[1] / "cnncost"
    code = "\n".join(path.read_text(encoding="utf-8") for path in root.rglob("*.py"))
    code = re.sub(r"\s*\n\s*", " ", code)
    assert {entry for entry in entries() if entry not in code} == set()


def test_a_citation_without_an_entry_would_be_found() -> None:
    assert CITATION.findall("notes 004, 9.1; Nobody & Noone 1999, section 3") == ["Nobody & Noone 1999"]
    assert "Nobody & Noone 1999" not in entries()
