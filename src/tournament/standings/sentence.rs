//! The verdict as one plain sentence.
//!
//! Owns its words, which the terminal, the reports and the stored record share.

use super::assemble::Standings;
use super::verdict::Outcome;
use crate::domain::counted;
use crate::metrics::Score;

/// Names that are written out before the rest is only counted.
const NAMED: usize = 4;

impl Standings {
    /// What can be said about the winner, in one sentence without a full stop.
    pub fn sentence(&self) -> String {
        let mut sentence = self.verdict_in_words();
        for (agent, reason) in self.possibly_remembered() {
            sentence.push_str(&format!("; possibly remembered: of {agent}, {reason}"));
        }
        sentence
    }

    /// The agents that the verdict rests on whose scores may be remembered, with the reasons: the leader, and those that
    /// cannot be told apart from it.
    fn possibly_remembered(&self) -> impl Iterator<Item = (&str, &str)> {
        let group: &[usize] = match &self.verdict.outcome {
            Outcome::NotDistinguishable { group, .. } => group,
            _ => &[],
        };
        let rests = |agent: &usize| *agent == self.verdict.leader || group.contains(agent);
        (0..self.agents.len())
            .filter(rests)
            .filter_map(|agent| Some((self.agents[agent].as_str(), self.remembered[agent].as_deref()?)))
    }

    fn verdict_in_words(&self) -> String {
        let windows = counted(self.windows.len() as u64, "window");
        let leader = &self.agents[self.verdict.leader];
        match &self.verdict.outcome {
            Outcome::Called => format!("{}, over {windows}: called", self.lead_in_words()),
            Outcome::NotDistinguishable { group, windows_needed } => format!(
                "not distinguishable: {}, over {windows}; {} cannot be told apart; {}",
                self.lead_in_words(),
                self.named(group),
                match &self.verdict.rival {
                    Some(rival) if rival.lead.is_none() && rival.p_value < 1.0 => {
                        "how many windows would resolve it cannot be told".to_owned()
                    }
                    _ => needed(*windows_needed),
                }
            ),
            Outcome::InsufficientWindows { least, rare } if rare.is_empty() => {
                let ahead = if self.rows.iter().filter(|row| row.rank == 1).count() > 1 {
                    "the first place is shared".to_owned()
                } else {
                    format!("{leader} is ahead")
                };
                format!(
                    "insufficient windows: {windows}, at least {least} are needed to call a winner; {ahead}"
                )
            }
            Outcome::InsufficientWindows { least, rare } => {
                let pairs: Vec<String> = rare
                    .iter()
                    .map(|rival| {
                        format!(
                            "{} in only {}",
                            self.agents[rival.agent],
                            counted(rival.windows as u64, "window")
                        )
                    })
                    .collect();
                format!(
                    "insufficient windows: {leader} is ahead, but it can be compared with {}; at least {least} \
                     windows are needed",
                    listed(&pairs)
                )
            }
            Outcome::OneAgent if self.agents.len() == 1 => {
                format!("only one agent, {leader}: nobody to compare it with")
            }
            Outcome::OneAgent => {
                let noun = Words::of(&self.spec.metric, self.fold).noun;
                format!("only {leader} has a {noun}: nobody to compare it with")
            }
        }
    }

    /// `trend returned 2.41 points more per window than hold, 95 % interval 0.62 to 4.20`.
    fn lead_in_words(&self) -> String {
        let leader = &self.agents[self.verdict.leader];
        let Some(rival) = &self.verdict.rival else { return format!("{leader} leads") };
        let other = &self.agents[rival.agent];
        let words = Words::of(&self.spec.metric, self.fold);
        let Some(lead) = &rival.lead else {
            return if self.rows.iter().any(|row| row.agent == rival.agent && row.rank == 1) {
                format!("{leader} and {other} have the same {}", words.noun)
            } else {
                let [own, others] =
                    [self.verdict.leader, rival.agent].map(|agent| self.score_in_words(agent));
                format!(
                    "{}'s {} is {own}, {}'s {others} (p {})",
                    leader,
                    words.noun,
                    other,
                    shown_p(rival.p_value)
                )
            };
        };
        if lead.difference == 0.0 {
            return format!("{leader} and {other} have the same {}", words.noun);
        }
        let level = 1.0 - self.spec.alpha;
        let Ok(interval) = lead.interval(level) else { return format!("{leader} leads {other}") };
        let numbers = shown_together(&[lead.difference, interval.low, interval.high]);
        let claim = words.claim(leader, &numbers[0], other, self.spec.higher_is_better);
        format!("{claim}, {} % interval {} to {}", shown_percent(level), numbers[1], numbers[2])
    }

