//! Imports every format: small copies of the vendors' files, and the real files where present.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::support::shared::shared;
use tiltyard::internals::data::import::{
    self, BadRows, Format, ImportError, Imported, OnExisting, ReadOptions, read_bars,
};
use tiltyard::internals::domain::Timestamp;
use tiltyard::internals::market::{Bars, resample};

struct Case {
    dir: tempfile::TempDir,
    reading: ReadOptions,
    format: Option<Format>,
    bad: BadRows,
    existing: OnExisting,
}

impl Case {
    fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            reading: ReadOptions::default(),
            format: None,
            bad: BadRows::Refuse,
            existing: OnExisting::Refuse,
        }
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.dir.path().join("raw").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    fn run(&self, paths: &[PathBuf]) -> Result<Vec<Imported>, ImportError> {
        let groups = import::plan(paths, self.format, &self.reading, &self.dir.path().join("out"))?;
        groups.groups.iter().map(|group| import::import(group, self.bad, self.existing, &|_| {})).collect()
    }

    /// Imports paths that must give one file.
    fn one(&self, paths: &[PathBuf]) -> (Imported, Bars) {
        let mut done = self.run(paths).unwrap();
        assert_eq!(done.len(), 1, "{done:?}");
        let imported = done.remove(0);
        let (symbol, bars) = read_bars(&imported.output, None, &ReadOptions::default()).unwrap();
        assert_eq!((&symbol, bars.interval), (&imported.symbol, imported.interval));
        assert_eq!(bars.len() as u64, imported.bars_out);
        (imported, bars)
    }

    fn error(&self, paths: &[PathBuf]) -> String {
        self.run(paths).unwrap_err().to_string().replace(&self.dir.path().display().to_string(), "")
    }
}

fn row(bars: &Bars, row: usize) -> (String, [f64; 5]) {
    let values = [bars.open[row], bars.high[row], bars.low[row], bars.close[row], bars.volume[row]];
    (bars.ts[row].to_string(), values)
}

fn zipped(name: &str, text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(&mut bytes));
    archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(text.as_bytes()).unwrap();
    archive.finish().unwrap();
    bytes
}

