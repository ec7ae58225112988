"""Find which files of `analysis` a piece of code can reach, without running it."""

import ast
import hashlib

from analysis import paths
from analysis.run.state import read_state, write_state

PACKAGE = "analysis"
# A module that goes through its package with this reaches every module there.
FINDER = "iter_modules"
ALL = "*"
# What a text imports, by the hash of the text: parsing takes longer than all else in a refresh.
_remembered = {}
_used = {}


def recall_imports(path):
    """Take over what another process has parsed; a file that cannot be read is no loss."""
    _remembered.update(read_state(path) or {})


def keep_imports(path):
    """Leave what this process has used to the next one."""
    if _used != _remembered:
        write_state(path, _used)


def reach_files(*, modules=(), code=(), root=paths.ROOT):
    """Return every file of the package that modules or code can come to use.

    Parameters
    ----------
    modules : iterable of str
        Dotted names.
    code : iterable of str
        Python code, as of a notebook's cells.
    root : pathlib.Path
        The folder that holds the package.

    Returns
    -------
    list of pathlib.Path
        The modules imported anywhere in the code, inside functions too, and by those
        modules in turn; and the files beside them that are no modules, since a module
        may read any of them. Sorted.
    """
    waiting = {prefix for name in modules for prefix in _prefixes(name)}
    waiting |= {name for text in code for name in _imported(text, "")}
    reached = {}
    while waiting:
        name = waiting.pop()
        if name.endswith(f".{ALL}"):
            waiting |= _list_modules(name, root)
            continue
        path = None if name in reached else _locate(name, root)
        if path is None:
            continue
        reached[name] = path
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        waiting |= _imported(path.read_text(encoding="utf-8"), package)
    folders = {path.parent for path in reached.values()}
    return sorted({*reached.values(), *(file for each in folders for file in _data_files(each))})


def _locate(name, root):
    path = root.joinpath(*name.split("."))
    for candidate in (path / "__init__.py", path.with_suffix(".py")):
        if candidate.is_file():
            return candidate
    return None


def _list_modules(name, root):
    package = name.removesuffix(f".{ALL}")
    return {f"{package}.{path.stem}" for path in root.joinpath(*package.split(".")).glob("*.py")}


def _prefixes(name):
    parts = name.split(".")
    return {".".join(parts[: count + 1]) for count in range(len(parts))}


def _imported(code, package):
    """Return the dotted names that the code mentions in an import, parsed or remembered."""
    key = hashlib.sha256(f"{FINDER}\n{package}\n{code}".encode()).hexdigest()
    if key not in _used:
        known = _remembered.get(key)
        _used[key] = sorted(_parse_imports(code, package)) if known is None else known
    return set(_used[key])


def _parse_imports(code, package):
    """Return the dotted names under the package that the code mentions in an import.

    A name that turns out to be a function is dropped when no file bears it. A text that
    is a dotted name counts too: lazy imports name their modules so.
    """
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return set()  # the code cannot run either, and says so then
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".")
                base = ".".join(parts[: len(parts) - node.level + 1] + base.split("."))
            names |= {f"{base}.{alias.name}".replace("..", ".") for alias in node.names}
        elif isinstance(node, ast.Attribute) and node.attr == FINDER:
            names.add(f"{package}.{ALL}")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names.add(node.value)
    return {
        prefix
        for name in names
        if name == PACKAGE or name.startswith(f"{PACKAGE}.")
        for prefix in _prefixes(name)
    }


def _data_files(folder):
    for path in folder.iterdir():
        if path.name.startswith((".", "__pycache__")):
            continue
        if path.is_dir():
            if not (path / "__init__.py").exists():
                yield from _data_files(path)
        elif path.suffix not in (".py", ".pyc"):
            yield path
