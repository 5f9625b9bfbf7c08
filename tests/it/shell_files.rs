//! Completions of shells, and manual pages: made from the commands.

use crate::support::stage::Stage;

/// Some commands, of both levels.
const COMMANDS: [&str; 5] = ["run", "check", "standings", "report", "data"];

#[test]
fn every_shell_completes_the_commands() {
    let stage = Stage::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = stage.result(&format!("completions {shell}"));
        for command in COMMANDS {
            assert!(script.contains(command), "{shell}: {command}");
        }
        assert!(script.contains("dry-run"), "{shell}");
    }
    assert_eq!(stage.run("completions tcsh").code, Some(2));
}

#[test]
fn a_manual_page_for_each_command() {
    let stage = Stage::new();
    let main = stage.result("man");
    assert!(main.starts_with(".ie") || main.contains(".TH"), "{main}");
    stage.result("man --to pages");
    let page = |name: &str| std::fs::read_to_string(stage.path("pages").join(name)).unwrap();
    assert!(page("tiltyard.1").contains("SUBCOMMANDS"));
    for command in COMMANDS {
        assert!(page(&format!("tiltyard-{command}.1")).contains(".TH"), "{command}");
    }
    assert!(page("tiltyard-data-import.1").contains("\\-\\-out"));
}
