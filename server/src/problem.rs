//! What stops the program: one plain sentence for the person at the terminal, the cause for the log.

use std::fmt;
use std::process::ExitCode;

/// Why a command could not do its work.
///
/// `Display` gives the sentence, `source` the cause. The sentence says what is wrong and, where
/// there is one, the way to mend it.
#[derive(Debug)]
pub struct Problem {
    kind: Kind,
    sentence: String,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What the exit status tells a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The work failed: status 1.
    Failed,
    /// What was typed or piped in can not be understood: status 2, as for a wrong flag.
    Usage,
    /// The surroundings are not fit to run in (`EX_CONFIG` of sysexits): status 78, so that a
    /// service supervisor can be told not to try again.
    Configuration,
}

impl Problem {
    /// The work failed.
    pub fn failed(sentence: impl Into<String>) -> Self {
        Self::new(Kind::Failed, sentence)
    }

    /// The input can not be understood.
    pub fn usage(sentence: impl Into<String>) -> Self {
        Self::new(Kind::Usage, sentence)
    }

    /// The settings or the surroundings must be changed first.
    pub fn configuration(sentence: impl Into<String>) -> Self {
        Self::new(Kind::Configuration, sentence)
    }

    fn new(kind: Kind, sentence: impl Into<String>) -> Self {
        Self { kind, sentence: sentence.into(), cause: None }
    }

    /// Keeps what lies behind it.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// The status that the process ends with.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self.kind {
            Kind::Failed => 1,
            Kind::Usage => 2,
            Kind::Configuration => 78,
        })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)?;
        // The cause is part of the sentence only where it helps: an operating system's or the
        // database's own words, on the same line.
        if let Some(cause) = &self.cause {
            let words = cause.to_string();
            write!(f, " ({})", words.trim().replace('\n', " "))?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_ref().map(|cause| cause.as_ref() as _)
    }
}
