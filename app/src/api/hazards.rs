//! Operations on the hazard register.
//!
//! Forms of rows, controls and plans have many fields, of which each form shows a few: they come as a map from
//! field name to text. A field that is not in the map stays as it is.

use std::collections::BTreeMap;

use domain::ids::{ImportDraftId, ProductId};
use leptos::prelude::*;

use crate::error::AppError;

/// What a form sent, by field name.
pub type Typed = BTreeMap<String, String>;

#[cfg(feature = "ssr")]
mod reading {
    use domain::ids::ProductId;
    use domain::revision::Revision;
    use domain::risk::shown_number;
    use service::hazards::editing::EstimateForm;
    use service::hazards::{ControlForm, RowForm, RowTrialForm, VerificationForm};

    use super::Typed;
    use crate::error::AppError;

    pub fn number(text: &str) -> Result<i32, AppError> {
        domain::risk::read_number("R", text).ok_or(AppError::NotFound)
    }

    pub fn control_number(text: &str) -> Result<i32, AppError> {
        domain::risk::read_number("RC", text).ok_or(AppError::NotFound)
    }

    pub fn revision(text: &str) -> Result<Revision, AppError> {
        text.parse().map(Revision).map_err(|_| AppError::BadRequest)
    }

    fn field(typed: &Typed, name: &str) -> Option<String> {
        typed.get(name).cloned()
    }

    pub fn text(typed: &Typed, name: &str) -> String {
        field(typed, name).unwrap_or_default()
    }

    fn estimate(typed: &Typed, prefix: &str) -> EstimateForm {
        let field = |name: &str| field(typed, &format!("{prefix}_{name}"));
        EstimateForm {
            severity: field("severity"),
            p1: field("p1"),
            p2: field("p2"),
            not_estimable: field("not_estimable"),
            basis: field("basis"),
        }
    }

    pub fn row(typed: &Typed) -> RowForm {
        let field = |name: &str| field(typed, name);
        let mut form = RowForm {
            hazard: field("hazard"),
            category: field("category"),
            source: field("source"),
            events: field("events"),
            cause: field("cause"),
            item: field("item"),
            contributes: field("contributes"),
            no_contribution_reason: field("no_contribution_reason"),
            situation: field("situation"),
            exposed: field("exposed"),
            harm: field("harm"),
            initial: estimate(typed, "initial"),
            external: estimate(typed, "external"),
            residual: estimate(typed, "residual"),
            care: field("care"),
            benefit_risk: field("benefit_risk"),
            benefits_outweigh: field("benefits_outweigh"),
        };
        // One box takes the initial estimate over, when nothing outside the software lowers anything.
        if typed.contains_key("external_as_initial") {
            form.external = form.initial.clone();
        }
        form
    }

    /// What was tried with a row. What can not be saved from a trial is left out.
    pub fn trial(tried: &str, seen: &str, reason: String) -> RowTrialForm {
        let mut typed: Typed = crate::request::pairs(tried).into_iter().collect();
        let of_control =
            |name: &str, prefix: &str| -> Option<i32> { name.strip_prefix(prefix)?.parse().ok() };
        let external = typed
            .iter()
            .filter_map(|(name, said)| Some((of_control(name, "external_")?, said == "yes")))
            .collect();
        let ended = typed
            .iter()
            .filter(|(_, said)| *said == "no")
            .filter_map(|(name, _)| of_control(name, "used_"))
            .collect();
        if typed.get("contributes").map(String::as_str) == Some("no") {
            typed.insert("no_contribution_reason".to_owned(), reason.clone());
        }
        let revision = |seen: &str| seen.parse().map(Revision).ok();
        let seen = crate::request::pairs(seen);
        RowTrialForm {
            row: row(&typed),
            external,
            ended,
            seen: seen.iter().find(|it| it.0 == "row").and_then(|it| revision(&it.1)).unwrap_or(Revision(0)),
            seen_controls: seen
                .iter()
                .filter_map(|(number, seen)| Some((number.parse().ok()?, revision(seen)?)))
                .collect(),
            reason,
        }
    }

