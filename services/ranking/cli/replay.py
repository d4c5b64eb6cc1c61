"""``bangvang replay`` and ``bangvang standings``."""

from __future__ import annotations

import csv
import io
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import orjson
import requests
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from services.ranking import replaying
from services.ranking.at_once import Found, of_archive, of_topic
from services.ranking.cli.replay_all import replay_all
from services.ranking.engine import COLUMNS
from services.ranking.history import Histories, PositionAhead
from services.ranking.projections import newest
from services.ranking.replaying import Replayed
from shared.archive import Archive, Damaged
from shared.database import engine_for, read_transaction
from shared.events.envelope import LEDGER
from shared.log.replay import ReplayStuck
from shared.log.roots import RootsFile
from shared.log.signatures import ProcessLost
from shared.migrations import upgrade
from shared.settings import Settings

SERVICE = "ranking"
_REFUSALS = (replaying.LedgerMissing, replaying.TooShort, replaying.DatabaseNotEmpty)
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def ledger_name(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """A click callback: ``ORG/CYCLE``, or a usage error; None stays None."""
    if value is not None and not LEDGER.fullmatch(value):
        raise click.BadParameter("a ledger is ORG/CYCLE, such as hcmc/2020")
    return value


def _digest(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not DIGEST.fullmatch(value):
        raise click.BadParameter("a digest is sha256: and 64 hex digits")
    return value


@click.command()
@click.argument("ledger", metavar="ORG/CYCLE", callback=ledger_name, required=False)
@click.option("--all", "every", is_flag=True, help="Every ledger, in memory, a partition in each process.")
@click.option("--compare", is_flag=True, help="With --all: fail unless the service's database says the same.")
@click.option("--at", type=click.IntRange(min=0), help="Standings after the first N events (default: all).")
@click.option("--bootstrap", help="Kafka, HOST:PORT[,…] (default: BANGVANG_KAFKA).")
@click.option("--topic", help="The topic (default: BANGVANG_TOPIC).")
@click.option(
    "--roots",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Pinned root keys by organisation (default: BANGVANG_ROOTS).",
)
@click.option(
    "--database",
    type=click.Path(path_type=Path, dir_okay=False),
    help="An empty SQLite file to fill and keep (default: a temporary one).",
)
@click.option(
    "--archive",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Replay the segments in this folder, in memory, instead of Kafka.",
)
@click.option(
    "--processes",
    type=click.IntRange(min=1),
    default=1,
    help="In memory, with signatures checked in so many processes beside the reading.",
)
@click.option("--no-signatures", is_flag=True, help="In memory, without checking signatures: for measuring.")
@click.option("--expect-digest", callback=_digest, help="Fail unless the standings have this digest.")
@click.option("--expect-root", callback=_digest, help="Fail unless the tree has this root.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def replay(
    ledger: str | None,
    every: bool,
    compare: bool,
    at: int | None,
    bootstrap: str | None,
    topic: str | None,
    roots: Path | None,
    database: Path | None,
    archive: Path | None,
    processes: int,
    no_signatures: bool,
    expect_digest: str | None,
    expect_root: str | None,
    as_json: bool,
) -> None:
    """Rebuild a ledger from Kafka, or from the archive, and check it from the first record.

    Reads the log from zero into an empty database, checks every signature, order and gap, makes the Merkle
    root from the bytes, computes the standings, and compares every publication with what it pinned.
    Exit code 1 when anything differs from what is expected.
    """
    settings = Settings.from_env()
    kafka, topic = bootstrap or settings.kafka, topic or settings.topic
    pinned = RootsFile(roots or settings.roots)
    if every:
        if ledger or database or expect_digest or expect_root or at is not None:
            raise click.UsageError(
                "--all goes with --archive, --processes, --no-signatures, --compare, --json"
            )
        try:
            if archive is not None:
                parts = of_archive(archive, pinned, signatures=not no_signatures)
            else:
                parts = of_topic(kafka, topic, pinned, signatures=not no_signatures)
            replay_all(parts, processes, _differs if compare else None, as_json=as_json)
        except (LookupError, ReplayStuck, ProcessLost, Damaged) as error:
            raise click.ClickException(str(error)) from error
        return
    if ledger is None or compare:
        raise click.UsageError("name a ledger, or --all (and --compare only with it)")
    if ledger.partition("/")[0] not in pinned:
        raise click.ClickException(
            f"no root key is pinned for {ledger.partition('/')[0]!r} in {roots or settings.roots}"
        )
    if database is not None and (no_signatures or archive is not None or processes > 1):
        raise click.UsageError(
            "--no-signatures, --archive and --processes keep nothing: leave out --database"
        )
    began = time.perf_counter()
    try:
        if archive is not None:
            with _progress("Đọc kho lưu · reading the archive", as_json) as tell:
                found = replaying.from_archive(
                    Archive(archive),
                    ledger,
                    pinned,
                    at=at,
                    verify_signatures=not no_signatures,
                    progress=tell,
                    processes=processes,
                )
        elif no_signatures or processes > 1:
            with _progress("Đọc · reading", as_json) as tell:
                found = replaying.in_memory(
                    kafka,
                    topic,
                    ledger,
                    pinned,
                    at=at,
                    verify_signatures=not no_signatures,
                    progress=tell,
                    processes=processes,
                )
        else:
            with _empty_database(database) as url:
                found = _into_database(url, kafka, topic, ledger, pinned, at, as_json)
    except (
        replaying.LedgerMissing,
        replaying.TooShort,
        replaying.DatabaseNotEmpty,
        ReplayStuck,
        ProcessLost,
        Damaged,
    ) as error:
        raise click.ClickException(str(error)) from error
    seconds = time.perf_counter() - began
    faults = _faults(found, expect_digest, expect_root)
    _print_replay(found, seconds, faults, as_json)
    if faults:
        raise SystemExit(1)


def _differs(found: Found) -> str | None:
    """What the service's database says otherwise, at the same position."""
    served = _read(None, found.ledger, found.size)
    if (served["digest"], served["root"]) == (found.digest, found.root):
        return None
    return f"the database says {served['digest']} and {served['root']} at position {found.size}"


def _into_database(
    url: str, kafka: str, topic: str, ledger: str, roots: Mapping[str, str], at: int | None, quiet: bool
) -> Replayed:
    engine = engine_for(url)
    try:
        upgrade(engine, SERVICE)
        with _progress("Đọc Kafka · reading", quiet) as tell:
            read = replaying.read_log(engine, kafka, topic, ledger, roots, tell)
        with _progress("Tính lại · folding", quiet) as tell:
            return replaying.check(engine, ledger, at, read, tell)
    finally:
        engine.dispose()


@contextmanager
def _empty_database(path: Path | None) -> Iterator[str]:
    if path is not None:
        yield f"sqlite:///{path.absolute()}"
        return
    with tempfile.TemporaryDirectory(prefix="bangvang-replay-") as folder:
        yield f"sqlite:///{folder}/replay.sqlite"


class _Rate(ProgressColumn):
    """Events per second."""

    def render(self, task: Task) -> Text:
        """The rate of late; nothing while it is not known."""
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f}/s")


@contextmanager
def _progress(words: str, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, so that standard output stays a plain answer."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=quiet,
    ) as bar:
        task = bar.add_task(words, total=None)

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total or None)

        yield tell


