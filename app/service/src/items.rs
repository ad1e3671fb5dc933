//! Software items: the tree, judged, and what people do with it.
//!
//! Every change holds the whole tree of its product, so that no two changes make a circle together or grow the tree
//! past its limits.

use std::collections::BTreeMap;

use domain::access::Permission;
use domain::finding::Finding;
use domain::ids::{ProductId, SoftwareItemId};
use domain::item::{
    ControlHere, GroupClass, Item, ItemClass, ItemCode, ItemDescription, LETTERS, OwnClass, SoftwareItem,
    Tree,
};
use domain::revision::Revision;
use domain::risk::{read_number, shown_number};
use domain::scheme::iec62304::SafetyClass;
use domain::text::{self, Name, Reason, Statement};
use domain::violation::{Code, Violation, Violations};
use serde_json::json;
pub use store::items::{Implemented, NamedIn, SystemRecord, Withdrawn};
use store::{Action, Event, StoreError, WriteTx};

use crate::deliverables::Held;
use crate::hazards::Versions;
use crate::products::require_in_work;
use crate::typed::normal;
use crate::{Actor, Failure, Service, fresh};

/// The items of a product, judged.
#[derive(Clone, Debug)]
pub struct Items {
    /// What the software system is held to.
    pub held: Held,
    /// The tree. Where the product is approved as no medical device no class is owed, and it is judged as class A.
    pub tree: Tree,
    /// The items, by number.
    pub records: BTreeMap<i32, SoftwareItem>,
    /// The risk controls that they implement, by number.
    pub implemented: Vec<Implemented>,
    /// What is decided about the system as a whole.
    pub system: SystemRecord,
}

impl Items {
    /// What is wrong with the tree, blocking findings first. Nothing is asked of what is no medical device.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        if self.held.class().is_none() { Vec::new() } else { self.tree.findings() }
    }

    /// The class that work for the system as a whole follows (4.3 f).
    #[must_use]
    pub fn group_class(&self) -> SafetyClass {
        domain::item::governing(self.tree.class, self.system.group.as_ref().map(|group| group.class))
    }

    /// The controls that one item implements.
    pub fn implemented_in(&self, number: i32) -> impl Iterator<Item = &Implemented> {
        self.implemented.iter().filter(move |implemented| implemented.item == number)
    }

    /// The name of an item.
    #[must_use]
    pub fn name(&self, number: i32) -> &str {
        self.records.get(&number).map(|record| record.description.name.as_str()).unwrap_or_default()
    }
}

/// The room of items.
#[derive(Clone, Debug)]
pub struct Room {
    /// The items.
    pub items: Items,
    /// Those that are withdrawn.
    pub withdrawn: Vec<Withdrawn>,
    /// Whether the person may change the tree.
    pub editable: bool,
}

/// One item with everything about it.
#[derive(Clone, Debug)]
pub struct ItemStory {
    /// The item.
    pub item: SoftwareItem,
    /// When and why it was withdrawn, where it is.
    pub withdrawn: Option<Withdrawn>,
    /// The tree that it stands in, or stood in.
    pub items: Items,
    /// The rows of the register whose sequence of events names it.
    pub named_in: Vec<NamedIn>,
    /// Whether the person may change it.
    pub editable: bool,
}

fn judged(
    held: Held,
    records: Vec<SoftwareItem>,
    implemented: Vec<Implemented>,
    system: SystemRecord,
) -> Items {
    let tree = tree(held, &records, by_item(&implemented));
    let records = records.into_iter().map(|record| (record.number, record)).collect();
    Items { held, tree, records, implemented, system }
}

fn tree(held: Held, records: &[SoftwareItem], controls: BTreeMap<i32, Vec<ControlHere>>) -> Tree {
    Tree::of(held.class().unwrap_or(SafetyClass::A), with_controls(records, controls))
}

fn with_controls(records: &[SoftwareItem], mut controls: BTreeMap<i32, Vec<ControlHere>>) -> Vec<Item> {
    records
        .iter()
        .map(|record| Item::of(record, controls.remove(&record.number).unwrap_or_default()))
        .collect()
}

