//! The form of every JSON file: pretty-printed, keys in the order of the types, a final newline. Files with an entry for
//! each window of an agent have it on a line of its own: indented, a hundred thousand of them are mostly spaces.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Serializer;
use serde_json::ser::{Formatter, PrettyFormatter};

use super::StoreError;

/// The text of a value.
pub(super) fn pretty<T: Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    let mut text = serde_json::to_string_pretty(value).map_err(|source| StoreError::Json { what, source })?;
    text.push('\n');
    Ok(text)
}

/// The text of a value whose lists have an entry a line.
pub(super) fn lined<T: Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    let mut text = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut text, Lined::default());
    value.serialize(&mut serializer).map_err(|source| StoreError::Json { what, source })?;
    text.push(b'\n');
    String::from_utf8(text)
        .map_err(|error| StoreError::Json { what, source: serde::ser::Error::custom(error) })
}

/// Writes a value as a file, without its whole text in memory.
pub(super) fn write<T: Serialize>(path: &Path, what: &'static str, value: &T) -> Result<(), StoreError> {
    write_by(path, what, value, PrettyFormatter::new())
}

/// The same with an entry of a list a line.
pub(super) fn write_lined<T: Serialize>(
    path: &Path,
    what: &'static str,
    value: &T,
) -> Result<(), StoreError> {
    write_by(path, what, value, Lined::default())
}

fn write_by<T: Serialize>(
    path: &Path,
    what: &'static str,
    value: &T,
    formatter: impl Formatter,
) -> Result<(), StoreError> {
    let mut file = BufWriter::new(File::create(path).map_err(StoreError::write(path))?);
    if let Err(source) = value.serialize(&mut Serializer::with_formatter(&mut file, formatter)) {
        return Err(match source.io_error_kind() {
            Some(_) => StoreError::write(path)(source.into()),
            None => StoreError::Json { what, source },
        });
    }
    file.write_all(b"\n").and_then(|()| file.flush()).map_err(StoreError::write(path))
}

/// Writes a text as a new file of a folder that no process reads yet.
pub(super) fn write_text(path: &Path, text: &str) -> Result<(), StoreError> {
    fs::write(path, text).map_err(StoreError::write(path))
}

/// A path as JSON. Names that are no text are written with replacement characters, which only shows them.
pub(super) fn path<S: serde::Serializer>(path: &Path, s: S) -> Result<S::Ok, S::Error> {
    s.collect_str(&path.display())
}

/// Reads a value from a file that need not be there.
pub(super) fn read_where_there<T: DeserializeOwned>(
    path: &Path,
    what: &'static str,
) -> Result<Option<T>, StoreError> {
    if path.exists() { read(path, what).map(Some) } else { Ok(None) }
}

/// Reads a value from a file.
pub(super) fn read<T: DeserializeOwned>(path: &Path, what: &'static str) -> Result<T, StoreError> {
    parse(path, what, &fs::read_to_string(path).map_err(StoreError::read(path))?)
}

/// The value of a file's text.
pub(super) fn parse<T: DeserializeOwned>(
    path: &Path,
    what: &'static str,
    text: &str,
) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(StoreError::malformed(path, what))
}

/// Pretty-printed as far as the entries of the value's own lists and objects; these are a line each.
#[derive(Default)]
struct Lined {
    pretty: PrettyFormatter<'static>,
    depth: usize,
}

impl Lined {
    /// How many levels are pretty-printed: the value, and what it consists of.
    const LEVELS: usize = 2;

    const fn is_pretty(&self) -> bool {
        self.depth <= Self::LEVELS
    }

    fn begin<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        sign: u8,
        pretty: fn(&mut PrettyFormatter<'static>, &mut W) -> io::Result<()>,
    ) -> io::Result<()> {
        self.depth += 1;
        if self.is_pretty() { pretty(&mut self.pretty, writer) } else { writer.write_all(&[sign]) }
    }

    /// Before an entry of a list or an object.
    fn next<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
        pretty: fn(&mut PrettyFormatter<'static>, &mut W, bool) -> io::Result<()>,
    ) -> io::Result<()> {
        match (self.is_pretty(), first) {
            (true, _) => pretty(&mut self.pretty, writer, first),
            (false, true) => Ok(()),
            (false, false) => writer.write_all(b","),
        }
    }

    fn end<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        sign: u8,
        pretty: fn(&mut PrettyFormatter<'static>, &mut W) -> io::Result<()>,
    ) -> io::Result<()> {
        let is_pretty = self.is_pretty();
        self.depth -= 1;
        if is_pretty { pretty(&mut self.pretty, writer) } else { writer.write_all(&[sign]) }
    }
}

impl Formatter for Lined {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b'[', PrettyFormatter::begin_array)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b']', PrettyFormatter::end_array)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.next(writer, first, PrettyFormatter::begin_array_value)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.is_pretty() { self.pretty.end_array_value(writer) } else { Ok(()) }
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b'{', PrettyFormatter::begin_object)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b'}', PrettyFormatter::end_object)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.next(writer, first, PrettyFormatter::begin_object_key)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.is_pretty() { self.pretty.begin_object_value(writer) } else { writer.write_all(b":") }
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.is_pretty() { self.pretty.end_object_value(writer) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_lists_are_a_line_each() {
        let value = serde_json::json!({"name": "a", "none": [], "windows": [{"n": 1, "of": [1, 2]}, {"n": 2, "of": []}]});
        let text = lined("a value", &value).unwrap();
        let expected = concat!(
            "{\n  \"name\": \"a\",\n  \"none\": [],\n  \"windows\": [\n",
            "    {\"n\":1,\"of\":[1,2]},\n    {\"n\":2,\"of\":[]}\n  ]\n}\n"
        );
        assert_eq!(text, expected);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
