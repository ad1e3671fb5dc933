//! Passwords: which are taken, and how they are kept.
//!
//! The rules are few, because few help: a length, and nothing that anyone would try first. No forced mixture of
//! characters, no forced change after a while.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use argon2::password_hash::PasswordHasher as _;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordVerifier as _, Version};
use domain::person::{LONGEST_PASSWORD, PersonCode, SHORTEST_PASSWORD};
use domain::violation::Violation;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization as _;

use crate::Failure;

/// A password that passed the rules.
#[derive(Clone, Debug)]
pub struct NewPassword(SecretString);

impl NewPassword {
    /// Checks a password that was typed into `field`. `personal` are texts that say who the person is.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn parse(field: &str, raw: &str, personal: &[&str]) -> Result<Self, Violation> {
        let length = raw.chars().count();
        if length < SHORTEST_PASSWORD {
            return Err(PersonCode::PasswordTooShort.at(field));
        }
        if length > LONGEST_PASSWORD {
            return Err(PersonCode::PasswordTooLong.at(field));
        }
        let plain = plain(raw);
        if personal.iter().any(|text| is_made_of(&plain, text)) {
            return Err(PersonCode::PasswordNamesPerson.at(field));
        }
        if is_common(&plain) {
            return Err(PersonCode::PasswordCommon.at(field));
        }
        Ok(Self(raw.to_owned().into()))
    }
}

/// The bytes that are hashed: normalised, so that the same keys on another keyboard give the same password.
fn bytes(raw: &str) -> Vec<u8> {
    raw.nfc().collect::<String>().into_bytes()
}

/// A password as a guesser reads it: lower case, look-alikes undone, separators gone.
fn plain(raw: &str) -> String {
    raw.nfkc()
        .flat_map(char::to_lowercase)
        .filter(|character| character.is_alphanumeric() || "@$!|+€".contains(*character))
        .map(|character| match character {
            '@' => 'a',
            '$' => 's',
            '!' | '|' => 'i',
            '+' => 't',
            '€' => 'e',
            other => other,
        })
        .collect()
}

/// Digits that stand for letters, tried beside their own meaning.
fn letters(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '0' => 'o',
            '1' => 'i',
            '3' => 'e',
            '4' => 'a',
            '5' => 's',
            '7' => 't',
            other => other,
        })
        .collect()
}

static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("../data/common_words.txt").lines().filter(|line| !line.starts_with('#')).collect()
});

/// Rows of keys and of signs, in which people walk.
const RUNS: [&str; 12] = [
    "01234567890",
    "09876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "zyxwvutsrqponmlkjihgfedcba",
    "qwertyuiop",
    "poiuytrewq",
    "asdfghjkl",
    "lkjhgfdsa",
    "zxcvbnm",
    "mnbvcxz",
    "azertyuiop",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
];

/// The most pieces that a password of common pieces may have and still be refused.
const FEW_PIECES: usize = 3;

/// Whether a guesser's first lists hold the password: few pieces, each a common word, a walk over keys, one sign
/// repeated, or a number; or one short piece over and over.
fn is_common(plain: &str) -> bool {
    plain.chars().count() < 4
        || repeats_short_piece(plain)
        || pieces(plain).is_some_and(|count| count <= FEW_PIECES)
}

fn repeats_short_piece(text: &str) -> bool {
    let signs: Vec<char> = text.chars().collect();
    (1..=signs.len() / 2)
        .take(6)
        .any(|period| signs.iter().zip(signs.iter().skip(period)).all(|(one, other)| one == other))
}

/// The least number of common pieces that make up the text, if common pieces make it up.
fn pieces(text: &str) -> Option<usize> {
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain(std::iter::once(text.len())).collect();
    let mut least: Vec<Option<usize>> = vec![None; ends.len()];
    least[0] = Some(0);
    for to in 1..ends.len() {
        least[to] = (0..to)
            .filter_map(|from| {
                let before = least[from]?;
                is_piece(&text[ends[from]..ends[to]]).then_some(before + 1)
            })
            .min();
    }
    least.last().copied().flatten()
}

