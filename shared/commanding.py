"""From a request to a command: schemas that give frozen values, and lists whose rows fail one by one."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar, Literal

from marshmallow import RAISE, Schema, ValidationError, fields, post_load

from shared.batch import MalformedRow
from shared.events.catalogue.acceptor import Accepts, acceptor, loads_as_given
from shared.web.faults import faults_of

Unknown = Literal["exclude", "include", "raise"]
"""What becomes of a field that a schema does not know."""


class CommandSchema(Schema):
    """A request schema.  ``makes``: the frozen dataclass that a valid request becomes; None: a dict.

    Lists become tuples, fields that were not given stay out, so the dataclass's own defaults hold.
    """

    makes: ClassVar[type | None] = None

    class Meta:
        unknown = RAISE

    def load(
        self, data: Any, *, many: bool | None = None, partial: Any = None, unknown: Unknown | None = None
    ) -> Any:
        """As marshmallow loads; what is plainly good and would be loaded as it is, is not loaded first."""
        if many is None and partial is None and unknown is None and self._as_given(data):
            return self._make(data)
        return super().load(data, many=many, partial=partial, unknown=unknown)

    @cached_property
    def _as_given(self) -> Accepts:
        accepts = acceptor(self, made_by="_make")
        return accepts if loads_as_given(self) else lambda data: False

    @post_load
    def _make(self, data: dict[str, Any], **kwargs: Any) -> Any:
        return self.build({name: tuple(v) if isinstance(v, list) else v for name, v in data.items()})

    def build(self, data: dict[str, Any]) -> Any:
        """The command of valid ``data``; override it where names differ."""
        return data if self.makes is None else self.makes(**data)


class Rows(fields.List[Any]):
    """A list of which each row is judged for itself: a bad one becomes a
    :class:`~shared.batch.MalformedRow` in its place instead of an error of the whole list."""

    def __init__(self, schema: type[Schema], **kwargs: Any) -> None:
        super().__init__(fields.Nested(schema), **kwargs)
        self._row_schema = schema

    @cached_property
    def _of_a_row(self) -> Schema:
        return self._row_schema()  # one for all rows of all requests: it holds nothing of what it reads

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        schema = self._of_a_row
        rows: list[Any] = []
        for given in value:
            try:
                rows.append(schema.load(given))
            except ValidationError as error:
                rows.append(MalformedRow(tuple(faults_of(error.messages, schema, given))))
        return rows
