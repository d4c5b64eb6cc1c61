"""The outbox holds whole files, and the same notice again changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.notify.decider import Document
from services.notify.documents import Notice, points
from services.notify.outbox import Outbox

NOTICE = Notice(Document("QH-Q01", "QH-Q01.html", "sha256:" + "0" * 64, 4), b"html", b"json")


def test_both_files_lie_side_by_side_and_nothing_else_is_left(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    outbox.put("hcmc/2020", 3, NOTICE)
    folder = tmp_path / "hcmc" / "2020" / "v3"
    assert sorted(path.name for path in folder.iterdir()) == ["QH-Q01.html", "QH-Q01.json"]
    assert outbox.get("hcmc/2020", 3, "QH-Q01.html") == b"html"
    assert outbox.get("hcmc/2020", 4, "QH-Q01.html") is None


def test_the_same_notice_again_touches_no_file(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    outbox.put("hcmc/2020", 3, NOTICE)
    path = outbox.path("hcmc/2020", 3, "QH-Q01.html")
    before = path.stat()
    outbox.put("hcmc/2020", 3, NOTICE)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_torn_or_changed_file_is_written_anew(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    outbox.put("hcmc/2020", 3, NOTICE)
    outbox.path("hcmc/2020", 3, "QH-Q01.html").write_bytes(b"ht")
    outbox.put("hcmc/2020", 3, NOTICE)
    assert outbox.get("hcmc/2020", 3, "QH-Q01.html") == b"html"


@pytest.mark.parametrize("name", ["../x", "a/b", "..", ".", ""])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a file name"):
        Outbox(tmp_path).path("hcmc/2020", 1, name)


def test_points_are_shown_with_a_decimal_comma_and_nothing_as_a_dash() -> None:
    assert [points(value) for value in ("97.50", "-0.25", None)] == ["97,50", "−0,25", "–"]
