"""Which node of a Cluster serves which slot, as far as this process knows."""

import random
import threading
from collections.abc import Sequence
from typing import Any

import redis
import structlog
from redis.cluster import ClusterNode, RedisCluster
from redis.exceptions import RedisClusterException

# For another thread that is looking already.
_LOOK_TIMEOUT_S = 0.5
_log = structlog.get_logger(__name__)


class ClusterMap:
    """`hosts` stay known, whatever the Cluster says of itself: their names may get new addresses.

    All raise redis.ConnectionError when no node can be asked, or nobody serves a slot.
    """

    def __init__(self, hosts: Sequence[tuple[str, int]], options: dict[str, Any]) -> None:
        self._hosts = hosts
        self._options = options
        self._cluster: RedisCluster | None = None
        self._looking = threading.Lock()

    def node_of(self, key: str | None) -> ClusterNode:
        """The primary of the key's slot; any primary for None."""
        if key is None:
            return random.choice(self.primaries())  # noqa: S311 - spreads the load, no secret
        try:
            node: ClusterNode = self._known().get_node_from_key(key)  # type: ignore[no-untyped-call]
        except RedisClusterException as error:
            self.look_again()
            raise redis.ConnectionError("No node serves this slot.") from error
        return node

    def primaries(self) -> list[ClusterNode]:
        nodes: list[ClusterNode] = self._known().get_primaries()  # type: ignore[no-untyped-call]
        return nodes

    def moved_to(self, host: str, port: int) -> ClusterNode:
        """The node that another one named."""
        self.look_again(wait_s=_LOOK_TIMEOUT_S)
        node: ClusterNode | None = self._known().get_node(host, port)  # type: ignore[no-untyped-call]
        if node is None:
            raise redis.ConnectionError("The slot has moved to a node that nobody knows yet.")
        return node

    def client_of(self, node: ClusterNode) -> redis.Redis:
        client: redis.Redis = self._known().get_redis_connection(node)
        return client

    def look_again(self, failed: ClusterNode | None = None, wait_s: float = 0.0) -> None:
        """Ask the nodes anew, unless another thread does; `failed` is asked last."""
        cluster = self._known()
        if not self._looking.acquire(timeout=wait_s):
            return
        try:
            cluster.nodes_manager.initialize(
                additional_startup_nodes_info=[
                    (node.host, node.port)
                    for node in cluster.get_nodes()  # type: ignore[no-untyped-call]
                ],
                last_failed_node_name=failed.name if failed else None,
            )
        except RedisClusterException as error:
            _log.warning("cluster_unreachable", error=type(error).__name__)
        finally:
            self._looking.release()

    def close(self) -> None:
        if self._cluster is not None:
            self._cluster.close()

    def _known(self) -> RedisCluster:
        return self._cluster or self._look_first()

    def _look_first(self) -> RedisCluster:
        if not self._looking.acquire(timeout=_LOOK_TIMEOUT_S):
            raise redis.ConnectionError("The Cluster is still being looked for.")
        try:
            self._cluster = self._cluster or RedisCluster(
                startup_nodes=[ClusterNode(host, port) for host, port in self._hosts],  # type: ignore[no-untyped-call]
                # One lost shard must not stop the others.
                require_full_coverage=False,
                dynamic_startup_nodes=False,
                **self._options,
            )
        except RedisClusterException as error:
            raise redis.ConnectionError("No node of the Cluster answers.") from error
        finally:
            self._looking.release()
        return self._cluster
