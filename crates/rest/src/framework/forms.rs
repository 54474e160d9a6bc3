//! What a page offers in addition to what it shows: buttons, and forms that write.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use profiled_auth::PasswordHasher;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value};

use crate::framework::article::Article;
use crate::framework::fields::{Field, Kind};
use crate::framework::spec::Access;
use crate::framework::view_response::ViewResponse;
use crate::wire::json_writer::{self, Layout, Style};

/// How the pages of a dialect differ from those of the others.
#[derive(Clone, Debug)]
pub struct PageStyle {
    /// What the pages belong to.
    pub site: &'static str,
    /// Where it begins, if not at the front door.
    pub site_path: Option<&'static str>,
    /// Where the caller's name leads to.
    pub caller_path: Option<&'static str>,
    /// What a page shows after `Content-Type` and `Vary`, in this order.
    pub headers: &'static [&'static str],
    /// Whether a description is folded up.
    pub folds_description: bool,
    /// How the credentials are given to `curl`.
    pub curl_credentials: Cow<'static, str>,
    /// Whether browsers ask for these credentials.
    pub is_prompted: bool,
}

impl PageStyle {
    /// Pages of a dialect that says no more about them.
    pub const DEFAULT: Self = Self {
        site: "profiled",
        site_path: None,
        caller_path: None,
        headers: &["Location", "Retry-After", "WWW-Authenticate", "Allow"],
        folds_description: false,
        curl_credentials: Cow::Borrowed("-H 'Authorization: Bearer YOUR_TOKEN'"),
        is_prompted: false,
    };
}

/// Buttons and forms for those who may use them.
#[derive(Clone, Debug, Default)]
pub struct PageForms {
    pub(crate) buttons: Vec<Button>,
    pub(crate) forms: Vec<WriteForm>,
    pub(crate) filters: &'static [Filter],
    pub(crate) article: Option<Article>,
}

/// A button for a method that needs no body.
#[derive(Clone, Debug)]
pub(crate) struct Button {
    pub(crate) method: &'static str,
    /// The path that it sends to, if not that of the page.
    pub(crate) action: Option<String>,
}

/// A parameter of the query that narrows a list.
#[derive(Clone, Copy, Debug)]
pub struct Filter {
    /// Its name in the query.
    pub name: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// What it takes.
    pub kind: FilterKind,
}

/// What a parameter takes that narrows a list.
#[derive(Clone, Copy, Debug)]
pub enum FilterKind {
    /// Words.
    Search,
    /// `true` or `false`; a blank for both.
    Either,
    /// `true`, or nothing at all.
    Only,
}

/// A form that writes one object.
#[derive(Clone, Debug)]
pub(crate) struct WriteForm {
    /// One button each.
    pub(crate) methods: &'static [&'static str],
    /// What it is for, where a page has more than one; such a form has no raw data.
    pub(crate) title: &'static str,
    /// The path that it is sent to, if not that of the page.
    pub(crate) action: Option<String>,
    /// Inputs; without any there is raw data only.
    pub(crate) fields: Vec<Field>,
    /// Members of raw data, in order.
    names: Vec<&'static str>,
    /// The object as it is shown; what it lacks is blank.
    object: Map<String, Value>,
}

impl PageForms {
    /// Whether there is anything to do on the page of an answer: not for those who are refused, and
    /// not where nothing was found. A 401 or 429 of an open view refuses a log-in, which may be tried again.
    #[must_use]
    pub fn fit(status: StatusCode, access: Access) -> bool {
        const REFUSALS: [StatusCode; 3] = [
            StatusCode::FORBIDDEN,
            StatusCode::NOT_FOUND,
            StatusCode::NOT_ACCEPTABLE,
        ];
        const LATER: [StatusCode; 2] = [StatusCode::UNAUTHORIZED, StatusCode::TOO_MANY_REQUESTS];
        let is_sent_away = LATER.contains(&status) && access != Access::Open;
        !is_sent_away && !status.is_server_error() && !REFUSALS.contains(&status)
    }

    /// One button for each of these methods, which need no body.
    #[must_use]
    pub fn buttons(methods: &[&'static str]) -> Self {
        let button = |method: &&'static str| Button {
            method,
            action: None,
        };
        Self {
            buttons: methods.iter().map(button).collect(),
            ..Self::default()
        }
    }

    /// A page that shows something else than the answer, and whose forms are its own.
    #[must_use]
    pub fn article(article: Article) -> Self {
        Self {
            article: Some(article),
            ..Self::default()
        }
    }

    /// All of it is sent to another path than that of the page, as clients see it.
    #[must_use]
    pub fn to(mut self, action: &str) -> Self {
        for button in &mut self.buttons {
            button.action = Some(action.to_owned());
        }
        for form in &mut self.forms {
            form.action = Some(action.to_owned());
        }
        self
    }

