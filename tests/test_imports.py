"""Analysis imports neither torch nor numpy nor a terminal library; and this test can fail."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cnncost.cli.app import COMMANDS as ALL

HEAVY = ("torch", "numpy", "rich", "typer", "pydantic")

ANALYSIS = """
import json
from cnncost import SpecError, analyze, compare, compare_published, explain, load, zoo
report = analyze("resnet50", batch=8, mode="train")
json.dumps(report.grouped(2).to_dict())
analyze("lenet5", algorithms=True)
json.dumps([explain("lenet5").to_dict(), explain("lenet5", "conv").to_dict()])
compare(["resnet18", "resnet50"]).to_dict()
compare_published(["resnet18"]).to_dict()
zoo(frontier=True).to_dict()
load("resnet50", set={"classes": 10}, input=[3, 64, 64])
try:
    load("resnet5O")
except SpecError as error:
    str(error)
"""

LIGHTEST = """
from cnncost import analyze
analyze("lenet5")
"""

FORMATS = """
from cnncost import analyze, zoo
from cnncost.render import render
from cnncost.render.format import format_names
from cnncost.render.views.costs.analyze import report_document
from cnncost.render.views.catalogue.zoo import frontier_document
for form in set(format_names()) - {"table"}:
    render(report_document(analyze("lenet")), form)
    render(frontier_document(zoo(frontier=True)), form)
"""

VERIFICATIONS = """
from cnncost.measurement.devices import Machine
from cnncost.render import render
from cnncost.render.format import format_names
from cnncost.render.views.evidence.verify import verification_document
from cnncost.settings import Settings
from cnncost.verification.result import Check, RunSettings, Verification
found = Verification(
    network="lenet",
    settings=RunSettings.of(Settings()),
    machine=Machine(device="meta", name="", driver="", torch="", date=""),
    checks=(Check.of("conv", "params", 156, 156),),
)
for form in set(format_names()) - {"table"}:
    render(verification_document([found]), form)
"""

WATCH = """
import atexit, sys
atexit.register(lambda: print('imported:', *sorted(sys.modules)))
"""

COMMAND_LINE = """
import sys
from cnncost.cli import main
sys.argv = ["cnncost", *{arguments!r}]
main()
"""


def imports(program: str) -> set[str]:
    """What a fresh interpreter has imported when `program` has run."""
    done = subprocess.run([sys.executable, "-c", WATCH + program], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split()[1:])


def heavy_imports(program: str) -> set[str]:
    """Which of the heavy packages are among them."""
    return imports(program) & set(HEAVY)


@pytest.mark.parametrize("program", [ANALYSIS, FORMATS], ids=["analysis", "formats"])
def test_no_heavy_package_is_imported(program: str) -> None:
    assert heavy_imports(program) == set()


def test_verifications_that_are_there_already_need_pydantic_alone() -> None:
    assert heavy_imports(VERIFICATIONS) == {"pydantic"}


COMMANDS = pytest.mark.parametrize(
    "command",
    [
        "analyze lenet",
        "analyze lenet --algorithms",
        "compare lenet5 alexnet",
        "memory lenet",
        "memory lenet --device cpu --memory 1GiB",
        "fit lenet --device cpu --memory 1GiB",
    ],
)


@COMMANDS
@pytest.mark.parametrize("form", ["json", "csv", "markdown", "latex", "html"])
def test_other_formats_need_typer_alone(command: str, form: str) -> None:
    assert heavy_imports(COMMAND_LINE.format(arguments=[*command.split(), "--format", form])) == {"typer"}


@COMMANDS
def test_tables_in_a_pipe_need_typer_alone(command: str) -> None:
    assert heavy_imports(COMMAND_LINE.format(arguments=command.split())) == {"typer"}


@COMMANDS
def test_colours_need_rich(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert heavy_imports(COMMAND_LINE.format(arguments=command.split())) == {"typer", "rich"}


@pytest.mark.parametrize("command", ["analyze lenet", "zoo lenet", "analyze --help"])
def test_the_command_line_imports_the_command_that_is_run_and_no_other(command: str) -> None:
    imported = imports(COMMAND_LINE.format(arguments=command.split()))
    commands = {name for name, room in ALL.items() if f"cnncost.cli.commands.{room}.{name}" in imported}
    assert commands == {command.partition(" ")[0]}


def test_documents_are_read_with_pydantic_alone() -> None:
    read = "import cnncost; cnncost.read_document(report.to_dict()); cnncost.json_schema('compare')"
    assert heavy_imports(f"{ANALYSIS}\n{read}") == {"pydantic"}


@pytest.mark.parametrize("package", HEAVY)
def test_a_heavy_import_would_be_found(package: str) -> None:
    assert package in heavy_imports(f"{LIGHTEST}\nimport {package}")


def test_the_package_itself_imports_nothing() -> None:
    program = "import sys, cnncost; dir(cnncost); print(*(name for name in sys.modules if name.startswith('cnncost')))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["cnncost"]


def test_public_names_are_found_and_others_are_not() -> None:
    import cnncost

    for name in cnncost.__all__:
        assert getattr(cnncost, name).__module__.startswith("cnncost.")
    assert dir(cnncost) == sorted([*cnncost.__all__, "__version__"])
    with pytest.raises(AttributeError, match="no attribute 'analyse'"):
        cnncost.analyse  # noqa: B018 - the access is what is tested
