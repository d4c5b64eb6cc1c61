"""The story of the 2020 cycle holds together before anybody posts it."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from deploy.demo import scenario as story
from deploy.demo.command import Command
from deploy.demo.data import CycleFiles, city_2020
from deploy.demo.dice import Dice
from shared.access.grants import BEGINNING, Grant
from shared.access.rules import Target, decide_access
from shared.events.catalogue import lookup
from shared.events.envelope import parse_instant
from shared.rulebook import check_value
from shared.rulebook.model import TEAM

EXPECTED = Path(__file__).parents[3] / "data" / "2020" / "expected-inputs.csv"
SIX = ("QH-Q01", "QH-Q03", "QH-BTA", "QH-GVA", "CNLD-DCD", "LLVT-CATP")


@pytest.fixture(scope="module")
def files() -> CycleFiles:
    return city_2020()


@pytest.fixture(scope="module")
def commands(files: CycleFiles) -> tuple[Command, ...]:
    return story.scenario(files)


def of(commands: tuple[Command, ...], *operations: str) -> list[Command]:
    return [command for command in commands if command.operation in operations]


def scores(commands: tuple[Command, ...]) -> list[dict[str, Any]]:
    """Every value that is stated, whichever command states it."""
    return [
        *(
            {"unit": command.subject, "stage": "self", **row}
            for command in of(commands, "submit_sheet")
            for row in command.body["entries"]
        ),
        *(score for command in of(commands, "record_score") for score in command.body["scores"]),
        *(
            {"criterion": command.body["criterion"], "stage": "external", **row}
            for command in of(commands, "record_evaluation")
            for row in command.body["entries"]
        ),
    ]


def test_sixty_eight_units_are_registered_and_sixty_six_of_them_are_open(
    files: CycleFiles, commands: tuple[Command, ...]
) -> None:
    registered = {row["unit"] for command in of(commands, "register_unit") for row in command.body["units"]}
    scored = {score["unit"] for score in scores(commands)}
    assert len(registered) == 68
    assert registered - scored == {"QH-TPTD", "LLVT-PCCC"}
    assert scored == {unit.code for unit in files.open_units}
    assert Counter(unit.area for unit in files.open_units) == {
        "QH": 24,
        "CNLD": 38,
        "LLVT": 4,
    }


def test_commands_are_sorted_by_time_and_phases_follow_one_another(
    commands: tuple[Command, ...],
) -> None:
    assert [command.at for command in commands] == sorted(command.at for command in commands)
    order = [story.PHASES.index(command.phase) for command in commands]
    assert order == sorted(order)
    assert set(order) == set(range(len(story.PHASES)))


def test_every_command_has_a_key_of_its_own(commands: tuple[Command, ...]) -> None:
    keys = Counter((command.sub, command.service, command.key) for command in commands)
    assert max(keys.values()) == 1


def test_the_story_is_the_same_in_every_process(commands: tuple[Command, ...]) -> None:
    code = (
        "import hashlib; from deploy.demo.data import city_2020; from deploy.demo.scenario import scenario;"
        "print(hashlib.sha256(repr(scenario(city_2020())).encode()).hexdigest())"
    )
    first, second = (
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            text=True,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    )
    assert first == second


def test_another_seed_tells_another_story_with_the_same_fixed_units(
    files: CycleFiles, commands: tuple[Command, ...]
) -> None:
    other = story.scenario(files, "another")
    assert {one["value"] for one in scores(other) if "value" in one} != {
        one["value"] for one in scores(commands) if "value" in one
    }
    official = [one for one in scores(commands) if one["unit"] in SIX and one["stage"] != "self"]
    again = [one for one in scores(other) if one["unit"] in SIX and one["stage"] != "self"]
    assert official == again


def test_every_applicable_leaf_of_every_open_unit_has_an_official_value_but_inspection_of_four(
    files: CycleFiles, commands: tuple[Command, ...]
) -> None:
    given = {(one["unit"], one["criterion"]) for one in scores(commands) if one["stage"] != "self"}
    for command in of(commands, "sign_conclusion"):
        given |= {(command.subject, one["criterion"]) for one in command.body["scores"]}
    for command in of(commands, "decide_score"):
        given.add((command.subject, command.body["criterion"]))
    missing = {
        unit.code
        for unit in files.open_units
        for leaf in files.rulebook.leaves
        if unit.area in leaf.max and (unit.code, leaf.id) not in given
    }
    assert missing == story.NOT_INSPECTED
    assert len(of(commands, "sign_conclusion")) == 62


def test_every_value_is_one_that_the_rulebook_accepts(
    files: CycleFiles, commands: tuple[Command, ...]
) -> None:
    area = {unit.code: unit.area for unit in files.units}
    for one in scores(commands):
        check_value(
            files.rulebook,
            area[one["unit"]],
            one["criterion"],
            one["stage"],
            one.get("value"),
            one.get("target"),
            one.get("state"),
        )
    for command in of(commands, "sign_conclusion"):
        for one in command.body["scores"]:
            check_value(
                files.rulebook,
                area[command.subject],
                one["criterion"],
                "inspection",
                one["value"],
            )
        for one in command.body["adjustments"]:
            check_value(
                files.rulebook,
                area[command.subject],
                one["criterion"],
                "inspection",
                one["to"],
            )


def test_the_six_units_get_exactly_the_inputs_of_the_expected_file(
    commands: tuple[Command, ...],
) -> None:
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        wanted = sorted(tuple(row.values()) for row in csv.DictReader(file))
    assert sorted(told_of_six(commands, wanted)) == wanted


def told_of_six(commands: tuple[Command, ...], wanted: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Inputs of the six units as rows; self scores only where the file has one (they never count)."""
    kept_self = {row[1:3] for row in wanted if row[3] == "self"}
    rows: list[tuple[str, ...]] = []
    for one in scores(commands):
        if one["unit"] in SIX and (one["stage"] != "self" or (one["unit"], one["criterion"]) in kept_self):
            value = one.get("value") or one["state"]
            rows.append(
                (
                    "score",
                    one["unit"],
                    one["criterion"],
                    one["stage"],
                    value,
                    one.get("target", ""),
                    "",
                )
            )
    for command in commands:
        unit, body = command.subject, command.body
        if unit not in SIX:
            continue
        if command.operation == "sign_conclusion":
            rows += [
                ("score", unit, one["criterion"], "inspection", one["value"], "", "")
                for one in body["scores"]
            ]
            rows += [
                ("score", unit, one["criterion"], "inspection", one["to"], "", "")
                for one in body["adjustments"]
            ]
            if body["recognised_models"]:
                assert len({one["ref"] for one in body["recognised_models"]}) == len(
                    body["recognised_models"]
                )
                count = str(len(body["recognised_models"]))
                rows.append(("fact", unit, "recognised_models", "", count, "", ""))
        elif command.operation == "decide_score":
            value = "NA" if body.get("state") == "NOT_APPLICABLE" else body["points"]
            rows.append(("score", unit, body["criterion"], body["stage"], value, "", ""))
        elif command.operation in ("decide_bonus", "decide_penalty"):
            assert body["outcome"] == "accepted"
            rows.append(("adjustment", unit, body["code"], "", "", "", body["occurrence_ref"]))
        elif command.operation == "record_veto":
            rows.append(("fact", unit, f"veto:{body['veto']}", "", "", "", body["document"]))
    return rows


