"""The package: runs, markets, strategies, signals, statistics."""

from __future__ import annotations

import filecmp
import subprocess
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
import tiltyard as ty
from conftest import differences, waves


class Dips(ty.Strategy):
    """Buys below the average of a day, sells above it."""

    def on_bar(self, ctx: ty.Context) -> None:
        for symbol in ctx.symbols:
            average, price = ctx.indicator("sma(24)", symbol), ctx.price(symbol)
            if average is None or price is None:
                continue
            if ctx.flat(symbol):
                if price < average:
                    ctx.buy(symbol, pct=20, reason="dip")
            elif price > average:
                ctx.close(symbol)


@pytest.fixture(scope="module")
def market() -> ty.Market:
    return ty.Market.from_polars({"WAVE": waves(2000)})


def windows(days: int) -> dict[str, Any]:
    return {"kind": "sequential", "length": f"{days}d"}


def test_a_scenario_file_gives_the_folder_of_the_command_line(root: Path, tmp_path: Path) -> None:
    scenario = root / "scenarios" / "first_tournament.toml"
    run = ty.run(scenario, out=tmp_path / "python")
    assert run.leaderboard["rank"][0] == 1
    assert run.leaderboard.arrow.schema.field("total_pnl").type == pa.decimal128(38, 8)
    found = [Path(path) for path in _programs(root)]
    if not found:
        pytest.skip("the program `tiltyard` is not built (cargo build)")
    program = found[0]
    subprocess.run([program, "run", scenario, "--out", tmp_path / "line"], check=True, capture_output=True, cwd=root)
    other = tmp_path / "line" / run.folder.relative_to(tmp_path / "python")
    same = filecmp.dircmp(run.folder, other)
    assert not differences(same)


def _programs(root: Path) -> list[str]:
    import os
    import shutil

    target = Path(os.environ.get("CARGO_TARGET_DIR", root / "target"))
    built = [target / kind / "tiltyard" for kind in ("release", "debug")]
    # The one that was built last is that of this state.
    found = sorted((path for path in built if path.exists()), key=lambda path: path.stat().st_mtime)
    return [str(found[-1])] if found else [path for path in [shutil.which("tiltyard")] if path]


def test_a_strategy_in_python_equals_the_same_rules(market: ty.Market) -> None:
    rules = ty.Rules(
        enter_all=["close < sma(24)"], exit_any=["close > sma(24)"], size_pct=20
    )
    run = ty.tournament(market, {"python": Dips, "rules": rules}, windows(20), name="equal")
    python, rules_result = run.agents["python"], run.agents["rules"]
    assert python.status == "completed", python.faults
    assert len(python.trades) > 20
    assert python.row["total_pnl"] == rules_result.row["total_pnl"]
    assert python.fills.arrow.equals(rules_result.fills.arrow)


def test_the_same_run_twice_is_the_same(market: ty.Market, tmp_path: Path) -> None:
    one = ty.tournament(market, {"dips": Dips}, windows(20), out=tmp_path / "a")
    two = ty.tournament(market, {"dips": Dips}, windows(20), out=tmp_path / "b")
    assert one.id == two.id
    assert not differences(filecmp.dircmp(one.folder, two.folder))


def test_an_exception_forfeits_with_its_traceback(market: ty.Market) -> None:
    class Fails(ty.Strategy):
        def on_bar(self, ctx: ty.Context) -> None:
            if ctx.bars_since_start == 10:
                raise ValueError("no idea")

    run = ty.tournament(market, {"fails": Fails, "cash": ty.Cash()}, windows(20))
    fails = run.agents["fails"]
    assert fails.status == "forfeit"
    assert "no idea" in fails.faults[0] and "test_package.py" in fails.faults[0]
    assert run.agents["cash"].status == "completed"


def test_arrays_end_at_the_bar_and_hide_what_follows(market: ty.Market) -> None:
    seen: list[tuple[int, float, int]] = []

    class Looks(ty.Strategy):
        def on_bar(self, ctx: ty.Context) -> None:
            bars = ctx.bars("WAVE")
            assert len(bars) == len(bars.close) == ctx.bars_since_start + 1
            assert bars.close[-1] == ctx.price("WAVE")
            assert bars.timestamp[-1] == ctx.open_timestamp
            base = bars.close.base
            rest = base[len(bars):] if base is not None else []
            assert not any(value == value for value in rest), "nothing of the future"
            values = ctx.indicator_values("sma(3)", "WAVE")
            newest = ctx.indicator("sma(3)", "WAVE")
            assert values[-1] == newest if newest is not None else values[-1] != values[-1]
            coarse = ctx.bars("WAVE", "4h")
            seen.append((len(bars), float(bars.close[0]), len(coarse)))

    run = ty.tournament(market, {"looks": Looks}, windows(20))
    assert run.agents["looks"].status == "completed", run.agents["looks"].faults
    assert max(length for length, _, _ in seen) == 480
    # The 4-hour bar that closed as the window began is known too.
    assert max(coarse for _, _, coarse in seen) == 121


