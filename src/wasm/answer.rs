//! From the bytes of an answer to the decision that they say.
//!
//! Every field is checked: what is no finite number, no known word or beyond its place is a fault that says where.

use std::collections::BTreeMap;

use super::structure::{ANSWER, NUMBER, ORDER, WEIGHT};
use crate::domain::{Cash, Price, Qty, Timestamp};
use crate::process::LINE_BYTES;
use crate::process::message::{Act, NewOrder, OrderType, SideWord, TimeInForceWord};

/// The largest number of an order: none that is traded comes near.
const MOST: f64 = 1e15;

/// The bytes of the answer that begins at an address of the memory.
///
/// # Errors
/// Where it begins or ends outside of the memory, or is too long.
pub fn bytes(memory: &[u8], address: u32) -> Result<&[u8], String> {
    let rest = memory.get(address as usize..);
    let Some(head) = rest.and_then(|rest| rest.get(..ANSWER)) else {
        return Err(format!("begins at {address}, outside of its memory of {} bytes", memory.len()));
    };
    let length = u32_at(head, 0) as usize;
    if length > LINE_BYTES {
        return Err(format!("says that it has {length} bytes, more than {LINE_BYTES}"));
    }
    rest.and_then(|rest| rest.get(..length)).ok_or_else(|| {
        format!("at {address} says that it has {length} bytes, outside of its memory of {}", memory.len())
    })
}

/// The decision in an answer.
///
/// # Errors
/// What makes it none.
pub fn act(bytes: &[u8], names: &[String], decision: u64) -> Result<Act, String> {
    if bytes.len() < ANSWER {
        return Err(format!("says that it has {} bytes, fewer than the {ANSWER} of its head", bytes.len()));
    }
    let count = |at| u32_at(bytes, at) as usize;
    let [orders, cancels, closes, weights] = [count(4), count(8), count(12), count(16)];
    if count(20) != 0 {
        return Err("has a number other than 0 at byte 20, which is reserved".to_owned());
    }
    let closes_bytes = (4 * closes).next_multiple_of(NUMBER);
    let wanted = ANSWER + ORDER * orders + NUMBER * cancels + closes_bytes + WEIGHT * weights;
    if bytes.len() != wanted {
        return Err(format!(
            "says that it has {} bytes, where {orders} orders, {cancels} cancels, {closes} closes and {weights} \
             weights are {wanted}",
            bytes.len()
        ));
    }
    let (orders, rest) = bytes[ANSWER..].split_at(ORDER * orders);
    let (cancels, rest) = rest.split_at(NUMBER * cancels);
    let (leaves, targets) = rest.split_at(closes_bytes);
    let wake = i64_at(bytes, 24);
    let order = |(index, bytes): (usize, &[u8])| {
        order(bytes, names).map_err(|problem| format!("has an order {} that {problem}", index + 1))
    };
    Ok(Act {
        decision,
        orders: orders.chunks_exact(ORDER).enumerate().map(order).collect::<Result<_, String>>()?,
        cancels: cancels.chunks_exact(NUMBER).map(|bytes| u64_at(bytes, 0)).collect(),
        closes: leaves[..4 * closes]
            .chunks_exact(4)
            .map(|bytes| {
                symbol(u32_at(bytes, 0), names).map_err(|problem| format!("has a close that {problem}"))
            })
            .collect::<Result<_, String>>()?,
        weights: if weights == 0 { None } else { Some(all_weights(targets, names)?) },
        wake: (wake != 0).then(|| Timestamp::from_micros(wake).into()),
        ..Act::default()
    })
}

fn all_weights(bytes: &[u8], names: &[String]) -> Result<BTreeMap<String, Qty>, String> {
    let mut weights = BTreeMap::new();
    for bytes in bytes.chunks_exact(WEIGHT) {
        let told = |problem: String| format!("has a weight that {problem}");
        let name = symbol(u32_at(bytes, 0), names).map_err(told)?;
        // A negative weight is a short position; whether the instrument allows it is seen at the decision.
        let value = number_within(bytes, 8, "weight", -MOST).map_err(told)?;
        if weights.insert(name.clone(), Qty::from_f64(value)).is_some() {
            return Err(format!("has two weights of `{name}`"));
        }
    }
    Ok(weights)
}

