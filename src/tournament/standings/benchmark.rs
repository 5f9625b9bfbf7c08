//! Who beats the benchmark: the test of the best against it (SPA), and all that can be named (StepM).

use super::settings::StandingsSpec;
use crate::statistics::evidence::{Convention, EvidenceError, Influence, Panel, Resamples, Spa, spa, stepm};

/// The other agents against the benchmark.
#[derive(Debug, Clone, PartialEq)]
pub struct BenchmarkEvidence {
    /// Index of the benchmark.
    pub benchmark: usize,
    /// Hansen's test of "no agent beats the benchmark"; `best` is an index of the matrix.
    pub spa: Result<Spa, EvidenceError>,
    /// The agents named as better while a false one is named with probability alpha at most (Romano and Wolf),
    /// in order of index.
    pub superior: Result<Vec<usize>, EvidenceError>,
}

/// Tests all other agents against the benchmark by what each window has to do with their records. Agents whose score
/// is no number cannot be tested.
pub(super) fn against_benchmark(
    influences: &[Option<Influence>],
    benchmark: usize,
    resamples: &Resamples,
    block_length: f64,
    spec: &StandingsSpec,
) -> BenchmarkEvidence {
    let others: Vec<usize> =
        (0..influences.len()).filter(|&agent| agent != benchmark && influences[agent].is_some()).collect();
    let excess = || -> Result<Panel, EvidenceError> {
        let base = influences[benchmark].as_ref().ok_or(EvidenceError::NoNumber { column: benchmark })?;
        let columns = others.iter().filter_map(|&agent| influences[agent].as_ref().map(Influence::series));
        Panel::new(columns.collect())?.less(&base.series())
    };
    let test = |excess: &Panel| {
        let found = spa(excess, resamples, block_length, Convention::Standard)?;
        Ok(Spa { best: others[found.best], ..found })
    };
    let name = |excess: &Panel| {
        let named = stepm(excess, resamples, block_length, spec.alpha, Convention::Standard)?;
        Ok(named.into_iter().map(|index| others[index]).collect())
    };
    let excess = excess();
    BenchmarkEvidence {
        benchmark,
        spa: excess.as_ref().map_err(Clone::clone).and_then(test),
        superior: excess.as_ref().map_err(Clone::clone).and_then(name),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{holed, lucky, matrix};
    use super::super::{StandingsSpec, standings};

    #[test]
    fn the_better_is_named_and_the_copy_of_the_benchmark_is_not() {
        // 0 is the benchmark, 1 its copy, 2 better by far, 3 as good.
        let mut columns = lucky(3, 40, &[0.0, 2.0, 0.0]);
        columns.insert(1, columns[0].clone());
        let spec = StandingsSpec { benchmark: Some(0), ..StandingsSpec::default() };
        let found = standings(&matrix(columns), &spec).unwrap().benchmark.unwrap();
        assert_eq!(found.superior, Ok(vec![2]));
        let spa = found.spa.unwrap();
        assert!(spa.best == 2 && spa.consistent < 0.05, "{spa:?}");
    }

    #[test]
    fn too_few_windows_for_the_test_leave_a_reason() {
        let spec = StandingsSpec { benchmark: Some(1), ..StandingsSpec::default() };
        let found = standings(&matrix(lucky(3, 2, &[0.0, 2.0])), &spec).unwrap().benchmark.unwrap();
        assert_eq!(found.spa.unwrap_err().to_string(), "`2` rows, at least `3` are needed");
    }

    #[test]
    fn a_benchmark_alone_or_without_a_number_has_nobody_to_beat_it() {
        let spec = StandingsSpec { benchmark: Some(0), ..StandingsSpec::default() };
        let found = standings(&matrix(lucky(3, 30, &[0.0])), &spec).unwrap().benchmark.unwrap();
        assert!(found.spa.is_err() && found.superior.is_err());
        let endless = holed(vec![vec![Some(f64::INFINITY); 30], vec![Some(1.0); 30]]);
        assert!(standings(&endless, &spec).unwrap().benchmark.unwrap().spa.is_err());
    }
}
