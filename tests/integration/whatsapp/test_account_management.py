"""The account, who may work with it, its webhooks, and what the token may do."""

from collections.abc import Iterator

import pytest

from otp_service.whatsapp.access_token import inspect_access_token
from otp_service.whatsapp.assigned_users import assign_user, list_assigned_users, remove_user
from otp_service.whatsapp.business_account import (
    enable_insights,
    list_assigned_accounts,
    list_business_accounts,
    read_business_account,
)
from otp_service.whatsapp.errors import InvalidArgumentError, OperatorError, WhatsAppError
from otp_service.whatsapp.graph_client import GraphClient
from otp_service.whatsapp.subscriptions import (
    list_app_subscriptions,
    list_subscribed_apps,
    read_app_access_token,
    set_app_subscription,
    subscribe_app,
    unsubscribe_app,
)
from tests.conftest import ACCESS_TOKEN, APP_SECRET, BUSINESS_ACCOUNT_ID
from tests.integration.simulator.callback_server import VERIFY_TOKEN, callback_server
from tests.integration.whatsapp.managed_account import NOW, SETTINGS, ManagedAccount

BUSINESS, APP = SETTINGS.business_id, SETTINGS.app_id


@pytest.fixture
def app(account: ManagedAccount) -> Iterator[GraphClient]:
    """A client with the app's own token."""
    token = read_app_access_token(account.graph, APP, APP_SECRET)
    with account.client(token) as client:
        yield client


def test_an_account_in_order_reads_as_one(account: ManagedAccount):
    read = read_business_account(account.graph, BUSINESS_ACCOUNT_ID)
    assert (read.id, read.name) == (BUSINESS_ACCOUNT_ID, "Shamrock Bail Bonds")
    assert (read.account_review_status, read.status) == ("APPROVED", "ACTIVE")
    assert read.business_verification_status == "verified"
    assert (read.country, read.currency, read.ownership_type) == ("US", "USD", "SELF")
    assert (read.owner_business_id, read.owner_business_name) == (BUSINESS, read.name)
    assert read.primary_funding_id
    assert read.message_template_namespace
    assert read.timezone_id == "1"
    assert read.is_enabled_for_insights is False
    assert read.health is not None
    assert read.health.can_send_message == "AVAILABLE"


def test_a_restricted_account_shows_it(account: ManagedAccount):
    account.order(account={"account_review_status": "RESTRICTED"}, health={"WABA": "BLOCKED"})
    read = read_business_account(account.graph, BUSINESS_ACCOUNT_ID)
    assert read.account_review_status == "RESTRICTED"
    assert read.health is not None
    assert read.health.can_send_message == "BLOCKED"


def test_insights_are_switched_on(account: ManagedAccount):
    enable_insights(account.graph, BUSINESS_ACCOUNT_ID)
    assert read_business_account(account.graph, BUSINESS_ACCOUNT_ID).is_enabled_for_insights


@pytest.mark.parametrize("owned_only", [False, True])
def test_the_accounts_of_a_business_lead_to_ours(account: ManagedAccount, owned_only: bool):
    listed = list_business_accounts(account.graph, BUSINESS, owned_only=owned_only)
    assert [found.id for found in listed] == [BUSINESS_ACCOUNT_ID]


def test_the_token_leads_to_its_user_and_the_user_to_the_account(account: ManagedAccount):
    token = inspect_access_token(account.graph, ACCESS_TOKEN)
    assert token.is_valid
    assert (token.app_id, token.type, token.application) == (APP, "SYSTEM_USER", "otp-service")
    assert (token.expires_at, token.data_access_expires_at, token.issued_at) == (None, None, NOW)
    assert token.missing_scopes == ()
    assert token.granular_scopes["whatsapp_business_messaging"] == (BUSINESS_ACCOUNT_ID,)
    assert token.user_id is not None
    (found,) = list_assigned_accounts(account.graph, token.user_id)
    assert found.id == BUSINESS_ACCOUNT_ID
    assert ACCESS_TOKEN not in repr(token)


def test_a_token_that_lacks_a_permission_or_ends_says_so(account: ManagedAccount):
    account.order(token={"scopes": ["whatsapp_business_management"], "expires_at": NOW + 60})
    token = inspect_access_token(account.graph, ACCESS_TOKEN)
    assert token.missing_scopes == ("whatsapp_business_messaging",)
    assert token.expires_at == NOW + 60