fn gzipped(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn kline(open_time: u64, price: &str) -> String {
    format!("{open_time},{price},{price}5,{price},{price}1,2.50000000,{open_time},100.0,7,1.0,50.0,0\n")
}

#[test]
fn all_binance_variants_form_one_series() {
    let case = Case::new();
    // 2024-12-31T22:00 and 23:00 in milliseconds, zipped; 2025-01-01T00:00 in microseconds, with a header.
    let old = kline(1_735_682_400_000, "100.1") + &kline(1_735_686_000_000, "100.2");
    let header = "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,\
                  taker_buy_quote_volume,ignore\n";
    let new = header.to_owned() + &kline(1_735_689_600_000_000, "100.3");
    let zip = case.write("BTCUSDT-1h-2024-12.zip", zipped("BTCUSDT-1h-2024-12.csv", &old));
    let csv = case.write("BTCUSDT-1h-2025-01.csv", new);
    let (imported, bars) = case.one(&[csv, zip]);
    assert_eq!(imported.output.file_name().unwrap(), "BTCUSDT_1h.parquet");
    assert_eq!(
        (imported.rows_in, imported.bars_out, imported.formats.as_slice()),
        (3, 3, &[Format::Binance][..])
    );
    assert_eq!(row(&bars, 0), ("2024-12-31T22:00:00Z".into(), [100.1, 100.15, 100.1, 100.11, 2.5]));
    assert_eq!(bars.ts[2].to_string(), "2025-01-01T00:00:00Z");
}

#[test]
fn units_of_time_are_never_mixed_within_a_file() {
    let case = Case::new();
    let mixed = kline(1_735_686_000_000, "100.2") + &kline(1_735_689_600_000_000, "100.3");
    let file = case.write("BTCUSDT-1h-2025-01.csv", mixed);
    assert_eq!(
        case.error(&[file]),
        "`/raw/BTCUSDT-1h-2025-01.csv` line 2: `1735689600000000` is in microseconds, but the rows before it are in \
         milliseconds"
    );
}

#[test]
fn duplicates_are_dropped_and_conflicts_refused() {
    let case = Case::new();
    let day = kline(1_735_682_400_000, "100.1") + &kline(1_735_686_000_000, "100.2");
    let first = case.write("BTCUSDT-1h-2024-12-31.csv", &day);
    let again =
        case.write("copy/BTCUSDT-1h-2024-12-31.csv", day.clone() + &kline(1_735_686_000_000, "100.2"));
    let (imported, _) = case.one(&[first.clone(), again]);
    assert_eq!((imported.rows_in, imported.bars_out, imported.duplicates), (5, 2, 3));
    let case = Case::new();
    let other = case.write("other/BTCUSDT-1h-2024-12-31.csv", kline(1_735_686_000_000, "100.9"));
    assert_eq!(
        case.error(&[first, other]),
        "`BTCUSDT` has two different bars at 2024-12-31T23:00:00Z: 100.2, 100.25, 100.2, 100.21, 2.5 and 100.9, \
         100.95, 100.9, 100.91, 2.5 (open, high, low, close, volume)"
    );
}

#[test]
fn binance_trades_become_bars() {
    let mut case = Case::new();
    // id, price, quantity, quote quantity, time, buyer is maker, best match
    let text = "1,10.0,1.0,10.0,1704067200100,True,True\n2,12.0,0.5,6.0,1704067230000,True,True\n\
                3,9.0,2.0,18.0,1704067261000,False,True\n";
    let file = case.write("BTCUSDT-trades-2024-01-01.zip", zipped("x.csv", text));
    assert_eq!(
        case.error(std::slice::from_ref(&file)),
        "`/raw/BTCUSDT-trades-2024-01-01.zip` has trades: set the interval of the bars to aggregate"
    );
    case.reading.interval = Some("1m".parse().unwrap());
    let (imported, bars) = case.one(&[file]);
    assert_eq!((imported.rows_in, imported.bars_out), (3, 2));
    assert_eq!(row(&bars, 0), ("2024-01-01T00:00:00Z".into(), [10.0, 12.0, 10.0, 12.0, 1.5]));
}

#[test]
fn freqtrade_json_candles_and_trades() {
    let mut case = Case::new();
    let candles = "[[1509836400000, 0.001, 0.002, 0.0005, 0.0015, 10.5],\n [1509836700000, 0.0015, 0.002, 0.001, 0.001, 3]]";
    let file = case.write("LTC_BTC-5m.json.gz", gzipped(candles));
    let (imported, bars) = case.one(&[file]);
    assert_eq!((imported.symbol.as_str(), imported.formats.as_slice()), ("LTCBTC", &[Format::Freqtrade][..]));
    assert_eq!(row(&bars, 1), ("2017-11-04T23:05:00Z".into(), [0.0015, 0.002, 0.001, 0.001, 3.0]));
    case.reading.interval = Some("1m".parse().unwrap());
    let trades = r#"[[1570752011620,"1",null,"sell",0.00141342,23.0,0.03],[1570752017964,"2",null,"buy",0.0015,8.0,0.01]]"#;
    let file = case.write("XRP_ETH-trades.json", trades);
    let (_, bars) = case.one(&[file]);
    assert_eq!(
        row(&bars, 0),
        ("2019-10-11T00:00:00Z".into(), [0.00141342, 0.0015, 0.00141342, 0.0015, 31.0])
    );
    let cut = case.write("LTC_BTC-15m.json", "[[1509836400000, 0.001, 0.002");
    assert!(case.error(&[cut]).ends_with("cannot be decoded: the JSON text is truncated"));
}

#[test]
fn kraken_bars_trades_and_response() {
    let case = Case::new();
    let bars_file = case.write(
        "XBTUSD_1440.csv",
        "1381017600,122.0,123.0,121.5,122.5,0.1,1\n1381104000,123,124,122,123.61,0.1,1\n",
    );
    let (imported, bars) = case.one(&[bars_file]);
    assert_eq!(
        (imported.output.file_name().unwrap().to_str().unwrap(), bars.len()),
        ("XBTUSD_1d.parquet", 2)
    );
    let response = r#"{"error":[],"result":{"XBTUSDT":[[1762777020,"1.0","2.0","0.5","1.5","1.1","7.5",3],
        [1762777080,"1.5","1.5","1.5","1.5","0.0","0.0",0]],"last":1762777080}}"#;
    let file = case.write("ohlc.json", response);
    let (imported, bars) = case.one(&[file]);
    assert_eq!((imported.symbol.as_str(), imported.interval.to_string().as_str()), ("XBTUSDT", "1m"));
    assert_eq!(row(&bars, 0), ("2025-11-10T12:17:00Z".into(), [1.0, 2.0, 0.5, 1.5, 7.5]));
    let mut case = Case::new();
    case.reading.interval = Some("1h".parse().unwrap());
    let base = case.write("BCHEUR.csv", "1672531436,90.54,1.5\n1672531471,90.45,1.0\n");
    let quarter = case.write("q2/BCHEUR.csv", "1672534900,91.0,2.0\n1672534990.5,90.0,1.0\n");
    let (imported, bars) = case.one(&[quarter, base]);
    assert_eq!((imported.rows_in, imported.bars_out), (4, 2));
    assert_eq!(row(&bars, 1), ("2023-01-01T01:00:00Z".into(), [91.0, 91.0, 90.0, 90.0, 3.0]));
    let overlapping = case.write("q3/BCHEUR.csv", "1672531450,90.0,1.0\n1672539000,90.0,1.0\n");
    let base = case.dir.path().join("raw/BCHEUR.csv");
    case.existing = OnExisting::Replace;
    assert!(case.error(&[base, overlapping]).contains("begin before those in"));
}

