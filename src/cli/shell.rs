//! `tiltyard completions` and `tiltyard man`: files for shells and for `man`, made from the commands themselves.

use std::path::PathBuf;

use clap::{Args, Command};
use clap_complete::Shell;

use super::{Exit, Failure, output};

/// Arguments of `completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tiltyard completions bash > ~/.local/share/bash-completion/completions/tiltyard
  tiltyard completions zsh > ~/.zfunc/_tiltyard
  tiltyard completions fish > ~/.config/fish/completions/tiltyard.fish")]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Folder for a page of each command, such as ~/.local/share/man/man1 [default: the main page to stdout].
    #[arg(long, value_name = "DIR")]
    pub to: Option<PathBuf>,
}

/// Prints the completion script of a shell for the program's `command`.
///
/// # Errors
/// Where stdout cannot be written.
pub fn completions(args: &CompletionsArgs, mut command: Command) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "tiltyard", &mut script);
    output::result(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}

/// Prints the manual's main page, or writes a page for each command.
///
/// # Errors
/// Where the pages cannot be written.
pub fn man(args: &ManArgs, command: Command) -> Result<Exit, Failure> {
    let failed = |error: std::io::Error| {
        Failure::plain(
            Exit::Usage,
            format!("cannot write the manual: {error}"),
            "check that the folder is writable",
        )
    };
    let Some(folder) = &args.to else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page).map_err(failed)?;
        output::result(&String::from_utf8_lossy(&page))?;
        return Ok(Exit::Done);
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    clap_mangen::generate_to(command, folder).map_err(failed)?;
    output::result(&format!("{}\n", folder.display()))?;
    Ok(Exit::Done)
}
