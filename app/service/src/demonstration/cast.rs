//! The two people of the demonstration: an author and a reviewer, so that its records name who wrote and who judged.
//!
//! They are names, not accounts: marked for ever, disabled from the start, without a password, and the database lets
//! nobody change them. On the trail everything is written by the system actor.

use domain::access::Role;
use domain::ids::{PersonId, ProductId};
use domain::text::{EmailAddress, Name, Parse as _};
use domain::violation::{Violation, Violations};
use serde::Deserialize;
use store::{StoreError, WriteTx};

use super::content;
use crate::fresh;

/// Who plays which part.
pub struct Cast {
    author: Person,
    reviewer: Person,
}

struct Person {
    id: PersonId,
    name: Name,
    email: EmailAddress,
}

/// A part, as the files of the products name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Answers the questionnaires and keeps the registers.
    Author,
    /// Reads what was handed over, approves it or returns it.
    Reviewer,
}

impl Part {
    const ALL: [Self; 2] = [Self::Author, Self::Reviewer];

    const fn roles(self) -> &'static [Role] {
        match self {
            Self::Author => &[Role::Author, Role::ProductAdministrator],
            Self::Reviewer => &[Role::Reviewer],
        }
    }
}

impl Cast {
    /// Parses the two of them.
    ///
    /// # Errors
    /// When a name or an address does not fit.
    pub fn prepare(people: &content::People) -> Result<Self, Violations> {
        let person = |person: &content::Person| -> Result<Person, Violation> {
            Ok(Person {
                id: fresh::id(),
                name: Name::parse("name", &person.name)?,
                email: EmailAddress::parse("email", &person.email)?,
            })
        };
        let one = |violation| Violations(vec![violation]);
        Ok(Self {
            author: person(&people.author).map_err(one)?,
            reviewer: person(&people.reviewer).map_err(one)?,
        })
    }

    const fn person(&self, part: Part) -> &Person {
        match part {
            Part::Author => &self.author,
            Part::Reviewer => &self.reviewer,
        }
    }

    /// Who plays a part.
    #[must_use]
    pub const fn id(&self, part: Part) -> PersonId {
        self.person(part).id
    }

    /// Writes both.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn write(&self, tx: &mut WriteTx) -> Result<(), StoreError> {
        for part in Part::ALL {
            let Person { id, name, email } = self.person(part);
            store::people::insert_demonstration(tx, *id, name, email).await?;
        }
        Ok(())
    }

    /// Gives both their roles in a product.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn join(&self, tx: &mut WriteTx, product: ProductId) -> Result<(), StoreError> {
        for part in Part::ALL {
            for role in part.roles() {
                store::products::give_role(tx, fresh::id(), product, self.id(part), *role).await?;
            }
        }
        Ok(())
    }
}
