"""``bangvang token``: a bearer token of the local issuer, for a laptop and for demonstrations."""

from __future__ import annotations

import re

import click

from shared.access.local_issuer import LocalIssuer
from shared.settings import Settings

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Lifetime(click.ParamType[int]):
    """A duration such as ``45m``, ``12h``, ``2d``, in seconds."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Seconds of ``value``; fails for anything else than digits and one of s, m, h, d."""
        if isinstance(value, int):
            return value
        found = re.fullmatch(r"([1-9]\d{0,5})([smhd])", str(value), re.ASCII)
        if found is None:
            self.fail(f"{value!r} is not a duration such as 45m, 12h or 2d", param, ctx)
        return int(found.group(1)) * _UNITS[found.group(2)]


@click.command("token")
@click.option("--sub", required=True, help="Whom the token proves, for example vp-01.")
@click.option("--ttl", type=Lifetime(), default="12h", show_default=True, help="How long it holds.")
def token(sub: str, ttl: int) -> None:
    """Print a bearer token of the local issuer.

    It proves who is calling and nothing more; what that person may do is said by grants in the ledger.
    """
    settings = Settings.from_env()
    try:
        issuer = LocalIssuer(settings.issuer, settings.local_jwks())
        click.echo(issuer.issue(sub, ttl))
    except ValueError as error:
        raise click.ClickException(str(error)) from error
