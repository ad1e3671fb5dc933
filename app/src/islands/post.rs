//! Operations as islands call them: a form goes out, and a refusal comes back as a form, its sentences made by the
//! server. The browser knows neither the codes of violations nor their words.

/// The media type of both ways. Asking for it tells the server that an island is waiting.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// Why nothing was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// In sentences.
    pub said: String,
    /// Whether signing in again is what it takes.
    pub signed_out: bool,
    /// What somebody else stored in the meantime, where that is the reason.
    pub theirs: Option<Theirs>,
}

/// The version that is stored now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Theirs {
    /// Who made it.
    pub changed_by: String,
    /// Its revision.
    pub revision: String,
    /// The fields that differ: label and content.
    pub fields: Vec<(String, String)>,
}

/// The fields of a refusal, for the browser's [`post`].
#[cfg(feature = "ssr")]
#[must_use]
pub fn told(error: &crate::error::AppError) -> Vec<(&'static str, String)> {
    let mut told = vec![("said", crate::words::trouble(error))];
    if *error == crate::error::AppError::SignedOut {
        told.push(("signed_out", "yes".to_owned()));
    }
    if let crate::error::AppError::Stale(conflict) = error {
        told.push(("changed_by", conflict.changed_by.clone()));
        told.push(("revision", conflict.revision.to_string()));
        for field in &conflict.fields {
            told.push(("field", crate::words::field_name(&field.field)));
            told.push(("theirs", field.theirs.clone()));
        }
    }
    told
}

#[cfg(feature = "hydrate")]
pub use live::post;

#[cfg(feature = "hydrate")]
mod live {
    use std::cell::RefCell;

    use leptos::prelude::window;
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{Headers, RequestInit, Response, UrlSearchParams};

    use super::{FORM, Refusal, Theirs};

    const NO_ANSWER: &str = "The server did not answer. What you typed is still here; save it again in a moment. It is not saved twice.";

    thread_local! {
        /// What was sent last without an answer, and its key: sent again, it must not be done twice.
        static UNANSWERED: RefCell<Option<(String, String)>> = const { RefCell::new(None) };
    }

    /// Posts the fields to an operation; answers what it returned, as text.
    ///
    /// # Errors
    /// When it refused, or did not answer.
    pub async fn post(operation: &str, fields: &[(&str, &str)]) -> Result<String, Refusal> {
        let (response, text) = match send(operation, fields).await {
            Ok(answered) => answered,
            Err(_) => return Err(Refusal { said: NO_ANSWER.to_owned(), ..Refusal::default() }),
        };
        if response.ok() { Ok(text) } else { Err(refusal(&text)) }
    }

    async fn send(operation: &str, fields: &[(&str, &str)]) -> Result<(Response, String), JsValue> {
        let form = UrlSearchParams::new()?;
        for (name, value) in fields {
            form.append(name, value);
        }
        let sent = format!("{operation}?{}", String::from(form.to_string()));
        let key = key_of(&sent);
        let headers = Headers::new()?;
        headers.append("accept", FORM)?;
        if !key.is_empty() {
            headers.append("idempotency-key", &key)?;
        }
        UNANSWERED.set(Some((sent, key)));
        let request = RequestInit::new();
        request.set_method("POST");
        request.set_headers(&headers);
        request.set_body(&form);
        let address = format!("/api/{operation}");
        let response = JsFuture::from(window().fetch_with_str_and_init(&address, &request)).await?;
        let response: Response = response.dyn_into()?;
        let text = JsFuture::from(response.text()?).await?;
        if response.status() != 503 {
            UNANSWERED.set(None);
        }
        Ok((response, text.as_string().unwrap_or_default()))
    }

    /// The key that this was sent under before, when nobody knows what became of it; else a new one.
    fn key_of(sent: &str) -> String {
        let before = UNANSWERED.take().filter(|(before, _)| before == sent).map(|(_, key)| key);
        before.unwrap_or_else(|| window().crypto().map(|crypto| crypto.random_uuid()).unwrap_or_default())
    }

    fn refusal(text: &str) -> Refusal {
        let Ok(form) = UrlSearchParams::new_with_str(text) else { return Refusal::default() };
        let all = |name: &str| form.get_all(name).iter().filter_map(|value| value.as_string()).collect();
        let (labels, contents): (Vec<String>, Vec<String>) = (all("field"), all("theirs"));
        Refusal {
            said: form.get("said").unwrap_or_else(|| NO_ANSWER.to_owned()),
            signed_out: form.has("signed_out"),
            theirs: form.get("changed_by").map(|changed_by| Theirs {
                changed_by,
                revision: form.get("revision").unwrap_or_default(),
                fields: labels.into_iter().zip(contents).collect(),
            }),
        }
    }
}
