//! CryptoDataDownload CSV: newest first, often with a banner line above the header, base and quote volume,
//! times in UTC as `2019-10-17`, `2019-10-17 09-AM` or `2019-07-04 00:00`.

use super::super::names::{self, Role, bare};
use super::super::plan::{ImportPlan, ReadOptions};
use super::super::probe::Probe;
use super::super::text::{Clock, TextForm, TextLayout, Values};
use super::super::{Format, ImportError};
use super::signs::not;

/// Matches its banner, or a header with a symbol column and two volumes.
pub fn fits(probe: &Probe) -> bool {
    let Some(lines) = probe.lines(TextForm::Lines) else { return false };
    let banner = lines.first().is_some_and(|line| line.to_ascii_lowercase().contains("cryptodatadownload"));
    banner
        || header(probe)
            .is_some_and(|(_, header)| volumes(&header).len() == 2 && Role::Symbol.index(&header).is_some())
}

/// Line index of the header, and its column names.
fn header(probe: &Probe) -> Option<(usize, Vec<&str>)> {
    let rows = probe.rows(TextForm::Lines)?;
    rows.into_iter().take(5).enumerate().find(|(_, row)| {
        let bare: Vec<String> = row.iter().map(|heading| bare(heading)).collect();
        ["date", "open", "close"].iter().all(|wanted| bare.iter().any(|heading| heading == wanted))
    })
}

fn volumes(header: &[&str]) -> Vec<usize> {
    (0..header.len()).filter(|&index| bare(header[index]).starts_with("volume")).collect()
}

/// The layout. The base volume is the column named after the symbol's base asset, otherwise the first volume.
pub fn plan(probe: &Probe, reading: &ReadOptions) -> Result<ImportPlan, ImportError> {
    let (line, header) =
        header(probe).ok_or_else(|| not(probe, Format::CryptoDataDownload, "it has no header"))?;
    let find = |role: Role| {
        let missing = || not(probe, Format::CryptoDataDownload, format!("it has no column for {role:?}"));
        role.index(&header).ok_or_else(missing)
    };
    let prices = [find(Role::Open)?, find(Role::High)?, find(Role::Low)?, find(Role::Close)?];
    // This vendor's `unix` columns mix seconds and milliseconds, so the date is preferred.
    let date = header.iter().position(|heading| bare(heading) == "date");
    let time = date.map_or_else(|| find(Role::Time), Ok)?;
    let rows = probe.rows(TextForm::Lines).unwrap_or_default();
    let first = rows.get(line + 1).ok_or_else(|| ImportError::NoRows { path: probe.path.clone() })?;
    let written =
        Role::Symbol.index(&header).and_then(|index| Some((index, (*first.get(index)?).to_owned())));
    let symbol = written.as_ref().map(|(_, symbol)| names::plain_symbol(symbol));
    let values =
        Values::Bars { prices, volume: base_volume(&header, symbol.as_deref()), adjusted_close: None };
    let clock = Clock::guess(first.get(time).copied().unwrap_or_default(), reading.zone);
    let layout =
        TextLayout { skip: line as u64 + 1, constant: written, ..TextLayout::plain(clock, time, values) };
    let interval = names::symbol_and_interval(&probe.stem()).1;
    Ok(ImportPlan::text(Format::CryptoDataDownload, TextForm::Lines, layout).of(symbol, interval))
}

fn base_volume(header: &[&str], symbol: Option<&str>) -> Option<usize> {
    let volumes = volumes(header);
    let named = volumes.iter().copied().find(|&index| {
        let asset = bare(header[index]).trim_start_matches("volume").to_ascii_uppercase();
        !asset.is_empty() && symbol.is_some_and(|symbol| symbol.starts_with(&asset))
    });
    named.or_else(|| volumes.first().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_s_volume_is_found() {
        assert_eq!(base_volume(&["date", "volume_btc", "volume"], Some("BTCUSD")), Some(1));
        assert_eq!(base_volume(&["Date", "VolumeFrom", "VolumeTo"], Some("BTCUSD")), Some(1));
        assert_eq!(base_volume(&["date", "Volume USDT", "Volume BTC"], Some("BTCUSDT")), Some(2));
        assert_eq!(base_volume(&["date"], None), None);
    }
}
