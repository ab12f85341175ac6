"""Which points a space has: grids, samples, conditions, what follows from axes, and its file."""

from __future__ import annotations

from itertools import product
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest

from cnncost.errors import SpecError
from cnncost.language.document.document import read_document
from cnncost.language.yaml.reader import parse
from cnncost.spaces.space.file import read_space
from cnncost.spaces.space.names import Names
from cnncost.spaces.space.options import axis_of_option, conditions, refuse_endless, space_of
from cnncost.spaces.space.sampling import Sampling

if TYPE_CHECKING:
    from pathlib import Path

    from cnncost.spaces.space.space import Space

SPEC = """
input: [3, size, size]
vars:
  size: 32
  width: 1.0
  depths: [2, 2, 2]
  forgotten: 1
  twice(x): 2 * x
network:
  - conv: round(8 * width)
  - {conv: 8, repeat: "depths[0]"}
"""


def _space(*options: str, where: tuple[str, ...] = (), sampling: Sampling | None = None) -> Space:
    axes = [axis_of_option(option) for option in options]
    return space_of(axes, where=conditions(where, "--where"), sampling=sampling)[0]


def _rows(space: Space, chunk: int = 1000) -> list[dict[str, Any]]:
    return [points.row(place) for points in space.points(chunk) for place in range(len(points))]


def test_a_grid_has_every_combination_once_and_in_order() -> None:
    space = _space("a=1..3", "act=relu,gelu", "width=0.5:1:0.25")
    expected = [
        {"a": a, "act": act, "width": width} for a, act, width in product((1, 2, 3), ("relu", "gelu"), (0.5, 0.75, 1.0))
    ]
    assert space.size == 18
    for chunk in (1, 4, 18, 1000):
        assert _rows(space, chunk) == expected
    starts = [(points.start, len(points)) for points in space.points(7)]
    assert starts == [(0, 7), (7, 7), (14, 4)]


def test_a_huge_grid_is_described_and_begun_and_not_listed() -> None:
    space = _space("a=1..1000000", "b=1..1000000")
    assert space.size == 10**12
    assert next(space.points(3)).row(2) == {"a": 1, "b": 3}
    with pytest.raises(SpecError, match=r"1,000,000,000,000 points \(1,000,000 x 1,000,000\), and at most 100,000,000"):
        refuse_endless(space)
    refuse_endless(space._replace(sampling=Sampling(10)))


def test_a_grid_of_all_fractions_is_refused() -> None:
    with pytest.raises(SpecError, match="`w` has a value between any two") as caught:
        refuse_endless(_space("w=0.5..1"))
    assert caught.value.origin is not None
    assert caught.value.origin.where == "--vary:1:1"


@pytest.mark.parametrize("method", ["random", "sobol"])
def test_a_sample_is_that_of_its_seed_and_has_no_point_twice(method: str) -> None:
    space = _space("a=1..10", "w=0.1:1:0.1", sampling=Sampling(60, method, 3))
    rows = _rows(space)
    assert len(rows) == 60
    assert len({tuple(row.items()) for row in rows}) == 60
    assert all(
        row["a"] in range(1, 11) and row["w"] in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0) for row in rows
    )
    assert rows == _rows(space, 7)
    assert rows != _rows(space._replace(sampling=Sampling(60, method, 4)))


@pytest.mark.parametrize("method", ["random", "sobol"])
def test_a_sample_of_a_space_too_large_to_list(method: str) -> None:
    space = _space("a=1..1000000", "b=1..1000000", "c=0.5..1", "d=1..1000:log", sampling=Sampling(1000, method))
    rows = _rows(space)
    assert len(rows) == 1000
    assert all(0.5 <= row["c"] < 1 for row in rows)
    # Half of the logarithms lie below that of the root of 1000.
    assert 400 < sum(row["d"] < 1000**0.5 for row in rows) < 600


def test_a_sample_as_large_as_the_grid_is_the_grid() -> None:
    space = _space("a=1..3", "b=1..2", sampling=Sampling(100))
    assert (space.size, _rows(space)) == (6, _rows(space._replace(sampling=None)))