    pub fn control(typed: &Typed) -> ControlForm {
        let text = |name: &str| text(typed, name);
        ControlForm {
            title: text("title"),
            description: text("description"),
            option: text("option"),
            lower_option_reason: text("lower_option_reason"),
            place: text("place"),
            item: text("item"),
            place_detail: text("place_detail"),
            external: text("external"),
            requirement: text("requirement"),
            owner: text("owner"),
            lowers_p1: text("lowers_p1"),
            lowers_p2: text("lowers_p2"),
            lowers_severity: text("lowers_severity"),
        }
    }

    pub fn verification(typed: &Typed) -> VerificationForm {
        let text = |name: &str| text(typed, name);
        VerificationForm {
            outcome: text("outcome"),
            method: text("method"),
            evidence: text("evidence"),
            performed_on: text("performed_on"),
            performed_by: text("performed_by"),
        }
    }

    /// The page of a risk.
    pub fn risk_page(product: ProductId, number: i32) -> String {
        format!("/products/{product}/hazards/{}", shown_number("R", number))
    }

    /// Back to the list that a form came from, when it says so; never out of the product.
    pub fn back(typed: &Typed, product: ProductId, otherwise: String) -> String {
        let register = format!("/products/{product}/hazards");
        let back = text(typed, "back");
        let rest = back.strip_prefix(&register);
        match rest {
            Some(rest) if rest.is_empty() || rest.starts_with(['?', '#']) => back,
            _ => otherwise,
        }
    }
}

/// Adds a row to the register. Permission: edit hazards.
///
/// # Errors
/// Rejected with everything that is wrong with the form.
#[server(prefix = "/api", endpoint = "hazards/add_risk")]
pub async fn add_risk(product: ProductId, #[server(flatten)] typed: Typed) -> Result<String, AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let form = reading::row(&typed);
    let added = service::hazards::add_risk(&context.service, context.actor()?, product, &form).await;
    let number = answer(&context, added)?;
    let shown = domain::risk::shown_number("R", number);
    done(&context, reading::risk_page(product, number), format!("{shown} stands in the register."));
    Ok(shown)
}

/// Changes a row: its texts and its estimates. Permission: edit hazards.
///
/// # Errors
/// Rejected; stale with both versions.
#[server(prefix = "/api", endpoint = "hazards/edit_row")]
pub async fn edit_row(
    product: ProductId,
    risk: String,
    revision: String,
    #[server(flatten)] typed: Typed,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let (number, seen) = (reading::number(&risk)?, reading::revision(&revision)?);
    let form = reading::row(&typed);
    let who = context.actor()?;
    answer(&context, service::hazards::edit_row(&context.service, who, product, number, seen, &form).await)?;
    let next = reading::back(&typed, product, reading::risk_page(product, number));
    done(&context, next, format!("{} is saved.", domain::risk::shown_number("R", number)));
    Ok(())
}

/// Saves what was tried with a row. `tried` and `seen` are written like the query of an address: fields with their
/// values, and the revisions of the row and of its controls. Permission: edit hazards.
///
/// # Errors
/// Rejected; stale with both versions.
#[server(prefix = "/api", endpoint = "hazards/save_tried")]
pub async fn save_tried_row(
    product: ProductId,
    risk: String,
    #[server(default)] tried: String,
    #[server(default)] seen: String,
    #[server(default)] reason: String,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let number = reading::number(&risk)?;
    let form = reading::trial(&tried, &seen, reason);
    let who = context.actor()?;
    answer(&context, service::hazards::save_tried(&context.service, who, product, number, &form).await)?;
    let shown = domain::risk::shown_number("R", number);
    done(&context, reading::risk_page(product, number), format!("{shown} is saved as it was tried."));
    Ok(())
}

/// Changes one cell of the register, which held `was` when the person began to type. Permission: edit hazards.
///
/// # Errors
/// Rejected; stale with both versions of the cell.
#[server(prefix = "/api", endpoint = "hazards/set_cell")]
pub async fn set_cell(
    product: ProductId,
    risk: String,
    field: String,
    #[server(default)] was: String,
    #[server(default)] value: String,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let number = reading::number(&risk)?;
    let who = context.actor()?;
    let set = service::hazards::set_cell(&context.service, who, product, number, &field, &was, &value).await;
    answer(&context, set)?;
    done(&context, format!("/products/{product}/hazards"), "The cell is saved.");
    Ok(())
}

