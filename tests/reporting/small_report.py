"""A small, literal set of everything that the report is made from."""

import re
import struct
import zlib

import pandas as pd

from analysis import paths
from analysis.provenance import Provenance, write_provenance
from analysis.reporting.collect import collect_facts
from analysis.reporting.document import build_report
from analysis.reporting.table import Cell, Table
from analysis.reporting.templates import FOLDER, read_templates, render_template
from analysis.results import Context, ResultWriter, collect_results
from analysis.statistics.checks import name_method
from analysis.study import load_study
from analysis.tables import write_table

STUDY = load_study()
TEMPLATES = read_templates(paths.REPORT_FOLDER / FOLDER)
FORMATS = ("html", "docx", "pdf")
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="200" viewBox="0 0 400 200">'
    '<rect width="400" height="200" fill="#ddeeff"/></svg>\n'
)


def make_rows(changes=None, *, events=3, serious=0, origin="simulated"):
    """Make results as the notebooks do, with as many statistics as the sentences ask for.

    `changes` are, by outcome, (hl, low, high, p_value, p_min, n_nonzero, n_pairs, lower, equal,
    higher); None for an outcome without any pair.
    """
    names = (
        *("hl", "hl_low", "hl_high", "p_value", "p_min", "n_nonzero", "n_pairs"),
        *("n_decreased", "n_unchanged", "n_increased"),
    )
    usual = (-1.5, -2.5, -0.5, 0.03125, 0.015625, 7, 7, 6, 0, 1)
    rows = []
    context = Context("efficacy", "04_efficacy", origin, "full_analysis")
    for outcome in STUDY.outcomes:
        values = (changes or {}).get(outcome.name, usual)
        if values is None:
            rows.append(ResultWriter(context, outcome.name, n=0).row("n_pairs", 0, "0"))
            rows.append(ResultWriter(context, outcome.name, n=0).row("hl", None, "not estimable"))
            continue
        for name, value in zip(names, values, strict=True):
            text = "not attainable" if value is None else f"{value:g}".replace("-", "−")
            method = ""
            if name in ("hl_low", "hl_high", "p_value"):
                method = name_method(values[5 if name == "p_value" else 6], name)
            writer = ResultWriter(context, outcome.name, n=values[6])
            rows.append(writer.row(name, value, text, method=method))
        attained = None if values[1] is None else 0.953
        level = ResultWriter(context, outcome.name).row("hl_level", attained, "at least 95.3\xa0%")
        rows.append(level)
        rows.append(ResultWriter(context, outcome.name).row("max_t_p", 0.06, "0.060"))
        mean = (values[0], f"{values[0]}")
        rows.append(ResultWriter(context, outcome.name).row("mean_change", *mean))
    flow = Context("flow", "03_describe", origin)
    stages = ("screened", "consented", "enrolled")
    stages += ("procedure_safety", "full_analysis", "per_protocol")
    rows += [ResultWriter(flow, stage, n=7).row("n", 7, "7") for stage in stages]
    for name in ("n_due", "n_attended", "n_in_window"):
        rows.append(ResultWriter(flow, "week_12", n=7).row(name, 7, "7"))
    exposure = Context("exposure", "03_describe", origin)
    rows.append(ResultWriter(exposure, "out_of_specification", n=7).row("n", 1, "1"))
    for name, state in (("viability_test", "unknown"), ("volumes_test", "contradicted")):
        rows.append(ResultWriter(exposure, name, qualifier=state, n=7).row("n", 0, "0"))
    baseline = Context("baseline", "03_describe", origin)
    rows.append(ResultWriter(baseline, "treated_hands", qualifier="both", n=7).row("n", 7, "7"))
    safety = Context("safety", "06_safety", origin, "procedure_safety")
    related = [f"serious_related_{name}" for name in ("liposuction", "injection", "product")]
    counts = {"any": events, "serious": serious, "grade_3_or_more": serious, "deaths": 0}
    for name, count in (counts | dict.fromkeys(related, serious)).items():
        for statistic, text in (
            ("n", f"{min(count, 7)}"),
            ("events", f"{count}"),
            ("participants", f"{min(count, 7)} of 7"),
            ("share_high", "41\xa0%"),
        ):
            value = 0.41 if statistic == "share_high" else count
            rows.append(ResultWriter(safety, name, n=7).row(statistic, value, text))
    reactions = ResultWriter(safety, "local_reaction", qualifier="overall", n=7)
    rows += [reactions.row(name, 1, "1 of 7 (14\xa0%)") for name in ("any", "severe")]
    for visit in ("baseline", "week_4", "week_12"):
        options = {"qualifier": visit, "n": 7}
        for name in ("n_active", "n_new", "n_healed", "participants_new", "participants_healed"):
            rows.append(ResultWriter(safety, "digital_ulcers", **options).row(name, 2, "2"))
    return collect_results([pd.DataFrame(rows)])


def make_provenance(origin="simulated", checksums="verified"):
    return Provenance(
        description="A small export",
        exported_on="2031-05-01",
        exported_by="nobody",
        simulated=origin == "simulated",
        checksums=checksums,
    )


def read_sentences(results, *, study=STUDY, checksums="verified"):
    provenance = make_provenance(results["data_origin"].iloc[0], checksums)
    facts = collect_facts(results, study, provenance)
    return {template.name: render_template(template, facts) for template in TEMPLATES}


def make_png():
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\x00\xdd\xee\xff"))
        + chunk(b"IEND", b"")
    )


def write_inputs(root, results, *, simulated=True, cell="quiet", alt="A quiet figure."):
    """Write results, provenance and every figure and table that the sources name."""
    outputs = paths.Outputs(root)
    write_table(results, "results", outputs.processed)
    provenance = make_provenance("simulated" if simulated else "real")
    write_provenance(provenance, outputs.processed)
    words = "".join(path.read_text("utf-8") for path in sorted(paths.REPORT_FOLDER.rglob("*.qmd")))
    table = Table(
        columns=("Row", "Printed"),
        rows=(
            ("A group",),
            ("The estimate", Cell("−1.5", "efficacy.hand_mrss.hl")),
            ("Another group",),
            (cell, cell),
        ),
        notes=("A note under the table.",),
    )
    names = set(re.findall(r"^::: \{#tbl-([\w-]+)\}", words, re.M)) - {"trend", "consort-harms"}
    tables = outputs.generated / "tables"
    tables.mkdir(parents=True)
    for name in (name.replace("-", "_") for name in names):
        (tables / f"{name}.html").write_text(table.to_html(), encoding="utf-8")
    figures = outputs.generated / "figures"
    figures.mkdir(parents=True)
    mark = provenance.mark and f"{provenance.mark} data. "
    for name in set(re.findall(r"_generated/figures/(\w+)\)", words)):
        (figures / f"{name}.svg").write_text(SVG, "utf-8")
        (figures / f"{name}.png").write_bytes(make_png())
        (figures / f"{name}.txt").write_text(f"{mark}{alt}\n", "utf-8")
    return outputs


def render(outputs, folder, **options):
    folder.mkdir(parents=True)
    paths_written = build_report(outputs, renderer="builtin", folder=folder, **options)
    assert paths_written[-1] == folder / "index.html"
    documents = {suffix: folder / f"index.{suffix}" for suffix in FORMATS}
    more = {f"supplement.{suffix}": folder / f"supplement.{suffix}" for suffix in FORMATS}
    return documents | more | {"results": folder / "results.html"}
