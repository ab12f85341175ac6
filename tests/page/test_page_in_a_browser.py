"""The page as readers have it: what they click, type and see, compared with the JSON of `analyze` and `memory`."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import pytest

import cnncost

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    Open = Callable[..., Page]


def number(text: str) -> int:
    """A whole number as the page writes it out."""
    return int(re.sub(r"[^\d]", "", text))


def names_in(table: Locator) -> list[str]:
    """The names at the beginning of the rows that are there."""
    return table.locator("tbody th button").all_inner_texts()


def by_figure(page: Page, figure: str) -> None:
    page.locator('header label:has(> span:text-is("By")) select').select_option(figure)


# Totals and layers.


@pytest.mark.parametrize("spec", ["lenet5", "resnet50", "yolov8n"])
def test_cards_show_the_totals_of_analyze(opened: Open, spec: str) -> None:
    totals = cnncost.analyze(spec).to_dict()["totals"]
    page = opened(spec)
    cards = page.locator(".card").all()
    assert len(cards) >= 4
    for card in cards:
        figure = card.get_attribute("data-figure")
        assert number(card.locator("small").inner_text()) == totals[figure], figure


def test_layers_show_the_figures_of_analyze(opened: Open) -> None:
    layers = cnncost.analyze("resnet18").to_dict()["layers"]
    page = opened("resnet18")
    page.get_by_role("button", name="Blocks", exact=True).click()
    page.get_by_role("searchbox").fill("stage[3]")
    expected = [layer for layer in layers if layer["name"].startswith("stage[3]")]
    table = page.locator("table.layers")
    assert names_in(table) == [layer["name"] for layer in expected]
    shapes = [" × ".join(map(str, layer["output_shape"][1:])) for layer in expected]
    assert table.locator('td[data-column="output_shape"]').all_inner_texts() == shapes
    for figure in ("params", "macs"):
        shown = table.locator(f'td[data-column="{figure}"]').all_inner_texts()
        for text, layer in zip(shown, expected, strict=True):
            amount, _, unit = text.partition(" ")
            power = {"": 1, "K": 1e3, "M": 1e6, "G": 1e9}[unit]
            assert float(amount) * power == pytest.approx(layer[figure], rel=0.005), layer["name"]


def test_layers_are_sorted_by_a_column_and_back(opened: Open) -> None:
    layers = cnncost.analyze("lenet5").to_dict()["layers"]
    page = opened("lenet5")
    table, heading = page.locator("table.layers"), page.locator('th[data-column="params"]')
    in_order = [layer["name"] for layer in layers]
    assert names_in(table) == in_order
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    assert names_in(table) == [layer["name"] for layer in sorted(layers, key=lambda layer: -layer["params"])]
    heading.get_by_role("button").press("Enter")
    assert names_in(table) == [layer["name"] for layer in sorted(layers, key=lambda layer: layer["params"])]
    heading.get_by_role("button").press("Enter")
    assert names_in(table) == in_order


def test_layers_are_filtered_by_words_and_figures(opened: Open) -> None:
    layers = cnncost.analyze("lenet5").to_dict()["layers"]
    page = opened("lenet5")
    table, filtered = page.locator("table.layers"), page.get_by_role("searchbox")
    filtered.fill("linear")
    assert names_in(table) == [layer["name"] for layer in layers if layer["type"] == "linear"]
    filtered.fill("macs>200K")
    assert names_in(table) == [layer["name"] for layer in layers if layer["macs"] > 200_000]
    filtered.fill("nothing is called so")
    assert names_in(table) == []
    problem = page.locator("#layers .warning")
    assert problem.is_hidden()
    filtered.fill("mac>1G")
    assert "`mac` is no figure; there are params, " in problem.inner_text()
    assert names_in(table) == [layer["name"] for layer in layers]
    filtered.fill("macs>=1MB")
    assert problem.inner_text() == "`macs` is a count, not bytes: write `macs>1M`"
    filtered.fill("")
    assert names_in(table) == [layer["name"] for layer in layers]


def test_blocks_are_folded_and_unfolded(opened: Open) -> None:
    page = opened("resnet18")
    table = page.locator("table.layers")
    assert "conv" not in names_in(table)
    stem = table.locator("button.fold").first
    assert stem.get_attribute("aria-expanded") == "false"
    stem.press("Enter")
    assert names_in(table)[:3] == ["conv_bn", "conv", "batchnorm"]
    page.get_by_role("button", name="Open all").click()
    assert len(names_in(table)) > 20
    page.get_by_role("button", name="Close all").click()
    assert "conv" not in names_in(table)


def test_figures_have_the_names_that_the_commands_have_for_them(opened: Open) -> None:
    page = opened("alexnet", batch=4)
    assert page.locator("#overview .facts span").first.inner_text() == "input 3 × 227 × 227"
    page.get_by_role("button", name="Open all").click()
    page.locator("table.layers").get_by_role("button", name="maxpool", exact=True).first.click()
    shown = page.locator(".layer-panel .formula-head").all_inner_texts()
    titles = [text.split("\n")[0] for text in shown]
    for title in ("comparisons", "input memory", "activations", "memory traffic"):
        assert title in titles
    assert not [title for title in titles if "ops" in title or title.endswith("bytes")]


# The icicle.


def cell(page: Page, name: str) -> Locator:
    return page.locator(f'.icicle .cell[data-name="{name}"]')


def share(located: Locator) -> float:
    """The part of the icicle's width that a cell has, as it is drawn."""
    return located.evaluate("cell => cell.getBoundingClientRect().width / cell.parentElement.clientWidth")


