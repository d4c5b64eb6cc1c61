"""Lists page by cursor: ``?after=`` the last number seen, ``?limit=``; ``Link: rel="next"`` (RFC 8288)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from flask import Response, request
from marshmallow import Schema, fields, validate

DEFAULT_LIMIT = 100
MAX_LIMIT = 500
Item = TypeVar("Item")


class CursorArgs(Schema):
    """Query of a paged list.  ``after``: the cursor of the last item seen, exclusive."""

    after = fields.Integer(load_default=-1, validate=validate.Range(min=-1, max=2**53 - 1))
    limit = fields.Integer(load_default=DEFAULT_LIMIT, validate=validate.Range(min=1, max=MAX_LIMIT))


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items, and the cursor behind which the next page begins (None: this was the last)."""

    items: Sequence[Item]
    next_after: int | None


def page_of(found: Sequence[Item], limit: int, cursor: Callable[[Item], int]) -> Page[Item]:
    """The page out of ``found``, which holds up to ``limit + 1`` items so that the end is known."""
    items = found[:limit]
    return Page(items, cursor(items[-1]) if len(found) > limit else None)


def link_next(response: Response, page: Page[Item]) -> Response:
    """Add ``Link: <…>; rel="next"`` when there is a next page."""
    if page.next_after is not None:
        pairs = [(key, value) for key, value in request.args.items(multi=True) if key != "after"]
        query = urlencode([*pairs, ("after", str(page.next_after))])
        response.headers.add("Link", f'<{request.path}?{query}>; rel="next"')
    return response