def test_declared_history_is_there_at_the_first_bar(market: ty.Market) -> None:
    lengths: list[int] = []

    class Declares(ty.Strategy):
        def declare(self, needs: ty.Needs) -> None:
            needs.bars(30)
            needs.indicator("rsi(14)")

        def on_bar(self, ctx: ty.Context) -> None:
            lengths.append(len(ctx.bars("WAVE")))
            if ctx.bars_since_start == 0 and ctx.open_timestamp > 1_675_000_000_000_000:
                assert ctx.indicator("rsi(14)", "WAVE") is not None

    run = ty.tournament(market, {"declares": Declares}, windows(20))
    assert run.agents["declares"].status == "completed", run.agents["declares"].faults
    assert 31 in lengths


def test_orders_of_every_kind(market: ty.Market) -> None:
    class Orders(ty.Strategy):
        def on_bar(self, ctx: ty.Context) -> None:
            price = ctx.price("WAVE")
            assert price is not None
            number = ctx.bars_since_start
            if number == 1:
                ctx.buy("WAVE", amount=1000, limit=price * 0.99, time_in_force="day", take_profit_pct=5)
            if number == 2:
                assert [order["side"] for order in ctx.open_orders("WAVE")] in ([], ["buy"])
                ctx.buy("WAVE", qty=1, stop=price * 1.001, stop_loss_pct=2, trailing_stop_pct=3)
            if number == 40:
                ctx.cancel_all("WAVE")
                ctx.buy("WAVE", pct=10)
            if number == 60 and not ctx.flat("WAVE"):
                entry = ctx.entry_price("WAVE")
                assert entry is not None and ctx.position("WAVE") > 0 and ctx.bars_held("WAVE") > 0
                ctx.sell("WAVE", pct=50)
            if number == 80:
                ctx.close("WAVE", reason="enough")
            assert 0 <= ctx.random() < 1

    run = ty.tournament(market, {"orders": Orders}, windows(20))
    orders = run.agents["orders"]
    assert orders.status == "completed", orders.faults
    assert {"limit", "stop", "market"} <= set(orders.orders["kind"])


def test_wrong_arguments_are_exceptions_in_the_strategy(market: ty.Market) -> None:
    class Wrong(ty.Strategy):
        def on_bar(self, ctx: ty.Context) -> None:
            for wrong in (
                lambda: ctx.buy("WAVE"),
                lambda: ctx.buy("WAVE", pct=10, qty=1),
                lambda: ctx.buy("WAVE", pct=-1),
                lambda: ctx.sell("WAVE", limit=float("nan")),
                lambda: ctx.buy("WAVE", pct=1, time_in_force="soon"),
            ):
                with pytest.raises(ValueError):
                    wrong()
            with pytest.raises(KeyError, match="WAVE"):
                ctx.price("OTHER")

    run = ty.tournament(market, {"wrong": Wrong}, windows(20))
    assert run.agents["wrong"].status == "completed", run.agents["wrong"].faults


def test_an_unknown_indicator_is_said(market: ty.Market) -> None:
    class Unknown(ty.Strategy):
        def on_bar(self, ctx: ty.Context) -> None:
            ctx.indicator("nonsense(3)", "WAVE")

    with pytest.raises(ty.TiltyardError, match="nonsense"):
        ty.tournament(market, {"unknown": Unknown}, windows(20))


def test_mistakes_have_line_and_remedy() -> None:
    with pytest.raises(ty.TiltyardError) as caught:
        ty.run({"scenario": {"name": "x"}, "market": {"path": "nowhere", "symbols": ["A"], "interval": "1h"}, "agents": [
            {"name": "a", "strategy": {"kind": "sma_crosss"}}]})
    assert "sma_cross" in str(caught.value)
    assert any(one["line"] and one["help"] for one in caught.value.diagnostics)
    with pytest.raises(ty.TiltyardError, match="cannot be read"):
        ty.run("no/such/file.toml")


