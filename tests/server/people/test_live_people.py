"""People over real HTTP: two workers, a real store, a real proxy with TLS under a path prefix."""

from __future__ import annotations

import html
import http.client
import http.cookiejar
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from layers.store import tables
from layers.store.audit import Event
from layers.store.engine import writing
from layers.store.people import PeopleStore
from server.people import passwords
from tests.live import CHECKOUT, PATIENCE_S, LiveServer, free_port, start_server, stop, stop_server, wait_until
from tests.server.people.browsers import NAMES, TOKEN, WORDS
from tests.server.people.reading import still_reading

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from layers.workspace import Workspace

ARTICLE = "Border guards seized 12 kilograms of opium near Kunduz on 3 May 2014. Two men were arrested at the post."


class HttpBrowser:
    """urllib with cookies: every request is a connection of its own, so that any worker may answer it."""

    def __init__(self, url: str, context: ssl.SSLContext | None = None) -> None:
        self.url = url
        self.cookies = http.cookiejar.CookieJar()
        handlers: list[urllib.request.BaseHandler] = [urllib.request.HTTPCookieProcessor(self.cookies), Unled()]
        if context:
            handlers.append(urllib.request.HTTPSHandler(context=context))
        self.opener = urllib.request.build_opener(*handlers)

    def open(self, path: str, data: bytes | None = None, **headers: str) -> tuple[int, Any, str]:
        request = urllib.request.Request(self.url + path, data, {"Accept": "text/html", **headers})
        try:
            with self.opener.open(request, timeout=PATIENCE_S) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read().decode()

    def token(self, path: str) -> str:
        match = TOKEN.search(self.open(path)[2])
        assert match is not None
        return html.unescape(match[1])

    def post(self, path: str, *, at: str, **form: str) -> tuple[int, Any, str]:
        data = urllib.parse.urlencode({"csrf_token": self.token(at), **form}).encode()
        return self.open(path, data, Referer=self.url + at)

    def sign_in(self, name: str, password: str = WORDS) -> tuple[int, Any, str]:
        return self.post("/login", at="/login", name=name, password=password)


