//! An installation to measure: people, products, registers, deliverables, an assessment in work, and a long trail.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

use domain::access::Role;
use domain::answer::Given;
use domain::assessment::Judgement;
use domain::deliverable::catalogue;
use domain::deliverable::record::UpkeepForm;
use domain::ids::{AssessmentId, PersonId, ProductId};
use domain::plan::RiskPlan;
use domain::product::ProfileForm;
use domain::revision::Revision;
use secrecy::SecretString;
use service::account::{self, Browser, SetUp};
use service::hazards::PlanForm;
use service::{Actor, Failure, Origin, Service};
use time::OffsetDateTime;

use crate::register::Author;

/// Where all choices begin.
pub const SEED: u64 = 62_304;

/// The password of everybody in a measured installation.
pub const PASSWORD: &str = "seven lanterns under the bridge";

/// Whose session measures pages.
pub const READER: &str = "ada@bench.test";

/// The product that is measured, by its name.
pub const LARGE_PRODUCT: &str = "Closed-loop insulin controller 1";

/// How many rows go into one import.
const IMPORTED: usize = 1_000;

const PEOPLE: [(&str, &str); 6] = [
    ("Ada Adler", READER),
    ("Bela Brandt", "bela@bench.test"),
    ("Chiara Conti", "chiara@bench.test"),
    ("Driss Daoudi", "driss@bench.test"),
    ("Eva Engel", "eva@bench.test"),
    ("Farid Fassi", "farid@bench.test"),
];

/// How large an installation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Rows of the register of the product that is measured.
    pub rows: usize,
    /// Other products.
    pub others: usize,
    /// Rows in each of those.
    pub rows_of_others: usize,
    /// Entries of the trail, at least.
    pub entries: i64,
}

impl Size {
    /// The size that the goals speak of: 5,000 rows in the product, 20,000 in the database, a million entries.
    pub const FULL: Self = Self { rows: 5_000, others: 11, rows_of_others: 1_364, entries: 1_000_000 };
    /// Enough to see that everything works.
    pub const QUICK: Self = Self { rows: 1_000, others: 4, rows_of_others: 250, entries: 30_000 };
}

/// What was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// The product that is measured.
    pub product: ProductId,
    /// Its assessment in work.
    pub assessment: AssessmentId,
}

/// Why an installation could not be made.
pub type Problem = Box<dyn std::error::Error + Send + Sync>;

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn failed(failure: Failure) -> Problem {
    format!("the operation was refused: {failure:?}").into()
}

/// Where everybody signs in from.
#[must_use]
pub fn origin() -> Origin {
    Origin { request: "bench".to_owned(), client: Some(IpAddr::V4(Ipv4Addr::LOCALHOST)) }
}

/// The person behind an address, signed in.
///
/// # Errors
/// When the database does not answer, or nobody has that address.
pub async fn sign_in(service: &Service, email: &str) -> Result<account::Opened, Problem> {
    let password = SecretString::from(PASSWORD);
    account::sign_in(service, &origin(), browser(), email, &password).await.map_err(failed)
}

/// The people who write, each with a live session.
#[derive(Clone)]
pub struct Staff(Vec<(PersonId, account::Token)>);

impl Staff {
    /// The people of an empty installation: made, given passwords, signed in.
    ///
    /// # Errors
    /// When an operation is refused.
    pub async fn hire(service: &Service) -> Result<Self, Problem> {
        let password = SecretString::from(PASSWORD);
        let link = account::set_up_address(service).await.map_err(failed)?;
        let link = link.ok_or("somebody administers it already")?;
        let (name, email) = PEOPLE[0];
        let typed =
            SetUp { token: after_last_slash(&link), name, email, password: &password, again: &password };
        let opened = account::set_up(service, &origin(), browser(), typed).await.map_err(failed)?;
        let mut staff = vec![(opened.actor.person(), opened.token)];
        for (name, email) in &PEOPLE[1..] {
            let handover = service::people::add(service, &opened.actor, name, email).await.map_err(failed)?;
            let token = after_last_slash(&handover.address);
            let opened = account::choose_password(service, &origin(), browser(), token, &password, &password)
                .await
                .map_err(failed)?;
            staff.push((handover.person, opened.token));
        }
        Ok(Self(staff))
    }

