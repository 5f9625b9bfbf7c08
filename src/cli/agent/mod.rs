//! The `tiltyard agent` commands: agents that live beyond one run.

mod args;
mod change;
mod create;
mod exchange;
mod lag;
mod memory;
mod past;
mod protocol;
mod prove;
mod show;
mod skill;
mod watch;

pub use args::AgentCommand;

use super::{Exit, Failure};

impl AgentCommand {
    /// Carries the command out.
    ///
    /// # Errors
    /// Where an agent or the store is not as the command needs it.
    pub fn run(&self) -> Result<Exit, Failure> {
        match self {
            Self::Create(args) => create::create(args),
            Self::List(args) => show::list(args),
            Self::Overview(args) => show::overview(args),
            Self::Show(args) => show::show(args),
            Self::Update(args) => change::update(args),
            Self::Versions(args) => show::versions(args),
            Self::Clone(args) => create::duplicate(args),
            Self::Reset(args) => change::reset(args),
            Self::Archive(args) => change::archive(args),
            Self::Unarchive(args) => change::unarchive(args),
            Self::Delete(args) => change::delete(args),
            Self::RegenerateKey(args) => create::regenerate_key(args),
            Self::Whoami(args) => show::whoami(args),
            Self::History(args) => past::history(args),
            Self::Metrics(args) => past::metrics(args),
            Self::Compare(args) => past::compare(args),
            Self::Export(args) => exchange::export(args),
            Self::Import(args) => exchange::import(args),
            Self::CheckProtocol(args) => protocol::check_protocol(args),
            Self::Lag(args) => lag::lag(args),
            Self::Memory(args) => memory::memory(args),
            Self::Prove(args) => prove::prove(args),
            Self::Skill(args) => skill::skill(args),
        }
    }
}
