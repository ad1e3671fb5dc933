//! Features: proposed changes of a product, their triage, and what regulatory says about them.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::Permission;
use domain::answer::{Answers, Given, Key};
use domain::assessment::{self, AssessmentCode, State as AssessmentState};
use domain::feature::{self, Description, DescriptionForm, FeatureCode, Record, State, Step};
use domain::ids::{AssessmentId, FeatureId, PersonId, ProductId};
use domain::product::Product;
use domain::revision::{Conflict, ConflictField, Revision};
use domain::risk::{read_number, shown_number};
use domain::text::{Reason, Statement, optional};
use domain::triage::{self, Fact, Level, Pick, Picks, Triage};
use domain::violation::{Code, Violation, Violations};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use store::features::{Decision, NewAnswer, NewStep};
pub use store::features::{Feature, FeatureAnswer, TakenStep};
use store::{Action, Actor, Grant, StoreError, WriteTx};

use crate::typed::normal;
use crate::{Failure, Service, classification, fresh, products};

/// What features are held against: the product's approved answers, else those in work.
#[derive(Clone, Debug)]
pub struct Basis {
    /// The assessment with its number and state; nothing while the product has none.
    pub assessment: Option<(AssessmentId, i32, AssessmentState)>,
    /// Its answers.
    pub answers: Answers,
}

impl Basis {
    /// That in a sentence, for records.
    #[must_use]
    pub fn words(&self) -> String {
        match self.assessment {
            Some((_, number, AssessmentState::Approved)) => {
                format!("Held against the approved answers of assessment A-{number}.")
            }
            Some((_, number, _)) => format!(
                "Held against the answers of assessment A-{number}, which is not approved: class C applies until one is."
            ),
            None => "The product has no answers yet; class C applies.".to_owned(),
        }
    }
}

/// A feature in a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The feature.
    pub feature: Feature,
    /// The level of work: as decided, else what the answers so far come to.
    pub level: Level,
    /// How many of the questions that are asked have their answer; none where it was decided.
    pub answered: usize,
    /// How many are asked; none where it was decided.
    pub asked: usize,
}

/// A risk control that a feature may touch: number, title, and in how many rows it is used.
pub type Control = (i32, String, i64);

/// A feature, opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The feature.
    pub feature: Feature,
    /// The product that it would change.
    pub product: Product,
    /// Its answers.
    pub answers: Vec<FeatureAnswer>,
    /// The steps taken with it, the newest first.
    pub steps: Vec<TakenStep>,
    /// What it is held against.
    pub basis: Basis,
    /// What the answers come to.
    pub triage: Triage,
    /// The risk controls of the product.
    pub controls: Vec<Control>,
    /// Whether the person may change it now.
    pub may_edit: bool,
    /// Whether the person may review in this product at all.
    pub may_review: bool,
    /// Whether the person worked on it, and therefore may not decide on it.
    pub worked_on_it: bool,
}

impl Opened {
    /// What was picked.
    #[must_use]
    pub fn picks(&self) -> Picks {
        picks(&self.answers)
    }

    /// The answer about a fact.
    #[must_use]
    pub fn answer(&self, fact: Fact) -> Option<&FeatureAnswer> {
        self.answers.iter().find(|answer| answer.fact == fact)
    }

    /// The risk controls that were named as touched.
    #[must_use]
    pub fn touched(&self) -> Vec<(i32, String)> {
        let named = self.answer(Fact::Touches).map(|answer| answer.controls.clone()).unwrap_or_default();
        let touched = self.controls.iter().filter(|(number, ..)| named.contains(number));
        touched.map(|(number, title, _)| (*number, title.clone())).collect()
    }

    /// The record: as it was decided, else what a decision would keep now.
    #[must_use]
    pub fn record(&self) -> Record {
        self.feature.record.clone().unwrap_or_else(|| self.record_of_now())
    }

    /// What a person who decides reads, in a few letters; a decision is bound to it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let digest = Sha256::digest(self.record_of_now().to_string());
        digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// What it would come to with this answer in place of the saved one.
    #[must_use]
    pub fn triage_with(&self, fact: Fact, pick: Pick) -> Triage {
        let mut picks = self.picks();
        picks.insert(fact, pick);
        Triage::of(&self.basis.answers, &self.product.profile.markets, &picks)
    }