def _faults(found: Replayed, digest: str | None, root: str | None) -> list[str]:
    faults = []
    if digest is not None and digest != found.digest:
        faults.append(f"digest: expected {digest}, computed {found.digest}")
    if root is not None and root != found.root:
        faults.append(f"root: expected {root}, computed {found.root}")
    faults += [
        f"publication {pin.version}: at position {pin.position} stand {pin.digest} and {pin.root}, "
        "not what it says"
        for pin in found.pins
        if not pin.holds
    ]
    return faults


def _print_replay(found: Replayed, seconds: float, faults: list[str], as_json: bool) -> None:
    if as_json:
        answer = {**asdict(found), "seconds": f"{seconds:.3f}", "faults": faults}
        click.echo(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode())
        return
    held = sum(1 for pin in found.pins if pin.holds)
    for name, value in (
        ("ledger", found.ledger),
        ("position", f"{found.position} of {found.size}"),
        ("noise", str(found.noise)),
        ("duplicates", str(found.duplicates)),
        ("signatures", "every one checked" if found.signatures else "NOT checked"),
        ("root", found.root),
        ("rulebook", found.rulebook or "none"),
        ("engine", found.engine),
        ("digest", found.digest),
        ("publications", f"{held} of {len(found.pins)} hold" if found.pins else "none"),
        ("seconds", f"{seconds:.3f}"),
    ):
        click.echo(f"{name:<13}{value}")
    for source, waiting in sorted(found.gaps.items()):
        click.echo(f"gap          {waiting} events of {source} wait behind a missing number", err=True)
    for fault in faults:
        click.echo(f"MISMATCH     {fault}", err=True)