fn order(bytes: &[u8], names: &[String]) -> Result<NewOrder, String> {
    let size = number(bytes, 16, "size")?;
    let sized = |kind: u32| u32_at(bytes, 12) == kind;
    if u32_at(bytes, 12) > 3 {
        return Err(format!("has the size kind {}, which there is not", u32_at(bytes, 12)));
    }
    let flags = u32_at(bytes, 52);
    if flags > 1 || u32_at(bytes, 108) != 0 {
        return Err("has bits set that are reserved".to_owned());
    }
    let reference = u32_at(bytes, 104);
    let expires = i64_at(bytes, 56);
    let some = |at, name| number(bytes, at, name).map(|value| (value != 0.0).then_some(value));
    let price = |at, name| some(at, name).map(|value| value.map(|value| Price::from_f64(value).into()));
    Ok(NewOrder {
        symbol: symbol(u32_at(bytes, 0), names)?,
        side: match u32_at(bytes, 4) {
            0 => SideWord::Buy,
            1 => SideWord::Sell,
            other => return Err(format!("has the side {other}, which there is not")),
        },
        kind: kind(u32_at(bytes, 8))?,
        quantity: sized(0).then(|| Qty::from_f64(size).into()),
        amount: sized(1).then(|| Cash::from_f64(size)),
        equity_pct: sized(2).then_some(size),
        position_pct: sized(3).then_some(size),
        price: price(24, "price")?,
        trigger: price(32, "trigger")?,
        distance_pct: some(40, "distance_pct")?,
        time_in_force: time_in_force(u32_at(bytes, 48))?,
        expires: (expires != 0).then(|| Timestamp::from_micros(expires).into()),
        reduce_only: flags & 1 == 1,
        stop_loss: price(88, "stop_loss")?,
        stop_loss_pct: some(64, "stop_loss_pct")?,
        take_profit: price(96, "take_profit")?,
        take_profit_pct: some(72, "take_profit_pct")?,
        trailing_stop_pct: some(80, "trailing_stop_pct")?,
        reference: (reference != 0).then(|| reference.to_string()),
    })
}

fn kind(number: u32) -> Result<OrderType, String> {
    Ok(match number {
        0 => OrderType::Market,
        1 => OrderType::Limit,
        2 => OrderType::Stop,
        3 => OrderType::StopLimit,
        4 => OrderType::TakeProfit,
        5 => OrderType::TrailingStop,
        other => return Err(format!("has the type {other}, which there is not")),
    })
}

fn time_in_force(number: u32) -> Result<TimeInForceWord, String> {
    Ok(match number {
        0 => TimeInForceWord::Gtc,
        1 => TimeInForceWord::Day,
        2 => TimeInForceWord::Ioc,
        3 => TimeInForceWord::GoodTill,
        other => return Err(format!("has the time in force {other}, which there is not")),
    })
}

fn symbol(number: u32, names: &[String]) -> Result<String, String> {
    let name = names.get(number as usize).cloned();
    name.ok_or_else(|| format!("names symbol {number}, where the agent has {} (from 0)", names.len()))
}

/// A number that can be meant: finite, and neither negative nor beyond all that is traded.
fn number(bytes: &[u8], at: usize, name: &str) -> Result<f64, String> {
    number_within(bytes, at, name, 0.0)
}

