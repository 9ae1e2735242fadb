"""Stands in for the engine's JVM: takes the lock, writes its pid, answers on both ports.

Run in place of `java` with the very command line of `launch.command`. How it behaves is chosen by
`-Dfake=…` among the JVM options:
    well      answers (the default)        release=V   reports release V
    dies      logs an error and exits      port-once   at its first start says its port is taken
    jobs      reports a running job        stubborn    ignores SIGTERM
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def configuration(folder: Path) -> dict[str, str]:
    lines = next(folder.glob("*.yaml")).read_text("utf-8").splitlines()
    pairs = (line.split(": ", 1) for line in lines)
    return {key: json.loads(value) for key, value in pairs}


def serve(port: int, answers: dict[str, object]) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(answers.get(self.path, {})).encode()
            self.send_response(200 if self.path in answers else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def main() -> None:
    conf, lock, slots = Path(sys.argv[-3]), Path(sys.argv[-2]), int(sys.argv[-1])
    modes = [arg.removeprefix("-Dfake=") for arg in sys.argv if arg.startswith("-Dfake=")]
    mode = modes[-1] if modes else "well"
    with (conf.parent / "starts").open("a") as starts:
        starts.write(f"{os.getpid()}\n")
    if mode == "dies":
        print("Exception in thread main\nCaused by: java.lang.Nonsense: no such thing\n\tat X.y(Z)")
        sys.exit(1)
    if mode == "port-once" and len((conf.parent / "starts").read_text().split()) == 1:
        print("java.net.BindException: Address already in use")
        sys.exit(1)
    held = open(lock, "a+")  # kept open: the lock is for the life of the process
    try:
        fcntl.lockf(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        sys.exit(3)
    held.truncate(0)
    held.write(str(os.getpid()))
    held.flush()
    if mode == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    release = mode.removeprefix("release=") if mode.startswith("release=") else "2.2.1"
    options = configuration(conf)
    jobs = 1 if mode == "jobs" else 0
    overview = {"flink-version": release, "slots-total": slots, "jobs-running": jobs}
    serve(int(options["rest.port"]), {"/overview": overview})
    serve(int(options["sql-gateway.endpoint.rest.port"]), {"/v1/info": {"version": release}})
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