    fn record_of_now(&self) -> Record {
        let rationale = self.feature.rationale.as_deref();
        Record::of(&self.feature.description, self.basis.words(), &self.triage, self.touched(), rationale)
    }

    fn worked_on_by(&self) -> BTreeSet<PersonId> {
        let answered = self.answers.iter().flat_map(|answer| answer.answered_by.iter().copied());
        answered.chain(self.feature.written_by.iter().copied()).collect()
    }
}

fn picks(answers: &[FeatureAnswer]) -> Picks {
    answers
        .iter()
        .filter_map(|answer| Some((answer.fact, triage::question(answer.fact).pick(&answer.given)?)))
        .collect()
}

async fn basis(service: &Service, who: &Actor, product: ProductId) -> Result<Basis, Failure> {
    let past = classification::history(service, who, product).await?;
    let approved = past.iter().find(|past| past.assessment.state == AssessmentState::Approved);
    let found =
        approved.or_else(|| past.iter().find(|past| past.assessment.state != AssessmentState::Superseded));
    let Some(found) = found.map(|past| &past.assessment) else {
        return Ok(Basis { assessment: None, answers: Answers::none() });
    };
    let answers = store::assessments::answers(service.store(), found.id).await?;
    Ok(Basis {
        assessment: Some((found.id, found.number, found.state)),
        answers: answers.into_iter().map(|answer| (answer.key, answer.given)).collect(),
    })
}

/// The features of a product, the newest first. Permission: view the product.
///
/// # Errors
/// Not found without a role in it.
pub async fn list(service: &Service, who: &Actor, product: ProductId) -> Result<Vec<Listed>, Failure> {
    let markets = products::show(service, who, product).await?.profile.markets;
    let features = store::features::list(service.store(), product).await?;
    let mut answers: BTreeMap<FeatureId, Vec<FeatureAnswer>> = BTreeMap::new();
    for answer in store::features::answers(service.store(), product).await? {
        answers.entry(answer.feature).or_default().push(answer);
    }
    let basis = basis(service, who, product).await?;
    Ok(features
        .into_iter()
        .map(|feature| {
            // What was decided keeps its level, whatever the product's answers say today.
            if let Some(level) = feature.record.as_ref().map(|record| record.level) {
                return Listed { feature, level, answered: 0, asked: 0 };
            }
            let own = answers.remove(&feature.id).unwrap_or_default();
            let triage = Triage::of(&basis.answers, &markets, &picks(&own));
            let asked = triage.asked().count();
            let answered = triage.asked().filter(|asked| asked.pick.is_some()).count();
            Listed { level: triage.level, feature, answered, asked }
        })
        .collect())
}

/// How many features wait for a reviewer, by product; where none does, the product is left out. Permission: view each.
///
/// # Errors
/// When the database does not answer.
pub async fn waiting(
    service: &Service,
    who: &Actor,
    products: &[ProductId],
) -> Result<BTreeMap<ProductId, i64>, Failure> {
    let seen: Vec<ProductId> =
        products.iter().copied().filter(|product| who.may(Permission::ViewProduct, *product)).collect();
    Ok(store::features::waiting(service.store(), &seen).await?.into_iter().collect())
}

/// The features of a product on which somebody has something to do, the newest first. Permission: view the product.
///
/// # Errors
/// Not found without a role in it.
pub async fn in_work(service: &Service, who: &Actor, product: ProductId) -> Result<Vec<Feature>, Failure> {
    who.require(Permission::ViewProduct, product)?;
    let mut all = store::features::list(service.store(), product).await?;
    all.retain(|feature| feature.state.is_open() || feature.state == State::HandedOver);
    Ok(all)
}

/// The feature that an assessment was started from. Permission: view the product.
///
/// # Errors
/// Not found without a role in it.
pub async fn behind(
    service: &Service,
    who: &Actor,
    product: ProductId,
    assessment: AssessmentId,
) -> Result<Option<(FeatureId, i32)>, Failure> {
    who.require(Permission::ViewProduct, product)?;
    Ok(store::features::behind(service.store(), product, assessment).await?)
}

