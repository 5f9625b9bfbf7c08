//! Results of loading: rows, history, frames, detail, several symbols, multi-part files.

use super::fixture::{Folder, Want, at, bars, every};
use crate::domain::Symbol;
use crate::market::{LoadRequest, TickRange, load, load_again};

#[test]
fn written_bars_read_back_unchanged() {
    let written = bars("1h", "2024-01-01T05:00", 50);
    let folder = Folder::new().with("A_1h.parquet", &written);
    let market = folder.load(&["A"], "1h").unwrap();
    assert_eq!(market.symbols[0].bars, written);
    assert_eq!(market.clock, written.ts);
    assert_eq!(market.in_range, TickRange { first: 0, last: 50 });
    assert_eq!(market.interval, every("1h"));
    assert!(!market.trading_year.never_closes(), "2024-01-01 was a Monday");
}

#[test]
fn the_window_limits_the_range_and_history_precedes_it() {
    let folder = Folder::new().with("A_1h.parquet", &bars("1h", "2024-01-01", 100));
    let want = Want::new(folder.path(), &["A"], "1h").window("2024-01-02", "2024-01-03").history(10);
    let market = want.load().unwrap();
    assert_eq!(market.clock.first(), Some(&at("2024-01-01T14:00")));
    assert_eq!(market.clock.last(), Some(&at("2024-01-02T23:00")));
    assert_eq!(market.in_range, TickRange { first: 10, last: 34 });
    // More than exists: all there is.
    let market = want.history(1_000).load().unwrap();
    assert_eq!(market.in_range, TickRange { first: 24, last: 48 });
}

#[test]
fn history_counts_bars_and_not_hours() {
    // Two hundred weekdays of one bar each: twenty bars before the start reach back four weeks.
    let mut weekdays = bars("1d", "2024-01-01", 0);
    let all = bars("1d", "2024-01-01", 280);
    for row in (0..280).filter(|row| row % 7 < 5) {
        weekdays.push(all.ts[row], [1.0, 1.0, 1.0, 1.0, 1.0]);
    }
    let folder = Folder::new().with("A_1d.parquet", &weekdays);
    let market = Want::new(folder.path(), &["A"], "1d").window("2024-07-01", "").history(20).load().unwrap();
    assert_eq!(market.in_range.first, 20);
    assert_eq!(market.clock[0], at("2024-06-03"));
}

#[test]
fn finer_bars_are_resampled_for_the_window_and_its_history() {
    let folder = Folder::new().with("A_15m.parquet", &bars("15m", "2024-01-01T00:00", 400));
    let want = Want::new(folder.path(), &["A"], "1h").window("2024-01-02", "2024-01-02T12:00").history(3);
    let market = want.load().unwrap();
    let hours = &market.symbols[0].bars;
    assert_eq!(hours.ts[0], at("2024-01-01T21:00"));
    assert_eq!(hours.len(), 15);
    assert_eq!(market.in_range, TickRange { first: 3, last: 15 });
    // 21:00 is rows 84 to 87: opens 184, last close 187.5, high 188, low 183, volumes 85+86+87+88.
    let row = (hours.open[0], hours.high[0], hours.low[0], hours.close[0], hours.volume[0]);
    assert_eq!(row, (184.0, 188.0, 183.0, 187.5, 346.0));
    // The last bar opens before the end and is complete: rows 140 to 143 (11:00 of the second day).
    assert_eq!((hours.open[14], hours.close[14]), (240.0, 243.5));
}

#[test]
fn a_bar_that_contains_the_end_is_complete() {
    let folder = Folder::new().with("A_15m.parquet", &bars("15m", "2024-01-01", 40));
    let market = Want::new(folder.path(), &["A"], "1h").window("", "2024-01-01T02:15").load().unwrap();
    let hours = &market.symbols[0].bars;
    assert_eq!(hours.ts.last(), Some(&at("2024-01-01T02:00")));
    assert_eq!(hours.close.last(), Some(&111.5), "the bar of 02:45");
}

