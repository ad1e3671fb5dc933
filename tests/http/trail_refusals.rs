//! Everything that the database refuses, tried as the serving role, as the trail's owner, as the tables' owner and as
//! a superuser that plays a replica; forged actors included.

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};
use tests::TestApp;
use uuid::Uuid;

const DENIED: &str = "42501";
const NO_SESSION: &str = "HZ001";
const NO_ACTOR: &str = "HZ002";
const NOT_THE_NEXT_REVISION: &str = "HZ003";
const NOT_GENUINE: &str = "HZ004";
const BOUND_ALREADY: &str = "HZ005";
const NOT_ITS_ACT: &str = "HZ006";
const ADD_ONLY: &str = "HZ010";
const NEVER_DELETED: &str = "HZ011";
const NEEDS_MIGRATION: &str = "HZ012";

/// A database with an administrator, her session, and one product of hers.
struct Scene {
    app: TestApp,
    person: Uuid,
    product: Uuid,
}

const TOKEN: &str = "decode('0102', 'hex')";

impl Scene {
    async fn set() -> Self {
        let app = TestApp::start().await;
        let (person, product) = (Uuid::now_v7(), Uuid::now_v7());
        let mut serving = connect(app.database.connect_as("hz_app")).await;
        run(
            &mut serving,
            &format!(
                "begin;
                 select audit.begin_set_up('person.administrator_set_up', 'r', null, '10.0.0.1');
                 insert into app.person (person_id, name, email, site_administrator, revision)
                     values ('{person}', 'Ada Byron', 'ada@example.org', true, 1);
                 insert into run.session (session_id, token_hash, person_id, idle_expires_at, expires_at)
                     values (gen_random_uuid(), sha256({TOKEN}), '{person}', now() + '1 hour', now() + '2 hours');
                 commit;
                 begin;
                 select audit.begin({TOKEN}, 'product.created', 'r', null, '10.0.0.1');
                 {};
                 commit",
                insert_product(product, false)
            ),
        )
        .await
        .expect("the scene can be set");
        Self { app, person, product }
    }

    async fn as_role(&self, role: &str) -> PgConnection {
        match role {
            "hz_app" | "hz_migrate" | "postgres" => connect(self.app.database.connect_as(role)).await,
            other => {
                let mut superuser = self.superuser().await;
                run(&mut superuser, &format!("set role {other}"))
                    .await
                    .expect("a superuser can put on any role");
                superuser
            }
        }
    }

    async fn superuser(&self) -> PgConnection {
        connect(self.app.database.connect_as(server::embedded::SUPERUSER)).await
    }

    async fn count(&self, sql: &str) -> i64 {
        let mut superuser = self.superuser().await;
        let row = superuser.fetch_one(AssertSqlSafe(sql.to_owned())).await.expect("it can be counted");
        row.get(0)
    }

    async fn entries(&self) -> i64 {
        self.count("select count(*) from audit.entry").await
    }
}

fn insert_product(product: Uuid, demonstration: bool) -> String {
    format!(
        "insert into app.product (product_id, name, intended_purpose, markets, lifecycle, demonstration, revision)
             values ('{product}', 'Pump {product}', 'Doses insulin.', '{{}}', 'planned', {demonstration}, 1)"
    )
}

async fn connect(options: PgConnectOptions) -> PgConnection {
    PgConnection::connect_with(&options).await.expect("the database answers")
}

async fn run(connection: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await.map(|_| ())
}

/// Runs statements one by one, each in a transaction that is undone, and expects each to be refused with its state.
async fn all_refused(connection: &mut PgConnection, attempts: &[(&str, &str)]) {
    let mut surprises = Vec::new();
    for (sql, expected) in attempts {
        let outcome = run(connection, &format!("begin; {sql}; commit")).await;
        let _ = run(connection, "rollback").await;
        match outcome {
            Ok(()) => surprises.push(format!("accepted: {sql}")),
            Err(error) => {
                let state = error.as_database_error().and_then(|error| error.code()).unwrap_or_default();
                if state != *expected {
                    surprises.push(format!("{sql}\n    expected {expected}, was {state}: {error}"));
                }
            }
        }
    }
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}

