"""``bangvang``: the command line.  Each command is imported only when it is used."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import click

COMMANDS = {
    "archive": ("services.ranking.cli.archive:archive", "Look after the files that history is kept in."),
    "compute": (
        "services.ranking.offline.command:compute_command",
        "Compute standings from a rulebook and CSV files.",
    ),
    "console": (
        "deploy.local.kafka:console",
        "Print the ledger's records with Kafka's own console consumer.",
    ),
    "diff": ("services.ranking.cli.compare:diff", "Say what differs between two positions of a ledger."),
    "docs": ("deploy.docs:docs", "Write the documents that are made from the code."),
    "evidence": ("deploy.evidence:evidence", "Look after the files that people gave."),
    "explain": ("services.ranking.cli.explain:explain_command", "Say why a unit stands where it stands."),
    "ledger": ("deploy.ledger:ledger", "Open a ledger; manage its keys."),
    "lint": ("services.ranking.cli.lint:lint", "Name every fault of a rulebook file, with its line."),
    "load": ("deploy.demo.load:load", "Post the 2020 demo cycle through the public API."),
    "rebuild": (
        "services.ranking.cli.rebuild:rebuild",
        "Build a read model beside the live one; say who would move; switch.",
    ),
    "replay": (
        "services.ranking.cli.replay:replay",
        "Rebuild a ledger from Kafka and check it from the first record.",
    ),
    "run": ("deploy.local.run:run", "Run everything on this machine."),
    "shadow": (
        "services.ranking.cli.shadow:shadow",
        "Say what two folds of a ledger differ in; compare them now.",
    ),
    "standings": ("services.ranking.cli.replay:standings", "Print a ledger's standings at any position."),
    "token": ("deploy.token:token", "Make a sign-in token of the local issuer."),
    "whatif": ("services.ranking.cli.compare:whatif", "Suppose facts or a rulebook; store nothing."),
}
"""Name of each command, where it is, and its line in ``bangvang --help``."""

RUN_ENVIRONMENT = "run.env"
"""In the data folder: how the ``bangvang run`` of now is set up, so that other commands find its broker."""


class LazyGroup(click.Group):
    """A group whose commands are imported by name when one is called, so that none waits for what it does not
    use.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names of :data:`COMMANDS`."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or None when there is none of that name; :class:`click.ClickException` when it cannot
        load.
        """
        if cmd_name not in COMMANDS:
            return None
        place, _ = COMMANDS[cmd_name]
        module_name, attribute = place.split(":")
        try:
            command = getattr(importlib.import_module(module_name), attribute)
        except (ImportError, AttributeError) as error:
            raise click.ClickException(
                f"The command {cmd_name!r} cannot be loaded from {place}: {error}"
            ) from error
        if not isinstance(command, click.Command):
            raise click.ClickException(f"{place} is not a command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of ``--help``, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


def adopt_run_environment(data: Path) -> None:
    """Take the settings of the ``bangvang run`` over ``data`` where the environment itself says nothing."""
    try:
        lines = (data / RUN_ENVIRONMENT).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        name, separator, value = line.partition("=")
        if separator and name.startswith("BANGVANG_"):
            os.environ.setdefault(name, value)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="bangvang")
@click.pass_context
def main(context: click.Context) -> None:
    """Bảng Vàng: scoring, inspection, classification and ranking as a ledger that anyone can replay."""
    # `run` writes that file: it must not find its own old answers there.
    if context.invoked_subcommand != "run":
        adopt_run_environment(Path(os.environ.get("BANGVANG_DATA", "data")).absolute())


if __name__ == "__main__":
    main()
