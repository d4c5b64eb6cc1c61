"""What all pages of one ledger share: where one can go, and at which position of what status one looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import request

from services.ranking.desk import View
from services.ranking.history import Shown
from services.ranking.pages.acting import hats
from services.ranking.view import count, local_time
from services.ranking.what_if.trying import OPERATION
from shared.web.i18n import language, tr
from shared.web.nav import Link


@dataclass(frozen=True, slots=True)
class Banner:
    """What is shown: ``kind`` of shared/web's status part, its word, the position and the time in words."""

    kind: str
    word: str
    position: str
    when: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of a page.  ``illustrative``: the rulebook in force is for trying, and the page says so."""

    organisation: str
    links: tuple[Link, ...]
    banner: Banner | None
    illustrative: bool


def _for_all(seen: View) -> bool:
    return True


def _for_who_sees_all(seen: View) -> bool:
    return seen.audience.everything


def _for_who_may_try(seen: View) -> bool:
    return seen.audience.everything and bool(hats(seen, OPERATION))


_PAGES: tuple[tuple[str, str, str, Callable[[View], bool]], ...] = (
    ("", "Bảng xếp hạng", "Standings", _for_all),
    ("compare", "So sánh", "Compare", _for_all),
    ("rulebook", "Bộ tiêu chí", "Rulebook", _for_all),
    ("what-if", "Thử nghiệm", "What if", _for_who_may_try),
    ("decisions", "Quyết định", "Decisions", _for_who_sees_all),
    ("publications", "Công bố", "Publications", _for_all),
)
"""Address, words, and for whom it is: nobody is sent where he would be refused."""


def frame(seen: View, current: str, shown: Shown | None = None) -> Frame:
    """The frame of the page ``current`` of ``seen``'s ledger; ``shown``: the standings it is about."""
    rulebook = seen.state.rulebook
    return Frame(
        organisation=seen.reader.ledger.name,
        links=tuple(
            Link(address(seen.ledger, path), tr(vi, en), path == current)
            for path, vi, en, meant_for in _PAGES
            if meant_for(seen)
        ),
        banner=None if shown is None else _banner(seen, shown),
        illustrative=rulebook is not None and rulebook.identity.status == "illustrative",
    )


def address(ledger: str, path: str, **query: object) -> str:
    """Address of a page of ``ledger``, keeping language and, where none is given, the position looked at."""
    kept = {name: request.args[name] for name in ("at", "lang") if name in request.args}
    pairs = {name: value for name, value in {**kept, **query}.items() if value is not None}
    path, _, anchor = path.partition("#")
    text = f"/ranking/{ledger}/{path}" + (f"?{urlencode(pairs)}" if pairs else "")
    return f"{text}#{anchor}" if anchor else text


def _banner(seen: View, shown: Shown) -> Banner:
    zone = ZoneInfo(seen.reader.ledger.timezone)
    when = local_time(shown.time, zone) if shown.time else ""
    kind, word = _status(seen, shown)
    return Banner(kind, word, count(shown.position, language()), when)


def _status(seen: View, shown: Shown) -> tuple[str, str]:
    publication = seen.publication_of(shown)
    if publication is not None:
        if publication.status == "OFFICIAL":
            return "official", tr("CHÍNH THỨC v{v}", "OFFICIAL v{v}").format(v=publication.version)
        return "provisional", tr("CÔNG BỐ v{v}, CHƯA CHÍNH THỨC", "PUBLISHED v{v}, UNOFFICIAL").format(
            v=publication.version
        )
    freeze = next((one for one in seen.state.freezes if one.at == shown.position), None)
    if freeze is not None:
        return "frozen", tr("ĐÓNG BĂNG: {n}", "FROZEN: {n}").format(n=freeze.name)
    if shown.position < seen.size:
        return "past", tr("XEM LẠI", "LOOKING BACK")
    provisional = shown.body["provisional"]
    if provisional["reasons"]:
        counts = f" {provisional['complete']}/{provisional['units']}" if seen.audience.everything else ""
        return "provisional", tr("TẠM TÍNH", "PROVISIONAL") + counts
    return "live", tr("TRỰC TIẾP", "LIVE")
