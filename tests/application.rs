//! A server in this process, on a database of its own.

use std::net::Ipv4Addr;
use std::sync::Arc;

use domain::access::Role;
use domain::ids::{PersonId, ProductId};
use server::database::SERVING_ROLE;
use server::embedded::SUPERUSER;
use server::http::listener::{self, Caps};
use server::http::{Hosting, application};
use service::{Service, Settings, Store};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::browser::Browser;
use crate::cluster::Database;
use crate::page::Form;

/// A running Hazel. It stops when this is dropped.
#[derive(Debug)]
pub struct TestApp {
    /// Its address: `http://127.0.0.1:1234`.
    pub origin: String,
    /// Its operations, for what has no page.
    pub service: Service,
    /// Its database.
    pub database: Database,
    superuser: PgPool,
    _running: DropGuard,
}

impl TestApp {
    /// Starts a server on a fresh database in which nobody has an account.
    pub async fn start() -> Self {
        let database = Database::copy().await;
        let serving = database.connect_as(SERVING_ROLE).application_name("hazel");
        // Few connections each, because all tests share one Postgres.
        let pool = PgPoolOptions::new().max_connections(4).connect_lazy_with(serving);
        let superuser =
            PgPoolOptions::new().max_connections(1).connect_lazy_with(database.connect_as(SUPERUSER));
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port can be listened on");
        let origin = format!("http://{}", listener.local_addr().expect("a listener has an address"));
        let service = Service::new(
            Store::new(pool),
            Settings {
                public_url: origin.clone(),
                ddl_guard: true,
                hash_cost: service::password::HashCost::FLOOR,
            },
        );
        let hosting = Hosting::plain(service.clone());
        let caps = Caps { total: 1_000, per_client: 1_000, uncapped: Arc::new([]) };
        let stop = CancellationToken::new();
        tokio::spawn(listener::serve(listener, application(hosting), caps, None, stop.clone()));
        Self { origin, service, database, superuser, _running: stop.drop_guard() }
    }

    /// A browser that has never been here.
    #[must_use]
    pub fn browser(&self) -> Browser {
        Browser::new(&self.origin)
    }

    /// The database as nobody but its administrator sees it; for looking, and for attacks.
    #[must_use]
    pub const fn superuser(&self) -> &PgPool {
        &self.superuser
    }

    /// Makes the first administrator by the link that the terminal shows; signed in.
    pub async fn administrator(&self) -> Person {
        let link = service::account::set_up_address(&self.service).await.expect("the database answers");
        let link = link.expect("nobody administers a fresh installation");
        let browser = self.browser();
        let page = browser.get(link.trim_start_matches(&self.origin)).await.expect(200);
        let form = page.form("account/set_up").with("name", "Ada Adler").with("email", "ada@clinic.test");
        let _ = browser.submit(with_password(form)).await.expect(200);
        Person { browser, id: self.person_id("ada@clinic.test").await, email: "ada@clinic.test".to_owned() }
    }

    /// A person with an account of their own, added by `administrator` and signed in. Their address is their first
    /// name at `clinic.test`.
    pub async fn person(&self, administrator: &Person, name: &str) -> Person {
        let first = name.split(' ').next().unwrap_or(name).to_lowercase();
        let email = format!("{first}@clinic.test");
        let page = administrator.get("/people").await.expect(200);
        let form = page.form("people/add").with("name", name).with("email", email.clone());
        let added = administrator.submit(form).await.expect(200);
        let link = added.body.split("/setup/").nth(1).expect("the page shows the link to hand over");
        let token: String = link
            .chars()
            .take_while(|letter| letter.is_ascii_alphanumeric() || "-_".contains(*letter))
            .collect();
        let browser = self.browser();
        let page = browser.get(&format!("/setup/{token}")).await.expect(200);
        let _ = browser.submit(with_password(page.form("account/choose_password"))).await.expect(200);
        Person { browser, id: self.person_id(&email).await, email }
    }