    /// The score of an agent's record: `2.41`, `infinite`.
    fn score_in_words(&self, agent: usize) -> String {
        let score = self.rows.iter().find(|row| row.agent == agent).map_or(Score::Absent, |row| row.score);
        match score {
            Score::Number(value) => shown(value),
            Score::PlusInfinity => "infinite".to_owned(),
            Score::MinusInfinity => "minus infinity".to_owned(),
            Score::Absent => "none".to_owned(),
        }
    }

    /// The agents by name, the best first.
    fn named(&self, group: &[usize]) -> String {
        let names: Vec<&str> = self
            .rows
            .iter()
            .filter(|row| group.contains(&row.agent))
            .map(|row| self.agents[row.agent].as_str())
            .collect();
        if names.len() <= NAMED + 1 {
            return listed(&names);
        }
        format!("{} and {} more", names[..NAMED].join(", "), names.len() - NAMED)
    }

    /// Unit of the leads in the verdict and the pairs: `percentage points per window`.
    pub fn lead_unit(&self) -> String {
        Words::of(&self.spec.metric, self.fold).unit
    }
}

/// Wording of a lead by a metric.
struct Words {
    /// `Sharpe ratio`, `mean roi_pct`.
    noun: String,
    /// `percentage points per window`.
    unit: String,
    form: LeadForm,
}

#[derive(Clone, Copy)]
enum LeadForm {
    /// `trend returned 2.41 points more per window than hold`.
    Return,
    /// `trend earned 2.41 more per window than hold`.
    Profit,
    /// `trend's max drawdown is 2.41 points smaller than hold's`.
    Drawdown,
    /// `trend's win rate is 2.41 points higher than hold's`.
    Points,
    /// `trend's Sharpe ratio is 2.41 higher than hold's`.
    Plain,
}

impl Words {
    fn of(metric: &str, fold: &str) -> Self {
        let record = fold == "record";
        let name = match metric {
            "roi_pct" if record => "return",
            "total_pnl" if record => "profit",
            "sharpe_ratio" => "Sharpe ratio",
            "sortino_ratio" => "Sortino ratio",
            "calmar_ratio" => "Calmar ratio",
            "max_drawdown_pct" => "max drawdown",
            "win_rate" => "win rate",
            "profit_factor" => "profit factor",
            "roi_pct" => "return",
            "total_pnl" => "profit",
            other => other,
        };
        let form = match metric {
            "roi_pct" if record => LeadForm::Return,
            "total_pnl" if record => LeadForm::Profit,
            "max_drawdown_pct" => LeadForm::Drawdown,
            "roi_pct" | "win_rate" => LeadForm::Points,
            _ => LeadForm::Plain,
        };
        let unit = match form {
            LeadForm::Return => "percentage points per window".to_owned(),
            LeadForm::Profit => "quote currency per window".to_owned(),
            LeadForm::Drawdown | LeadForm::Points => "percentage points".to_owned(),
            LeadForm::Plain => name.to_owned(),
        };
        Self { noun: if record { name.to_owned() } else { format!("{fold} {name}") }, unit, form }
    }

    fn claim(&self, leader: &str, lead: &str, other: &str, higher_is_better: bool) -> String {
        let (noun, others) = (&self.noun, owner(other));
        let leaders = owner(leader);
        match self.form {
            LeadForm::Return => format!("{leader} returned {lead} points more per window than {other}"),
            LeadForm::Profit => format!("{leader} earned {lead} more per window than {other}"),
            LeadForm::Drawdown => format!("{leaders} {noun} is {lead} points smaller than {others}"),
            LeadForm::Points => format!("{leaders} {noun} is {lead} points higher than {others}"),
            LeadForm::Plain => {
                let word = if higher_is_better { "higher" } else { "lower" };
                format!("{leaders} {noun} is {lead} {word} than {others}")
            }
        }
    }
}

/// `trend's`.
fn owner(name: &str) -> String {
    format!("{name}'s")
}

/// `a`, `a and b`, `a, b and c`.
fn listed<S: AsRef<str>>(names: &[S]) -> String {
    match names {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [most @ .., last] => {
            let most: Vec<&str> = most.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", most.join(", "), last.as_ref())
        }
    }
}

fn shown_p(p: f64) -> String {
    if p < 0.001 { "under 0.001".to_owned() } else { format!("{p:.3}") }
}

fn needed(windows: Option<u64>) -> String {
    windows.map_or_else(
        || "no number of windows would resolve it".to_owned(),
        |windows| format!("about {} windows would resolve it", grouped(rounded(windows))),
    )
}

/// Two leading digits, rounded up: more would be a claim.
fn rounded(count: u64) -> u64 {
    let unit = 10_u64.pow(count.checked_ilog10().unwrap_or(0).saturating_sub(1));
    count.div_ceil(unit) * unit
}

/// `12,000`.
fn grouped(count: u64) -> String {
    crate::domain::grouped(&count.to_string())
}

