"""Prepare a Quarto project: resolve and check every key, and write what its documents need."""

import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from html import unescape
from pathlib import Path
from typing import Any

import yaml

from analysis import paths
from analysis.errors import DataError
from analysis.reporting import facts, lint, templates
from analysis.reporting.checklist import list_headings, print_checklist, read_checklist
from analysis.reporting.collect import collect_facts
from analysis.reporting.figure import find_hangul_fonts
from analysis.reporting.manuscript import (
    DOCUMENTS,
    SHORTCODE,
    Line,
    Manuscript,
    check_material,
    fill_lines,
    fill_variables,
    list_tables,
    read_manuscript,
)
from analysis.reporting.material import Material, list_notebooks
from analysis.reporting.pages import write_page_parts, write_typst_header
from analysis.reporting.places import ReportPlace, number_places, write_references
from analysis.reporting.template_checks import check_template, list_words
from analysis.reporting.values import (
    Value,
    constant_values,
    escape_markdown,
    result_values,
    set_apostrophes,
    study_values,
    write_variables,
)
from analysis.reporting.word import write_reference
from analysis.study import Study

PREPARED = "_prepared"
CHECKLISTS = {"trend": "trend.yml", "consort_harms": "harms.yml"}


def describe_document(material: Material, *, renderer: str) -> dict[str, str]:
    """Return what the documents say about themselves, by key."""
    planned = collect_facts(material.results, material.study, material.provenance).planned
    return facts.document_facts(
        material.study, material.provenance, renderer=renderer, planned=planned
    )


def collect_values(material: Material, about: Mapping[str, str]) -> dict[str, Value]:
    """Return everything that may be printed, by key; `about` is what `document_facts` returns."""
    return {
        **result_values(material.results),
        **study_values(material.study),
        **constant_values(about, "document"),
        **constant_values(facts.software_versions(), "software"),
    }


def choose_sentences(
    sentences: Iterable[templates.Template], material: Material
) -> dict[str, Value]:
    """Return every sentence by its key ``say.<name>``."""
    evidence = collect_facts(material.results, material.study, material.provenance)
    return {
        each.key: Value(templates.render_template(each, evidence), each.key, "sentence")
        for each in sentences
    }


def prepare_project(material: Material, folder: Path, *, renderer: str) -> dict[str, str]:
    """Check the text of the report, and write everything that it names into a project.

    Parameters
    ----------
    folder
        The project, with figures and tables in _generated; report/ itself or a copy of it.
    renderer
        Name and version of the renderer.

    Returns
    -------
    dict
        The filled-in text of each document, for the built-in renderer.

    Raises
    ------
    DataError
        Anything is wrong in the text, with file and line.
    """
    about = describe_document(material, renderer=renderer)
    values = collect_values(material, about)
    sentences = templates.read_templates(material.sources / templates.FOLDER)
    for sentence in sentences:
        check_template(sentence, {*values, *(each.key for each in sentences)})
    values |= choose_sentences(sentences, material)
    manuscripts = [read_manuscript(name, material.sources) for name in DOCUMENTS]
    places = number_places(manuscripts)
    checklists = _print_checklists(manuscripts)
    texts: dict[str, str] = {}
    variables: dict[str, str] = {}
    for manuscript in manuscripts:
        lint.check_prose(manuscript.lines)
        _check_claims(manuscript.lines, values)
        check_material(manuscript.body, tables=set(checklists), generated=material.generated)
        texts[manuscript.name] = (
            f"---\n{fill_lines(manuscript.front, values)}---\n\n"
            f"{fill_lines(manuscript.body, values)}"
        )
        variables |= fill_variables(manuscript.lines, values)
    words = [line for sentence in sentences for line in list_words(sentence)]
    printed = _check_texts(manuscripts, texts, words, checklists, material)
    prepared = folder / PREPARED
    (prepared / "tables").mkdir(parents=True)
    for name, table in checklists.items():
        (prepared / "tables" / f"{name}.md").write_text(table, encoding="utf-8")
    _write_variables(variables, folder, places)
    metadata = make_metadata(material, about, places)
    _write_yaml(metadata, folder / "_metadata.yml")
    write_page_parts(material, prepared, about, printed=printed)
    keywords = manuscripts[0].options["keywords"]
    write_typst_header(material, prepared, about, keywords=keywords)
    write_reference(prepared / "reference.docx")
    (prepared / "fonts").mkdir()
    for font in ("NanumGothic.ttf", "NanumGothicBold.ttf"):
        shutil.copy(find_hangul_fonts() / font, prepared / "fonts")
    return texts


