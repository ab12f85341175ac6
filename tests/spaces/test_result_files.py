"""Files of results: what is written is read back, an interrupted one goes on, and another sweep's is refused."""

from __future__ import annotations

import json
import os
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncost.errors import SpecError
from cnncost.spaces.figures import Figures
from cnncost.spaces.points import Points
from cnncost.spaces.results.indices import Indices
from cnncost.spaces.results.measured import read_measured
from cnncost.spaces.results.reading import read_results
from cnncost.spaces.results.record import SweepRecord
from cnncost.spaces.results.sinks import Memory, ResultFile
from cnncost.spaces.results.sweep import Sweep, joined

SUFFIXES = (".csv", ".jsonl", ".parquet")


def _record(**changes: Any) -> SweepRecord:
    fields = {
        "schema": 1,
        "spec": "net",
        "spec_sha256": "0",
        "space": {"axes": {"width": {"values": [1]}}},
        "figures": ["params", "macs"],
        "settings": {"mode": "infer"},
        "cnncost": "0",
    }
    return SweepRecord.model_validate({**fields, **changes})


def _points(start: int, stop: int) -> Points:
    columns = {
        "width": np.arange(start, stop) / 4,
        "act": [("relu", "gelu")[size % 2] for size in range(start, stop)],
        "input": [(3, size, size) for size in range(start, stop)],
        "depths": [[size, 1] for size in range(start, stop)],
        "bias": np.arange(start, stop) % 2 == 0,
    }
    return Points(columns, start)


def _figures(start: int, stop: int) -> Figures:
    macs = np.array([2**70 + place if place % 5 == 0 else place for place in range(start, stop)], dtype=object)
    errors = ["too wide, by far" if place % 7 == 3 else None for place in range(start, stop)]
    bad = np.array([error is not None for error in errors])
    params = np.arange(start, stop)
    params[bad], macs[bad] = -1, -1
    return Figures({"params": params, "macs": macs}, errors)


def _all(path: Path) -> list[dict[str, Any]]:
    return joined([*read_results(str(path))]).to_dicts()


