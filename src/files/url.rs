//! Paths that are URLs of object stores.

/// Whether a text is a URL of an object store; the feature `cloud` reads and writes there.
pub fn is_object_url(text: &str) -> bool {
    ["s3://", "s3a://", "gs://", "az://", "azure://", "abfs://"].iter().any(|scheme| text.starts_with(scheme))
}

/// What is said of such a URL where object stores are left out of this program.
#[cfg(not(feature = "cloud"))]
pub fn no_object_stores() -> std::io::Error {
    let problem = "this program is built without the feature `cloud`";
    std::io::Error::new(std::io::ErrorKind::Unsupported, problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_object_stores_are_told_from_paths() {
        assert!(is_object_url("s3://bucket/prefix") && is_object_url("gs://b") && is_object_url("az://c/x"));
        assert!(!is_object_url("data/sample") && !is_object_url("/s3") && !is_object_url("https://host/x"));
    }
}