/// One feature. Permission: view the product.
///
/// # Errors
/// Not found, when the product has no such feature.
pub async fn open(
    service: &Service,
    who: &Actor,
    product: ProductId,
    feature: FeatureId,
) -> Result<Opened, Failure> {
    let stored = products::show(service, who, product).await?;
    let features = store::features::list(service.store(), product).await?;
    let feature = features.into_iter().find(|found| found.id == feature).ok_or(Failure::NotFound)?;
    let mut answers = store::features::answers(service.store(), product).await?;
    answers.retain(|answer| answer.feature == feature.id);
    let basis = basis(service, who, product).await?;
    let triage = Triage::of(&basis.answers, &stored.profile.markets, &picks(&answers));
    let mut opened = Opened {
        steps: store::features::steps(service.store(), feature.id).await?,
        controls: store::risk_controls::known(service.store(), product).await?,
        may_edit: feature.state.is_open()
            && stored.archived.is_none()
            && who.may(Permission::EditAssessment, product),
        may_review: who.may(Permission::ReviewAssessment, product),
        worked_on_it: false,
        product: stored,
        feature,
        answers,
        basis,
        triage,
    };
    opened.worked_on_it = opened.worked_on_by().contains(&who.person());
    Ok(opened)
}

/// Whether the person may add features. Permission: edit assessments.
///
/// # Errors
/// Not found or forbidden; rejected where the product is archived.
pub async fn may_add(service: &Service, who: &Actor, product: ProductId) -> Result<(), Failure> {
    who.require(Permission::EditAssessment, product)?;
    products::require_in_work(service, product).await
}

fn normal_form(form: &DescriptionForm) -> DescriptionForm {
    DescriptionForm {
        name: normal(&form.name),
        what: normal(&form.what),
        ticket: normal(&form.ticket),
        brought_by: normal(&form.brought_by),
    }
}

/// Adds a feature. Permission: edit assessments.
///
/// # Errors
/// Rejected with everything that is wrong with the form.
pub async fn add(
    service: &Service,
    who: &Actor,
    product: ProductId,
    form: &DescriptionForm,
) -> Result<FeatureId, Failure> {
    let grant = who.require(Permission::EditAssessment, product)?;
    let description = Description::parse(&normal_form(form))?;
    products::require_in_work(service, product).await?;
    let (id, person) = (fresh::id::<FeatureId>(), who.person());
    service
        .store()
        .write(&grant, Action("feature.added"), None, move |tx| {
            Box::pin(async move {
                store::features::insert(tx, id, product, &description, Some(person)).await?;
                Ok(())
            })
        })
        .await?;
    Ok(id)
}

/// Changes what is said about a feature. Permission: edit assessments.
///
/// # Errors
/// Rejected; stale with both versions.
pub async fn describe(
    service: &Service,
    who: &Actor,
    product: ProductId,
    feature: FeatureId,
    seen: Revision,
    form: &DescriptionForm,
) -> Result<(), Failure> {
    let grant = who.require(Permission::EditAssessment, product)?;
    let form = normal_form(form);
    let description = Description::parse(&form)?;
    products::require_in_work(service, product).await?;
    let person = who.person();
    let written = service
        .store()
        .write(&grant, Action("feature.described"), None, move |tx| {
            Box::pin(async move {
                edited(tx, product, feature, async |tx| {
                    store::features::describe(tx, feature, &description, person, seen).await
                })
                .await
            })
        })
        .await;
    match written {
        Err(StoreError::Stale) => Err(description_conflict(service, who, product, feature, &form).await?),
        other => finish(other),
    }
}

/// Runs a change of a feature that must be open for it.
async fn edited(
    tx: &mut WriteTx,
    product: ProductId,
    feature: FeatureId,
    change: impl AsyncFnOnce(&mut WriteTx) -> Result<(), StoreError>,
) -> Result<Result<(), FeatureCode>, StoreError> {
    let (state, _) = store::features::hold(tx, product, feature).await?;
    match feature::take(state, Step::Edit) {
        Ok(_) => change(tx).await.map(Ok),
        Err(code) => Ok(Err(code)),
    }
}