@pytest.mark.parametrize("figure", ["params", "macs", "flops", "activation_bytes", "kept_bytes"])
def test_blocks_are_as_wide_as_their_figures(opened: Open, figure: str) -> None:
    document = cnncost.analyze("resnet18", mode="train").to_dict()
    page = opened("resnet18", mode="train")
    by_figure(page, figure)
    for stage in range(4):
        part = sum(layer[figure] for layer in document["layers"] if layer["name"].startswith(f"stage[{stage}]"))
        assert share(cell(page, f"stage[{stage}]")) == pytest.approx(part / document["totals"][figure], abs=1e-3)


def test_the_peak_is_shared_out_to_layers(opened: Open) -> None:
    # In inference the most lives while the first tanh runs: the parameters, 4 bytes each, and what tanh reads and
    # writes, 6 maps of 28 by 28. The input, 32 by 32, is of no layer.
    page = opened("lenet5", device="cpu")
    by_figure(page, "at_peak_bytes")
    whole = 61_706 * 4 + 2 * 6 * 28 * 28 * 4
    assert share(cell(page, "linear")) == pytest.approx((400 * 120 + 120) * 4 / whole, abs=1e-3)
    assert share(cell(page, "conv")) == pytest.approx((156 * 4 + 6 * 28 * 28 * 4) / whole, abs=1e-3)


def test_one_goes_into_a_block_and_out_by_the_mouse(opened: Open) -> None:
    page = opened("resnet18")
    cell(page, "stage[2]").click()
    path = page.get_by_role("navigation", name="Blocks around")
    assert path.get_by_role("button").all_inner_texts() == ["resnet18", "stage[2]"]
    assert share(cell(page, "stage[2]")) == pytest.approx(1, abs=1e-3)
    assert cell(page, "stage[1]").count() == 0
    path.get_by_role("button", name="resnet18").click()
    assert cell(page, "stage[1]").count() == 1


def test_one_goes_into_a_block_and_out_by_keys(opened: Open) -> None:
    page = opened("resnet18")
    focused = page.locator(".icicle .cell:focus")
    cell(page, "resnet18").focus()
    walk = [("ArrowDown", "conv_bn"), ("ArrowRight", "stage[0]"), ("ArrowRight", "stage[1]"), ("ArrowLeft", "stage[0]")]
    for key, name in walk:
        page.keyboard.press(key)
        assert focused.get_attribute("data-name") == name
    page.keyboard.press("Enter")
    assert focused.get_attribute("data-name") == "stage[0]"
    assert share(focused) == pytest.approx(1, abs=1e-3)
    page.keyboard.press("Escape")
    assert focused.get_attribute("data-name") == "resnet18"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert focused.get_attribute("data-name") == "resnet18"


def test_what_is_selected_is_selected_everywhere(opened: Open) -> None:
    page = opened("lenet5")
    cell(page, "conv_2").click()
    assert cell(page, "conv_2").get_attribute("aria-pressed") == "true"
    assert page.locator("table.layers tr.selected th").inner_text() == "conv_2"
    assert page.locator(".receptive .field h3").inner_text() == "conv_2"