def test_bars_from_every_frame(market: ty.Market) -> None:
    frame = waves(500)
    table = frame.to_arrow()
    pandas = frame.to_pandas().set_index("ts")
    markets = [
        ty.Market.from_polars({"WAVE": frame}),
        ty.Market.from_arrow({"WAVE": table}),
        ty.Market.from_pandas({"WAVE": pandas}),
    ]
    runs = [ty.tournament(one, {"hold": ty.BuyAndHold()}, windows(10)) for one in markets]
    assert len({run.id for run in runs}) == 1
    assert markets[0].symbols == ["WAVE"] and markets[0].interval == "1h"


def test_bad_bars_are_refused() -> None:
    frame = waves(100)
    with pytest.raises(ty.TiltyardError, match="volume"):
        ty.Market.from_polars({"WAVE": frame.drop("volume")})
    holes = frame.with_columns(close=pl.when(pl.arange(0, 100) == 50).then(None).otherwise(pl.col("close")))
    with pytest.raises(ty.TiltyardError, match="missing values"):
        ty.Market.from_polars({"WAVE": holes})
    unsorted = ty.Market.from_polars({"WAVE": frame.reverse()}, interval="1h")
    with pytest.raises(ty.TiltyardError):
        ty.tournament(unsorted, {"hold": ty.BuyAndHold()}, windows(1))


def test_signals_from_a_frame() -> None:
    frame = waves(500)
    market = ty.Market.from_polars({"WAVE": frame})
    weights = frame.select("ts", WAVE=(pl.arange(0, 500) // 24 % 2).cast(pl.Float64))
    run = ty.backtest_signals(market, weights=weights, stamped="bar_open", windows=windows(10))
    assert run.agents["signals"].status == "completed"
    assert len(run.agents["signals"].fills) > 10
    with pytest.raises(ty.TiltyardError, match="weights"):
        ty.backtest_signals(market)


def test_a_sweep_goes_on_and_lists_its_trials(root: Path, tmp_path: Path) -> None:
    scenario = root / "scenarios" / "sweep_sma_cross.toml"
    found = ty.sweep(scenario, out=tmp_path)
    assert len(found.trials) > 10
    row = next(row for row in found.trials.to_dicts() if row["rank"] == 1)
    assert found.best == {"fast": row["strategy.fast"], "slow": row["strategy.slow"]}
    assert found.evidence is not None and found.evidence["trials"] == len(found.trials)
    assert found.validation is not None and len(found.validation["splits"]) == 2
    again = ty.sweep(scenario, out=tmp_path)
    assert again.id == found.id
    with pytest.raises(ty.TiltyardError, match="no `\\[sweep\\]`"):
        ty.sweep(root / "scenarios" / "first_tournament.toml")


def test_results_reach_polars_without_a_copy(market: ty.Market) -> None:
    run = ty.tournament(market, {"hold": ty.BuyAndHold()}, windows(20))
    equity = run.agents["hold"].equity
    floats = [field.name for field in equity.arrow.schema if pa.types.is_floating(field.type) or pa.types.is_integer(field.type)]
    assert floats, equity.columns
    column = equity.arrow.combine_chunks().column(floats[0]).chunk(0)
    series = pl.from_arrow(column)
    assert isinstance(series, pl.Series)
    (there, here) = (series.to_arrow(), column)
    address = [one.buffers()[1].address + one.offset * one.type.bit_width // 8 for one in (there, here)]
    assert address[0] == address[1]


def test_statistics_of_other_results() -> None:
    found = ty.metrics([0.01, -0.02, 0.03, 0.01], periods_per_year=252)
    assert found["max_drawdown_pct"] == pytest.approx(-2.0)
    levels = [100.0]
    for value in (0.01, -0.02, 0.03, 0.01):
        levels.append(levels[-1] * (1 + value))
    other = ty.metrics(equity=levels, periods_per_year=252)
    assert other["sharpe_ratio"] == pytest.approx(found["sharpe_ratio"])
    scores = {"a": [float(i % 3) for i in range(40)], "b": [float(i % 3) + 1.0 for i in range(40)]}
    standings = ty.rank(scores)
    assert standings["verdict"]["leader"] == "b"
    trials = {f"t{k}": [0.001 * ((i * (k + 3)) % 7 - 3) for i in range(200)] for k in range(5)}
    assert "dsr" in str(ty.evidence(trials, periods_per_year=252))
    with pytest.raises(ty.TiltyardError):
        ty.metrics([0.1], periods_per_year=-1)
    with pytest.raises(ty.TiltyardError, match="no agent"):
        ty.rank(scores, benchmark="c")
