//! Brings the database to the schema of this build.
//!
//! Three sets, in this order: `cluster` (roles) and `audit` (the trail and its guards) need an
//! administrator's connection; `app` (the product's tables) runs as `hz_app_owner`, which only
//! `hz_migrate` may become. The serving role can do none of it.
//!
//! Forward only. What was applied is kept with its checksum in `install.migration`; a file that
//! was changed afterwards, or a database that knows migrations which this build does not, stops
//! everything before anything is changed.

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgExecutor, Row as _};

use crate::problem::Problem;

#[allow(missing_docs, reason = "written by build.rs")]
mod files {
    include!(concat!(env!("OUT_DIR"), "/migrations.rs"));
}

/// One lock for all who migrate the same database.
const LOCK: i64 = 0x48_41_5a_45_4c;

/// A file whose first line says so is left out where there is no superuser.
const SUPERUSER_ONLY: &str = "-- needs: superuser";

/// Who runs the migrations.
#[derive(Debug)]
pub struct Installer {
    /// An administrator: a superuser, or a role that may create roles and owns the database.
    pub admin: PgConnectOptions,
    /// How `hz_migrate` signs in; `None` where the administrator may take its place.
    pub migrate: Option<PgConnectOptions>,
}

/// What was done.
#[derive(Debug, Default)]
pub struct Report {
    /// The names of the migrations that were applied, with their set.
    pub applied: Vec<String>,
}

/// How far a database is.
#[derive(Debug, Serialize)]
pub struct Levels {
    /// The newest applied migration of each set.
    pub newest: BTreeMap<String, String>,
    /// Migrations of this build that are not applied.
    pub missing: Vec<String>,
    /// Applied migrations that this build does not know, or knows otherwise.
    pub unknown: Vec<String>,
    /// Whether the database refuses changes of the trail's structure. Only a superuser can
    /// install that; without it everything else holds.
    pub ddl_guard: bool,
}

impl Levels {
    /// Whether the database has the schema of this build.
    pub fn match_this_build(&self) -> bool {
        self.missing.is_empty() && self.unknown.is_empty()
    }
}

#[derive(Debug, Clone, Copy)]
struct Step {
    set: &'static str,
    name: &'static str,
    sql: &'static str,
}

impl Step {
    fn of(set: &'static str) -> impl Iterator<Item = Self> {
        let files = match set {
            "cluster" => files::CLUSTER,
            "audit" => files::AUDIT,
            _ => files::APP,
        };
        files.iter().map(move |(name, sql)| Self { set, name, sql })
    }

    fn all() -> impl Iterator<Item = Self> {
        ["cluster", "audit", "app"].into_iter().flat_map(Self::of)
    }

    fn needs_superuser(self) -> bool {
        self.sql.starts_with(SUPERUSER_ONLY)
    }

    fn checksum(self) -> Vec<u8> {
        Sha256::digest(self.sql).to_vec()
    }

    fn label(self) -> String {
        format!("{}/{}", self.set, self.name)
    }
}

/// Applies what is missing.
///
/// # Errors
/// One sentence: the database can not be reached, was made by another build, or refused a file.
pub async fn run(installer: &Installer) -> Result<Report, Problem> {
    let mut admin = connect(&installer.admin).await?;
    // Held by the session: it ends with the connection, whatever happens.
    sqlx::query("select pg_advisory_lock($1)").bind(LOCK).execute(&mut admin).await.map_err(refused)?;
    let done = apply(&mut admin, installer).await;
    // The administrator's connection does not outlive its work.
    let closed = admin.close().await;
    let report = done?;
    closed.map_err(refused)?;
    Ok(report)
}

/// Makes the roles, and nothing else: a restored database brings its own list of migrations.
///
/// # Errors
/// When the database refuses.
pub async fn make_roles(admin: &PgConnectOptions) -> Result<(), Problem> {
    let mut admin = connect(admin).await?;
    for step in Step::of("cluster") {
        sqlx::raw_sql(step.sql).execute(&mut admin).await.map_err(refused)?;
    }
    admin.close().await.map_err(refused)
}

