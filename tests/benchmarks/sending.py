"""How fast our transport and gateway send, beside the peers: ``python -m tests.benchmarks.sending``.

Unthrottled on loopback, against a lean server in a process of its own; every sender in a process of its
own too, with uvloop and 50 messages in flight; the best of three rounds that go through all of them in
turn. The peers live in an environment of their own, ``var/peers``, since their pins conflict with ours;
it is made from the ``bench`` dependency group where it is missing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks import figure

ROOT = Path(__file__).parents[2]
PEERS = ROOT / "var" / "peers"
DEMANDED = 1.5
COUNT = {"frontwire": 10_000, "ptb": 500, "aiogram": 5_000, "telebot": 5_000, "grammy": 5_000}
"""Some seconds' worth for each: PTB's own transport needs a minute for what takes us one second."""

NODE_PEERS = ROOT / "var" / "peers-node"
IN_FLIGHT = 50
ROUNDS = 3


def peers_python() -> str:
    """The interpreter that has the peers installed."""
    python = PEERS / "bin" / "python"
    if not python.exists():
        group = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]["bench"]
        subprocess.run([sys.executable, "-m", "uv", "venv", "-q", "-p", "3.11", PEERS], check=True)
        subprocess.run(
            [sys.executable, "-m", "uv", "pip", "install", "-q", "-p", python, *group, "uvloop"],
            check=True,
        )
    return str(python)


@contextmanager
def lean_server(rate: int | None = None) -> Iterator[str]:
    """A server in a process of its own; its port. With a rate it refuses what exceeds it."""
    command = [sys.executable, str(Path(__file__).with_name("lean_server.py"))]
    server = subprocess.Popen(
        command if rate is None else [*command, str(rate)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    try:
        yield server.stdout.readline().strip()
    finally:
        server.kill()
        server.communicate()


def has_grammy() -> bool:
    """Whether Node is here and grammY with it; fetched where npm may."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        print("grammY is left out: there is no Node here")
        return False
    if not (NODE_PEERS / "node_modules" / "grammy").exists():
        NODE_PEERS.mkdir(parents=True, exist_ok=True)
        install = ["npm", "install", "--silent", "--prefix", str(NODE_PEERS), "grammy@1"]
        if subprocess.run(install, check=False, cwd=NODE_PEERS).returncode:
            print("grammY is left out: npm cannot fetch it")
            return False
    return True


def once(name: str, port: str) -> float:
    """One round of one sender, in messages a second."""
    here = Path(__file__).parent
    if name == "grammy":
        command = ["node", str(here / "grammy.mjs")]
    else:
        python = peers_python() if name in ("aiogram", "telebot") else sys.executable
        command = [python, str(here / "peers.py"), name]
    done = subprocess.run(
        [*command, port, str(COUNT[name]), str(IN_FLIGHT)],
        check=True,
        capture_output=True,
        text=True,
        cwd=NODE_PEERS if name == "grammy" else ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    return float(done.stdout)


def measure() -> dict[str, float]:
    """The best round of each."""
    best = {name: 0.0 for name in COUNT if name != "grammy" or has_grammy()}
    with lean_server() as port:
        for _round in range(ROUNDS):
            for name in best:
                best[name] = max(best[name], once(name, port))
    return best


def main() -> int:
    """Prints a JSON line and one for people; 1 where the demand is not met."""
    best = measure()
    ratios = {name: best["frontwire"] / rate for name, rate in best.items() if name != "frontwire"}
    ratio = min(ratios.values())
    figure("sending, unthrottled", round(best["frontwire"]), unit="messages/s")
    for name, value in ratios.items():
        figure(f"sending, beside {name}", round(value, 2), unit="x")
    demanded = f">= {DEMANDED} x the best"
    figure("sending, beside the best", round(ratio, 2), demanded, "x", ok=ratio >= DEMANDED)
    print(
        f"sending: {best['frontwire']:,.0f} messages/s; "
        + ", ".join(f"{value:.2f} x {name}" for name, value in ratios.items())
        + f"; demanded >= {DEMANDED} x the best: {'met' if ratio >= DEMANDED else 'NOT MET'}"
    )
    return 0 if ratio >= DEMANDED else 1


if __name__ == "__main__":
    sys.exit(main())