/// The items of a product in use as the rules see them, for those who set them beside answers and register.
pub(crate) async fn seen_by_rules(service: &Service, product: ProductId) -> Result<Vec<Item>, Failure> {
    let records = store::items::of_product(service.store(), product).await?;
    if records.is_empty() {
        return Ok(Vec::new());
    }
    let implemented = store::items::implemented(service.store(), product).await?;
    Ok(with_controls(&records, by_item(&implemented)))
}

/// The controls, by the number of the item that they stand in.
fn by_item(implemented: &[Implemented]) -> BTreeMap<i32, Vec<ControlHere>> {
    let mut controls: BTreeMap<i32, Vec<ControlHere>> = BTreeMap::new();
    for one in implemented {
        controls.entry(one.item).or_default().push(one.here);
    }
    controls
}

/// The items of a product, judged. Permission: view the product.
///
/// # Errors
/// Not found without a role in the product.
pub async fn items(service: &Service, who: &Actor, product: ProductId) -> Result<Items, Failure> {
    who.require(Permission::ViewProduct, product)?;
    let held = crate::deliverables::basis(service, who, product).await?.held;
    let store = service.store();
    let records = store::items::of_product(store, product).await?;
    let (implemented, system) = if records.is_empty() {
        (Vec::new(), SystemRecord { id: None, group: None, revision: Revision(0) })
    } else {
        (store::items::implemented(store, product).await?, store::items::system(store, product).await?)
    };
    Ok(judged(held, records, implemented, system))
}

/// The room of items. Permission: view the product.
///
/// # Errors
/// Not found without a role in the product.
pub async fn room(service: &Service, who: &Actor, product: ProductId) -> Result<Room, Failure> {
    Ok(Room {
        items: items(service, who, product).await?,
        withdrawn: store::items::withdrawn(service.store(), product).await?,
        editable: who.may(Permission::EditItems, product),
    })
}

/// One item, in use or withdrawn. Permission: view the product.
///
/// # Errors
/// Not found without a role in the product, or when there is no such item.
pub async fn item(
    service: &Service,
    who: &Actor,
    product: ProductId,
    number: i32,
) -> Result<ItemStory, Failure> {
    let Room { items, withdrawn, editable } = room(service, who, product).await?;
    let withdrawn = withdrawn.into_iter().find(|withdrawn| withdrawn.item.number == number);
    let standing = items.records.get(&number).cloned();
    let item = standing.or_else(|| withdrawn.as_ref().map(|withdrawn| withdrawn.item.clone()));
    let item = item.ok_or(Failure::NotFound)?;
    let shown = shown_number(LETTERS, number);
    let named_in = store::items::named_in(service.store(), product, &item.description.name, &shown).await?;
    Ok(ItemStory { item, withdrawn, items, named_in, editable })
}

/// The number of an item, from its key. Permission: view the product.
///
/// # Errors
/// Not found without a role in the product, or when it has no such item.
pub async fn number_of(
    service: &Service,
    who: &Actor,
    product: ProductId,
    item: uuid::Uuid,
) -> Result<i32, Failure> {
    who.require(Permission::ViewProduct, product)?;
    Ok(store::items::number_of(service.store(), product, item).await?)
}

/// Takes the tree out as a file, and puts that on the trail first. Permission: view the product.
///
/// # Errors
/// Not found without a role in the product.
pub async fn export(service: &Service, who: &Actor, product: ProductId) -> Result<Items, Failure> {
    let grant = who.require(Permission::ViewProduct, product)?;
    let event =
        Event::new(Action("items.exported"), "items").within(product).saying(json!({ "format": "csv" }));
    service.store().event(&grant, event).await?;
    items(service, who, product).await
}

/// What a form says about an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemForm {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: String,
}

impl ItemForm {
    /// Parses a form.
    ///
    /// # Errors
    /// When a text does not fit.
    pub fn parse(&self) -> Result<ItemDescription, Violations> {
        let mut wrong = Violations::none();
        let name = wrong.take(Name::parse("name", &normal(&self.name)));
        let description = wrong.take(text::optional::<Statement>("description", &normal(&self.description)));
        match (name, description) {
            (Some(name), Some(description)) => Ok(ItemDescription { name, description }),
            _ => Err(wrong),
        }
    }

    /// What is stored, in the same fields.
    #[must_use]
    pub fn of(item: &ItemDescription) -> Self {
        Self {
            name: item.name.to_string(),
            description: item.description.as_deref().unwrap_or_default().to_owned(),
        }
    }
}

