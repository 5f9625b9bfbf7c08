import sys

import polars as pl
import tiltyard as ty

bars = pl.read_parquet(sys.argv[1]).filter(pl.col("ts").dt.year().is_in([2022, 2023]))
market = ty.Market.from_polars({"BTCUSDT": bars})

found = ty.sweep(
    {
        "scenario": {"name": "averages"},
        "market": {"path": "memory", "symbols": ["BTCUSDT"], "interval": "1h", "start": "2022-01-01", "end": "2024-01-01"},
        "agents": [
            {"name": "trend", "risk": "unlimited", "strategy": {"kind": "sma_cross", "fast": 10, "slow": 60}},
            {"name": "hold", "risk": "unlimited", "strategy": {"kind": "buy_and_hold"}},
        ],
        "sweep": {
            "agent": "trend",
            "search": "grid",
            "objective": "sharpe_ratio",
            "parameters": {"fast": {"from": 10, "to": 50, "step": 10}, "slow": {"from": 60, "to": 240, "step": 20}},
        },
        "validation": {"kind": "walk_forward", "train": 6, "test": 1},
        "battle": {"ranking_metric": "sharpe_ratio", "windows": {"kind": "sequential", "length": "30d"}},
        "report": {"benchmark": "hold"},
    },
    market=market,
)
print("best:", found.best, "Sharpe", round(found.evidence["sharpe_ratio_annual"], 2))
print("out of sample:", round(found.validation["out_of_sample"], 2), "in", len(found.validation["splits"]), "rounds")
print("verdict:", found.evidence["verdict"])
found.plot().savefig("tiltyard.png")
