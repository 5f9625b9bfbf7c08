//! Tokens of a log-in: JSON Web Tokens (RFC 7519) with HMAC-SHA256, made and accepted by one server process.
//!
//! There is one header, compared byte by byte: no other algorithm can be asked for. The key is drawn at the start and never
//! leaves the process, so that a restart ends all log-ins.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use rand::TryRng;
use rand::rngs::SysRng;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// How long a token is valid, in seconds.
pub const LIFETIME: u64 = 3_600;
/// `{"alg":"HS256","typ":"JWT"}` in base64url.
const HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";

/// Makes tokens, and tells valid ones from others.
pub struct Tokens {
    mac: Hmac<Sha256>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    /// Id of the account.
    sub: String,
    /// Issued at, in seconds since 1970.
    iat: u64,
    /// Valid before this time.
    exp: u64,
}

impl Tokens {
    /// With a key that nobody else has.
    ///
    /// # Errors
    /// Where the system has no random source.
    pub fn new() -> Result<Self, rand::rngs::SysError> {
        let mut key = [0; 64];
        SysRng.try_fill_bytes(&mut key)?;
        Ok(Self::of_key(key))
    }

    fn of_key(key: [u8; 64]) -> Self {
        Self { mac: <Hmac<Sha256> as KeyInit>::new(&key.into()) }
    }

    /// A token for an account.
    pub fn issue(&self, account: &str, now: u64) -> String {
        let claims = Claims { sub: account.to_owned(), iat: now, exp: now + LIFETIME };
        // Plain values: nothing can fail, and an empty token is no token.
        let claims = serde_json::to_vec(&claims).unwrap_or_default();
        let signed = format!("{HEADER}.{}", URL_SAFE_NO_PAD.encode(claims));
        let mut mac = self.mac.clone();
        mac.update(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    /// The account of a token that this server made and that has not expired.
    pub fn account(&self, token: &str, now: u64) -> Option<String> {
        let (signed, signature) = token.rsplit_once('.')?;
        let claims = signed.strip_prefix(HEADER)?.strip_prefix('.')?;
        let mut mac = self.mac.clone();
        mac.update(signed.as_bytes());
        // Takes the same time wherever two signatures differ.
        mac.verify_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
        let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
        (claims.iat <= now && now < claims.exp).then_some(claims.sub)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(text: &str) -> String {
        URL_SAFE_NO_PAD.encode(text)
    }

    #[test]
    fn a_token_is_valid_for_an_hour_and_for_the_server_that_made_it() {
        let (one, other) = (Tokens::of_key([1; 64]), Tokens::of_key([2; 64]));
        let token = one.issue("account", 1_000);
        assert_eq!(one.account(&token, 1_000).as_deref(), Some("account"));
        assert_eq!(one.account(&token, 1_000 + LIFETIME - 1).as_deref(), Some("account"));
        assert_eq!(one.account(&token, 1_000 + LIFETIME), None, "expired");
        assert_eq!(one.account(&token, 999), None, "from the future");
        assert_eq!(other.account(&token, 1_000), None, "another key");
    }

    #[test]
    fn the_header_is_what_it_says() {
        assert_eq!(URL_SAFE_NO_PAD.decode(HEADER).unwrap(), br#"{"alg":"HS256","typ":"JWT"}"#);
    }

    /// RFC 7515, appendix A.1: its key and signing input give its signature.
    #[test]
    fn the_signature_is_that_of_the_standard() {
        let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        let input = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0d\
                     HA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let mut mac = Hmac::<Sha256>::new_from_slice(&URL_SAFE_NO_PAD.decode(key).unwrap()).unwrap();
        mac.update(input.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        assert_eq!(signature, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    }

    #[test]
    fn forged_tokens_are_none() {
        let tokens = Tokens::of_key([1; 64]);
        let token = tokens.issue("account", 1_000);
        let parts: Vec<&str> = token.split('.').collect();
        let claims = encoded(r#"{"sub":"other","iat":1000,"exp":9000}"#);
        for forged in [
            format!("{}.{claims}.", encoded(r#"{"alg":"none","typ":"JWT"}"#)),
            format!("{}.{}.", encoded(r#"{"alg":"none"}"#), parts[1]),
            format!("{}.{claims}.{}", parts[0], parts[2]),
            format!("{}.{}.{}", encoded(r#"{"alg":"HS512","typ":"JWT"}"#), parts[1], parts[2]),
            format!("{}.{}", parts[0], parts[1]),
            format!("{}.{}.", parts[0], parts[1]),
            format!("{token}."),
            format!("{token}A"),
            String::new(),
            "..".to_owned(),
        ] {
            assert_eq!(tokens.account(&forged, 1_000), None, "{forged}");
        }
    }
}
