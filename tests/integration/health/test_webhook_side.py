"""Whether delivery reports can come and did: what `doctor` says of the webhooks."""

import time

import redis

from otp_service.adapters.redis_keys import SHARDS, ShardKeys
from otp_service.adapters.redis_operator_journal import RedisOperatorJournal
from otp_service.adapters.whatsapp_webhook_health import NEEDED_FIELDS
from otp_service.cli.whatsapp_account_changes import app_webhook
from otp_service.domain.health import Gravity
from otp_service.whatsapp.subscriptions import unsubscribe_app
from otp_service.whatsapp.webhooks import parse_webhook
from tests.conftest import BUSINESS_ACCOUNT_ID
from tests.integration.health.clinic import Clinic
from tests.webhook_bodies import body_of, change, entry

WARNING = Gravity.WARNING
# As Meta's pages name them.
FIELDS = (
    "account_alerts",
    "account_review_update",
    "account_update",
    "business_capability_update",
    "flows",
    "history",
    "message_template_components_update",
    "message_template_quality_update",
    "message_template_status_update",
    "messages",
    "partner_solutions",
    "payment_configuration_update",
    "phone_number_name_update",
    "phone_number_quality_update",
    "security",
    "template_category_update",
    "user_preferences",
)
HOUR_S = 3_600


def sends(store: redis.Redis, hours_ago: int, count: int = 1) -> None:
    """Meta took so many codes in that hour, in the audit's counters."""
    hour = int(time.time()) // HOUR_S - hours_ago
    store.hincrby(ShardKeys(SHARDS - 1).hour_counters(hour), "send_accepted||US", count)


def webhook_came(store: redis.Redis, hours_ago: float) -> None:
    RedisOperatorJournal(store).note_webhook({"anything": 1})
    store.hset("{otp:operator}:webhooks", "last_seen_at", int(time.time() - hours_ago * HOUR_S))


def test_an_app_that_is_not_subscribed(clinic: Clinic):
    unsubscribe_app(clinic.account.graph, BUSINESS_ACCOUNT_ID)
    assert clinic.bad() == {"webhook_subscribed": WARNING}
    assert "otp-service whatsapp subscribe" in clinic.finding("webhook_subscribed").mend


def test_another_address(clinic: Clinic):
    for callback in (
        "https://login.example.com/",
        "http://login.example.com/whatsapp/webhooks",
        "https://login.example.com/whatsapp/webhooks?x=1",
    ):
        clinic.order(number={"override_callback_uri": callback})
        assert clinic.bad() == {"webhook_callback": WARNING}
        assert callback not in clinic.finding("webhook_callback").what


def test_no_address_at_all(clinic: Clinic):
    clinic.order(number={"override_callback_uri": None})
    # The app's own is the loopback one that the simulator could ask.
    assert clinic.bad() == {"webhook_callback": WARNING}


def test_fields_that_are_missing_are_named(clinic: Clinic):
    clinic.app_webhook("messages", "account_update")
    assert clinic.bad() == {"webhook_fields": WARNING}
    what = clinic.finding("webhook_fields").what
    assert "message_template_status_update" in what
    assert "fields messages" not in what


def test_the_command_subscribes_to_every_field_that_the_service_reads():
    [option] = [one for one in app_webhook.params if one.name == "names"]
    assert option.default == NEEDED_FIELDS
    read = {
        name for name in FIELDS if parse_webhook(body_of(entry(change(name, {})))).ignored == {}
    }
    assert set(NEEDED_FIELDS) == read


def test_silence_after_codes_went_out(clinic: Clinic, store: redis.Redis):
    webhook_came(store, hours_ago=5.5)
    sends(store, hours_ago=2, count=3)
    assert clinic.bad() == {"webhook_seen": WARNING}
    assert clinic.finding("webhook_seen").what.startswith("3 codes went out since")


def test_the_hour_of_the_last_webhook_is_no_silence(clinic: Clinic, store: redis.Redis):
    webhook_came(store, hours_ago=5)
    sends(store, hours_ago=5, count=3)
    assert clinic.bad() == {}


def test_silence_from_the_first_code_on(clinic: Clinic, store: redis.Redis):
    sends(store, hours_ago=1)
    assert clinic.bad() == {"webhook_seen": WARNING}


def test_a_quiet_night_is_no_silence(clinic: Clinic, store: redis.Redis):
    sends(store, hours_ago=9)
    webhook_came(store, hours_ago=8)
    assert clinic.bad() == {}
    assert clinic.finding("webhook_seen").what == "The last webhook came 8.0 hours ago."


def test_reports_of_this_hour_may_still_come(clinic: Clinic, store: redis.Redis):
    webhook_came(store, hours_ago=3)
    sends(store, hours_ago=0, count=7)
    assert clinic.bad() == {}


def test_before_the_first_code_no_webhook_is_missed(clinic: Clinic):
    assert clinic.bad() == {}
    assert "No webhook has come yet" in clinic.finding("webhook_seen").what
