//! The registry's tables, as one step of the store's format. See `docs/store.md`.

/// What a window leaves for the record of several, as JSON; null for windows of older versions.
pub(in crate::store) const SUMMARIES: &str = "ALTER TABLE registry_windows ADD COLUMN summary TEXT;";

/// Accounts of `tiltyard serve`, the agents that are theirs, and the requests that made agents. Of keys and secrets only
/// hashes are kept.
pub(in crate::store) const ACCOUNTS: &str = "
CREATE TABLE registry_accounts (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    key_hash BLOB NOT NULL UNIQUE,
    key_prefix TEXT NOT NULL,
    secret_hash BLOB NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE TABLE registry_owners (
    agent TEXT PRIMARY KEY REFERENCES registry_agents (id) ON DELETE CASCADE,
    account TEXT NOT NULL REFERENCES registry_accounts (id) ON DELETE CASCADE,
    owned_since TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX registry_owned ON registry_owners (account, agent);
CREATE TABLE registry_requests (
    account TEXT NOT NULL REFERENCES registry_accounts (id) ON DELETE CASCADE,
    request TEXT NOT NULL,
    digest BLOB NOT NULL,
    agent TEXT NOT NULL,
    PRIMARY KEY (account, request)
) STRICT, WITHOUT ROWID;
";

/// Money is text with eight decimal places, times are RFC 3339 in UTC, lists are JSON. `returns` holds `f64`s in
/// little-endian order.
pub(in crate::store) const STEP: &str = "
ALTER TABLE runs ADD COLUMN parent TEXT;
ALTER TABLE runs ADD COLUMN base_dir TEXT;
CREATE TABLE registry_agents (
    id TEXT PRIMARY KEY,
    status TEXT NOT NULL CHECK (status IN ('active', 'archived')),
    name_key TEXT NOT NULL,
    version INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    parent TEXT REFERENCES registry_agents (id) ON DELETE SET NULL,
    parent_version INTEGER,
    key_hash BLOB NOT NULL UNIQUE,
    key_prefix TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX registry_names ON registry_agents (name_key) WHERE status = 'active';
CREATE INDEX registry_keys ON registry_agents (key_prefix);
CREATE TABLE registry_versions (
    agent TEXT NOT NULL REFERENCES registry_agents (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    tags TEXT NOT NULL,
    color TEXT,
    strategy TEXT NOT NULL,
    risk TEXT NOT NULL,
    risk_limits TEXT,
    changed TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (agent, version)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER registry_versions_never_change BEFORE UPDATE ON registry_versions
BEGIN SELECT RAISE (ABORT, 'a version of an agent never changes'); END;
CREATE TABLE registry_epochs (
    agent TEXT NOT NULL REFERENCES registry_agents (id) ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    starting_balance TEXT NOT NULL,
    started_at TEXT NOT NULL,
    cash TEXT NOT NULL,
    quote TEXT,
    as_of TEXT,
    PRIMARY KEY (agent, epoch)
) STRICT, WITHOUT ROWID;
CREATE TABLE registry_positions (
    agent TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    symbol TEXT NOT NULL,
    quantity TEXT NOT NULL,
    cost TEXT NOT NULL,
    entry_fees TEXT NOT NULL,
    mark TEXT NOT NULL,
    trip TEXT NOT NULL,
    PRIMARY KEY (agent, epoch, symbol),
    FOREIGN KEY (agent, epoch) REFERENCES registry_epochs (agent, epoch) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE TABLE registry_runs (
    id INTEGER PRIMARY KEY,
    agent TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    version INTEGER NOT NULL,
    run_id TEXT NOT NULL,
    identity TEXT NOT NULL,
    scenario TEXT NOT NULL,
    entrant TEXT NOT NULL,
    wallet TEXT NOT NULL CHECK (wallet IN ('fresh', 'existing')),
    overrides TEXT NOT NULL,
    quote TEXT NOT NULL,
    range_start TEXT NOT NULL,
    range_end TEXT NOT NULL,
    ranking_metric TEXT NOT NULL,
    rank INTEGER NOT NULL,
    entrants INTEGER NOT NULL,
    score REAL,
    recorded_at TEXT NOT NULL,
    UNIQUE (agent, epoch, identity, entrant),
    FOREIGN KEY (agent, epoch) REFERENCES registry_epochs (agent, epoch) ON DELETE CASCADE,
    FOREIGN KEY (agent, version) REFERENCES registry_versions (agent, version) ON DELETE CASCADE
) STRICT;
CREATE TABLE registry_windows (
    part INTEGER NOT NULL REFERENCES registry_runs (id) ON DELETE CASCADE,
    window INTEGER NOT NULL,
    window_start TEXT NOT NULL,
    window_end TEXT NOT NULL,
    status TEXT NOT NULL,
    starting_balance TEXT NOT NULL,
    final_equity TEXT NOT NULL,
    fees TEXT NOT NULL,
    trades INTEGER NOT NULL,
    max_drawdown_pct REAL NOT NULL,
    sampling TEXT NOT NULL,
    periods_per_year REAL NOT NULL,
    returns BLOB NOT NULL,
    PRIMARY KEY (part, window)
) STRICT, WITHOUT ROWID;
CREATE TABLE registry_orders (
    part INTEGER NOT NULL REFERENCES registry_runs (id) ON DELETE CASCADE,
    window INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    symbol TEXT NOT NULL,
    side TEXT NOT NULL,
    kind TEXT NOT NULL,
    limit_price TEXT,
    trigger_price TEXT,
    quantity TEXT,
    amount TEXT,
    placed_at TEXT NOT NULL,
    ended_at TEXT NOT NULL,
    status TEXT NOT NULL,
    end_reason TEXT NOT NULL,
    filled TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (part, window, order_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE registry_fills (
    part INTEGER NOT NULL REFERENCES registry_runs (id) ON DELETE CASCADE,
    window INTEGER NOT NULL,
    number INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    at TEXT NOT NULL,
    symbol TEXT NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
    quantity TEXT NOT NULL,
    price TEXT NOT NULL,
    notional TEXT NOT NULL,
    fee TEXT NOT NULL,
    realised_pnl TEXT,
    PRIMARY KEY (part, window, number),
    FOREIGN KEY (part, window, order_id) REFERENCES registry_orders (part, window, order_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE TABLE registry_trips (
    part INTEGER NOT NULL REFERENCES registry_runs (id) ON DELETE CASCADE,
    window INTEGER NOT NULL,
    number INTEGER NOT NULL,
    symbol TEXT NOT NULL,
    state TEXT NOT NULL,
    entry_at TEXT NOT NULL,
    exit_at TEXT NOT NULL,
    quantity TEXT NOT NULL,
    entry_price TEXT NOT NULL,
    exit_price TEXT NOT NULL,
    fees TEXT NOT NULL,
    pnl TEXT NOT NULL,
    return_fraction REAL NOT NULL,
    entry_reason TEXT NOT NULL,
    exit_reason TEXT NOT NULL,
    PRIMARY KEY (part, window, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE registry_uses (
    agent TEXT NOT NULL REFERENCES registry_agents (id) ON DELETE CASCADE,
    holder TEXT NOT NULL,
    wallet TEXT NOT NULL CHECK (wallet IN ('fresh', 'existing')),
    PRIMARY KEY (agent, holder)
) STRICT, WITHOUT ROWID;
";
