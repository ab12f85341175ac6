"""Budgets in specs and in the file of a project, and what changed since a baseline."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from typer.testing import CliRunner

from cnncost.cli.app import app
from docs.writers.examples import blocks

if TYPE_CHECKING:
    from typer.testing import Result

ROOT = Path(__file__).parent.parent.parent

# 4 * 27 + 4 = 112 parameters, and 108 * 36 = 3,888 multiply-accumulates.
NET = "input: [3, 8, 8]\nvars: {width: 4}\nnetwork: [{conv: {out: width, kernel: 3}}]\n"
# 5 * 27 + 5 = 140, and 135 * 36 = 4,860.
WIDER = NET.replace("width: 4", "width: 5")
ACTIVATIONS = {1: 4 * 6 * 6 * 4, 8: 8 * 4 * 6 * 6 * 4}  # bytes at a batch


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "net.yaml").write_text(NET)
    monkeypatch.chdir(tmp_path)


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["check", *arguments], prog_name="cnncost")
    assert result.exit_code == code, result.output
    return result


def checks(*arguments: str, code: int = 0) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run(*arguments, "--format", "json", code=code).stdout)["checks"]
    return found


def project(text: str) -> None:
    Path("cnncost.toml").write_text(text)


def git(*arguments: str) -> None:
    identity = ["-c", "user.name=me", "-c", "user.email=me@example.org"]
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


def commit() -> None:
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message", "first")


class TestBudgetsOfSpecs:
    @pytest.mark.parametrize(("most", "code"), [(112, 0), (111, 1), ("0.112K", 0)])
    def test_a_limit_holds_up_to_the_unit(self, most: int | str, code: int) -> None:
        Path("net.yaml").write_text(f"{NET}budget: {{params: {most}}}\n")
        [check] = checks("net.yaml", code=code)
        assert (check["figure"], check["actual"], check["source"]) == ("params", 112, "its spec")

    @pytest.mark.parametrize("batch", ACTIVATIONS)
    def test_a_budget_is_for_its_own_settings_and_not_for_those_of_the_command(self, batch: int) -> None:
        Path("net.yaml").write_text(f"{NET}budget: {{activation_bytes: 1MB, at: {{batch: {batch}}}}}\n")
        [check] = checks("net.yaml", "--batch", "3")
        assert check["actual"] == ACTIVATIONS[batch]

    def test_memory_is_short_for_the_peak(self) -> None:
        Path("net.yaml").write_text(f"{NET}budget: {{memory: 3KiB}}\n")
        assert checks("net.yaml")[0]["figure"] == "peak_bytes"
        assert checks("nets/net.yaml", "--max", "memory=3KiB")[0]["limit"] == 3072

    def test_a_variant_has_a_budget_of_its_own_and_other_settings_have_none(self) -> None:
        variants = "budget: {params: 112}\nvariants: {wide: {set: {width: 5}, budget: {params: 139}}, bare: {}}\n"
        Path("net.yaml").write_text(NET + variants)
        assert [check["limit"] for check in checks("net.yaml@wide", code=1)] == [139]
        for spec in ("net.yaml@bare", "net.yaml@width=4"):
            assert "there is nothing to check" in run(spec, code=2).stderr

    @pytest.mark.parametrize(
        ("budget", "message", "shown"),
        [
            ("{parms: 5M}", "unknown figure `parms`; did you mean `params`?", "parms"),
            ("{params: 5MB}", "the limit of params: `5MB` is an amount of bytes, and parameters are counted", "params"),
            ("{params: five}", "the limit of params: `five` is not a valid amount", "params"),
            ("{params: -5}", "the limit of params must be at least 0, not `-5`", "params"),
            ("{memory: 1MB, peak_bytes: 1MB}", "`peak_bytes` is limited twice", "peak_bytes"),
            ("{params: [5]}", "`params` must be a number or a text", "[5]"),
            ("{params: 5.5}", "`params` must be a number or a text", "5.5"),
            ("{params:  }", "`params` must be a number or a text", ""),
            ("{}", "`budget` limits nothing", "{}"),
            ("{at: {batch: 2}}", "`budget` limits nothing", "{at: {batch: 2}}"),
            ("5M", "`budget` must be a mapping, `key: value`", "5M"),
            ("{params: 5M, at: 2}", "`at` must be a mapping, `key: value`", "2"),
            ("{params: 5M, at: {bacth: 2}}", "unknown setting `bacth`; did you mean `batch`?", "bacth"),
            ("{params: 5M, at: {mode: trian}}", "unknown mode `trian`; did you mean `train`?", "mode"),
        ],
    )
    def test_a_bad_budget_is_shown_where_it_stands(self, budget: str, message: str, shown: str) -> None:
        Path("net.yaml").write_text(f"{NET}budget: {budget}\n")
        error = run("net.yaml", code=2).stderr
        first, _, _, line, carets, *_ = error.splitlines()
        assert first.startswith(f"error: {message}")
        assert line == f"4 | budget: {budget}".rstrip()
        assert line[carets.index("^") :].startswith(shown)
        if shown:
            assert carets.count("^") == len(shown)


class TestTheFileOfAProject:
    def test_all_that_it_names_is_checked_from_folders_below_too(self, monkeypatch: pytest.MonkeyPatch) -> None:
        Path("nets", "other.yaml").write_text(WIDER)
        project('[[check]]\nspecs = ["nets/*.yaml", "lenet5"]\nbudget = {params = "0.1K", at = {batch = 2}}\n')
        found = [check for check in checks(code=1) if check["source"] == "cnncost.toml"]
        assert [(check["network"], check["actual"]) for check in found] == [
            ("nets/net.yaml", 112),
            ("nets/other.yaml", 140),
            ("lenet5", 61_706),
        ]
        monkeypatch.chdir("nets")
        assert [check["network"] for check in checks(code=1)][:2] == ["../nets/net.yaml", "../nets/other.yaml"]

    def test_a_network_that_is_named_keeps_to_it_however_its_path_is_written(self) -> None:
        project('[[check]]\nspecs = ["nets/*.yaml"]\nbudget = {params = 111}\n')
        for spec in ("nets/net.yaml", "./nets/net.yaml", "nets/../nets/net.yaml"):
            assert [check["limit"] for check in checks(spec, code=1)] == [111]
        assert checks("lenet5")[0]["source"] != "cnncost.toml"

    def test_several_entries_are_several_budgets(self) -> None:
        entry = '[[check]]\nspecs = ["nets/net.yaml"]\nbudget = {params = 112}\n'
        project(entry + entry.replace("params = 112", "activation_bytes = 576"))
        held = {check["figure"]: check["holds"] for check in checks()}
        assert held == {"params": True, "activation_bytes": True}

    def test_another_file_is_named(self) -> None:
        Path("strict.toml").write_text('[[check]]\nspecs = ["nets/net.yaml"]\nbudget = {params = 1}\n')
        assert checks("--config", "strict.toml", code=1)[0]["source"] == "strict.toml"
        assert "cannot read `missing.toml`" in run("--config", "missing.toml", code=2).stderr

    def test_a_bad_network_hides_none_of_the_others(self) -> None:
        Path("nets", "bad.yaml").write_text(NET.replace("kernel", "kernal"))
        project('[[check]]\nspecs = ["nets/*.yaml"]\nbudget = {params = "1M"}\n')
        result = run("--format", "markdown", code=2)
        assert "| nets/net.yaml | params | 112 | at most | 1.00 M | ok | cnncost.toml |" in result.stdout
        assert "not checked, since the spec is bad: nets/bad.yaml" in result.stdout
        assert "nets/bad.yaml:3:31" in result.stderr

    @pytest.mark.parametrize(
        ("text", "message", "place"),
        [
            ("[[check]\n", "not TOML: expected ']]' at the end of an array declaration", "1:8"),
            ("[[check]]\nspecs = [", "not TOML: invalid value", "2:1"),
            ("", "`check` is missing", "1:1"),
            ("[check]\n", "`check` should be a valid tuple", "1:1"),
            ('[[check]]\nspecs = ["a"]\n', "`check[0].budget` is missing", "1:1"),
            ('[[check]]\nspecs = "a"\nbudget = {params = 1}\n', "`check[0].specs` should be a valid tuple", "1:1"),
            ('[[check]]\nspecs = ["a/*.yaml"]\nbudget = {params = 1}\n', "no file matches `a/*.yaml`", "2:11"),
            ('[[check]]\nspecs = ["lenet5"]\nbudget = {parms = 1}\n', "unknown figure `parms`", "3:11"),
            ('[[check]]\nspecs = ["lenet5"]\nbudget = {at = {batch = 1}}\n', "`budget` limits nothing", "3:1"),
            (
                '[[check]]\nspecs = ["lenet5"]\nbudget = {params = 1, at = 1}\n',
                "`at` must be a table of settings",
                "3:23",
            ),
            (
                '[[check]]\nspecs = ["lenet5"]\nbudget = {params = 1}\n'
                '[[check]]\nspecs = ["lenet5"]\nbudget = {params = 1, at = {mode = "trian"}}\n',
                "unknown mode `trian`",
                "6:29",
            ),
        ],
    )
    def test_what_is_wrong_is_shown_where_it_stands(self, text: str, message: str, place: str) -> None:
        project(text)
        error = run(code=2).stderr
        assert error.startswith(f"error: {message}")
        assert f"--> cnncost.toml:{place}\n" in error

    def test_without_anything_to_check(self) -> None:
        assert "there is nothing to check" in run(code=2).stderr


class TestBaselines:
    def test_figures_are_those_of_the_revision(self) -> None:
        commit()
        Path("nets", "net.yaml").write_text(WIDER)
        found = checks("nets/net.yaml", "--max-params", "150", "--baseline", "HEAD")
        changes = {check["figure"]: (check["before"], check["actual"]) for check in found}
        # In blocks of 512 bytes: weights 1 or 2, bias 1, input 2, output 2.
        assert changes == {"params": (112, 140), "macs": (3_888, 4_860), "peak_bytes": (3_072, 3_584)}

    def test_a_limit_has_its_own_settings_then_too(self) -> None:
        commit()
        Path("nets", "net.yaml").write_text(WIDER)
        found = checks("nets/net.yaml", "--max", "activation_bytes=1MB", "--batch", "8", "--baseline", "HEAD")
        assert (found[0]["before"], found[0]["actual"]) == (ACTIVATIONS[8], ACTIVATIONS[8] // 4 * 5)

    def test_a_table_of_changes(self) -> None:
        commit()
        Path("nets", "net.yaml").write_text(WIDER)
        Path("nets", "new.yaml").write_text(NET)
        lines = run("nets/net.yaml", "nets/new.yaml", "--baseline", "HEAD", "--format", "markdown").stdout.splitlines()
        assert "**since HEAD**" in lines
        assert "| nets/net.yaml | params | 112 | 140 | +25 % |" in lines
        assert "| nets/new.yaml | params | – | 112 | new |" in lines
        assert "nothing is limited" in lines

    def test_an_earlier_outcome_in_a_file(self) -> None:
        run("nets/net.yaml", "--max-params", "1K", "--format", "json", "-o", "before.json")
        Path("nets", "net.yaml").write_text(WIDER)
        found = {check["figure"]: check["before"] for check in checks("nets/net.yaml", "--baseline", "before.json")}
        assert found == {"params": 112, "macs": None, "peak_bytes": None}

    def test_what_was_bad_then_has_no_figures(self) -> None:
        Path("nets", "net.yaml").write_text(NET.replace("kernel", "kernal"))
        commit()
        Path("nets", "net.yaml").write_text(NET)
        assert {check["before"] for check in checks("nets/net.yaml", "--baseline", "HEAD")} == {None}

    def test_networks_within_networks_are_those_of_the_revision(self) -> None:
        Path("nets", "outer.yaml").write_text("input: [3, 8, 8]\nnetwork: [{network: net.yaml}]\n")
        commit()
        Path("nets", "net.yaml").write_text(WIDER)
        found = checks("nets/outer.yaml", "--baseline", "HEAD")
        assert (found[0]["before"], found[0]["actual"]) == (112, 140)

    @pytest.mark.parametrize("revision", ["HEDA", "--help", "HEAD:nets", "", "-"])
    def test_what_is_neither_a_file_nor_a_revision(self, revision: str) -> None:
        commit()
        error = run("nets/net.yaml", f"--baseline={revision}", code=2).stderr
        assert f"`{revision}` is neither a file nor a revision of Git here" in error

    def test_outside_of_a_repository(self) -> None:
        assert "not a git repository" in run("nets/net.yaml", "--baseline", "HEAD", code=2).stderr

    def test_a_file_of_another_kind(self) -> None:
        Path("other.json").write_text(CliRunner().invoke(app, ["analyze", "lenet5", "--format", "json"]).stdout)
        error = run("nets/net.yaml", "--baseline", "other.json", code=2).stderr
        assert "`other.json` is not what `cnncost check --format json` writes" in error


def command_on_path(folder: Path) -> dict[str, str]:
    """An environment in which `cnncost` is the package under test."""
    folder.mkdir()
    script = folder / "cnncost"
    script.write_text(f"#!{sys.executable}\nfrom cnncost.cli import main\n\nmain()\n")
    script.chmod(0o755)
    paths = os.pathsep.join([str(folder), str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, "PATH": paths, "PYTHONPATH": str(ROOT)}


def page_block(key: str) -> dict[str, Any]:
    """The example of the page on CI that has a key."""
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    found = [yaml.safe_load(block.body) for block in blocks(page) if block.language == "yml"]
    return next(block for block in found if key in block)


@pytest.mark.skipif(shutil.which("bash") is None, reason="runs the steps of a workflow in bash")
def test_the_workflow_writes_the_tables_and_fails_with_the_check(tmp_path: Path) -> None:
    project('[[check]]\nspecs = ["nets/*.yaml"]\nbudget = {params = 120}\n')
    commit()
    git("update-ref", "refs/remotes/origin/main", "HEAD")
    Path("nets", "net.yaml").write_text(WIDER)
    [job] = page_block("jobs")["jobs"].values()
    steps = [step["run"] for step in job["steps"] if step.get("run", "").startswith("cnncost")]
    assert len(steps) == 1
    summary = tmp_path / "summary.md"
    runner = {"GITHUB_BASE_REF": "main", "GITHUB_STEP_SUMMARY": str(summary)}
    result = subprocess.run(["bash", "-e", "-c", steps[0]], env=command_on_path(tmp_path / "bin") | runner, check=False)
    assert result.returncode == 1
    assert "| nets/net.yaml | params | 112 | 140 | +25 % |" in summary.read_text(encoding="utf-8").splitlines()


def test_the_hook_of_pre_commit_lets_a_commit_pass_or_stops_it(tmp_path: Path) -> None:
    pytest.importorskip("pre_commit")
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    used = page_block("repos")["repos"][0]["hooks"]
    assert used == [{"id": hook["id"]}]
    assert shlex.split(hook["entry"])[0] == "cnncost"
    # As it stands, but for the environment that pre-commit would install it into.
    configuration = {"repos": [{"repo": "local", "hooks": [hook | {"language": "system"}]}]}
    Path(".pre-commit-config.yaml").write_text(yaml.safe_dump(configuration))
    project('[[check]]\nspecs = ["nets/*.yaml"]\nbudget = {params = 120}\n')
    commit()
    environment = command_on_path(tmp_path / "bin") | {"PRE_COMMIT_HOME": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "pre_commit", "run", "--all-files"]
    assert subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0
    Path("nets", "net.yaml").write_text(WIDER)
    stopped = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert stopped.returncode == 1
    assert b"FAILED" in stopped.stdout