async fn apply(admin: &mut PgConnection, installer: &Installer) -> Result<Report, Problem> {
    prepare(admin).await?;
    let levels = levels(&mut *admin).await.map_err(refused)?;
    if let Some(unknown) = levels.unknown.first() {
        return Err(Problem::configuration(format!(
            "The database was made by another build of Hazel (migration {unknown} is not this one's): \
             use that build, or a newer one."
        )));
    }
    let is_superuser = is_superuser(admin).await?;
    let mut report = Report::default();
    let mut missing: Vec<Step> = Step::all().filter(|step| levels.missing.contains(&step.label())).collect();
    missing.retain(|step| is_superuser || !step.needs_superuser());

    if missing.is_empty() {
        open_doors(admin).await?;
        return Ok(report);
    }
    let from: Vec<String> = levels.newest.iter().map(|(set, name)| format!("{set}/{name}")).collect();
    tell(admin, "migration.started", serde_json::json!({ "build": env!("CARGO_PKG_VERSION"), "from": from }))
        .await?;
    for step in missing.iter().filter(|step| step.set != "app") {
        apply_step(admin, *step).await?;
        report.applied.push(step.label());
    }
    open_doors(admin).await?;

    let for_app: Vec<Step> = missing.into_iter().filter(|step| step.set == "app").collect();
    if for_app.is_empty() {
        // An update may bring nothing for this set.
    } else if let Some(options) = &installer.migrate {
        let mut own = connect(options).await?;
        let done = apply_app(&mut own, &for_app, &mut report).await;
        let _ = own.close().await;
        done?;
    } else {
        sqlx::query("set session authorization hz_migrate").execute(&mut *admin).await.map_err(refused)?;
        apply_app(admin, &for_app, &mut report).await?;
        sqlx::raw_sql("reset role; reset session authorization")
            .execute(&mut *admin)
            .await
            .map_err(refused)?;
    }
    let applied = serde_json::json!({ "build": env!("CARGO_PKG_VERSION"), "applied": report.applied });
    tell(admin, "migration.finished", applied).await?;
    Ok(report)
}

async fn apply_app(
    connection: &mut PgConnection,
    steps: &[Step],
    report: &mut Report,
) -> Result<(), Problem> {
    sqlx::query("set role hz_app_owner").execute(&mut *connection).await.map_err(refused)?;
    for step in steps {
        apply_step(connection, *step).await?;
        report.applied.push(step.label());
    }
    Ok(())
}

/// One file, the note that it was applied, and its entry on the trail: together or not at all.
async fn apply_step(connection: &mut PgConnection, step: Step) -> Result<(), Problem> {
    let failed = |cause: sqlx::Error| {
        Problem::failed(format!("Migration {} was refused; nothing of it was kept.", step.label()))
            .because(cause)
    };
    let mut transaction = connection.begin().await.map_err(failed)?;
    // With the actor bound, the guard lets the schema change.
    bind_migration(&mut transaction, "migration.applied", &step.label()).await.map_err(failed)?;
    sqlx::raw_sql(step.sql).execute(&mut *transaction).await.map_err(failed)?;
    // A file may have put on another role; the note is written by the one that runs the set.
    let owner = if step.set == "app" { "set local role hz_app_owner" } else { "set local role none" };
    sqlx::raw_sql(owner).execute(&mut *transaction).await.map_err(failed)?;
    sqlx::query("insert into install.migration (set_name, name, checksum, build) values ($1, $2, $3, $4)")
        .bind(step.set)
        .bind(step.name)
        .bind(step.checksum())
        .bind(env!("CARGO_PKG_VERSION"))
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    let body = serde_json::json!({ "migration": step.label(), "build": env!("CARGO_PKG_VERSION") });
    enter(&mut transaction, "migration.applied", body).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    tracing::info!(migration = %step.label(), "A migration was applied.");
    Ok(())
}

/// An entry about the migrations as a whole, in a transaction of its own.
async fn tell(connection: &mut PgConnection, action: &str, body: serde_json::Value) -> Result<(), Problem> {
    let mut transaction = connection.begin().await.map_err(refused)?;
    bind_migration(&mut transaction, action, "migration").await.map_err(refused)?;
    enter(&mut transaction, action, body).await.map_err(refused)?;
    transaction.commit().await.map_err(refused)
}

/// Binds the system actor, as soon as there is a trail and this role may write on it.
async fn bind_migration(
    connection: &mut PgConnection,
    action: &str,
    request: &str,
) -> Result<(), sqlx::Error> {
    if can(connection, "audit.begin_migration(text,text,text,inet)").await? {
        sqlx::query("select set_config('hz.build', $1, true), audit.begin_migration($2, $3, null, null)")
            .bind(env!("CARGO_PKG_VERSION"))
            .bind(action)
            .bind(request)
            .execute(connection)
            .await?;
    }
    Ok(())
}

