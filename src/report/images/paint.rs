//! Colours, dots and signs of pictures: those of the page in its light form.

/// As on the page.
const COLOURS: [&str; 7] = ["#0072b2", "#d55e00", "#00886a", "#b3539a", "#b98500", "#3a9bdc", "#4a4f57"];
/// Dotted where the colours are used up. Dashed is the benchmark alone.
const DOTS: [&str; 3] = ["", "2 2.5", "9 2.5 2 2.5"];
const DASHED: &str = "7 4";

/// With what something is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    /// An agent's, or of so many things beside each other, by number.
    Agent(usize),
    /// An agent's that is the benchmark.
    Benchmark(usize),
    /// Of a benchmark that is a symbol.
    Held,
    Ink,
    Quiet,
}

/// A gain.
pub(super) const GAIN: Paint = Paint::Agent(0);
/// A loss.
pub(super) const LOSS: Paint = Paint::Agent(1);

impl Paint {
    pub const fn colour(self) -> &'static str {
        match self {
            Self::Agent(number) | Self::Benchmark(number) => COLOURS[number % COLOURS.len()],
            Self::Held | Self::Ink => "#16202b",
            Self::Quiet => "#8a94a0",
        }
    }

    pub const fn dash(self) -> &'static str {
        match self {
            Self::Agent(number) => DOTS[number / COLOURS.len() % DOTS.len()],
            Self::Benchmark(_) | Self::Held => DASHED,
            Self::Ink | Self::Quiet => "",
        }
    }
}

/// A sign at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Up,
    Down,
    Cross,
    Disc,
}

/// The corners of a cross in the square from -1 to 1.
const CROSS: [(f64, f64); 12] = [
    (-0.8, -1.0),
    (0.0, -0.2),
    (0.8, -1.0),
    (1.0, -0.8),
    (0.2, 0.0),
    (1.0, 0.8),
    (0.8, 1.0),
    (0.0, 0.2),
    (-0.8, 1.0),
    (-1.0, 0.8),
    (-0.2, 0.0),
    (-1.0, -0.8),
];

impl Sign {
    /// Its outline around a point, `r` to each side.
    pub fn path(self, x: f64, y: f64, r: f64) -> String {
        let (x0, x1, y0, y1) = (x - r, x + r, y - r, y + r);
        match self {
            Self::Up => format!("M{x:.1} {y0:.1}L{x1:.1} {y1:.1}L{x0:.1} {y1:.1}Z"),
            Self::Down => format!("M{x0:.1} {y0:.1}L{x1:.1} {y0:.1}L{x:.1} {y1:.1}Z"),
            Self::Cross => {
                let at = |(dx, dy): &(f64, f64)| format!("{:.1} {:.1}", x + dx * r, y + dy * r);
                format!("M{}Z", CROSS.iter().map(at).collect::<Vec<_>>().join("L"))
            }
            Self::Disc => {
                format!(
                    "M{x0:.1} {y:.1}a{r:.1} {r:.1} 0 1 0 {w:.1} 0a{r:.1} {r:.1} 0 1 0 {v:.1} 0Z",
                    w = 2.0 * r,
                    v = -2.0 * r
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_benchmark_is_dashed() {
        let dashes: Vec<&str> = (0..21).map(|number| Paint::Agent(number).dash()).collect();
        assert!(
            !dashes.contains(&DASHED) && Paint::Benchmark(3).dash() == DASHED && Paint::Held.dash() == DASHED
        );
        let looks: std::collections::BTreeSet<_> =
            (0..21).map(|number| (Paint::Agent(number).colour(), Paint::Agent(number).dash())).collect();
        assert_eq!(looks.len(), 21);
    }
}
