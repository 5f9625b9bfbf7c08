//! One agent of a run on a page: its metrics, its windows, its months, its worst drawdowns.

use super::Style;
use super::calendar::months;
use super::costs::costs;
use super::grid::{Column, draw};
use super::header::{filled, paragraph, titled};
use crate::domain::{Metric, Timestamp};
use crate::metrics::{Missing, Score};
use crate::report::agent_metrics::{MetricRow, rows};
use crate::report::names;
use crate::report::numbers::{are_dates, close_day, close_time, count, length, range, ratio};
use crate::report::wording::{self, plural};
use crate::store::{AgentRecord, DatedDrawdownRecord, JobRecord, StoredRun};

/// Drawdowns that are shown.
const DRAWDOWNS: usize = 5;

/// Everything that is stored of an agent, but for its orders and trades.
pub fn agent(stored: &StoredRun, agent: &AgentRecord, style: Style) -> String {
    let sections = [
        about(stored, agent, style),
        metrics(stored, agent, style),
        windows(stored, agent, style),
        titled_unless_empty("Months, return %", months(&agent.windows, style), style),
        drawdowns(stored, agent, style),
        titled_unless_empty(&cost_title(stored), costs(stored, &agent.agent, style), style),
        rolling(agent, style),
    ];
    let texts: Vec<&str> =
        sections.iter().map(|text| text.trim_end()).filter(|text| !text.is_empty()).collect();
    texts.join("\n\n") + "\n"
}

fn cost_title(stored: &StoredRun) -> String {
    format!("Costs in {}, all windows together", stored.run.market.quote_asset)
}

fn about(stored: &StoredRun, agent: &AgentRecord, style: Style) -> String {
    let run = &stored.run;
    let mut parts = vec![run.scenario.clone(), format!("run {}", run.run_id)];
    if let Some(entrant) = run.agents.iter().find(|entrant| entrant.name == agent.agent) {
        parts.push(entrant.strategy.clone());
        parts.push(format!("risk {}", entrant.risk));
    }
    if let Some(row) = stored.leaderboard.rankings.iter().find(|row| row.agent == agent.agent) {
        let rank = row.rank.map_or_else(|| "not ranked".to_owned(), |rank| format!("rank {rank}"));
        parts.push(format!("{rank} of {}", stored.leaderboard.rankings.len()));
    }
    if let Some(benchmark) = &run.benchmark {
        parts.push(format!("against {benchmark}"));
    }
    if !run.metrics_profile.is_empty() && run.metrics_profile != "tiltyard" {
        parts.push(format!("metrics as {}", run.metrics_profile));
    }
    format!("{}\n{}", style.bold(&agent.agent), filled(&parts, style.separator(), style))
}

/// Every metric: its value and why it has none; over several windows that of the whole record, and the lowest and
/// highest
/// of a window.
fn metrics(stored: &StoredRun, agent: &AgentRecord, style: Style) -> String {
    let with_benchmark = stored.run.benchmark.is_some();
    let is_relative = |key: &str| Metric::of_key(key).is_some_and(Metric::is_relative);
    let mut rows = rows(agent);
    rows.retain(|row| with_benchmark || !is_relative(row.key));
    let title = |row: &MetricRow<'_>| {
        Metric::of_key(row.key).map_or_else(|| row.key.to_owned(), |metric| metric.info().title.to_owned())
    };
    let named = Column::words("metric", 0, rows.iter().map(title));
    let note = Column::words("", 0, rows.iter().map(|row| note(row.key, agent)));
    let of = |pick: fn(&MetricRow<'_>) -> Score| {
        rows.iter().map(move |row| style.score(pick(row), |value| names::shown(row.key, value)))
    };
    let columns = if agent.windows.len() > 1 {
        vec![
            named,
            Column::numbers("record", 0, of(|row| row.record)),
            Column::numbers("lowest window", 0, of(|row| row.lowest)),
            Column::numbers("highest window", 0, of(|row| row.highest)),
            note,
        ]
    } else {
        vec![named, Column::numbers("value", 0, of(|row| row.highest)), note]
    };
    let title = if agent.windows.len() > 1 {
        format!("Metrics of the record over {}", plural(agent.windows.len(), "window"))
    } else {
        "Metrics".to_owned()
    };
    titled(&title, draw(columns, style).text, style)
}

/// What a window has in a cell: nothing that comes from returns where the agent held cash all along.
fn in_window(agent: &AgentRecord, job: &JobRecord, metric: &str) -> Score {
    if wording::is_blank_of(agent, metric) { Score::Absent } else { job.known_value(metric) }
}

