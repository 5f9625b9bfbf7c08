//! Redirects of an archive: followed to the host that was asked and to hosts that the user has listed.
//!
//! Invariant: no other host is ever asked, and an encrypted request is never continued without encryption.

use ureq::http::{Response, Uri, header::LOCATION};

use super::DownloadError;

/// Redirects that are followed one after the other.
pub(super) const MOST_REDIRECTS: usize = 5;

/// Where a client may be sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Redirects<'h> {
    /// Hosts besides the one that was asked.
    pub hosts: &'h [String],
}

impl Redirects<'_> {
    /// The URL that an answer redirects to; `None` for any other answer.
    ///
    /// # Errors
    /// [`DownloadError::Redirected`] for a target that is not allowed.
    pub fn target<B>(&self, url: &str, answer: &Response<B>) -> Result<Option<String>, DownloadError> {
        let location = answer.headers().get(LOCATION).filter(|_| answer.status().is_redirection());
        let Some(location) = location else { return Ok(None) };
        let to = String::from_utf8_lossy(location.as_bytes()).into_owned();
        let refused =
            |problem| Err(DownloadError::Redirected { url: url.to_owned(), to: to.clone(), problem });
        let (Ok(from), Some(target)) = (url.parse::<Uri>(), resolved(url, &to)) else {
            return refused("which is not an address");
        };
        let listed = |host: &str| self.hosts.iter().any(|known| known.eq_ignore_ascii_case(host));
        match target.host() {
            Some(host) if from.host() == Some(host) || listed(host) => {}
            _ => return refused("another host"),
        }
        match (from.scheme_str(), target.scheme_str()) {
            (Some("https"), Some("https")) | (Some("http"), Some("http" | "https")) => {}
            _ => return refused("without encryption"),
        }
        Ok(Some(target.to_string()))
    }
}

/// An absolute address, or a path on the host of `url`.
fn resolved(url: &str, to: &str) -> Option<Uri> {
    let from: Uri = url.parse().ok()?;
    let (scheme, authority) = (from.scheme_str()?, from.authority()?);
    let absolute = match to {
        _ if to.starts_with("//") => format!("{scheme}:{to}"),
        _ if to.starts_with('/') => format!("{scheme}://{authority}{to}"),
        _ => to.to_owned(),
    };
    absolute.parse().ok().filter(|uri: &Uri| uri.scheme().is_some() && uri.authority().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(to: &str, hosts: &[&str]) -> Result<Option<String>, String> {
        let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        let answer = Response::builder().status(302).header(LOCATION, to).body(()).unwrap();
        let found = Redirects { hosts: &hosts }.target("https://data.example/a.zip", &answer);
        found.map_err(|error| error.to_string())
    }

    #[test]
    fn only_the_same_and_listed_hosts_are_followed() {
        assert_eq!(target("/b.zip", &[]), Ok(Some("https://data.example/b.zip".to_owned())));
        assert_eq!(
            target("https://cdn.example/b", &["CDN.example"]),
            Ok(Some("https://cdn.example/b".to_owned()))
        );
        for (to, problem) in [
            ("https://evil.example/b", "another host"),
            ("//evil.example/b", "another host"),
            ("http://data.example/b", "without encryption"),
            ("file:///etc/passwd", "not an address"),
            ("b.zip", "not an address"),
        ] {
            let error = target(to, &["cdn.example"]).unwrap_err();
            assert!(error.contains(problem) && error.contains(to), "{error}");
        }
        let whole = Response::builder().status(200).body(()).unwrap();
        assert!(Redirects { hosts: &[] }.target("https://data.example/a", &whole).unwrap().is_none());
    }
}
