"""Lay out a Quarto project in which every key is filled in, for whichever renderer."""

import json
import re
import shutil
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import yaml

from analysis import paths
from analysis.errors import DataError
from analysis.reporting import facts, lint
from analysis.reporting.appendix import (
    check_printed,
    describe_run_time,
    list_printed,
    make_origins,
    make_record_table,
    make_remarks_table,
)
from analysis.reporting.figure import find_hangul_fonts
from analysis.reporting.manuscript import SHORTCODE, Line, fill_lines, fill_text, read_lines
from analysis.reporting.pages import write_page_parts, write_typst_header
from analysis.reporting.sentences import choose_sentences
from analysis.reporting.table import write_html_table
from analysis.reporting.values import (
    constant_values,
    result_values,
    set_apostrophes,
    study_values,
    write_variables,
)

VARIABLES = "_variables.yml"
# These show raw values and dates of single people, which coarsened listings do not.
MONITORING = ("01_clean",)


@dataclass(frozen=True)
class Material:
    """What the report is made from.

    Parameters
    ----------
    results : pandas.DataFrame
        results.csv.
    study : analysis.study.Study
    provenance : analysis.provenance.Provenance
    generated : pathlib.Path
        The folder with figures/ and tables/.
    notebooks : pathlib.Path
        The executed copies.
    sources : pathlib.Path
        report/, the words.
    """

    results: object
    study: object
    provenance: object
    generated: Path
    notebooks: Path
    sources: Path = paths.REPORT


def collect_values(material: Material, told: dict[str, str]):
    """Return everything that may be printed, by key.

    It takes `told` as `analysis.reporting.facts.document_facts` returns it.
    """
    constants = study_values(material.study)
    if material.provenance.simulated:
        for key in facts.IDENTIFYING:
            constants.pop(key)
    return {
        **result_values(material.results),
        **constants,
        **constant_values(told.items(), "document"),
        **constant_values(facts.software_versions().items(), "software"),
        **choose_sentences(material.results, material.study),
        **constant_values([("run_time", describe_run_time(_read_measured(material)))], "record"),
    }


def stage_project(material, folder, *, renderer) -> dict:
    """Write the project with the filled-in article, its figures, styles and notebooks.

    Returns
    -------
    dict
        The article's metadata, as it stands in its front matter.

    Raises
    ------
    DataError
        Whatever is wrong with the words, with file and line.
    """
    told = facts.document_facts(material.study, material.provenance, renderer=renderer)
    values = collect_values(material, told)
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    write_variables(values, folder / VARIABLES)
    lines = read_lines(material.sources / "index.qmd", material.sources)
    appendix = read_lines(material.sources / "parts" / "_appendix.qmd", material.sources)
    lint.check_prose(lines + appendix)
    _check_claims(lines + appendix, values)
    front, body = split_front_matter(lines)
    header = _fill_front_matter(front, values, material, told)
    options = {"values": values, "mark": told["mark"]}
    text = fill_lines(body, generated=material.generated, **options)
    if material.provenance.simulated:
        _check_named_once(f"{header['abstract']}\n{text}", material.study)
    printed = list_printed(f"{header['abstract']}\n{text}")
    check_printed(printed, material.results)
    write_html_table(make_origins(printed), "origins", folder / "own")
    write_html_table(make_remarks_table(material.results), "remarks", folder / "own")
    write_html_table(make_record_table(_read_pages(material)), "record", folder / "own")
    text += fill_lines(appendix, generated=folder / "own", **options)
    bibliography = (material.sources / "references.bib").read_text(encoding="utf-8")
    lint.check_references(lines + appendix, f"{header['abstract']}\n{text}", bibliography)
    front_matter = yaml.safe_dump(header, allow_unicode=True, sort_keys=False, width=10_000)
    (folder / "index.qmd").write_text(f"---\n{front_matter}---\n\n{text}", encoding="utf-8")
    _copy_inputs(material, folder)
    write_page_parts(material, folder, told)
    write_typst_header(material, folder, header)
    return header