def test_conditions_on_what_varies_leave_points_out_before_they_are_numbered() -> None:
    space = _space("a=1..100", "b=1..100", where=("a * b == 24", "params < 5M"))
    assert [each.text for each in space.before] == ["a * b == 24"]
    assert [each.text for each in space.after] == ["params < 5M"]
    points = [*space.points(3)]
    assert [(each.start, len(each)) for each in points] == [(0, 3), (3, 3), (6, 2)]
    assert [row["a"] for row in _rows(space)] == [1, 2, 3, 4, 6, 8, 12, 24]


@pytest.mark.parametrize("sampling", [None, Sampling(10), Sampling(10, "sobol")])
def test_conditions_that_never_hold(sampling: Sampling | None) -> None:
    space = _space("a=1..100", where=("a > 100",), sampling=sampling)
    with pytest.raises(SpecError) as caught:
        next(space.points(10))
    which = "no point of the space" if sampling is None else "none of the points drawn"
    assert str(caught.value) == dedent(f"""\
        error: {which} fulfils `a > 100`
         --> --where:1:1
          |
        1 | a > 100
          | ^^^^^^^""")


FILE = """\
spec: resnet50
vary:
  phi: 0..2
  width: 0.5:1:0.25
  batch: [1, 8..10]
  factor: {from: 1, to: 8, factor: 2}
  input: 3x64x64..3x128x128:64
set:
  depths[1]: round(2 * 1.2 ** phi)
  resolution: 32 * depths[1]
constraints:
  - batch != 9 or phi == 0
  - params <= 5M and macs < 600M
sample: {points: 50, method: sobol, seed: 7}
"""


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "space.yaml"
    path.write_text(FILE)
    space, spec = read_space(path)
    assert spec == "resnet50"
    assert space.names == ("phi", "width", "batch", "factor", "input", "depths[1]", "resolution")
    assert space.grid == 3 * 3 * 4 * 4 * 2
    assert space.sampling == Sampling(50, "sobol", 7)
    assert [each.text for each in space.after] == ["params <= 5M and macs < 600M"]
    rows = _rows(space._replace(sampling=None))
    assert len(rows) == space.grid - 2 * 3 * 4 * 2  # batch 9 at phi 1 and 2
    assert rows[-1] == {
        "phi": 2,
        "width": 1.0,
        "batch": 10,
        "factor": 8,
        "input": (3, 128, 128),
        "depths[1]": 3,  # 2 * 1.44 = 2.88
        "resolution": 96,
    }


def test_an_input_and_a_list_may_follow_from_an_axis(tmp_path: Path) -> None:
    path = tmp_path / "space.yaml"
    path.write_text("vary: {r: 2..3}\nset: {input: [3, 32 * r, 32 * r], depths: '[r, r + 1]', act: \"'relu'\"}\n")
    rows = _rows(read_space(path)[0])
    assert rows[0] == {"r": 2, "input": (3, 64, 64), "depths": [2, 3], "act": "relu"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "vary: {width: 0.5:1:0.25}\nconstrain: [a]\n",
            """\
            error: `constrain` is not a known field
             --> space.yaml:2:1
              |
            2 | constrain: [a]
              | ^^^^^^^^^
              = hint: a space has `spec`, `vary`, `set`, `constraints`, `sample`""",
        ),
        (
            "vary:\n  width: 1:0.5:0.25\n",
            """\
            error: the range of `width` is empty: 1 is above 0.5
             --> space.yaml:2:10
              |
            2 |   width: 1:0.5:0.25
              |          ^^^^^^^^^^
              = hint: write `0.5:1:0.25`""",
        ),
        (
            "vary: {phi: 1..3}\nset:\n  depth: 1.2 ** phu\n",
            """\
            error: unknown name `phu`; did you mean `phi`?
             --> space.yaml:3:17
              |
            3 |   depth: 1.2 ** phu
              |                 ^^^
              = hint: what stands before it is: phi""",
        ),
        (
            "vary: {phi: {from: 1, to: 3, step: 1, factor: 2}}\n",
            """\
            error: a range has one of `step` and `factor`
             --> space.yaml:1:39
              |
            1 | vary: {phi: {from: 1, to: 3, step: 1, factor: 2}}
              |                                       ^^^^^^""",
        ),
        (
            "vary: {phi: 1..3}\nsample: {points: many}\n",
            """\
            error: `sample.points` should be a valid integer
             --> space.yaml:2:10
              |
            2 | sample: {points: many}
              |          ^^^^^^
              = hint: a space has `spec`, `vary`, `set`, `constraints`, `sample`""",
        ),
        (
            "vary: {phi: 1..3}\nsample: {points: 5, method: sobel}\n",
            """\
            error: unknown method of sampling `sobel`; did you mean `sobol`?
             --> space.yaml:2:1
              |
            2 | sample: {points: 5, method: sobel}
              | ^^^^^^
              = hint: `random` or `sobol`""",
        ),
        (
            "vary: {phi: 1..3}\nconstraints: phi <\n",
            """\
            error: expected a value, but the expression ends
             --> space.yaml:2:19
              |
            2 | constraints: phi <
              |                   ^""",
        ),
        (
            "- width\n",
            """\
            error: the file describes no space: it holds no keys
             --> space.yaml:1:1
              |
            1 | - width
              | ^^^^^^^
              = hint: a space has `vary`: a mapping of names to values""",
        ),
    ],
)
def test_a_file_is_refused_with_the_place(
    text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "space.yaml").write_text(text)
    with pytest.raises(SpecError) as caught:
        read_space("space.yaml")
    assert str(caught.value) == dedent(message)