def test_a_layer_at_the_end_is_read_by_nothing_and_one_at_the_beginning_reads_the_input(opened: Open) -> None:
    page = opened("lenet5")
    names = page.locator("table.layers tbody th button").all_inner_texts()
    panel = page.locator(".layer-panel")
    for name, links in ((names[0], ["reads", "read by"]), (names[-1], ["reads"])):
        cell(page, name).click()
        assert panel.locator(":scope > p.links > .quiet").all_inner_texts() == links
        loose = "panel => [...panel.childNodes].filter(node => node.nodeType === Node.TEXT_NODE).length"
        assert panel.evaluate(loose) == 0


# Memory in time.


@pytest.mark.parametrize(("mode", "chosen"), [("infer", "inference"), ("train", "training")])
def test_the_course_of_a_step_is_that_of_memory(opened: Open, mode: str, chosen: str) -> None:
    report = cnncost.memory("lenet5", mode=mode).to_dict()
    page = opened("lenet5")
    page.get_by_label("Step of").select_option(chosen)
    view = page.locator("#memory")
    slider = view.get_by_role("slider")
    assert view.locator(".facts").inner_text().startswith(f"peak {in_binary(report['peak_bytes'])}")
    assert int(slider.get_attribute("max") or 0) == len(report["timeline"]) - 1
    assert view.locator(".living h3").first.inner_text().endswith(in_binary(report["peak_bytes"]))
    for place, moment in enumerate(report["timeline"]):
        slider.fill(str(place))
        said = view.locator(".living h3").first.inner_text()
        assert said.startswith(moment["phase"])
        assert moment["layer"] is None or moment["layer"] in said
        assert said.endswith(in_binary(moment["peak_bytes"]))
        shown = view.locator(".living table").first.locator("tbody tr").all_inner_texts()
        assert sorted(row.split("\t")[1] for row in shown) == sorted(map(in_binary, moment["parts"].values()))


def in_binary(size: int) -> str:
    """Bytes with three digits, half up."""
    power = next(power for power in range(4) if Decimal(size) / 1024**power < Decimal("999.5"))
    scaled = Decimal(size) / 1024**power
    exponent = Decimal(1).scaleb(0 if power == 0 else scaled.adjusted() - 2)
    return f"{scaled.quantize(exponent, ROUND_HALF_UP)} {['B', 'KiB', 'MiB', 'GiB'][power]}"


def test_the_cursor_follows_the_mouse_and_a_click_selects_the_layer(opened: Open) -> None:
    page = opened("lenet5")
    area = page.locator("#memory .area")
    area.scroll_into_view_if_needed()
    box: Any = area.bounding_box()
    layers = len(cnncost.analyze("lenet5").rows)
    page.mouse.move(box["x"] + box["width"] * 3.5 / layers, box["y"] + 40)
    assert "conv_2" in page.locator("#memory .living h3").first.inner_text()
    page.mouse.click(box["x"] + box["width"] * 3.5 / layers, box["y"] + 40)
    assert page.locator("table.layers tr.selected th").inner_text() == "conv_2"


def test_it_says_whether_a_step_fits(opened: Open) -> None:
    # The parameters of ResNet-50 and what Adam keeps of them are 4 · 25.6 M · 4 bytes: 391 MiB.
    page = opened("resnet50", mode="train", memory="300MiB", device="cpu")
    assert "does not fit in 300MiB, " in page.locator("#memory .facts").inner_text()
    page.get_by_label("Step of").select_option("inference")
    assert "fits in 300MiB, " in page.locator("#memory .facts").inner_text()


# Receptive fields.


def fields(page: Page) -> dict[str, str]:
    entries = page.locator(".field-facts > div").all()
    return {entry.locator("dt").inner_text(): entry.locator("dd").inner_text() for entry in entries}


def test_a_receptive_field_is_drawn_to_scale(opened: Open) -> None:
    document = cnncost.analyze("vgg16").to_dict()
    page = opened("vgg16")
    page.get_by_role("button", name="Blocks", exact=True).click()
    layer = document["layers"][10]
    page.locator("table.layers").get_by_role("button", name=layer["name"], exact=True).click()
    seen, whole = page.locator(".pixels .seen"), page.locator(".pixels .input")
    field = layer["receptive_field"]
    assert fields(page)["Receptive field"] == f"{field['size'][0]} × {field['size'][1]} pixels"
    assert float(whole.get_attribute("width") or 0) == 224
    assert float(seen.get_attribute("width") or 0) == field["size"][1]
    slider = page.get_by_label("Row of the unit")
    slider.fill("5")
    assert float(seen.get_attribute("y") or 0) == 5 * field["jump"][0] - field["start_padding"][0]
    drawn: Any = seen.bounding_box()
    around: Any = whole.bounding_box()
    assert drawn["width"] / around["width"] == pytest.approx(field["size"][1] / 224, rel=0.1)