#[test]
fn bitfinex_columns_have_close_before_high() {
    let case = Case::new();
    let json =
        "[[1514764800000,13763,13753,13788,13752.18,5.1],[1514764860000,13763,13772,13773,13741,15.5]]";
    let file = case.write("BTCUSD-18-01-01-00-00-00.json", json);
    let (imported, bars) = case.one(&[file]);
    assert_eq!(
        (imported.formats.as_slice(), imported.interval.to_string()),
        (&[Format::Bitfinex][..], "1m".into())
    );
    assert_eq!(row(&bars, 0), ("2018-01-01T00:00:00Z".into(), [13763.0, 13788.0, 13752.18, 13753.0, 5.1]));
    let csv = case.write(
        "LTCUSD-2013-merged.csv.gz",
        gzipped("1368976980000,3.1,3.2,3.3,3.0,10\n1368977040000,3.2,3.1,3.2,3.1,1\n"),
    );
    assert_eq!(case.one(&[csv]).0.symbol.as_str(), "LTCUSD");
}

#[test]
fn cryptodatadownload_is_sorted_ascending() {
    let case = Case::new();
    let text = "Timestamps are UTC timezone,https://www.CryptoDataDownload.com\n\
                date,symbol,open,high,low,close,volume_btc,volume\n\
                2019-10-17 01-PM,BTCUSD,8051,8056.83,8021.23,8035.88,61.25,492394.56\n\
                2019-10-17 12-PM,BTCUSD,7975.89,8070,7975.89,8051,370.45,2971610.86\n\
                2019-10-17 11-AM,BTCUSD,7964.62,7987.82,7964.61,7975.89,121.68,970521.83\n";
    let file = case.write("Coinbase_BTCUSD_1h.csv", text);
    let (imported, bars) = case.one(&[file]);
    assert_eq!(imported.formats, [Format::CryptoDataDownload]);
    assert_eq!(row(&bars, 0), ("2019-10-17T11:00:00Z".into(), [7964.62, 7987.82, 7964.61, 7975.89, 121.68]));
    assert_eq!(bars.ts[2].to_string(), "2019-10-17T13:00:00Z");
}

#[test]
fn yahoo_raw_and_adjusted_with_either_order_of_columns() {
    let mut case = Case::new();
    let new = "Date,Open,High,Low,Close,Adj Close,Volume\n2014-01-02,16.0,17.0,15.0,16.0,8.0,650\n2014-01-03,15,16,14,15.5,7.75,10\n";
    let old = "Date,Open,High,Low,Close,Volume,Adj Close\n1997-01-02,52.5,52.5,51.125,51.875,7161800,16.2\n1997-01-03,52,53,51,52,1,16.3\n";
    let nvda = case.write("nvda-2014.csv", new);
    let ko = case.write("daily-KO.csv", old);
    let (imported, bars) = case.one(std::slice::from_ref(&nvda));
    assert_eq!(imported.output.file_name().unwrap(), "NVDA_1d.parquet");
    assert_eq!(row(&bars, 0), ("2014-01-02T00:00:00Z".into(), [16.0, 17.0, 15.0, 16.0, 650.0]));
    let (imported, bars) = case.one(&[ko]);
    assert_eq!((imported.symbol.as_str(), bars.volume[0]), ("KO", 7_161_800.0));
    case.reading.adjust = true;
    case.existing = OnExisting::Replace;
    let (_, bars) = case.one(&[nvda]);
    assert_eq!(row(&bars, 0).1, [8.0, 8.5, 7.5, 8.0, 650.0]);
}

