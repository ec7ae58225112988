"""Write the figures of a benchmark as JSON and as a page."""

import json

NAMES = {
    "notebooks_cold": "all notebooks from nothing",
    "plain_process": "the same work in one plain Python process",
    "papermill_in_sequence": "one papermill command for each notebook as it stands, in sequence",
    "papermill_two_at_a_time": "the same, two at a time",
    "one_figure_changed": "one figure's function changed",
    "nothing_to_do": "nothing to do",
    "report_rendered": "the report, from finished notebooks",
}
AT_LEAST, AT_MOST = "at least", "at most"
# The limits that have to be met, by the name of the figure.
FLOORS = {
    "faster_than_sequence": ("papermill in sequence / all notebooks", AT_LEAST, 2.0),
    "faster_than_two": ("papermill two at a time / all notebooks", AT_LEAST, 1.4),
    "slower_than_plain": ("all notebooks / plain process", AT_MOST, 1.3),
    "figure_share": ("one figure changed / all notebooks", AT_MOST, 0.333),
    "nothing_to_do": ("nothing to do, in seconds", AT_MOST, 0.5),
    "report_growth": ("report of 1\u202f000 participants / report of 7", AT_MOST, 10.0),
    "report_memory": ("most memory of the report of 1\u202f000, in GB", AT_MOST, 3.0),
}


def find_broken_floors(figures):
    """Return a sentence for each limit of FLOORS that is not met."""
    return [
        f"{name}: {figures['compared'][key]:.3f}, which has to be {bound} {limit}"
        for key, (name, bound, limit) in FLOORS.items()
        if (figures["compared"][key] < limit) == (bound == AT_LEAST)
        and figures["compared"][key] != limit
    ]


def format_page(figures):
    """Return the figures of `measure_run` as a Markdown page."""
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
        "| compared, the median of the rounds | value | has to be |",
        "| --- | ---: | --- |",
        *(
            f"| {name} | {figures['compared'][key]:.3f} | {bound} {limit} |"
            for key, (name, bound, limit) in FLOORS.items()
        ),
        "",
        *(f"**{broken}.**" for broken in find_broken_floors(figures) or ["Every floor holds"]),
        "",
        "| participants | cleaning, s | scoring, s | most memory, MB |",
        "| ---: | ---: | ---: | ---: |",
        *(
            f"| {int(count):,} | {each['clean_s']:.1f} | {each['score_s']:.1f} "
            f"| {each['peak_mb']:.0f} |".replace(",", "\u202f")
            for count, each in figures["growth"].items()
        ),
        "",
        "| participants | report from nothing, s | most memory of all its processes, GB |",
        "| ---: | ---: | ---: |",
        *(
            f"| {int(count):,} | {each['report_s']:.1f} | {each['peak_gb']:.2f} |".replace(
                ",", "\u202f"
            )
            for count, each in figures["reports"].items()
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
