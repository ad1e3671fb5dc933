//! Products: the portfolio, a new one, changing what is said about one, the archive.

use domain::access::{Permission, Role, SitePermission};
use domain::ids::ProductId;
use domain::product::{Product, ProductCode, Profile, ProfileForm};
use domain::revision::{Conflict, ConflictField, Revision};
use domain::text::Reason;
use domain::violation::{Code, Violation};
pub use store::products::ListedProduct;
use store::{Action, Actor, StoreError};

use crate::{Failure, Service, fresh};

/// The frame around the pages of a product: its own line, and the other products one can go to.
#[derive(Clone, Debug)]
pub struct Framed {
    /// The product.
    pub product: ListedProduct,
    /// All products of the person that are in work, by name.
    pub others: Vec<ListedProduct>,
}

/// All products in which the person has a role; archived ones last. Everybody: own products.
///
/// # Errors
/// When the database does not answer.
pub async fn portfolio(service: &Service, who: &Actor) -> Result<Vec<ListedProduct>, Failure> {
    let mine: Vec<ProductId> = who.roles().keys().copied().collect();
    Ok(store::products::list(service.store(), &mine).await?)
}

/// One product. Permission: view the product.
///
/// # Errors
/// Not found without a role in it.
pub async fn show(service: &Service, who: &Actor, product: ProductId) -> Result<Product, Failure> {
    who.require(Permission::ViewProduct, product)?;
    Ok(store::products::load(service.store(), product).await?)
}

/// What the frame around the pages of a product shows. Permission: view the product.
///
/// # Errors
/// Not found without a role in it.
pub async fn frame(service: &Service, who: &Actor, product: ProductId) -> Result<Framed, Failure> {
    who.require(Permission::ViewProduct, product)?;
    let mine = portfolio(service, who).await?;
    let found = mine.iter().find(|listed| listed.id == product).cloned().ok_or(Failure::NotFound)?;
    let others = mine.into_iter().filter(|listed| listed.archived.is_none()).collect();
    Ok(Framed { product: found, others })
}

/// Refuses to change anything in an archived product.
///
/// # Errors
/// Rejected, when it is archived.
pub async fn require_in_work(service: &Service, product: ProductId) -> Result<(), Failure> {
    let stored = store::products::load(service.store(), product).await?;
    if stored.archived.is_some() {
        return Err(Violation::error("", Code::Product(ProductCode::Archived)).into());
    }
    Ok(())
}

/// Starts a product; who does becomes its product administrator and author. Permission: start a product.
///
/// # Errors
/// Rejected with everything that is wrong with the form.
pub async fn create(service: &Service, who: &Actor, form: &ProfileForm) -> Result<ProductId, Failure> {
    let grant = who.require_site(SitePermission::CreateProduct)?;
    let profile = Profile::parse(&normal_form(form))?;
    let product = Product {
        id: fresh::id(),
        profile,
        demonstration: false,
        archived: None,
        revision: Revision::first(),
    };
    let (id, person) = (product.id, who.person());
    let written = service
        .store()
        .write(&grant, Action("product.created"), None, move |tx| {
            Box::pin(async move {
                store::products::insert(tx, &product).await?;
                for role in [Role::ProductAdministrator, Role::Author] {
                    store::products::give_role(tx, fresh::id(), product.id, person, role).await?;
                }
                Ok(())
            })
        })
        .await;
    written.map_err(name_taken)?;
    Ok(id)
}

/// Changes what is said about a product. Permission: edit the product.
///
/// # Errors
/// Rejected; stale with both versions, when somebody else was faster.
pub async fn edit(
    service: &Service,
    who: &Actor,
    product: ProductId,
    seen: Revision,
    form: &ProfileForm,
) -> Result<(), Failure> {
    let grant = who.require(Permission::EditProduct, product)?;
    let profile = Profile::parse(&normal_form(form))?;
    require_in_work(service, product).await?;
    let wanted = profile.clone();
    let written = service
        .store()
        .write(&grant, Action("product.edited"), None, move |tx| {
            Box::pin(async move { store::products::update(tx, product, &profile, seen).await })
        })
        .await;
    match written {
        Err(StoreError::Stale) => Err(conflict(service, product, &wanted).await?),
        other => other.map_err(name_taken),
    }
}

