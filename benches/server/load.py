"""Sessions at once over HTTP: requests a second, latencies, memory. Needs no package.

    benches/server/load.py PROGRAM [--sessions 1000] [--days 4] [--agents 8] [--no-wait]

Starts `PROGRAM serve` (feature `serve`) in a folder of its own, begins all sessions, and plays each to its end on a connection of
its own, one act after the other. The client shares the machine with the server.
"""
import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def scenario(days):
    end = date(2023, 5, 1) + timedelta(days=days)
    return f"""[scenario]
name = "load"
[market]
path = "{ROOT / 'data' / 'sample'}"
symbols = ["ALPHA", "BRAVO"]
interval = "1h"
start = 2023-05-01
end = {end}
[[agents]]
name = "hold"
strategy = {{ kind = "buy_and_hold" }}
[battle]
ranking_metric = "roi_pct"
"""


class Connection:
    def __init__(self, host, port, key):
        self.host, self.port, self.key = host, port, key

    async def open(self):
        self.reader, self.writer = await asyncio.open_connection(self.host, self.port)

    async def call(self, method, path, body=None):
        """Sends a request; once more where the server has closed a connection that was idle. A repeated act is known."""
        try:
            return await self.send(method, path, body)
        except (asyncio.IncompleteReadError, ConnectionError):
            await self.open()
            return await self.send(method, path, body)

    async def send(self, method, path, body):
        data = b"" if body is None else json.dumps(body).encode()
        head = f"{method} /api/v1/backtests{path} HTTP/1.1\r\nHost: {self.host}\r\nX-API-Key: {self.key}\r\n"
        if body is not None:
            head += "Content-Type: application/json\r\n"
        self.writer.write(f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data)
        await self.writer.drain()
        answer = await self.reader.readuntil(b"\r\n\r\n")
        status = int(answer.split(b" ", 2)[1])
        length = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        content = await self.reader.readexactly(length)
        if status >= 300:
            raise RuntimeError(f"{status} {content.decode()}")
        return json.loads(content)


def act(question):
    if question["type"] == "hello":
        return {"type": "ready", "protocol": 1, "indicators": ["sma(3)"]}
    number = question["decision"]
    message = {"type": "act", "decision": number}
    if number % 6 == 1:
        message["orders"] = [{"symbol": "ALPHA", "side": "buy", "equity_pct": 20}]
    elif number % 6 == 4:
        message["closes"] = ["ALPHA"]
    return message


async def session(connection, times, ready, go):
    await connection.open()
    began = time.perf_counter()
    made = await connection.call("POST", "", {"scenario": "load"})
    path = f"/{made['id']}"
    seen = await connection.call("GET", f"{path}/observation")
    times["begin"].append(time.perf_counter() - began)
    ready.append(1)
    await go.wait()
    while seen["state"] == "playing":
        message = act(seen["messages"][-1])
        began = time.perf_counter()
        seen = await connection.call("POST", f"{path}/act", message)
        times["act"].append(time.perf_counter() - began)
    return path, json.dumps(seen["result"])


def memory(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    values = dict(line.split(":", 1) for line in status.splitlines())
    return {key: int(values[key].split()[0]) // 1024 for key in ("VmRSS", "VmHWM")} | {"threads": int(values["Threads"])}


async def play(args, host, port, keys, pid):
    times, ready, go = {"begin": [], "act": []}, [], asyncio.Event()
    connections = [Connection(host, port, keys[number % len(keys)]) for number in range(args.sessions)]
    tasks = [asyncio.create_task(session(connection, times, ready, go)) for connection in connections]
    began = time.perf_counter()
    while len(ready) < args.sessions:
        failed = [task for task in tasks if task.done()]
        if failed:
            failed[0].result()
        await asyncio.sleep(0.05)
    print(f"{args.sessions} sessions wait for their agents after {time.perf_counter() - began:.1f} s; memory {memory(pid)} MB")
    began = time.perf_counter()
    go.set()
    ends = await asyncio.gather(*tasks)
    took = time.perf_counter() - began
    for name, values in times.items():
        values.sort()
        at = lambda share: 1000 * values[min(len(values) - 1, int(share * len(values)))]
        print(f"{name}: {len(values)} requests, p50 {at(0.5):.1f} ms, p99 {at(0.99):.1f} ms, mean {1000 * statistics.mean(values):.1f} ms")
    print(f"{len(times['act'])} acts in {took:.1f} s: {len(times['act']) / took:.0f} a second; memory {memory(pid)} MB")
    assert len({result for _, result in ends}) == 1, "equal agents had different results"
    if args.no_wait:
        return
    began = time.perf_counter()
    for (path, _), connection in zip(ends, connections):
        while (state := (await connection.call("GET", path))["state"]) == "storing":
            await asyncio.sleep(0.2)
        assert state == "ended", state
    print(f"all runs are stored {time.perf_counter() - began:.1f} s later; memory {memory(pid)} MB")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--days", type=int, default=4)
    parser.add_argument("--agents", type=int, default=8)
    parser.add_argument("--no-wait", action="store_true", help="do not wait until all runs are stored")
    args = parser.parse_args()
    program = os.path.abspath(args.program)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "scenarios").mkdir()
        (Path(folder) / "scenarios" / "load.toml").write_text(scenario(args.days))
        command = [program, "serve", "--listen", "127.0.0.1:0", "--rate", "0", "--quiet"]
        server = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
        try:
            url = server.stdout.readline().split()[-1]
            account = json.loads(subprocess.check_output([program, "account", "create", "--json"], cwd=folder))
            login = {key: account[key] for key in ("api_key", "api_secret")}

            def post(path, body, **headers):
                headers["Content-Type"] = "application/json"
                request = urllib.request.Request(f"{url}/api/v1{path}", json.dumps(body).encode(), headers)
                with urllib.request.urlopen(request) as answer:
                    return json.load(answer)

            token = post("/auth/login", login)["token"]
            made = [post("/agents", {"name": f"agent {n}"}, Authorization=f"Bearer {token}") for n in range(args.agents)]
            host, port = url.removeprefix("http://").split(":")
            asyncio.run(play(args, host, int(port), [agent["api_key"] for agent in made], server.pid))
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    sys.exit(main())
