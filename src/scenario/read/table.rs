//! A table of the file, read key by key according to its description.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::phrases;
use super::value::{ReadValue, ValueReader};
use crate::scenario::format::{Fallback, KeyDoc, ValueType, VariantDoc};
use crate::scenario::problem::{MAX_REPORTED, Problems};
use crate::scenario::suggest;

/// One table with its allowed keys. Records which keys were read; [`TableReader::finish`] reports the rest.
pub(super) struct TableReader<'t> {
    /// Title for messages: `` `[market]` ``.
    title: String,
    keys: &'static [KeyDoc],
    tag: Option<&'static str>,
    header: Range<usize>,
    entries: Option<&'t DeTable<'t>>,
    /// Collects the problems.
    pub(super) problems: &'t Problems<'t>,
    asked: RefCell<BTreeSet<&'static str>>,
}

impl<'t> TableReader<'t> {
    /// A table of the file; where it is absent, a table of defaults.
    pub(super) fn new(
        title: String,
        keys: &'static [KeyDoc],
        header: Range<usize>,
        entries: Option<&'t DeTable<'t>>,
        problems: &'t Problems<'t>,
    ) -> Self {
        Self { title, keys, tag: None, header, entries, problems, asked: RefCell::default() }
    }

    /// Span of the table's header, or of the key that it is the value of.
    pub(super) fn header(&self) -> Range<usize> {
        self.header.clone()
    }

    /// Span of a key's value; the header's span where the key is not written.
    pub(super) fn span(&self, key: &str) -> Range<usize> {
        self.entry(key).map_or_else(|| self.header(), |(_, value)| value.span())
    }

    /// Whether the key is present.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// Whether the table may have the key.
    pub(super) fn describes(&self, key: &str) -> bool {
        self.keys.iter().any(|doc| doc.name == key)
    }

    /// Whether it has unknown keys.
    pub(super) fn has_unknown_keys(&self) -> bool {
        self.unknown_keys().next().is_some()
    }

    /// The value of a key that is required or has a default; `None` if a problem was reported.
    pub(super) fn value<T: ReadValue>(&self, key: &'static str) -> Option<T> {
        let doc = self.describe(key)?;
        if let Some(given) = self.given(key) {
            return T::read(&given, &doc.value);
        }
        let Fallback::Value(text) = doc.fallback else {
            self.missing(key);
            return None;
        };
        let default = DeValue::parse(text).ok()?;
        T::read(&ValueReader { key, value: &default, problems: self.problems }, &doc.value)
    }

    /// The value of an optional key; the outer `None` if a problem was reported.
    pub(super) fn optional<T: ReadValue>(&self, key: &'static str) -> Option<Option<T>> {
        let doc = self.describe(key)?;
        match self.given(key) {
            Some(given) => T::read(&given, &doc.value).map(Some),
            None => Some(None),
        }
    }

    /// Marks a key as read, for one that another key replaces.
    pub(super) fn skip(&self, key: &'static str) {
        self.asked.borrow_mut().insert(key);
    }

