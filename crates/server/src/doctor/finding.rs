//! What an examination has found.

use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::error::{Failure, Setting};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    /// It stands in the way of serving, or of keeping secrets.
    Error,
    /// To be careful with.
    Warning,
    /// To know.
    Note,
}

/// One finding, with the setting that it is about.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) level: Level,
    pub(crate) failure: Failure,
}

impl Finding {
    pub(crate) fn error(failure: Failure) -> Self {
        let level = Level::Error;
        Self { level, failure }
    }

    pub(crate) fn warning(failure: Failure) -> Self {
        let level = Level::Warning;
        Self { level, failure }
    }

    pub(crate) fn note(failure: Failure) -> Self {
        let level = Level::Note;
        Self { level, failure }
    }
}

/// Level, key, source, the whole line, and the remedy in it.
impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.failure.to_string();
        let setting = self.failure.setting();
        let told = setting.and_then(|setting| setting.remedy.as_deref());
        let last = || text.rsplit_once(": ").map(|(_, remedy)| remedy);
        let mut out = serializer.serialize_struct("Finding", 5)?;
        out.serialize_field("level", &self.level)?;
        out.serialize_field("key", &setting.map(|setting| &setting.key))?;
        out.serialize_field("source", &setting.map(source))?;
        out.serialize_field("text", &text)?;
        out.serialize_field("remedy", &told.or_else(last))?;
        out.end()
    }
}

fn source(setting: &Setting) -> &str {
    setting.source.as_deref().unwrap_or("default")
}