/// What a form says about the class of an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClassForm {
    /// `inherited`, or the letter of a class.
    pub class: String,
    /// Why the class may differ from that of what holds the item.
    pub segregation: String,
    /// Where that is kept effective.
    pub kept_effective: String,
}

impl ClassForm {
    /// Parses a form. What the whole tree asks for is checked beside it.
    ///
    /// # Errors
    /// When a text does not fit, or the class is none of those that are offered.
    pub fn parse(&self) -> Result<ItemClass, Violations> {
        let mut wrong = Violations::none();
        let own = wrong.take(OwnClass::parse("class", &self.class));
        let segregation = wrong.take(text::optional::<Statement>("segregation", &normal(&self.segregation)));
        let kept_effective =
            wrong.take(text::optional::<Statement>("kept_effective", &normal(&self.kept_effective)));
        match (own, segregation, kept_effective) {
            (Some(own), Some(segregation), Some(kept_effective)) => {
                Ok(ItemClass { own: own.class(), segregation, kept_effective })
            }
            _ => Err(wrong),
        }
    }

    /// What is stored, in the same fields.
    #[must_use]
    pub fn of(class: &ItemClass) -> Self {
        let shown = |text: Option<&Statement>| text.map(Statement::to_string).unwrap_or_default();
        Self {
            class: OwnClass::of(class.own).name().to_owned(),
            segregation: shown(class.segregation.as_ref()),
            kept_effective: shown(class.kept_effective.as_ref()),
        }
    }
}

/// What a form says about work for a group of items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupForm {
    /// The letter of a class; empty where the highest in the group governs.
    pub group_class: String,
    /// Why less is enough.
    pub group_rationale: String,
}

impl GroupForm {
    /// Parses a form.
    ///
    /// # Errors
    /// When the class is none of those that are offered, or has no rationale.
    pub fn parse(&self) -> Result<Option<GroupClass>, Violations> {
        let mut wrong = Violations::none();
        let class = match self.group_class.trim() {
            "" => None,
            letter => match SafetyClass::named(letter) {
                Some(class) => Some(class),
                None => {
                    let not_offered = Code::Text(text::TextCode::NotAChoice);
                    return Err(Violation::error("group_class", not_offered).into());
                }
            },
        };
        let rationale =
            wrong.take(text::optional::<Statement>("group_rationale", &normal(&self.group_rationale)));
        match (class, rationale) {
            (None, Some(None)) => Ok(None),
            // What was written must not get lost unsaid.
            (None, Some(Some(_))) => {
                Err(Violation::error("group_class", Code::Text(text::TextCode::Missing)).into())
            }
            (Some(class), Some(Some(rationale))) => Ok(Some(GroupClass { class, rationale })),
            (Some(_), Some(None)) => {
                Err(Violation::error("group_rationale", Code::Item(ItemCode::GroupRationaleMissing)).into())
            }
            (_, None) => Err(wrong),
        }
    }

    /// What is stored, in the same fields.
    #[must_use]
    pub fn of(group: Option<&GroupClass>) -> Self {
        group.map_or_else(Self::default, |group| Self {
            group_class: group.class.letter().to_owned(),
            group_rationale: group.rationale.to_string(),
        })
    }
}

/// Reads the place that a form names: an item by its number, or nothing for the system itself.
fn place(field: &str, raw: &str) -> Result<Option<i32>, Violation> {
    if raw.trim().is_empty() {
        return Ok(None);
    }
    read_number(LETTERS, raw)
        .map(Some)
        .ok_or_else(|| Violation::error(field, Code::Item(ItemCode::NoSuchItem)))
}

/// What the rules said no to inside a transaction, so that nothing was written.
type Refused<T> = Result<T, Violations>;

/// The tree of a product while it is held.
struct HeldTree {
    tree: Tree,
    records: Vec<SoftwareItem>,
}

impl HeldTree {
    async fn hold(tx: &mut WriteTx, held: Held, product: ProductId) -> Result<Self, StoreError> {
        let (records, controls) = store::items::hold(tx, product).await?;
        Ok(Self { tree: tree(held, &records, controls), records })
    }

    /// The key of what holds an item, where that is an item.
    fn key(&self, parent: Option<i32>) -> Option<SoftwareItemId> {
        let parent = parent?;
        self.records.iter().find(|record| record.number == parent).map(|record| record.id)
    }

