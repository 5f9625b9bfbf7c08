//! Probes a file: its container, its form, its first rows.
//!
//! Reads a few kilobytes. Does not determine the vendor.

use std::io::Read;
use std::path::{Path, PathBuf};

use arrow_schema::SchemaRef;

use super::ImportError;
use super::columns::{self, ColumnarFormat};
use super::names;
use super::text::{ArrayLines, Compression, TextForm, each_text, fields};
use crate::decode::open_regular;

/// Bytes of text that are read.
const HEAD: usize = 64 * 1024;

/// The result of probing a file.
#[derive(Debug)]
pub struct Probe {
    /// Path as given on the command line.
    pub path: PathBuf,
    /// Its length on disk.
    pub bytes: u64,
    /// What was recognised in the file.
    pub content: Content,
}

/// The content of a file.
#[derive(Debug)]
pub enum Content {
    /// A text file.
    Text {
        /// Compression of the file.
        compression: Compression,
        /// Lines or JSON arrays.
        form: TextForm,
        /// The first complete non-blank lines (for JSON, the first innermost arrays).
        lines: Vec<String>,
        /// The line number of each in the file, from 1.
        numbers: Vec<u64>,
        /// The first bytes, unmodified.
        head: String,
    },
    /// Columns with a schema.
    Columnar {
        /// Arrow or Parquet.
        kind: ColumnarFormat,
        /// Schema of the columns.
        schema: SchemaRef,
    },
}

impl Probe {
    /// Probes a file.
    ///
    /// # Errors
    /// Where it cannot be read, is empty, is a Git LFS pointer, or is neither text nor columnar.
    pub fn open(path: &Path) -> Result<Self, ImportError> {
        let io = |source| ImportError::io("read", path, source);
        let mut file = open_regular(path).map_err(io)?;
        let bytes = file.metadata().map_err(io)?.len();
        let mut magic = Vec::new();
        (&mut file).take(64).read_to_end(&mut magic).map_err(io)?;
        if magic.is_empty() {
            return Err(ImportError::EmptyFile { path: path.to_owned() });
        }
        if magic.starts_with(b"version https://git-lfs") {
            return Err(ImportError::LfsPointer { path: path.to_owned() });
        }
        let content = match ColumnarFormat::of(&magic) {
            Some(kind) => Content::Columnar { kind, schema: columns::schema(path, kind)? },
            None => text(path, Compression::of(&magic))?,
        };
        Ok(Self { path: path.to_owned(), bytes, content })
    }

    /// The file name without its extensions.
    pub fn stem(&self) -> String {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        names::stem(&name).to_owned()
    }

    /// The first lines, if it is text of this form.
    pub fn lines(&self, wanted: TextForm) -> Option<&[String]> {
        match &self.content {
            Content::Text { form, lines, .. } if *form == wanted => Some(lines),
            _ => None,
        }
    }

    /// The first lines, split at commas.
    pub fn rows(&self, wanted: TextForm) -> Option<Vec<Vec<&str>>> {
        self.lines(wanted).map(|lines| lines.iter().map(|line| fields(line, b',')).collect())
    }
}

fn text(path: &Path, compression: Compression) -> Result<Content, ImportError> {
    let mut first: Option<Vec<u8>> = None;
    each_text(path, compression, &mut |text| {
        if first.is_none() {
            let mut bytes = Vec::new();
            let read = text.take(HEAD as u64).read_to_end(&mut bytes);
            read.map_err(|error| ImportError::damaged(path, error))?;
            first = Some(bytes);
        }
        Ok(())
    })?;
    let bytes = first.unwrap_or_default();
    let whole = bytes.len() < HEAD;
    let head = utf8(path, &bytes)?;
    let head = head.strip_prefix('\u{feff}').unwrap_or(head);
    let form = if head.trim_start().starts_with(['[', '{']) { TextForm::Arrays } else { TextForm::Lines };
    let (lines, numbers) = match form {
        TextForm::Lines => lines(head, whole),
        TextForm::Arrays => arrays(path, head, whole)?,
    };
    if lines.is_empty() {
        return Err(ImportError::NoRows { path: path.to_owned() });
    }
    Ok(Content::Text { compression, form, lines, numbers, head: head.to_owned() })
}

/// The bytes as text, without an incomplete character at the end.
fn utf8<'b>(path: &Path, bytes: &'b [u8]) -> Result<&'b str, ImportError> {
    let unknown = || ImportError::UnknownFormat {
        path: path.to_owned(),
        detail: "it is neither text nor a table".to_owned(),
    };
    let valid = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return Err(unknown()),
    };
    if valid.contains('\0') { Err(unknown()) } else { Ok(valid) }
}

/// The non-blank lines and their numbers.
fn lines(head: &str, whole: bool) -> (Vec<String>, Vec<u64>) {
    let mut lines: Vec<&str> = head.lines().collect();
    if !whole && lines.len() > 1 && !head.ends_with('\n') {
        lines.pop();
    }
    let numbered = lines.into_iter().zip(1..);
    numbered.filter(|(line, _)| !line.trim_ascii().is_empty()).map(|(line, at)| (line.to_owned(), at)).unzip()
}

/// The arrays that end inside `head`; an incomplete array is an error only if `head` is the whole text.
fn arrays(path: &Path, head: &str, whole: bool) -> Result<(Vec<String>, Vec<u64>), ImportError> {
    let mut reader = ArrayLines::new(head.as_bytes());
    let mut text = Vec::new();
    match reader.read_to_end(&mut text) {
        Err(error) if whole => return Err(ImportError::damaged(path, error)),
        _ => {}
    }
    Ok(lines(&String::from_utf8_lossy(&text), true))
}
