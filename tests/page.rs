//! An answer of the server, and the forms in it, as a browser without script understands them.

use std::collections::BTreeMap;

use reqwest::StatusCode;
use scraper::{ElementRef, Html, Selector};

/// An answer.
#[derive(Clone, Debug)]
pub struct Page {
    /// The status.
    pub status: StatusCode,
    /// The path and query that were answered, after all redirects.
    pub path: String,
    /// The headers.
    pub headers: reqwest::header::HeaderMap,
    /// The body.
    pub body: String,
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|error| panic!("{css} is a selector: {error}"))
}

/// The text of an element with single spaces.
fn plain(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Page {
    /// The same page, when it has that status; else the test ends and shows what came.
    #[must_use]
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{} answered: {}", self.path, self.summary());
        self
    }

    /// Headings, notices and errors: what a person would see first. For messages of failed tests.
    #[must_use]
    pub fn summary(&self) -> String {
        let seen = self.texts("h1, [role=alert], [role=status], .error");
        if seen.is_empty() { self.body.chars().take(400).collect() } else { seen.join(" | ") }
    }

    /// How many elements match.
    #[must_use]
    pub fn count(&self, css: &str) -> usize {
        Html::parse_document(&self.body).select(&selector(css)).count()
    }

    /// The texts of all elements that match.
    #[must_use]
    pub fn texts(&self, css: &str) -> Vec<String> {
        Html::parse_document(&self.body).select(&selector(css)).map(plain).collect()
    }

    /// The text of the first element that matches.
    #[must_use]
    #[track_caller]
    pub fn text(&self, css: &str) -> String {
        self.texts(css)
            .into_iter()
            .next()
            .unwrap_or_else(|| panic!("{} has {css}: {}", self.path, self.summary()))
    }

    /// The attribute of all elements that match and have it.
    #[must_use]
    pub fn attributes(&self, css: &str, name: &str) -> Vec<String> {
        let html = Html::parse_document(&self.body);
        html.select(&selector(css)).filter_map(|element| element.attr(name)).map(str::to_owned).collect()
    }

    /// All that a person reads: the body without scripts and styles.
    #[must_use]
    pub fn reading(&self) -> String {
        let html = Html::parse_document(&self.body);
        let mut read = String::new();
        for node in html.tree.nodes() {
            let Some(text) = node.value().as_text() else { continue };
            let hidden = node
                .ancestors()
                .filter_map(ElementRef::wrap)
                .any(|element| matches!(element.value().name(), "script" | "style" | "template" | "head"));
            if !hidden {
                read.push_str(text);
                read.push(' ');
            }
        }
        read.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Ends the test unless the page says `words` somewhere.
    #[track_caller]
    pub fn says(&self, words: &str) {
        let reading = self.reading();
        assert!(reading.contains(words), "{} should say “{words}”; it says: {reading}", self.path);
    }

    /// Ends the test if the page says `words` somewhere.
    #[track_caller]
    pub fn does_not_say(&self, words: &str) {
        let reading = self.reading();
        assert!(!reading.contains(words), "{} should not say “{words}”; it says: {reading}", self.path);
    }

    /// The address of the first link with that text.
    #[must_use]
    #[track_caller]
    pub fn link(&self, text: &str) -> String {
        let html = Html::parse_document(&self.body);
        html.select(&selector("a[href]"))
            .find(|link| plain(*link) == text || plain(*link).contains(text))
            .and_then(|link| link.attr("href"))
            .map_or_else(|| panic!("{} has a link “{text}”: {}", self.path, self.reading()), str::to_owned)
    }

    /// The addresses that the page's forms post to.
    #[must_use]
    pub fn operations(&self) -> Vec<String> {
        self.attributes("form[method=post]", "action")
    }

    /// The form that posts to `action` (`/api/` may be left out), with everything the page put into it.
    #[must_use]
    #[track_caller]
    pub fn form(&self, action: &str) -> Form {
        self.forms(action).into_iter().next().unwrap_or_else(|| {
            panic!(
                "{} has a form for {action}; it has {:?}: {}",
                self.path,
                self.operations(),
                self.summary()
            )
        })
    }

    /// All forms that post to `action`.
    #[must_use]
    pub fn forms(&self, action: &str) -> Vec<Form> {
        let wanted = if action.starts_with('/') { action.to_owned() } else { format!("/api/{action}") };
        let html = Html::parse_document(&self.body);
        html.select(&selector("form"))
            .filter(|form| form.attr("action").is_some_and(|action| action == wanted))
            .map(|form| Form::read(&html, form, self))
            .collect()
    }
}

/// A form of a page, filled in as the page had it.
#[derive(Clone, Debug)]
pub struct Form {
    /// Where it posts to.
    pub action: String,
    /// The path of the page that it stands on.
    pub page: String,
    /// The names that it has controls for.
    pub controls: Vec<String>,
    /// What would be posted, in the order of the page.
    pub fields: Vec<(String, String)>,
    /// What kind of control each name has.
    pub kinds: BTreeMap<String, Kind>,
    /// The longest text that each control takes, where it says so.
    pub longest: BTreeMap<String, usize>,
}

/// What a person can do with a control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Type one line, or several.
    Text,
    /// Type something secret.
    Secret,
    /// Type something of a fixed form: a date, a number, an address.
    Formed,
    /// Choose among these values.
    Choice(Vec<String>),
    /// Nothing: the page put it there.
    Hidden,
}