/// The sign of percent; where a value is not shown as a number, why; where windows have none, why, and how many.
fn note(name: &str, agent: &AgentRecord) -> String {
    let sign = Metric::of_key(name).map_or("", |metric| metric.unit().sign());
    let several = agent.windows.len() > 1;
    if wording::is_blank_of(agent, name) {
        return agent.why_missing(name).map_or_else(|| Missing::Idle.to_string(), str::to_owned);
    }
    if let Some(reason) = agent.why_missing(name).filter(|_| several) {
        return reason.to_owned();
    }
    let unshown = |job: &&JobRecord| job.missing.contains_key(name);
    let lacks = |job: &&JobRecord| unshown(job) && (!several || job.known_value(name).is_absent());
    let lacking: Vec<&JobRecord> = agent.windows.iter().filter(lacks).collect();
    let Some(first) = lacking.first() else {
        let growth = matches!(name, "cagr_pct" | "calmar_ratio");
        let days = agent.record.as_ref().filter(|_| growth && agent.value(name).is_some());
        let mark = days.and_then(|record| wording::annualised_from(record.days)).unwrap_or_default();
        return format!("{sign} {mark}").trim().to_owned();
    };
    let reason = &first.missing[name];
    if lacking.len() == agent.windows.len() {
        return reason.clone();
    }
    format!("{sign} without {}: {reason}", plural(lacking.len(), "window")).trim_start().to_owned()
}

/// A line for each window; nothing for a run of one.
fn windows(stored: &StoredRun, agent: &AgentRecord, style: Style) -> String {
    let jobs = &agent.windows;
    if jobs.len() < 2 {
        return String::new();
    }
    let span = |job: &JobRecord| {
        let found = stored.run.windows.iter().find(|window| window.index == job.window);
        found.map_or_else(Default::default, |window| range(&window.start, &window.end))
    };
    let of = |metric: Metric, drop: u8| {
        let scores = jobs.iter().map(|job| in_window(agent, job, metric.key()));
        Column::metric(metric, drop, style, scores)
    };
    let mut columns = vec![
        Column::numbers("window", 0, jobs.iter().map(|job| job.window.to_string())),
        Column::words("from", 1, jobs.iter().map(|job| span(job).0)),
        Column::words("to", 5, jobs.iter().map(|job| span(job).1)),
        of(Metric::RoiPct, 0),
        of(Metric::SharpeRatio, 2),
        of(Metric::SortinoRatio, 7),
        of(Metric::MaxDrawdownPct, 2),
        of(Metric::WinRate, 4),
        Column::numbers("trades", 3, jobs.iter().map(|job| count(job.trades))),
        Column::words("status", 6, jobs.iter().map(|job| job.status.clone())),
    ];
    if stored.run.benchmark.is_some() {
        columns.insert(4, of(Metric::ExcessReturnPct, 2));
        columns.insert(7, of(Metric::Beta, 6));
    }
    titled("Windows", draw(columns, style).text, style)
}

/// The deepest falls within the windows, and that of the record where there are several.
fn drawdowns(stored: &StoredRun, agent: &AgentRecord, style: Style) -> String {
    let mut falls: Vec<(&JobRecord, &DatedDrawdownRecord)> = agent
        .windows
        .iter()
        .flat_map(|job| job.course.drawdowns.iter().map(move |fall| (job, fall)))
        .collect();
    falls.sort_by(|(_, a), (_, b)| a.depth_pct.total_cmp(&b.depth_pct));
    falls.truncate(DRAWDOWNS);
    if falls.is_empty() {
        return String::new();
    }
    let times = |fall: &DatedDrawdownRecord| [Some(fall.peak_at), Some(fall.trough_at), fall.recovered_at];
    let dates = are_dates(falls.iter().flat_map(|(_, fall)| times(fall)).flatten());
    let start = |job: &JobRecord| {
        let window = stored.run.windows.iter().find(|window| window.index == job.window);
        window.and_then(|window| window.start.parse().ok())
    };
    let at = |job: &JobRecord, at: Timestamp| close_time(at, start(job), dates);
    let mut columns = vec![
        Column::numbers("#", 0, (1..=falls.len()).map(count)),
        Column::numbers("depth %", 0, falls.iter().map(|(_, fall)| ratio(fall.depth_pct))),
        Column::words("peak", 1, falls.iter().map(|(job, fall)| at(job, fall.peak_at))),
        Column::words("trough", 0, falls.iter().map(|(job, fall)| at(job, fall.trough_at))),
        Column::words(
            "recovered",
            2,
            falls
                .iter()
                .map(|(job, fall)| fall.recovered_at.map_or_else(|| "open".to_owned(), |when| at(job, when))),
        ),
        Column::numbers("length", 3, falls.iter().map(|(_, fall)| length(fall.days * 86_400.0))),
    ];
    if agent.windows.len() > 1 {
        columns.insert(1, Column::numbers("window", 4, falls.iter().map(|(job, _)| job.window.to_string())));
    }
    let row = stored.leaderboard.rankings.iter().find(|row| row.agent == agent.agent);
    let record = row.filter(|_| agent.windows.len() > 1).and_then(wording::record_drawdown);
    let note = record.map_or_else(String::new, |text| format!("\n{}", paragraph(&text, style)));
    let title =
        if agent.windows.len() > 1 { "Largest drawdowns within windows" } else { "Largest drawdowns" };
    titled(title, draw(columns, style).text + &note, style)
}