fn is_piece(piece: &str) -> bool {
    let mut signs = piece.chars();
    let first = signs.next();
    COMMON.contains(piece)
        || COMMON.contains(letters(piece).as_str())
        || signs.all(|sign| Some(sign) == first)
        || (piece.len() <= 8 && piece.bytes().all(|byte| byte.is_ascii_digit()))
        || (piece.len() >= 3 && RUNS.iter().any(|run| run.contains(piece)))
}

/// Whether little is left of the password once the person's own words are taken out.
fn is_made_of(plain_password: &str, personal: &str) -> bool {
    let personal = personal.to_lowercase();
    let mut rest = plain_password.to_owned();
    for word in personal.split(|character: char| !character.is_alphanumeric()) {
        if word.chars().count() >= 4 {
            rest = rest.replace(word, "");
        }
    }
    rest != plain_password && rest.chars().filter(|character| !character.is_ascii_digit()).count() < 5
}

/// The cost of one hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashCost {
    kibibytes: u32,
    passes: u32,
}

impl HashCost {
    /// 64 MiB and three passes: what every installation uses.
    pub const STANDARD: Self = Self { kibibytes: 64 * 1024, passes: 3 };
    /// 19 MiB and two passes, the least that is still sound; for tests, which hash a lot.
    pub const FLOOR: Self = Self { kibibytes: 19 * 1024, passes: 2 };

    fn argon2(self) -> Argon2<'static> {
        let params = Params::new(self.kibibytes, self.passes, 1, None)
            .expect("both costs above are within the algorithm's bounds");
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
    }
}

/// Hashes and checks passwords: a few at once, a few more waiting, the rest turned away. Each hash takes its memory
/// for a fraction of a second, so without a bound, signing in would be a way to bring the server down.
#[derive(Clone, Debug)]
pub struct Hasher {
    cost: HashCost,
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    /// The hash of a password that nobody has; checked when there is no account, so that both take the same time.
    nobodys: Arc<str>,
}

/// How many wait for a turn before others are turned away.
const QUEUE: usize = 64;

impl Hasher {
    /// A hasher that works on `at_once` passwords at the same time.
    #[must_use]
    pub fn new(cost: HashCost, at_once: usize) -> Self {
        let nobodys = cost
            .argon2()
            .hash_password(&crate::fresh::secret())
            .expect("hashing with sound parameters and a random salt succeeds")
            .to_string();
        Self {
            cost,
            running: Arc::new(Semaphore::new(at_once.max(1))),
            waiting: Arc::new(Semaphore::new(at_once.max(1) + QUEUE)),
            nobodys: nobodys.into(),
        }
    }

    /// The text to keep instead of the password.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] when too many wait already.
    pub async fn hash(&self, password: &NewPassword) -> Result<String, Failure> {
        let typed = bytes(password.0.expose_secret());
        let cost = self.cost;
        self.in_turn(move || cost.argon2().hash_password(&typed).map(|hash| hash.to_string()))
            .await?
            .map_err(|error| Failure::Internal(error.to_string().into()))
    }

