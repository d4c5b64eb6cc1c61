"""An open difference is told on the pages, by readyz and by the command, and nothing is published over it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from prometheus_client import REGISTRY
from sqlalchemy import update

from services.ranking.archiving import Archiver
from services.ranking.cli.shadow import shadow as command
from services.ranking.projections import pack, unpack
from services.ranking.shadow.watch import Shadow
from services.ranking.tables import standings
from shared.archive import Archive
from shared.archive.segment import ROWS
from shared.database import write_transaction
from tests.support.ranking_site import Site
from tests.support.shown import LEDGER, demo_rulebook, demo_units

UNIT = "QH-Q01"
UNITS = [unit for unit in demo_units() if unit["unit"] in (UNIT, "QH-Q03")]
PAGE = f"/ranking/{LEDGER}"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path)
    made.fed.open().adopt(demo_rulebook("restricted")).register(UNITS).fill(units=UNITS, decisions=False)
    return made.start()


def alter(site: Site) -> None:
    """Another total in the newest stored standings."""
    here = standings.c.position == site.fed.size
    with write_transaction(site.fed.engine) as connection:
        body = unpack(connection.execute(standings.select().where(here)).one().body)
        row = next(row for area in body["areas"] for row in area["rows"] if row["unit"] == UNIT)
        row["total"] = "99.75"
        connection.execute(update(standings).where(here).values(body=pack(body)))


def blockers(site: Site) -> dict[str, list[str]]:
    found = site.get("gate?status=UNOFFICIAL", "office").json["blockers"]
    return {one["code"]: one["items"] for one in found}


def page(site: Site, name: str, who: str | None = "office") -> str:
    headers = site.token(who) if who else {}
    answer = site.client().get(f"{PAGE}/{name}?lang=en", headers=headers)
    assert answer.status_code == 200
    return str(answer.text)


def ready(site: Site) -> bool:
    answer: Any = site.client().get("/ranking/readyz?verbose").json
    return bool(answer["checks"]["shadow"]["ok"])


def open_alarms() -> float | None:
    return REGISTRY.get_sample_value("bangvang_shadow_open", {"ledger": LEDGER})


def test_an_open_difference_is_told_everywhere_and_blocks_until_it_is_cleared(site: Site) -> None:
    clock = [0.0]
    watch = Shadow(
        site.fed.engine, site.app.extensions["bangvang.ranking"].archive, monotonic=lambda: clock[0]
    )
    watch.step()
    assert (ready(site), open_alarms(), "shadow-differs" in blockers(site)) == (True, 0, False)
    assert 'id="shadow"' not in page(site, "publications")

    site.fed.score(UNIT, "1.2", "1")
    site.fed.feed()
    alter(site)
    watch.step()
    assert (ready(site), open_alarms(), blockers(site)["shadow-differs"]) == (False, 1, [UNIT])
    for name in ("publications", "decisions"):
        told = page(site, name)
        assert f"{UNIT}: total is stored as 99.75" in told
        assert "rebuild the read model" in told
    assert 'id="shadow"' not in page(site, "publications", None)
    refused = site.post("publish", {"status": "UNOFFICIAL"}, "committee", "publish-1")
    assert refused.status_code == 409
    assert "shadow-differs" in refused.text

    site.fed.score(UNIT, "1.2", "2")
    site.fed.feed()
    assert "shadow-differs" in blockers(site)
    clock[0] += 3600
    watch.step()
    assert (ready(site), open_alarms(), "shadow-differs" in blockers(site)) == (True, 0, False)
    assert 'id="shadow"' not in page(site, "decisions")


def test_the_gate_itself_reads_the_archive_before_a_publication(site: Site) -> None:
    archive = Archive(site.settings.archive, size=16)
    Archiver(site.fed.engine, archive).step()
    assert "shadow-differs" not in blockers(site)
    site.fed.score(UNIT, "1.2", "1")
    site.fed.feed()
    path = archive._place(LEDGER, 0) / ROWS
    path.write_bytes(path.read_bytes()[:-3] + b"...")
    assert blockers(site)["shadow-differs"] == []


def test_the_command_compares_at_once_and_fails_while_a_difference_is_open(site: Site) -> None:
    arguments = [LEDGER, "--database", str(site.fed.engine.url), "--archive", str(site.settings.archive)]
    run = CliRunner().invoke
    assert run(command, arguments).output == "nothing was compared yet\n"
    fine = run(command, [*arguments, "--now"])
    assert fine.exit_code == 0
    assert "whole    equal" in fine.output
    alter(site)
    assert run(command, arguments).exit_code == 0  # nobody has looked since
    found = run(command, [*arguments, "--now"])
    assert found.exit_code == 1
    assert f"{UNIT}: total is stored as 99.75" in found.output
    assert run(command, arguments).exit_code == 1
    site.fed.score(UNIT, "1.2", "1")
    site.fed.feed()
    cleared = run(command, [*arguments, "--now"])
    assert cleared.exit_code == 0
    assert "cleared" in cleared.output
    unknown = run(command, ["hcmc/2021", *arguments[1:], "--now"])
    assert unknown.exit_code == 1
    assert "no standings of hcmc/2021" in unknown.output
