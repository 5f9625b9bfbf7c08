# The project's verbs. `just` lists them.

default:
    @just --list

# Replay the bundled sample and print the leaderboard.
sample:
    cargo run --release -- run scenarios/first_tournament.toml

# Every test.
test:
    cargo test

# Formatting and lints, as CI sees them.
lint:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings

# Engine speed, in bars per second.
bench:
    cargo bench --bench replay

# A run's report in a browser, with pictures of it.
browser run pictures="":
    tests/browser/run {{run}} {{pictures}}

# The library's documentation.
doc:
    cargo doc --no-deps --open

# What decides whether a change lands.
ci:
    .ci/run
