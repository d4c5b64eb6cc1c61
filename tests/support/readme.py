"""What the README says: its fenced blocks, headings and links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(
    r"^(?:<!-- sample: (?P<sample>[\w-]+) -->\n)?```(?P<language>\w*)\n(?P<text>.*?)^```$", re.M | re.S
)
_HEADING = re.compile(r"^(#+) (.+)$", re.M)
_LINK = re.compile(r"\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; ``sample``: the name in the comment on the line before it, if there is one."""

    sample: str | None
    language: str
    text: str


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    return [
        Block(found["sample"], found["language"], found["text"])
        for found in _FENCE.finditer(page.read_text("utf-8"))
    ]


def sample(name: str, page: Path = PROJECT / "README.md") -> str:
    """The text of the one block called ``name``."""
    (found,) = [block.text for block in blocks(page) if block.sample == name]
    return found


def headings(page: Path) -> list[tuple[int, str]]:
    """(level, words) of the headings of a page, in order."""
    return [(len(marks), words) for marks, words in _HEADING.findall(_prose(page))]


def links(page: Path) -> list[str]:
    """Targets of the links and images of a page, in order."""
    return _LINK.findall(_prose(page))


def _prose(page: Path) -> str:
    return _FENCE.sub("", page.read_text("utf-8"))