    /// The unparsed value of a required key.
    pub(super) fn raw(&self, key: &'static str) -> Option<ValueReader<'t>> {
        self.describe(key)?;
        let given = self.given(key);
        if given.is_none() {
            self.missing(key);
        }
        given
    }

    /// The table under a key; a table of defaults where it is absent and optional.
    pub(super) fn table(&self, key: &'static str) -> Option<TableReader<'t>> {
        let doc = self.describe(key)?;
        let ValueType::Table(table) = doc.value else { return None };
        let title = format!("`[{key}]`");
        match self.given(key) {
            Some(given) => {
                let entries = given.table(&doc.value)?;
                let header = self.header_of(key, given.value);
                Some(TableReader::new(title, table.keys, header, Some(entries), self.problems))
            }
            None if matches!(doc.fallback, Fallback::Required) => {
                self.missing(key);
                None
            }
            None => Some(TableReader::new(title, table.keys, self.header(), None, self.problems)),
        }
    }

    /// The tables of a list; at least one.
    pub(super) fn tables(&self, key: &'static str) -> Option<Vec<TableReader<'t>>> {
        let doc = self.describe(key)?;
        let ValueType::Tables(table) = doc.value else { return None };
        let Some(given) = self.given(key) else {
            self.missing(key);
            return None;
        };
        let Some(list) = given.value.get_ref().as_array() else {
            let help = format!("write each as `[[{key}]]`");
            return given.wrong_type(&doc.value, Some(help));
        };
        if list.is_empty() {
            let help = format!("write `[[{key}]]` with its keys below");
            return given.fail(format!("`{key}` is empty"), "needs at least one".to_owned(), Some(help));
        }
        let each = |item: &'t Spanned<DeValue<'t>>| {
            let entries = ValueReader { key, value: item, problems: self.problems }.table(&doc.value)?;
            Some(TableReader::new(
                format!("`[[{key}]]`"),
                table.keys,
                item.span(),
                Some(entries),
                self.problems,
            ))
        };
        Some(list.iter().filter_map(each).collect())
    }

    /// The tables under a key with their names; empty where the key is absent.
    pub(super) fn named(&self, key: &'static str) -> Option<Vec<(Spanned<&'t str>, TableReader<'t>)>> {
        let doc = self.describe(key)?;
        let ValueType::Named(table) = doc.value else { return None };
        let Some(given) = self.given(key) else { return Some(Vec::new()) };
        let mut named = Vec::new();
        for (name, value) in given.table(&doc.value)? {
            let name_text: &'t str = name.get_ref();
            let title = format!("`[{key}.{name_text}]`");
            let inner = ValueReader { key: name_text, value, problems: self.problems };
            if let Some(entries) = inner.table(&doc.value) {
                let header = self.header_at(name.span(), value);
                let name = Spanned::new(name.span(), name_text);
                named.push((name, TableReader::new(title, table.keys, header, Some(entries), self.problems)));
            }
        }
        Some(named)
    }

    /// The tagged table under a key, with its tag; also `None` where it is absent and optional.
    pub(super) fn tagged(&self, key: &'static str) -> Option<(&'static str, TableReader<'t>)> {
        let doc = self.describe(key)?;
        let ValueType::Tagged { tag, noun, variants } = doc.value else { return None };
        let variants = variants();
        let Some(given) = self.given(key) else {
            if matches!(doc.fallback, Fallback::Described(_)) {
                return None;
            }
            let Fallback::Variant(name) = doc.fallback else {
                self.missing(key);
                return None;
            };
            let variant = variants.iter().find(|variant| variant.name == name)?;
            return Some((
                name,
                TableReader::new(key.to_owned(), variant.keys, self.header(), None, self.problems),
            ));
        };
        let entries = given.table(&doc.value)?;
        let header = self.header_of(key, given.value);
        let variant = self.variant(entries, &header, (tag, noun), &variants)?;
        let title = format!("`{key}` of {tag} `{}`", variant.name);
        let mut table = TableReader::new(title, variant.keys, header, Some(entries), self.problems);
        table.tag = Some(tag);
        Some((variant.name, table))
    }

    /// The variant that the table's tag names.
    fn variant<'v>(
        &self,
        entries: &'t DeTable<'t>,
        header: &Range<usize>,
        (tag, noun): (&str, &str),
        variants: &'v [VariantDoc],
    ) -> Option<&'v VariantDoc> {
        let names: Vec<_> = variants.iter().map(|variant| variant.name).collect();
        let Some(value) = entries.get(tag) else {
            let stray = entries
                .keys()
                .take(MAX_REPORTED)
                .find(|key| suggest::closest(key.get_ref(), [tag]).is_some());
            let (message, span) = match stray {
                Some(key) => (format!("unknown key `{}`", key.get_ref()), key.span()),
                None => (format!("missing key `{tag}`"), header.clone()),
            };
            let help = match stray {
                Some(_) => format!("did you mean `{tag}`?"),
                None => format!("add `{tag} = \"..\"`; known: {}", names.join(", ")),
            };
            self.problems.absent(span, message, format!("needs the name of a {noun}"), Some(help));
            return None;
        };
        let given = ValueReader { key: "", value, problems: self.problems };
        let Some(name) = value.get_ref().as_str() else {
            let message =
                format!("`{tag}` must be the name of a {noun}, not {}", phrases::what(value.get_ref()));
            return given.fail(message, "not a string".to_owned(), suggest::help("", &names));
        };
        if let Some(variant) = variants.iter().find(|variant| variant.name == name) {
            return Some(variant);
        }
        given.fail(format!("unknown {noun} `{name}`"), format!("no such {noun}"), suggest::help(name, &names))
    }

    /// Reports the unknown keys.
    pub(super) fn finish(&self) {
        let asked = self.asked.borrow();
        debug_assert!(
            self.keys.iter().all(|doc| asked.contains(doc.name)) && asked.len() == self.keys.len(),
            "{}: asked for {asked:?}, described {:?}",
            self.title,
            self.keys.iter().map(|doc| doc.name).collect::<Vec<_>>()
        );
        let mut unknown_keys: Vec<_> = self.unknown_keys().collect();
        unknown_keys.sort_by_key(|key| key.span().start);
        for key in unknown_keys {
            let name: &str = key.get_ref();
            let (message, label) = match self.entry(name) {
                Some((_, value)) if self.tag.is_none() && is_table(value.get_ref()) => {
                    (format!("unknown table `{name}` in {}", self.title), "no such table")
                }
                _ => (format!("unknown key `{name}` in {}", self.title), "not a key of this table"),
            };
            let help = || {
                suggest::closest(name, self.names())
                    .map(|near| format!("did you mean `{near}`?"))
                    .or_else(|| phrases::elsewhere(name, self.tag.is_some()))
                    .or_else(|| self.known())
            };
            let help = if self.problems.is_long() { None } else { help() };
            let help = help.or_else(|| Some("remove it".to_owned()));
            self.problems.error(key.span(), message, label.to_owned(), help);
        }
    }

    /// Reports a required key that is missing, unless a misspelt key was probably meant to be it.
    pub(super) fn missing(&self, key: &'static str) {
        if self
            .unknown_keys()
            .take(MAX_REPORTED)
            .any(|stray| suggest::closest(stray.get_ref(), self.names()) == Some(key))
        {
            return;
        }
        let Some(doc) = self.keys.iter().find(|doc| doc.name == key) else { return };
        let (message, example) = phrases::missing(doc, &self.title);
        self.problems.absent(self.header(), message, format!("needs {}", doc.value.expected()), example);
    }

    fn known(&self) -> Option<String> {
        let names: Vec<_> = self.tag.into_iter().chain(self.names()).collect();
        (!names.is_empty()).then(|| format!("known keys: {}", names.join(", ")))
    }

    /// The names of the allowed keys.
    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.keys.iter().map(|doc| doc.name)
    }