/// A score for reading: two decimals, four where it is small, none where it is large.
pub fn shown(value: f64) -> String {
    shown_together(&[value]).concat()
}

/// Scores that belong together, for reading: all with the decimals that suit the largest.
pub fn shown_together(values: &[f64]) -> Vec<String> {
    let largest = values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let form = |value: &f64| {
        let text = match largest {
            _ if largest >= 1e15 => format!("{value:.2e}"),
            _ if largest >= 1000.0 => format!("{value:.0}"),
            _ if largest >= 0.095 || largest == 0.0 => format!("{value:.2}"),
            _ if largest >= 0.00095 => format!("{value:.4}"),
            _ => format!("{value:.1e}"),
        };
        let nothing = text.chars().all(|c| "-0.".contains(c));
        if nothing { text.trim_start_matches('-').to_owned() } else { text }
    };
    values.iter().map(form).collect()
}

/// A share as a percentage without needless digits: `95`, `99.5`.
pub fn shown_percent(share: f64) -> String {
    let text = format!("{:.2}", share * 100.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{lucky, matrix};
    use super::super::{StandingsSpec, standings};
    use super::*;

    fn sentence(columns: Vec<Vec<f64>>) -> String {
        let spec = StandingsSpec { metric: "Sharpe".to_owned(), ..StandingsSpec::default() };
        standings(&matrix(columns), &spec).unwrap().sentence()
    }

    #[test]
    fn a_winner_is_called() {
        // Differences 1 and 3 in turn: mean 2, deviation sqrt(36/35), and the plain error is the larger. Nine cosines
        // make 13.5 degrees of freedom: t at 0.975 is 2.1523, times sqrt(36/35) / 6: 2 -+ 0.3638.
        let base = lucky(1, 36, &[0.0]).remove(0);
        let better =
            base.iter().enumerate().map(|(i, x)| if i % 2 == 0 { x + 1.0 } else { x + 3.0 }).collect();
        let expected =
            "a1's mean Sharpe is 2.00 higher than a0's, 95 % interval 1.64 to 2.36, over 36 windows: called";
        assert_eq!(sentence(vec![base, better]), expected);
    }

    #[test]
    fn the_undecided_name_the_group_and_the_windows() {
        // Ahead by 1.1 and behind by 0.9 in turn: mean 0.1, plain error sqrt(30/29) / sqrt(30) = 0.18570. Eight cosines
        // make 12 degrees of freedom: t at 0.975 is 2.1788: 0.1 -+ 0.4046. 30 (2.8016 / 0.5385)^2 = 812 windows.
        let base = lucky(2, 30, &[0.0]).remove(0);
        let ahead =
            base.iter().enumerate().map(|(i, x)| if i % 2 == 0 { x + 1.1 } else { x - 0.9 }).collect();
        let far_behind = base.iter().map(|x| x - 9.0).collect();
        assert_eq!(
            sentence(vec![ahead, base, far_behind]),
            "not distinguishable: a0's mean Sharpe is 0.10 higher than a1's, 95 % interval -0.30 to 0.50, over 30 \
             windows; a0 and a1 cannot be told apart; about 820 windows would resolve it"
        );
        let twins = lucky(2, 30, &[0.0]).remove(0);
        assert_eq!(
            sentence(vec![twins.clone(), twins.clone(), twins]),
            "not distinguishable: a0 and a1 have the same mean Sharpe, over 30 windows; a0, a1 and a2 cannot \
             be told apart; no number of windows would resolve it"
        );
    }

    #[test]
    fn too_little_to_say_anything() {
        let few = "insufficient windows: 6 windows, at least 20 are needed to call a winner; a1 is ahead";
        assert_eq!(sentence(lucky(3, 6, &[0.0, 5.0])), few);
        assert_eq!(
            sentence(vec![vec![1.0], vec![1.0]]),
            "insufficient windows: 1 window, at least 20 are needed to call a winner; the first place is shared"
        );
        assert_eq!(sentence(vec![vec![1.0; 30]]), "only one agent, a0: nobody to compare it with");
    }

    #[test]
    fn numbers_for_reading() {
        let pairs = [
            (0.314, "0.31"),
            (0.0, "0.00"),
            (-0.0234, "-0.0234"),
            (12345.6, "12346"),
            (1e300, "1.00e300"),
            (-1.5e308, "-1.50e308"),
            (0.1, "0.10"),
            (0.000_012, "1.2e-5"),
            (-5.0, "-5.00"),
        ];
        for (value, text) in pairs {
            assert_eq!(shown(value), text);
        }
        assert_eq!(
            (grouped(rounded(1234)), grouped(rounded(63)), grouped(rounded(120))),
            ("1,300".to_owned(), "63".to_owned(), "120".to_owned())
        );
        assert_eq!((shown_percent(0.95), shown_percent(0.995)), ("95".to_owned(), "99.5".to_owned()));
    }
}