/// An answer as it was typed.
#[derive(Clone, Debug)]
pub struct TypedAnswer {
    /// The question.
    pub question: String,
    /// What was picked.
    pub given: String,
    /// The numbers of the risk controls that were checked, as they are shown.
    pub controls: Vec<String>,
    /// The revision of the answer that the form was filled from; 0 for a first answer.
    pub seen: i32,
}

impl TypedAnswer {
    fn parse(&self, known: &[Control]) -> Result<(Fact, String, Vec<i32>), Violation> {
        let refused = |field, code| Violation::error(field, Code::Feature(code));
        let fact = Fact::named(self.question.trim());
        let fact = fact.ok_or_else(|| refused("given", FeatureCode::NoSuchQuestion))?;
        let given = self.given.trim();
        if given.is_empty() {
            return Err(refused("given", FeatureCode::NothingPicked));
        }
        triage::question(fact).pick(given).ok_or_else(|| refused("given", FeatureCode::NoSuchQuestion))?;
        // Controls are named only with the answer that says that one is touched.
        let names_controls = fact == Fact::Touches && ["control", Given::UNKNOWN].contains(&given);
        let typed = self.controls.iter().filter(|_| names_controls);
        let controls: Option<BTreeSet<i32>> = typed
            .map(|shown| {
                read_number("RC", shown).filter(|number| known.iter().any(|(known, ..)| known == number))
            })
            .collect();
        let controls = controls.ok_or_else(|| refused("controls", FeatureCode::NoSuchControl))?;
        Ok((fact, given.to_owned(), controls.into_iter().collect()))
    }
}

/// Saves an answer; says which question is open next. Permission: edit assessments.
///
/// # Errors
/// Rejected; stale with both versions, when somebody else answered the question meanwhile.
pub async fn answer(
    service: &Service,
    who: &Actor,
    product: ProductId,
    feature: FeatureId,
    typed: &TypedAnswer,
) -> Result<Option<Fact>, Failure> {
    let grant = who.require(Permission::EditAssessment, product)?;
    let known = store::risk_controls::known(service.store(), product).await?;
    let (fact, given, controls) = typed.parse(&known)?;
    products::require_in_work(service, product).await?;
    let seen = typed.seen;
    let new = NewAnswer {
        id: fresh::id(),
        product,
        feature,
        fact,
        given: given.clone(),
        controls: controls.clone(),
        by: Some(who.person()),
    };
    let written = service
        .store()
        .write(&grant, Action("feature.answered"), None, move |tx| {
            Box::pin(async move {
                edited(tx, product, feature, async |tx| match seen {
                    0 => store::features::insert_answer(tx, &new).await,
                    seen => store::features::update_answer(tx, &new, Revision(seen)).await,
                })
                .await
            })
        })
        .await;
    match written {
        Err(StoreError::Stale) => {
            let opened = open(service, who, product, feature).await?;
            Err(answer_conflict(&opened, fact, &given, &controls)?)
        }
        other => {
            finish(other)?;
            Ok(open(service, who, product, feature).await?.triage.next())
        }
    }
}

/// Keeps the reasons as they were edited. Permission: edit assessments.
///
/// # Errors
/// Rejected; stale with both versions.
pub async fn write_rationale(
    service: &Service,
    who: &Actor,
    product: ProductId,
    feature: FeatureId,
    seen: Revision,
    rationale: &str,
) -> Result<(), Failure> {
    who.require(Permission::EditAssessment, product)?;
    let rationale = Statement::parse("rationale", &normal(rationale))?;
    set_rationale(service, who, product, feature, seen, Some(rationale)).await
}

/// Forgets the edited reasons; those stand again that follow from the answers. Permission: edit assessments.
///
/// # Errors
/// Stale with both versions.
pub async fn renew_rationale(
    service: &Service,
    who: &Actor,
    product: ProductId,
    feature: FeatureId,
    seen: Revision,
) -> Result<(), Failure> {
    set_rationale(service, who, product, feature, seen, None).await
}