#[test]
fn lean_equities_are_scaled_local_and_adjustable() {
    let mut case = Case::new();
    let daily = "19980102 00:00,136300,162500,135000,162500,6315000\n19980105 00:00,165000,165600,151900,160000,5677300\n";
    let daily = case.write("lean/equity/usa/daily/aapl.zip", zipped("aapl.csv", daily));
    // 09:30 in New York in October is 13:30 UTC.
    let minute = case.write(
        "lean/equity/usa/minute/spy/20131007_trade.zip",
        zipped(
            "20131007_spy_minute_trade.csv",
            "34200000,1674100,1674100,1672500,1672700,3197\n34260000,1672500,1672500,1672500,1672500,1150\n",
        ),
    );
    let hour = case.write(
        "lean/crypto/bitfinex/hour/btcusd_trade.zip",
        zipped(
            "btcusd.csv",
            "20131001 00:00,125.99,126.49,125.99,126.49,9.3\n20131001 01:00,126.5,126.5,126.5,126.5,2\n",
        ),
    );
    let quote = case.write(
        "lean/equity/usa/minute/spy/20131007_quote.zip",
        zipped("q.csv", "34200000,1,1,1,1,1,1,1,1,1,1\n"),
    );
    let (imported, bars) = case.one(std::slice::from_ref(&daily));
    assert_eq!(imported.output.file_name().unwrap(), "AAPL_1d.parquet");
    assert_eq!(row(&bars, 0), ("1998-01-02T00:00:00Z".into(), [13.63, 16.25, 13.5, 16.25, 6_315_000.0]));
    let (_, bars) = case.one(&[minute]);
    assert_eq!(row(&bars, 0), ("2013-10-07T13:30:00Z".into(), [167.41, 167.41, 167.25, 167.27, 3197.0]));
    let (imported, bars) = case.one(&[hour]);
    assert_eq!((imported.symbol.as_str(), bars.open[0]), ("BTCUSD", 125.99));
    assert!(case.error(&[quote]).contains("has quotes"));
    case.reading.adjust = true;
    case.existing = OnExisting::Replace;
    assert!(case.error(std::slice::from_ref(&daily)).contains("there is no factor file"));
    case.write("lean/equity/usa/factor_files/aapl.csv", "19980102,0.5,0.25,1\n20501231,1,1,0");
    let (_, bars) = case.one(&[daily]);
    assert_eq!(row(&bars, 0).1, [13.63 * 0.125, 16.25 * 0.125, 13.5 * 0.125, 16.25 * 0.125, 25_260_000.0]);
    assert_eq!(bars.open[1], 16.5);
}

#[test]
fn any_csv_with_a_map_a_zone_and_a_time_format() {
    let mut case = Case::new();
    let text =
        "when;first;top;bottom;last;traded\n03/31/2024 09:30;1;2;0.5;1.5;10\n03/31/2024 10:30;1.5;2;1;1;5\n";
    let file = case.write("prices.csv", text);
    assert!(case.error(std::slice::from_ref(&file)).contains("has an unknown format"));
    case.reading.map = Some("ts=when,open=first,high=top,low=3,close=last,volume=traded".parse().unwrap());
    // The 31st is the day: no `--time-format` is needed.
    assert!(case.error(std::slice::from_ref(&file)).contains("does not say its symbol"));
    case.reading.map = Some("ts=when,open=first,high=top,low=4,close=last,volume=traded".parse().unwrap());
    case.reading.time_format = Some("%m/%d/%Y %H:%M".into());
    case.reading.zone = import::zone("America/New_York").unwrap();
    assert!(case.error(std::slice::from_ref(&file)).contains("does not say its symbol"));
    case.reading.symbol = Some("ACME".into());
    let (imported, bars) = case.one(&[file]);
    assert_eq!(imported.output.file_name().unwrap(), "ACME_1h.parquet");
    assert_eq!(row(&bars, 0), ("2024-03-31T13:30:00Z".into(), [1.0, 2.0, 0.5, 1.5, 10.0]));
}

