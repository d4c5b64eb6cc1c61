"""A department tries its system on the sandbox: the whole suite as processes, the client, a webhook."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from bangvang import Client, RulebookChanged, Score
from deploy.demo.load import LEDGER as DEMONSTRATION
from deploy.demo.load import STARTS
from deploy.demo.sandbox import LEDGER, open_sandbox
from deploy.ledger import Opening, open_ledger, read_pins
from tests.support.readme import PROJECT, sample
from tests.support.receiving import receiving
from tests.support.suite import Suite, bangvang, get_json, suite, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    """The suite with the demonstration's ledger, empty, and the sandbox beside it."""
    with suite(tmp_path_factory.mktemp("sandbox") / "data") as found:
        settings = found.layout.settings
        opening = Opening(
            DEMONSTRATION, "Năm 2020", "Asia/Ho_Chi_Minh", "simulated", ("quantri",), starts=STARTS
        )
        open_ledger(settings, opening, found.origin)
        open_sandbox(found.origin, settings)
        yield found


def test_a_departments_system_scores_reads_its_writes_and_is_told(running: Suite, tmp_path: Path) -> None:
    token = bangvang(running.layout, "token", "--sub", "hethong.btg").stdout.strip()
    fingerprint = read_pins(running.layout.settings.roots)["hcmc"]
    state = tmp_path / "bangvang.json"
    with (
        receiving() as receiver,
        Client(running.origin, LEDGER, token=token, state=state, root_key=fingerprint) as client,
    ):
        made = requests.post(
            f"{running.origin}/scores/v1/{LEDGER}/webhooks",
            json={"url": receiver.url, "types": ["score.recorded.v1"]},
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        )
        assert made.status_code == 201, made.text
        receiver.secret = made.json()["secret"]
        score = Score(
            unit="QH-Q05",
            criterion="1.2",
            value="5.25",
            rulebook=client.rulebook().digest,
            external_ref="HS-17",
            reason="Đối chiếu hồ sơ",
        )
        receipt = client.record(score, key="HS-17")
        assert client.record(score, key="HS-17").value == receipt.value
        standings = client.read_your_writes(receipt)
        assert standings["ledger"] == LEDGER
        until(lambda: bool(receiver.told), "the webhook was not told", 30)
        content: Any = receiver.told[0][1]
        assert content["data"]["event"] == receipt.event
        before = client.check_history()
        with pytest.raises(RulebookChanged):
            client.record(Score(unit="QH-Q05", criterion="1.2", value="5", rulebook="sha256:" + "0" * 64))
        assert client.check_history().size >= before.size


def test_the_sample_of_the_docs_runs_as_it_stands(running: Suite, tmp_path: Path) -> None:
    token = bangvang(running.layout, "token", "--sub", "hethong.btg").stdout.strip()
    text = sample("client", PROJECT / "docs" / "systems.md").replace("http://127.0.0.1:8080", running.origin)
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", text],
            cwd=tmp_path,
            env={"TOKEN": token, "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        first, *rows, position = done.stdout.splitlines()
        assert first.startswith("scores:")
        assert first.endswith(" 5.25")
        assert rows[:2] == ["0 accepted", "1 accepted"]
        assert rows[2].startswith("2 ")
        assert int(position) > 0
    assert (tmp_path / "bangvang-state.json").exists()


def test_the_sandbox_is_opened_once(running: Suite) -> None:
    url = f"{running.origin}/scores/v1/{LEDGER}/ledger"
    before = get_json(url)
    open_sandbox(running.origin, running.layout.settings)
    assert get_json(url) == before


def test_the_address_still_leads_to_the_demonstrations_standings(running: Suite) -> None:
    answer = requests.get(f"{running.origin}/", timeout=30)
    assert answer.url == f"{running.origin}/ranking/{DEMONSTRATION}/"
    listed = requests.get(f"{running.origin}/scores/", timeout=30).text
    assert "SÂN THỬ" in listed
    assert requests.get(f"{running.origin}/ranking/{LEDGER}/", timeout=30).status_code == 200