async fn set_rationale(
    service: &Service,
    who: &Actor,
    product: ProductId,
    feature: FeatureId,
    seen: Revision,
    rationale: Option<Statement>,
) -> Result<(), Failure> {
    let grant = who.require(Permission::EditAssessment, product)?;
    products::require_in_work(service, product).await?;
    let person = who.person();
    let action = match rationale {
        Some(_) => Action("feature.rationale_written"),
        None => Action("feature.rationale_renewed"),
    };
    let text = rationale.clone();
    let written = service
        .store()
        .write(&grant, action, None, move |tx| {
            Box::pin(async move {
                edited(tx, product, feature, async |tx| {
                    store::features::set_rationale(tx, feature, text.as_deref(), person, seen).await
                })
                .await
            })
        })
        .await;
    match written {
        Err(StoreError::Stale) => {
            let opened = open(service, who, product, feature).await?;
            Err(rationale_conflict(&opened, rationale.as_deref().unwrap_or_default()))
        }
        other => finish(other),
    }
}

/// Hands a feature over to regulatory, with its reasons as they stand in the form. Permission: edit assessments.
///
/// # Errors
/// Rejected with every question that is still open; stale with both versions of the reasons.
pub async fn hand_over(
    service: &Service,
    who: &Actor,
    product: ProductId,
    feature: FeatureId,
    seen: Revision,
    rationale: &str,
) -> Result<(), Failure> {
    let grant = who.require(Permission::EditAssessment, product)?;
    let typed = optional::<Statement>("rationale", &normal(rationale)).map_err(Failure::from)?;
    products::require_in_work(service, product).await?;
    let opened = open(service, who, product, feature).await?;
    let open_questions: Vec<Violation> = opened
        .triage
        .asked()
        .filter(|asked| asked.pick.is_none())
        .map(|asked| {
            let code = FeatureCode::QuestionOpen { fact: asked.question.fact };
            Violation::error("", Code::Feature(code))
        })
        .collect();
    if !open_questions.is_empty() {
        return Err(Failure::Rejected(Violations(open_questions)));
    }
    if opened.feature.revision != seen && opened.feature.state.is_open() {
        return Err(rationale_conflict(&opened, typed.as_deref().unwrap_or_default()));
    }
    // What nobody edited stays unwritten: the draft follows the answers until somebody decides.
    let draft = opened.triage.rationale();
    let text = typed.map(String::from).filter(|text| *text != draft);
    let edited = text != opened.feature.rationale;
    let (level, person) = (opened.triage.level, who.person());
    let written = service
        .store()
        .write(&grant, Action("feature.handed_over"), None, move |tx| {
            Box::pin(async move {
                let (state, stands) = store::features::hold(tx, product, feature).await?;
                let next = match feature::take(state, Step::HandOver) {
                    Ok(_) if stands != seen => return Ok(Err(FeatureCode::NotWhatWasRead)),
                    Ok(next) => next,
                    Err(code) => return Ok(Err(code)),
                };
                let mut stands = stands;
                if edited {
                    store::features::set_rationale(tx, feature, text.as_deref(), person, stands).await?;
                    stands = stands.next();
                }
                store::features::set_state(tx, feature, next, Some(level), stands).await?;
                note(tx, product, feature, Step::HandOver, person, None, seen).await?;
                Ok(Ok(()))
            })
        })
        .await;
    finish(written)
}

/// Takes a feature back before anybody decided. Permission: edit assessments.
///
/// # Errors
/// Rejected when it is not handed over.
pub async fn take_back(
    service: &Service,
    who: &Actor,
    product: ProductId,
    feature: FeatureId,
    seen: Revision,
) -> Result<(), Failure> {
    let grant = who.require(Permission::EditAssessment, product)?;
    move_on(
        service,
        who,
        &grant,
        Action("feature.taken_back"),
        (product, feature, seen),
        Step::TakeBack,
        None,
    )
    .await
}

