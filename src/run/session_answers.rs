//! Where the answers of a session come from, as the programs of a run are told it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::process::{Answers, Mailbox, NoLaunch, Starter, read_answers};

/// Where the agent of a session answers, and where its answers are kept.
#[derive(Debug, Clone)]
pub struct SessionAnswers {
    /// The journal of the session.
    pub file: PathBuf,
    /// Where it is asked; `None` where the journal is all there is.
    pub mailbox: Option<Arc<Mailbox>>,
}

impl SessionAnswers {
    /// Who answers, and what is known.
    pub(super) fn answers(&self) -> Result<(Option<Starter>, Answers), NoLaunch> {
        if let Some(mailbox) = &self.mailbox {
            return Ok((Some(Starter::Remote(Arc::clone(mailbox))), Answers::Session(self.file.clone())));
        }
        let recording = read_answers(&self.file).map_err(|error| NoLaunch {
            message: format!("the answers of its session cannot be read: {error}"),
            help: "see that the store is complete".to_owned(),
        })?;
        Ok((None, Answers::Recorded(Arc::new(BTreeMap::from([(0, recording)])))))
    }
}
