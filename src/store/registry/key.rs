//! API keys: made once, shown once, kept as a hash.
//!
//! A key is 64 characters from the system's random source: 384 bits. It cannot be found by brute force, so a slow
//! password hash, which protects short secrets, would only slow down every look-up. A
//! BLAKE3 hash in a domain of its own is enough: it cannot be turned back, and a hash of a key made for
//! another purpose never equals it.

use std::fmt;

use rand::TryRng;
use rand::rngs::SysRng;

/// What every key begins with.
const HEAD: &str = "ak_live_";
/// Random characters of a key.
const RANDOM: usize = 64;
/// Characters of a key that are kept to tell keys apart.
const SHOWN: usize = 12;
/// The URL-safe alphabet of RFC 4648: 64 letters, so that six bits choose one evenly.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// Keeps these hashes apart from all others.
const DOMAIN: &str = "tiltyard 2026 agent key";
#[cfg(feature = "serve")]
const ACCOUNT_DOMAIN: &str = "tiltyard 2026 account key";
#[cfg(feature = "serve")]
const SECRET_DOMAIN: &str = "tiltyard 2026 account secret";
/// What every secret of an account begins with.
#[cfg(feature = "serve")]
const SECRET_HEAD: &str = "sk_live_";

/// An agent's key. Never written anywhere by this crate; `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

/// A key's hash; equality takes the same time wherever two hashes differ.
pub type KeyHash = blake3::Hash;

impl ApiKey {
    /// A new key.
    ///
    /// # Errors
    /// Where the system has no random source.
    pub fn generate() -> Result<Self, rand::rngs::SysError> {
        random(HEAD).map(Self)
    }

    /// A key that somebody shows; none where the text cannot be one.
    pub fn parse(text: &str) -> Option<Self> {
        parse(HEAD, text).map(Self)
    }

    /// The key itself, to be shown once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Its first characters, by which a person tells keys apart.
    pub fn prefix(&self) -> &str {
        &self.0[..SHOWN]
    }

    /// What is kept of it.
    pub fn hash(&self) -> KeyHash {
        hash(DOMAIN, &self.0)
    }

    /// What is kept of it where it is an account's: no key of an agent has this hash.
    #[cfg(feature = "serve")]
    pub(super) fn account_hash(&self) -> KeyHash {
        hash(ACCOUNT_DOMAIN, &self.0)
    }
}

/// The secret that goes with the key of an account. Never written anywhere by this crate; `Debug` hides it.
#[cfg(feature = "serve")]
#[derive(Clone, PartialEq, Eq)]
pub struct ApiSecret(String);

#[cfg(feature = "serve")]
impl ApiSecret {
    /// A new secret.
    ///
    /// # Errors
    /// Where the system has no random source.
    pub fn generate() -> Result<Self, rand::rngs::SysError> {
        random(SECRET_HEAD).map(Self)
    }

    /// A secret that somebody shows; none where the text cannot be one.
    pub fn parse(text: &str) -> Option<Self> {
        parse(SECRET_HEAD, text).map(Self)
    }

    /// The secret itself, to be shown once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub(super) fn hash(&self) -> KeyHash {
        hash(SECRET_DOMAIN, &self.0)
    }
}

#[cfg(feature = "serve")]
impl fmt::Debug for ApiSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiSecret(..)")
    }
}

fn random(head: &str) -> Result<String, rand::rngs::SysError> {
    let mut bytes = [0; RANDOM];
    SysRng.try_fill_bytes(&mut bytes)?;
    let letters = bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 63)]));
    Ok(head.chars().chain(letters).collect())
}

fn parse(head: &str, text: &str) -> Option<String> {
    let text = text.trim();
    let rest = text.strip_prefix(head)?.as_bytes();
    let valid = rest.len() == RANDOM && rest.iter().all(|byte| ALPHABET.contains(byte));
    valid.then(|| text.to_owned())
}

fn hash(domain: &'static str, text: &str) -> KeyHash {
    let mut hash = blake3::Hasher::new_derive_key(domain);
    hash.update(text.as_bytes());
    hash.finalize()
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey({}..)", self.prefix())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_long_url_safe_and_never_twice_the_same() {
        let (one, two) = (ApiKey::generate().unwrap(), ApiKey::generate().unwrap());
        assert_ne!(one, two);
        assert_eq!(one.reveal().len(), 8 + 64);
        assert!(one.reveal().starts_with("ak_live_"));
        assert!(one.reveal().chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_'));
        assert_eq!(one.prefix(), &one.reveal()[..12]);
        assert_ne!(one.hash(), two.hash());
    }

    #[test]
    fn every_letter_of_the_alphabet_comes_up() {
        let text: String = (0..100).map(|_| ApiKey::generate().unwrap().reveal()[8..].to_owned()).collect();
        assert!(ALPHABET.iter().all(|letter| text.contains(char::from(*letter))));
    }

    #[test]
    fn only_a_whole_key_is_one() {
        let key = ApiKey::generate().unwrap();
        assert_eq!(ApiKey::parse(&format!("  {}\n", key.reveal())).unwrap().hash(), key.hash());
        for text in ["", "ak_live_", &key.reveal()[..71], &format!("{}A", key.reveal()), &key.reveal()[1..]] {
            assert!(ApiKey::parse(text).is_none(), "{text}");
        }
        assert!(ApiKey::parse(&key.reveal().replace("ak_live_", "ak_test_")).is_none());
    }

    #[test]
    fn debug_output_shows_only_the_prefix() {
        let key = ApiKey::generate().unwrap();
        assert_eq!(format!("{key:?}"), format!("ApiKey({}..)", key.prefix()));
    }
}
