"""Models imported and compared with tables of what they cost, one row a model; what is done already is not done again.

    python benchmarks/imports.py TABLE.csv... --out docs/measurements/imports.csv [--only 'convnext*'] [--kind cnn]

A table has the columns `library` and `name` (`torchvision,resnet50`), `input` (`1x3x224x224`), `params`, `buffers` and
`macs`. `--sample N` takes N models of each family; `--again` does those again that were not right.
"""

from __future__ import annotations

import argparse
import csv
import fnmatch
import gc
import sys
from collections import Counter
from pathlib import Path

from cnncost import analyze, load
from cnncost.errors import SpecError

FIGURES = ("params", "buffers", "macs")
COLUMNS = ("library", "name", "kind", *FIGURES, "verdict")


def main() -> None:
    """Compare the models of the tables, and print how many are right."""
    options = _options()
    done = {(row["library"], row["name"]): row for row in _read(options.out)} if options.out.exists() else {}
    chosen = list(_chosen(options))
    for place, row in enumerate(chosen, 1):
        key = row["library"], row["name"]
        known = done.get(key)
        if known is None or (options.again and known["verdict"] != "right"):
            done[key] = _compared(row)
            _write(options.out, done.values())
        shown = done[key]
        print(
            f"{place}/{len(chosen)} {shown['library']}:{shown['name']} {shown['verdict']}",
            flush=True,
        )
    verdicts = Counter((done[row["library"], row["name"]]["verdict"] == "right", row["kind"]) for row in chosen)
    for (right, kind), count in sorted(verdicts.items()):
        print(f"{kind}: {count} {'right' if right else 'not right'}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("tables", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", default="*")
    parser.add_argument("--kind", default="*")
    parser.add_argument("--sample", type=int, default=sys.maxsize)
    parser.add_argument("--again", action="store_true")
    return parser.parse_args()


def _chosen(options: argparse.Namespace) -> list[dict[str, str]]:
    rows = [row for table in options.tables for row in _read(table)]
    families: Counter[str] = Counter()
    chosen = []
    for row in rows:
        family = row.get("family_or_module", "")
        if fnmatch.fnmatch(row["name"], options.only) and fnmatch.fnmatch(row["kind"], options.kind):
            families[family] += 1
            if families[family] <= options.sample:
                chosen.append(row)
    return chosen


def _compared(row: dict[str, str]) -> dict[str, str]:
    shape = [int(size) for size in row["input"].split("x")][1:]
    try:
        totals = analyze(load(f"{row['library']}:{row['name']}", input=shape)).totals
        found = {figure: str(getattr(totals, figure)) for figure in FIGURES}
        wrong = [f"{figure} must be {row[figure]}" for figure in FIGURES if found[figure] != row[figure]]
        verdict = "; ".join(wrong) or "right"
    except SpecError as error:
        found, verdict = (
            dict.fromkeys(FIGURES, ""),
            f"{error.message}; {error.origin.where.rpartition('/')[2]}" if error.origin else error.message,
        )
    gc.collect()
    return {
        **{name: row[name] for name in ("library", "name", "kind")},
        **found,
        "verdict": verdict,
    }


def _read(table: Path) -> list[dict[str, str]]:
    with table.open(newline="") as file:
        return list(csv.DictReader(file))


def _write(table: Path, rows: object) -> None:
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
