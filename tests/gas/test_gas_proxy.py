"""deploy/gas under Node, in front of the real service: the `*.test.mjs` files beside this one."""

from pathlib import Path

import pytest

from otp_service.demo.redis_process import RedisProcess
from tests.gas.conftest import Node

_HERE = Path(__file__).parent
_WITHOUT_STORE = _HERE / "store_away.test.mjs"
_FILES = sorted(set(_HERE.glob("*.test.mjs")) - {_WITHOUT_STORE})


@pytest.mark.parametrize("file", _FILES, ids=lambda file: file.name.split(".")[0])
def test_the_proxy_keeps_the_web_apps_contract(node: Node, file: Path):
    node.run_tests(file)


def test_the_proxy_says_that_the_services_store_is_away(node: Node, own_redis: RedisProcess):
    own_redis.stop()
    node.run_tests(_WITHOUT_STORE)