@pytest.mark.parametrize(
    "text",
    ["", "vary: {}", "vary: 5", "vary: {a: {from: 1}}", "vary: {a: {from: 1, to: x}}", "vary: {a: [[1, [2]]]}",
     "vary: {a: null}", "vary: {a: [1, 1]}", "vary: {a: 1..2}\nset: {b: {c: 1}}", "vary: {'a b!': 1..2}", "spec: x",
     "vary: {a: 1..2}\nsample: {points: 0}", "vary: {a: 1..2}\nconstraints: {b: 1}"],
)  # fmt: skip
def test_other_files_that_are_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "space.yaml"
    path.write_text(text)
    with pytest.raises(SpecError) as caught:
        read_space(path)
    assert caught.value.origin is not None


def test_a_missing_file() -> None:
    with pytest.raises(SpecError, match=r"there is no file `nowhere\.yaml`"):
        read_space("nowhere.yaml")


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("width=1,2", None),
        ("depths[2]=1,2", None),
        ("depths=[1,1,1],[2,2,2]", None),
        ("batch=1,2", None),
        ("input=3x32x32,3x64x64", None),
        ("widht=1,2", "there is no variable `widht` to vary; did you mean `width`?"),
        ("twice=1,2", "there is no variable `twice` to vary"),
        ("depths[3]=1,2", "`depths` has 3 elements, from `depths[0]` to `depths[2]`"),
        ("forgotten=1,2", "nothing uses the variable `forgotten`: no figure depends on it"),
        ("input.image=3x32x32,3x64x64", "there is no input `image`"),
    ],
)
def test_names_are_those_of_the_spec(option: str, message: str | None) -> None:
    names = Names.of(read_document(parse(SPEC, "net.yaml"), "net.yaml"))
    space = _space(option)
    if message is None:
        names.check(space)
        return
    with pytest.raises(SpecError) as caught:
        names.check(space)
    assert caught.value.message == message
    assert caught.value.origin is not None
    assert caught.value.origin.where == "--vary:1:1"


def test_an_axis_may_be_there_for_what_follows_from_it_alone(tmp_path: Path) -> None:
    names = Names.of(read_document(parse(SPEC, "net.yaml"), "net.yaml"))
    path = tmp_path / "space.yaml"
    path.write_text("vary: {phi: 0..2, psi: 0..2}\nset: {width: 1 + phi / 2, size: 32 * (1 + psi)}\n")
    space, _ = read_space(path)
    names.check(space)
    assert names.helpers(space) == ("phi", "psi")
    path.write_text("vary: {phi: 0..2, psi: 0..2}\nset: {width: 1 + phi / 2}\n")
    with pytest.raises(SpecError, match="there is no variable `psi` to vary"):
        names.check(read_space(path)[0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("width=1,2", "width=3,4"), "`width` is given twice"),
        (("depths=[1,1,1],[2,2,2]", "depths[0]=3,4"), "`depths[0]` and `depths` set the same variable"),
    ],
)
def test_nothing_is_set_twice(options: tuple[str, ...], message: str) -> None:
    names = Names.of(read_document(parse(SPEC, "net.yaml"), "net.yaml"))
    with pytest.raises(SpecError) as caught:
        names.check(_space(*options))
    assert caught.value.message == message


def test_nothing_varies() -> None:
    with pytest.raises(SpecError, match="nothing varies"):
        space_of([])
