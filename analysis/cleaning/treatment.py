"""Volumes and the product: more out than in, or outside the specification of study.yml."""

import pandas as pd

from analysis.cleaning.export import REDCAP
from analysis.cleaning.sheet import find

# Grains of rounding that no sum of recorded volumes reaches (mL, percent).
TOLERANCE = 1e-6


def find_volumes(view):
    """More injected than prepared, more processed than aspirated, cells beyond 100 percent."""
    injected = [
        name
        for side in ("right", "left")
        for name in (_numbers(view, f"injected_{side}_{finger}_ml") for finger in range(1, 6))
        if name is not None
    ]
    share = [_numbers(view, f"{kind}_percent") for kind in ("cd45", "stromal", "endothelial")]
    checks = (
        ("final_volume_ml", injected, None),
        ("lipoaspirate_ml", [_numbers(view, "processed_ml")], None),
        ("cd45_percent", share, 100),
    )
    for column, parts, limit in checks:
        parts = [part for part in parts if part is not None]
        own = _numbers(view, column)
        if own is None or not parts:
            continue
        total = pd.concat(parts, axis=1).sum(axis=1, min_count=1)
        most = own if limit is None else limit
        name = view.column("procedures", column).name
        detail = "Together it is " + total.map("{:g}".format) + "."
        yield REDCAP, find("volume_exceeds", name, total > most + TOLERANCE, detail=detail)


def find_product(view):
    """Product outside its specification: viability, endotoxin, volume per finger, tests."""
    limits = view.study.specification
    viability, endotoxin = (
        _numbers(view, name) for name in ("viability_percent", "endotoxin_eu_per_ml")
    )
    if viability is not None:
        low = viability < limits.viability_min_percent.value
        yield _ask(
            view, "viability_percent", low, f"At least {limits.viability_min_percent.value}."
        )
    if endotoxin is not None:
        high = endotoxin > limits.endotoxin_max_eu_per_ml.value
        yield _ask(
            view, "endotoxin_eu_per_ml", high, f"At most {limits.endotoxin_max_eu_per_ml.value}."
        )
    for column, bad in (("gram_stain", "positive"), ("sterility", "growth")):
        cells = view.column("procedures", column)
        if cells is not None:
            codes = view.fields[REDCAP][cells.name].codes
            yield _ask(view, column, cells.map(codes) == bad, "")


def _ask(view, column, mask, detail):
    name = view.column("procedures", column).name
    told = f"The specification: {detail.lower()}" if detail else ""
    return REDCAP, find("product_below_specification", name, mask, detail=told)


def _numbers(view, column):
    cells = view.column("procedures", column)
    return None if cells is None else pd.to_numeric(cells.where(cells != "")).astype("float64")