#[test]
fn headers_without_a_map_and_ticks() {
    let mut case = Case::new();
    let meta = case.write("EURUSD_1h.csv", "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\n2024.01.02\t09:00:00\t1.1\t1.2\t1.0\t1.15\t10\n2024.01.02\t10:00:00\t1.1\t1.2\t1.0\t1.15\t10\n");
    let (_, bars) = case.one(&[meta]);
    assert_eq!(row(&bars, 0), ("2024-01-02T09:00:00Z".into(), [1.1, 1.2, 1.0, 1.15, 10.0]));
    case.reading.interval = Some("1m".parse().unwrap());
    let quotes = case.write("usdjpy.csv", "timestamp,bid,ask\n2013-01-01 22:00:00.295000+00:00,86.5,86.75\n2013-01-01 22:00:35.907000+00:00,86.0,86.5\n");
    let (_, bars) = case.one(&[quotes]);
    assert_eq!(row(&bars, 0), ("2013-01-01T22:00:00Z".into(), [86.625, 86.625, 86.25, 86.25, 0.0]));
    let ticks =
        case.write("ABC.csv", "time,price,size\n2024-01-01T00:00:01Z,5,1\n2024-01-01T00:00:02Z,6,2\n");
    assert_eq!(row(&case.one(&[ticks]).1, 0).1, [5.0, 6.0, 5.0, 6.0, 3.0]);
}

#[test]
fn invalid_bars_are_refused_dropped_or_kept() {
    let mut case = Case::new();
    let text = "Date,Open,High,Low,Close,Volume,Name\n2012-07-31,49,50,48,49.1,10,DIS\n2012-08-01,,,,49.14,0,DIS\n2012-08-02,49,50,48,51,10,DIS\n2012-08-03,49,50,48,49,10,DIS\n";
    let file = case.write("DIS_2006-01-01_to_2018-01-01.csv", text);
    assert_eq!(
        case.error(std::slice::from_ref(&file)),
        "`/raw/DIS_2006-01-01_to_2018-01-01.csv` row 2 (2012-08-01T00:00:00Z): `open` is missing"
    );
    case.bad = BadRows::Drop;
    let (imported, _) = case.one(std::slice::from_ref(&file));
    assert_eq!((imported.rows_in, imported.bars_out, imported.dropped), (4, 2, 2));
    case.bad = BadRows::Keep;
    case.existing = OnExisting::Replace;
    let imported = case.run(std::slice::from_ref(&file)).unwrap().remove(0);
    assert_eq!((imported.rows_in, imported.bars_out, imported.dropped), (4, 4, 0));
    let refused = read_bars(&imported.output, None, &ReadOptions::default()).unwrap_err().to_string();
    assert!(refused.contains("row 2"), "{refused}");
}

#[test]
fn a_result_is_never_overwritten_by_accident() {
    let mut case = Case::new();
    let first = case.write("XBTUSD_60.csv", "1381017600,1,1,1,1,1,1\n1381021200,2,2,2,2,1,1\n");
    let second = case.write("b/XBTUSD_60.csv", "1381021200,2,2,2,2,1,1\n1381024800,3,3,3,3,1,1\n");
    case.one(&[first]);
    assert!(case.error(std::slice::from_ref(&second)).contains("`--replace`"));
    case.existing = OnExisting::Merge;
    let (imported, bars) = case.one(std::slice::from_ref(&second));
    assert_eq!((imported.bars_out, imported.duplicates, bars.open[2]), (3, 1, 3.0));
    case.existing = OnExisting::Replace;
    assert_eq!(case.one(&[second]).0.bars_out, 2);
    let left: Vec<_> = fs::read_dir(case.dir.path().join("out")).unwrap().collect();
    assert_eq!(left.len(), 1, "no temporary file is left");
}

#[test]
fn a_file_name_with_a_wrong_interval_is_refused() {
    let mut case = Case::new();
    let file = case.write("UNITTEST_BTC-8m.json", "[[1509836520000,1,1,1,1,1],[1509836580000,1,1,1,1,1]]");
    assert!(
        case.error(std::slice::from_ref(&file))
            .contains("has bars 1m apart, but its interval is given as 8m")
    );
    case.reading.interval = Some("1m".parse().unwrap());
    assert_eq!(case.one(&[file]).0.bars_out, 2);
}