    /// The item as the person saw it.
    fn find(&self, number: i32, seen: Revision) -> Result<SoftwareItem, StoreError> {
        match self.records.iter().find(|record| record.number == number) {
            Some(record) if record.revision == seen => Ok(record.clone()),
            Some(_) => Err(StoreError::Stale),
            None => Err(StoreError::NotFound),
        }
    }
}

/// Puts a new item into the tree. It inherits its class. Permission: edit items.
///
/// # Errors
/// Rejected with everything that is wrong with the form; with a name that is taken; where the tree is full.
pub async fn add(
    service: &Service,
    who: &Actor,
    product: ProductId,
    parent: &str,
    form: &ItemForm,
) -> Result<i32, Failure> {
    let grant = who.require(Permission::EditItems, product)?;
    let parsed = form.parse();
    let mut wrong = Violations::none();
    let parent = wrong.take(place("parent", parent));
    let (description, parent) = match (parsed, parent) {
        (Ok(description), Some(parent)) => (description, parent),
        (parsed, _) => {
            wrong.0.extend(parsed.err().unwrap_or_default().0);
            return Err(wrong.into());
        }
    };
    require_in_work(service, product).await?;
    let held = crate::deliverables::basis(service, who, product).await?.held;
    let written: Result<Refused<i32>, StoreError> = service
        .store()
        .write(&grant, Action("item.added"), None, move |tx| {
            Box::pin(async move {
                let held = HeldTree::hold(tx, held, product).await?;
                if let Err(wrong) = held.tree.check_place(parent) {
                    return Ok(Err(wrong.into()));
                }
                let (id, inherits) = (fresh::id(), ItemClass::default());
                let parent = held.key(parent);
                store::items::insert(tx, product, id, parent, &description, &inherits).await.map(Ok)
            })
        })
        .await;
    taken(written)?.map_err(Failure::from)
}

/// A name that is taken is told beside its field.
fn taken<T>(written: Result<T, StoreError>) -> Result<T, Failure> {
    match written {
        Err(StoreError::Constraint(name)) if name == "software_item_name_once" => {
            Err(Violation::error("name", Code::Item(ItemCode::NameTaken)).into())
        }
        other => Ok(other?),
    }
}

/// A change of one item.
#[derive(Clone, Debug)]
enum Change {
    Describe(ItemDescription),
    Class(ItemClass),
    Group(Option<GroupClass>),
    Move(Option<i32>),
    Withdraw(Reason),
}

impl Change {
    const fn action(&self) -> Action {
        match self {
            Self::Describe(_) => Action("item.described"),
            Self::Class(_) => Action("item.classed"),
            Self::Group(_) => Action("item.group_classed"),
            Self::Move(_) => Action("item.moved"),
            Self::Withdraw(_) => Action("item.withdrawn"),
        }
    }

    /// What the rules say to it.
    fn check(&self, tree: &Tree, number: i32) -> Result<(), Violations> {
        match self {
            Self::Describe(_) => Ok(()),
            Self::Class(class) => tree.check_class(number, class),
            Self::Group(group) => tree.check_group(Some(number), group.as_ref()).map_err(Violations::from),
            Self::Move(parent) => tree.check_move(number, *parent).map_err(Violations::from),
            Self::Withdraw(_) => tree.check_withdraw(number).map_err(Violations::from),
        }
    }

    async fn write(
        &self,
        tx: &mut WriteTx,
        held: &HeldTree,
        record: &SoftwareItem,
    ) -> Result<(), StoreError> {
        let (id, revision) = (record.id, record.revision);
        match self {
            Self::Describe(description) if *description == record.description => Ok(()),
            Self::Describe(description) => store::items::describe(tx, id, revision, description).await,
            Self::Class(class) if *class == record.class => Ok(()),
            Self::Class(class) => store::items::set_class(tx, id, revision, class).await,
            Self::Group(group) if *group == record.group => Ok(()),
            Self::Group(group) => store::items::set_group(tx, id, revision, group.as_ref()).await,
            Self::Move(parent) if *parent == record.parent => Ok(()),
            Self::Move(parent) => store::items::set_parent(tx, id, revision, held.key(*parent)).await,
            Self::Withdraw(reason) => store::items::withdraw(tx, id, revision, reason).await,
        }
    }
}

