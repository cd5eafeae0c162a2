"""The countries a visitor may choose from, named in the visitor's language."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import phonenumbers
from babel import Locale


@dataclass(frozen=True, slots=True)
class Country:
    """`region` is ISO 3166-1, `calling_code` without its plus."""

    region: str
    name: str
    calling_code: int


class Countries:
    """`allowed` are ISO 3166-1 codes, none for every country; `home` comes first."""

    def __init__(self, home: str, allowed: Sequence[str]) -> None:
        regions = frozenset(allowed) or phonenumbers.SUPPORTED_REGIONS
        self.home = home if home in regions else min(regions)
        self._regions = tuple(sorted(regions))
        self._listed = functools.lru_cache(maxsize=8)(self._list)

    def listed(self, language: str) -> tuple[Country, ...]:
        return self._listed(language)

    def known(self, region: str) -> str:
        """`region`, or the home country for one that is not offered."""
        return region if region in self._regions else self.home

    def _list(self, language: str) -> tuple[Country, ...]:
        names = Locale.parse(language).territories
        countries = [
            Country(
                region, names.get(region, region), phonenumbers.country_code_for_region(region)
            )
            for region in self._regions
        ]
        return tuple(sorted(countries, key=lambda one: (one.region != self.home, one.name)))