/// Takes a row out of the register, with a reason. Permission: edit hazards.
///
/// # Errors
/// Rejected without a reason; stale when somebody changed the row first.
#[server(prefix = "/api", endpoint = "hazards/withdraw_risk")]
pub async fn withdraw_risk(
    product: ProductId,
    risk: String,
    revision: String,
    #[server(default)] reason: String,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let (number, seen) = (reading::number(&risk)?, reading::revision(&revision)?);
    let who = context.actor()?;
    let withdrawn =
        service::hazards::withdraw_risk(&context.service, who, product, number, seen, &reason).await;
    answer(&context, withdrawn)?;
    let shown = domain::risk::shown_number("R", number);
    done(
        &context,
        format!("/products/{product}/hazards"),
        format!("{shown} is withdrawn. Its number stays taken."),
    );
    Ok(())
}

/// Takes a withdrawn row back into the register. Permission: edit hazards.
///
/// # Errors
/// Rejected when the same chain stands in another row by now.
#[server(prefix = "/api", endpoint = "hazards/restore_risk")]
pub async fn restore_risk(product: ProductId, risk: String, revision: String) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let (number, seen) = (reading::number(&risk)?, reading::revision(&revision)?);
    let who = context.actor()?;
    answer(&context, service::hazards::restore_risk(&context.service, who, product, number, seen).await)?;
    let shown = domain::risk::shown_number("R", number);
    done(&context, reading::risk_page(product, number), format!("{shown} stands in the register again."));
    Ok(())
}

/// Adds a new control to a risk. Permission: edit hazards.
///
/// # Errors
/// Rejected with everything that is wrong with the form.
#[server(prefix = "/api", endpoint = "hazards/add_control")]
pub async fn add_control(
    product: ProductId,
    risk: String,
    #[server(flatten)] typed: Typed,
) -> Result<String, AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let number = reading::number(&risk)?;
    let form = reading::control(&typed);
    let who = context.actor()?;
    let added = service::hazards::add_control(&context.service, who, product, number, &form).await;
    let shown = domain::risk::shown_number("RC", answer(&context, added)?);
    let next = format!("{}#{shown}", reading::risk_page(product, number));
    done(&context, next, format!("{shown} is added. Next, show that it is there and that it works."));
    Ok(shown)
}

/// Uses a control that stands elsewhere for this risk too. Permission: edit hazards.
///
/// # Errors
/// Rejected when there is no such control, or when it is used here already.
#[server(prefix = "/api", endpoint = "hazards/use_control")]
pub async fn use_control(
    product: ProductId,
    risk: String,
    #[server(default)] control: String,
    #[server(default)] lowers_p1: String,
    #[server(default)] lowers_p2: String,
    #[server(default)] lowers_severity: String,
) -> Result<String, AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let number = reading::number(&risk)?;
    let who = context.actor()?;
    let lowers = [lowers_p1.as_str(), lowers_p2.as_str(), lowers_severity.as_str()];
    let used = service::hazards::use_control(&context.service, who, product, number, &control, lowers).await;
    let shown = domain::risk::shown_number("RC", answer(&context, used)?);
    let next = format!("{}#{shown}", reading::risk_page(product, number));
    done(&context, next, format!("{shown} is used here too."));
    Ok(shown)
}

/// Changes a control, and what it lowers for this risk. Permission: edit hazards.
///
/// # Errors
/// Rejected; stale with both versions.
#[server(prefix = "/api", endpoint = "hazards/edit_control")]
pub async fn edit_control(
    product: ProductId,
    risk: String,
    control: String,
    revision: String,
    #[server(flatten)] typed: Typed,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let (number, seen) = (reading::number(&risk)?, reading::revision(&revision)?);
    let control = reading::control_number(&control)?;
    let form = reading::control(&typed);
    let who = context.actor()?;
    let edited =
        service::hazards::edit_control(&context.service, who, product, number, control, seen, &form).await;
    answer(&context, edited)?;
    let shown = domain::risk::shown_number("RC", control);
    done(&context, format!("{}#{shown}", reading::risk_page(product, number)), format!("{shown} is saved."));
    Ok(())
}

