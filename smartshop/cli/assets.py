"""``flask assets``: front-end files of other people."""

from pathlib import Path

import click
from flask import current_app

from smartshop.cli.noun import Noun
from smartshop.kernel import assets

group = Noun("assets", help="Front-end files: self-hosted copies of what the CDN serves.")


@group.command("pull")
@click.option("--dev", "with_development", is_flag=True, help="Also the files that only the tests need.")
def pull(*, with_development: bool) -> None:
    """Fetch the pinned files into static/vendor with the npm client, checking every one."""
    static = Path(current_app.static_folder or "static")
    total = 0
    try:
        for package, size in assets.pull(static, with_development=with_development):
            total += size
            click.echo(f"  {package.name} {package.version}  {size / 1024:,.0f} KB")
    except assets.PullFailed as failure:
        raise click.ClickException(str(failure)) from failure
    click.echo(f"Pages now use the {total / 1024:,.0f} KB in static/{assets.VENDOR} instead of the CDN.")