/// Changes one item as `seen`, while the whole tree is held. `typed` are the fields of the form, for telling the two
/// versions apart when somebody else was faster.
async fn change(
    service: &Service,
    who: &Actor,
    product: ProductId,
    number: i32,
    seen: Revision,
    change: Change,
    typed: &[(&str, &str)],
) -> Result<(), Failure> {
    let grant = who.require(Permission::EditItems, product)?;
    require_in_work(service, product).await?;
    let held = crate::deliverables::basis(service, who, product).await?.held;
    let (action, reason) = (
        change.action(),
        match &change {
            Change::Withdraw(reason) => Some(reason.to_string()),
            _ => None,
        },
    );
    let written: Result<Refused<()>, StoreError> = service
        .store()
        .write(&grant, action, reason.as_deref(), move |tx| {
            Box::pin(async move {
                let held = HeldTree::hold(tx, held, product).await?;
                let record = held.find(number, seen)?;
                if let Err(wrong) = change.check(&held.tree, number) {
                    return Ok(Err(wrong));
                }
                change.write(tx, &held, &record).await.map(Ok)
            })
        })
        .await;
    match written {
        Err(StoreError::Stale) => Err(conflict(service, who, product, number, typed).await?),
        other => taken(other)?.map_err(Failure::from),
    }
}

async fn conflict(
    service: &Service,
    who: &Actor,
    product: ProductId,
    number: i32,
    typed: &[(&str, &str)],
) -> Result<Failure, Failure> {
    let stored = item(service, who, product, number).await?.item;
    let (described, classed) = (ItemForm::of(&stored.description), ClassForm::of(&stored.class));
    let group = GroupForm::of(stored.group.as_ref());
    let parent = stored.parent.map(|parent| shown_number(LETTERS, parent)).unwrap_or_default();
    let theirs = [
        ("name", &described.name),
        ("description", &described.description),
        ("class", &classed.class),
        ("segregation", &classed.segregation),
        ("kept_effective", &classed.kept_effective),
        ("group_class", &group.group_class),
        ("group_rationale", &group.group_rationale),
        ("parent", &parent),
    ];
    let mut versions = Versions::new();
    for (field, yours) in typed {
        if let Some((_, theirs)) = theirs.iter().find(|(name, _)| name == field) {
            versions.compare(field, Some(*yours), theirs);
        }
    }
    versions.conflict(service, product, &[stored.id.uuid()], stored.revision).await
}

/// Changes what an item is called and what it does. Permission: edit items.
///
/// # Errors
/// Rejected, with a name that is taken as well; stale with both versions.
pub async fn describe(
    service: &Service,
    who: &Actor,
    product: ProductId,
    number: i32,
    seen: Revision,
    form: &ItemForm,
) -> Result<(), Failure> {
    who.require(Permission::EditItems, product)?;
    let described = Change::Describe(form.parse()?);
    let typed = [("name", form.name.as_str()), ("description", form.description.as_str())];
    change(service, who, product, number, seen, described, &typed).await
}

/// Writes a class on an item, or lets it inherit. Permission: edit items.
///
/// # Errors
/// Rejected where a lower class lacks its segregation rationale, or where it is kept effective, or is below a risk
/// that the item controls; stale with both versions.
pub async fn set_class(
    service: &Service,
    who: &Actor,
    product: ProductId,
    number: i32,
    seen: Revision,
    form: &ClassForm,
) -> Result<(), Failure> {
    who.require(Permission::EditItems, product)?;
    let classed = Change::Class(form.parse()?);
    let typed = [
        ("class", form.class.as_str()),
        ("segregation", form.segregation.as_str()),
        ("kept_effective", form.kept_effective.as_str()),
    ];
    change(service, who, product, number, seen, classed, &typed).await
}

/// Says that work for an item and what it holds follows a lower class than the highest in it, or takes that back.
/// Permission: edit items.
///
/// # Errors
/// Rejected without a rationale, or where the class is not lower; stale with both versions.
pub async fn set_group(
    service: &Service,
    who: &Actor,
    product: ProductId,
    number: i32,
    seen: Revision,
    form: &GroupForm,
) -> Result<(), Failure> {
    who.require(Permission::EditItems, product)?;
    let classed = Change::Group(form.parse()?);
    let typed =
        [("group_class", form.group_class.as_str()), ("group_rationale", form.group_rationale.as_str())];
    change(service, who, product, number, seen, classed, &typed).await
}

