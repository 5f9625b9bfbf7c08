//! Suggestions for misspelt words.

/// Maximum length of a text that is treated as a misspelt word.
const MAX_LENGTH: usize = 80;
/// Maximum number of candidates that are compared.
const MAX_CANDIDATES: usize = 2_000;

/// The candidate that `word` was probably meant to be; `None` where nothing is close. Case is ignored. Among
/// equally close candidates the first wins. If none is close, a candidate that contains `word` as a part
/// wins: `sharpe` suggests `sharpe_ratio`.
pub(crate) fn closest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    if word.len() > MAX_LENGTH {
        return None;
    }
    let word = word.to_lowercase();
    let letters = word.chars().count();
    let mut best: Option<(usize, &str)> = None;
    let mut part = None;
    for candidate in
        candidates.into_iter().take(MAX_CANDIDATES).filter(|candidate| candidate.len() <= MAX_LENGTH)
    {
        let lower = candidate.to_lowercase();
        if part.is_none() && letters > 2 && is_part(&word, &lower) {
            part = Some(candidate);
        }
        let others = lower.chars().count();
        let longer = letters.max(others);
        // A third of the letters may differ; in words of up to three letters, one.
        let most = (longer / 3).max(1);
        if letters.abs_diff(others) > most {
            continue;
        }
        let distance = strsim::damerau_levenshtein(&word, &lower);
        let near = distance <= most && distance < longer;
        if near && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate).or(part)
}

/// Whether a lowercase name contains this word, or these words in sequence.
fn is_part(word: &str, name: &str) -> bool {
    name.match_indices(word).any(|(at, found)| {
        let ends = |text: &str, end: bool| if end { text.ends_with('_') } else { text.starts_with('_') };
        let (before, after) = (&name[..at], &name[at + found.len()..]);
        name != word && (before.is_empty() || ends(before, true)) && (after.is_empty() || ends(after, false))
    })
}

/// The help for a word that is not among the known ones.
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
    fn close_words_are_suggested_and_distant_ones_are_not() {
        assert_eq!(closest("fsat", ["slow", "fast"]), Some("fast"));
        assert_eq!(closest("BTCUSD", ["ETHUSDT", "BTCUSDT"]), Some("BTCUSDT"));
        assert_eq!(closest("sharpe", ["roi_pct", "sortino_ratio"]), None);
        assert_eq!(closest("x", ["y"]), None);
        assert_eq!(closest(&"fsat".repeat(1_000), ["fast"]), None);
    }

    #[test]
    fn a_part_of_a_name_suggests_the_name() {
        let metrics = ["roi_pct", "sortino_ratio", "sharpe_ratio", "max_drawdown_pct", "ratio_of_it"];
        assert_eq!(closest("sharpe", metrics), Some("sharpe_ratio"));
        assert_eq!(closest("Drawdown", metrics), Some("max_drawdown_pct"));
        assert_eq!(closest("harpe", ["sharpe_ratio"]), None);
        assert_eq!(closest("sharpe_ratoi", metrics), Some("sharpe_ratio"), "a near name goes first");
    }

    #[test]
    fn without_a_near_word_the_known_ones_are_listed() {
        assert_eq!(help("zzz", &["fast", "slow"]), Some("known: fast, slow".to_owned()));
        assert_eq!(help("zzz", &[]), None);
    }
}