#[tokio::test]
async fn the_serving_role_reads_the_trail_through_views_and_can_do_nothing_else_to_it() {
    let scene = Scene::set().await;
    let before = scene.entries().await;
    let mut serving = scene.as_role("hz_app").await;
    all_refused(
        &mut serving,
        &[
            ("select * from audit.entry", DENIED),
            ("select * from audit.pii", DENIED),
            ("select * from audit.key", DENIED),
            ("select * from audit.client", DENIED),
            ("insert into audit.entry (action) values ('a.b')", DENIED),
            ("update audit.entry set reason = 'another'", DENIED),
            ("delete from audit.entry", DENIED),
            ("truncate audit.entry", DENIED),
            ("drop table audit.entry cascade", DENIED),
            ("update audit.entry_view set reason = 'another'", DENIED),
            ("delete from audit.entry_view", DENIED),
            ("drop view audit.entry_view", DENIED),
            ("alter table audit.entry disable trigger all", DENIED),
            ("update audit.system_actor set tables = '{%}'", DENIED),
            ("select audit.bind(null, 'migration', null, 'a.b', 'r', null, null, null)", DENIED),
            ("select audit.bind_system('migration', 'migration.applied', 'r', null, null)", DENIED),
            ("select audit.begin_migration('migration.applied', 'r', null, null)", DENIED),
            ("select audit.bound()", DENIED),
            ("delete from app.product", DENIED),
            ("truncate app.product", DENIED),
            ("drop table app.product cascade", DENIED),
            ("alter table app.product disable trigger all", DENIED),
            ("alter table app.product disable trigger hz_capture_update", DENIED),
            ("drop trigger hz_capture_update on app.product", DENIED),
            ("create table public.mine ()", DENIED),
            ("create table app.mine ()", DENIED),
            ("create schema mine", DENIED),
            ("set role hz_audit_owner", DENIED),
            ("set role hz_app_owner", DENIED),
            ("set session authorization postgres", DENIED),
            ("set session_replication_role = replica", DENIED),
            ("alter role hz_app superuser", DENIED),
            ("grant hz_audit_owner to hz_app", DENIED),
            ("drop event trigger hz_guard_after", DENIED),
            ("alter event trigger hz_guard_after disable", DENIED),
            ("update pg_trigger set tgenabled = 'D'", DENIED),
            ("copy app.product to program 'cat'", DENIED),
            ("select pg_read_file('/etc/passwd')", DENIED),
        ],
    )
    .await;
    assert_eq!(scene.entries().await, before);
    run(&mut serving, "select * from audit.entry_view").await.expect("the view can be read");
}

#[tokio::test]
async fn the_owner_of_the_trail_adds_and_nothing_else() {
    let scene = Scene::set().await;
    let before = scene.entries().await;
    let mut owner = scene.as_role("hz_audit_owner").await;
    for table in ["entry", "pii", "client", "incarnation", "key"] {
        let tries = [
            (format!("delete from audit.{table}"), ADD_ONLY),
            (format!("truncate audit.{table} cascade"), ADD_ONLY),
        ];
        let tries: Vec<(&str, &str)> = tries.iter().map(|(sql, state)| (sql.as_str(), *state)).collect();
        all_refused(&mut owner, &tries).await;
    }
    all_refused(
        &mut owner,
        &[
            ("update audit.entry set reason = 'another'", ADD_ONLY),
            ("update audit.pii set body = '{}'", ADD_ONLY),
            ("update audit.key set inner_pad = ''", ADD_ONLY),
            ("update audit.client set address = '::1'", ADD_ONLY),
            ("merge into audit.entry e using audit.entry o on e.entry_id = o.entry_id when matched then delete", ADD_ONLY),
            ("alter table audit.entry disable trigger refuse_change", NEEDS_MIGRATION),
            ("alter table audit.entry disable trigger all", NEEDS_MIGRATION),
            ("drop trigger refuse_change on audit.entry", NEEDS_MIGRATION),
            ("drop table audit.entry cascade", NEEDS_MIGRATION),
            ("drop table audit.pii cascade", NEEDS_MIGRATION),
            ("drop view audit.entry_view", NEEDS_MIGRATION),
            ("drop index audit.entry_by_product", NEEDS_MIGRATION),
            ("drop schema audit cascade", NEEDS_MIGRATION),
            ("drop owned by hz_audit_owner cascade", NEEDS_MIGRATION),
            ("drop function audit.bound()", NEEDS_MIGRATION),
            ("alter table audit.entry rename to old_entry", NEEDS_MIGRATION),
            ("alter table audit.entry alter column reason set default 'x'", NEEDS_MIGRATION),
            ("alter table audit.entry drop constraint entry_record_version", NEEDS_MIGRATION),
            ("alter table audit.pii rename column body to other", NEEDS_MIGRATION),
            ("alter function audit.bound() rename to other", "42883"),
            ("create table audit.more ()", NEEDS_MIGRATION),
            ("create rule quiet as on insert to audit.entry do instead nothing", NEEDS_MIGRATION),
            ("create trigger quiet before insert on audit.entry for each row execute function audit.record_insert()", NEEDS_MIGRATION),
            ("create or replace function audit.bound() returns audit.binding language sql as 'select null::audit.binding'", NEEDS_MIGRATION),
            ("alter table audit.entry enable row level security", NEEDS_MIGRATION),
            ("create policy nobody on audit.entry using (false)", NEEDS_MIGRATION),
            ("grant select on audit.key to hz_app", NEEDS_MIGRATION),
            ("grant insert on audit.entry to public", NEEDS_MIGRATION),
            ("grant update on audit.entry to hz_app", NEEDS_MIGRATION),
        ],
    )
    .await;
    assert_eq!(scene.entries().await, before);
}

