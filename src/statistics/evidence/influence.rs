//! How the score of a whole record hangs on each of its windows, and whether two records differ.
//!
//! A record's score is any function of its windows: a mean, growth, a ratio of sums. Leaving one window out of n
//! moves it by `score - score without w`; `n - 1` times that is the window's influence (the jackknife: Tukey 1958;
//! Efron 1982). Influences of two agents subtract like scores, so what both met in a window cancels out.
//!
//! The standard error is the long-run one: the mean of the squares of the first B cosine transforms of the influences
//! (Müller 2007; Lazarus, Lewis, Stock and Watson 2018, "HAR Inference"), B = n / 4, which holds where neighbouring
//! windows depend on each other. A test takes the plain error where that is larger, so that differences which swing
//! back each time do not pass for sure ones, and refers to Student's t with 1.5 B degrees of freedom. An interval of
//! one score takes B degrees of freedom and half the plain variance at least. `docs/standings.md` has the counts by
//! which these were chosen. Invariants: identical agents never differ; the scale of the scores does not matter,
//! however small or large they are.

use super::error::{EvidenceError, probability};
use super::intervals::Interval;
use super::numeric::{differences, largest, mean, real};
use super::paired::{t_quantile, two_sided_t};

/// A record's score with the influence of each window.
#[derive(Debug, Clone, PartialEq)]
pub struct Influence {
    score: f64,
    /// Less their mean.
    windows: Vec<f64>,
    /// The first B cosine transforms of `windows`.
    cosines: Vec<f64>,
}

/// A score or a difference of scores in units of its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Studentised {
    /// The score, or `a - b`.
    pub value: f64,
    /// Its standard error; 0 where no window has any influence.
    pub error: f64,
    /// Two-sided, of "it is 0". 1 where it is 0 in every window alike, 0 where it is something else in all alike.
    pub p_value: f64,
    freedom: f64,
}

impl Influence {
    /// Of a record's score and its scores without each window; `None` where one of them is not finite.
    pub fn new(score: f64, without: &[f64]) -> Option<Self> {
        let rest = real(without.len()) - 1.0;
        Self::weighing(score, without.iter().map(|without| rest * (score - without)).collect())
    }

    /// Of a record's score and the influence of each window, less their mean or not.
    pub fn weighing(score: f64, moved: Vec<f64>) -> Option<Self> {
        if moved.len() < 2 || !score.is_finite() || moved.iter().any(|value| !value.is_finite()) {
            return None;
        }
        // Divided first: the sum of huge influences must not overflow.
        let centre: f64 = moved.iter().map(|value| value / real(moved.len())).sum();
        let windows: Vec<f64> = moved.iter().map(|value| value - centre).collect();
        let cosines = (1..=terms(windows.len())).map(|term| cosine(&windows, term)).collect();
        Some(Self { score, windows, cosines })
    }

    /// Of a mean of values: the influence of each is its distance from it.
    pub fn of_mean(values: &[f64]) -> Option<Self> {
        let centre = mean(values);
        let rest = real(values.len()) - 1.0;
        Self::new(centre, &values.iter().map(|value| centre - (value - centre) / rest).collect::<Vec<f64>>())
    }

    /// Score of the whole record.
    pub fn score(&self) -> f64 {
        self.score
    }

    /// The score as a mean over windows: in each window the score plus its influence.
    pub fn series(&self) -> Vec<f64> {
        self.windows.iter().map(|window| self.score + window).collect()
    }

    /// The score in units of its standard error.
    pub fn studentised(&self) -> Studentised {
        studentised(self.score, &self.windows, &self.cosines, Rule { floor: 0.5, freedom: 1.0 })
    }

    /// The difference of two records over the same windows in units of its standard error.
    pub fn less(&self, other: &Self) -> Studentised {
        let windows = differences(&self.windows, &other.windows);
        let cosines = differences(&self.cosines, &other.cosines);
        studentised(self.score - other.score, &windows, &cosines, Rule { floor: 1.0, freedom: 1.5 })
    }
}

impl Studentised {
    /// Of a value with this standard error, referred to Student's t with so many degrees of freedom.
    pub fn new(value: f64, error: f64, freedom: f64) -> Self {
        let p_value = match (value == 0.0, error > 0.0) {
            (true, _) => 1.0,
            (false, true) => two_sided_t(value / error, freedom),
            (false, false) => 0.0,
        };
        Self { value, error, p_value, freedom }
    }

    /// `value / error`; `None` where no window has any influence.
    pub fn statistic(&self) -> Option<f64> {
        (self.error > 0.0).then(|| self.value / self.error)
    }

    /// Of the other agent less this one.
    #[must_use]
    pub fn turned(self) -> Self {
        Self { value: -self.value, ..self }
    }

    /// Two-sided interval of this level. That of level `1 - alpha` excludes 0 exactly where `p_value` is under alpha.
    ///
    /// # Errors
    /// [`EvidenceError::OutOfRange`] for a level that is no probability.
    pub fn interval(&self, level: f64) -> Result<Interval, EvidenceError> {
        let half = self.critical(level)? * self.error;
        Ok(Interval { low: self.value - half, high: self.value + half })
    }

    /// How many standard errors the interval of this level reaches to either side.
    ///
    /// # Errors
    /// As [`Studentised::interval`].
    pub fn critical(&self, level: f64) -> Result<f64, EvidenceError> {
        probability(level)?;
        t_quantile(1.0 - level, self.freedom)
    }
}

