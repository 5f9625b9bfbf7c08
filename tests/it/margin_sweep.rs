//! Sweeps on margin: the batch engine takes crosses in every direction, and gives the files of the bar-by-bar loop.

use crate::support::stage::{Stage, files};

/// A grid of crosses on one perpetual future; the last window of a sweep at five times the equity is not without liquidations.
fn scenario(direction: &str, size: u32) -> String {
    format!(
        "[scenario]\nname = \"both-ways\"\nseed = 7\n\
         [market]\npath = \"data/sample\"\nsymbols = [\"ALPHA\"]\ninterval = \"1h\"\n\
         start = 2023-03-01\nend = 2023-07-01\nquote = \"USD\"\n\
         [instruments.default]\nkind = \"perpetual\"\nmax_leverage = 20\nmaintenance = [{{ rate_pct = 0.5 }}]\n\
         liquidation_fee_bps = 50\nfunding = \"data/funding\"\n\
         [venue]\ntaker_fee_bps = 5\nslippage = {{ model = \"fixed_bps\", bps = 2 }}\n\
         [risk.free]\nmax_order_size_pct = false\nmax_position_size_pct = false\ndaily_loss_limit_pct = false\n\
         allow_short = true\nmax_leverage = 20\n\
         [[agents]]\nname = \"trend\"\nrisk = \"free\"\n\
         strategy = {{ kind = \"sma_cross\", fast = 20, slow = 100, size_pct = {size}, direction = \"{direction}\" }}\n\
         [sweep]\nagent = \"trend\"\n\
         [sweep.parameters]\nfast = [5, 10, 20]\nslow = [40, 80, 160]\n\
         [battle]\nranking_metric = \"sharpe_ratio\"\nwindows = {{ kind = \"sequential\", length = \"30d\" }}\n"
    )
}

#[test]
fn a_sweep_in_every_direction_has_the_files_of_the_bar_by_bar_loop() {
    let stage = Stage::new();
    for (direction, size) in [("long", 80), ("short", 80), ("both", 80), ("both", 1_500)] {
        stage.write("sweep.toml", &scenario(direction, size));
        let name = format!("{direction}-{size}");
        for (out, engine) in [("skip", "skip"), ("slow", "bar-by-bar")] {
            stage.result(&format!("run sweep.toml --engine {engine} --out {name}/{out} --quiet"));
        }
        let [fast, slow] = ["skip", "slow"].map(|out| files(&stage.path(&format!("{name}/{out}"))));
        assert!(fast.len() > 5);
        let names = |all: &[(String, Vec<u8>)]| all.iter().map(|file| file.0.clone()).collect::<Vec<_>>();
        assert_eq!(names(&fast), names(&slow));
        for ((file, one), (_, other)) in fast.iter().zip(&slow) {
            assert!(one == other, "{name}: {file} differs");
        }
    }
}

#[test]
fn a_dry_run_says_which_trials_of_a_sweep_on_margin_go_which_way() {
    let stage = Stage::new();
    stage.write("sweep.toml", &scenario("both", 80));
    let text = stage.result("run sweep.toml --out left --dry-run");
    assert!(text.contains("all trials: by the batch engine"), "{text}");
    stage.write("sweep.toml", &scenario("both", 1_500));
    let text = stage.result("run sweep.toml --out left --dry-run");
    assert!(text.contains("from event to event"), "{text}");
    assert!(text.contains("could be liquidated on the way"), "{text}");
}