def _read_pages(material):
    folder = material.sources / "record"
    return {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}


def _read_measured(material):
    path = material.sources / "record" / "benchmark.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def split_front_matter(lines):
    """Return the lines of the YAML front matter, and those after it.

    Raises
    ------
    DataError
        The article has none.
    """
    fences = [index for index, line in enumerate(lines) if line.text == "---"][:2]
    if len(fences) < 2 or fences[0] != 0:
        raise DataError("the article begins with its front matter", file="report/index.qmd")
    return lines[1 : fences[1]], lines[fences[1] + 1 :]


def _check_named_once(text, study):
    """While the data are simulated one sentence names hospital and registration, nothing else."""
    text = set_apostrophes(unescape(text.replace("\\", "")))
    for named in (study.study.registration.value, set_apostrophes(study.study.site.value)):
        pattern = rf"(?<!\w){re.escape(named)}(?!\w)"
        if len(re.findall(pattern, text)) != 1:
            raise DataError(
                f"simulated data are not labelled as the design asks: {named} stands elsewhere "
                "than in the one sentence about the design",
                hint="Take it out of the words, figures or tables",
            )


def _fill_front_matter(lines, values, material, told):
    """Read the front matter and fill its texts: the abstract as Markdown, all else as text."""
    for line in lines:
        fill_text(line, values)
    place = lines[0]
    given = yaml.safe_load("\n".join(line.text for line in lines))
    filled = {
        name: fill_text(Line(text, place.file, place.number), values, plain=name != "abstract")
        for name, text in given.items()
    }
    authors = facts.document_authors(material.study, material.provenance)
    keywords = [word.strip() for word in filled.pop("keywords").split(",")]
    return {
        **filled,
        "pagetitle": filled["title"],
        "author": [
            {
                "name": author.name,
                "affiliation": author.affiliation,
                **({"orcid": author.orcid} if author.orcid else {}),
                "roles": list(author.roles),
            }
            for author in authors
        ],
        "subtitle": f"Data exported on {told['exported_on']}",
        "keywords": [*([told["mark"]] if told["mark"] else []), *keywords],
        "description-meta": told["mark_line"] or filled["title"],
        "mark-line": told["mark_line"],
        "running-title": told["running_title"],
        "renderer": told["renderer"],
        "rendered-by": f"Rendered by {told['renderer']}",
        "lang": "en-GB",
        "engine": "markdown",
    }


def _check_claims(lines, values):
    """Hold chosen sentences and constants to the same words as the typed prose."""
    for line in lines:
        for code in SHORTCODE.finditer(line.text):
            value = values.get(code[2])
            if code[1] == "var" and value and value.kind != "result":
                lint.check_claims(line, SHORTCODE.sub(" ", value.text))


def _copy_inputs(material, folder):
    sources = material.sources
    shutil.copytree(sources / "style", folder / "style")
    shutil.copy(sources / "references.bib", folder)
    shutil.copytree(material.generated / "figures", folder / "figures")
    (folder / "fonts").mkdir()
    for font in ("NanumGothic.ttf", "NanumGothicBold.ttf"):
        shutil.copy(find_hangul_fonts() / font, folder / "fonts")
    config = yaml.safe_load((sources / "_quarto.yml").read_text(encoding="utf-8"))
    shown = []
    coarse = material.study.publication.coarsen_listings.value and not material.provenance.simulated
    for entry in config["manuscript"]["notebooks"]:
        copy = material.notebooks / Path(entry["notebook"]).name
        if copy.exists() and not (coarse and copy.stem in MONITORING):
            (folder / "notebooks").mkdir(exist_ok=True)
            shutil.copy(copy, folder / "notebooks")
            shown.append(entry)
    config["manuscript"]["notebooks"] = shown
    text = yaml.safe_dump(config, allow_unicode=True, sort_keys=False)
    (folder / "_quarto.yml").write_text(text, encoding="utf-8")
