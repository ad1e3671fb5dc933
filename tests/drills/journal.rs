//! What Hazel has confirmed, kept where no drill reaches: a line is on disk before its writer goes on.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// The journal of one run.
pub struct Journal {
    file: Mutex<File>,
    path: PathBuf,
}

/// One line: a change that was sent, and the answer where it was confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub title: String,
    pub answer: Option<String>,
}

impl Journal {
    /// Begins a new one. A name that exists is refused: an old journal would tell of changes of another database.
    pub fn begin(drill: &str) -> Self {
        let folder = std::env::temp_dir().join("hazel-drills");
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join(format!("{drill}-{}.journal", uuid::Uuid::now_v7().simple()));
        let file = File::options().create_new(true).append(true).open(&path).unwrap();
        Self { file: Mutex::new(file), path }
    }

    /// The change is about to be sent.
    pub fn sent(&self, title: &str) {
        self.line(&format!("sent\t{title}\n"));
    }

    /// The change was confirmed with this answer.
    pub fn confirmed(&self, title: &str, answer: &str) {
        self.line(&format!("confirmed\t{title}\t{answer}\n"));
    }

    fn line(&self, line: &str) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(line.as_bytes()).unwrap();
        file.sync_data().unwrap();
    }

    /// Everything that was sent, with what was confirmed of it.
    pub fn read(&self) -> Vec<Line> {
        let text = fs::read_to_string(&self.path).unwrap();
        let mut lines: Vec<Line> = Vec::new();
        let mut places = std::collections::HashMap::new();
        for line in text.lines() {
            let mut parts = line.split('\t');
            let (kind, title) = (parts.next().unwrap(), parts.next().unwrap().to_owned());
            let place = *places.entry(title.clone()).or_insert_with(|| {
                lines.push(Line { title, answer: None });
                lines.len() - 1
            });
            if kind == "confirmed" {
                lines[place].answer = Some(parts.next().unwrap_or_default().to_owned());
            }
        }
        lines
    }
}

impl Drop for Journal {
    /// It stays where the drill failed.
    fn drop(&mut self) {
        if std::thread::panicking() {
            crate::say(&format!("the journal of this drill is {}", self.path.display()));
        } else {
            let _ = fs::remove_file(&self.path);
        }
    }
}