def test_every_input_has_its_receptive_fields(opened: Open, tmp_path: Path) -> None:
    text = (
        "input: {near: [3, 32, 32], far: [3, 64, 64]}\nnetwork:\n"
        "  - {conv: {out: 8, kernel: 3, stride: 2}, from: far, name: down}\n"
        "  - {conv: {out: 8, kernel: 2}, from: near, name: up}\n  - {add, from: [up, down], name: both}\n"
    )
    page = opened(spec_of(tmp_path, text))
    page.locator("table.layers").get_by_role("button", name="both").click()
    assert fields(page)["Input"] == "32 × 32 pixels"
    assert fields(page)["Receptive field"] == "2 × 2 pixels"
    page.locator("#receptive-fields").get_by_label("Input").select_option("far")
    assert fields(page)["Input"] == "64 × 64 pixels"
    assert fields(page)["Receptive field"] == "3 × 3 pixels"


def spec_of(folder: Path, text: str) -> str:
    path = folder / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_an_input_of_one_axis_is_a_strip(opened: Open, tmp_path: Path) -> None:
    page = opened(spec_of(tmp_path, "input: [2, 100]\nnetwork:\n  - {conv: {out: 4, kernel: 5, stride: 3}}\n"))
    assert fields(page)["Receptive field"] == "5 positions"
    page.get_by_label("Position of the unit").fill("7")
    seen = page.locator(".pixels .seen")
    assert (seen.get_attribute("x"), seen.get_attribute("width")) == ("21", "5")


def test_an_input_of_three_axes_is_a_map_and_a_strip(opened: Open, tmp_path: Path) -> None:
    text = "input: [2, 16, 20, 24]\nnetwork:\n  - {conv: {out: 4, kernel: [3, 5, 7], stride: [1, 2, 3]}}\n"
    page = opened(spec_of(tmp_path, text))
    for axis, unit in (("Plane", 4), ("Row", 5), ("Column", 2)):
        page.get_by_label(f"{axis} of the unit").fill(str(unit))
    on_map, on_strip = page.locator(".pixels .seen").all()
    assert [on_map.get_attribute(name) for name in ("y", "height", "x", "width")] == ["10", "5", "6", "7"]
    assert [on_strip.get_attribute(name) for name in ("x", "width")] == ["4", "3"]


def test_an_input_without_positions_has_no_receptive_fields(opened: Open, tmp_path: Path) -> None:
    page = opened(spec_of(tmp_path, "input: [64]\nnetwork:\n  - linear: 32\n  - relu\n"))
    assert "no positions" in page.locator(".receptive .hint").inner_text()
    assert not page.locator(".receptive .plot").is_visible()
    cell(page, "linear").click()
    assert cell(page, "linear").get_attribute("aria-pressed") == "true"


# Several networks.


def test_networks_stand_side_by_side_with_ratios(opened: Open) -> None:
    totals = [cnncost.analyze(spec).to_dict()["totals"] for spec in ("resnet18", "resnet50", "vgg16")]
    page = opened("resnet18", "resnet50", "vgg16")
    row = page.locator('.compared tr[data-figure="macs"] td')
    for place in (1, 2):
        ratio = float(row.nth(place).locator("small").inner_text().rstrip("×"))
        assert ratio == pytest.approx(totals[place]["macs"] / totals[0]["macs"], rel=0.005)
        assert number(row.nth(place).get_attribute("title") or "") == totals[place]["macs"]
    page.get_by_label("Ratios to").select_option("vgg16")
    ratio = float(row.nth(0).locator("small").inner_text().rstrip("×"))
    assert ratio == pytest.approx(totals[0]["macs"] / totals[2]["macs"], rel=0.005)