/// A finite number from `least` up to all that is traded.
fn number_within(bytes: &[u8], at: usize, name: &str, least: f64) -> Result<f64, String> {
    let value = f64::from_bits(u64_at(bytes, at));
    match value {
        _ if value.is_nan() => Err(format!("has the {name} NaN")),
        _ if !(least..=MOST).contains(&value) => {
            Err(format!("has the {name} {value}, which is out of range"))
        }
        _ => Ok(value),
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut own = [0; 4];
    own.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(own)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut own = [0; 8];
    own.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(own)
}

fn i64_at(bytes: &[u8], at: usize) -> i64 {
    u64_at(bytes, at).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<String> {
        vec!["ALPHA".to_owned(), "BRAVO".to_owned()]
    }

    /// An answer with these counts and what follows its head; its length is right.
    fn answer(counts: [u32; 4], rest: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; ANSWER];
        bytes.extend(rest);
        let length = u32::try_from(bytes.len()).unwrap();
        for (index, number) in [length].into_iter().chain(counts).enumerate() {
            bytes[4 * index..4 * index + 4].copy_from_slice(&number.to_le_bytes());
        }
        bytes
    }

    /// A buy of 2.5 of BRAVO, with some fields changed.
    fn buy(words: &[(usize, u32)], numbers: &[(usize, f64)]) -> Vec<u8> {
        let mut order = vec![0; ORDER];
        order[0] = 1;
        order[16..24].copy_from_slice(&2.5_f64.to_le_bytes());
        for (at, word) in words {
            order[*at..at + 4].copy_from_slice(&word.to_le_bytes());
        }
        for (at, number) in numbers {
            order[*at..at + 8].copy_from_slice(&number.to_le_bytes());
        }
        answer([1, 0, 0, 0], &order)
    }

    #[test]
    fn an_order_is_read_field_by_field() {
        let bytes = buy(&[(8, 3), (48, 3), (104, 7)], &[(24, 12.5), (32, 12.0), (64, 5.0), (96, 20.0)]);
        let mut bytes = bytes;
        bytes[ANSWER + 56..ANSWER + 64].copy_from_slice(&1_000_000_i64.to_le_bytes());
        let found = act(&bytes, &names(), 4).unwrap();
        let [order] = found.orders.as_slice() else { panic!("{found:?}") };
        assert_eq!((found.decision, order.symbol.as_str(), order.kind), (4, "BRAVO", OrderType::StopLimit));
        assert_eq!(order.quantity, Some(Qty::from_f64(2.5).into()));
        assert_eq!((order.amount, order.equity_pct, order.position_pct), (None, None, None));
        assert_eq!(order.price, Some(Price::from_f64(12.5).into()));
        assert_eq!(order.trigger, Some(Price::from_f64(12.0).into()));
        assert_eq!(order.time_in_force, TimeInForceWord::GoodTill);
        assert_eq!(order.expires, Some(Timestamp::from_micros(1_000_000).into()));
        assert_eq!((order.stop_loss_pct, order.take_profit), (Some(5.0), Some(Price::from_f64(20.0).into())));
        assert_eq!(order.reference.as_deref(), Some("7"));
        assert!(!order.reduce_only);
    }

    #[test]
    fn cancels_closes_weights_and_the_wake_are_read() {
        let cancels = [9_u64.to_le_bytes(), 11_u64.to_le_bytes()].concat();
        let mut bytes = answer([0, 2, 1, 0], &[cancels, 1_u64.to_le_bytes().to_vec()].concat());
        bytes[24..32].copy_from_slice(&5_i64.to_le_bytes());
        let found = act(&bytes, &names(), 1).unwrap();
        assert_eq!((found.cancels, found.closes), (vec![9, 11], vec!["BRAVO".to_owned()]));
        assert_eq!((found.wake, found.weights), (Some(Timestamp::from_micros(5).into()), None));
        let weight = [0_u64.to_le_bytes(), 0.25_f64.to_le_bytes()].concat();
        let found = act(&answer([0, 0, 0, 1], &weight), &names(), 1).unwrap();
        assert_eq!(found.weights.unwrap()["ALPHA"], Qty::from_f64(0.25));
        let short = [0_u64.to_le_bytes(), (-0.25_f64).to_le_bytes()].concat();
        let found = act(&answer([0, 0, 0, 1], &short), &names(), 1).unwrap();
        assert_eq!(found.weights.unwrap()["ALPHA"], Qty::from_f64(-0.25));
        let twice = answer([0, 0, 0, 2], &[weight.clone(), weight].concat());
        assert_eq!(act(&twice, &names(), 1).unwrap_err(), "has two weights of `ALPHA`");
    }

    #[test]
    fn what_is_no_answer_says_where() {
        let why = |bytes: &[u8]| act(bytes, &names(), 1).unwrap_err();
        assert!(why(&buy(&[], &[(24, f64::NAN)])).ends_with("order 1 that has the price NaN"));
        assert!(why(&buy(&[], &[(16, f64::INFINITY)])).contains("size inf, which is out of range"));
        assert!(why(&buy(&[], &[(16, -1.0)])).contains("size -1, which is out of range"));
        assert!(why(&buy(&[(0, 2)], &[])).contains("names symbol 2, where the agent has 2"));
        assert!(why(&buy(&[(4, 9)], &[])).contains("has the side 9"));
        assert!(why(&buy(&[(8, 6)], &[])).contains("has the type 6"));
        assert!(why(&buy(&[(12, 4)], &[])).contains("has the size kind 4"));
        assert!(why(&buy(&[(48, 4)], &[])).contains("has the time in force 4"));
        assert!(why(&buy(&[(52, 2)], &[])).contains("reserved"));
        assert!(
            why(&answer([1, 0, 0, 0], &[])).contains("1 orders, 0 cancels, 0 closes and 0 weights are 144")
        );
        assert!(why(&[0; 8]).contains("fewer than the 32"));
    }

    #[test]
    fn an_answer_outside_of_the_memory_is_refused() {
        let mut memory = vec![0; 100];
        memory[60..64].copy_from_slice(&40_u32.to_le_bytes());
        assert_eq!(bytes(&memory, 60).unwrap().len(), 40);
        memory[60..64].copy_from_slice(&41_u32.to_le_bytes());
        assert!(
            bytes(&memory, 60)
                .unwrap_err()
                .contains("says that it has 41 bytes, outside of its memory of 100")
        );
        memory[60..64].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(bytes(&memory, 60).unwrap_err().contains("more than 1048576"));
        for address in [69, 100, u32::MAX] {
            assert!(bytes(&memory, address).unwrap_err().contains("outside of its memory"), "{address}");
        }
    }
}