def _expected(stop: int) -> list[dict[str, Any]]:
    return Sweep.of("net", [(_points(0, stop), _figures(0, stop))]).to_dicts()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_written_is_read_back(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"out{suffix}"
    sink = ResultFile(str(path), _record(), "net", resume=False)
    for start, stop in ((0, 4), (4, 5), (5, 20)):
        sink.append(_points(start, stop), _figures(start, stop))
    assert _all(path) == _expected(20)  # while it is being written
    sink.finish()
    assert _all(path) == _expected(20)
    assert json.loads((tmp_path / f"out{suffix}.sweep.json").read_text())["finished"] is True
    assert sorted(os.listdir(tmp_path)) == [path.name, f"{path.name}.sweep.json"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_interrupted_sweep_goes_on_and_has_every_point_once(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"out{suffix}"
    first = ResultFile(str(path), _record(), "net", resume=True)  # there is nothing to go on with yet
    first.append(_points(8, 12), _figures(8, 12))
    first.append(_points(0, 4), _figures(0, 4))
    first.close()
    again = ResultFile(str(path), _record(), "net", resume=True)
    assert [*again.done] == [0, 1, 2, 3, 8, 9, 10, 11]
    for start, stop in ((0, 6), (6, 16), (12, 20), (0, 20)):  # chunks that overlap, as after a retry
        again.append(_points(start, stop), _figures(start, stop))
    again.finish()
    rows = _all(path)
    assert sorted(rows, key=lambda row: row["index"]) == _expected(20)
    finished = ResultFile(str(path), _record(), "net", resume=True)
    assert len(finished.done) == 20


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_a_line_that_was_cut_off_is_computed_again(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"out{suffix}"
    ResultFile(str(path), _record(), "net", resume=False).append(_points(0, 20), _figures(0, 20))
    whole = path.read_bytes()
    line_ends = [place + 1 for place, byte in enumerate(whole) if byte == ord("\n")]
    for cut in range(0, len(whole), 97):
        path.write_bytes(whole[:cut])
        sink = ResultFile(str(path), _record(), "net", resume=True)
        header = suffix == ".csv"
        assert len(sink.done) == max(0, sum(end <= cut for end in line_ends) - header)
        sink.append(_points(0, 20), _figures(0, 20))
        sink.close()
        assert _all(path) == _expected(20)


def test_a_chunk_of_parquet_that_was_cut_off_is_computed_again(tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    ResultFile(str(path), _record(), "net", resume=False).append(_points(0, 4), _figures(0, 4))
    (tmp_path / "out.parquet.parts" / ".000000000000004.parquet").write_bytes(b"PAR1")
    sink = ResultFile(str(path), _record(), "net", resume=True)
    assert [*sink.done] == [0, 1, 2, 3]
    sink.append(_points(4, 8), _figures(4, 8))
    sink.finish()
    assert _all(path) == _expected(8)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"spec": "other"}, "its spec is another one"),
        ({"spec_sha256": "1"}, "the text of its spec was another one"),
        ({"space": {"axes": {"width": {"values": [1, 2]}}}}, "its space is another one"),
        ({"figures": ["params"]}, "it has other figures"),
        ({"settings": {"mode": "train"}}, "its settings are others"),
        ({"cnncost": "1"}, "another version of cnncost counted it"),
    ],
)
def test_another_sweep_is_not_gone_on_with(changes: dict[str, Any], message: str, tmp_path: Path) -> None:
    path = str(tmp_path / "out.csv")
    ResultFile(path, _record(), "net", resume=False).append(_points(0, 4), _figures(0, 4))
    with pytest.raises(SpecError) as caught:
        ResultFile(path, _record(**changes), "net", resume=True)
    assert caught.value.message == f"`{path}` is of another sweep: {message}"
    assert len(_all(Path(path))) == 4


def test_the_beginning_of_a_sweep_is_not_overwritten_and_a_finished_one_is(tmp_path: Path) -> None:
    path = str(tmp_path / "out.csv")
    sink = ResultFile(path, _record(), "net", resume=False)
    sink.append(_points(0, 4), _figures(0, 4))
    for resume in (False, True):
        with pytest.raises(SpecError) as caught:
            ResultFile(path, _record(), "net", resume=resume)
        assert str(caught.value) == dedent(f"""\
            error: another sweep is writing `{path}`
              = hint: wait until it has ended, or name another file""")
    sink.close()
    with pytest.raises(SpecError) as caught:
        ResultFile(path, _record(), "net", resume=False)
    assert str(caught.value) == dedent(f"""\
        error: `{path}` has the beginning of a sweep
          = hint: `--resume` goes on with it; delete the file to begin anew""")
    sink.finish()
    ResultFile(path, _record(), "net", resume=False).append(_points(0, 2), _figures(0, 2))
    assert _all(Path(path)) == _expected(2)


def test_a_file_of_something_else_is_not_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(SpecError, match=r"out\.csv` is there already, and no sweep of ours wrote it"):
        ResultFile(str(path), _record(), "net", resume=False)
    assert path.read_text() == "a,b\n1,2\n"
    with pytest.raises(SpecError, match=r"out\.csv\.sweep\.json` is missing, which says what the sweep is of"):
        ResultFile(str(path), _record(), "net", resume=True)
    (tmp_path / "out.csv.sweep.json").write_text('{"schema": 1}')
    with pytest.raises(SpecError, match="is not the record of a sweep: `spec` is missing"):
        ResultFile(str(path), _record(), "net", resume=True)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("out.csv", "index,width,params\n0,1,10\n1,2\n", "out.csv:3: not a row of results: 2 cells below 3 headings"),
        ("out.csv", "width,params\n1,10\n2,ten\n", "out.csv:3: not a row of results: `params` is `ten`, not a whole"),
        ("out.csv", "width,params\n1,\n2,3.5\n", "out.csv:3: not a row of results: `params` is `3.5`, not a whole"),
        ("out.csv", "index,params\nx,10\n", "out.csv:2: not a row of results: `index` is `x`, not a whole number"),
        ("out.csv", "a,params,params\n1,2,3\n", "out.csv:1: not a row of results: `params` is a heading twice"),
        ("out.csv", f"a,b\n{'x' * 200_000},1\n", "out.csv:2: not a row of results: field larger than"),
        ("out.csv", "", "`out.csv` holds no results"),
        ("out.csv", "width,params\n", "`out.csv` holds no results"),
        ("out.jsonl", '{"width": 1}\n{"width"\n', "out.jsonl:2: not a row of results: it is not JSON"),
        ("out.jsonl", '{"width": 1}\n[2]\n', "out.jsonl:2: not a row of results: it is not an object"),
        ("out.jsonl", '{"a": 1}\n{"b": 1}\n', "out.jsonl:2: not a row of results: its fields are not"),
        ("out.jsonl", '{"params": "ten"}\n', "out.jsonl:1: not a row of results: `params` is `ten`, not a whole"),
        ("out.parquet", "width\n", "`out.parquet` is not a file of Parquet"),
        ("out.txt", "width\n", "`out.txt` has no suffix of a file of results"),
    ],
)  # fmt: skip
def test_files_that_are_refused(
    name: str, text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(text)
    with pytest.raises(SpecError) as caught:
        list(read_results(name))
    assert caught.value.message.startswith(message)


def test_a_missing_file() -> None:
    with pytest.raises(SpecError, match=r"there is no file `nowhere\.csv`"):
        list(read_results("nowhere.csv"))


def test_a_table_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("width,accuracy,params,note\n0.5,65.4,2000000,first\n1,,3000000,\n")
    sweep = joined([*read_results(str(path))])
    assert (sweep.name, sweep.variables, sweep.figures) == ("mine", ("width", "accuracy", "note"), ("params",))
    assert sweep.row(0) == {"index": 0, "width": 0.5, "accuracy": 65.4, "params": 2_000_000, "note": "first"}
    assert sweep.row(1)["accuracy"] is None
    assert sweep.pareto("params,max:accuracy")["width"].tolist() == [0.5]


def test_a_table_of_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(b"\xef\xbb\xbfwidth,accuracy\r\n0.5,65.4\r\n1,NaN\r\n")
    rows = joined([*read_results(str(path))]).to_dicts()
    assert rows == [{"index": 0, "width": 0.5, "accuracy": 65.4}, {"index": 1, "width": 1.0, "accuracy": None}]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["index,width,params,macs,error", "0,1,2,3,", "0,1,2,3,"], "out.csv` has a point twice"),
        (["width,params,macs,error", "1,2,3,"], "there is no column `index`"),
    ],
)
def test_a_file_that_was_changed_is_not_gone_on_with(lines: list[str], message: str, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    ResultFile(str(path), _record(), "net", resume=False)
    path.write_text("\n".join([*lines, ""]))
    with pytest.raises(SpecError) as caught:
        ResultFile(str(path), _record(), "net", resume=True)
    assert message in caught.value.message


def test_what_was_measured_elsewhere_stands_beside_its_points(tmp_path: Path) -> None:
    path = tmp_path / "top1.csv"
    path.write_text("input,width,accuracy\n3x96x96,0.5,60.3\n3x128x128,1,65.3\n")
    measured = read_measured(str(path), ["width", "input"])
    points = {"width": [0.5, 1.0, 1.0], "input": [(3, 96, 96), (3, 96, 96), (3, 128, 128)], "params": [1, 2, 3]}
    sweep = measured.beside(Sweep("net", ["width", "input"], ["params"], points))
    assert [row.get("accuracy") for row in sweep] == [60.3, None, 65.3]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("depth,accuracy\n1,2\n", "has no column of what varies"),
        ("width\n1\n", "has no column but those of what varies"),
        ("width,accuracy\n1,2\n1.0,3\n", "has width 1.0 twice"),
    ],
)
def test_measurements_that_are_refused(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "top1.csv"
    path.write_text(text)
    with pytest.raises(SpecError) as caught:
        read_measured(str(path), ["width", "input"])
    assert caught.value.message == f"`{path}` {message}"


def test_memory_has_the_points_in_their_order_and_once() -> None:
    memory = Memory("net")
    for start, stop in ((5, 9), (0, 5), (5, 9)):
        memory.append(_points(start, stop), _figures(start, stop))
    assert memory.sweep().to_dicts() == _expected(9)
    with pytest.raises(SpecError, match="no point has been computed"):
        Memory("net").sweep()


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)), max_size=8), st.integers(0, 45), st.integers(0, 12))
def test_indices_are_a_set(given: list[tuple[int, int]], start: int, length: int) -> None:
    ranges = [range(first, first + count) for first, count in given]
    numbers = {number for each in ranges for number in each}
    grown = Indices()
    for each in ranges:
        grown.add(each)
    for indices in (grown, Indices(ranges), Indices.of(np.array([*numbers], dtype="int64"))):
        assert ([*indices], len(indices)) == (sorted(numbers), len(numbers))
        wanted = range(start, start + length)
        missing = [number for part in indices.missing(wanted) for number in part]
        assert missing == [number for number in wanted if number not in numbers]
        assert all((number in indices) == (number in numbers) for number in wanted)
