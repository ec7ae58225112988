"""Find instruments: a module of this package with an INSTRUMENT is one."""

import importlib
import pkgutil

from analysis import instruments
from analysis.errors import UsageError, suggest_name


def list_instruments():
    """Return every instrument, sorted by name; a new file is found by being there."""
    names = sorted(module.name for module in pkgutil.iter_modules(instruments.__path__))
    modules = [
        importlib.import_module(f"{instruments.__name__}.{name}")
        for name in names
        if not name.startswith("_")
    ]
    return [module.INSTRUMENT for module in modules if hasattr(module, "INSTRUMENT")]


def find_instrument(name):
    """Return the instrument of that name.

    Raises
    ------
    UsageError
        None bears it; the hint gives the nearest.
    """
    known = {instrument.name: instrument for instrument in list_instruments()}
    if name not in known:
        raise UsageError(
            f"{name!r} is no instrument of the library", hint=suggest_name(name, known)
        )
    return known[name]


def find_variant(instrument, name):
    """Return one scoring variant of an instrument.

    Raises
    ------
    UsageError
        The instrument has no such variant.
    """
    for variant in instrument.variants:
        if variant.name == name:
            return variant
    known = ", ".join(variant.name for variant in instrument.variants)
    raise UsageError(f"{instrument.name} has no variant {name!r}", hint=f"Known: {known}")
