"""A person who does, word by word, what a document says."""

import re

from extracted import tidy
from programs import call

from analysis.paths import ROOT, Outputs

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def read_sections(document, heading):
    """Return the sections below a heading: by title, blocks as pairs of language and text."""
    text = (ROOT / document).read_text(encoding="utf-8")
    part = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    titles = (section.partition("\n") for section in part.split("\n### ")[1:])
    return {title: BLOCK.findall(section) for title, _, section in titles if "```" in section}


class Newcomer:
    def __init__(self, trial, sections):
        self.root, self.sections = trial.root, sections
        self._shell = trial.shell()

    def do(self, title):
        """Do what a section says; what it says is seen has to be seen. Return all that is seen."""
        act = {
            "diff": self._edit,
            "yaml": self._add_outcome,
            "sh": lambda text: self._run("sh", "-ec", text),
            # In a folder that knows nothing of the repository.
            "python": lambda text: self._run(
                self.root / ".venv/bin/python", "-c", text, cwd=self.root.parent
            ),
            "text": lambda text: "",
        }
        seen = "".join([act[language](text) for language, text in self.sections[title]])
        for language, text in self.sections[title]:
            if language == "text":
                for line in text.splitlines():
                    assert tidy(line) in tidy(seen), line
        return seen

    def processed(self, out="."):
        return Outputs(self.root / out).processed

    def _run(self, *words, cwd=None):
        done = call(*words, cwd=cwd or self.root, env=self._shell, timeout=600)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def _edit(self, diff):
        file, *lines = diff.splitlines()
        path = self.root / file.removeprefix("--- ")
        before, after = (
            "".join(f"{line[1:]}\n" for line in lines if line[0] == sign) for sign in "-+"
        )
        text = path.read_text(encoding="utf-8")
        assert text.count(before) == 1
        path.write_text(text.replace(before, after), encoding="utf-8")
        return ""

    def _add_outcome(self, entry):
        path = self.root / "study.yml"
        text = path.read_text(encoding="utf-8")
        begin = text.index("\noutcomes:\n") + 11
        end = re.compile(r"^\S", re.MULTILINE).search(text, begin).start()
        path.write_text(f"{text[:end]}{entry}\n{text[end:]}", encoding="utf-8")
        return ""
