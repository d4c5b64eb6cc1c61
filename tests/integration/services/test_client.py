"""The client against the real services behind real HTTP, on a network that loses answers."""

from __future__ import annotations

import json
import logging
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bangvang import (
    Backoff,
    Client,
    Evidence,
    HistoryChanged,
    NotVisibleYet,
    Proposal,
    Refused,
    RulebookChanged,
    Score,
    Unreachable,
    Untrusted,
)
from bangvang.pins import Pins, load, save
from deploy.ledger import read_pins
from tests.support.serving_town import Network, network
from tests.support.town import LEDGER, Town, set_up_cycle, town

GOOD = Score(unit="QH-Q01", criterion="1.2", value="5.75", reason="Đối chiếu hồ sơ")
OTHER = "sha256:" + "0" * 64


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    found = town(tmp_path_factory.mktemp("town"), ["scores", "ranking"])
    set_up_cycle(found)
    found.settle(standings=True)
    yield found
    for house in found.houses.values():
        house.engine.dispose()


@pytest.fixture(scope="module")
def wired(made: Town) -> Iterator[Network]:
    with network(made) as found:
        yield found


@pytest.fixture
def net(wired: Network) -> Network:
    wired.fates.clear()
    wired.seen.clear()
    return wired


Make = Callable[..., Client]


@pytest.fixture
def make(net: Network, tmp_path: Path) -> Iterator[Make]:
    """A client of a department, pauses noted and not slept; the state file is in ``tmp_path``."""
    clients = []

    def build(sub: str = "btg", **about: Any) -> Client:
        chosen = {"state": tmp_path / "bangvang.json", "sleep": lambda _: None, **about}
        clients.append(Client(net.origin, LEDGER, token=net.town.issuer.issue(sub), **chosen))
        return clients[-1]

    yield build
    for client in clients:
        client.close()


def scores_stated(net: Network) -> int:
    return sum(net.town.houses["scores"].store.last_sequences(LEDGER).values())


def value(number: int) -> str:
    """A value of criterion 1.2, another one for each number: a quarter step below its maximum 6."""
    return f"{(number % 24) * 25 // 100}.{(number % 4) * 25:02d}"


def test_a_score_comes_back_as_a_receipt_that_was_checked(net: Network, make: Make) -> None:
    digest = make().rulebook().digest
    score = replace(GOOD, unit="QH-Q03", rulebook=digest, external_ref="HS-17")
    receipt = make().record(score)
    assert (receipt.type, receipt.subject, receipt.replay) == ("score.recorded.v1", "QH-Q03", False)
    assert receipt.data["external_ref"] == "HS-17"
    assert receipt.data["rulebook"] == digest
    net.town.settle()
    assert receipt.value in [row.value for row in net.town.ledger("scores")]


def test_decomposed_text_comes_back_composed_and_is_the_same_fact(make: Make) -> None:
    score = replace(GOOD, reason=unicodedata.normalize("NFD", "Đã sửa lỗi"))
    assert make().record(score).data["reason"] == "Đã sửa lỗi"


def test_an_answer_lost_on_the_way_back_is_asked_for_again_and_stored_once(net: Network, make: Make) -> None:
    before = scores_stated(net)
    net.fates += ["drop", "drop"]
    receipt = make().record(replace(GOOD, value="5"))
    assert receipt.replay
    assert [fate for _, fate in net.commands] == ["drop", "drop", "201"]
    assert len({key for key, _ in net.commands}) == 1
    assert scores_stated(net) == before + 1


def test_a_proxy_that_says_not_now_is_asked_again_after_the_time_it_says(net: Network, make: Make) -> None:
    pauses: list[float] = []
    net.fates += ["502", "503", "429"]
    receipt = make(sleep=pauses.append).record(replace(GOOD, value="5.25"))
    assert not receipt.replay
    assert [fate for _, fate in net.commands] == ["502", "503", "429", "201"]
    assert len({key for key, _ in net.commands}) == 1
    assert all(pause >= 3 for pause in pauses)


def test_a_service_that_never_answers_is_given_up_with_the_key_to_go_on_with(
    net: Network, make: Make
) -> None:
    client = make(backoff=Backoff(attempts=3))
    client.check_history()
    net.fates += ["503", "drop", "503"]
    score = replace(GOOD, value="5.5")
    with pytest.raises(Unreachable) as error:
        client.record(score, key="HS-18")
    assert error.value.key == "HS-18"
    again = client.record(score, key="HS-18")  # it had been stored: the second answer was lost
    assert again.replay