    /// The unknown keys.
    fn unknown_keys(&self) -> impl Iterator<Item = &'t Spanned<toml::de::DeString<'t>>> {
        let known: BTreeSet<&str> = self.names().chain(self.tag).collect();
        let entries = self.entries.into_iter().flatten();
        entries.map(|(key, _)| key).filter(move |key| !known.contains(&**key.get_ref()))
    }

    /// The description of a key, which is recorded as read.
    fn describe(&self, key: &'static str) -> Option<&'static KeyDoc> {
        self.asked.borrow_mut().insert(key);
        self.keys.iter().find(|doc| doc.name == key)
    }

    fn given(&self, key: &'static str) -> Option<ValueReader<'t>> {
        self.entry(key).map(|(_, value)| ValueReader { key, value, problems: self.problems })
    }

    fn entry(&self, key: &str) -> Option<(Range<usize>, &'t Spanned<DeValue<'t>>)> {
        self.entries?.get_key_value(key).map(|(key, value)| (key.span(), value))
    }

    fn header_of(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Range<usize> {
        let key_span = self.entry(key).map_or_else(|| self.header(), |(span, _)| span);
        self.header_at(key_span, value)
    }

    /// Span of a table's header: its `[..]` line, or the key of an inline table.
    fn header_at(&self, key: Range<usize>, value: &Spanned<DeValue<'_>>) -> Range<usize> {
        if self.problems.text(&value.span()).starts_with('[') { value.span() } else { key }
    }
}

/// Whether a value is a table or an array of tables.
fn is_table(value: &DeValue<'_>) -> bool {
    match value {
        DeValue::Table(_) => true,
        DeValue::Array(list) => list.iter().any(|item| item.get_ref().is_table()),
        _ => false,
    }
}