impl Form {
    fn read(html: &Html, form: ElementRef<'_>, page: &Page) -> Self {
        let mut read = Self {
            action: form.attr("action").unwrap_or_default().to_owned(),
            page: page.path.clone(),
            controls: Vec::new(),
            fields: Vec::new(),
            kinds: BTreeMap::new(),
            longest: BTreeMap::new(),
        };
        let inside = "input, textarea, select, button";
        let id = form.attr("id");
        let all = selector(inside);
        for control in html.select(&all) {
            let owner = control.attr("form");
            let within = control.ancestors().any(|ancestor| ancestor.id() == form.id());
            if owner.map_or(within, |owner| Some(owner) == id) {
                read.take(control);
            }
        }
        read
    }

    fn take(&mut self, control: ElementRef<'_>) {
        let Some(name) = control.attr("name").filter(|name| !name.is_empty()) else { return };
        let kind = control.attr("type").unwrap_or("text");
        let is_button =
            control.value().name() == "button" || matches!(kind, "submit" | "button" | "reset" | "image");
        if control.attr("disabled").is_some() || is_button {
            return;
        }
        if !self.controls.iter().any(|known| known == name) {
            self.controls.push(name.to_owned());
        }
        self.note_kind(name, control, kind);
        if let Some(longest) = control.attr("maxlength").and_then(|longest| longest.parse().ok()) {
            self.longest.insert(name.to_owned(), longest);
        }
        let value = match (control.value().name(), kind) {
            ("textarea", _) => Some(control.text().collect()),
            ("select", _) => {
                let options: Vec<_> = control.select(&selector("option")).collect();
                let chosen =
                    options.iter().find(|option| option.attr("selected").is_some()).or(options.first());
                chosen.map(|option| option.attr("value").map_or_else(|| plain(*option), str::to_owned))
            }
            (_, "checkbox" | "radio") => {
                control.attr("checked").map(|_| control.attr("value").unwrap_or("on").to_owned())
            }
            _ => Some(control.attr("value").unwrap_or_default().to_owned()),
        };
        if let Some(value) = value {
            self.fields.push((name.to_owned(), value));
        }
    }

    fn note_kind(&mut self, name: &str, control: ElementRef<'_>, kind: &str) {
        let mut offered = match self.kinds.get(name) {
            Some(Kind::Choice(offered)) => offered.clone(),
            _ => Vec::new(),
        };
        let seen = match (control.value().name(), kind) {
            ("textarea", _) | ("input", "text" | "search") => Kind::Text,
            ("select", _) => {
                let options = control.select(&selector("option")).collect::<Vec<_>>();
                let value = |option: &ElementRef<'_>| {
                    option.attr("value").map_or_else(|| plain(*option), str::to_owned)
                };
                Kind::Choice(options.iter().map(value).collect())
            }
            (_, "checkbox" | "radio") => {
                offered.push(control.attr("value").unwrap_or("on").to_owned());
                Kind::Choice(offered)
            }
            (_, "password") => Kind::Secret,
            (_, "hidden") => Kind::Hidden,
            _ => Kind::Formed,
        };
        self.kinds.insert(name.to_owned(), seen);
    }

    /// The names of the controls that take free text.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        self.controls.iter().filter(|name| self.kinds.get(*name) == Some(&Kind::Text)).cloned().collect()
    }

    /// Types `value` into the control `name`, which the page must have.
    #[must_use]
    #[track_caller]
    pub fn with(self, name: &str, value: impl Into<String>) -> Self {
        assert!(
            self.controls.iter().any(|known| known == name),
            "the form for {} has a control {name}; it has {:?}",
            self.action,
            self.controls
        );
        self.forced(name, value)
    }

    /// Puts `value` under `name`, whether or not the page has such a control.
    #[must_use]
    pub fn forced(mut self, name: &str, value: impl Into<String>) -> Self {
        let at = self.fields.iter().position(|(known, _)| known == name).unwrap_or(self.fields.len());
        self.fields.retain(|(known, _)| known != name);
        self.fields.insert(at.min(self.fields.len()), (name.to_owned(), value.into()));
        self
    }

    /// Ticks one more box of several with the same name.
    #[must_use]
    pub fn and(mut self, name: &str, value: impl Into<String>) -> Self {
        self.fields.push((name.to_owned(), value.into()));
        self
    }

    /// Leaves `name` out.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self
    }

    /// What the control `name` holds.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}