    /// Somebody who is signed in already.
    #[must_use]
    pub fn of(person: PersonId, token: account::Token) -> Self {
        Self(vec![(person, token)])
    }

    /// One of them by turns, with the roles that they have now.
    async fn turn(&self, service: &Service, number: usize) -> Result<Actor, Problem> {
        let (_, token) = &self.0[number % self.0.len()];
        match account::find(service, token, origin()).await.map_err(failed)? {
            account::Found::Live(actor) => Ok(*actor),
            account::Found::Ended(_) | account::Found::Unknown => Err("a session has ended".into()),
        }
    }
}

fn browser() -> Browser {
    Browser { user_agent: Some("bench".to_owned()), workstation: Some("measuring bench".to_owned()) }
}

fn after_last_slash(address: &str) -> &str {
    address.rsplit('/').next().unwrap_or_default()
}

/// Makes an installation in an empty database, and tells what it does.
///
/// # Errors
/// When an operation is refused.
pub async fn make(service: &Service, size: Size, tell: &dyn Fn(&str)) -> Result<Made, Problem> {
    let staff = Staff::hire(service).await?;
    let mut author = Author::new(SEED, OffsetDateTime::now_utc().date());
    let mut products = Vec::new();
    for number in 1..=size.others + 1 {
        let rows = if number == 1 { size.rows } else { size.rows_of_others };
        let began = Instant::now();
        let product = make_product(service, &staff, number).await?;
        fill(service, &staff, product, &mut author, rows).await?;
        tell(&format!("product {number}: {rows} rows in {:.1} s", began.elapsed().as_secs_f64()));
        products.push(product);
    }
    let product = products[0];
    let reader = staff.turn(service, 0).await?;
    let assessment = assess(service, &reader, product).await?;
    lengthen(service, &staff, &products, size.entries, tell).await?;
    Ok(Made { product, assessment })
}

/// Imports rows into a product, each thousand by another person.
///
/// # Errors
/// When an operation is refused.
pub async fn fill(
    service: &Service,
    staff: &Staff,
    product: ProductId,
    author: &mut Author,
    rows: usize,
) -> Result<(), Problem> {
    const REASON: &str = "Taken over from the spreadsheet of the last release.";
    for (turn, first) in (0..rows).step_by(IMPORTED).enumerate() {
        let who = staff.turn(service, turn).await?;
        let import = author.write(IMPORTED.min(rows - first));
        service::hazards::import(service, &who, product, import, REASON).await.map_err(failed)?;
    }
    Ok(())
}

async fn make_product(service: &Service, staff: &Staff, number: usize) -> Result<ProductId, Problem> {
    let who = staff.turn(service, 0).await?;
    let form = ProfileForm {
        name: format!("Closed-loop insulin controller {number}"),
        intended_purpose:
            "Gives insulin under the control of a glucose sensor to people with type 1 diabetes.".to_owned(),
        intended_users: "Patients and those who care for them.".to_owned(),
        use_environment: "At home and on the way.".to_owned(),
        markets: vec!["european_union".to_owned(), "united_states".to_owned()],
        lifecycle: "in_development".to_owned(),
    };
    let product = service::products::create(service, &who, &form).await.map_err(failed)?;
    let who = staff.turn(service, 0).await?;
    let roles = [Role::Author, Role::ProductAdministrator, Role::Reviewer];
    for (person, _) in &staff.0 {
        for role in roles {
            let is_there = *person == who.person() && role != Role::Reviewer;
            if !is_there {
                service::members::give(service, &who, &product.to_string(), &person.to_string(), role.name())
                    .await
                    .map_err(failed)?;
            }
        }
    }
    // D04 is the file of a route for legacy software that this product does not take.
    for (place, deliverable) in catalogue::all().iter().filter(|it| it.id != "D04").enumerate() {
        let status = ["missing", "draft", "in_review", "approved"][place % 4];
        let form = UpkeepForm {
            status: status.to_owned(),
            owner: staff.0[place % staff.0.len()].0.to_string(),
            due: "2027-06-30".to_owned(),
            link: if status == "approved" { "https://documents.test/1".to_owned() } else { String::new() },
            note: "Kept with the file of the last release.".to_owned(),
            ..UpkeepForm::default()
        };
        service::deliverables::set_record(service, &who, product, &deliverable.id, Revision(0), &form)
            .await
            .map_err(failed)?;
    }
    Ok(product)
}

