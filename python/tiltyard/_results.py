"""What a run has left in its folder, read when it is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

_AMOUNT = pa.decimal128(38, 8)
_MONEY = ("final_equity", "total_pnl", "fees")


def _of_one_type(table: pa.Table) -> pa.Table:
    """The table with all amounts as `_AMOUNT`: files of curves have a narrower type where their amounts fit it."""
    fields = [field.with_type(_AMOUNT) if pa.types.is_decimal(field.type) else field for field in table.schema]
    return table.cast(pa.schema(fields, metadata=table.schema.metadata))


class Table:
    """An Arrow table with the conversions that notebooks want. `arrow` has the exact values: money as decimals."""

    def __init__(self, arrow: pa.Table) -> None:
        self.arrow = arrow

    def to_pandas(self, *, exact: bool = False) -> Any:
        """As a pandas frame: float64 and UTC timestamps; `exact` keeps decimals."""
        return (self.arrow if exact else _floats(self.arrow)).to_pandas()

    def to_polars(self, *, exact: bool = True) -> Any:
        """As a polars frame, without a copy where types are the same; `exact=False` turns decimals into floats."""
        import polars as pl

        return pl.from_arrow(self.arrow if exact else _floats(self.arrow))

    def to_dicts(self) -> list[dict[str, Any]]:
        """As a list of rows."""
        rows: list[dict[str, Any]] = self.arrow.to_pylist()
        return rows

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self.arrow.__arrow_c_stream__(requested_schema)

    def __len__(self) -> int:
        return int(self.arrow.num_rows)

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return list(self.arrow.column_names)

    def __getitem__(self, column: str) -> list[Any]:
        values: list[Any] = self.arrow.column(column).to_pylist()
        return values

    def __repr__(self) -> str:
        return f"<Table: {len(self)} rows of {', '.join(self.columns)}>"

    def _repr_html_(self) -> str:
        head = _floats(self.arrow.slice(0, 20))
        cells = "".join(f"<th>{name}</th>" for name in head.column_names)
        rows = "".join(
            "<tr>" + "".join(f"<td>{_shown(value)}</td>" for value in row.values()) + "</tr>" for row in head.to_pylist()
        )
        more = f"<p>{len(self)} rows</p>" if len(self) > 20 else ""
        return f"<table><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table>{more}"


def _shown(value: Any) -> str:
    from html import escape

    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else escape(str(value))


def _floats(table: pa.Table) -> pa.Table:
    fields = [
        pa.field(field.name, pa.float64()) if pa.types.is_decimal(field.type) else field for field in table.schema
    ]
    return table.cast(pa.schema(fields))


class AgentResult:
    """What one agent did, in every window."""

    def __init__(self, folder: Path, name: str, row: Mapping[str, Any]) -> None:
        self.name = name
        self.folder = folder
        #: Its row of the leaderboard.
        self.row = dict(row)

    def _table(self, name: str) -> Table:
        table = pq.read_table(self.folder / f"{name}.parquet")
        return Table(_of_one_type(table))

    @cached_property
    def trades(self) -> Table:
        """Round trips: entry, exit, PnL, fees, excursions."""
        return self._table("trades")

    @cached_property
    def equity(self) -> Table:
        """The equity at each bar."""
        return self._table("equity")

    @cached_property
    def orders(self) -> Table:
        """Every order with what became of it."""
        return self._table("orders")

    @cached_property
    def fills(self) -> Table:
        """Every fill."""
        return self._table("fills")

    @cached_property
    def windows(self) -> list[dict[str, Any]]:
        """Status, metrics and more of each window."""
        found: list[dict[str, Any]] = _json(self.folder / "metrics.json")["windows"]
        return found

    @cached_property
    def metrics(self) -> dict[str, float | None]:
        """The metrics of the whole record, by name; `None` where a metric does not exist."""
        record: dict[str, float | None] = _json(self.folder / "metrics.json")["record"]["metrics"]
        return record

    @property
    def status(self) -> str:
        """`completed`, `disqualified` or `forfeit`."""
        return str(self.row["status"])

    @property
    def faults(self) -> list[str]:
        """Why windows were forfeited or the agent was disqualified: for a strategy in Python, its traceback."""
        return [window["status_detail"] for window in self.windows if window["status_detail"]]

    def __repr__(self) -> str:
        return f"<AgentResult: {self.name}, {self.status}, score {self.row['score']}>"


class Agents(Mapping[str, AgentResult]):
    """The agents of a run by name, the best first."""

    def __init__(self, agents: dict[str, AgentResult]) -> None:
        self._agents = agents

    def __getitem__(self, name: str) -> AgentResult:
        if name not in self._agents:
            raise KeyError(f"no agent `{name}`; there are {', '.join(self._agents)}")
        return self._agents[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._agents)

    def __len__(self) -> int:
        return len(self._agents)

    def __repr__(self) -> str:
        return f"<Agents: {', '.join(self._agents)}>"


class Run:
    """A stored run: its folder is the one that the command line writes, and `tiltyard show` finds it.

    `Run("reports/my-scenario/0123456789ab")` opens one that is there already.
    """

    def __init__(self, folder: str | Path, notes: list[str] | None = None) -> None:
        self.folder = Path(folder)
        #: What a reader should know, one sentence each.
        self.notes = notes or []
        self._board = _json(self.folder / "leaderboard.json")
        rows = self._board["rankings"]
        self.agents = Agents(
            {row["agent"]: AgentResult(self.folder / "agents" / row["agent"], row["agent"], row) for row in rows}
        )

    @property
    def id(self) -> str:
        """The run's identity: the same scenario, bars and strategies have the same."""
        return str(self._board["run_id"])

    @cached_property
    def leaderboard(self) -> Table:
        """A row for each agent, the best first."""
        rows = [
            {name: item for name, item in row.items() if not isinstance(item, (dict, list))}
            for row in self._board["rankings"]
        ]
        names = list(dict.fromkeys(name for row in rows for name in row))
        table = pa.Table.from_pylist([{name: row.get(name) for name in names} for row in rows])
        for name in _MONEY:
            if name in table.column_names:
                index = table.column_names.index(name)
                table = table.set_column(index, name, table.column(name).cast(_AMOUNT))
        return Table(table)

    @cached_property
    def standings(self) -> dict[str, Any] | None:
        """Places, intervals, ratings, tests and verdict; `None` without a `[tournament]`."""
        file = self.folder / "standings.json"
        return _json(file) if file.exists() else None

    @property
    def winner(self) -> str | None:
        """The agent that is called the winner: more than luck by the tests of the standings. `None` where nobody is."""
        if self.standings is None:
            return None
        verdict = self.standings["verdict"]
        return str(verdict["leader"]) if verdict.get("outcome") == "called" else None

    def equity(self) -> Table:
        """The equity of all agents in one long table: agent, and the columns of each agent's."""
        tables = []
        for name, agent in self.agents.items():
            table = agent.equity.arrow
            tables.append(table.add_column(0, "agent", pa.array([name] * table.num_rows, pa.string())))
        return Table(pa.concat_tables(tables))

    def show(self) -> Any:
        """The report, inline in a notebook; elsewhere opens it in a browser."""
        page = self.folder / "report.html"
        try:
            from IPython import get_ipython
            from IPython.display import IFrame, display
        except ImportError:
            in_notebook = False
        else:
            in_notebook = get_ipython() is not None
        if in_notebook:
            import base64

            data = base64.b64encode(page.read_bytes()).decode()
            show: Any = display
            return show(IFrame(f"data:text/html;base64,{data}", width="100%", height=800))
        import webbrowser

        return webbrowser.open(page.absolute().as_uri())

    def plot(self) -> Any:
        """The equity of all agents as a matplotlib figure, windows side by side."""
        import matplotlib.pyplot as plt

        figure, axes = plt.subplots(figsize=(10, 5))
        for name, agent in self.agents.items():
            frame = agent.equity.to_pandas()
            time = "ts" if "ts" in frame.columns else frame.columns[0]
            axes.plot(frame[time], frame["equity"], label=name, linewidth=1)
        axes.set_ylabel("equity")
        axes.legend()
        figure.autofmt_xdate()
        return figure

    def __repr__(self) -> str:
        return f"<Run {self.id}: {', '.join(self.agents)}; {self.folder}>"

    def _repr_html_(self) -> str:
        return self.leaderboard._repr_html_()