def test_the_frontier_has_what_no_other_network_beats(opened: Open) -> None:
    page = opened("resnet18", "resnet50", "vgg16")
    points = page.locator(".point")

    def on_front() -> list[str]:
        return [point.inner_text() for point in points.all() if "on the frontier" in point.get_attribute("aria-label")]

    # torchvision's: 69.8 % at 1.8 G, 76.1 % at 4.1 G; VGG-16 has less than the latter, at 15 G.
    assert on_front() == ["resnet18", "resnet50"]
    page.get_by_label("Upwards").select_option("params")
    assert on_front() == ["resnet18"]
    assert "no other network has fewer MACs and fewer params" in page.locator(".frontier").inner_text()
    page.get_by_label("Upwards").select_option("activations")
    points.nth(1).click()
    assert page.get_by_role("heading", level=1).inner_text() == "resnet50"


# As a page.


@pytest.mark.parametrize(("scheme", "bright"), [("light", True), ("dark", False)])
def test_it_is_light_or_dark_as_the_system_is(opened: Open, scheme: str, bright: bool) -> None:
    page = opened("lenet5", context={"color_scheme": scheme})
    assert (brightness(page) > 128) == bright
    page.get_by_label("Theme").select_option("dark" if bright else "light")
    assert (brightness(page) > 128) != bright


def brightness(page: Page) -> int:
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(map(int, re.findall(r"\d+", colour)[:3])) // 3


def test_it_prints_without_controls_and_with_every_row(opened: Open) -> None:
    page = opened("lenet5", context={"color_scheme": "dark"})
    page.emulate_media(media="print")
    assert brightness(page) > 128
    assert not page.get_by_label("Theme").is_visible()
    assert page.locator("table.layers tbody th button").count() == len(cnncost.analyze("lenet5").rows)
    assert page.pdf().startswith(b"%PDF")


@pytest.mark.parametrize("width", [360, 500, 640, 800, 1000, 2000])
def test_it_never_scrolls_sideways(opened: Open, width: int) -> None:
    page = opened("resnet18", "mobilenet_v2")
    page.set_viewport_size({"width": width, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


HOSTILE = """<script>alert(1)</script><img src=x onerror=alert(2)>[red]=1+1\\input{x}&amp;"'</textarea>--><!--"""


def test_names_are_only_ever_text(opened: Open) -> None:
    graph = cnncost.load("lenet5")
    nodes = [node._replace(name=f"{HOSTILE}{node.id}") for node in graph.nodes]
    hostile = graph._replace(name=HOSTILE, source=HOSTILE, nodes=tuple(nodes), warnings=(HOSTILE,))
    page = opened(hostile, "resnet18")
    page.wait_for_timeout(200)
    assert page.get_by_role("heading", level=1).inner_text() == HOSTILE
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 2
    assert HOSTILE in page.locator(".source").inner_text()
    assert HOSTILE in page.locator(".compared thead").inner_text()
    page.locator(".icicle .cell").nth(1).click()
    assert HOSTILE in page.locator(".receptive .field h3").inner_text()


# A large network.


@pytest.fixture(scope="module")
def deep(tmp_path_factory: pytest.TempPathFactory) -> str:
    """4,000 layers in 400 blocks."""
    spec = tmp_path_factory.mktemp("deep") / "deep.yaml"
    spec.write_text(
        "input: [8, 32, 32]\nblocks:\n  unit():\n"
        + 5 * "    - conv: {out: 8, kernel: 3, padding: 1}\n    - relu\n"
        + "network:\n  - {for: i, in: range(20), name: stage, do: [{unit: {}, repeat: 20}]}\n"
    )
    return str(spec)


def test_4000_layers_are_a_page_of_few_elements(opened: Open, written: Callable[..., Any], deep: str) -> None:
    assert len(cnncost.load(deep).layers) == 4000
    assert written(deep).stat().st_size < 3_000_000
    page = opened(deep)

    def elements() -> int:
        return page.locator("*").count()

    assert elements() < 4000
    page.get_by_role("button", name="Open all").click()
    page.get_by_role("searchbox").fill("conv")
    by_figure(page, "activation_bytes")
    page.locator(".icicle .cell").nth(1).click()
    assert elements() < 8000
    page.locator("#memory").get_by_role("slider").fill("3000")
    assert "forward of" in page.locator("#memory .living h3").first.inner_text()


def test_a_page_of_resnet50_is_small(written: Callable[..., Any]) -> None:
    assert written("resnet50").stat().st_size < 300_000
