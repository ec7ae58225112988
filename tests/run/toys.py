"""Notebooks that take no time."""

from nbformat import v4

RESULT_COLUMNS = (
    "result_id,analysis,population,outcome,variant,visit,group,statistic,value,text,unit,n,"
    "method,warning,notebook,data_origin"
)
CLEAN = """
folder = resolve_path(outputs)
text = (resolve_path(raw) / "export.csv").read_text(encoding="utf-8")
if "broken" in text:
    raise DataError("a code outside its choices", file="export.csv", field="mrss_hand")
for table in ("participants", "visits", "items", "adverse_events", "procedures", "medications",
              "disposition", "intercurrent_events"):
    (folder / f"{table}.csv").write_text(table + "\\n" + text.lower(), encoding="utf-8")
(folder / "provenance.json").write_text("{}\\n", encoding="utf-8")
"""
SCORE = """
items = (resolve_path(inputs) / "items.csv").read_text(encoding="utf-8")
for table in ("scores", "pairs"):
    (resolve_path(outputs) / f"{table}.csv").write_text(items, encoding="utf-8")
"""
ANALYSE = """
pairs = len(list(resolve_path(inputs).glob("*.csv")))
(resolve_path(outputs) / "results").mkdir()
row = f"NAME.toy.n,NAME,,toy,,{followup_visit},,n,{pairs},{pairs},,,,,NOTEBOOK,simulated"
(resolve_path(outputs) / "results" / "NOTEBOOK.csv").write_text(COLUMNS + "\\n" + row + "\\n")
(resolve_path(outputs) / "figures").mkdir()
(resolve_path(outputs) / "figures" / "NOTEBOOK.txt").write_text(followup_visit)
print(resolve_path(outputs))
"""


IMPORTS = "from analysis.errors import DataError\nfrom analysis.paths import resolve_path"


def make_notebook(parameters, code):
    return v4.new_notebook(
        cells=[
            v4.new_markdown_cell("# Toy", id="title"),
            v4.new_code_cell(parameters, id="parameters", metadata={"tags": ["parameters"]}),
            v4.new_code_cell(IMPORTS, id="imports"),
            v4.new_code_cell(code.strip(), id="work"),
        ],
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
    )
