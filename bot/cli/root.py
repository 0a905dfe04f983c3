"""The command every other hangs on, and how commands end."""

from __future__ import annotations

from typing import Any

import click

from bot import __version__
from digests.errors import ConfigurationError, FrontwireError

FAILED, MISUSED, PARTLY = 1, 2, 3


class Tidy(click.Group):
    """Turns our errors into one sentence and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command."""
        try:
            return super().invoke(ctx)
        except ConfigurationError as error:
            click.echo(f"{type(error).__name__}: {error}", err=True)
            ctx.exit(MISUSED)
        except FrontwireError as error:
            click.echo(f"{type(error).__name__}: {error}", err=True)
            ctx.exit(FAILED)


@click.group(cls=Tidy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="frontwire")
def main() -> None:
    """Frontwire delivers conflict-news digests in Telegram."""
