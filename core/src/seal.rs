//! Cursors and tokens: encrypted and authenticated with AES-SIV (RFC 5297). The same content gives the same bytes; network,
//! actor and query are associated data, so a token of one is refused by another.

use crate::config::Secret;
use crate::error::{Error, Reason};
use crate::gate::answer::Token;
use aes_siv::KeyInit;
use aes_siv::siv::Aes128Siv;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Serialize, de::DeserializeOwned};

/// What is sealed is filled up to a multiple of this many bytes.
const PADDED: usize = 128;

/// Seals and opens tokens.
#[derive(Clone)]
pub(crate) struct Sealer {
    key: [u8; 32],
}

impl Sealer {
    pub(crate) fn new(secret: &Secret) -> Sealer {
        Sealer {
            key: blake3::derive_key("parvis 2026-11 cursors and tokens", secret.bytes()),
        }
    }

    /// Seals a value for a context.
    pub(crate) fn seal<T: Serialize>(&self, context: &[&[u8]], value: &T) -> Option<Token> {
        let mut plain = serde_json::to_vec(value).ok()?;
        // The length of a token must not tell how many digits a position or a version has.
        plain.resize(plain.len().next_multiple_of(PADDED), b' ');
        let sealed = self.cipher().encrypt(context, &plain).ok()?;
        Some(Token::new(URL_SAFE_NO_PAD.encode(sealed)))
    }

    /// Where a list goes on: what its cursor says, nothing at its beginning.
    ///
    /// # Errors
    /// [`Reason::Cursor`] for a token that was not made for this list.
    pub(crate) fn cursor<T: DeserializeOwned>(
        &self,
        context: &[&[u8]],
        token: Option<&Token>,
    ) -> Result<Option<T>, Error> {
        token
            .map(|token| self.open(context, token).ok_or(Error::new(Reason::Cursor)))
            .transpose()
    }

    /// Opens a token of the same context; `None` for any other text.
    pub(crate) fn open<T: DeserializeOwned>(&self, context: &[&[u8]], token: &Token) -> Option<T> {
        let sealed = URL_SAFE_NO_PAD.decode(token.as_str()).ok()?;
        let plain = self.cipher().decrypt(context, &sealed).ok()?;
        serde_json::from_slice(&plain).ok()
    }

    fn cipher(&self) -> Aes128Siv {
        Aes128Siv::new((&self.key).into())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn l076_a_token_opens_in_its_own_context_only() {
        let sealer = Sealer::new(&Secret::from_bytes([1; 32]));
        let token = sealer.seal(&[b"acme", b"ana", b"home"], &(5_i64, "x")).unwrap();
        assert_eq!(sealer.seal(&[b"acme", b"ana", b"home"], &(5_i64, "x")).unwrap(), token);
        assert_eq!(
            sealer.open::<(i64, String)>(&[b"acme", b"ana", b"home"], &token),
            Some((5, "x".to_owned()))
        );
        for context in [
            [&b"acmf"[..], b"ana", b"home"],
            [b"acme", b"anb", b"home"],
            [b"acme", b"ana", b"wall"],
        ] {
            assert_eq!(sealer.open::<(i64, String)>(&context, &token), None);
        }
        let other = Sealer::new(&Secret::from_bytes([2; 32]));
        assert_eq!(other.open::<(i64, String)>(&[b"acme", b"ana", b"home"], &token), None);
    }

    #[test]
    fn l076_no_altered_token_opens() {
        let sealer = Sealer::new(&Secret::from_bytes([1; 32]));
        let token = sealer.seal(&[b"n"], &(7_i64, 8_i64)).unwrap();
        let bytes = token.as_str().as_bytes();
        let mut tried = 0;
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut altered = bytes.to_vec();
                *altered.get_mut(at).unwrap() ^= 1 << bit;
                if let Ok(text) = String::from_utf8(altered) {
                    // The last base64 digit carries spare bits: a text that decodes to the same bytes is the same token.
                    let same = URL_SAFE_NO_PAD.decode(&text).ok() == URL_SAFE_NO_PAD.decode(token.as_str()).ok();
                    assert!(same || sealer.open::<(i64, i64)>(&[b"n"], &Token::new(text)).is_none());
                    tried += 1;
                }
            }
        }
        assert!(tried > 100);
    }
}
