//! Limits of the machine: what cannot be written, opened or held is said with its cause.

#![cfg(target_os = "linux")]

use std::io::Write;
use std::process::{Command, Stdio};

use crate::support::stage::{Said, Stage};

/// Runs the program below limits that a shell sets.
fn limited(stage: &Stage, limits: &str, words: &str) -> Said {
    let mut command = Command::new("sh");
    let line = format!("{limits}; exec \"$0\" {words}");
    command.args(["-c", &line, env!("CARGO_BIN_EXE_tiltyard")]).current_dir(stage.path("."));
    Said::of(&command.env("NO_COLOR", "1").env("COLUMNS", "300").output().unwrap())
}

#[test]
fn memory_that_is_not_there_is_refused_before_the_run() {
    let stage = Stage::new();
    let said = limited(&stage, "ulimit -v 8000000", "run scenarios/first_tournament.toml --memory 64GB");
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.stderr.contains("--memory 64.0 GB is more than is free"), "{}", said.stderr);
    assert!(said.stderr.contains("help: "), "{}", said.stderr);
    let many = "[scenario]\nname = \"m\"\n[market]\npath = \"data/sample\"\nsymbols = [\"ALPHA\"]\ninterval = \"1h\"\n\
                [battle]\nwindows = { kind = \"rolling\", length = \"10d\", step = \"1h\" }\n";
    let agents: String = (0..200)
        .map(|n| {
            format!(
                "[[agents]]\nname = \"a{n}\"\nstrategy = {{ kind = \"sma_cross\", fast = 3, slow = {} }}\n",
                20 + n
            )
        })
        .collect();
    stage.write("m.toml", &(many.to_owned() + &agents));
    for words in ["run m.toml --dry-run", "run m.toml --quiet"] {
        let said = limited(&stage, "ulimit -v 3000000", words);
        assert_eq!(said.code, Some(1), "{words}: {said:?}");
        assert!(said.stderr.contains(" GB of memory, of which "), "{words}: {}", said.stderr);
        assert!(
            said.stderr.contains("help: use fewer windows, agents or trials"),
            "{words}: {}",
            said.stderr
        );
    }
}

/// A sweep is refused by its number of trials and windows, before the first of them.
#[test]
fn a_sweep_that_does_not_fit_is_refused_before_the_first_trial() {
    let stage = Stage::new();
    stage.write(
        "s.toml",
        "[scenario]\nname = \"s\"\n[market]\npath = \"data/sample\"\nsymbols = [\"ALPHA\"]\ninterval = \"1h\"\n\
         [battle]\nwindows = { kind = \"rolling\", length = \"10d\", step = \"1d\" }\n\
         [[agents]]\nname = \"a\"\nstrategy = { kind = \"sma_cross\", fast = 3, slow = 20 }\n\
         [sweep]\nagent = \"a\"\nwhere = [\"fast < slow\"]\n[sweep.parameters]\nfast = { from = 1, to = 2000 }\n\
         slow = { from = 2001, to = 4000 }\n",
    );
    for words in ["run s.toml --dry-run", "run s.toml --quiet"] {
        let said = limited(&stage, "ulimit -v 3000000", words);
        assert_eq!(said.code, Some(1), "{words}: {said:?}");
        assert!(said.stderr.contains(" GB of memory, of which "), "{words}: {}", said.stderr);
        assert!(
            said.stderr.contains("help: use fewer windows, agents or trials"),
            "{words}: {}",
            said.stderr
        );
    }
}

#[test]
fn a_file_that_may_not_grow_and_too_many_open_files_are_named_as_the_cause() {
    let stage = Stage::new();
    // The limit of the shell acts as a full disk does; it is ignored as a signal, so that the write fails.
    let said = limited(
        &stage,
        "trap '' XFSZ; ulimit -f 8",
        "data synth --symbols X --bars 20000 --interval 1m --out bars",
    );
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.stderr.contains("File too large") && said.stderr.contains("ulimit -f"), "{}", said.stderr);
    assert!(!said.stderr.contains("again"), "the data is not at fault: {}", said.stderr);
    stage.result("data synth --symbols X --bars 20000 --interval 1m --out good");
    let said = limited(
        &stage,
        "trap '' XFSZ; ulimit -f 8",
        "data resample good/X_1m.parquet --interval 2m --out more",
    );
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.stderr.contains("ulimit -f"), "{}", said.stderr);
    let said = limited(&stage, "ulimit -n 4", "data info good/X_1m.parquet");
    assert!(said.stderr.contains("too many files are open"), "{said:?}");
    assert!(!said.stderr.contains("download"), "{}", said.stderr);
}

#[test]
fn a_key_that_cannot_be_shown_is_not_created() {
    let stage = Stage::new();
    let create = "agent create a --strategy '{ kind = \"cash\" }'";
    for target in ["> /dev/full", ">&-", "> /dev/full --json"] {
        let said = limited(&stage, ":", &format!("{create} {target}"));
        assert_eq!(said.code, Some(1), "{target}: {said:?}");
        assert!(said.stderr.contains("so no agent was created"), "{target}: {}", said.stderr);
        assert!(!stage.result("agent list").contains("cash"), "{target}");
    }
    let said = limited(&stage, ":", create);
    let key = said.stdout.lines().find_map(|line| line.strip_prefix("key    ")).unwrap().to_owned();
    let whoami = |key: &str| {
        let mut command = stage.command("agent whoami --key-stdin");
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(key.as_bytes()).unwrap();
        child.wait().unwrap().code()
    };
    let said = limited(&stage, ":", "agent regenerate-key a > /dev/full");
    assert!(said.stderr.contains("so the agent keeps its former key"), "{}", said.stderr);
    assert_eq!(whoami(&key), Some(0));
    let said = limited(&stage, ":", "agent clone a > /dev/full");
    assert!(said.stderr.contains("so no agent was created"), "{}", said.stderr);
    assert!(!stage.result("agent list").contains("Copy of a"));
    // Where the output is thrown away on purpose it is not a failure.
    assert_eq!(limited(&stage, ":", "agent regenerate-key a > /dev/null").code, Some(0));
    assert_eq!(whoami(&key), Some(2));
}