    /// Gives `person` roles in a product, which `giver` may.
    pub async fn give_roles(&self, giver: &Person, product: ProductId, person: &Person, roles: &[Role]) {
        for role in roles {
            let page = giver.get(&format!("/products/{product}/members")).await.expect(200);
            let form =
                page.form("members/give").with("person", person.id.to_string()).with("role", role.name());
            let _ = giver.submit(form).await.expect(200);
        }
    }

    /// A fresh product of `person`, who becomes its product administrator and author.
    pub async fn product(&self, person: &Person, name: &str) -> ProductId {
        let page = person.get("/products/new").await.expect(200);
        let form = page
            .form("products/create")
            .with("name", name)
            .with("intended_purpose", "Tells a nurse which dressing to change first.");
        let page = person.submit(form).await.expect(200);
        page.path
            .trim_start_matches("/products/")
            .split(['?', '/'])
            .next()
            .and_then(|id| id.parse().ok())
            .unwrap_or_else(|| {
                panic!("a new product leads to its overview, not to {}: {}", page.path, page.summary())
            })
    }

    /// The product of the demonstration with that name; loads the demonstration for `administrator` at first.
    pub async fn demonstration(&self, administrator: &Person, name: &str) -> ProductId {
        let find = "select product_id from app.product where name = $1 and demonstration";
        let find = || sqlx::query_scalar::<_, uuid::Uuid>(find).bind(name).fetch_optional(&self.superuser);
        if find().await.expect("the database answers").is_none() {
            let page = administrator.get("/").await.expect(200);
            let _ = administrator.submit(page.form("demonstration/load")).await.expect(200);
        }
        find()
            .await
            .expect("the database answers")
            .unwrap_or_else(|| panic!("{name} is in the demonstration"))
            .into()
    }

    async fn person_id(&self, email: &str) -> PersonId {
        sqlx::query_scalar::<_, uuid::Uuid>("select person_id from app.person where email = $1")
            .bind(email)
            .fetch_one(&self.superuser)
            .await
            .map(PersonId::from)
            .expect("the person has an account")
    }

    /// All entries of the trail since `mark`, oldest first.
    pub async fn trail_since(&self, mark: TrailMark) -> Vec<Entry> {
        sqlx::query_as("select action, rec_type, rec, ver, actor, system_actor from audit.entry where entry_id > $1 order by entry_id")
            .bind(mark.0)
            .fetch_all(&self.superuser)
            .await
            .expect("the trail can be read")
    }

    /// Where the trail ends now.
    pub async fn trail_mark(&self) -> TrailMark {
        sqlx::query_scalar("select coalesce(max(entry_id), 0) from audit.entry")
            .fetch_one(&self.superuser)
            .await
            .map(TrailMark)
            .expect("the trail can be read")
    }
}

/// Somebody with an account, at a browser where they are signed in.
#[derive(Clone, Debug)]
pub struct Person {
    /// The browser.
    pub browser: Browser,
    /// The person.
    pub id: PersonId,
    /// The address that they sign in with.
    pub email: String,
}

impl Person {
    /// The password of everybody in the tests.
    pub const PASSWORD: &str = "seven lanterns under the bridge";
}

impl std::ops::Deref for Person {
    type Target = Browser;
    fn deref(&self) -> &Browser {
        &self.browser
    }
}

fn with_password(form: Form) -> Form {
    form.with("password", Person::PASSWORD).with("password_again", Person::PASSWORD)
}

/// A place on the trail.
#[derive(Clone, Copy, Debug)]
pub struct TrailMark(i64);

/// One entry of the trail, as the database keeps it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Entry {
    /// What was done: `hazard.severity_set`.
    pub action: String,
    /// The kind of record: the table's name.
    #[sqlx(rename = "rec_type")]
    pub kind: String,
    /// The record.
    #[sqlx(rename = "rec")]
    pub record: Option<uuid::Uuid>,
    /// The revision that the entry made.
    #[sqlx(rename = "ver")]
    pub version: Option<i32>,
    /// The person who did it.
    pub actor: Option<uuid::Uuid>,
    /// The system actor, where no person did it.
    pub system_actor: Option<String>,
}