def test_a_refusal_is_an_answer_and_is_not_asked_again(net: Network, make: Make) -> None:
    with pytest.raises(Refused) as error:
        make().record(replace(GOOD, value="7"))
    assert (error.value.problem.status, error.value.problem.name) == (422, "above-maximum")
    assert error.value.problem.faults[0].field == "value"
    assert "above the maximum" in str(error.value)
    assert len(net.commands) == 1
    with pytest.raises(Refused) as denied:
        make(acting_as="office@ledger").record(GOOD)
    assert denied.value.problem.status == 403


def test_a_score_under_another_rulebook_is_told_by_its_own_error(make: Make) -> None:
    with pytest.raises(RulebookChanged):
        make().record(replace(GOOD, rulebook=OTHER))
    with pytest.raises(RulebookChanged):
        make().record_batch([replace(GOOD, rulebook=OTHER)], "all_or_nothing")


def test_every_row_of_a_batch_has_its_result_in_its_place(make: Make) -> None:
    rows = [
        replace(GOOD, unit="QH-Q03", criterion="1.1", value="5"),
        replace(GOOD, value="8,5"),
        replace(GOOD, unit="QH-Q99"),
        replace(GOOD, unit="QH-Q03", criterion="1.3", value="5"),
    ]
    found = make().record_batch(rows)
    assert [(one.row, one.accepted) for one in found] == [(0, True), (1, False), (2, False), (3, True)]
    assert [one.receipt.data["criterion"] for one in found if one.receipt] == ["1.1", "1.3"]
    assert [(fault.rule, fault.field) for fault in found[1].faults] == [("not-a-decimal", "value")]
    assert [(fault.rule, fault.field) for fault in found[2].faults] == [("unknown-unit", "unit")]


def test_a_partial_batch_without_one_good_row_has_results_too(make: Make) -> None:
    found = make().record_batch([replace(GOOD, unit="QH-Q99"), replace(GOOD, value="9", rulebook=OTHER)])
    assert [one.accepted for one in found] == [False, False]
    assert {fault.rule for one in found for fault in one.faults} == {"unknown-unit", "rulebook-not-in-force"}


def test_a_batch_that_is_all_or_nothing_is_refused_whole(net: Network, make: Make) -> None:
    before = scores_stated(net)
    with pytest.raises(Refused) as error:
        make().record_batch([replace(GOOD, value="5"), replace(GOOD, value="9")], "all_or_nothing")
    assert [fault.field for fault in error.value.problem.faults] == ["scores.1.value"]
    assert scores_stated(net) == before


def test_more_than_a_thousand_rows_go_in_parts_and_a_repetition_adds_nothing(
    net: Network, make: Make
) -> None:
    rows = [replace(GOOD, value=value(number), external_ref=f"HS-{number}") for number in range(1003)]
    before = scores_stated(net)
    first = make().record_batch(rows, key="thang-11")
    assert [one.row for one in first] == list(range(1003))
    assert all(one.receipt and one.receipt.data["external_ref"] == f"HS-{one.row}" for one in first)
    assert [key for key, _ in net.commands] == ["thang-11", "thang-11.1"]
    again = make().record_batch(rows, key="thang-11")
    assert [one.receipt and one.receipt.value for one in again] == [
        one.receipt and one.receipt.value for one in first
    ]
    assert scores_stated(net) == before + 1003


def test_rows_that_are_long_go_in_smaller_parts(net: Network, make: Make) -> None:
    rows = [replace(GOOD, value=value(number), reason="ệ" * 1000) for number in range(350)]
    assert all(one.accepted for one in make().record_batch(rows))
    assert [fate for _, fate in net.commands] == ["201", "201"]


def test_a_value_is_withdrawn_and_amounts_are_proposed(make: Make) -> None:
    client = make()
    client.record(replace(GOOD, unit="LLVT-BTL", criterion="1.1", value="1"))
    gone = client.withdraw("LLVT-BTL", "1.1", "nhập nhầm")
    assert (gone.type, gone.subject) == ("score.withdrawn.v1", "LLVT-BTL")
    proof = Evidence("qd.pdf", "sha256:" + "a" * 64, 3)
    about = Proposal(
        unit="QH-Q01",
        code="T1",
        occurrence_ref="QD-7",
        occurred_on="2020-05-19",
        basis="QĐ 7",
        evidence=(proof,),
    )
    assert client.propose_bonus(about).type == "bonus.proposed.v1"
    assert client.propose_penalty(replace(about, code="P1")).data["evidence"][0]["name"] == "qd.pdf"