/// Ends the use of a control for a risk, with a reason. Permission: edit hazards.
///
/// # Errors
/// Rejected without a reason; stale when somebody changed it first.
#[server(prefix = "/api", endpoint = "hazards/end_use")]
pub async fn end_use(
    product: ProductId,
    risk: String,
    control: String,
    revision: String,
    #[server(default)] reason: String,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let (number, seen) = (reading::number(&risk)?, reading::revision(&revision)?);
    let control = reading::control_number(&control)?;
    let who = context.actor()?;
    let ended =
        service::hazards::end_use(&context.service, who, product, number, control, seen, &reason).await;
    answer(&context, ended)?;
    let shown = domain::risk::shown_number("RC", control);
    done(&context, reading::risk_page(product, number), format!("{shown} no longer controls this risk."));
    Ok(())
}

/// Records a verification of a control. Permission: edit hazards.
///
/// # Errors
/// Rejected; stale with both versions.
#[server(prefix = "/api", endpoint = "hazards/record_verification")]
pub async fn record_verification(
    product: ProductId,
    risk: String,
    control: String,
    kind: String,
    revision: String,
    #[server(flatten)] typed: Typed,
) -> Result<String, AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let (number, seen) = (reading::number(&risk)?, reading::revision(&revision)?);
    let control = reading::control_number(&control)?;
    let form = reading::verification(&typed);
    let who = context.actor()?;
    let recorded = service::hazards::record_verification(
        &context.service,
        who,
        product,
        number,
        control,
        &kind,
        seen,
        &form,
    )
    .await;
    let shown = domain::risk::shown_number("VR", answer(&context, recorded)?);
    let next =
        format!("{}#{}", reading::risk_page(product, number), domain::risk::shown_number("RC", control));
    done(&context, next, format!("{shown} is recorded."));
    Ok(shown)
}

/// Declares the hazard analysis complete: the register implies a class from now on. Permission: declare complete.
///
/// # Errors
/// Rejected without a reason, or while a row lacks its estimate.
#[server(prefix = "/api", endpoint = "hazards/declare_complete")]
pub async fn declare_complete(product: ProductId, #[server(default)] reason: String) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let who = context.actor()?;
    answer(&context, service::hazards::declare_complete(&context.service, who, product, &reason).await)?;
    done(
        &context,
        format!("/products/{product}/hazards"),
        "The hazard analysis is declared complete. Any later change of it opens it again.",
    );
    Ok(())
}

/// Opens an analysis again that was declared complete. Permission: declare complete.
///
/// # Errors
/// Rejected without a reason; not found when none is declared complete.
#[server(prefix = "/api", endpoint = "hazards/reopen")]
pub async fn reopen(product: ProductId, #[server(default)] reason: String) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let who = context.actor()?;
    answer(&context, service::hazards::reopen(&context.service, who, product, &reason).await)?;
    done(
        &context,
        format!("/products/{product}/hazards"),
        "The hazard analysis is open again. Class C applies until it is declared complete.",
    );
    Ok(())
}

/// Puts a new version of the risk plan in force. Permission: edit the risk plan.
///
/// # Errors
/// Rejected; stale with both versions.
#[server(prefix = "/api", endpoint = "hazards/set_plan")]
pub async fn set_plan(
    product: ProductId,
    revision: String,
    #[server(flatten)] typed: Typed,
) -> Result<i32, AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let seen = reading::revision(&revision)?;
    let reason = reading::text(&typed, "reason");
    let form = service::hazards::PlanForm(typed);
    let who = context.actor()?;
    let set = service::hazards::set_plan(&context.service, who, product, seen, &form, &reason).await;
    let version = answer(&context, set)?;
    done(
        &context,
        format!("/products/{product}/risk-plan"),
        format!("Version {version} of the risk plan is in force. Every row was judged anew."),
    );
    Ok(version)
}

// Importing -------------------------------------------------------------------------------------------------------

