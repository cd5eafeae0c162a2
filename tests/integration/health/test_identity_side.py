"""Whether Meta tells whom each code came to: what `doctor` says of recycled numbers."""

import pytest
import redis

from otp_service.adapters.redis_operator_journal import RedisOperatorJournal
from otp_service.domain.health import Gravity
from tests.integration.health.clinic import Clinic


@pytest.mark.parametrize(
    ("setting", "told", "expected"),
    [
        ("false", None, None),
        ("false", False, None),
        ("false", True, (Gravity.WARNING, "identity-check off")),
        ("true", None, (Gravity.GOOD, "")),
        ("true", True, (Gravity.GOOD, "")),
        ("true", False, (Gravity.WARNING, "identity-check on")),
    ],
)
def test_the_setting_here_and_at_meta_have_to_agree(
    clinic: Clinic, store: redis.Redis, setting, told, expected
):
    clinic.variables["WHATSAPP_IDENTITY_CHECK"] = setting
    RedisOperatorJournal(store).note_webhook({"anything": 1}, identity_told=told)
    if expected is None:
        assert "webhook_identity" not in {finding.check for finding in clinic.findings()}
    else:
        finding = clinic.finding("webhook_identity")
        assert (finding.gravity, expected[1] in finding.mend) == (expected[0], True)


def test_the_last_reports_count(store: redis.Redis):
    for told in (True, False, None):
        RedisOperatorJournal(store).note_webhook({"anything": 1}, identity_told=told)
    assert RedisOperatorJournal(store).identity_last_told() is False
