"""Files, headers, numbers and webhooks."""

from pathlib import Path
from typing import Any

from tests.web.running import Place, place
from tests.web.server.clients import CARDS, joined, stranger


def test_media_is_served_in_ranges_with_its_type(here: Place) -> None:
    sha = here.put(bytes(range(256)) * 40, "audio/ogg")
    with joined(here) as client:
        whole = client.get(f"/media/{sha}")
        part = client.get(f"/media/{sha}", headers={"range": "bytes=100-199"})
        assert client.get(f"/media/{'0' * 64}").status_code == 404
        assert client.get("/media/..%2f..%2fetc%2fpasswd").status_code == 404
    assert (whole.status_code, len(whole.content), whole.headers["content-type"]) == (200, 10240, "audio/ogg")
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in whole.headers["cache-control"]
    assert "sandbox" in whole.headers["content-security-policy"]
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    assert part.headers["content-range"] == "bytes 100-199/10240"


def test_a_file_that_could_run_in_the_page_is_only_downloaded(here: Place) -> None:
    sha = here.put(b"<svg onload=alert(1)>", "image/svg+xml")
    with joined(here) as client:
        assert client.get(f"/media/{sha}").headers["content-disposition"] == "attachment"


def test_every_answer_carries_the_security_headers(here: Place) -> None:
    with joined(here) as client:
        for path in ("/", "/join/x", "/chat/me", "/nowhere", "/healthz"):
            headers = client.get(path).headers
            assert "default-src 'none'" in headers["content-security-policy"]
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] == "no-store"


def test_pages_keep_what_they_load_until_it_changes(here: Place) -> None:
    with stranger(here) as client:
        page = client.get("/").text
        address = page.split('stylesheet" href="')[1].split('"')[0]
        answer = client.get(address)
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-type"] == "text/css; charset=utf-8"
        assert client.get("/static/old/base.css").headers["cache-control"] == "no-cache"
        assert client.get("/static/old/server.py").status_code == 404
        assert client.get("/static/old/%2e%2e%2fserver.py").status_code == 404


def test_metrics_are_for_this_machine_alone(here: Place) -> None:
    with stranger(here) as client:
        assert 'labelbot_http_answers_total{status="2xx"}' in client.get("/metrics").text
        assert client.get("/metrics", headers={"host": "labels.example"}).status_code == 404
        assert client.get("/metrics", headers={"x-forwarded-for": "127.0.0.1"}).status_code == 404


def test_webhooks_are_handed_over_and_bounded(tmp_path: Path) -> None:
    got: list[tuple[str, bytes]] = []

    async def telegram(headers: Any, body: bytes) -> int:
        got.append((headers["x-telegram-bot-api-secret-token"], body))
        return 200

    async def slack(headers: Any, body: bytes) -> tuple[int, dict[str, str], bytes]:
        return 401, {"x-why": "signature"}, b"no"

    with place(tmp_path, list(CARDS), on_telegram=telegram, on_slack=slack) as where, stranger(where) as client:
        secret = {"x-telegram-bot-api-secret-token": "s"}
        assert client.post("/telegram/1", content=b"{}", headers=secret).status_code == 200
        assert client.post("/telegram/1", content=b"x" * 2_000_000, headers=secret).status_code == 413
        answer = client.post("/slack/events", content=b"{}")
        assert (answer.status_code, answer.headers["x-why"], answer.content) == (401, "signature", b"no")
    assert got == [("s", b"{}")]


def test_a_webhook_that_is_not_configured_is_no_address(here: Place) -> None:
    with stranger(here) as client:
        assert client.post("/slack/events", content=b"{}").status_code == 404
        assert client.post("/telegram/1", content=b"{}").status_code == 404


def test_https_makes_the_cookie_secure(tmp_path: Path) -> None:
    with place(tmp_path, list(CARDS), public_url="https://labels.example") as where, stranger(where) as client:
        answer = client.post(f"/join/{where.invite()}", data={"name": "Ada"})
        assert answer.headers["set-cookie"].startswith("__Host-labelbot=")
        assert "Secure" in answer.headers["set-cookie"]
        assert "strict-transport-security" in answer.headers
        through = {"host": "10.0.0.5:8080", "origin": "https://labels.example"}
        assert client.get(f"/join/{where.invite()}", headers=through).status_code == 200
