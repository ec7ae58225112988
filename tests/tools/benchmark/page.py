"""The figures of a benchmark as a page, and both forms on record."""

import json

NAMES = {
    "notebooks_cold": "all notebooks from nothing",
    "plain_process": "the same work in one plain Python process",
    "one_papermill_each": "one papermill command for each notebook, all imports at its top",
    "one_figure_changed": "one figure's function changed",
    "nothing_to_do": "nothing to do",
    "report_rendered": "the report, from finished notebooks",
}
AIMS = {
    "faster_than_papermill": ("one papermill command each / all notebooks", "at least 2.5"),
    "slower_than_plain": ("all notebooks / plain process", "at most 1.5"),
    "figure_share": ("one figure changed / all notebooks", "under a third"),
}


def format_page(figures):
    """Return the figures as a Markdown page.

    Parameters
    ----------
    figures : dict
        As `benchmark.rounds.measure_run` returns them.
    """
    lines = [
        "# How long an analyst waits",
        "",
        f"Measured by `make benchmark` in one run on {figures['cores']} cores: each piece of work "
        f"{figures['rounds']} times, in turn with the others; medians of wall seconds, the least "
        "and the most, and processor seconds.",
        "",
        "| work | seconds | least | most | processor seconds |",
        "| --- | ---: | ---: | ---: | ---: |",
        *(
            f"| {name} | {figures['seconds'][key]:.1f} | {figures['least'][key]:.1f} "
            f"| {figures['most'][key]:.1f} | {figures['cpu_seconds'][key]:.1f} |"
            for key, name in NAMES.items()
        ),
        "",
        "| ratio, the median of the rounds | value | aim |",
        "| --- | ---: | --- |",
        *(
            f"| {name} | {figures['ratios'][key]:.3f} | {aim} |"
            for key, (name, aim) in AIMS.items()
        ),
        "",
        "| participants | cleaning, s | scoring, s | most memory, MB |",
        "| ---: | ---: | ---: | ---: |",
        *(
            f"| {int(count):,} | {each['clean_s']:.1f} | {each['score_s']:.1f} "
            f"| {each['peak_mb']:.0f} |".replace(",", "\u202f")
            for count, each in figures["growth"].items()
        ),
    ]
    return "\n".join(lines) + "\n"


def write_figures(figures, folder):
    """Write benchmark.json and benchmark.md into a folder, and return the path of the page."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(figures, indent=1) + "\n"
    (folder / "benchmark.json").write_text(text, encoding="utf-8")
    page = folder / "benchmark.md"
    page.write_text(format_page(figures), encoding="utf-8")
    return page