#[tokio::test]
async fn the_owner_of_the_tables_can_not_take_them_off_the_trail() {
    let scene = Scene::set().await;
    for role in ["hz_app_owner", "postgres"] {
        let mut owner = scene.as_role(role).await;
        all_refused(
            &mut owner,
            &[
                ("alter table app.product disable trigger hz_capture_update", NEEDS_MIGRATION),
                ("alter table app.product disable trigger all", if role == "postgres" { NEEDS_MIGRATION } else { DENIED }),
                ("alter table app.product enable replica trigger hz_capture_insert", NEEDS_MIGRATION),
                ("alter table app.product enable trigger hz_capture_insert", NEEDS_MIGRATION),
                ("drop trigger hz_capture_update on app.product", NEEDS_MIGRATION),
                ("drop trigger hz_refuse_delete on app.product", NEEDS_MIGRATION),
                ("alter trigger hz_capture_update on app.product rename to other", NEEDS_MIGRATION),
                ("create or replace trigger hz_capture_update after update on app.product for each statement when (false) execute function audit.record_update('product_id', '', '1')", NEEDS_MIGRATION),
                ("create or replace trigger hz_refuse_delete before insert on app.product for each statement execute function guard.refuse_removal()", NEEDS_MIGRATION),
                ("drop table app.membership", NEEDS_MIGRATION),
                ("drop schema app cascade", NEEDS_MIGRATION),
                ("delete from app.product", NEVER_DELETED),
                ("truncate app.product cascade", NEVER_DELETED),
                ("update app.product set name = 'Unseen', revision = revision + 1", NO_ACTOR),
            ],
        )
        .await;
    }
}