#[test]
fn empty_files_are_reported() {
    let case = Case::new();
    let cases = [
        ("UNITTEST_BTC-8m.feather", "", "is empty (zero bytes)"),
        ("NOPAIR_XXX-4m.json", "[]\n", "has no rows"),
        (
            "BTCUSDT.parquet",
            "version https://git-lfs.github.com/spec/v1\noid sha256:1\n",
            "is a Git LFS pointer",
        ),
        ("BTCUSDT_1h.parquet", "PAR1 and then nothing", "cannot be decoded"),
        ("notes.txt", "just some words\nand more\n", "has an unknown format"),
        ("XRP_USDT_USDT-8h-funding_rate.json", "[[1637193600000,0.0001,0,0,0,0]]", "has funding rates"),
    ];
    for (name, content, expected) in cases {
        let file = case.write(name, content);
        let error = case.error(&[file]);
        assert!(error.contains(expected), "{name}: {error}");
    }
    // In a folder such files are skipped, as long as another file is left.
    case.write("XBTUSD_60.csv", "1381017600,1,1,1,1,1,1\n1381021200,2,2,2,2,1,1\n");
    let raw = case.dir.path().join("raw");
    let groups = import::plan(&[raw], None, &ReadOptions::default(), Path::new("out")).unwrap();
    assert_eq!((groups.groups.len(), groups.skipped.len()), (1, 6));
}

// ---- Real files ----

fn import_real(parts: &[&str], reading: ReadOptions) -> Option<(Imported, Bars)> {
    let paths: Option<Vec<PathBuf>> = parts.iter().map(|part| shared(&format!("raw/{part}"))).collect();
    let case = Case { reading, ..Case::new() };
    Some(case.one(&paths?))
}

fn known(part: &str) -> Bars {
    read_bars(&shared(part).unwrap(), None, &ReadOptions::default()).unwrap().1
}

/// The bars of `whole` in the range of `part`.
fn same_range(whole: &Bars, part: &Bars) -> Bars {
    let mut out = Bars::with_capacity(whole.interval, part.len());
    for at in 0..whole.len() {
        if (part.ts[0]..=*part.ts.last().unwrap()).contains(&whole.ts[at]) {
            let (_, values) = row(whole, at);
            out.push(whole.ts[at], values);
        }
    }
    out
}

#[test]
fn real_binance_days_equal_the_known_bars() {
    let days = ["23", "24", "25"].map(|day| format!("binance-zip-daily/BTCUSDT-1m-2023-03-{day}.zip"));
    let Some((imported, bars)) = import_real(&days.each_ref().map(String::as_str), ReadOptions::default())
    else {
        return;
    };
    assert_eq!((imported.rows_in, imported.bars_out), (4_240, 4_240));
    assert_eq!(bars, same_range(&known("binance/BTCUSDT_1m.parquet"), &bars));
}

#[test]
fn real_binance_months_cross_the_change_of_unit() {
    let months = ["2024-11", "2024-12", "2025-01", "2025-02"];
    let files = months.map(|month| format!("binance-csv-noheader/BTCUSDT-1h-{month}.csv"));
    let Some((imported, bars)) = import_real(&files.each_ref().map(String::as_str), ReadOptions::default())
    else {
        return;
    };
    assert_eq!(imported.bars_out, 24 * (30 + 31 + 31 + 28));
    assert!(bars.ts.windows(2).all(|pair| pair[1] - pair[0] == bars.interval.span()));
    assert_eq!(bars.ts[0].to_string(), "2024-11-01T00:00:00Z");
}

#[test]
fn real_lean_kraken_and_bitfinex_equal_the_known_bars() {
    let cases = [
        ("lean/equity/usa/daily/aapl.zip", "us-equities-lean/AAPL_1d.parquet"),
        ("lean/equity/usa/daily/spy.zip", "us-equities-lean/SPY_1d.parquet"),
        ("kraken-ohlcvt/XBTUSD_1440.csv", "kraken/XBTUSD_1d.parquet"),
        ("bitfinex-json/BTCUSD-18-01-01-00-00-00.json", "bitfinex/BTCUSD_1m.parquet"),
    ];
    for (raw, expected) in cases {
        let Some((_, bars)) = import_real(&[raw], ReadOptions::default()) else { return };
        let expected = known(expected);
        assert_eq!(bars, same_range(&expected, &bars), "{raw}");
    }
}

#[test]
fn real_freqtrade_trades_agree_in_three_containers_and_with_the_candles() {
    let minute = ReadOptions { interval: Some("1m".parse().unwrap()), ..ReadOptions::default() };
    let Some((imported, bars)) = import_real(&["freqtrade/XRP_ETH-trades.feather"], minute.clone()) else {
        return;
    };
    assert_eq!(imported.rows_in, 12_477);
    for other in ["freqtrade/XRP_ETH-trades.json.gz", "freqtrade/XRP_ETH-trades.parquet"] {
        assert_eq!(import_real(&[other], minute.clone()).unwrap().1, bars, "{other}");
    }
    // The vendor's own candles: minutes without trades are filled, and the last day is incomplete.
    let (_, candles) = import_real(&["freqtrade/XRP_ETH-1m.feather"], ReadOptions::default()).unwrap();
    let mut same = 0;
    for at in 0..candles.len() {
        if let Ok(found) = bars.ts.binary_search(&candles.ts[at]) {
            same += usize::from(row(&bars, found).1[..4] == row(&candles, at).1[..4]);
        }
    }
    assert!(same * 100 >= bars.len() * 95, "{same} of {}", bars.len());
}

