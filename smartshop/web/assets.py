"""The elements that bring other people's front-end files into a page: the local copy, else the CDN's."""

from pathlib import Path

from flask import Flask, url_for
from markupsafe import Markup

from smartshop.kernel import assets

STYLE = Markup('<link rel="stylesheet" href="{url}"{check}>')
SCRIPT = Markup('<script defer src="{url}"{check}></script>')
CHECK = Markup(' integrity="{integrity}" crossorigin="anonymous"')


def install(app: Flask) -> None:
    """Give templates ``asset_tags('page')``: the link and script elements of one set."""
    static = Path(app.static_folder or "static")
    manifest = assets.read_manifest(static / assets.MANIFEST)

    def asset_tags(name: str) -> Markup:
        return Markup("\n").join(_tag(manifest.find(file), file, static) for file in manifest.sets[name])

    app.jinja_env.globals["asset_tags"] = asset_tags


def _tag(file: assets.AssetFile, name: str, static: Path) -> Markup:
    form = STYLE if file.path.endswith(".css") else SCRIPT
    if (static / assets.VENDOR / name).is_file():
        return form.format(url=url_for("static", filename=f"{assets.VENDOR}/{name}"), check="")
    return form.format(url=file.url, check=CHECK.format(integrity=file.integrity))