/// Archives a product, with a reason. Permission: archive the product.
///
/// # Errors
/// Rejected without a reason, or when it is archived already.
pub async fn archive(
    service: &Service,
    who: &Actor,
    product: ProductId,
    seen: Revision,
    reason: &str,
) -> Result<(), Failure> {
    let grant = who.require(Permission::ArchiveProduct, product)?;
    let reason = Reason::parse("reason", &crate::typed::normal(reason))?;
    let said = reason.to_string();
    let written = service
        .store()
        .write(&grant, Action("product.archived"), Some(&said), move |tx| {
            Box::pin(async move { store::products::archive(tx, product, &reason, seen).await })
        })
        .await;
    match written {
        Err(StoreError::Stale) => {
            require_in_work(service, product).await?;
            Err(unchanged_conflict(service, product).await?)
        }
        other => Ok(other?),
    }
}

/// Takes a product back from the archive, with a reason. Permission: archive the product.
///
/// # Errors
/// Rejected when it is not archived, or when its name is taken by now.
pub async fn unarchive(
    service: &Service,
    who: &Actor,
    product: ProductId,
    seen: Revision,
    reason: &str,
) -> Result<(), Failure> {
    let grant = who.require(Permission::ArchiveProduct, product)?;
    let reason = Reason::parse("reason", &crate::typed::normal(reason))?;
    let written = service
        .store()
        .write(&grant, Action("product.unarchived"), Some(reason.as_str()), move |tx| {
            Box::pin(async move { store::products::unarchive(tx, product, seen).await })
        })
        .await;
    match written {
        Err(StoreError::Stale) => Err(Violation::error("", Code::Product(ProductCode::NotArchived)).into()),
        other => other.map_err(name_taken),
    }
}

fn normal_form(form: &ProfileForm) -> ProfileForm {
    ProfileForm {
        name: crate::typed::normal(&form.name),
        intended_purpose: crate::typed::normal(&form.intended_purpose),
        intended_users: crate::typed::normal(&form.intended_users),
        use_environment: crate::typed::normal(&form.use_environment),
        markets: form.markets.clone(),
        lifecycle: form.lifecycle.clone(),
    }
}

fn name_taken(error: StoreError) -> Failure {
    match error {
        StoreError::Constraint(name) if name == "product_name_once" => {
            Violation::error("name", Code::Product(ProductCode::NameTaken)).into()
        }
        other => other.into(),
    }
}

async fn unchanged_conflict(service: &Service, product: ProductId) -> Result<Failure, Failure> {
    let stored = store::products::load(service.store(), product).await?;
    let last = store::products::last_change(service.store(), product).await?;
    Ok(Failure::Stale(Box::new(Conflict {
        changed_by: last.by,
        changed_at: last.at,
        revision: stored.revision,
        fields: Vec::new(),
    })))
}

/// Both versions of a product, field by field.
async fn conflict(service: &Service, product: ProductId, yours: &Profile) -> Result<Failure, Failure> {
    let stored = store::products::load(service.store(), product).await?;
    let last = store::products::last_change(service.store(), product).await?;
    let theirs = &stored.profile;
    let mut fields = Vec::new();
    let mut compare = |field: &str, yours: &str, theirs: &str| {
        if yours != theirs {
            fields.push(ConflictField {
                field: field.to_owned(),
                yours: yours.to_owned(),
                theirs: theirs.to_owned(),
            });
        }
    };
    compare("name", &yours.name, &theirs.name);
    compare("intended_purpose", &yours.intended_purpose, &theirs.intended_purpose);
    compare(
        "intended_users",
        yours.intended_users.as_deref().unwrap_or_default(),
        theirs.intended_users.as_deref().unwrap_or_default(),
    );
    compare(
        "use_environment",
        yours.use_environment.as_deref().unwrap_or_default(),
        theirs.use_environment.as_deref().unwrap_or_default(),
    );
    compare("lifecycle", yours.lifecycle.key(), theirs.lifecycle.key());
    for market in domain::product::Market::ALL {
        let said = |profile: &Profile| if profile.markets.contains(&market) { "yes" } else { "" };
        compare(market.key(), said(yours), said(theirs));
    }
    Ok(Failure::Stale(Box::new(Conflict {
        changed_by: last.by,
        changed_at: last.at,
        revision: stored.revision,
        fields,
    })))
}
