//! Vendors' text files.

use tiltyard_fuzz::{edited, edits, fuzz, pick};

use super::bars;

/// Names and lines as vendors write them, with made-up numbers.
const SEEDS: [(&str, &str); 5] = [
    (
        "made_up.csv",
        "time,open,high,low,close,volume\n2024-01-01T00:00:00Z,1.5,2,1,1.75,10\n2024-01-01T01:00:00Z,1.75,3,1.5,2,11\n\
         2024-01-01T02:00:00Z,2,2.5,1.25,1.5,12\n",
    ),
    (
        "FUZZUSDT-1h-2024-01.csv",
        "1704067200000,1.5,2.0,1.0,1.75,10,1704070799999,17.5,4,5,8.7,0\n\
         1704070800000,1.75,3.0,1.5,2.0,11,1704074399999,22,4,5,8.7,0\n",
    ),
    ("XBTUSD_60.csv", "1704067200,1.5,2.0,1.0,1.75,10,4\n1704070800,1.75,3.0,1.5,2.0,11,5\n"),
    (
        "FUZZ.csv",
        "Date,Open,High,Low,Close,Adj Close,Volume\n2024-01-02,1.5,2,1,1.75,1.75,10\n2024-01-03,1.75,3,1.5,2,2,11\n\
         2024-01-04,2,2.5,1.25,1.5,1.5,12\n",
    ),
    (
        "semicolons.csv",
        "Datum;Open;High;Low;Close\n02.01.2024 00:00;1.5;2;1;1.75\n02.01.2024 01:00;1.75;3;1.5;2\n",
    ),
];

#[test]
fn an_edited_file() {
    fuzz(&edits(6), |(which, edits)| {
        let (name, text) = pick(&SEEDS, which);
        bars::holds(name, &edited(text.as_bytes(), &edits), None);
    });
}