class Sweep(Run):
    """A stored sweep: the run with the winner's values, and every trial."""

    def __init__(self, folder: str | Path, notes: list[str] | None = None, has_winner: bool = True) -> None:
        super().__init__(folder, notes)
        #: Whether a trial won; else the run has the scenario's own values.
        self.has_winner = has_winner

    @cached_property
    def trials(self) -> Table:
        """A row for each trial: its values and metrics."""
        return Table(pq.read_table(self.folder / "results.parquet"))

    @cached_property
    def _found(self) -> dict[str, Any]:
        return _json(self.folder / "sweep.json")

    @property
    def best(self) -> dict[str, Any] | None:
        """The values of the best trial by the objective, by parameter; `None` where no trial has a score. Whether it is
        more than luck is in `evidence`."""
        winner = self._found["winner"]
        if winner is None:
            return None
        names = [str(parameter["path"]).removeprefix("strategy.") for parameter in self._found["parameters"]]
        return dict(zip(names, winner["values"]))

    @property
    def evidence(self) -> dict[str, Any] | None:
        """Whether the best trial is more than luck: verdict, doubts, deflated Sharpe ratio, probability of overfitting,
        tests (docs/sweeps.md). `None` where there is none; `sweep.json` in `folder` then says why."""
        found: dict[str, Any] | None = self._found["evidence"]
        return found

    @property
    def validation(self) -> dict[str, Any] | None:
        """The splits of `[validation]` with the scores in and out of sample; `None` without the table."""
        found: dict[str, Any] | None = self._found["validation"]
        return found


def _json(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found
