"""Pages are published only without a dead link, and marked as simulated."""

from check_pages import check_pages

PAGE = '<p id="top">Simulated data.</p>'


def write_pages(folder, **pages):
    for name, text in pages.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return check_pages(folder)


def test_links_to_pages_places_files_and_other_sites_are_right(tmp_path):
    (tmp_path / "a b.pdf").touch()
    links = ("other.html#top", "#top", "a%20b.pdf", "https://example.org/x", "data:image/png,")
    index = PAGE + "".join(f'<a href="{link}"></a>' for link in links)
    assert write_pages(tmp_path, index=index, other=PAGE) == []


def test_a_link_to_a_missing_file_or_place_or_out_of_the_folder_is_named(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "data.csv").touch()
    links = ("gone.html", "other.html#gone", "#gone", "../data.csv")
    index = PAGE + "".join(f'<img src="{link}">' for link in links)
    found = write_pages(tmp_path / "site", index=index, other=PAGE)
    assert found == sorted(f"index.html: {link} leads nowhere" for link in links)


def test_a_page_without_the_mark_and_a_folder_without_pages_are_named(tmp_path):
    assert check_pages(tmp_path) == ["there are no pages"]
    assert write_pages(tmp_path, index="<p>Results") == [
        "index.html does not say that the data are simulated"
    ]