def test_bonus_and_penalty_of_the_six_are_decided_in_the_order_of_the_file(
    commands: tuple[Command, ...],
) -> None:
    rows = csv.DictReader(io.StringIO(EXPECTED.read_text("utf-8")))
    wanted = [(row["unit"], row["code"], row["ref"]) for row in rows if row["kind"] == "adjustment"]
    told = [
        (command.subject, command.body["code"], command.body["occurrence_ref"])
        for command in of(commands, "decide_bonus", "decide_penalty")
        if command.subject in SIX
    ]
    assert told == wanted


def test_what_is_decided_was_proposed_before_with_evidence(
    commands: tuple[Command, ...],
) -> None:
    proposed = of(commands, "propose_bonus", "propose_penalty")
    decided = of(commands, "decide_bonus", "decide_penalty")
    assert all(command.body["evidence"] for command in proposed)
    assert all(
        date(2020, 1, 1) <= date.fromisoformat(one.body["occurred_on"]) <= date(2020, 12, 31)
        for one in proposed
    )
    by = [
        {(one.subject, one.body["code"], one.body["occurrence_ref"]) for one in group}
        for group in (proposed, decided)
    ]
    assert by[0] == by[1]
    assert max(one.at for one in proposed) < min(one.at for one in decided)


def test_the_same_deed_is_proposed_once_though_it_is_decided_on_twice(commands: tuple[Command, ...]) -> None:
    proposed = Counter(
        (one.subject, one.body["code"], one.body["occurrence_ref"])
        for one in of(commands, "propose_bonus", "propose_penalty")
    )
    decided = Counter(
        (one.subject, one.body["code"], one.body["occurrence_ref"]) for one in of(commands, "decide_bonus")
    )
    assert max(proposed.values()) == 1
    assert [deed for deed, times in decided.items() if times > 1] == [("QH-Q01", "T1", "MH-02")]