/// Pursues a feature no further, with a reason. Permission: edit assessments.
///
/// # Errors
/// Rejected without a reason, or when it was handed over or decided.
pub async fn withdraw(
    service: &Service,
    who: &Actor,
    product: ProductId,
    feature: FeatureId,
    seen: Revision,
    reason: &str,
) -> Result<(), Failure> {
    let grant = who.require(Permission::EditAssessment, product)?;
    let reason = Reason::parse("reason", &normal(reason))?;
    let place = (product, feature, seen);
    move_on(service, who, &grant, Action("feature.withdrawn"), place, Step::Withdraw, Some(reason)).await
}

/// Sends a feature back with a comment. Permission: review assessments.
///
/// # Errors
/// Rejected without a comment, or when it is not handed over.
pub async fn send_back(
    service: &Service,
    who: &Actor,
    product: ProductId,
    feature: FeatureId,
    seen: Revision,
    comment: &str,
) -> Result<(), Failure> {
    let grant = who.require(Permission::ReviewAssessment, product)?;
    let comment = Reason::parse("comment", &normal(comment))?;
    let place = (product, feature, seen);
    move_on(service, who, &grant, Action("feature.returned"), place, Step::Return, Some(comment)).await
}

/// A step that changes nothing but the state.
async fn move_on(
    service: &Service,
    who: &Actor,
    grant: &Grant,
    action: Action,
    (product, feature, seen): (ProductId, FeatureId, Revision),
    step: Step,
    said: Option<Reason>,
) -> Result<(), Failure> {
    products::require_in_work(service, product).await?;
    let (person, comment) = (who.person(), said.as_deref().map(str::to_owned));
    let written = service
        .store()
        .write(grant, action, said.as_deref(), move |tx| {
            Box::pin(async move {
                let (state, stands) = store::features::hold(tx, product, feature).await?;
                let next = match feature::take(state, step) {
                    Ok(_) if stands != seen => return Ok(Err(FeatureCode::NotWhatWasRead)),
                    Ok(next) => next,
                    Err(code) => return Ok(Err(code)),
                };
                store::features::set_state(tx, feature, next, None, stands).await?;
                note(tx, product, feature, step, person, comment, stands).await?;
                Ok(Ok(()))
            })
        })
        .await;
    finish(written)
}

/// What a person who decides has read: the revision, and the fingerprint of the text.
#[derive(Clone, Debug)]
pub struct Read {
    /// The revision.
    pub revision: Revision,
    /// [`Opened::fingerprint`] of what stood on the page.
    pub fingerprint: String,
}

/// Approves a triage: it becomes the record of the change. Permission: review assessments, with the password given
/// again, by somebody who did not work on it, for exactly what was read.
///
/// # Errors
/// Rejected, with the reason.
pub async fn approve(
    service: &Service,
    who: &Actor,
    product: ProductId,
    feature: FeatureId,
    read: &Read,
    comment: &str,
    password: &SecretString,
) -> Result<(), Failure> {
    who.require(Permission::ReviewAssessment, product)?;
    let comment = optional::<Reason>("comment", &normal(comment)).map_err(Failure::from)?.map(String::from);
    products::require_in_work(service, product).await?;
    let opened = open(service, who, product, feature).await?;
    let state = may_decide(&opened, Step::Approve, read, who.person())?;
    let decision = decision(&opened, state, None)?;
    // The last thing that is checked, so that a password is asked for only where it can lead somewhere.
    let who = crate::account::reauthenticate(service, who, "password", password).await?;
    let grant = who.require(Permission::ReviewAssessment, product)?;
    let (person, said, seen, worked) = (who.person(), comment.clone(), read.revision, opened.worked_on_by());
    let written = service
        .store()
        .write(&grant, Action("feature.approved"), said.as_deref(), move |tx| {
            Box::pin(async move {
                let (state, stands) = store::features::hold(tx, product, feature).await?;
                if let Err(code) = feature::decide(state, Step::Approve, stands, seen, &worked, person) {
                    return Ok(Err(code));
                }
                store::features::decide(tx, feature, &decision, seen).await?;
                note(tx, product, feature, Step::Approve, person, comment, seen).await?;
                Ok(Ok(()))
            })
        })
        .await;
    finish(written)
}