class Unled(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: what it leads to is what is tested."""

    def redirect_request(self, *_: object) -> None:
        return None


def with_people(workspace: Workspace) -> None:
    hashed = passwords.hashed(WORDS)
    with PeopleStore.open(workspace.store_url) as store:
        for role, name in NAMES.items():
            store.add(name, role, hashed, Event("2026-01-01T00:00:00Z", None, "account-added"))


def keep_closed(workspace: Workspace) -> None:
    """Let a door stay closed for almost an hour that would be open again after thirty seconds, which a busy machine may need."""
    later_s = int(time.time()) + 3000
    with PeopleStore.open(workspace.store_url) as store, writing(store.engine) as connection:
        closed = sa.update(tables.attempts).where(tables.attempts.c.locked_until_s > tables.attempts.c.last_s)
        assert connection.execute(closed.values(locked_until_s=later_s)).rowcount == 1


@pytest.fixture
def served(own_small_workspace: Workspace, tmp_path: Path) -> Iterator[LiveServer]:
    with_people(own_small_workspace)
    server = start_server(own_small_workspace.path, tmp_path / "log.txt", environment={"CORRIDORMAP_REVIEW": "1"})
    yield server
    stop_server(server)


@pytest.mark.long
def test_two_workers_know_the_same_people(served: LiveServer, own_small_workspace: Workspace, tmp_path: Path) -> None:
    browser = HttpBrowser(served.url)
    assert browser.sign_in(NAMES["reviewer"])[0] == 303
    statuses = {browser.open("/account")[0] for _ in range(20)}
    assert statuses == {200}, "a session holds in every worker"
    attacker = HttpBrowser(served.url)
    attempts = [attacker.sign_in(NAMES["editor"], f"guess number {number}")[0] for number in range(5)]
    assert attempts == [403] * 5
    keep_closed(own_small_workspace)
    assert [attacker.sign_in(NAMES["editor"], f"further guess {number}")[0] for number in range(3)] == [429] * 3
    # What was read while it was brought is read by a process of its own; requests go on meanwhile.
    boundary = "part"
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="Kunduz.txt"\r\n\r\n{ARTICLE}\r\n--{boundary}--\r\n'
    ).encode()
    sending = {
        "Content-Type": f"multipart/form-data; boundary={boundary}",
        "X-CSRFToken": browser.token("/account"),
        "Accept": "application/json",
    }
    status, _, text = browser.open("/review/uploads", body, **sending)
    assert status == 201, text
    [upload] = json.loads(text)["uploads"]

    def told() -> dict[str, Any]:
        return dict(json.loads(browser.open(f"/review/uploads/{upload['id']}", Accept="application/json")[2]))

    wait_until(lambda: told()["state"] in {"done", "failed"}, "it is read")
    found = told()
    assert found["state"] == "done", found
    assert (own_small_workspace.articles / f"{found['article']}.txt").read_text(encoding="utf-8") == ARTICLE
    # 200 MB are refused by what the request says, before any of it is sent.
    connection = http.client.HTTPConnection(served.url.removeprefix("http://"), timeout=PATIENCE_S)
    connection.putrequest("POST", "/review/uploads")
    cookie = "; ".join(f"{each.name}={each.value}" for each in browser.cookies)
    for name, value in {**sending, "Cookie": cookie, "Content-Length": "200000000"}.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 413
    assert "larger than 50 MB" in json.load(answer)["detail"]
    connection.close()
    # A backup is made meanwhile, and comes back.
    for command in (["backup", str(tmp_path / "backup")], ["restore", str(tmp_path / "backup")]):
        where = own_small_workspace.path if command[0] == "backup" else tmp_path / "restored"
        subprocess.run(
            [sys.executable, "-m", "server", *command, "--workspace", str(where)],
            cwd=CHECKOUT,
            check=True,
            capture_output=True,
        )
    assert (tmp_path / "restored" / "articles" / f"{found['article']}.txt").is_file()
    assert not (tmp_path / "restored" / "secret.key").exists()
    assert browser.post("/logout", at="/account")[0] == 303
    assert browser.open("/account")[0] == 303
    wait_until(lambda: not still_reading(own_small_workspace), "the process that read compares the articles and ends")
    log = served.log.read_text(encoding="utf-8", errors="replace")
    assert WORDS not in log
    assert "Traceback" not in log, log


NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


@pytest.fixture
def proxied(own_small_workspace: Workspace, tmp_path: Path) -> Iterator[str]:
    """The service behind nginx with TLS, under a path prefix, by the configuration that docs/operate shows."""
    if NGINX is None or shutil.which("openssl") is None:
        pytest.fail("nginx or openssl is missing: `make nginx` installs the one, `apt-get install openssl` the other")
    with_people(own_small_workspace)
    port = free_port()
    url = f"https://localhost:{port}/corridors"
    server = start_server(
        own_small_workspace.path,
        tmp_path / "log.txt",
        environment={"CORRIDORMAP_REVIEW": "1", "CORRIDORMAP_PUBLIC_URL": url, "CORRIDORMAP_TRUST_PROXY": "1"},
    )
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost", "-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    text = (CHECKOUT / "docs" / "operate" / "nginx.md").read_text(encoding="utf-8")
    block = re.search(r"```nginx\n(.*?)```", text, re.DOTALL)
    assert block is not None
    locations = block[1].replace("http://127.0.0.1:8000", server.url)
    as_we_are = "user root;" if os.geteuid() == 0 else ""  # else its workers may not write to the test's folder
    config = f"""
    {as_we_are} worker_processes 1; pid {tmp_path}/nginx.pid; error_log {tmp_path}/error.log; daemon off;
    events {{}}
    http {{
      access_log off; client_body_temp_path {tmp_path}/body; proxy_temp_path {tmp_path}/proxy;
      fastcgi_temp_path {tmp_path}/f; uwsgi_temp_path {tmp_path}/u; scgi_temp_path {tmp_path}/s;
      {locations.split("server {")[0]}
      server {{
        listen 127.0.0.1:{port} ssl; server_name localhost;
        ssl_certificate {tmp_path}/cert.pem; ssl_certificate_key {tmp_path}/key.pem;
        {"".join(re.findall(r"(    location .*?^    }|    location = .*?$)", locations, re.DOTALL | re.MULTILINE))}
      }}
    }}"""
    (tmp_path / "nginx.conf").write_text(config)
    process = subprocess.Popen([NGINX, "-c", str(tmp_path / "nginx.conf")], stderr=subprocess.DEVNULL, env=os.environ)
    wait_until((tmp_path / "nginx.pid").exists, "nginx runs")
    yield url
    stop(process)
    stop_server(server)


@pytest.mark.slow
def test_people_sign_in_through_nginx_with_tls_under_a_prefix(
    proxied: str, tmp_path: Path, own_small_workspace: Workspace
) -> None:
    context = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    browser = HttpBrowser(proxied, context)
    status, headers, _ = browser.open("/account")
    assert status == 303
    assert headers["Location"] == "/corridors/login?next=%2Fcorridors%2Faccount"
    assert browser.sign_in(NAMES["editor"])[0] == 303
    [cookie] = browser.cookies
    assert cookie.name == "__Secure-corridormap"
    assert cookie.secure
    assert cookie.path == "/corridors"
    assert browser.open("/account")[0] == 200
    # Over TLS the referrer counts too.
    token = browser.token("/account")
    form = urllib.parse.urlencode({"csrf_token": token}).encode()
    assert browser.open("/logout", form, Referer="https://evil.example/")[0] == 403
    assert browser.open("/logout", form)[0] == 403
    # What nginx lets through is as large as what the service takes, and no larger.
    big = b"x" * 20_000_000
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.docx"\r\n\r\nPK\x03\x04'
        + big
        + b"\r\n--b--\r\n"
    )
    sending = {
        "Content-Type": "multipart/form-data; boundary=b", "X-CSRFToken": token, "Accept": "application/json",
        "Referer": f"{proxied}/review/upload",
    }  # fmt: skip
    status, _, text = browser.open("/review/uploads", body, **sending)
    assert (status, json.loads(text)["title"]) == (415, "Refused upload")
    with PeopleStore.open(own_small_workspace.store_url) as store:
        addresses = {event.address for _, event in store.events(most=20) if event.what == "signed-in"}
    assert addresses == {"127.0.0.1"}
    # nginx itself slows down who tries passwords.
    attacker = HttpBrowser(proxied, context)
    token = attacker.token("/login")
    form = urllib.parse.urlencode({"csrf_token": token, "name": "x", "password": "y"}).encode()
    answers = [attacker.open("/login", form, Referer=f"{proxied}/login")[0] for _ in range(30)]
    assert 429 in answers
    assert browser.open("/account")[0] == 200, "who is signed in goes on"
