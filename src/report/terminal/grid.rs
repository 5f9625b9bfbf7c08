//! A table that fits: columns are left out, the least wanted first, until the rest has room.
//!
//! Owns the look of every table: no frame, a rule under the head, two blanks between columns, numbers to the
//! right. Never decides what is in it.

use std::borrow::Cow;

use comfy_table::{
    Attribute, Cell as Drawn, CellAlignment, Color, ContentArrangement, ContentLineStyle, LineStyle, Table,
    TableStyle,
};

use super::Style;
use crate::domain::Metric;
use crate::metrics::Score;
use crate::report::board::Field;
use crate::report::numbers::measured;

/// Blanks between two columns.
const GAP: usize = 2;

/// What a cell's colour says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Strong,
    Good,
    Bad,
}

impl Tone {
    /// By the sign of a shown number.
    pub fn of(shown: &str) -> Self {
        match shown.chars().next() {
            Some('+') => Self::Good,
            Some('-') if shown.len() > 1 => Self::Bad,
            _ => Self::Plain,
        }
    }
}

/// One column with its cells.
#[derive(Debug, Clone)]
pub(super) struct Column {
    /// Header of the column.
    pub name: Cow<'static, str>,
    /// A word in the line over it.
    over: Option<&'static str>,
    /// 0 for a column that always stays; else the higher, the sooner it goes.
    drop: u8,
    right: bool,
    cells: Vec<(String, Tone)>,
}

impl Column {
    /// Words, to the left.
    pub fn words(name: &'static str, drop: u8, cells: impl Iterator<Item = String>) -> Self {
        let cells = cells.map(|text| (text, Tone::Plain)).collect();
        Self { name: name.into(), over: None, drop, right: false, cells }
    }

    /// Numbers, to the right.
    pub fn numbers(name: &'static str, drop: u8, cells: impl Iterator<Item = String>) -> Self {
        Self { right: true, ..Self::words(name, drop, cells) }
    }

    /// Numbers whose sign is good or bad.
    pub fn gains(name: &'static str, drop: u8, cells: impl Iterator<Item = String>) -> Self {
        let cells = cells.map(|text| {
            let tone = Tone::of(&text);
            (text, tone)
        });
        Self { name: name.into(), over: None, drop, right: true, cells: cells.collect() }
    }

    /// A metric's values, as the catalogue names and shows them.
    pub fn metric(metric: Metric, drop: u8, style: Style, scores: impl Iterator<Item = Score>) -> Self {
        let cells = scores.map(|score| style.score(score, |value| measured(metric, value)));
        if metric.info().signed {
            Self::gains(metric.head(), drop, cells)
        } else {
            Self::numbers(metric.head(), drop, cells)
        }
    }

    /// A column that pages show too.
    pub fn of(field: &Field, style: Style) -> Self {
        let cells = field.cells.iter().map(|cell| style.cell(&cell.text));
        let column = match field.metric {
            Some(metric) if metric.info().signed => Self::gains(field.name, field.drop, cells),
            _ if field.numeric => Self::numbers(field.name, field.drop, cells),
            _ => Self::words(field.name, field.drop, cells),
        };
        let column = column.under(field.over);
        match &field.title {
            Some(title) => column.named(title.clone()),
            None => column,
        }
    }

    /// The same column with these cells in bold.
    pub fn strong_where(mut self, strong: impl Fn(usize) -> bool) -> Self {
        for (i, cell) in self.cells.iter_mut().enumerate() {
            if strong(i) {
                cell.1 = Tone::Strong;
            }
        }
        self
    }

    /// The same column under a head that only the run knows; such columns are never left out.
    pub fn named(self, name: String) -> Self {
        Self { name: name.into(), drop: 0, ..self }
    }

    /// The same column with this word in the line over its head.
    pub fn under(self, word: Option<&'static str>) -> Self {
        Self { over: word, ..self }
    }
}

/// A drawn table.
pub(super) struct Drawing {
    /// Ends with a newline.
    pub text: String,
    /// Heads of the columns that had no room.
    pub left_out: Vec<&'static str>,
}

/// Draws columns of equal length.
pub(super) fn draw(mut columns: Vec<Column>, style: Style) -> Drawing {
    let fixed = |column: &Column| match column.name {
        Cow::Borrowed(name) => Some(name),
        Cow::Owned(_) => None,
    };
    let all: Vec<&'static str> = columns.iter().filter_map(fixed).collect();
    let room = style.width.unwrap_or(usize::MAX);
    let mut table = build(&columns, style);
    while width(&table) > room {
        let Some(least) =
            (0..columns.len()).filter(|&i| columns[i].drop > 0).max_by_key(|&i| columns[i].drop)
        else {
            squeeze(&mut table, room);
            break;
        };
        columns.remove(least);
        table = build(&columns, style);
    }
    let left_out = all.into_iter().filter(|name| columns.iter().all(|c| c.name != *name)).collect();
    Drawing { text: table.trim_fmt() + "\n", left_out }
}