/// Where the rolling Sharpe ratio was lowest and highest, and where it ended.
fn rolling(agent: &AgentRecord, style: Style) -> String {
    let points: Vec<(Timestamp, f64)> = agent
        .windows
        .iter()
        .flat_map(|job| job.course.rolling_sharpe.at.iter().zip(&job.course.rolling_sharpe.values))
        .filter_map(|(at, value)| Some((*at, (*value)?)))
        .collect();
    let by_value = |a: &&(Timestamp, f64), b: &&(Timestamp, f64)| a.1.total_cmp(&b.1);
    let (Some(lowest), Some(highest), Some(last)) =
        (points.iter().min_by(by_value), points.iter().max_by(by_value), points.last())
    else {
        return String::new();
    };
    let returns = agent.windows.first().map_or(0, |job| job.course.rolling_sharpe.returns);
    let on = |&(at, value): &(Timestamp, f64)| format!("{} on {}", ratio(value), close_day(at));
    let text = format!(
        "rolling Sharpe of {returns} daily returns: lowest {}, highest {}, last {}; metrics.json has all values",
        on(lowest),
        on(highest),
        on(last)
    );
    paragraph(&text, style)
}

fn titled_unless_empty(title: &str, body: String, style: Style) -> String {
    if body.is_empty() { body } else { titled(title, body, style) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    #[test]
    fn a_page_of_one_window() {
        let stored = fixture::stored();
        let text = agent(&stored, &stored.agents[0], Style::PLAIN).replace(&stored.run.run_id, "RUN");
        let expected = "\
trend, fast
first | run RUN | sma_cross | risk RISK | rank 1 of 2

Metrics

metric               value
---------------------------------------------------------
total return         +1.50  %
PnL                  +1.50
CAGR                  0.00  %
volatility            0.00  %
Sharpe                0.30
Sortino                  -  no return below the threshold
Calmar                   -  no drawdown
max drawdown         -2.00  %
ulcer index           0.00  %
omega                    -  no dispersion in the returns
tail ratio               -  no dispersion in the returns
value at risk 95 %    0.00  %
CVaR 95 %             0.00  %
skew                     -  no dispersion in the returns
excess kurtosis          -  no dispersion in the returns
win rate            100.00  %
profit factor          inf  +infinity: no losing trades
payoff ratio             -  no closed trades
expectancy           +1.50
SQN                      -  no closed trades
Kelly                    -  no closed trades
exposure             40.00  %
turnover per year     0.00
mean holding time       2d

Months, return %

year   Jan  year's
------------------
2024  +1.5    +1.5

Largest drawdowns

#  depth %  peak        trough      recovered   length
------------------------------------------------------
1    -2.00  2024-01-02  2024-01-03  2024-01-04      2d

rolling Sharpe of 30 daily returns: lowest 1.25 on 2024-01-04, highest 1.25 on 2024-01-04, last 1.25 on 2024-01-04; metrics.json has all values
"
        .replace("RISK", &stored.run.agents[0].risk);
        assert_eq!(text, expected);
    }

    #[test]
    fn an_agent_that_held_cash_shows_dashes_for_its_returns() {
        let mut stored = fixture::stored();
        let idle = &mut stored.agents[1];
        let why = Missing::Idle.to_string();
        idle.windows[0].missing.insert("sharpe_ratio".to_owned(), why.clone());
        idle.record.as_mut().unwrap().missing.insert("sharpe_ratio".to_owned(), why.clone());
        let text = agent(&stored, &stored.agents[1], Style::PLAIN);
        let row = |title: &str| text.lines().find(|line| line.starts_with(title)).unwrap().to_owned();
        for title in ["total return", "PnL", "CAGR", "volatility", "Sharpe  ", "max drawdown"] {
            let row = row(title);
            assert!(row[title.len()..].trim_start().starts_with("-  ") && row.ends_with(&why), "{row}");
        }
        assert!(row("exposure").contains("0.00"), "{text}");
    }

    #[test]
    fn several_windows_have_a_record_and_their_own_lines() {
        let mut stored = fixture::stored();
        stored.run.benchmark = Some("idle".to_owned());
        let mut second = stored.agents[0].windows[0].clone();
        second.window = 1;
        second.metrics.insert("roi_pct".to_owned(), Some(-0.5));
        second.metrics.insert("sharpe_ratio".to_owned(), None);
        second.missing.insert("sharpe_ratio".to_owned(), "no dispersion in the returns".to_owned());
        stored.agents[0].windows.push(second);
        let record = stored.agents[0].record.as_mut().unwrap();
        record.metrics.insert("roi_pct".to_owned(), Some(0.9925));
        let text = agent(&stored, &stored.agents[0], Style::PLAIN);
        for line in [
            "against idle",
            "Metrics of the record over 2 windows",
            "total return         +0.99          -0.50           +1.50  %",
            "Sharpe                0.30           0.30            0.30  without 1 window: no dispersion in the returns",
            "annual alpha             -              -               -  no benchmark",
            "window  from        to          ROI %  excess %  Sharpe",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }
}
