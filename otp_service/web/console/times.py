"""Times as the office reads them: in its own zone and in the reader's language."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from babel.dates import format_datetime, format_skeleton, format_time
from babel.units import format_unit
from flask_babel import get_locale

from otp_service.domain.errors import InvalidRequestError


@dataclass(frozen=True, slots=True)
class Times:
    """Instants are Unix milliseconds, durations seconds."""

    zone: tzinfo

    @property
    def zone_name(self) -> str:
        return str(self.zone)

    def moment(self, at_ms: int) -> str:
        """`Nov 21, 2026, 8:03:07 AM`."""
        return format_datetime(self._at(at_ms), "medium", locale=get_locale())

    def hour(self, at_ms: int) -> str:
        return format_time(self._at(at_ms), "short", locale=get_locale())

    def day(self, at_ms: int) -> str:
        """`Nov 21`."""
        return format_skeleton("MMMd", self._at(at_ms), locale=get_locale())

    def day_and_hour(self, at_ms: int) -> str:
        return format_datetime(self._at(at_ms), "short", locale=get_locale())

    def utc_day(self, at_ms: int) -> str:
        """The audit's days are UTC days."""
        return format_skeleton("MMMd", _utc(at_ms), locale=get_locale())

    def iso(self, at_ms: int) -> str:
        """For machines: the `datetime` of a `<time>`."""
        return _utc(at_ms).isoformat(timespec="milliseconds")

    def entered(self, text: str) -> str | None:
        """A `datetime-local` field's text, with the zone that it was meant in; None for none.

        Raise InvalidRequestError.
        """
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise InvalidRequestError("A date or a time could not be read.") from None
        return (moment if moment.tzinfo else moment.replace(tzinfo=self.zone)).isoformat()

    def shown_in_field(self, text: str | None) -> str:
        """The other way round: what `entered` gave, for the field."""
        if not text:
            return ""
        moment = datetime.fromisoformat(text).astimezone(self.zone)
        return moment.replace(tzinfo=None).isoformat(timespec="minutes")

    def duration(self, seconds: float) -> str:
        """`40 ms`, `1.4 sec`, `42 sec`, `14 min`, `3.5 hr`: as precise as anybody cares."""
        if 0 < seconds < 1:
            return _unit(round(seconds * 1000), "millisecond")
        if seconds < 10:
            return _unit(round(seconds, 1), "second")
        if seconds < 100:
            return _unit(round(seconds), "second")
        if seconds < 6000:
            return _unit(math.ceil(seconds / 60), "minute")
        return _unit(round(seconds / 3600, 1), "hour")

    def _at(self, at_ms: int) -> datetime:
        return _utc(at_ms).astimezone(self.zone)


def _utc(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def _unit(amount: float, unit: str) -> str:
    return format_unit(amount, f"duration-{unit}", length="short", locale=get_locale())
