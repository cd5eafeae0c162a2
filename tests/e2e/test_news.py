"""News of Meta's side with everything real: the simulator tells them, a running service hears."""

from collections.abc import Iterator

import pytest
import redis
import requests

from otp_service.adapters.redis_operator_journal import RedisOperatorJournal
from otp_service.demo.redis_process import RedisProcess
from otp_service.domain.operator_event import OperatorEventKind as Kind
from tests.e2e.conftest import await_condition
from tests.e2e.meta_side import MetaSide, meta_side

TOLD = {
    Kind.NUMBER_QUALITY: "warning",
    Kind.NUMBER_NAME: "warning",
    Kind.CAPABILITY: "warning",
    Kind.SECURITY: "warning",
    Kind.ACCOUNT_REVIEW: "critical",
    Kind.ACCOUNT_UPDATE: "critical",
    Kind.TEMPLATE_CATEGORY: "critical",
    Kind.TEMPLATE_COMPONENTS: "info",
}


@pytest.fixture
def meta(
    redis_server: RedisProcess, redis_client: redis.Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MetaSide]:
    with meta_side(redis_server, tmp_path_factory.mktemp("news") / "service.log") as side:
        yield side


def reasons(meta: MetaSide) -> str:
    """Why `/readyz` is not ready; empty while it is."""
    answer = requests.get(f"{meta.service.url}/readyz", timeout=5)
    return " ".join(answer.json()["reasons"]) if answer.status_code == 503 else ""


def test_what_the_simulator_tells_of_itself_reaches_journal_and_doctor(
    meta: MetaSide, redis_client: redis.Redis
):
    journal = RedisOperatorJournal(redis_client)
    template = {"name": "shamrock_auth", "language": "en_US", "category": "UTILITY"}
    meta.order(
        template=template | {"code_expiration_minutes": 5},
        account={"account_review_status": "REJECTED"},
        number={
            "name_status": "DECLINED",
            "pin": "482913",
            "whatsapp_business_manager_messaging_limit": "TIER_250",
        },
    )

    # The doctor may have told of its own findings already.
    def told() -> dict[str, str]:
        return {e.kind: e.severity for e in journal.recent(50) if e.kind is not Kind.HEALTH}

    await_condition(lambda: len(told()) == len(TOLD), "Meta's news in the journal")
    assert told() == TOLD

    def found() -> bool:
        said = reasons(meta)
        return "template_category: " in said and "account_review: " in said

    await_condition(found, "the doctor to look because of the news")
    assert "15550783881" not in meta.service.log.read_text(encoding="utf-8")
