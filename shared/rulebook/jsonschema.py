"""The shape of a rulebook file as a JSON Schema (2020-12), for editors: made from the same table of nodes.

It says what one value may be.  What values owe each other (sums, ladders, classes) is the linter's to say,
and so is NFC, which no schema can express.
"""

from __future__ import annotations

from typing import Any, Final

from shared.rulebook import form, number, schema
from shared.rulebook.schema import ABSENT

ADDRESS: Final = "urn:bangvang:rulebook:1"
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_FREE_KEY: Final = "^x-[\\x00-\\x7f]*$"
_NOT_BLANK: Final = "\\S"

Json = dict[str, Any]


def json_schema() -> Json:
    """The schema of a whole file; ``$defs`` holds the node of the criteria, which nests."""
    return {
        "$schema": _DIALECT,
        "$id": ADDRESS,
        "title": "Bảng Vàng: bộ tiêu chí · rulebook",
        "description": "Every fault, with its line: bangvang lint FILE",
        **_of(form.FILE),
        "$defs": {"node": _either(form.NODE)},
    }


def _of(node: Any) -> Json:
    """The schema of one node."""
    if node is form.NODE:
        return {"$ref": "#/$defs/node"}
    found: Json
    match node:
        case schema.Text():
            pattern = _NOT_BLANK if node.pattern is None else f"^(?:{node.pattern.pattern})$"
            found = {"type": "string", "pattern": pattern}
        case schema.Label():
            found = {"type": "string", "pattern": _NOT_BLANK}
        case schema.Id():
            found = {"type": "string", "pattern": f"^{schema.ID.pattern}$"}
        case schema.Decimal():
            found = {
                "type": ["string", "null"] if node.nullable else "string",
                "pattern": f"^{number.DECIMAL.pattern}$",
                "description": 'Số thập phân trong ngoặc kép · a quoted decimal, such as "0.25"',
            }
        case schema.Integer():
            found = {"type": "integer", "minimum": node.least, "maximum": node.most}
        case schema.Choice():
            found = {"enum": list(node.allowed)}
        case schema.Day():
            found = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
        case schema.Measure():
            words = "|".join((*schema.MEASURES, *node.more))
            found = {"type": "string", "pattern": f"^(?:{words}|criterion:.*|group:.*)$"}
        case schema.Items():
            found = {"type": "array", "items": _of(node.node), "minItems": node.least}
        case schema.Map():
            found = {
                "type": "object",
                "propertyNames": {"pattern": f"^{schema.ID.pattern}$"},
                "additionalProperties": _of(node.node),
            }
        case schema.Object():
            found = _object(node)
        case schema.Either():
            found = _either(node)
        case _:
            found = _object(node.shape)
    return found


def _object(node: schema.Object) -> Json:
    properties = {}
    for key, known in node.fields.items():
        properties[key] = _of(known.node)
        if known.default is not ABSENT:
            default = known.default() if callable(known.default) else known.default
            properties[key] = {**properties[key], "default": default}
    found: Json = {
        "type": "object",
        "properties": properties,
        "patternProperties": {_FREE_KEY: True},
        "additionalProperties": False,
    }
    required = [key for key, known in node.fields.items() if known.required]
    return {**found, "required": required} if required else found


def _either(node: schema.Either) -> Json:
    return {
        "if": {"type": "object", "required": [node.key]},
        "then": _of(node.present),
        "else": _of(node.absent),
    }