/// Turns a feature into an assessment of the product with the feature in it: it starts with the product's answers,
/// and over them those of the feature. Permission: review assessments, by somebody who did not work on the feature.
///
/// # Errors
/// Rejected, with the reason; also while another assessment is in work.
pub async fn assess(
    service: &Service,
    who: &Actor,
    product: ProductId,
    feature: FeatureId,
    read: &Read,
    comment: &str,
) -> Result<AssessmentId, Failure> {
    let grant = who.require(Permission::ReviewAssessment, product)?;
    let comment = optional::<Reason>("comment", &normal(comment)).map_err(Failure::from)?.map(String::from);
    products::require_in_work(service, product).await?;
    let opened = open(service, who, product, feature).await?;
    let state = may_decide(&opened, Step::Assess, read, who.person())?;
    let id = fresh::id::<AssessmentId>();
    let decision = decision(&opened, state, Some(id))?;
    let carried = carried(service, &opened).await?;
    let approved = opened.basis.assessment.filter(|(.., state)| *state == AssessmentState::Approved);
    let base = approved.map(|(assessment, ..)| assessment);
    let (person, said, seen, worked) = (who.person(), comment.clone(), read.revision, opened.worked_on_by());
    let written = service
        .store()
        .write(&grant, Action("feature.assessed"), said.as_deref(), move |tx| {
            Box::pin(async move {
                let (state, stands) = store::features::hold(tx, product, feature).await?;
                if let Err(code) = feature::decide(state, Step::Assess, stands, seen, &worked, person) {
                    return Ok(Err(code));
                }
                let packs = assessment::pack_names();
                store::assessments::start(tx, id, product, &packs, Some(person), base).await?;
                for (key, given, rationale) in carried {
                    let answer = store::assessments::NewAnswer {
                        id: fresh::id(),
                        product,
                        assessment: id,
                        key,
                        given,
                        rationale,
                        by: worked.iter().copied().collect(),
                    };
                    store::assessments::insert_answer(tx, &answer).await?;
                }
                store::features::decide(tx, feature, &decision, seen).await?;
                note(tx, product, feature, Step::Assess, person, comment, seen).await?;
                Ok(Ok(()))
            })
        })
        .await;
    match written {
        Err(StoreError::Constraint(name)) if name == "assessment_open_once" => {
            Err(Violation::error("", Code::Assessment(AssessmentCode::AnotherIsOpen)).into())
        }
        other => finish(other).map(|()| id),
    }
}

/// The answers that an assessment begins with, each with its reason: the product's own, and over them the feature's.
async fn carried(service: &Service, opened: &Opened) -> Result<Vec<(Key, Given, String)>, Failure> {
    let own: BTreeMap<Key, String> = match opened.basis.assessment {
        Some((assessment, ..)) => store::assessments::answers(service.store(), assessment)
            .await?
            .into_iter()
            .map(|answer| (answer.key, answer.rationale))
            .collect(),
        None => BTreeMap::new(),
    };
    let picks = opened.picks();
    let with = triage::with_feature(&opened.basis.answers, &opened.product.profile.markets, &picks);
    let name = format!("{} “{}”", feature::shown(opened.feature.number), opened.feature.description.name);
    Ok(with
        .iter()
        .map(|(key, given)| {
            if opened.basis.answers.given(key) == Some(given) {
                return (key, given, own.get(&key).cloned().unwrap_or_default());
            }
            let asked = triage::pack().questions.iter().find(|question| question.speaks_of(key));
            let because = asked.and_then(|question| {
                let words = question.words_of(*picks.get(&question.fact)?);
                Some(format!("From feature {name}: {} {words}.", question.ask))
            });
            (key, given, because.unwrap_or_else(|| format!("From feature {name}.")))
        })
        .collect())
}

fn may_decide(opened: &Opened, step: Step, read: &Read, reviewer: PersonId) -> Result<State, Failure> {
    let stands = opened.feature.revision;
    let next =
        feature::decide(opened.feature.state, step, stands, read.revision, &opened.worked_on_by(), reviewer)
            .map_err(refusal)?;
    // The product's own answers may have changed meanwhile, and with them what the triage comes to.
    if read.fingerprint != opened.fingerprint() {
        return Err(refusal(FeatureCode::NotWhatWasRead));
    }
    Ok(next)
}