#[tokio::test]
async fn a_superuser_that_plays_a_replica_meets_the_same_guards() {
    let scene = Scene::set().await;
    let mut superuser = scene.superuser().await;
    run(&mut superuser, "set session_replication_role = replica").await.expect("a superuser may");
    all_refused(
        &mut superuser,
        &[
            ("update audit.entry set reason = 'another'", ADD_ONLY),
            ("delete from audit.entry", ADD_ONLY),
            ("delete from app.product", NEVER_DELETED),
            ("update app.product set name = 'Unseen', revision = revision + 1", NO_ACTOR),
            ("drop schema audit cascade", NEEDS_MIGRATION),
            ("drop schema guard cascade", NEEDS_MIGRATION),
            ("drop function guard.after_drop() cascade", NEEDS_MIGRATION),
            ("create or replace function guard.refuse_change() returns trigger language plpgsql as 'begin return new; end'", NEEDS_MIGRATION),
            // Here the guard itself no longer finds what it guards, and fails closed.
            ("alter schema audit rename to old", "3F000"),
            ("alter table audit.pii set schema public", NEEDS_MIGRATION),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_forged_actor_writes_nothing() {
    let scene = Scene::set().await;
    let (before, other) = (scene.entries().await, Uuid::now_v7());
    let change = "update app.product set name = 'Forged', revision = revision + 1";
    let begin = format!("select audit.begin({TOKEN}, 'product.edited', 'r', null, null)");
    let mut serving = scene.as_role("hz_app").await;
    let altered = format!(
        "{begin}; select set_config('hz.context',
            replace(current_setting('hz.context'), '{}', '{other}'), true); {change}",
        scene.person
    );
    let other_action = format!(
        "{begin}; select set_config('hz.context',
            replace(current_setting('hz.context'), 'product.edited', 'product.archived'), true); {change}"
    );
    let cut = format!(
        "{begin}; select set_config('hz.context', substr(current_setting('hz.context'), 65), true); {change}"
    );
    let twice = format!("{begin}; select audit.begin_sign_in('session.signed_in', 'r', null, null)");
    let undone = format!("savepoint here; {begin}; rollback to here; {change}");
    all_refused(
        &mut serving,
        &[
            (change, NO_ACTOR),
            (&format!("select set_config('hz.actor', '{other}', true); {change}"), NO_ACTOR),
            (&format!("select set_config('hz.context', '', true); {change}"), NO_ACTOR),
            (&format!("select set_config('hz.context', 'ada', true); {change}"), NOT_GENUINE),
            (
                &format!(
                    "select set_config('hz.context', repeat('0', 64) || '(1,1,{other},,,r,product.edited,,,,)', true); {change}"
                ),
                NOT_GENUINE,
            ),
            (&altered, NOT_GENUINE),
            (&other_action, NOT_GENUINE),
            (&cut, NOT_GENUINE),
            (&twice, BOUND_ALREADY),
            (&undone, NO_ACTOR),
            ("select audit.event('session.signed_in', 'session', null, null, '{}')", NO_ACTOR),
        ],
    )
    .await;

    // A genuine context, kept and played again in the next transaction, and for the whole session.
    for local in ["true", "false"] {
        run(
            &mut serving,
            &format!(
                "begin; {begin}; select set_config('hz.kept', current_setting('hz.context'), false); commit"
            ),
        )
        .await
        .expect("the actor is genuine");
        let replay =
            format!("select set_config('hz.context', current_setting('hz.kept'), {local}); {change}");
        all_refused(&mut serving, &[(&replay, NOT_GENUINE)]).await;
    }
    assert_eq!(scene.entries().await, before);
}

#[tokio::test]
async fn only_a_live_session_of_an_enabled_person_is_an_actor() {
    let scene = Scene::set().await;
    let begin = format!("select audit.begin({TOKEN}, 'product.edited', 'r', null, null)");
    let mut serving = scene.as_role("hz_app").await;
    all_refused(
        &mut serving,
        &[
            ("select audit.begin(decode('0103', 'hex'), 'product.edited', 'r', null, null)", NO_SESSION),
            ("select audit.begin('', 'product.edited', 'r', null, null)", NO_SESSION),
            ("select audit.begin(null, 'product.edited', 'r', null, null)", NO_SESSION),
            (&format!("select audit.begin(sha256({TOKEN}), 'product.edited', 'r', null, null)"), NO_SESSION),
            (&format!("update run.session set revoked_at = now(); {begin}"), NO_SESSION),
            (
                &format!("update run.session set idle_expires_at = now() - interval '1 second'; {begin}"),
                NO_SESSION,
            ),
            (
                &format!("update run.session set expires_at = now() - interval '1 second'; {begin}"),
                NO_SESSION,
            ),
        ],
    )
    .await;
    run(
        &mut serving,
        "begin; select audit.begin_command_line('person.disabled', 'r', null, null);
         update app.person set disabled_at = now(), revision = revision + 1; commit",
    )
    .await
    .expect("the command line disables people");
    all_refused(&mut serving, &[(&begin, NO_SESSION)]).await;
}

#[tokio::test]
async fn system_actors_keep_to_their_own_acts() {
    let scene = Scene::set().await;
    let mut serving = scene.as_role("hz_app").await;
    let change = "update app.product set name = 'Other', revision = revision + 1";
    let demonstrate = "select audit.begin_demonstration('demonstration.loaded', 'r', null, null)";
    let administrator = "insert into app.person (person_id, name, email, site_administrator, revision)
        values (gen_random_uuid(), 'Eve', 'eve@example.org', true, 1)";
    all_refused(
        &mut serving,
        &[
            ("select audit.begin_set_up('person.administrator_set_up', 'r', null, null)", NOT_ITS_ACT),
            ("select audit.begin_sign_in('product.edited', 'r', null, null)", NOT_ITS_ACT),
            ("select audit.begin_command_line('product.edited', 'r', null, null)", NOT_ITS_ACT),
            (&format!("select audit.begin_sign_in('session.signed_in', 'r', null, null); {change}"), NOT_ITS_ACT),
            (&format!("select audit.begin_sign_in('session.signed_in', 'r', null, null); {administrator}"), NOT_ITS_ACT),
            (&format!("select audit.begin_command_line('person.added', 'r', null, null); {change}"), NOT_ITS_ACT),
            ("select audit.begin_sign_in('session.signed_in', 'r', null, null); select audit.event('trail.exported', 'trail', null, null, '{}')", NOT_ITS_ACT),
            (&format!("{demonstrate}; {change}"), NOT_ITS_ACT),
            (&format!("{demonstrate}; {administrator}"), NOT_ITS_ACT),
            (&format!("{demonstrate}; {}", insert_product(Uuid::now_v7(), false)), NOT_ITS_ACT),
        ],
    )
    .await;
    let allowed = insert_product(Uuid::now_v7(), true);
    run(&mut serving, &format!("begin; {demonstrate}; {allowed}; commit"))
        .await
        .expect("the demonstration writes its own product");
}

#[tokio::test]
async fn a_revision_follows_the_one_before_it() {
    let scene = Scene::set().await;
    let mut serving = scene.as_role("hz_app").await;
    let begin = format!("select audit.begin({TOKEN}, 'product.edited', 'r', null, null)");
    let tries: Vec<String> = [
        "update app.product set name = 'Same revision'".to_owned(),
        "update app.product set name = 'Leap', revision = revision + 2".to_owned(),
        "update app.product set name = 'Back', revision = 1; update app.product set name = 'Again', revision = 1".to_owned(),
        format!("update app.product set product_id = '{}', revision = revision + 1", Uuid::now_v7()),
        insert_product(Uuid::now_v7(), false).replace("false, 1)", "false, 2)"),
    ]
    .iter()
    .map(|sql| format!("{begin}; {sql}"))
    .collect();
    let tries: Vec<(&str, &str)> = tries.iter().map(|sql| (sql.as_str(), NOT_THE_NEXT_REVISION)).collect();
    all_refused(&mut serving, &tries).await;
}

#[tokio::test]
async fn each_changed_record_has_one_entry_and_an_unchanged_one_has_none() {
    let scene = Scene::set().await;
    let mut serving = scene.as_role("hz_app").await;
    let (second, third) = (Uuid::now_v7(), Uuid::now_v7());
    let before = scene.entries().await;
    run(
        &mut serving,
        &format!(
            "begin; select audit.begin({TOKEN}, 'product.created', 'r1', 'Three products', null); {}; {}; commit",
            insert_product(second, false),
            insert_product(third, false)
        ),
    )
    .await
    .expect("products can be started");
    assert_eq!(scene.entries().await, before + 2);
    run(
        &mut serving,
        &format!(
            "begin; select audit.begin({TOKEN}, 'product.edited', 'r2', null, null);
             update app.product set
                 lifecycle = case when product_id = '{second}' then lifecycle else 'on_market' end,
                 revision = case when product_id = '{second}' then revision else revision + 1 end;
             update app.product set lifecycle = 'planned' where false;
             commit"
        ),
    )
    .await
    .expect("products can be changed");
    assert_eq!(scene.entries().await, before + 4, "two of three records changed");
    let mut superuser = scene.superuser().await;
    let row = superuser
        .fetch_one(AssertSqlSafe(format!(
            "select actor, actor_name, reason, request, body ->> 'lifecycle', old_body ->> 'lifecycle', ver, product
             from audit.entry_view where rec = '{}' order by ver desc limit 1",
            scene.product
        )))
        .await
        .expect("the entry is there");
    assert_eq!(row.get::<Uuid, _>(0), scene.person);
    assert_eq!(row.get::<String, _>(1), "Ada Byron");
    assert_eq!(row.get::<Option<String>, _>(2), None);
    assert_eq!(row.get::<String, _>(3), "r2");
    assert_eq!(
        (row.get::<String, _>(4), row.get::<String, _>(5)),
        ("on_market".to_owned(), "planned".to_owned())
    );
    assert_eq!(row.get::<i32, _>(6), 2);
    assert_eq!(row.get::<Uuid, _>(7), scene.product);
}

#[tokio::test]
async fn what_is_personal_stands_apart_and_a_former_name_stays_with_former_entries() {
    let scene = Scene::set().await;
    let in_entries = scene
        .count("select count(*) from audit.entry e where e.body::text like '%Ada%' or e.body::text like '%example.org%' or e::text like '%10.0.0.1%'")
        .await;
    assert_eq!(in_entries, 0, "names and addresses are not in the entries themselves");
    let mut serving = scene.as_role("hz_app").await;
    run(
        &mut serving,
        &format!(
            "begin; select audit.begin({TOKEN}, 'person.described', 'r', null, null);
             update app.person set name = 'Ada Lovelace', revision = revision + 1; commit;
             begin; select audit.begin({TOKEN}, 'product.edited', 'r', null, null);
             update app.product set name = 'Renamed', revision = revision + 1; commit"
        ),
    )
    .await
    .expect("both can be changed");
    let mut superuser = scene.superuser().await;
    let names: Vec<String> = superuser
        .fetch_all("select actor_name from audit.entry_view where actor is not null order by entry_id")
        .await
        .expect("the trail can be read")
        .iter()
        .map(|row| row.get(0))
        .collect();
    assert_eq!(names, ["Ada Byron", "Ada Lovelace", "Ada Lovelace"]);
}

#[tokio::test]
async fn every_table_of_the_product_is_on_the_trail() {
    let app = TestApp::start().await;
    let without: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'app' and c.relkind in ('r', 'p', 'f') and (
             select count(*) <> 4 from pg_trigger t
             where t.tgrelid = c.oid and t.tgenabled = 'A' and t.tgname in
                 ('hz_capture_insert', 'hz_capture_update', 'hz_refuse_delete', 'hz_refuse_truncate')
         )",
    )
    .fetch_all(app.superuser())
    .await
    .unwrap();
    assert_eq!(without, Vec::<String>::new(), "tables whose changes leave no entry");
    let granted: Vec<String> = sqlx::query_scalar(
        "select table_schema || '.' || table_name || ': ' || privilege_type
         from information_schema.role_table_grants
         where grantee in ('hz_app', 'PUBLIC') and (
             (table_schema = 'app' and privilege_type not in ('SELECT', 'INSERT', 'UPDATE'))
             or (table_schema = 'audit' and privilege_type <> 'SELECT'))",
    )
    .fetch_all(app.superuser())
    .await
    .unwrap();
    assert_eq!(granted, Vec::<String>::new(), "rights that the serving role must not have");
    let whole: bool = sqlx::query_scalar("select guard.trail_is_whole() and guard.capture_is_genuine()")
        .fetch_one(app.superuser())
        .await
        .unwrap();
    assert!(whole);
}

#[tokio::test]
async fn nobody_is_a_member_of_the_owner_of_the_trail() {
    let app = TestApp::start().await;
    let members: i64 = sqlx::query_scalar(
        "select count(*) from pg_auth_members m join pg_roles r on r.oid = m.roleid where r.rolname = 'hz_audit_owner'",
    )
    .fetch_one(app.superuser())
    .await
    .unwrap();
    assert_eq!(members, 0);
    let can_sign_in: bool = sqlx::query_scalar(
        "select bool_or(rolcanlogin) from pg_roles where rolname in ('hz_audit_owner', 'hz_app_owner')",
    )
    .fetch_one(app.superuser())
    .await
    .unwrap();
    assert!(!can_sign_in);
}
