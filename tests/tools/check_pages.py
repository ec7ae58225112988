"""Check pages for publication: no dead links, and each page is marked as simulated."""

from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit


class _Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.places, self.links = {""}, set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.places.add(found.get("id") or "")
        self.links |= {found[name] for name in ("href", "src") if found.get(name)}


def check_pages(folder):
    """Return what is wrong with the pages below a folder, as phrases, sorted.

    A link has to lead to a file in the folder, and to an anchor in that file; links to other
    sites are not tried. Each page has to state that its data are simulated.
    """
    folder = folder.resolve()
    texts = {page: page.read_text(encoding="utf-8") for page in folder.rglob("*.html")}
    pages = {path: _Page(text) for path, text in texts.items()}
    wrong = {
        f"{path.relative_to(folder)}: {link} leads nowhere"
        for path, page in pages.items()
        for link in page.links
        if not _leads(link, path, pages, folder)
    }
    wrong |= {
        f"{path.relative_to(folder)} does not say that the data are simulated"
        for path, text in texts.items()
        if "simulated" not in text.lower()
    }
    return sorted(wrong) if pages else ["there are no pages"]


def _leads(link, path, pages, folder):
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return True
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not target.is_relative_to(folder) or not target.is_file():
        return False
    return target not in pages or unquote(parts.fragment) in pages[target].places