fn decision(opened: &Opened, state: State, assessment: Option<AssessmentId>) -> Result<Decision, Failure> {
    let record = opened.record_of_now();
    Ok(Decision {
        state,
        level: record.level,
        text: record.to_string(),
        record: serde_json::to_value(&record).map_err(|cause| Failure::Internal(Box::new(cause)))?,
        assessment,
    })
}

async fn note(
    tx: &mut WriteTx,
    product: ProductId,
    feature: FeatureId,
    step: Step,
    by: PersonId,
    comment: Option<String>,
    about: Revision,
) -> Result<(), StoreError> {
    let step = NewStep { id: fresh::id(), product, feature, step, by: Some(by), comment, about };
    store::features::note_step(tx, &step).await
}

fn finish(written: Result<Result<(), FeatureCode>, StoreError>) -> Result<(), Failure> {
    match written {
        Ok(done) => done.map_err(refusal),
        Err(StoreError::Stale) => Err(refusal(FeatureCode::NotWhatWasRead)),
        Err(other) => Err(other.into()),
    }
}

fn refusal(code: FeatureCode) -> Failure {
    Violation::error("", Code::Feature(code)).into()
}

/// The fields on which two versions differ.
fn differing(pairs: impl IntoIterator<Item = (&'static str, String, String)>) -> Vec<ConflictField> {
    pairs
        .into_iter()
        .filter(|(_, yours, theirs)| yours != theirs)
        .map(|(field, yours, theirs)| ConflictField { field: field.to_owned(), yours, theirs })
        .collect()
}

async fn description_conflict(
    service: &Service,
    who: &Actor,
    product: ProductId,
    feature: FeatureId,
    yours: &DescriptionForm,
) -> Result<Failure, Failure> {
    let stored = open(service, who, product, feature).await?.feature;
    let theirs = stored.description.clone();
    let text = |text: Option<String>| text.unwrap_or_default();
    let trimmed = |text: &str| text.replace("\r\n", "\n").trim().to_owned();
    let fields = differing([
        ("name", trimmed(&yours.name), theirs.name.to_string()),
        ("what", trimmed(&yours.what), theirs.what.to_string()),
        ("ticket", trimmed(&yours.ticket), text(theirs.ticket.map(|link| link.to_string()))),
        ("brought_by", trimmed(&yours.brought_by), text(theirs.brought_by.map(String::from))),
    ]);
    Ok(stale(&stored, fields))
}

fn rationale_conflict(opened: &Opened, yours: &str) -> Failure {
    let theirs = opened.feature.rationale.clone().unwrap_or_else(|| opened.triage.rationale());
    stale(&opened.feature, differing([("rationale", yours.to_owned(), theirs)]))
}

fn stale(stored: &Feature, fields: Vec<ConflictField>) -> Failure {
    Failure::Stale(Box::new(Conflict {
        changed_by: stored.last_by.clone().unwrap_or_default(),
        changed_at: stored.changed_at,
        revision: stored.revision,
        fields,
    }))
}

/// Both versions of an answer.
fn answer_conflict(opened: &Opened, fact: Fact, given: &str, controls: &[i32]) -> Result<Failure, Failure> {
    let stored = opened.answer(fact).ok_or(Failure::NotFound)?;
    let mut fields = differing([("given", given.to_owned(), stored.given.clone())]);
    let said =
        |controls: &[i32], number| if controls.contains(&number) { "yes".to_owned() } else { String::new() };
    for (number, ..) in &opened.controls {
        let (yours, theirs) = (said(controls, *number), said(&stored.controls, *number));
        if yours != theirs {
            fields.push(ConflictField { field: shown_number("RC", *number), yours, theirs });
        }
    }
    Ok(Failure::Stale(Box::new(Conflict {
        changed_by: stored.last_by.clone().unwrap_or_default(),
        changed_at: stored.changed_at,
        revision: stored.revision,
        fields,
    })))
}