fn build(columns: &[Column], style: Style) -> Table {
    let mut table = Table::new();
    table.load_style(look(style)).set_content_arrangement(ContentArrangement::Disabled);
    if style.colour {
        table.force_no_tty().enforce_styling();
    } else {
        table.force_no_tty();
    }
    let two_lines = columns.iter().any(|c| c.over.is_some());
    let head = columns.iter().map(|c| {
        let text = if two_lines {
            format!("{}\n{}", c.over.unwrap_or_default(), c.name)
        } else {
            c.name.to_string()
        };
        aligned(Drawn::new(text), c.right)
    });
    table.set_header(head.collect::<Vec<_>>());
    for row in 0..columns.first().map_or(0, |c| c.cells.len()) {
        table.add_row(columns.iter().map(|c| cell(c, row)).collect::<Vec<_>>());
    }
    for (i, column) in table.column_iter_mut().enumerate() {
        column.set_padding((if i == 0 { 0 } else { GAP as u16 }, 0));
    }
    table
}

fn look(style: Style) -> TableStyle {
    let line = LineStyle::none().fill(style.rule());
    TableStyle::new()
        .header_lines(ContentLineStyle::none())
        .header_separator(line)
        .content_lines(ContentLineStyle::none())
}

fn aligned(cell: Drawn, right: bool) -> Drawn {
    cell.set_alignment(if right { CellAlignment::Right } else { CellAlignment::Left })
}

fn cell(column: &Column, row: usize) -> Drawn {
    let (text, tone) = &column.cells[row];
    let cell = aligned(Drawn::new(text), column.right);
    match tone {
        Tone::Plain => cell,
        Tone::Strong => cell.add_attribute(Attribute::Bold),
        Tone::Good => cell.fg(Color::DarkGreen),
        Tone::Bad => cell.fg(Color::DarkRed),
    }
}

fn width(table: &Table) -> usize {
    let widths = table.column_max_content_widths();
    widths.iter().map(|&w| usize::from(w)).sum::<usize>() + GAP * widths.len().saturating_sub(1)
}

/// The last resort: names are wrapped.
fn squeeze(table: &mut Table, room: usize) {
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(room).unwrap_or(u16::MAX));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<Column> {
        let cells = |a: &str, b: &str| vec![a.to_owned(), b.to_owned()].into_iter();
        vec![
            Column::words("agent", 0, cells("trend", "wavering one")),
            Column::gains("ROI %", 1, cells("+10.00", "-2.00")),
            Column::numbers("fees", 2, cells("1,234.00", "0.50")),
        ]
    }

    #[test]
    fn a_table_has_a_rule_under_its_head_and_numbers_to_the_right() {
        let drawing = draw(columns(), Style::PLAIN);
        let expected = "\
agent          ROI %      fees
------------------------------
trend         +10.00  1,234.00
wavering one   -2.00      0.50
";
        assert_eq!(drawing.text, expected);
        assert!(drawing.left_out.is_empty());
    }

    #[test]
    fn a_head_may_have_a_line_over_it() {
        let mut columns = columns();
        columns.pop();
        let last = columns.pop().unwrap().under(Some("record"));
        columns.push(last);
        let expected = "              record
agent          ROI %
--------------------
trend         +10.00
wavering one   -2.00
";
        assert_eq!(draw(columns, Style::PLAIN).text, expected);
    }

    #[test]
    fn the_least_wanted_column_goes_first() {
        let drawing = draw(columns(), Style { width: Some(29), ..Style::PLAIN });
        assert_eq!(drawing.left_out, ["fees"]);
        let narrow = draw(columns(), Style { width: Some(15), ..Style::PLAIN });
        assert_eq!(narrow.left_out, ["ROI %", "fees"]);
        assert!(narrow.text.lines().all(|line| line.len() <= 15), "{}", narrow.text);
    }

    #[test]
    fn colour_is_only_there_when_asked_for() {
        assert!(!draw(columns(), Style::PLAIN).text.contains('\u{1b}'));
        let coloured = draw(columns(), Style { colour: true, ..Style::PLAIN }).text;
        assert!(coloured.contains('\u{1b}'));
        // Wide characters count double: a name of two takes four places.
        let wide = vec![
            Column::words("a", 0, ["日本".to_owned(), "x".to_owned()].into_iter()),
            Column::words("b", 0, ["1".to_owned(), "2".to_owned()].into_iter()),
        ];
        assert_eq!(draw(wide, Style::PLAIN).text, "a     b\n-------\n日本  1\nx     2\n");
    }
}