    /// These, and those of another one.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.buttons.extend(other.buttons);
        self.forms.extend(other.forms);
        self
    }

    /// Inputs and raw data for the fields that can be written, filled in from `object`: the object as
    /// GET would show it to the caller, or nothing (`()`) where a new one is made. The first of
    /// `methods` is the one that the key Enter means.
    #[must_use]
    pub fn form(
        self,
        methods: &'static [&'static str],
        fields: &[Field],
        object: &impl Serialize,
    ) -> Self {
        let fields: Vec<Field> = fields.iter().filter(|f| !f.is_read_only).cloned().collect();
        let as_text = |field: &&Field| !matches!(field.kind, Kind::Image);
        let names: Vec<_> = fields.iter().filter(as_text).map(|f| f.name).collect();
        let mut forms = self.raw_form(methods, &names, object);
        if let Some(form) = forms.forms.last_mut() {
            form.fields = fields;
        }
        forms
    }

    /// The same as raw data only: the members `names` of `object`. Of a password they hold nothing, or
    /// where there is an object the text that leaves it as it is.
    #[must_use]
    pub fn raw_form(
        mut self,
        methods: &'static [&'static str],
        names: &[&'static str],
        object: &impl Serialize,
    ) -> Self {
        let mut object = members(serde_json::to_value(object));
        let passwords = names.iter().filter(|name| is_password(name));
        for name in passwords.filter(|_| !methods.contains(&"POST")) {
            object.insert((*name).to_owned(), PasswordHasher::PLACEHOLDER.into());
        }
        self.forms.push(WriteForm {
            methods,
            title: "",
            action: None,
            fields: Vec::new(),
            names: names.to_vec(),
            object,
        });
        self
    }

    /// The same without passwords in raw data.
    #[must_use]
    pub fn without_raw_passwords(mut self) -> Self {
        for form in &mut self.forms {
            form.names.retain(|name| !is_password(name));
        }
        self
    }

    /// Inputs alone, for another use of a method than that of the first form.
    #[must_use]
    pub fn titled_form(
        self,
        title: &'static str,
        methods: &'static [&'static str],
        fields: &[Field],
    ) -> Self {
        let mut forms = self.form(methods, fields, &());
        if let Some(form) = forms.forms.last_mut() {
            form.title = title;
        }
        forms
    }

    /// The same with what narrows the list that the page shows.
    #[must_use]
    pub fn filtered_by(mut self, filters: &'static [Filter]) -> Self {
        self.filters = filters;
        self
    }

    /// Takes over what a write made of the object: its answer shows it.
    pub fn update(&mut self, answer: &ViewResponse) {
        let object = members(serde_json::from_slice(&answer.json));
        for form in &mut self.forms {
            for (name, value) in &object {
                if let Some(known) = form.object.get_mut(name) {
                    known.clone_from(value);
                }
            }
        }
    }
}

fn members(value: serde_json::Result<Value>) -> Map<String, Value> {
    match value {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

/// Whether a member is one whose value is never shown.
pub(crate) fn is_password(name: &str) -> bool {
    name.ends_with("password")
}

impl WriteForm {
    /// What the object holds under a name.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.object.get(name)
    }

    /// Whether it leaves a password as it is unless another one is typed.
    pub(crate) fn keeps_password(&self) -> bool {
        let mut names = self.names.iter().filter(|name| is_password(name));
        names.any(|name| self.object.contains_key(*name))
    }

    /// The body to begin with: JSON, indented.
    pub(crate) fn raw(&self) -> String {
        let layout = Layout {
            style: Style::Compact,
            indent: 4,
        };
        String::from_utf8_lossy(&json_writer::to_vec(&Raw(self), layout)).into_owned()
    }

    /// What a new object has in a field that is not filled in.
    fn blank(&self, name: &str) -> Value {
        let field = self.fields.iter().find(|field| field.name == name);
        match field {
            Some(field) if field.takes_null => Value::Null,
            Some(field) if matches!(field.kind, Kind::Integer) => Value::Null,
            Some(field) if matches!(field.kind, Kind::Boolean) => Value::Bool(false),
            _ => Value::String(String::new()),
        }
    }
}

struct Raw<'a>(&'a WriteForm);

impl Serialize for Raw<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.names.len()))?;
        for name in &self.0.names {
            match self.0.value(name) {
                Some(value) => map.serialize_entry(name, value)?,
                None => map.serialize_entry(name, &self.0.blank(name))?,
            }
        }
        map.end()
    }
}

#[cfg(test)]
mod tests;