#[cfg(feature = "ssr")]
fn import_page(product: ProductId, draft: ImportDraftId) -> String {
    format!("/products/{product}/hazards/import/{draft}")
}

/// Says which sheet of a file is read and where its head stands. Permission: edit hazards.
///
/// # Errors
/// Not found when there is no such file; rejected when there is no such sheet.
#[server(prefix = "/api", endpoint = "hazards/choose_import_sheet")]
pub async fn choose_import_sheet(
    product: ProductId,
    draft: ImportDraftId,
    #[server(flatten)] typed: Typed,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    use service::hazards::exchange::{self, ArrangingForm};
    let context = current()?;
    let form = ArrangingForm { fields: typed };
    let chosen = exchange::choose_sheet(&context.service, context.actor()?, product, draft, &form).await;
    answer(&context, chosen)?;
    done(&context, format!("{}/columns", import_page(product, draft)), "");
    Ok(())
}

/// Says which column of a file holds what and what its words mean. Permission: edit hazards.
///
/// # Errors
/// Not found when there is no such file; rejected when something is missing.
#[server(prefix = "/api", endpoint = "hazards/arrange_import")]
pub async fn arrange_import(
    product: ProductId,
    draft: ImportDraftId,
    #[server(flatten)] typed: Typed,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    use service::hazards::exchange::{self, ArrangingForm};
    let context = current()?;
    let who = context.actor()?;
    let form = ArrangingForm { fields: typed };
    answer(&context, exchange::arrange(&context.service, who, product, draft, &form).await)?;
    let arranging = answer(&context, exchange::arranging(&context.service, who, product, draft).await)?;
    let page = import_page(product, draft);
    if arranging.is_complete() {
        done(&context, page, "How the file is read is kept for the next one.");
    } else {
        done(&context, format!("{page}/columns"), "Please say what the words of these columns mean.");
    }
    Ok(())
}

/// Says who wins where the file and the register both changed a cell. Permission: edit hazards.
///
/// # Errors
/// Not found when there is no such file.
#[server(prefix = "/api", endpoint = "hazards/settle_import")]
pub async fn settle_import(
    product: ProductId,
    draft: ImportDraftId,
    #[server(default)] all: String,
    #[server(flatten)] typed: Typed,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    use service::hazards::exchange;
    use service::hazards::exchange::arrangement::Side;
    let context = current()?;
    let sides = typed
        .iter()
        .filter_map(|(name, key)| {
            let side = typed.get(&format!("side_{}", name.strip_prefix("cell_")?))?;
            Some((key.clone(), Side::named(side)?))
        })
        .collect();
    let who = context.actor()?;
    let settled = exchange::settle(&context.service, who, product, draft, &sides, Side::named(&all)).await;
    answer(&context, settled)?;
    done(&context, import_page(product, draft), "The choices are kept.");
    Ok(())
}

/// Imports a file as the person saw it, all or nothing. Permission: edit hazards.
///
/// # Errors
/// Rejected without a reason, while something is refused or open, and when the register moved since the preview.
#[server(prefix = "/api", endpoint = "hazards/take_in_import")]
pub async fn take_in_import(
    product: ProductId,
    draft: ImportDraftId,
    #[server(default)] seen: String,
    #[server(default)] reason: String,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    use service::hazards::exchange;
    let context = current()?;
    let who = context.actor()?;
    let taken = exchange::take_in(&context.service, who, product, draft, &seen, &reason).await;
    answer(&context, taken)?;
    done(&context, import_page(product, draft), "The file is imported.");
    Ok(())
}

/// Throws a file away that was not imported. Permission: edit hazards.
///
/// # Errors
/// Not found when there is no such file.
#[server(prefix = "/api", endpoint = "hazards/discard_import")]
pub async fn discard_import(product: ProductId, draft: ImportDraftId) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    use service::hazards::exchange;
    let context = current()?;
    answer(&context, exchange::discard(&context.service, context.actor()?, product, draft).await)?;
    done(
        &context,
        format!("/products/{product}/hazards/import"),
        "The file is thrown away. Nothing was imported.",
    );
    Ok(())
}