def test_the_standings_are_read_once_they_hold_the_receipt(net: Network, make: Make) -> None:
    client = make()
    receipt = client.record(replace(GOOD, value="3"))
    net.town.settle(standings=True)
    standings = client.read_your_writes(receipt)
    assert standings["ledger"] == LEDGER
    assert standings["position"] > receipt.number


def test_standings_that_do_not_come_in_time_are_said_to_be_late(
    net: Network, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make(backoff=Backoff(attempts=1))
    receipt = client.record(replace(GOOD, value="3.25"))
    monkeypatch.setattr("services.ranking.desk.wait_for.__defaults__", (0.0,))
    with pytest.raises(NotVisibleYet, match=receipt.after):
        client.read_your_writes(receipt, seconds=0)


# --- trust


def test_a_ledger_that_grew_is_proved_and_pinned(net: Network, make: Make, tmp_path: Path) -> None:
    first = make().check_history()
    make().record(replace(GOOD, value="4"))
    net.town.settle()
    second = make().check_history()
    assert second.size > first.size
    pinned = load(tmp_path / "bangvang.json")
    assert pinned is not None
    assert pinned.checkpoint == second
    assert pinned.root_key == read_pins(net.town.settings.roots)["hcmc"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"size": 10_000_000}, "fewer"),
        ({"root": "sha256:" + "1" * 64}, "no proof"),
        ({"opening": "2" * 64}, "opened by another event"),
        ({"root_key": "3" * 64}, "opened by another event"),
    ],
)
def test_a_shrunken_or_changed_ledger_is_refused_before_anything_is_sent(
    net: Network, make: Make, tmp_path: Path, changed: dict[str, Any], words: str
) -> None:
    path = tmp_path / "bangvang.json"
    make().check_history()
    seen = load(path)
    assert seen is not None
    save(path, replace(seen, **changed))
    before = path.read_bytes()
    with pytest.raises(HistoryChanged, match=words):
        make().record(GOOD)
    assert net.commands == []
    assert path.read_bytes() == before


def test_the_root_key_that_the_office_gave_out_is_the_only_one_believed(net: Network, make: Make) -> None:
    fingerprint = read_pins(net.town.settings.roots)["hcmc"]
    assert make(root_key=fingerprint, state=None).check_history().size > 0
    with pytest.raises(Untrusted, match=fingerprint):
        make(root_key="4" * 64, state=None).record(GOOD)
    assert net.commands == []


def test_a_receipt_that_was_changed_on_the_way_is_not_believed(
    net: Network, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make()
    client.check_history()
    genuine = client._transport.session.request
    changes: list[Callable[[dict[str, Any]], Any]] = [
        lambda answer: answer["receipts"][0]["data"].update(value="6"),
        lambda answer: answer["receipts"][0].update(keyid="5" * 64),
        lambda answer: answer["receipts"].clear(),
    ]

    def forging(method: str, url: str, **about: Any) -> Any:
        answer = genuine(method, url, **about)
        if method == "POST":
            stated = answer.json()
            changes.pop(0)(stated)
            answer._content = json.dumps(stated).encode()
        return answer

    monkeypatch.setattr(client._transport.session, "request", forging)
    for number in range(len(changes)):
        with pytest.raises(Untrusted):
            client.record(replace(GOOD, value=value(number)))


def test_a_genuine_receipt_of_another_fact_is_not_believed(
    net: Network, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make()
    other = net.town.post("scores", "scores", {**_body(GOOD), "value": "1", "reason": "x"}, "btg")
    genuine = client._transport.session.request

    def forging(method: str, url: str, **about: Any) -> Any:
        answer = genuine(method, url, **about)
        if method == "POST":
            answer._content = other.data
        return answer

    monkeypatch.setattr(client._transport.session, "request", forging)
    with pytest.raises(Untrusted, match="another fact"):
        client.record(replace(GOOD, value="2"))


def _body(score: Score) -> dict[str, Any]:
    return {"unit": score.unit, "criterion": score.criterion, "stage": score.stage}


def test_nothing_secret_is_logged(net: Network, make: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    net.fates += ["503", "drop"]
    client = make()
    token = client._transport.token()
    client.record(replace(GOOD, value="2.25", reason="Lý do riêng"))
    with pytest.raises(Refused):
        client.record(replace(GOOD, value="9"))
    said = caplog.text + repr(client) + repr(client._transport)
    assert "again in" in said
    assert "Bearer" not in said
    assert not any(part in said for part in token.split("."))
    assert "Lý do riêng" not in said


def test_pins_of_a_state_file_hold_no_secret() -> None:
    assert set(Pins.__slots__) == {"ledger", "root_key", "opening", "size", "root"}
