"""Which of the template's languages a person gets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otp_service.adapters.whatsapp_passcode_sender import language_of
from otp_service.whatsapp.template_languages import LANGUAGES

DECLARED = ("en_US", "es_AR", "es", "pt_BR", "zh_CN", "zh_TW", "en_GB")
languages = st.lists(st.sampled_from(sorted(LANGUAGES)), min_size=1, max_size=6, unique=True)


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("es-MX", "es"),
        ("es-419", "es"),
        ("es", "es"),
        ("es-AR", "es_AR"),
        ("ES_ar", "es_AR"),
        ("pt", "pt_BR"),
        ("pt-PT", "pt_BR"),
        ("en-GB", "en_GB"),
        ("en-US-u-hc-h12", "en_US"),
        ("en-AU", "en_US"),
        ("zh-Hant-TW", "zh_TW"),
        ("zh-Hans", "zh_CN"),
        ("fr-CA", "en_US"),
        ("e", "en_US"),
        ("", "en_US"),
        (None, "en_US"),
        ("-", "en_US"),
        ("*", "en_US"),
        ("en;q=0.8", "en_US"),
    ],
)
def test_the_language_that_fits_a_tag_best(locale, language):
    assert language_of(locale, DECLARED) == language


@given(locale=st.none() | st.text(max_size=35), declared=languages)
def test_it_is_always_one_that_is_declared(locale, declared):
    assert language_of(locale, declared) in declared


@given(declared=languages, data=st.data())
def test_a_declared_language_is_given_to_who_asks_for_it(declared, data):
    wanted = data.draw(st.sampled_from(declared))
    assert language_of(wanted.replace("_", "-"), declared) == wanted


@given(
    declared=languages,
    primary=st.sampled_from(sorted({one[:2] for one in LANGUAGES if len(one) != 3})),
    region=st.sampled_from(["", "-MX", "-ZZ", "-419", "-Latn-XK"]),
)
def test_nobody_gets_another_language_where_their_own_is_declared(declared, primary, region):
    given_to = language_of(primary + region, declared)
    own = [one for one in declared if one.partition("_")[0] == primary]
    assert given_to in own if own else given_to == declared[0]