@click.command()
@click.argument("ledger", metavar="ORG/CYCLE", callback=ledger_name)
@click.option(
    "--at", type=click.IntRange(min=0), help="Standings after the first N events (default: newest)."
)
@click.option("--area", help="One area only.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table")
@click.option("--origin", help="Ask the service at this address instead of reading its database.")
@click.option("--token", envvar="BANGVANG_TOKEN", help="Sign-in token for --origin.")
@click.option("--database", help="Database URL (default: the ranking service's own).")
def standings(
    ledger: str,
    at: int | None,
    area: str | None,
    form: str,
    origin: str | None,
    token: str | None,
    database: str | None,
) -> None:
    """Print a ledger's standings at any position."""
    body = _ask(origin, token, ledger, at) if origin else _read(database, ledger, at)
    areas = [entry for entry in body["areas"] if area in (None, entry["area"])]
    if area is not None and not areas:
        raise click.ClickException(f"no area {area!r}")
    body["areas"] = areas
    if form == "json":
        click.echo(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode())
    elif form == "csv":
        click.echo(_csv(body), nl=False)
    else:
        _print_tables(body)


def _ask(origin: str, token: str | None, ledger: str, at: int | None) -> dict[str, Any]:
    answer = requests.get(
        f"{origin.rstrip('/')}/ranking/v1/{ledger}/standings",
        params={} if at is None else {"at": str(at)},
        headers={"Authorization": f"Bearer {token}"} if token else {},
        timeout=30,
    )
    body: dict[str, Any] = answer.json()
    if not answer.ok:
        raise click.ClickException(f"{answer.status_code}: {body.get('detail_en', body.get('title'))}")
    return body


def _read(database: str | None, ledger: str, at: int | None) -> dict[str, Any]:
    engine = engine_for(database or Settings.from_env().service_database_url(SERVICE))
    try:
        with read_transaction(engine) as connection:
            latest = newest(connection, ledger)
        if latest is None:
            raise click.ClickException(f"the ranking database knows no ledger {ledger}")
        shown = Histories(engine).of(ledger).at(latest.position if at is None else at)
    except PositionAhead as error:
        raise click.ClickException(str(error)) from error
    finally:
        engine.dispose()
    return {
        **shown.body,
        "position": shown.position,
        "time": shown.time or None,
        "digest": shown.digest,
        "root": shown.root,
    }


def _lines(body: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for area in body["areas"]:
        for row in area["rows"]:
            cells = {**row, "area": area["area"], "reasons": ";".join(row.get("reasons", ()))}
            if "complete" in row:
                cells["complete"] = "true" if row["complete"] else "false"
            yield {name: "" if cells.get(name) is None else str(cells[name]) for name in COLUMNS}


def _csv(body: Mapping[str, Any]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_lines(body))
    return text.getvalue()


def _print_tables(body: Mapping[str, Any]) -> None:
    console = Console()
    provisional = body["provisional"]
    for area in body["areas"]:
        table = Table(title=f"{area['label']} ({area['area']})", title_justify="left")
        for name in ("rank", "unit", "name", "total", "class", "base", "bonus", "penalty"):
            numeric = name in ("rank", "total", "base", "bonus", "penalty")
            table.add_column(name, justify="right" if numeric else "left", no_wrap=name != "name")
        for line in _lines({"areas": [area]}):
            table.add_row(*(line[column.header] for column in table.columns))  # type: ignore[index]
        console.print(table)
    complete, units = provisional.get("complete", "?"), provisional.get("units", "?")
    click.echo(f"position {body['position']} · complete {complete}/{units}")
    click.echo(f"digest   {body['digest']}")