/// Starts an assessment and answers its questions, all but the last.
async fn assess(service: &Service, who: &Actor, product: ProductId) -> Result<AssessmentId, Problem> {
    let assessment = service::classification::start(service, who, product).await.map_err(failed)?;
    let opened = service::classification::open(service, who, product, assessment).await.map_err(failed)?;
    let (mut judgement, mut waiting) = (opened.judgement(), None);
    while let Some(key) = judgement.next_question() {
        if let Some((question, given)) = waiting.take() {
            answer(service, who, product, assessment, question, given).await?;
        }
        let question = domain::scheme::question(key).ok_or("a question of no pack")?;
        let given = Given::Value(question.cautious());
        judgement = Judgement::of(&judgement.answers().with(key, given), judgement.markets());
        waiting = Some((key, given));
    }
    Ok(assessment)
}

async fn answer(
    service: &Service,
    who: &Actor,
    product: ProductId,
    assessment: AssessmentId,
    key: domain::answer::Key,
    given: Given,
) -> Result<(), Problem> {
    let typed = service::classification::TypedAnswer {
        question: key.name().to_owned(),
        given: given.name().to_owned(),
        rationale: "The cautious answer, until the clinical evaluation says otherwise.".to_owned(),
        seen: 0,
    };
    service::classification::save_answer(service, who, product, assessment, &typed).await.map_err(failed)?;
    Ok(())
}

/// Makes the trail long: plan after plan comes into force in product after product, by different people, and every row
/// is judged by it. One operation makes as many entries as rows change, which is what makes a million of them a matter
/// of minutes.
async fn lengthen(
    service: &Service,
    staff: &Staff,
    products: &[ProductId],
    entries: i64,
    tell: &dyn Fn(&str),
) -> Result<(), Problem> {
    let mut version = 0;
    let mut told = Instant::now();
    loop {
        for (place, product) in products.iter().enumerate() {
            let newest = store::trail::newest(service.store()).await?.number;
            if newest >= entries {
                return Ok(());
            }
            if told.elapsed().as_secs() >= 10 {
                tell(&format!("{newest} of {entries} entries"));
                told = Instant::now();
            }
            let who = staff.turn(service, place + usize::try_from(version)?).await?;
            let plan = plan_of(version);
            service::hazards::set_plan(
                service,
                &who,
                *product,
                Revision(version),
                &plan,
                "The limits follow the review of the last quarter's complaints.",
            )
            .await
            .map_err(failed)?;
        }
        version += 1;
    }
}

/// Plans that judge differently, in turn: every step of the scale of probabilities moves by a factor of thirty.
fn plan_of(version: i32) -> PlanForm {
    let mut form = PlanForm::of_plan(&RiskPlan::starting());
    let limits =
        if version % 2 == 0 { ["1e-7", "1e-6", "1e-5", "1e-4"] } else { ["3e-6", "3e-5", "3e-4", "3e-3"] };
    for (limit, band) in limits.into_iter().zip(2_u8..) {
        form.0.insert(domain::plan::limit_field(band), limit.to_owned());
    }
    form
}
