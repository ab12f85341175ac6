"""What is shown of a report: grouped to fit a screen, by depth, by type, sorted, cut, in columns of choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cnncost.errors import SpecError
from cnncost.metrics.figures import Figures
from cnncost.render.cells import plain, readable
from cnncost.render.document import Line, Share, Typed
from cnncost.render.parts.summary import summary_table
from cnncost.render.parts.tree import Branch, tree_of
from cnncost.render.views.costs.analyze import SCREEN, View, layer_table, viewed
from tests.render.sample import deep_report, sample_report

if TYPE_CHECKING:
    from cnncost.report.report import Report


def names(view: View) -> list[str]:
    return [row.name for row in viewed(sample_report(), view)[0].rows]


def test_few_layers_are_all_shown() -> None:
    table = layer_table(sample_report(), View())
    assert [line.cells[0] for line in table.lines if not line.title] == [
        "stem", "conv", "relu", "conv", "scale", "pool", "head",
    ]  # fmt: skip
    assert [line.cells[0] for line in table.lines if line.title] == ["stage[0]", "stage[1]"]


@pytest.mark.parametrize(("blocks", "layers"), [(10, 10), (30, 3), (38, 100), (39, 2)])
def test_many_layers_are_grouped_as_deep_as_fits_a_screen(blocks: int, layers: int) -> None:
    report = deep_report(blocks, layers)
    shown, notes = viewed(report, View())
    # two halves with a title each, and the blocks in them; 39 blocks no longer fit
    assert len(shown.rows) == (blocks if blocks + 2 <= SCREEN else 2)
    assert notes == (f"{blocks * layers} layers in {len(shown.rows)} groups; see all with --depth all",)
    assert len(viewed(report, View(depth=None))[0].rows) == blocks * layers


def test_blocks_around_everything_are_looked_into() -> None:
    report = deep_report(10, 10)
    wrapped = report._replace(rows=tuple(row._replace(name=f"net.body.{row.name}") for row in report.rows))
    assert len(viewed(wrapped, View())[0].rows) == 10


def test_a_flat_network_cannot_be_grouped() -> None:
    rows = tuple(row._replace(name=f"layer_{index}") for index, row in enumerate(deep_report(30, 3).rows))
    report = sample_report()._replace(rows=rows)
    assert viewed(report, View()) == (report, ())


def test_the_top_of_a_large_network_needs_no_groups() -> None:
    shown, notes = viewed(deep_report(30, 3), View(top=5))
    assert [row.name for row in shown.rows] == [f"half[0].block[{n // 3}].layer[{n % 3}]" for n in range(5)]
    assert notes == ("the first 5 of 90 by FLOPs; totals are of the whole network",)


def test_depth() -> None:
    assert names(View(depth=1)) == ["stem", "stage[0]", "stage[1]", "pool", "head"]
    assert names(View(depth=2)) == names(View(depth=None))


def test_by_type() -> None:
    table = layer_table(sample_report(), View(by_type=True))
    assert table.columns[0].name == "type"
    assert [line.cells[:2] for line in table.lines] == [
        ("conv", 3), ("relu", 1), ("multiply", 1), ("global_avgpool", 1), ("linear", 1),
    ]  # fmt: skip
    assert table.totals is not None
    assert table.totals.cells[:2] == ("total", 7)


def test_sorted_rows_have_their_full_names() -> None:
    table = layer_table(sample_report(), View(sort="params", top=2))
    assert [line.cells[0] for line in table.lines] == ["stage[1].conv", "stage[0].conv"]
    assert table.columns[-1].detail == "of params"
    assert table.lines[0].cells[-1] == Share(18_432, 24_122)


def test_columns_of_choice() -> None:
    table = layer_table(sample_report(), View(columns=("macs", "flops_per_byte", "layer")))
    assert [column.name for column in table.columns] == ["macs", "flops_per_byte", "layer"]
    assert table.lines[0].cells == (442_368, 884.736, "stem")
    assert table.fixed


@pytest.mark.parametrize("view", [View(columns=("layer", "mcas")), View(sort="mcas")])
def test_unknown_names_are_refused(view: View) -> None:
    with pytest.raises(SpecError, match="did you mean `macs`"):
        layer_table(sample_report(), view)


def test_unknown_figures_are_marked_and_never_zero() -> None:
    report = sample_report()
    stem = report.rows[0]
    blind = stem._replace(figures=Figures({**stem.figures, "macs": None, "flops": None}))
    line = layer_table(report._replace(rows=(blind,)), View()).lines[0]
    assert isinstance(line, Line)
    assert line.cells[4:6] == (None, None)
    assert line.cells[-1] is None


def test_summary_names_the_largest_first() -> None:
    lines = {line.cells[0]: line.cells[1:] for line in summary_table(sample_report()).lines}
    # 18,432 and 4,608 of 24,122 parameters are 76 % and 19 %; 650 are 2.7 %, 432 are 1.8 %
    assert lines["params"] == (
        Typed("count", 24_122), "stage[1] 76 %, stage[0] 19 %, head 2.7 %", "conv 97 %, linear 2.7 %",
    )  # fmt: skip
    assert lines["textbook memory (sum)"][0] == Typed("bytes", 4 * 24_122 + sample_report().totals.activation_bytes)
    assert lines["memory (peak)"][0] == Typed("bytes", 2 * 4 * 24_122)


def test_tree_repeats_a_title_when_its_block_goes_on_later() -> None:
    assert tree_of(["a.x", "b", "a.y"]) == [
        Branch("a", 0, None), Branch("x", 1, 0), Branch("b", 0, 1), Branch("a", 0, None), Branch("y", 1, 2),
    ]  # fmt: skip


def test_tree_joins_blocks_that_hold_a_single_block() -> None:
    assert tree_of(["a.b.x", "a.b.y"]) == [Branch("a.b", 0, None), Branch("x", 1, 0), Branch("y", 1, 1)]


def test_tree_of_nothing() -> None:
    assert tree_of([]) == []


def two_inputs() -> Report:
    """The sample, whose stem reads `left` and whose stages read `right`; the pool reads both."""
    report = sample_report()
    left, right = report.rows[0].receptive_field, report.rows[1].receptive_field
    assert left is not None
    assert right is not None
    seen = [{"left": left}, {"right": right}, {"left": left, "right": right}]
    rows = [
        row._replace(receptive_field=next(iter(fields.values())), receptive_fields=fields)
        for row, fields in zip(report.rows, seen, strict=False)
    ]
    shape = (2, 3, 32, 32)
    return report._replace(rows=tuple(rows), inputs={"left": shape, "right": shape})


def test_a_receptive_field_says_which_of_several_inputs_it_lies_in() -> None:
    table = layer_table(two_inputs(), View(columns=("layer", "receptive_field", "jump")))
    cells = [line.cells for line in table.lines if not line.title]
    assert [readable("field", cell[1]) for cell in cells] == ["left 3 /1", "right 7 /2", "left 3 /1"]
    assert [plain("field", cell[1]) for cell in cells] == ["left 3x3", "right 7x7", "left 3x3"]
    assert [plain("axes", cell[2]) for cell in cells] == ["left 1x1", "right 2x2", "left 1x1"]
    assert table.remarks() == ("receptive field: an input, and in its pixels size /jump",)


def test_the_only_input_needs_no_name() -> None:
    cells = layer_table(sample_report(), View(columns=("layer", "receptive_field"))).lines[0].cells
    assert readable("field", cells[1]) == "3 /1"


def test_one_group_is_called_one() -> None:
    flat = deep_report(60, 1)
    rows = tuple([row._replace(name=f"net.layer_{index}") for index, row in enumerate(flat.rows)])
    assert viewed(flat._replace(rows=rows), View())[1] == ("60 layers in 1 group; see all with --depth all",)