def test_an_adjustment_states_what_held_before_it(
    commands: tuple[Command, ...],
) -> None:
    wanted = {
        ("QH-BTA", "1.3"): ("5", "4"),
        ("QH-BTA", "2.3"): (None, "5"),
        ("LLVT-CATP", "2.2"): (None, "7"),
    }
    found = {
        (command.subject, one["criterion"]): (one["from_self"], one["from_effective"])
        for command in of(commands, "sign_conclusion")
        for one in command.body["adjustments"]
    }
    for place, (own, effective) in wanted.items():
        assert found[place][1] == effective
        assert own is None or found[place][0] == own
    assert len(found) > 20


def test_an_inspection_opens_while_a_score_of_a_body_is_missing_only_by_override(
    files: CycleFiles, commands: tuple[Command, ...]
) -> None:
    areas = {unit.code: unit.area for unit in files.units}
    given: set[tuple[str, str]] = set()
    for command in commands:
        if command.operation == "record_score":
            given |= {(one["unit"], one["criterion"]) for one in command.body["scores"]}
        elif command.operation == "record_evaluation":
            given |= {(one["unit"], command.body["criterion"]) for one in command.body["entries"]}
        elif command.operation == "decide_score":
            given.add((command.subject, command.body["criterion"]))
        elif command.operation == "open_inspection":
            area = areas[command.subject]
            wanted = {leaf.id for leaf in files.rulebook.leaves if area in leaf.max and leaf.owner != TEAM}
            missing = {leaf for leaf in wanted if (command.subject, leaf) not in given}
            assert missing == ({story.MISSING} if command.subject == story.OVERRIDDEN else set())
            assert bool(missing) == ("override" in command.body)
    assert (story.OVERRIDDEN, story.MISSING) in given, "the score came later"


def test_packs_of_all_inspected_units_are_whole_and_in_time(
    files: CycleFiles, commands: tuple[Command, ...]
) -> None:
    areas = {unit.code: unit.area for unit in files.units}
    days = {session.unit: date.fromisoformat(session.date) for session in files.sessions}
    for pack in of(commands, "receive_pack"):
        wanted = {
            entry.id
            for entry in files.rulebook.required_documents
            if entry.areas is None or areas[pack.subject] in entry.areas
        }
        whole = {entry["document"] for entry in pack.body["manifest"]} == wanted
        local = parse_instant(pack.at).astimezone(datetime.now().astimezone().tzinfo)
        assert local is not None
        in_time = (
            days[pack.subject] - parse_instant(pack.at).date()
        ).days >= 3  # UTC day = local day at these hours
        assert (whole and in_time) == (pack.subject not in (story.INCOMPLETE_PACK, story.LATE_PACK))
    assert len(of(commands, "receive_pack")) == 66


def test_the_office_enters_for_bodies_that_do_not_enter_themselves(
    files: CycleFiles, commands: tuple[Command, ...]
) -> None:
    owner = {leaf.id: leaf.owner for leaf in files.rulebook.leaves}
    entered = {
        owner[command.body["scores"][0]["criterion"]]: command.sub
        for command in of(commands, "record_score")
        if command.phase == "body-scores"
    }
    for code in ("TST", "NVHTN", "DVSN_VIECLAM", "VP"):
        assert entered[code] == story.OFFICE
    assert entered["BTG"] == "chuyenvien.btg"
    assert entered["BTC"] == "hethong.btc"
    assert TEAM not in entered


