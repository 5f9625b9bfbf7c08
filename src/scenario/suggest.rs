//! Suggestions for misspelt words.

/// The candidate that `word` was probably meant to be; `None` where nothing is near. Case does not count.
/// Between equally near candidates the first wins.
pub(crate) fn closest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let word = word.to_lowercase();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let lower = candidate.to_lowercase();
        let longer = word.chars().count().max(lower.chars().count());
        let distance = strsim::damerau_levenshtein(&word, &lower);
        // A third of the letters may differ; in words of up to three letters one.
        let near = distance <= (longer / 3).max(1) && distance < longer;
        if near && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The help line for a word that is none of the known ones.
pub(super) fn help(word: &str, known: &[&str]) -> Option<String> {
    if let Some(near) = closest(word, known.iter().copied()) {
        return Some(format!("did you mean `{near}`?"));
    }
    (!known.is_empty()).then(|| format!("known: {}", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_suggested_and_far_ones_are_not() {
        assert_eq!(closest("fsat", ["slow", "fast"]), Some("fast"));
        assert_eq!(closest("BTCUSD", ["ETHUSDT", "BTCUSDT"]), Some("BTCUSDT"));
        assert_eq!(closest("sharpe", ["roi_pct", "sortino_ratio"]), None);
        assert_eq!(closest("x", ["y"]), None);
    }

    #[test]
    fn without_a_near_word_the_known_ones_are_listed() {
        assert_eq!(help("zzz", &["fast", "slow"]), Some("known: fast, slow".to_owned()));
        assert_eq!(help("zzz", &[]), None);
    }
}