#[test]
fn frames_reach_back_as_far_as_asked_and_close_in_time() {
    let folder = Folder::new().with("A_1h.parquet", &bars("1h", "2024-01-01", 24 * 20));
    let want = Want::new(folder.path(), &["A"], "1h")
        .window("2024-01-10T06:00", "2024-01-11T00:00")
        .frame("1d", 3)
        .frame("4h", 2);
    let market = want.load().unwrap();
    let series = &market.symbols[0];
    assert_eq!(market.clock[0], at("2024-01-10T06:00"), "no base history was asked for");
    let days = &series.frames[&every("1d")];
    // The four days before the start, one more than asked for, have closed; the day of the start closes with the
    // 23:00 bar.
    let opens = ["2024-01-06", "2024-01-07", "2024-01-08", "2024-01-09", "2024-01-10"];
    assert_eq!(days.bars.ts, opens.map(at));
    assert_eq!(days.closed[0], 4);
    assert_eq!(days.closed.last(), Some(&5));
    assert_eq!(days.closed[days.closed.len() - 2], 4);
    // Complete days, although the read begins inside one: 24 volumes of 121 .. 144.
    assert_eq!(days.bars.volume[0], (121..=144).sum::<i32>() as f64);
    let four = &series.frames[&every("4h")];
    assert_eq!(four.bars.ts[0], at("2024-01-09T16:00"));
    assert_eq!(four.closed[..3], [3, 4, 4], "04:00 closes with the bar of 07:00");
}

#[test]
fn a_frame_cut_by_the_end_is_never_closed() {
    let folder = Folder::new().with("A_1h.parquet", &bars("1h", "2024-01-01T12:00", 30));
    let market = Want::new(folder.path(), &["A"], "1h").frame("1d", 5).load().unwrap();
    let days = &market.symbols[0].frames[&every("1d")];
    assert_eq!(days.bars.len(), 2, "the half day at the data's beginning is kept");
    assert_eq!(days.closed[10..13], [0, 1, 1]);
    assert_eq!(days.closed.last(), Some(&1));
}

#[test]
fn symbols_with_different_gaps_share_a_clock() {
    let folder = Folder::new()
        .with("EARLY_1d.parquet", &bars("1d", "2024-01-01", 5))
        .with("LATE_1d.parquet", &bars("1d", "2024-01-04", 5));
    let market = folder.load(&["LATE", "EARLY"], "1d").unwrap();
    assert_eq!(market.clock.len(), 8);
    assert_eq!(market.symbols[0].instrument.symbol.as_str(), "LATE", "the scenario's order");
    assert_eq!(market.symbols[0].rows[2].row(), None);
    assert_eq!(market.symbols[1].rows[7].row(), Some(4));
    assert_eq!(market.symbols[1].rows[7].fresh(), None);
}

#[test]
fn parts_are_joined_in_order_of_time() {
    let whole = bars("1h", "2023-01-01", 24 * 90);
    let part = |rows: std::ops::Range<usize>| {
        let mut part = whole.clone();
        part.keep(rows);
        part
    };
    let folder = Folder::new()
        .with("A-1h-2023-01.parquet", &part(0..744))
        .with("A-1h-2023-03.parquet", &part(1416..2160))
        .with("more/A-1h-2023-02.parquet", &part(744..1416));
    let market = folder.load(&["A"], "1h").unwrap();
    assert_eq!(market.symbols[0].bars, whole);
    let want = Want::new(folder.path(), &["A"], "1h").window("2023-02-01", "2023-02-02").history(50);
    let market = want.load().unwrap();
    assert_eq!(market.symbols[0].bars, part(694..768), "history reaches into the part before");
    // The same content in one file has the same digest.
    let one = Folder::new().with("A.parquet", &whole);
    let same = Want::new(one.path(), &["A"], "1h").window("2023-02-01", "2023-02-02").history(50);
    assert_eq!(same.load().unwrap().digest, market.digest);
}

#[test]
fn the_coarsest_interval_that_divides_serves_and_the_finest_is_detail() {
    let coarse = bars("1h", "2024-01-01", 48);
    let mut marked = bars("15m", "2024-01-01", 192);
    marked.volume.fill(7.0);
    let folder = Folder::new()
        .with("A_1m.parquet", &bars("1m", "2024-01-01", 2_880))
        .with("A_15m.parquet", &marked)
        .with("A_1h.parquet", &coarse)
        .with("A_7m.parquet", &bars("1m", "2024-01-01", 3));
    assert_eq!(folder.load(&["A"], "1h").unwrap().symbols[0].bars, coarse);
    assert_eq!(folder.load(&["A"], "2h").unwrap().symbols[0].bars.volume[0], 3.0, "from 1h: 1 + 2");
    assert_eq!(folder.load(&["A"], "30m").unwrap().symbols[0].bars.volume[0], 14.0, "from 15m");
    let want = Want::new(folder.path(), &["A"], "1h").window("2024-01-02", "").history(5).detail();
    let market = want.load().unwrap();
    let detail = market.symbols[0].detail.as_ref().unwrap();
    assert_eq!((detail.interval, detail.ts[0], detail.len()), (every("1m"), at("2024-01-02"), 1_440));
    assert!(folder.load(&["A"], "1h").unwrap().symbols[0].detail.is_none(), "only where asked for");
}

