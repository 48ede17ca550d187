"""Front-end files of other people: which ones, where they are, and how to bring them home.

``static/assets.json`` pins each npm package and the checksum of each file used. A page takes the local copy
under ``static/vendor`` when it is there, else the CDN's, which the browser checks against the same checksum.
"""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

VENDOR = "vendor"
MANIFEST = "assets.json"


class PullFailed(Exception):
    """The files could not be fetched or are not the pinned ones; the message says which and what to do."""


@dataclass(frozen=True)
class AssetFile:
    path: str
    bytes: int
    integrity: str
    url: str


@dataclass(frozen=True)
class Package:
    name: str
    version: str
    license: str
    development: bool
    integrity: str
    files: tuple[AssetFile, ...]


@dataclass(frozen=True)
class Manifest:
    packages: tuple[Package, ...]
    sets: dict[str, tuple[str, ...]]

    def find(self, name: str) -> AssetFile:
        """The file called ``<package>/<path>``; KeyError when the manifest has none."""
        for package in self.packages:
            for file in package.files:
                if f"{package.name}/{file.path}" == name:
                    return file
        raise KeyError(name)


Fetch = Callable[[Package, Path], Path]


def read_manifest(path: Path) -> Manifest:
    """The pinned packages and the named sets of files that pages ask for."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    packages = tuple(
        Package(**{**package, "files": tuple(AssetFile(**file) for file in package["files"])})
        for package in raw["packages"]
    )
    return Manifest(packages, {name: tuple(files) for name, files in raw["sets"].items()})


def checksum(algorithm: str, content: bytes) -> str:
    """``sha384-…`` in the form browsers and npm use."""
    digest = hashlib.new(algorithm, content).digest()
    return f"{algorithm}-{base64.b64encode(digest).decode('ascii')}"


def pack(package: Package, folder: Path) -> Path:
    """Fetch the package's archive into ``folder`` with the npm client.

    Raises PullFailed when npm is not there or cannot fetch it.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise PullFailed("npm was not found. Install Node.js, or leave the files to the CDN.")
    wanted = f"{package.name}@{package.version}"
    command = [npm, "pack", wanted, "--silent", "--ignore-scripts", "--pack-destination", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - names come from our manifest
    archives = sorted(folder.glob("*.tgz"))
    if done.returncode or not archives:
        reason = (done.stderr.strip() or f"npm stopped with status {done.returncode}").splitlines()[-1]
        raise PullFailed(f"npm could not fetch {wanted}: {reason}")
    return archives[0]


def pull(
    static: Path, *, fetch: Fetch = pack, with_development: bool = False
) -> Iterator[tuple[Package, int]]:
    """Bring each pinned package into ``static/vendor``, yielding it with its bytes when it is in place.

    Every archive and file must match its checksum; a package is swapped in whole or not at all.
    Raises PullFailed.
    """
    manifest = read_manifest(static / MANIFEST)
    home = static / VENDOR
    home.mkdir(parents=True, exist_ok=True)
    for package in manifest.packages:
        if package.development and not with_development:
            continue
        with tempfile.TemporaryDirectory(prefix=".pull-", dir=home) as scratch:
            contents = _checked(package, fetch(package, Path(scratch)))
            _swap_in(home / package.name, contents, Path(scratch))
        yield package, sum(len(content) for content in contents.values())


def _checked(package: Package, archive: Path) -> dict[str, bytes]:
    wanted = f"{package.name}@{package.version}"
    if checksum("sha512", archive.read_bytes()) != package.integrity:
        raise PullFailed(f"{wanted} is not the pinned archive: its checksum differs. Nothing was replaced.")
    contents: dict[str, bytes] = {}
    with tarfile.open(archive) as tar:
        for file in package.files:
            try:
                member = tar.extractfile(f"package/{file.path}")
            except KeyError:
                member = None
            content = b"" if member is None else member.read()
            if checksum("sha384", content) != file.integrity:
                raise PullFailed(f"{wanted}: {file.path} is missing or changed. Nothing was replaced.")
            contents[file.path] = content
    return contents


def _swap_in(target: Path, contents: dict[str, bytes], scratch: Path) -> None:
    fresh = scratch / "fresh"
    for path, content in contents.items():
        (fresh / path).parent.mkdir(parents=True, exist_ok=True)
        (fresh / path).write_bytes(content)
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        target.rename(scratch / "stale")
    os.replace(fresh, target)  # noqa: PTH105 - the name of the guarantee: atomic