async fn enter(
    connection: &mut PgConnection,
    action: &str,
    body: serde_json::Value,
) -> Result<(), sqlx::Error> {
    // The first migrations make the trail; before it there is nobody bound and nothing to write on.
    if can(connection, "audit.event(text,text,uuid,uuid,jsonb,jsonb)").await? && is_bound(connection).await? {
        sqlx::query("select audit.event($1, 'migration', null, null, $2, null)")
            .bind(action)
            .bind(body)
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// Whether this transaction has an actor: the setting is the context that `audit.begin` leaves.
async fn is_bound(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query("select coalesce(current_setting('hz.context', true), '') <> ''")
        .fetch_one(connection)
        .await?
        .try_get(0)
}

async fn can(connection: &mut PgConnection, function: &str) -> Result<bool, sqlx::Error> {
    sqlx::query("select coalesce(has_function_privilege(to_regprocedure($1), 'execute'), false)")
        .bind(function)
        .fetch_one(connection)
        .await?
        .try_get(0)
}

/// The list of what was applied. It is no part of a set, because every set is noted in it.
async fn prepare(admin: &mut PgConnection) -> Result<(), Problem> {
    let there: bool = sqlx::query("select to_regclass('install.migration') is not null")
        .fetch_one(&mut *admin)
        .await
        .and_then(|row| row.try_get(0))
        .map_err(refused)?;
    if there {
        return Ok(());
    }
    sqlx::raw_sql(
        "create schema install;
         create table install.migration (
             set_name   text        not null,
             name       text        not null,
             checksum   bytea       not null,
             build      text        not null,
             applied_at timestamptz not null default now(),
             applied_by text        not null default session_user,
             constraint migration_key primary key (set_name, name)
         );",
    )
    .execute(&mut *admin)
    .await
    .map_err(refused)?;
    Ok(())
}

/// Who may enter the database and read how far it is. Said again after every run, because it costs
/// nothing and a restored copy may lack it.
async fn open_doors(admin: &mut PgConnection) -> Result<(), Problem> {
    let name: String = sqlx::query("select quote_ident(current_database())")
        .fetch_one(&mut *admin)
        .await
        .and_then(|row| row.try_get(0))
        .map_err(refused)?;
    // Temporary tables could shadow the real ones, so nobody may make any.
    let statements = format!(
        "revoke all on database {name} from public;
         grant connect on database {name} to hz_app, hz_migrate, hz_backup;
         grant usage on schema install to hz_app, hz_app_owner, hz_backup;
         grant select on install.migration to hz_app;
         grant select, insert on install.migration to hz_app_owner;"
    );
    sqlx::raw_sql(AssertSqlSafe(statements)).execute(admin).await.map_err(refused)?;
    Ok(())
}

/// Reads how far the database is.
///
/// # Errors
/// When it can not be read; also before the first migration.
pub async fn levels<'c>(executor: impl PgExecutor<'c>) -> Result<Levels, sqlx::Error> {
    let rows = sqlx::query(
        "select m.set_name, m.name, m.checksum, g.present
         from (select exists (
                   select from pg_event_trigger t
                   join pg_proc p on p.oid = t.evtfoid
                   join pg_namespace n on n.oid = p.pronamespace
                   where n.nspname = 'guard' and t.evtenabled <> 'D') as present) g
         left join install.migration m on true
         order by m.set_name, m.name",
    )
    .fetch_all(executor)
    .await?;
    let mut levels =
        Levels { newest: BTreeMap::new(), missing: Vec::new(), unknown: Vec::new(), ddl_guard: false };
    let mut applied: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for row in rows {
        levels.ddl_guard = row.try_get("present")?;
        let Some(set) = row.try_get::<Option<String>, _>("set_name")? else { continue };
        let name: String = row.try_get("name")?;
        applied.insert(format!("{set}/{name}"), row.try_get("checksum")?);
        levels.newest.insert(set, name);
    }
    for step in Step::all() {
        match applied.remove(&step.label()) {
            Some(checksum) if checksum == step.checksum() => {}
            Some(_) => levels.unknown.push(step.label()),
            None => levels.missing.push(step.label()),
        }
    }
    levels.unknown.extend(applied.into_keys());
    if !levels.ddl_guard {
        // Left out on purpose where there was no superuser; the guard's absence is told by itself.
        let optional: Vec<String> =
            Step::all().filter(|step| step.needs_superuser()).map(Step::label).collect();
        levels.missing.retain(|label| !optional.contains(label));
    }
    Ok(levels)
}

async fn connect(options: &PgConnectOptions) -> Result<PgConnection, Problem> {
    // A migration is slow by nature, and its whole text is no news for the log.
    let quiet = options.clone().disable_statement_logging();
    let mut connection = PgConnection::connect_with(&quiet).await.map_err(|cause| {
        Problem::failed(format!("The database can not be reached as {}.", options.get_username()))
            .because(cause)
    })?;
    // A migration may take as long as it needs; it waits for others only a while.
    sqlx::raw_sql(
        "set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; set lock_timeout = '30s'",
    )
    .execute(&mut connection)
    .await
    .map_err(refused)?;
    Ok(connection)
}

async fn is_superuser(connection: &mut PgConnection) -> Result<bool, Problem> {
    sqlx::query("select rolsuper from pg_roles where rolname = session_user")
        .fetch_one(connection)
        .await
        .and_then(|row| row.try_get(0))
        .map_err(refused)
}

fn refused(cause: sqlx::Error) -> Problem {
    Problem::failed("The database refused to be brought up to date.").because(cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_numbered_without_doubles() {
        for set in ["cluster", "audit", "app"] {
            let numbers: Vec<&str> = Step::of(set).map(|step| &step.name[..4]).collect();
            assert!(
                numbers.iter().all(|number| number.bytes().all(|byte| byte.is_ascii_digit())),
                "{numbers:?}"
            );
            assert!(numbers.is_sorted_by(|a, b| a < b), "{set}: {numbers:?}");
        }
    }
}