#[test]
fn the_bars_that_were_resampled_are_their_own_detail() {
    let folder = Folder::new().with("A_1m.parquet", &bars("1m", "2024-01-01", 600));
    let market = Want::new(folder.path(), &["A"], "1h").window("2024-01-01T05:00", "").history(2).detail();
    let market = market.load().unwrap();
    let series = &market.symbols[0];
    assert_eq!(series.bars.ts[0], at("2024-01-01T03:00"));
    assert_eq!(series.detail.as_ref().unwrap().ts[0], at("2024-01-01T05:00"));
}

#[test]
fn the_interval_comes_from_the_spacing_if_not_from_the_name() {
    let mut gappy = bars("5m", "2024-01-01", 100);
    gappy.ts.iter_mut().skip(50).for_each(|at| *at = *at + every("1h").span());
    let folder = Folder::new().with("A.parquet", &gappy);
    assert_eq!(folder.load(&["A"], "5m").unwrap().symbols[0].bars, gappy);
    let file = folder.path().join("A.parquet");
    let any_name = Want::new(&file, &["GOLD"], "1h").load().unwrap();
    assert_eq!(any_name.symbols[0].bars.len(), 10, "100 bars of 5m and an hour's gap after 04:05");
}

#[test]
fn the_bundled_sample_loads_from_its_folder() {
    let bundled = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample");
    let want = Want::new(&bundled, &["ALPHA", "BRAVO", "CHARLIE"], "1h").window("2024-01-01", "2024-07-01");
    let market = want.history(200).frame("1d", 30).load().unwrap();
    assert_eq!(market.in_range, TickRange { first: 200, last: 200 + 182 * 24 });
    assert!(market.trading_year.never_closes());
}

#[test]
fn a_market_is_read_again_only_where_that_would_give_another() {
    let folder = Folder::new().with("A_1h.parquet", &bars("1h", "2024-01-01", 100));
    let from = |start: &str| Want::new(folder.path(), &["A"], "1h").window(start, "2024-01-04");
    let cases = [
        // The second request, and whether the market of the first is what it would read.
        (from("2024-01-02").history(10), from("2024-01-02").history(10), true),
        (from("2024-01-02").history(10), from("2024-01-02").history(11), false),
        (from("2024-01-02").history(30), from("2024-01-02").history(40), true),
        (from("2024-01-01").history(0), from("2024-01-01").history(40), true),
        (from("").history(0), from("").history(40), true),
        (from("2024-01-02").history(10), from("2024-01-02").history(10).frame("4h", 3), false),
        (from("2024-01-01").frame("4h", 3), from("2024-01-01").frame("4h", 30), true),
        (from("2024-01-02").frame("4h", 1), from("2024-01-02").frame("4h", 3), false),
    ];
    for (number, (first, second, is_same)) in cases.into_iter().enumerate() {
        let mut before = first.load().unwrap();
        let own = std::mem::replace(&mut before.digest, "marked".to_owned());
        let again = load_again(&second.request(), None, Some(before)).unwrap();
        let wanted = second.load().unwrap();
        assert_eq!(again.digest == "marked", is_same, "case {number}");
        assert_eq!(if is_same { own } else { again.digest }, wanted.digest, "case {number}");
        assert_eq!((again.clock, again.in_range), (wanted.clock, wanted.in_range), "case {number}");
    }
}

#[test]
fn a_market_is_not_given_back_for_another_benchmark_or_another_day_or_with_actions() {
    let hours = bars("1h", "2024-01-01", 48);
    let folder = Folder::new().with("A_1h.parquet", &hours).with("B_1h.parquet", &hours);
    let want = Want::new(folder.path(), &["A"], "1h");
    let benchmark = Symbol::new("B").unwrap();
    let compared = LoadRequest { benchmark: Some(&benchmark), ..want.request() };
    let mut other_days = Want::new(folder.path(), &["A"], "1h");
    other_days.spec.day = "forex".parse().unwrap();
    let given_back = |first: &LoadRequest<'_>, second: &LoadRequest<'_>| {
        let mut before = load(first).unwrap();
        before.digest = "marked".to_owned();
        load_again(second, None, Some(before)).unwrap().digest == "marked"
    };
    assert!(given_back(&want.request(), &want.request()) && given_back(&compared, &compared));
    assert!(!given_back(&want.request(), &compared) && !given_back(&compared, &want.request()));
    assert!(!given_back(&want.request(), &other_days.request()));
    std::fs::write(folder.path().join("A_actions.csv"), "date,dividend\n2024-01-02,1\n").unwrap();
    assert!(!given_back(&want.request(), &want.request()));
}
