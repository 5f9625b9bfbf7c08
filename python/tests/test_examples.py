"""The README's example, the example program and the notebook."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient


def test_the_readme_runs(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    text = (root / "python" / "README.md").read_text(encoding="utf-8")
    code = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert code
    monkeypatch.chdir(root)
    for block in code:
        exec(compile(block, "README.md", "exec"), {"__name__": "readme"})
    assert "roi_pct" in capsys.readouterr().out


def test_the_example_program_runs(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(root / "python" / "examples" / "own_agents.py"), run_name="__main__")
    shown = capsys.readouterr().out
    assert "winner:" in shown and "breakout" in shown


def test_the_notebook_runs(root: Path) -> None:
    notebook = nbformat.read(root / "python" / "examples" / "is_it_luck.ipynb", as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(root)}}).execute()
    errors = [out for cell in notebook.cells for out in cell.get("outputs", []) if out["output_type"] == "error"]
    assert not errors


def test_the_types_are_strict(root: Path) -> None:
    folder = root / "python"
    checked = [sys.executable, "-m", "mypy", "--strict", "tiltyard", "examples/own_agents.py"]
    found = subprocess.run(checked, cwd=folder, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


def test_doctests() -> None:
    import doctest

    import tiltyard._agents
    import tiltyard._market

    for module in (tiltyard, tiltyard._agents, tiltyard._market):
        failures, tests = doctest.testmod(module)
        assert failures == 0 and (tests or module is tiltyard._agents)


def test_ctrl_c_stops_a_sweep_which_goes_on(root: Path, tmp_path: Path) -> None:
    script = f"""
import os, signal, threading, tiltyard as ty
threading.Timer(float("0.3"), lambda: os.kill(os.getpid(), signal.SIGINT)).start()
text = open({str(root / 'scenarios' / 'sweep_sma_cross.toml')!r}).read().replace('../', {str(root)!r} + '/')
try:
    ty.sweep({str(root / 'scenarios' / 'sweep_sma_cross.toml')!r}, out={str(tmp_path)!r}, threads=1)
    print("done")
except KeyboardInterrupt:
    print("stopped")
"""
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=root)
    assert found.stdout.strip() in ("done", "stopped"), found.stderr
    again = subprocess.run(
        [sys.executable, "-c", script.replace('float("0.3")', "1000.0").replace(").start()", ")")],
        capture_output=True, text=True, check=True, cwd=root,
    )
    assert again.stdout.strip() == "done", again.stderr
