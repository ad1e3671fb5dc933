//! Throttles: how often somebody tried in vain, and when the next try is due.

use crate::{Store, StoreError};

/// After how long without a failure a bucket is forgotten.
const FORGOTTEN_AFTER_HOURS: i32 = 24;

/// The seconds until a try is due again in all of these buckets; zero when it is due now.
///
/// # Errors
/// When the database does not answer.
pub async fn wait(store: &Store, buckets: &[[u8; 32]]) -> Result<i32, StoreError> {
    let buckets: Vec<Vec<u8>> = buckets.iter().map(|bucket| bucket.to_vec()).collect();
    let seconds = sqlx::query_scalar!(
        r#"select coalesce(ceil(extract(epoch from max(next_try_at) - now())), 0)::int as "seconds!"
           from run.throttle
           where bucket = any($1) and next_try_at > now()"#,
        &buckets,
    )
    .fetch_one(&store.write)
    .await?;
    Ok(seconds)
}

/// Counts a failure in advance, before the password is looked at: many tries at the same moment can not all pass a
/// check that none has failed yet. [`give_back`] takes it back when the try was good.
///
/// `ladder` holds the seconds to wait after the first, second, … failure. Answers whether the try may go on.
///
/// # Errors
/// When the database does not answer.
pub async fn count(store: &Store, bucket: &[u8; 32], ladder: &[i32]) -> Result<bool, StoreError> {
    let counted = sqlx::query_scalar!(
        r#"insert into run.throttle as t (bucket, failures, last_at, next_try_at)
           values ($1, 1, now(), now() + make_interval(secs => ($2::int[])[1]))
           on conflict (bucket) do update set
               failures = case when t.last_at < now() - make_interval(hours => $3) then 1 else t.failures + 1 end,
               last_at = now(),
               next_try_at = now() + make_interval(secs => ($2::int[])[
                   case when t.last_at < now() - make_interval(hours => $3) then 1
                        else least(t.failures + 1, cardinality($2::int[])) end])
           where t.next_try_at <= now()
           returning failures"#,
        bucket.as_slice(),
        ladder,
        FORGOTTEN_AFTER_HOURS,
    )
    .fetch_optional(&store.write)
    .await?;
    Ok(counted.is_some())
}

/// Takes back a failure that was counted in advance.
///
/// Earlier failures stay: time forgives them, one good try among a guesser's bad ones does not.
///
/// # Errors
/// When the database does not answer.
pub async fn give_back(store: &Store, buckets: &[[u8; 32]]) -> Result<(), StoreError> {
    let buckets: Vec<Vec<u8>> = buckets.iter().map(|bucket| bucket.to_vec()).collect();
    sqlx::query!(
        "update run.throttle set failures = greatest(failures - 1, 0), next_try_at = now()
         where bucket = any($1)",
        &buckets,
    )
    .execute(&store.write)
    .await?;
    Ok(())
}
