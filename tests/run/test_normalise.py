"""An executed copy tells of the work, not of the machine."""

from analysis.run.normalise import normalise_notebook

SOURCE = {"metadata": {"kernelspec": {"name": "python3"}, "language_info": {"name": "python"}}}


def make_copy(outputs, *, tags=(), source="", ident="1a2b3c4d"):
    cell = {
        "cell_type": "code",
        "id": ident,
        "metadata": {
            "tags": list(tags),
            "papermill": {"duration": 0.3, "start_time": "2026-01-01T00:00:00"},
            "execution": {"iopub.status.busy": "2026-01-01T00:00:00"},
        },
        "execution_count": 1,
        "source": source,
        "outputs": outputs,
    }
    metadata = {"papermill": {"input_path": "/home/me/x.ipynb"}, "language_info": {"version": "3"}}
    return {"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def stream(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def normalise(copy, parameters=None, names=None):
    return normalise_notebook(copy, SOURCE, parameters=parameters or {}, names=names or {})


def outputs_of(*outputs, names=None):
    return normalise(make_copy(list(outputs)), names=names)["cells"][0]["outputs"]


def test_times_versions_and_what_only_this_machine_warns_of_go():
    copy = normalise(make_copy([]))
    assert copy["metadata"] == SOURCE["metadata"]
    assert copy["cells"][0]["metadata"] == {}
    text = "Matplotlib is building the font cache; this may take a moment.\n"
    assert outputs_of(stream(text, "stderr")) == []


def test_the_longest_path_is_named_first():
    names = {"/home/me/": "", "/home/me/.run/stage/x/outputs": "data/processed"}
    text = "/home/me/.run/stage/x/outputs/pairs.csv, /home/me/study.yml\n"
    (output,) = outputs_of(stream(text), names=names)
    assert output["text"] == "data/processed/pairs.csv, study.yml\n"


def test_streams_are_joined_however_they_were_cut():
    cut = outputs_of(stream("a"), stream("w", "stderr"), stream(["b\n", "c"]))
    assert cut == outputs_of(stream("w", "stderr"), stream("ab\nc"))
    assert [output["text"] for output in cut] == ["ab\nc", "w"]


def test_addresses_and_random_names_become_stable():
    data = {
        "text/plain": "<Styler at 0x7f31c2a4b0d0>",
        "text/html": '<style>#T_a1b2c_row0</style><table id="T_a1b2c">',
    }
    (output,) = outputs_of({"output_type": "execute_result", "metadata": {}, "data": data})
    assert output["data"]["text/plain"] == "<Styler at 0x0>"
    assert output["data"]["text/html"] == ('<style>#table_1_row0</style><table id="table_1">')


def test_injected_parameters_are_shown_as_a_person_would_write_them():
    copy = make_copy([], tags=["injected-parameters"], source='inputs = "/tmp/x"')
    cell = normalise(copy, {"inputs": "data/processed", "days": 7})["cells"][0]
    assert cell["id"] == "injected-parameters"
    assert cell["source"] == '# Parameters\ninputs = "data/processed"\ndays = 7'