    /// Whether `typed` is the password behind `kept`. Without anything kept, the answer is no after the same time.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] when too many wait already.
    pub async fn verify(&self, kept: Option<String>, typed: &SecretString) -> Result<bool, Failure> {
        let exists = kept.is_some();
        let kept = kept.unwrap_or_else(|| self.nobodys.to_string());
        // A longer text is nobody's password; it is cut so that hashing it costs nothing extra.
        let typed: String = typed.expose_secret().chars().take(LONGEST_PASSWORD + 1).collect();
        let typed = bytes(&typed);
        let matches = self
            .in_turn(move || {
                PasswordHash::new(&kept)
                    .is_ok_and(|hash| Argon2::default().verify_password(&typed, &hash).is_ok())
            })
            .await?;
        Ok(matches && exists)
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let place = Arc::clone(&self.waiting).try_acquire_owned().map_err(|_| Failure::Unavailable)?;
        let turn = Arc::clone(&self.running).acquire_owned().await.map_err(|_| Failure::Unavailable)?;
        tokio::task::spawn_blocking(move || {
            // Both are given back when the work is done, even when nobody waits for its answer any more.
            let _held = (place, turn);
            work()
        })
        .await
        .map_err(|error| Failure::Internal(error.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(raw: &str) -> Option<&'static str> {
        NewPassword::parse("password", raw, &["Salma Idrissi", "salma@example.org"])
            .err()
            .map(|violation| violation.code.id())
    }

    #[test]
    fn length_is_counted_in_characters_and_nothing_else_is_asked_for() {
        assert_eq!(code("ovxhgtqlrym"), Some("E003"));
        assert_eq!(code("ovxhgtqlrymk"), None);
        assert_eq!(code("чёрный воронок"), None);
        assert_eq!(code("correct horse battery staple"), None);
        assert_eq!(code(&"tulip ".repeat(30)), Some("E004"));
        assert_eq!(code(&format!("{}xy", "ab q".repeat(31))), None);
    }

    #[test]
    fn what_anyone_would_try_first_is_refused() {
        for common in [
            "password1234",
            "Password2026!",
            "P@ssw0rd1234",
            "passwordpassword",
            "123456789012",
            "111111111111",
            "qwertyuiop123",
            "1qaz2wsx3edc",
            "abcdefghijkl",
            "letmeinletmein",
            "Welcome-Hospital-1",
            "summer2026summer",
            "iloveyou123456",
            "hazelhazel2026",
            "abcabcabcabc",
            "            ",
        ] {
            assert_eq!(code(common), Some("E005"), "{common}");
        }
    }

    #[test]
    fn thousands_of_lists_first_entries_are_refused() {
        let words: Vec<&str> = COMMON.iter().copied().filter(|word| word.len() >= 4).collect();
        let mut tried = 0;
        for word in words {
            for ending in ["1234", "2024", "2025", "2026", "123456", "12345678", "1", "!", "00", "007"] {
                let guess = format!("{word}{ending}");
                if guess.len() >= SHORTEST_PASSWORD {
                    assert_eq!(code(&guess), Some("E005"), "{guess}");
                    tried += 1;
                }
                let twice = format!("{word}{word}{ending}");
                if twice.len() >= SHORTEST_PASSWORD {
                    assert_eq!(code(&twice), Some("E005"), "{twice}");
                    tried += 1;
                }
            }
        }
        assert!(tried > 3_000, "only {tried}");
    }

    #[test]
    fn the_persons_own_name_is_no_password() {
        assert_eq!(code("SalmaIdrissi1"), Some("E006"));
        assert_eq!(code("idrissi-2026-salma"), Some("E006"));
        assert_eq!(code("salma rides a violet tram"), None);
    }

    #[tokio::test]
    async fn a_hash_proves_only_its_own_password() {
        let hasher = Hasher::new(HashCost::FLOOR, 2);
        let password = NewPassword::parse("password", "violet tram to the sea", &[]).unwrap();
        let kept = hasher.hash(&password).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(hasher.verify(Some(kept.clone()), &"violet tram to the sea".into()).await.unwrap());
        assert!(!hasher.verify(Some(kept), &"violet tram to the see".into()).await.unwrap());
        assert!(!hasher.verify(None, &"violet tram to the sea".into()).await.unwrap());
    }

    #[tokio::test]
    async fn beyond_the_queue_people_are_turned_away() {
        let hasher = Hasher::new(HashCost::FLOOR, 1);
        let _full = Arc::clone(&hasher.waiting).acquire_many_owned(65).await.unwrap();
        let answer = hasher.verify(None, &"anything at all".into()).await;
        assert!(matches!(answer, Err(Failure::Unavailable)));
    }
}
