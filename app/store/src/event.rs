//! What is no row but belongs on the trail: sign-ins good and bad, exports, denied access, configuration.

use domain::ids::ProductId;
use serde_json::Value;
use uuid::Uuid;

use crate::actor::Grant;
use crate::{Action, Store, StoreError, WriteTx};

/// Something that happened and changed no record.
#[derive(Clone, Debug)]
pub struct Event {
    action: Action,
    kind: &'static str,
    record: Option<Uuid>,
    product: Option<ProductId>,
    body: Value,
    personal: Option<Value>,
}

impl Event {
    /// An event of this kind: the kind of record it is about, such as `person`, or a word of its own.
    #[must_use]
    pub fn new(action: Action, kind: &'static str) -> Self {
        Self {
            action,
            kind,
            record: None,
            product: None,
            body: Value::Object(serde_json::Map::new()),
            personal: None,
        }
    }

    /// The record that it is about.
    #[must_use]
    pub fn about(self, record: impl Into<Uuid>) -> Self {
        Self { record: Some(record.into()), ..self }
    }

    /// The product that it belongs to; only people with a role in that product see it there.
    #[must_use]
    pub fn within(self, product: ProductId) -> Self {
        Self { product: Some(product), ..self }
    }

    /// What there is to say about it: an object whose names the words of the trail know.
    #[must_use]
    pub fn saying(self, body: Value) -> Self {
        Self { body, ..self }
    }

    /// What of it is personal data (names, addresses); kept apart, so that it can be erased by itself.
    #[must_use]
    pub fn personally(self, personal: Value) -> Self {
        Self { personal: Some(personal), ..self }
    }
}

impl Store {
    /// Puts an event on the trail, in a transaction of its own.
    ///
    /// # Errors
    /// What the database refuses: an ended session, or an action that is not the system actor's.
    pub async fn event(&self, grant: &Grant, event: Event) -> Result<(), StoreError> {
        let action = event.action;
        let grant = grant.beside_form();
        self.transact(&grant, action, None, move |tx| Box::pin(async move { tx.event(&event).await })).await
    }
}

impl WriteTx {
    /// Puts an event on the trail together with what else this transaction writes.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn event(&mut self, event: &Event) -> Result<(), StoreError> {
        sqlx::query("select audit.event($1, $2, $3, $4, $5, $6)")
            .bind(event.action.0)
            .bind(event.kind)
            .bind(event.record)
            .bind(event.product.map(ProductId::uuid))
            .bind(&event.body)
            .bind(&event.personal)
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
