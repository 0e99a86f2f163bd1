"""Fields and serializers that take what is meant and nothing else.

A text is a JSON string, a whole number is a JSON number without a fraction, a moment has its time
zone, and a key that the document does not name is refused: a mistyped key must not be a silent
default. The same fields write answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from rest_framework import serializers

UNKNOWN = "This key is not known here. Take it out or check its spelling"


class StrictSerializer(serializers.Serializer):
    """A body or an address's query whose keys are all known."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Read the values; refuse every key that is not a field."""
        if isinstance(data, Mapping):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                raise serializers.ValidationError({name: [UNKNOWN] for name in unknown})
        return super().to_internal_value(data)


class Text(serializers.CharField):
    """A JSON string, kept as it was sent."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("trim_whitespace", False)
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> str:
        """Refuse what is not a string: a number has lost its leading zeros already."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A JSON number without a fraction."""

    def to_internal_value(self, data: Any) -> int:
        """Refuse text, fractions and truth values."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class YesNo(serializers.BooleanField):
    """JSON true or false."""

    def to_internal_value(self, data: Any) -> bool:
        """Refuse everything that only looks like true or false."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Id(serializers.UUIDField):
    """An identifier as text."""

    def to_internal_value(self, data: Any) -> UUID:
        """Refuse numbers, which a UUID could be read from too."""
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class Code(serializers.ChoiceField):
    """One of the codes of a closed list, as text or number as the list has them."""

    def to_internal_value(self, data: Any) -> Any:
        """Refuse a code of another type: 1 and "1" and true are three things."""
        if isinstance(data, bool) or not isinstance(data, (str, int)):
            self.fail("invalid_choice", input=data)
        if data in ("", None) or data not in list(self.choices):
            self.fail("invalid_choice", input=data)
        return data


class Day(serializers.DateField):
    """A London calendar day: 2026-11-09."""

    def to_internal_value(self, value: Any) -> date:
        """Refuse what is not text."""
        if not isinstance(value, str):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


class Moment(serializers.DateTimeField):
    """A moment with its time zone; answers are in UTC."""

    default_error_messages = {
        "no_zone": "Give the time with its zone, for example 2026-11-06T21:38:00Z"
    }

    def __init__(self, **options: Any) -> None:
        options.setdefault("default_timezone", UTC)
        super().__init__(**options)

    def to_internal_value(self, value: Any) -> datetime:
        """Refuse a time without a zone: nobody can say which hour of an autumn night it means."""
        if not isinstance(value, str):
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ssZ")
        return super().to_internal_value(value)

    def enforce_timezone(self, value: datetime) -> datetime:
        """Bring the moment to UTC instead of lending it a zone."""
        if value.utcoffset() is None:
            self.fail("no_zone")
        try:
            return value.astimezone(UTC)
        except OverflowError:
            self.fail("overflow")


class QueryYesNo(serializers.BooleanField):
    """`true` or `false` in the query of an address, where everything is text."""

    TRUE_VALUES = {"true"}
    FALSE_VALUES = {"false"}
    NULL_VALUES: set[Any] = set()
