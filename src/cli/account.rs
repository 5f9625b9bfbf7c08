//! The `tiltyard account` commands: who may log in to `tiltyard serve`.

use clap::{Args, Subcommand};
use serde_json::json;

use super::args::StoreArgs;
use super::{Exit, Failure, output};
use crate::run::now;
use crate::store::registry::Registry;

/// The `account` commands.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Make an account; its key and secret are shown only once.
    Create(CreateArgs),
    /// List the accounts.
    List(StoreArgs),
    /// Delete an account: its tokens are dead at once, its agents stay in the registry.
    Delete(DeleteArgs),
}

/// Arguments of `account create`.
#[derive(Debug, Args)]
pub struct CreateArgs {
    /// What to call it.
    #[arg(default_value = "")]
    pub name: String,
    /// The store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `account delete`.
#[derive(Debug, Args)]
pub struct DeleteArgs {
    /// Its id.
    pub id: String,
    /// The store.
    #[command(flatten)]
    pub store: StoreArgs,
}

impl AccountCommand {
    /// Carries the command out.
    ///
    /// # Errors
    /// Where the store cannot be used, or there is no such account.
    pub fn run(&self) -> Result<Exit, Failure> {
        match self {
            Self::Create(args) => create(args),
            Self::List(args) => list(args),
            Self::Delete(args) => delete(args),
        }
    }
}

fn create(args: &CreateArgs) -> Result<Exit, Failure> {
    let new = Registry::open(&args.store.out)?.create_account(&args.name, now())?;
    let (id, key, secret) = (&new.account.id, new.key.reveal(), new.secret.reveal());
    let text = if args.store.json {
        format!("{:#}\n", json!({ "id": id, "name": args.name, "api_key": key, "api_secret": secret }))
    } else {
        format!("account  {id}\nkey      {key}\nsecret   {secret}\n")
    };
    output::result(&text)?;
    output::say("key and secret are shown only now: the store keeps only their hashes");
    Ok(Exit::Done)
}

fn list(args: &StoreArgs) -> Result<Exit, Failure> {
    let accounts = Registry::read_existing(&args.out)?.accounts()?;
    let text = if args.json {
        format!("{:#}\n", json!(accounts))
    } else {
        let line = |account: &crate::store::registry::AccountRow| {
            format!("{}  {}..  {}  {}\n", account.id, account.key_prefix, account.created_at, account.name)
        };
        accounts.iter().map(line).collect()
    };
    output::result(&text)?;
    Ok(Exit::Done)
}

fn delete(args: &DeleteArgs) -> Result<Exit, Failure> {
    if Registry::open_existing(&args.store.out)?.delete_account(&args.id)? {
        output::result(&format!("the account {} is deleted\n", args.id))?;
        return Ok(Exit::Done);
    }
    let message = format!("there is no account `{}`", args.id);
    Err(Failure::plain(Exit::Usage, message, "`tiltyard account list` shows them"))
}
