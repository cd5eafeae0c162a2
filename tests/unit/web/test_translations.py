"""Every sentence of the pages is in Spanish too, and the compiled catalog is the readable one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from otp_service import web
from otp_service.web.languages import LANGUAGES

HERE = Path(web.__file__).parent
OTHERS = sorted(set(LANGUAGES) - {"en"})


def catalog_file(language: str, suffix: str) -> Path:
    return HERE / "translations" / language / "LC_MESSAGES" / f"messages.{suffix}"


def translated(catalog: Catalog) -> dict[Any, Any]:
    """By id; one and many, where there are both, as tuples."""
    return {_fixed(message.id): _fixed(message.string) for message in catalog if message.id}


def _fixed(text: Any) -> Any:
    return text if isinstance(text, str) else tuple(text)


def spoken() -> Iterator[Any]:
    """The id of every sentence in the templates and in the code."""
    with (HERE / "translations" / "babel.cfg").open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)
    keywords = DEFAULT_KEYWORDS | {"_l": None}
    for _, _, message, _, _ in extract_from_dir(HERE, methods, options, keywords):
        yield message


@pytest.fixture(params=OTHERS)
def readable(request: pytest.FixtureRequest) -> Catalog:
    with catalog_file(request.param, "po").open("rb") as file:
        return read_po(file, locale=request.param)


def test_every_sentence_is_translated_and_nothing_else_is(readable: Catalog):
    known = translated(readable)
    ids = set(spoken())
    assert len(ids) > 50
    assert set(known) == ids
    assert [ident for ident, string in known.items() if not all(string)] == []


def test_every_translation_has_the_same_places_to_fill(readable: Catalog):
    faults = [(message.id, list(message.check(readable))) for message in readable if message.id]
    assert [fault for fault in faults if fault[1]] == []
    assert not any(message.fuzzy for message in readable if message.id)


@pytest.mark.parametrize("language", OTHERS)
def test_the_compiled_catalog_is_made_of_the_readable_one(language: str):
    with (
        catalog_file(language, "po").open("rb") as po,
        catalog_file(language, "mo").open("rb") as mo,
    ):
        assert translated(read_mo(mo)) == translated(read_po(po, locale=language))
