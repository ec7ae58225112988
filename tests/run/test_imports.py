"""What a piece of code can reach is found without running it."""

import pytest

from analysis.run.imports import reach_files


@pytest.fixture
def package(tmp_path):
    files = {
        "__init__.py": "",
        "datapackage.json": "{}",
        "a.py": "def f():\n    from analysis.b import g\n",
        "b.py": "import analysis.c.d as d\n",
        "c/__init__.py": "",
        "c/d.py": "LAZY = 'analysis.lazy'\n",
        "c/words.csv": "",
        "c/shapes/one.svg": "",
        "lazy.py": "from . import near\n",
        "near.py": "",
        "apart.py": "from analysis import a\n",
        "broken.py": "def (",
        "demo/__init__.py": "",
        "demo/forms.csv": "",
    }
    for name, text in files.items():
        path = tmp_path / "analysis" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def reached(package, *code):
    files = reach_files(code=code, root=package)
    return {path.relative_to(package / "analysis").as_posix() for path in files}


def test_imports_inside_functions_and_of_imported_modules_count(package):
    names = reached(package, "from analysis.a import f")
    assert {"a.py", "b.py", "c/__init__.py", "c/d.py", "__init__.py"} <= names


def test_a_module_named_in_a_text_or_relatively_counts(package):
    assert {"lazy.py", "near.py"} <= reached(package, "import analysis.c.d")


def test_data_files_beside_a_module_count_and_others_do_not(package):
    names = reached(package, "import analysis.c.d")
    assert {"datapackage.json", "c/words.csv", "c/shapes/one.svg"} <= names
    assert not names & {"demo/forms.csv", "apart.py"}


def test_a_function_imported_from_a_package_is_no_module(package):
    assert reached(package, "from analysis.c import nothing_of_that_name") == {
        "__init__.py",
        "datapackage.json",
        "c/__init__.py",
        "c/words.csv",
        "c/shapes/one.svg",
    }


def test_broken_code_reaches_itself_and_runs_into_its_error_later(package):
    assert "broken.py" in reached(package, "import analysis.broken")
    assert reached(package, "import analysis.a (") == set()