#[test]
fn real_lean_minutes_are_in_utc() {
    let files =
        ["lean/equity/usa/minute/spy/20131007_trade.zip", "lean/equity/usa/minute/spy/20131008_trade.zip"];
    let Some((imported, bars)) = import_real(&files, ReadOptions::default()) else { return };
    // 04:00 in New York, when pre-market trading begins.
    assert_eq!(bars.ts[0].to_string(), "2013-10-07T08:00:00Z");
    assert_eq!(imported.symbol.as_str(), "SPY");
    let open = "2013-10-07T13:30:00Z".parse::<Timestamp>().unwrap();
    let at = bars.ts.binary_search(&open).unwrap();
    assert!(
        bars.volume[at] > 100_000.0,
        "the open's volume shows that the zone is right: {}",
        bars.volume[at]
    );
}

#[test]
fn real_lean_adjustment_removes_the_split() {
    let raw = import_real(&["lean/equity/usa/daily/aapl.zip"], ReadOptions::default());
    let adjust = ReadOptions { adjust: true, ..ReadOptions::default() };
    let (Some((_, raw)), Some((_, adjusted))) =
        (raw, import_real(&["lean/equity/usa/daily/aapl.zip"], adjust))
    else {
        return;
    };
    let largest =
        |bars: &Bars| bars.close.windows(2).map(|pair| (pair[1] / pair[0]).ln().abs()).fold(0.0, f64::max);
    assert!(largest(&raw) > 1.9, "seven for one in 2014");
    // The profit warning of 2000-09-29 halved the price in a day; no other change is as large.
    assert!(largest(&adjusted) < 0.75, "{}", largest(&adjusted));
    assert_eq!(raw.close.last().unwrap() * 1.0, *adjusted.close.last().unwrap());
}

#[test]
fn real_minutes_resample_to_the_venue_s_own_hours() {
    for symbol in ["BTCUSDT", "ETHUSDT", "SOLUSDT"] {
        if shared("binance").is_none() {
            return;
        }
        let hours = resample(&known(&format!("binance/{symbol}_1m.parquet")), "1h".parse().unwrap()).unwrap();
        let venue = known(&format!("binance/{symbol}_1h.parquet"));
        let mut compared = 0;
        let mut differ = Vec::new();
        for at in 0..hours.len() {
            let Ok(other) = venue.ts.binary_search(&hours.ts[at]) else { continue };
            let (ours, theirs) = (row(&hours, at).1, row(&venue, other).1);
            assert_eq!(ours[..4], theirs[..4], "{symbol} {}", hours.ts[at]);
            if (ours[4] - theirs[4]).abs() > 1e-12 * theirs[4].max(1.0) {
                differ.push(hours.ts[at].to_string());
            }
            compared += 1;
        }
        // One minute of SOLUSDT is missing from the archive, and with it part of that hour's volume.
        let known: &[&str] = if symbol == "SOLUSDT" { &["2023-02-14T16:00:00Z"] } else { &[] };
        assert_eq!(differ, known, "{symbol}");
        assert_eq!((compared, hours.len(), venue.len()), (17_519, 17_519, 17_519));
    }
}

