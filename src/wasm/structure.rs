//! The structures of messages and answers: little-endian, every field at a multiple of its size.
//!
//! `examples/agents/wasm/tiltyard.h` and `tiltyard.ts` say the same, which the tests hold them to.

/// Version of the structures, the first field of each message. A change that a module can notice raises it.
pub const VERSION: u32 = 1;

/// Bytes of a message's head.
pub const HEAD: usize = 72;
/// Bytes of a symbol before its indicators and bars.
pub const SYMBOL: usize = 56;
/// Bytes of a number.
pub const NUMBER: usize = 8;
/// Bytes of a bar.
pub const BAR: usize = 48;
/// Bytes of an open order.
pub const OPEN_ORDER: usize = 48;
/// Bytes of an event.
pub const EVENT: usize = 88;
/// Bytes of an event's code, padded with zeros.
pub const CODE: usize = 32;

/// Bytes of an answer's head.
pub const ANSWER: usize = 32;
/// Bytes of a new order.
pub const ORDER: usize = 112;
/// Bytes of a target weight.
pub const WEIGHT: usize = 16;

/// What stands for a number that is not there: the one quiet NaN that arithmetic gives here.
pub const NO_NUMBER: u64 = 0x7ff8_0000_0000_0000;

/// How large the parts of a message are that are the same at every decision.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// Symbols of the agent.
    pub symbols: usize,
    /// Indicators of each symbol.
    pub indicators: usize,
    /// Places for bars of each symbol.
    pub bars: usize,
}

impl Layout {
    /// Bytes of one symbol.
    pub const fn symbol_bytes(&self) -> usize {
        SYMBOL + NUMBER * self.indicators + BAR * self.bars
    }

    /// Bytes of a message without open orders and events.
    pub const fn least_bytes(&self) -> usize {
        HEAD + self.symbols * self.symbol_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(file: &str) -> String {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/agents/wasm/");
        std::fs::read_to_string(format!("{path}{file}")).unwrap()
    }

    #[test]
    fn the_header_has_the_same_structures() {
        let header = example("tiltyard.h");
        let sizes = [
            ("Message", HEAD),
            ("Symbol", SYMBOL),
            ("Bar", BAR),
            ("OpenOrder", OPEN_ORDER),
            ("Event", EVENT),
            ("Answer", ANSWER),
            ("Order", ORDER),
            ("Weight", WEIGHT),
        ];
        // A compiler holds the structures to these assertions.
        for (name, bytes) in sizes {
            assert!(header.contains(&format!("sizeof({name}) == {bytes}")), "{name}: {bytes}");
        }
        assert!(header.contains(&format!("#define TILTYARD_VERSION {VERSION}\n")));
        assert!(header.contains(&format!("char code[{CODE}];")));
    }

    #[test]
    fn the_assemblyscript_file_has_the_same_structures() {
        let line = format!(
            "HEAD = {HEAD}, SYMBOL = {SYMBOL}, BAR = {BAR}, ANSWER_HEAD = {ANSWER}, WEIGHT = {WEIGHT};"
        );
        assert!(example("tiltyard.ts").contains(&line), "{line}");
    }
}
