"""The key that only the holder of the real export has, and what is drawn with it."""

import hashlib
import hmac
import os
import secrets

from analysis.errors import DataError

_BYTES = 32
_LABEL = "de-identification key: "
_ADVICE = "Keep it with the real export, and show it to nobody: it undoes the de-identification."


class Key:
    """Draws that are the same for the same key, and that nobody can guess without it."""

    def __init__(self, key):
        self._key = key

    def number(self, what, below):
        """Return a whole number from 0 to below `below`."""
        return int.from_bytes(self._digest(what)) % below

    def shuffle(self, kind, names):
        """Return names in an order of the key's own."""
        return sorted(names, key=lambda name: self._digest(f"{kind}|{name}"))

    def _digest(self, what):
        return hmac.digest(self._key, what.encode("utf-8"), hashlib.sha256)


def open_key(path):
    """Read the key of an export, or make one that only its owner can read.

    Raises
    ------
    DataError
        The file is no such key.
    """
    if not path.exists():
        text = f"{_LABEL}{secrets.token_hex(_BYTES)}\n{_ADVICE}\n"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
    told = path.read_text(encoding="utf-8", errors="replace").partition("\n")[0]
    try:
        key = bytes.fromhex(told.removeprefix(_LABEL))
    except ValueError:
        key = b""
    if not told.startswith(_LABEL) or len(key) != _BYTES:
        raise DataError("this is no key of a de-identification", file=path, hint="Move it away")
    return Key(key)
