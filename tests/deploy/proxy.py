"""nginx with deploy/nginx/otp-service.conf, on ports and with a certificate of this run."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trustme
import urllib3

from otp_service.demo.owned_process import OwnedProcess
from tests.conftest import GAS_KEY
from tests.deployed_redis import DEPLOY
from tests.e2e.conftest import await_condition, free_port

HOST = "login.example.com"
SITE = DEPLOY / "nginx" / "otp-service.conf"
_MAIN = """
daemon off;
pid nginx.pid;
error_log nginx.log warn;
{user}
events {{ worker_connections 512; }}
http {{
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include site.conf;
}}
"""


@dataclass(frozen=True)
class Proxy:
    folder: Path
    port: int
    plain_port: int
    _pools: dict[str, urllib3.HTTPSConnectionPool] = field(default_factory=dict)

    def client(self, source: str = "127.0.0.1") -> urllib3.HTTPSConnectionPool:
        """Connections of one machine on the internet, whose address is `source`."""
        return self._pools.setdefault(
            source,
            urllib3.HTTPSConnectionPool(
                "127.0.0.1",
                self.port,
                source_address=(source, 0),
                server_hostname=HOST,
                assert_hostname=HOST,
                ca_certs=str(self.folder / "ca.pem"),
                headers={"Host": HOST},
                timeout=40,
                retries=False,
                maxsize=32,
            ),
        )

    def ask(
        self, method: str, address: str, headers: dict[str, str] | None = None, **how: Any
    ) -> urllib3.BaseHTTPResponse:
        source = how.pop("source", "127.0.0.1")
        named = {"Host": HOST, "X-API-Key": GAS_KEY, **(headers or {})}
        return self.client(source).request(method, address, headers=named, **how)

    def post(self, address: str, **members: Any) -> dict[str, Any]:
        """A caller's JSON, and the answer's."""
        told: dict[str, Any] = self.ask("POST", address, json=members).json()
        return told

    @property
    def logs(self) -> str:
        return "".join(path.read_text(errors="replace") for path in self.folder.glob("*.log"))


def site_for(folder: Path, sockets: Path, port: int, plain_port: int) -> str:
    """deploy/'s file with this run's ports and paths; all the rest is as it is there."""
    text = SITE.read_text(encoding="utf-8")
    # A test machine may have no IPv6.
    text = re.sub(r"^ *listen \[::\].*\n", "", text, flags=re.MULTILINE)
    text = text.replace("listen 443", f"listen 127.0.0.1:{port}")
    text = text.replace("listen 80", f"listen 127.0.0.1:{plain_port}")
    text = text.replace("/run/otp-service/", f"{sockets}/")
    text = text.replace("/etc/otp-service/tls/", f"{folder}/")
    return text.replace("/var/log/nginx/", f"{folder}/")


def write_configuration(folder: Path, sockets: Path) -> tuple[int, int]:
    """Into `folder`; the ports for https and http."""
    authority = trustme.CA()
    certificate = authority.issue_cert(HOST)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    certificate.private_key_pem.write_to_path(folder / "privkey.pem")
    for part in certificate.cert_chain_pems:
        part.write_to_path(folder / "fullchain.pem", append=True)
    port, plain_port = free_port(), free_port()
    (folder / "site.conf").write_text(site_for(folder, sockets, port, plain_port))
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(_MAIN.format(user=user))
    return port, plain_port


def verdict(nginx: str, folder: Path) -> str:
    """What nginx -t says. Raise CalledProcessError when it refuses."""
    command = [nginx, "-t", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stderr


@contextmanager
def running_proxy(nginx: str, folder: Path, sockets: Path) -> Iterator[Proxy]:
    port, plain_port = write_configuration(folder, sockets)
    proxy = Proxy(folder, port, plain_port)
    command = [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "nginx.log"]
    process = OwnedProcess(command, quiet=True)
    try:
        await_condition(lambda: _answers(proxy), "nginx to answer")
        yield proxy
    finally:
        for pool in proxy._pools.values():
            pool.close()
        process.stop()


def _answers(proxy: Proxy) -> bool:
    try:
        return proxy.ask("GET", "/healthz").status == 200
    except urllib3.exceptions.HTTPError:
        return False
