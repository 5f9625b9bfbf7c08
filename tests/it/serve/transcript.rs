//! The transcript of `docs/server.md`, with curl.

use std::path::Path;
use std::process::Command;

use super::client::Server;
use crate::support::programs::has;

#[test]
fn the_transcript_with_curl_goes_through() {
    if !has("curl") || !has("python3") {
        return;
    }
    let server = Server::new();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server/transcript");
    let mut command = Command::new("bash");
    command.arg(&script).arg(format!("http://{}", server.address)).arg(env!("CARGO_BIN_EXE_tiltyard"));
    let output = command.current_dir(server.folder.path()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    let steps: Vec<&str> = text.lines().filter(|line| line.starts_with("# ")).collect();
    assert_eq!(
        steps,
        [
            "# log in",
            "# create two agents",
            "# read a balance with an agent's key",
            "# set a risk profile",
            "# play a session of one window to the end",
            "# battle",
            "# clone",
            "# reset",
            "# overview",
            "# regenerate the key: the old one is dead at once",
            "# archive",
            "# delete",
            "# done",
        ]
    );
}
