"""The elements that bring other people's front-end files into a page: the local copy, else the CDN's."""

from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

from flask import Flask, request, url_for
from markupsafe import Markup

from smartshop.kernel import assets

STYLE = Markup('<link rel="stylesheet" href="{url}"{check}>')
SCRIPT = Markup('<script defer src="{url}"{check}></script>')
MOST_PAGES = 300
CHECK = Markup(' integrity="{integrity}" crossorigin="anonymous"')


def install(app: Flask) -> None:
    """Give templates ``asset_tags('page')``, the link and script elements of one set, and ``style_tags(names)``."""
    static = Path(app.static_folder or "static")
    manifest = assets.read_manifest(static / assets.MANIFEST)

    @cache
    def written(name: str, _root: str) -> Markup:
        return Markup("\n").join(_tag(manifest.find(file), file, static) for file in manifest.sets[name])

    def asset_tags(name: str) -> Markup:
        return written(name, request.script_root)

    app.jinja_env.globals.update(asset_tags=asset_tags, style_tags=style_tags)


def style_tags(names: Iterable[str], folder: str = "css") -> Markup:
    """The link elements of our own style sheets in a folder of ``static``."""
    return _style_tags(tuple(names), folder, request.script_root)


@lru_cache(MOST_PAGES)
def _style_tags(names: tuple[str, ...], folder: str, _root: str) -> Markup:
    addresses = (url_for("static", filename=f"{folder}/{name}.css") for name in names)
    return Markup("\n").join(STYLE.format(url=address, check="") for address in addresses)


def _tag(file: assets.AssetFile, name: str, static: Path) -> Markup:
    form = STYLE if file.path.endswith(".css") else SCRIPT
    if (static / assets.VENDOR / name).is_file():
        return form.format(url=url_for("static", filename=f"{assets.VENDOR}/{name}"), check="")
    return form.format(url=file.url, check=CHECK.format(integrity=file.integrity))
