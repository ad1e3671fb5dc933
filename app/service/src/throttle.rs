//! How long a wrong password makes everybody wait.
//!
//! Three buckets count failures: an account seen from one network, the account, and the network. A bucket first
//! gives a few tries for free, then its delay doubles up to a limit; it forgets a day after its last failure. The
//! account's own bucket has a low limit and does not hold networks from which the person signed in lately, so that a
//! stranger can slow an account down but never lock its owner out.

use std::net::IpAddr;

use sha2::{Digest as _, Sha256};

/// Seconds to wait after the first, second, … failure; the last one holds for all further ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder(pub Vec<i32>);

impl Ladder {
    /// After `free` tries, one second, doubled each time up to `longest`.
    #[must_use]
    pub fn new(free: usize, longest: i32) -> Self {
        let doubling = std::iter::successors(Some(1_i32), |wait| wait.checked_mul(2))
            .take_while(|wait| *wait < longest)
            .chain(std::iter::once(longest));
        Self(std::iter::repeat_n(0, free).chain(doubling).collect())
    }
}

/// One counter of failures.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// What is counted; a hash, because people now and then type a password where a name belongs.
    pub key: [u8; 32],
    /// How it grows.
    pub ladder: Ladder,
}

fn key(kind: &str, parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(kind);
    for part in parts {
        hash.update([0]);
        hash.update(part);
    }
    hash.finalize().into()
}

/// The buckets of one try to sign in.
#[must_use]
pub fn buckets(account: &str, client: Option<IpAddr>, is_known_network: bool) -> Vec<Bucket> {
    let network = client.map_or_else(|| "none".to_owned(), network);
    let account = account.trim().to_lowercase();
    let mut buckets = vec![
        Bucket { key: key("account on network", &[&account, &network]), ladder: Ladder::new(3, 900) },
        Bucket { key: key("network", &[&network]), ladder: Ladder::new(40, 300) },
    ];
    if !is_known_network {
        buckets.push(Bucket { key: key("account", &[&account]), ladder: Ladder::new(10, 30) });
    }
    buckets
}

/// The part of an address that one subscriber holds: all of version 4, the first half of version 6.
#[must_use]
pub fn network(client: IpAddr) -> String {
    match client.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_grows_to_a_limit_and_never_beyond() {
        assert_eq!(Ladder::new(3, 900).0, [0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900]);
        assert_eq!(Ladder::new(1, 1).0, [0, 1]);
        let ladder = Ladder::new(10, 30).0;
        assert!(ladder.is_sorted() && ladder.last() == Some(&30));
    }

    #[test]
    fn a_stranger_never_fills_the_bucket_that_holds_the_owner() {
        let owner = "10.0.0.7".parse().ok();
        let stranger = "192.0.2.9".parse().ok();
        let of_owner: Vec<_> = buckets("a@example.org", owner, true).into_iter().map(|b| b.key).collect();
        let of_stranger = buckets("a@example.org", stranger, false);
        assert!(of_stranger.iter().all(|bucket| !of_owner.contains(&bucket.key)));
    }

    #[test]
    fn spelling_an_address_differently_is_no_way_round() {
        let client = "10.0.0.7".parse().ok();
        let keys = |account| {
            buckets(account, client, false).into_iter().map(|bucket| bucket.key).collect::<Vec<_>>()
        };
        assert_eq!(keys("A@Example.org "), keys("a@example.org"));
    }

    #[test]
    fn a_subscriber_is_one_network_in_both_versions() {
        let network = |text: &str| network(text.parse().unwrap());
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2:ffff::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:10.0.0.7"), "10.0.0.7");
    }
}
