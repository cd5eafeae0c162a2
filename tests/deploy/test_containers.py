"""The image, compose.yaml and the Kubernetes manifests, as far as files can be checked."""

import json
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from dockerfile_parse import DockerfileParser
from jsonschema import Draft7Validator

from tests.deploy.instances import Instance
from tests.deployed_redis import DEPLOY
from tests.programs import program

MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
ALIVE = DEPLOY / "container" / "otp-service-alive"
SECRETS = {
    *("REDIS_URL", "OTP_SECRET_KEYS", "OTP_PSEUDONYM_KEY", "GAS_API_KEY"),
    *("WHATSAPP_ACCESS_TOKEN", "WHATSAPP_APP_SECRET", "WHATSAPP_WEBHOOK_VERIFY_TOKEN"),
}
_GRACEFUL_TIMEOUT_S = 30


def documents(path: Path) -> list[dict[str, Any]]:
    return [document for document in yaml.safe_load_all(path.read_text()) if document]


def manifest(kind: str, name: str = "otp-service") -> dict[str, Any]:
    (found,) = [
        document
        for path in MANIFESTS
        for document in documents(path)
        if document["kind"] == kind and document.get("metadata", {}).get("name") == name
    ]
    return found


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return parsed


@pytest.fixture(scope="module")
def dockerfile(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    # The parser may write to its file: it gets a copy.
    copy = tmp_path_factory.mktemp("image") / "Dockerfile"
    copy.write_text((DEPLOY / "Dockerfile").read_text())
    structure: list[dict[str, str]] = DockerfileParser(str(copy)).structure
    return [line for line in structure if line["instruction"] != "COMMENT"]


def test_hadolint_has_nothing_to_say_about_the_dockerfile():
    linted = [program("hadolint"), "--no-color", str(DEPLOY / "Dockerfile")]
    run = subprocess.run(linted, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "")


def test_the_last_stage_installs_nothing_and_belongs_to_nobody(dockerfile: list[dict[str, str]]):
    stages = [at for at, line in enumerate(dockerfile) if line["instruction"] == "FROM"]
    last = {line["instruction"]: line["value"] for line in dockerfile[stages[-1] :]}
    assert len(stages) == 2
    assert "RUN" not in last
    assert last["USER"] == "10001:10001"
    assert "otp-service-alive" in last["HEALTHCHECK"]
    runs = [line["value"] for line in dockerfile if line["instruction"] == "RUN"]
    assert any("--require-hashes" in run and "-r ${LOCK}" in run for run in runs)
    assert "sh deploy/argon2/install.sh /opt/otp-service" in runs
    assert "LOCK=requirements/runtime.lock" in [line["value"] for line in dockerfile]


def pins(name: str) -> set[str]:
    text = (DEPLOY.parent / "requirements" / name).read_text()
    return set(re.findall(r"^[a-z0-9-]+(?:\[[a-z]+\])?==\S+", text, re.MULTILINE))


def test_what_is_installed_beside_the_service_agrees_with_what_it_needs():
    """otel.lock takes the place of runtime.lock, build.lock comes with it."""
    needed, traced, built = (pins(f"{name}.lock") for name in ("runtime", "otel", "build"))
    assert needed < traced
    assert any(pin.startswith("opentelemetry-sdk==") for pin in traced)
    assert any(pin.startswith("hatchling==") for pin in built)
    names = {pin.partition("==")[0] for pin in needed}
    assert {pin for pin in built if pin.partition("==")[0] in names} <= needed


def test_what_the_image_holds_is_enough_to_answer(
    dockerfile: list[dict[str, str]], tmp_path: Path
):
    """Copied as the builder does: what .dockerignore leaves, a link as a link."""
    source, packages = _copied_as_by_the_builder(dockerfile, tmp_path), tmp_path / "packages"
    packages.mkdir()
    (install,) = [line["value"] for line in dockerfile if line["value"].startswith("cp ")]
    command = re.sub(r'"\$\(.*\)"', str(packages), install.partition("&&")[0])
    subprocess.run(["sh", "-euc", command], cwd=source, check=True)
    assert [path for path in packages.rglob("*") if not path.exists()] == []
    # Its routes read what lies beside the code.
    routes = "from otp_service.http_api import contract; contract.contract_blueprint()"
    subprocess.run(
        [sys.executable, "-P", "-c", f"{routes}; assert '{packages}' in contract.__file__"],
        env={"PYTHONPATH": str(packages)},
        check=True,
    )


def _copied_as_by_the_builder(dockerfile: list[dict[str, str]], folder: Path) -> Path:
    """What the build stage copies before anything is run."""
    root, context, source = DEPLOY.parent, folder / "context", folder / "source"
    context.mkdir()
    source.mkdir()
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().split()
    left = [path for name in ignored if name[0] == "!" for path in root.glob(name[1:])]
    names = [str(path.relative_to(root)) for path in left]
    subprocess.run(["cp", "-RP", "--parents", *names, str(context)], cwd=root, check=True)
    for line in dockerfile:
        if line["instruction"] == "COPY" and not line["value"].startswith("--"):
            what, where = line["value"].split()
            # Of a folder the builder copies what is in it.
            what += "." if what.endswith("/") else ""
            (source / where).mkdir(parents=True, exist_ok=True)
            subprocess.run(["cp", "-RP", f"{context}/{what}", source / where], check=True)
    return source


def test_images_are_pinned_by_version(compose: dict[str, Any], dockerfile: list[dict[str, str]]):
    images = {service["image"] for service in compose["services"].values()}
    images |= {
        line["value"].partition("=")[2] for line in dockerfile if "PYTHON=" in line["value"]
    }
    images |= {
        manifest("StatefulSet", "otp-redis")["spec"]["template"]["spec"]["containers"][0]["image"]
    }
    foreign = {image for image in images if not image.startswith("otp-service:")}
    assert len(foreign) == 3
    assert all(re.search(r":\d+\.\d+", image) for image in foreign)


def test_the_compose_file_is_what_the_compose_specification_allows(compose: dict[str, Any]):
    schemas = files("check_jsonschema") / "builtin_schemas" / "vendor"
    schema = json.loads((schemas / "compose-spec.json").read_text())
    assert [error.message for error in Draft7Validator(schema).iter_errors(compose)] == []


def test_every_container_is_closed(compose: dict[str, Any]):
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not service["user"].startswith("0"), name
        assert service["mem_limit"], name
        assert service["healthcheck"]["test"], name
    assert compose["services"]["redis"]["network_mode"] == "none"
    assert compose["services"]["nginx"]["networks"] == ["edge"]


def test_both_instances_get_every_secret_as_a_file_and_none_in_the_environment(
    compose: dict[str, Any],
):
    for name in ("otp-a", "otp-b"):
        service = compose["services"][name]
        expected = {f"{secret}_FILE": f"/run/secrets/{secret}" for secret in SECRETS}
        assert service["environment"] == expected
        assert set(service["secrets"]) == SECRETS == set(compose["secrets"])
        assert _seconds(service["stop_grace_period"]) > _GRACEFUL_TIMEOUT_S


def _seconds(text: str) -> int:
    return int(text.removesuffix("s"))


@pytest.mark.parametrize(
    "path",
    [path for path in MANIFESTS if path.stem != "kustomization"],
    ids=lambda path: path.stem,
)
def test_a_manifest_is_what_kubernetes_allows(path: Path):
    for document in documents(path):
        kubernetes_validate.validate(document, "1.34", strict=True)


def test_the_kustomization_names_every_manifest():
    named = documents(DEPLOY / "kubernetes" / "kustomization.yaml")[0]["resources"]
    assert sorted(named) == [path.name for path in MANIFESTS if path.stem != "kustomization"]


def test_pods_are_closed_and_get_the_time_that_a_send_takes():
    for kind, name in (("Deployment", "otp-service"), ("StatefulSet", "otp-redis")):
        pod = manifest(kind, name)["spec"]["template"]["spec"]
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        (container,) = pod["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
    pod = manifest("Deployment")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    pause_s = int(container["lifecycle"]["preStop"]["exec"]["command"][-1])
    assert pod["terminationGracePeriodSeconds"] >= pause_s + _GRACEFUL_TIMEOUT_S
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert container["readinessProbe"]["httpGet"]["path"] == "/healthz"


def test_what_selects_the_pods_selects_these_pods():
    labels = {"app.kubernetes.io/name": "otp-service"}
    deployment = manifest("Deployment")["spec"]
    assert deployment["template"]["metadata"]["labels"] == labels
    assert manifest("Service")["spec"]["selector"] == labels
    assert manifest("PodDisruptionBudget")["spec"]["selector"]["matchLabels"] == labels
    assert manifest("NetworkPolicy")["spec"]["podSelector"]["matchLabels"] == labels
    assert manifest("HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]["name"] == "otp-service"


def test_the_health_check_tells_an_instance_that_answers_from_one_that_does_not(
    instances: list[Instance], tmp_path: Path
):
    def check(bind: str) -> int:
        return subprocess.run(
            [sys.executable, str(ALIVE), bind], check=False, stderr=subprocess.DEVNULL
        ).returncode

    instances[0].start()
    assert check(f"unix:{instances[0].socket}") == 0
    assert check(f"unix:{tmp_path}/nobody.sock") == 1
    assert check("127.0.0.1:1") == 1