def test_a_token_of_nobody_is_not_valid(account: ManagedAccount):
    token = inspect_access_token(account.graph, "EAAnobody")
    assert not token.is_valid
    assert token.user_id is None


def test_users_are_listed_assigned_and_removed(account: ManagedAccount):
    (system_user,) = list_assigned_users(account.graph, BUSINESS_ACCOUNT_ID, BUSINESS)
    assert (system_user.name, system_user.user_type) == ("otp-service", "SYSTEM_USER")
    assert system_user.business_id == BUSINESS
    for user in range(30):
        assign_user(account.graph, BUSINESS_ACCOUNT_ID, f"9{user}", ["MANAGE_PHONE", "DEVELOP"])
    listed = list(list_assigned_users(account.graph, BUSINESS_ACCOUNT_ID, BUSINESS))
    assert len({user.id for user in listed}) == len(listed) == 31
    remove_user(account.graph, BUSINESS_ACCOUNT_ID, "90")
    with pytest.raises(OperatorError):
        remove_user(account.graph, BUSINESS_ACCOUNT_ID, "90")


@pytest.mark.parametrize("tasks", [[], ["RULE_THE_WORLD"]])
def test_a_task_meta_does_not_know_never_leaves(account: ManagedAccount, tasks: list[str]):
    before = account.simulator.requests_received
    with pytest.raises(InvalidArgumentError, match="tasks must be some of MANAGE, DEVELOP"):
        assign_user(account.graph, BUSINESS_ACCOUNT_ID, "9", tasks)
    assert account.simulator.requests_received == before


def test_an_app_is_subscribed_and_unsubscribed(account: ManagedAccount):
    assert list(list_subscribed_apps(account.graph, BUSINESS_ACCOUNT_ID)) == []
    subscribe_app(account.graph, BUSINESS_ACCOUNT_ID)
    (app,) = list_subscribed_apps(account.graph, BUSINESS_ACCOUNT_ID)
    assert (app.id, app.name, app.callback_uri) == (APP, "otp-service", None)
    assert app.link
    unsubscribe_app(account.graph, BUSINESS_ACCOUNT_ID)
    assert list(list_subscribed_apps(account.graph, BUSINESS_ACCOUNT_ID)) == []


def test_the_accounts_webhooks_can_go_elsewhere(account: ManagedAccount):
    with callback_server() as callback:
        subscribe_app(
            account.graph, BUSINESS_ACCOUNT_ID, callback_uri=callback, verify_token=VERIFY_TOKEN
        )
        (app,) = list_subscribed_apps(account.graph, BUSINESS_ACCOUNT_ID)
        assert app.callback_uri == callback
        with pytest.raises(OperatorError, match="2200"):
            subscribe_app(
                account.graph, BUSINESS_ACCOUNT_ID, callback_uri=callback, verify_token="guess"
            )


@pytest.mark.parametrize("half", [{"callback_uri": "https://example.com/"}, {"verify_token": "x"}])
def test_half_an_override_never_leaves(account: ManagedAccount, half: dict[str, str]):
    before = account.simulator.requests_received
    with pytest.raises(InvalidArgumentError, match="go together"):
        subscribe_app(account.graph, BUSINESS_ACCOUNT_ID, **half)
    assert account.simulator.requests_received == before


def test_the_app_itself_is_told_where_webhooks_go(app: GraphClient):
    assert list_app_subscriptions(app, APP) == []
    with callback_server() as callback:
        set_app_subscription(
            app,
            APP,
            callback_url=callback,
            verify_token=VERIFY_TOKEN,
            fields=["messages", "account_update"],
        )
        (subscription,) = list_app_subscriptions(app, APP)
    assert subscription.callback_url == callback
    assert subscription.object == "whatsapp_business_account"
    assert subscription.active is True
    assert subscription.fields == ("messages", "account_update")


def test_a_subscription_to_nothing_never_leaves(account: ManagedAccount):
    with pytest.raises(InvalidArgumentError, match="at least one webhook field"):
        set_app_subscription(
            account.graph, APP, callback_url="https://example.com/", verify_token="x", fields=[]
        )


def test_the_app_secret_is_never_in_the_error(account: ManagedAccount):
    with pytest.raises(WhatsAppError, match="client secret") as refused:
        read_app_access_token(account.graph, "1", APP_SECRET)
    assert APP_SECRET not in str(refused.value)