/// How many cosine transforms make the standard error.
fn terms(windows: usize) -> usize {
    ((windows + 2) / 4).clamp(1, windows - 1)
}

/// `sqrt(2 / n) sum x cos(pi term (i + 1/2) / n)`.
fn cosine(values: &[f64], term: usize) -> f64 {
    let n = real(values.len());
    let step = std::f64::consts::PI * real(term) / n;
    let weighted = values.iter().enumerate().map(|(i, value)| value * libm::cos(step * (real(i) + 0.5)));
    weighted.sum::<f64>() * (2.0 / n).sqrt()
}

/// How the standard error is made.
struct Rule {
    /// The least share of the plain variance that the long-run variance counts for.
    floor: f64,
    /// Degrees of freedom of the reference for each cosine transform.
    freedom: f64,
}

fn studentised(value: f64, windows: &[f64], cosines: &[f64], rule: Rule) -> Studentised {
    let (n, terms) = (real(windows.len()), real(cosines.len()));
    let freedom = rule.freedom * terms;
    // Scaled before squaring: squares of tiny differences are 0, of huge ones infinite.
    let scale = largest(windows.iter().map(|window| window.abs()));
    if scale == 0.0 {
        let p_value = if value == 0.0 { 1.0 } else { 0.0 };
        return Studentised { value, error: 0.0, p_value, freedom };
    }
    let squares = |values: &[f64]| values.iter().map(|v| (v / scale) * (v / scale)).sum::<f64>();
    let plain = squares(windows) / (n - 1.0);
    let long_run = squares(cosines) / terms;
    let unit = (long_run.max(rule.floor * plain) / n).sqrt();
    let statistic = value / scale / unit;
    let p_value = two_sided_t(statistic, freedom);
    Studentised { value, error: unit * scale, p_value, freedom }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{close, noise};
    use super::*;

    /// The score without each window, of a mean.
    fn of(values: &[f64]) -> Influence {
        Influence::of_mean(values).unwrap()
    }

    #[test]
    fn the_influence_on_a_mean_is_the_distance_from_it() {
        let found = of(&[1.0, 2.0, 6.0]);
        close(found.score(), 3.0);
        found.series().iter().zip([1.0, 2.0, 6.0]).for_each(|(found, value)| close(*found, value));
    }

    #[test]
    fn worked_by_hand() {
        // Four windows, one cosine: sqrt(2/4) (1 cos(pi/8) + 3 cos(3 pi/8) + 3 cos(5 pi/8) + 5 cos(7 pi/8) - 3 * 0)
        // = sqrt(1/2) (1 - 5) cos(pi/8) = -2.61313; squared 6.8284. The plain variance is 8 / 3. Long-run it is.
        let found = of(&[1.0, 3.0, 3.0, 5.0]).less(&of(&[0.0, 0.0, 0.0, 0.0]));
        close(found.value, 3.0);
        close(found.error, ((4.0 + 8.0_f64.sqrt()) / 4.0).sqrt());
        // One and a half degrees of freedom.
        close(found.p_value, two_sided_t(3.0 / found.error, 1.5));
        let interval = found.interval(1.0 - found.p_value).unwrap();
        assert!(interval.low.abs() < 1e-9 && (interval.high - 6.0).abs() < 1e-9, "{interval:?}");
    }

    #[test]
    fn a_series_that_swings_back_is_not_sure() {
        let swings: Vec<f64> = (0..40).map(|i| if i % 2 == 0 { 1.1 } else { -0.9 }).collect();
        let found = of(&swings).less(&of(&[0.0; 40]));
        // Mean 0.1, deviation sqrt(40/39): the plain error is 0.1601.
        assert!((found.error - (40.0_f64 / 39.0 / 40.0).sqrt()).abs() < 1e-12 && found.p_value > 0.5);
    }

    #[test]
    fn identical_agents_never_differ_and_a_constant_lead_does() {
        let a = noise(1, 25);
        let same = of(&a).less(&of(&a));
        assert_eq!((same.value, same.statistic(), same.p_value), (0.0, None, 1.0));
        let flat = of(&[2.0; 25]).less(&of(&[1.0; 25]));
        assert_eq!((flat.value, flat.statistic(), flat.p_value), (1.0, None, 0.0));
        assert_eq!(of(&[0.0; 25]).less(&of(&[0.0; 25])).p_value, 1.0);
    }

    #[test]
    fn the_scale_of_the_scores_does_not_matter() {
        let (a, b) = (noise(3, 30), noise(4, 30));
        let plain = of(&a).less(&of(&b));
        for scale in [1e-300, 1e-165, 1e-9, 1e150, 1e300] {
            let scaled = |values: &[f64]| values.iter().map(|value| value * scale).collect::<Vec<f64>>();
            let found = of(&scaled(&a)).less(&of(&scaled(&b)));
            assert!((found.p_value - plain.p_value).abs() < 1e-9, "{scale}: {found:?}");
        }
    }

    #[test]
    fn inputs_without_influence_functions() {
        assert_eq!(Influence::new(1.0, &[1.0]), None);
        assert_eq!(Influence::new(f64::INFINITY, &[1.0, 2.0]), None);
        assert_eq!(Influence::new(1.0, &[1.0, f64::INFINITY]), None);
        assert!(of(&[1.0, 2.0]).studentised().interval(1.0).is_err());
    }
}
