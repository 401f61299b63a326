"""A service that starts: nobody takes its address before its workers do, and it stops although they have only begun."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from geo.errors import InvalidSetting, PortInUse
from server.startup import address_held
from tests.at_once import at_once
from tests.live import CHECKOUT, PATIENCE_S, answers, free_port, start_server, stop, stop_server, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from layers.workspace import Workspace

LOCAL = "127.0.0.1"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what the kernel does of it Linux alone does")


def listening(port: int) -> socket.socket:
    """A socket as each worker opens one."""
    opened = socket.socket()
    for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
        opened.setsockopt(socket.SOL_SOCKET, option, 1)
    opened.bind((LOCAL, port))
    opened.listen()
    return opened


def test_a_held_address_is_had_by_workers_and_by_no_other_service() -> None:
    port = free_port()
    with address_held(LOCAL, port):
        for _ in range(2):
            with pytest.raises(PortInUse, match=f"Port {port} on {LOCAL} is in use"), address_held(LOCAL, port):
                pass
        with socket.socket() as reader, pytest.raises(ConnectionRefusedError):
            reader.connect((LOCAL, port))
        with closing(listening(port)) as one, closing(listening(port)) as other:
            with pytest.raises(PortInUse), address_held(LOCAL, port):
                pass
            for worker in (one, other):
                worker.settimeout(PATIENCE_S)
            other.close()
            with socket.create_connection((LOCAL, port), timeout=PATIENCE_S), one.accept()[0]:
                pass
    with address_held(LOCAL, port):
        pass


def test_of_services_that_start_at_the_same_moment_one_has_the_address() -> None:
    port = free_port()

    def taken(_: int) -> bool:
        held = address_held(LOCAL, port)
        try:
            held.__enter__()
        except PortInUse:
            return False
        entered.append(held)
        return True

    for _ in range(20):
        entered: list[object] = []
        assert sum(at_once(taken, range(4))) == 1
        entered[0].__exit__(None, None, None)  # type: ignore[attr-defined]  # a context manager


def test_connections_that_an_ended_service_left_do_not_count() -> None:
    port = free_port()
    with closing(listening(port)) as ended, socket.create_connection((LOCAL, port)) as reader:
        accepted, _ = ended.accept()
        accepted.close()  # who closes first keeps the connection for a minute
        assert reader.recv(1) == b""
    with socket.socket() as plain, pytest.raises(OSError, match="in use"):
        plain.bind((LOCAL, port))
    with address_held(LOCAL, port):
        pass


def test_an_address_that_this_machine_has_not_is_named() -> None:
    with pytest.raises(InvalidSetting, match=r"203\.0\.113\.7:8000"), address_held("203.0.113.7", 8000):
        pass


def test_a_child_that_is_told_to_stop_before_it_has_begun_stops() -> None:
    script = (
        "import os, signal, sys, time\n"
        "from server.startup import stoppable_from_the_first_moment\n"
        "signal.signal(signal.SIGTERM, lambda *_: None)\n"
        # Registered first, so it runs before anything of ours does in the child.
        "os.register_at_fork(after_in_child=lambda: [os.kill(os.getpid(), each) for each in (signal.SIGINT, told)])\n"
        "for told in (signal.SIGTERM, 0):\n"
        "    with stoppable_from_the_first_moment():\n"
        "        child = os.fork()\n"
        "        if not child: os._exit(7)\n"
        "    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), signal.pthread_sigmask(signal.SIG_BLOCK, ()))\n"
        "signal.signal(signal.SIGINT, lambda *_: None)\n"
        "child = os.fork()\n"
        "if not child: os._exit(8 + (signal.getsignal(signal.SIGINT) is signal.SIG_IGN))\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == [f"{-signal.SIGTERM} set()", "7 set()", "8"], done.stderr


@pytest.mark.long
@pytest.mark.parametrize("to_all", [False, True])
def test_a_service_whose_workers_are_only_starting_stops_when_asked(
    small_workspace: Workspace, tmp_path: Path, to_all: bool
) -> None:
    """Workers that never come to an end of their start are stopped at once; Ctrl-C tells them too."""
    script = (
        "import sys, time\n"
        "from server import cli, wsgi\n"
        "def application():\n"
        "    print('a worker has begun', file=sys.stderr, flush=True)\n"
        "    time.sleep(3600)\n"
        "wsgi.application = application\n"
        "cli.main()\n"
    )
    command: list[str | Path] = [
        sys.executable, "-c", script, "serve", "--workspace", small_workspace.path, "--port", str(free_port()),
    ]  # fmt: skip
    log = tmp_path / "log.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=CHECKOUT, stdout=output, stderr=output, start_new_session=True,
            env=os.environ | {"CORRIDORMAP_SHUTDOWN_S": "600"},
        )  # fmt: skip
    try:
        wait_until(lambda: log.read_text(encoding="utf-8").count("a worker has begun") == 2, "two workers start")
        if to_all:
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE_S) == 0, log.read_text(encoding="utf-8")
    finally:
        stop(process)
    assert "refused to" not in log.read_text(encoding="utf-8")
    assert "Unexpected exit" not in log.read_text(encoding="utf-8")


def test_a_process_ends_with_the_one_that_started_it() -> None:
    child = (
        "import sys, time\n"
        "from server.startup import end_with_parent\n"
        "end_with_parent(int(sys.argv[1]))\n"
        "print('begun', flush=True)\n"
        "time.sleep(3600)\n"
    )
    parent = "import os, subprocess, sys\nsubprocess.run([sys.executable, '-c', sys.argv[1], str(os.getpid())])\n"
    # What the processes write to ends once the last of them has.
    with subprocess.Popen(
        [sys.executable, "-c", parent, child], cwd=CHECKOUT, stdout=subprocess.PIPE, bufsize=0
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        process.kill()
        assert process.stdout.read() == b""
    of_another = subprocess.run(
        [sys.executable, "-c", child, "1" if os.getpid() != 1 else "2"], cwd=CHECKOUT, capture_output=True, check=False
    )
    assert (of_another.returncode, of_another.stdout) == (1, b""), "its parent has died already"


@pytest.mark.long
def test_what_a_terminal_sends_to_all_is_the_main_process_alone_to_answer(
    small_workspace: Workspace, tmp_path: Path
) -> None:
    """Workers that ended by themselves would be taken for dead ones, and Ctrl-C for a failure."""
    server = start_server(small_workspace.path, tmp_path / "log.txt")
    try:
        wait_until(lambda: server.log.read_text(encoding="utf-8").count("Started worker") == 2, "two workers run")
        listed = subprocess.run(["pgrep", "-P", str(server.process.pid)], capture_output=True, text=True, check=True)
        for worker in map(int, listed.stdout.split()):
            os.kill(worker, signal.SIGINT)
        assert all(answers(f"{server.url}/healthz") for _ in range(8))
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(timeout=PATIENCE_S) == 0
    finally:
        stop_server(server)
    assert "Unexpected exit" not in server.log.read_text(encoding="utf-8")