def make_metadata(
    material: Material, about: Mapping[str, str], places: Mapping[str, ReportPlace]
) -> dict[str, Any]:
    """Return what both documents say about themselves, in Quarto's own fields where it has them."""
    authors = facts.document_authors(material.study, material.provenance)
    return {
        "title": escape_markdown(about["title"]),
        "subtitle": escape_markdown(f"Data exported on {about['exported_on']}"),
        "author": [
            {
                "name": escape_markdown(author.name),
                "affiliations": [{"name": escape_markdown(author.affiliation)}],
                **({"orcid": author.orcid} if author.orcid else {}),
                "roles": [escape_markdown(role) for role in author.roles],
            }
            for author in authors
        ],
        "lang": "en-GB",
        "mark": about["mark"],
        "description-meta": escape_markdown(about["mark_line"] or about["title"]),
        "renderer": about["renderer"],
        "labels": {
            name: {"document": place.document, "text": place.text} for name, place in places.items()
        },
        "notebooks": [
            {"title": name, "href": f"executed/{name}.html"} for name in list_notebooks(material)
        ],
    }


def _write_variables(
    variables: Mapping[str, str], folder: Path, places: Mapping[str, ReportPlace]
) -> None:
    texts = {key: write_references(text, places) for key, text in variables.items()}
    write_variables(texts, folder / "_variables.yml")
    words = folder / PREPARED / "words"
    words.mkdir()
    for key, text in texts.items():
        if "\n" in text:
            (words / f"{key}.md").write_text(text, encoding="utf-8")


def _print_checklists(manuscripts: Sequence[Manuscript]) -> dict[str, str]:
    article = list_headings(line.text for line in manuscripts[0].body)
    return {
        name: print_checklist(
            read_checklist(paths.REPORT_FOLDER / "checklists" / file),
            {f"index.html#{key}": words for key, words in article.items()},
            source=file,
        )
        for name, file in CHECKLISTS.items()
    }


def _check_texts(
    manuscripts: Sequence[Manuscript],
    texts: Mapping[str, str],
    choices: Sequence[Line],
    checklists: Mapping[str, str],
    material: Material,
) -> set[str]:
    """Check the filled-in documents against results, bibliography and the label of the data.

    Return the ids of the results that they print. References are checked in all `choices` of
    words, including those that were not chosen.
    """
    used = {name for manuscript in manuscripts for name in list_tables(manuscript.body)}
    tables = {
        name: (material.generated / "tables" / f"{name}.html").read_text(encoding="utf-8")
        for name in sorted(used - set(checklists))
    }
    everything = "\n".join([*texts.values(), *tables.values()])
    if material.provenance.simulated:
        _check_named_once(everything, material.study)
    printed = lint.list_printed(everything)
    lint.check_printed(printed, material.results)
    bibliography = (material.sources / "references.bib").read_text(encoding="utf-8")
    lines = [*(line for manuscript in manuscripts for line in manuscript.lines), *choices]
    words = "\n".join([*texts.values(), *checklists.values(), *(line.text for line in choices)])
    lint.check_references(lines, words, bibliography)
    return {key for key, _ in printed}


def _check_named_once(text: str, study: Study) -> None:
    """Check that hospital and registration are named exactly once, as simulated data require."""
    text = set_apostrophes(unescape(text.replace("\\", "")))
    for named in (study.study.registration.value, set_apostrophes(study.study.site.value)):
        pattern = rf"(?<!\w){re.escape(named)}(?!\w)"
        if len(re.findall(pattern, text)) != 1:
            raise DataError(
                f"simulated data have to be labelled: {named} has to be there exactly once, "
                "in the sentence about the design",
                hint="Take it out of the words, figures or tables",
            )


def _check_claims(lines: Iterable[Line], values: Mapping[str, Value]) -> None:
    """Check chosen sentences and constants for the words forbidden in typed prose."""
    for line in lines:
        for code in SHORTCODE.finditer(line.text):
            value = values.get(code[2])
            if code[1] == "var" and value and value.kind != "result":
                lint.check_claims(line, SHORTCODE.sub(" ", value.text))


def _write_yaml(content: object, path: Path) -> None:
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=10_000)
    path.write_text(text, encoding="utf-8")
