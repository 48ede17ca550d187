import io
import json
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from smartshop.kernel import assets
from smartshop.kernel.config import ROOT
from smartshop.web import assets as tags
from tests.requirements import missing

STATIC = ROOT / "static"


def _archive(folder: Path, files: dict[str, bytes]) -> Path:
    path = folder / "thing-1.0.0.tgz"
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A static folder that pins one package, its archive beside it."""
    static = tmp_path / "static"
    static.mkdir()
    archive = _archive(tmp_path, {"a.css": b"a{}", "b.js": b"b()"})
    files = [
        {
            "path": name,
            "bytes": len(content),
            "integrity": assets.checksum("sha384", content),
            "url": f"https://cdn.example/{name}",
        }
        for name, content in (("a.css", b"a{}"), ("b.js", b"b()"))
    ]
    package = {"name": "thing", "version": "1.0.0", "license": "MIT", "development": False}
    package |= {"integrity": assets.checksum("sha512", archive.read_bytes())}
    manifest = {"packages": [package | {"files": files}], "sets": {"page": ["thing/a.css", "thing/b.js"]}}
    (static / assets.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return static


def _from(archive: Path) -> assets.Fetch:
    return lambda _package, _folder: archive


def _tags(static: Path) -> str:
    app = Flask("tags", static_folder=str(static))
    tags.install(app)
    with app.test_request_context():
        return app.jinja_env.from_string("{{ asset_tags('page') }}").render()


def test_pages_take_the_cdn_with_a_checksum_until_the_files_are_pulled(static: Path, tmp_path: Path) -> None:
    before = _tags(static)
    assert before.count("https://cdn.example/") == 2
    assert before.count('integrity="sha384-') == 2

    pulled = list(assets.pull(static, fetch=_from(tmp_path / "thing-1.0.0.tgz")))

    assert [(package.name, size) for package, size in pulled] == [("thing", 6)]
    after = _tags(static)
    assert "cdn.example" not in after
    assert '"/static/vendor/thing/a.css"' in after


def test_pulling_twice_replaces_the_package(static: Path, tmp_path: Path) -> None:
    fetch = _from(tmp_path / "thing-1.0.0.tgz")
    list(assets.pull(static, fetch=fetch))
    (static / "vendor/thing/a.css").write_text("spoiled", encoding="utf-8")
    list(assets.pull(static, fetch=fetch))
    assert (static / "vendor/thing/a.css").read_bytes() == b"a{}"
    assert [path.name for path in (static / "vendor").iterdir()] == ["thing"]


def test_another_archive_under_the_same_name_is_refused_and_changes_nothing(
    static: Path, tmp_path: Path
) -> None:
    list(assets.pull(static, fetch=_from(tmp_path / "thing-1.0.0.tgz")))
    (tmp_path / "other").mkdir()
    forged = _archive(tmp_path / "other", {"a.css": b"evil", "b.js": b"b()"})
    with pytest.raises(assets.PullFailed, match=r"thing@1\.0\.0 is not the pinned archive"):
        list(assets.pull(static, fetch=_from(forged)))
    assert (static / "vendor/thing/a.css").read_bytes() == b"a{}"


def test_an_archive_without_a_pinned_file_is_refused(static: Path, tmp_path: Path) -> None:
    (tmp_path / "short").mkdir()
    short = _archive(tmp_path / "short", {"a.css": b"a{}"})
    package = assets.read_manifest(static / assets.MANIFEST).packages[0]
    pinned = replace(package, integrity=assets.checksum("sha512", short.read_bytes()))
    with pytest.raises(assets.PullFailed, match=r"b\.js is missing or changed"):
        assets._checked(pinned, short)


def test_every_file_a_set_names_is_pinned_by_checksum_and_version() -> None:
    manifest = assets.read_manifest(STATIC / assets.MANIFEST)
    for names in manifest.sets.values():
        for name in names:
            assert manifest.find(name).integrity.startswith("sha384-")
    for package in manifest.packages:
        for file in package.files:
            assert file.url == f"https://cdn.jsdelivr.net/npm/{package.name}@{package.version}/{file.path}"


def test_files_that_were_pulled_match_the_manifest() -> None:
    home = STATIC / assets.VENDOR
    if not home.is_dir():
        missing("browser", "static/vendor is empty: run flask assets pull")
    for package in assets.read_manifest(STATIC / assets.MANIFEST).packages:
        for file in package.files:
            path = home / package.name / file.path
            if path.is_file():
                assert assets.checksum("sha384", path.read_bytes()) == file.integrity, path