def test_everybody_may_do_what_he_does(files: CycleFiles, commands: tuple[Command, ...]) -> None:
    held = [Grant("first", story.ADMIN, "admin", "ledger", BEGINNING)]
    held += [
        Grant(
            one.body["grant"],
            one.body["sub"],
            one.body["role"],
            one.body["scope"],
            one.body["from"],
        )
        for one in of(commands, "give_grant")
    ]
    roles = {"leader": "team_leader", "secretary": "team_secretary"}
    held += [
        Grant(
            one.person,
            one.person,
            roles.get(one.role, "team_member"),
            f"team:{one.team}",
            BEGINNING,
        )
        for one in files.members
    ]
    teams = {session.unit: session.team for session in files.sessions}
    for command in commands:
        grants = [grant for grant in held if grant.sub == command.sub and grant.holds_at(command.at)]
        for target in targets(files, command, teams):
            decide_access(
                grants,
                f"{command.service}.{story.RULED_AS.get(command.operation, command.operation)}",
                target,
                command.acting_as,
            )


def targets(files: CycleFiles, command: Command, teams: dict[str, str]) -> list[Target]:
    if command.operation in ("confirm_scores", "dispute_score"):
        return [Target(owners=(command.acting_as.partition(":")[2],))]
    if command.operation == "record_evaluation":
        leaf = files.rulebook.leaf[command.body["criterion"]]
        owners = (leaf.owner, *leaf.joint)
        return [Target(stage="external", owners=owners, entered_by=leaf.entered_by)]
    if command.operation != "record_score":
        return [Target(unit=command.subject, team=teams.get(command.subject, command.subject))]
    leaves = files.rulebook.leaf
    return [
        Target(
            unit=score["unit"],
            stage=score["stage"],
            owners=(
                leaves[score["criterion"]].owner,
                *leaves[score["criterion"]].joint,
            ),
            entered_by=leaves[score["criterion"]].entered_by,
        )
        for score in command.body["scores"]
    ]


def test_self_scores_are_mostly_a_little_above_what_the_body_found(
    files: CycleFiles, commands: tuple[Command, ...]
) -> None:
    direct = {leaf.id for leaf in files.rulebook.leaves if leaf.input == "direct"}
    by: dict[tuple[str, str], dict[str, float]] = {}
    for one in scores(commands):
        if one["criterion"] in direct and "value" in one:
            by.setdefault((one["unit"], one["criterion"]), {})[one["stage"]] = float(one["value"])
    pairs = [one for one in by.values() if {"self", "department"} <= one.keys()]
    higher = sum(one["self"] > one["department"] for one in pairs)
    lower = sum(one["self"] < one["department"] for one in pairs)
    assert higher > len(pairs) // 3
    assert lower < len(pairs) // 20


def test_texts_of_the_story_fit_the_catalogue(commands: tuple[Command, ...]) -> None:
    actor = {"sub": "x", "role": "team_leader", "scope": "team:DKT-1"}
    about = {
        "occurred_at": "2020-11-09T02:00:00.000000Z",
        "actor": actor,
        "base_position": 7,
    }
    entry = lookup("conclusion.signed.v1")
    assert entry is not None
    for command in of(commands, "sign_conclusion"):
        assert entry.faults({**about, **without_unit(command)}) == {}
    decided = lookup("decision.bonus.v1")
    assert decided is not None
    for command in of(commands, "decide_bonus"):
        assert decided.faults({**about, **without_unit(command)}) == {}


def without_unit(command: Command) -> dict[str, Any]:
    """The body as the event says it: the unit is its subject."""
    return {name: value for name, value in command.body.items() if name != "unit"}


def test_dice_give_every_side_and_never_more() -> None:
    dice = Dice("s")
    assert {dice.between(1, 6, str(throw)) for throw in range(200)} == {
        1,
        2,
        3,
        4,
        5,
        6,
    }
    assert dice.between(1, 6, "a", "b") == dice.between(1, 6, "a", "b")
    assert dice.digest("a", "b") != dice.digest("ab")


def test_one_forfeit_is_confirmed_and_one_declined_before_the_session_and_only_the_second_is_inspected(
    commands: tuple[Command, ...],
) -> None:
    cases = of(commands, "open_case")
    said = {command.subject: command.body["outcome"] for command in of(commands, "decide_forfeit")}
    assert said == {story.INCOMPLETE_PACK: "confirmed", story.LATE_PACK: "declined"}
    assert {case.subject for case in cases} == set(said)
    assert {case.already for case in cases} == {"case-open"}
    inspected = {command.subject: command.at for command in of(commands, "open_inspection")}
    assert story.INCOMPLETE_PACK not in inspected
    decided = next(one for one in of(commands, "decide_forfeit") if one.subject == story.LATE_PACK)
    assert max(case.at for case in cases) < decided.at < inspected[story.LATE_PACK]
    assert not said.keys() & set(SIX)
