"""Keep finished blocks in a file, so that an interrupted run goes on where it stopped."""

import hashlib
import json
from pathlib import Path


class Checkpoint:
    """Counts of finished blocks, one JSON line each.

    The file bears a hash of the seed, the size of the blocks and the code of this package:
    blocks of another version are never taken for these.

    Parameters
    ----------
    folder : pathlib.Path
    seed, block_trials : int
    """

    def __init__(self, folder, *, seed, block_trials):
        code = b"".join(p.read_bytes() for p in sorted(Path(__file__).parent.glob("*.py")))
        key = hashlib.sha256(f"{seed} {block_trials} ".encode() + code).hexdigest()[:16]
        self.path = folder / f"operating_characteristics_{key}.jsonl"
        self._counts = dict(self._read())

    def get(self, scenario, block):
        """Return the counts of a finished block, or None."""
        return self._counts.get((scenario, block))

    def add(self, scenario, block, counts):
        """Keep the counts of one block at once."""
        self._counts[scenario, block] = counts
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps([scenario, block, counts]) + "\n")

    def remove(self):
        """Delete the file: the run is complete."""
        self.path.unlink(missing_ok=True)

    def _read(self):
        if not self.path.exists():
            return
        for line in self.path.read_text(encoding="utf-8").splitlines():
            try:
                scenario, block, counts = json.loads(line)
            except ValueError:
                # The last line of a run that was killed while writing.
                continue
            yield (scenario, block), counts