#[test]
fn every_real_raw_file_is_imported_or_refused_for_a_reason() {
    let Some(raw) = shared("raw") else { return };
    let minute = ReadOptions { interval: Some("1m".parse().unwrap()), ..ReadOptions::default() };
    let mut refused = Vec::new();
    let mut files = import::files(&raw).unwrap();
    files.retain(|file| !file.ends_with("README.md"));
    for file in &files {
        let case = Case { reading: ReadOptions::default(), ..Case::new() };
        let result = match case.run(std::slice::from_ref(file)) {
            Err(ImportError::TradesNeedInterval { .. } | ImportError::WrongInterval { .. }) => {
                Case { reading: minute.clone(), ..Case::new() }.run(std::slice::from_ref(file))
            }
            Err(ImportError::NoSymbol { .. }) => {
                // Ticks in the form of bars, and quotes.
                let bars = file.ends_with("backtrader-ticksample.csv");
                let map = bars.then(|| "ts=Datetime,price=Close,volume=Volume".parse().unwrap());
                let reading = ReadOptions { symbol: Some("X".into()), map, ..minute.clone() };
                Case { reading, ..Case::new() }.run(std::slice::from_ref(file))
            }
            other => other,
        };
        match result {
            Ok(done) => assert!(done[0].bars_out > 0),
            Err(error) => refused.push(format!("{}: {error}", file.strip_prefix(&raw).unwrap().display())),
        }
    }
    for line in &refused {
        eprintln!("{line}");
    }
    // Order books, quotes and a packet capture are not bars; one file is compressed with brotli, which this
    // build does not support, and in one the order of day and month is ambiguous without a pattern.
    let reasons =
        ["has quotes", "has funding rates", "has an unknown format", "brotli", "`02/03/2010 16:53:50`"];
    let unexpected: Vec<_> =
        refused.iter().filter(|line| !reasons.iter().any(|reason| line.contains(reason))).collect();
    assert!(unexpected.is_empty(), "{unexpected:#?}");
    assert!(files.len() - refused.len() >= 40, "{} of {}", refused.len(), files.len());
}

#[test]
fn a_large_newest_first_file_is_sorted_externally() {
    let case = Case::new();
    let rows = 1_300_000_u32;
    let mut text = String::with_capacity(rows as usize * 40);
    for n in (0..rows).rev() {
        use std::fmt::Write as _;
        writeln!(text, "{},1.5,2.5,0.5,1.25,{n},1", 1_400_000_000 + u64::from(n) * 60).unwrap();
    }
    let file = case.write("XBTUSD_1.csv", text);
    let done = case.run(&[file]).unwrap().remove(0);
    assert_eq!((done.rows_in, done.bars_out, done.duplicates), (1_300_000, 1_300_000, 0));
    let bars = read_bars(&done.output, None, &ReadOptions::default()).unwrap().1;
    assert!(bars.volume.iter().enumerate().all(|(n, volume)| *volume == n as f64));
}

#[test]
fn exports_of_investing_com_have_thousands_suffixes_and_the_close_as_price() {
    let case = Case::new();
    let text = "\"Date\",\"Price\",\"Open\",\"High\",\"Low\",\"Vol.\",\"Change %\"\n\
                \"01/31/2024\",\"42,580.5\",\"42,941.3\",\"43,731.8\",\"42,300.9\",\"58.41K\",\"-0.84%\"\n\
                \"01/30/2024\",\"42,941.3\",\"43,300.2\",\"43,800.0\",\"42,700.0\",\"1.5M\",\"-0.8%\"\n";
    let file = case.write("Bitcoin Historical Data.csv", text);
    let (imported, bars) = case.one(&[file]);
    assert_eq!(imported.symbol.as_str(), "BITCOIN");
    let expected = [42_941.3, 43_731.8, 42_300.9, 42_580.5, 58_410.0];
    assert_eq!(row(&bars, 1), ("2024-01-31T00:00:00Z".into(), expected));
    assert_eq!(bars.volume[0], 1_500_000.0);
}

#[test]
fn decimal_commas_metatrader_names_and_empty_volumes() {
    let mut case = Case::new();
    let text = "Date;Time;Open;High;Low;Close;Volume\n\
                2024.01.02;09:00;1.234,5;1.240,25;1.230,0;1.239,75;\n\
                2024.01.02;10:00;1.239,75;1.245,5;1.239,0;1.244,0;12\n";
    let file = case.write("DAX_H1.csv", text);
    let (imported, bars) = case.one(std::slice::from_ref(&file));
    assert_eq!((imported.symbol.as_str(), imported.interval.to_string()), ("DAX", "1h".to_owned()));
    assert_eq!(row(&bars, 0).1, [1_234.5, 1_240.25, 1_230.0, 1_239.75, 0.0]);
    assert_eq!((imported.without_volume, bars.volume[1]), (1, 12.0));
    let open = case.write("OPEN_1d.csv", "Date;Open;High;Low;Close\n2024-01-02;1,234;1,250;1,200;1,240\n");
    assert!(case.error(std::slice::from_ref(&open)).contains("state the decimal sign with `--decimal`"));
    case.reading.decimals = Some(import::Decimals::Comma);
    let (_, bars) = case.one(&[open]);
    assert_eq!(bars.close[0], 1.24);
}
