//! A browser without script: cookies, the headers that browsers send, redirects, forms.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use reqwest::header::{ACCEPT, HeaderMap, HeaderValue, LOCATION, ORIGIN, REFERER, SET_COOKIE};
use reqwest::{Method, RequestBuilder};

use crate::page::{Form, Page};

/// What a person has open. Clones share their cookies, as tabs do.
#[derive(Clone, Debug)]
pub struct Browser {
    origin: String,
    http: reqwest::Client,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Browser {
    /// A browser that has never been to `origin` (`http://127.0.0.1:1234`).
    #[must_use]
    pub fn new(origin: &str) -> Self {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client without options can be built");
        Self { origin: origin.to_owned(), http, cookies: Arc::default() }
    }

    /// The cookies, by name.
    #[must_use]
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.lock().expect("no test panics while it holds the cookies").clone()
    }

    /// Forgets all cookies: the person is signed out, though the server does not know it.
    pub fn forget(&self) {
        self.cookies.lock().expect("no test panics while it holds the cookies").clear();
    }

    /// Puts cookies of another browser into this one.
    pub fn take_cookies(&self, cookies: BTreeMap<String, String>) {
        *self.cookies.lock().expect("no test panics while it holds the cookies") = cookies;
    }

    /// A request with this browser's cookies and nothing else, for tests of headers.
    pub fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        let cookies: Vec<String> =
            self.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.http.request(method, format!("{}{path}", self.origin));
        if cookies.is_empty() { request } else { request.header("cookie", cookies.join("; ")) }
    }

    /// Sends a request made by [`Self::bare`] and keeps the cookies of the answer. Follows no redirect.
    pub async fn send(&self, path: &str, request: RequestBuilder) -> Page {
        let answer = request.send().await.unwrap_or_else(|error| panic!("{path} is answered: {error:?}"));
        self.keep_cookies(answer.headers());
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body =
            answer.bytes().await.unwrap_or_else(|error| panic!("{path} is answered to the end: {error:?}"));
        let body = String::from_utf8_lossy(&body).into_owned();
        Page { status, path: path.to_owned(), headers, body }
    }

    fn keep_cookies(&self, headers: &HeaderMap) {
        let mut cookies = self.cookies.lock().expect("no test panics while it holds the cookies");
        for header in headers.get_all(SET_COOKIE) {
            let text = header.to_str().expect("a cookie is text");
            let (pair, attributes) = text.split_once(';').unwrap_or((text, ""));
            let (name, value) = pair.split_once('=').expect("a cookie has a name");
            let ended =
                attributes.to_ascii_lowercase().replace(' ', "").contains("max-age=0") || value.is_empty();
            if ended {
                cookies.remove(name.trim());
            } else {
                cookies.insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
    }

    /// Opens a page and follows redirects.
    pub async fn get(&self, path: &str) -> Page {
        let first = self.get_without_following(path).await;
        self.follow(first).await
    }

    /// Opens a page; a redirect is the answer.
    pub async fn get_without_following(&self, path: &str) -> Page {
        let request = self
            .bare(Method::GET, path)
            .header(ACCEPT, "text/html,application/xhtml+xml")
            .header("sec-fetch-site", "same-origin")
            .header("sec-fetch-mode", "navigate");
        self.send(path, request).await
    }

    /// Sends a form as it stands, and follows redirects.
    pub async fn submit(&self, form: Form) -> Page {
        let first = self.submit_without_following(form).await;
        self.follow(first).await
    }

    /// Sends a form as it stands; a redirect is the answer.
    pub async fn submit_without_following(&self, form: Form) -> Page {
        self.post_from(&form.page, &form.action, &form.fields).await
    }

    /// Posts fields from the page `page`, as its form would.
    pub async fn post_from(&self, page: &str, action: &str, fields: &[(String, String)]) -> Page {
        let request = self
            .bare(Method::POST, action)
            .header(ACCEPT, "text/html,application/xhtml+xml")
            .header(ORIGIN, &self.origin)
            .header(REFERER, format!("{}{page}", self.origin))
            .header("sec-fetch-site", "same-origin")
            .header("sec-fetch-mode", "navigate")
            .form(fields);
        self.send(action, request).await
    }

    /// Posts a body of any kind from the page `page`, as a form with a file does, and follows redirects.
    pub async fn post_body(&self, page: &str, action: &str, kind: &str, body: Vec<u8>) -> Page {
        let request = self
            .bare(Method::POST, action)
            .header(ACCEPT, "text/html,application/xhtml+xml")
            .header(ORIGIN, &self.origin)
            .header(REFERER, format!("{}{page}", self.origin))
            .header("sec-fetch-site", "same-origin")
            .header("sec-fetch-mode", "navigate")
            .header(reqwest::header::CONTENT_TYPE, kind)
            .body(body);
        let first = self.send(action, request).await;
        self.follow(first).await
    }

    /// The bytes of a file.
    pub async fn bytes(&self, path: &str) -> Vec<u8> {
        let request = self.bare(Method::GET, path).header("sec-fetch-site", "same-origin");
        let answer = request.send().await.unwrap_or_else(|error| panic!("{path} is answered: {error:?}"));
        assert_eq!(answer.status(), 200, "{path}");
        answer
            .bytes()
            .await
            .unwrap_or_else(|error| panic!("{path} is answered to the end: {error:?}"))
            .to_vec()
    }

    /// Calls an operation as an island does: fields out; a refusal comes back as fields too.
    pub async fn call(&self, operation: &str, fields: &[(&str, &str)]) -> Page {
        let path =
            if operation.starts_with('/') { operation.to_owned() } else { format!("/api/{operation}") };
        let request = self
            .bare(Method::POST, &path)
            .header(ACCEPT, app::islands::post::FORM)
            .header(ORIGIN, &self.origin)
            .header("sec-fetch-site", "same-origin")
            .header("sec-fetch-mode", "cors")
            .form(fields);
        self.send(&path, request).await
    }

    async fn follow(&self, mut page: Page) -> Page {
        for _ in 0..8 {
            let Some(next) = page.headers.get(LOCATION).and_then(|value: &HeaderValue| value.to_str().ok())
            else {
                return page;
            };
            if !page.status.is_redirection() {
                return page;
            }
            let next = next.strip_prefix(&self.origin).unwrap_or(next).to_owned();
            assert!(
                next.starts_with('/') && !next.starts_with("//"),
                "a redirect stays on this server: {next}"
            );
            page = self.get_without_following(next.split('#').next().unwrap_or(&next)).await;
        }
        panic!("{} redirects in circles", page.path);
    }
}