/// The same for the software system as a whole. Permission: edit items.
///
/// # Errors
/// Rejected without a rationale, or where the class is not lower; stale with both versions.
pub async fn set_system_group(
    service: &Service,
    who: &Actor,
    product: ProductId,
    seen: Revision,
    form: &GroupForm,
) -> Result<(), Failure> {
    let grant = who.require(Permission::EditItems, product)?;
    let group = form.parse()?;
    require_in_work(service, product).await?;
    let held = crate::deliverables::basis(service, who, product).await?.held;
    let written: Result<Refused<()>, StoreError> = service
        .store()
        .write(&grant, Action("software_system.group_classed"), None, move |tx| {
            Box::pin(async move {
                let held = HeldTree::hold(tx, held, product).await?;
                if let Err(wrong) = held.tree.check_group(None, group.as_ref()) {
                    return Ok(Err(wrong.into()));
                }
                store::items::set_system_group(tx, product, fresh::id(), seen, group.as_ref()).await.map(Ok)
            })
        })
        .await;
    match written {
        Err(StoreError::Stale) => {
            let stored = store::items::system(service.store(), product).await?;
            let theirs = GroupForm::of(stored.group.as_ref());
            let mut versions = Versions::new();
            versions.compare("group_class", Some(&form.group_class), &theirs.group_class);
            versions.compare("group_rationale", Some(&form.group_rationale), &theirs.group_rationale);
            let records: Vec<_> = stored.id.iter().map(|id| id.uuid()).collect();
            Err(versions.conflict(service, product, &records, stored.revision).await?)
        }
        other => other?.map_err(Failure::from),
    }
}

/// Puts an item, and everything below it, elsewhere in the tree. Permission: edit items.
///
/// # Errors
/// Rejected where the place lies inside the item or too deep; stale with both versions.
pub async fn move_to(
    service: &Service,
    who: &Actor,
    product: ProductId,
    number: i32,
    seen: Revision,
    parent: &str,
) -> Result<(), Failure> {
    who.require(Permission::EditItems, product)?;
    let moved = Change::Move(place("parent", parent)?);
    change(service, who, product, number, seen, moved, &[("parent", parent)]).await
}

/// Takes an item out of the tree, with a reason. It stays readable, and its number stays taken. Permission: edit items.
///
/// # Errors
/// Rejected without a reason, or while it holds items or implements risk controls; stale when somebody was faster.
pub async fn withdraw(
    service: &Service,
    who: &Actor,
    product: ProductId,
    number: i32,
    seen: Revision,
    reason: &str,
) -> Result<(), Failure> {
    who.require(Permission::EditItems, product)?;
    let withdrawn = Change::Withdraw(Reason::parse("reason", &normal(reason))?);
    change(service, who, product, number, seen, withdrawn, &[]).await
}

/// Takes a withdrawn item back into the tree: to where it stood, or directly into the system where that is gone.
/// Permission: edit items.
///
/// # Errors
/// Rejected where another item has its name by now, or the tree is full; stale when somebody was faster.
pub async fn restore(
    service: &Service,
    who: &Actor,
    product: ProductId,
    number: i32,
    seen: Revision,
) -> Result<(), Failure> {
    let grant = who.require(Permission::EditItems, product)?;
    require_in_work(service, product).await?;
    let story = item(service, who, product, number).await?;
    let (held, record) = (story.items.held, story.item);
    let written: Result<Refused<()>, StoreError> = service
        .store()
        .write(&grant, Action("item.taken_back"), None, move |tx| {
            Box::pin(async move {
                let held = HeldTree::hold(tx, held, product).await?;
                let parent = record.parent.filter(|parent| held.tree.check_place(Some(*parent)).is_ok());
                if let Err(wrong) = held.tree.check_place(parent) {
                    return Ok(Err(wrong.into()));
                }
                store::items::restore(tx, record.id, seen, held.key(parent)).await.map(Ok)
            })
        })
        .await;
    match written {
        Err(StoreError::Stale) => Err(conflict(service, who, product, number, &[]).await?),
        other => taken(other)?.map_err(Failure::from),
    }
}
