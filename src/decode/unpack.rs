//! Text inside gzip files and zip archives, with a limit on the decompressed size.

use std::fs::File;
use std::io::{self, BufReader, Read};

use flate2::read::MultiGzDecoder;
use zip::ZipArchive;

use super::{DecodeError, guarded, limits};

/// The text of a gzip file; reading fails once it exceeds the size that the file's length allows.
///
/// # Errors
/// Where the file's length cannot be read.
pub fn gunzip(file: File) -> io::Result<impl Read> {
    let packed = file.metadata()?.len();
    Ok(Bounded::new(MultiGzDecoder::new(BufReader::new(file)), packed))
}

/// A zip archive.
pub struct Archive {
    inner: ZipArchive<BufReader<File>>,
    bytes: u64,
}

impl Archive {
    /// Reads the archive's directory.
    ///
    /// # Errors
    /// Where it cannot be read or decoded.
    pub fn open(file: File) -> Result<Self, DecodeError> {
        let bytes = file.metadata().map_err(DecodeError::Read)?.len();
        guarded(|| {
            let inner = ZipArchive::new(BufReader::new(file)).map_err(DecodeError::of)?;
            Ok(Self { inner, bytes })
        })
    }

    /// Name and index of each file in the archive, in the archive's order.
    ///
    /// # Errors
    /// Where an entry cannot be decoded.
    pub fn files(&mut self) -> Result<Vec<(String, usize)>, DecodeError> {
        guarded(|| {
            let mut found = Vec::new();
            for index in 0..self.inner.len() {
                let entry = self.inner.by_index_raw(index).map_err(DecodeError::of)?;
                if entry.is_file() {
                    found.push((entry.name().map_err(DecodeError::content)?.into_owned(), index));
                }
            }
            Ok(found)
        })
    }

    /// The text of one file in the archive; reading fails once it exceeds the size that its compressed length
    /// allows.
    ///
    /// # Errors
    /// Where it cannot be decoded.
    pub fn read(&mut self, index: usize) -> Result<impl Read, DecodeError> {
        let bytes = self.bytes;
        guarded(|| {
            let entry = self.inner.by_index(index).map_err(DecodeError::of)?;
            // An entry may claim any compressed length, but cannot be larger than the archive.
            let packed = entry.compressed_size().min(bytes);
            Ok(Bounded::new(entry, packed))
        })
    }
}

/// A reader around a decoder that catches panics and fails beyond a byte limit.
struct Bounded<R> {
    inner: R,
    left: u64,
    most: u64,
}

impl<R: Read> Bounded<R> {
    fn new(inner: R, packed: u64) -> Self {
        let most = limits::max_text(packed);
        Self { inner, left: most, most }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = guarded(|| self.inner.read(out).map_err(Failed::Io)).map_err(Failed::into_io)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => self.left = left,
            None => {
                let problem = format!(
                    "it unpacks to more than {} MB, which its length does not explain",
                    self.most >> 20
                );
                return Err(io::Error::new(io::ErrorKind::InvalidData, problem));
            }
        }
        Ok(read)
    }
}

/// How a decoder's read failed.
enum Failed {
    Io(io::Error),
    Panic(DecodeError),
}

impl From<DecodeError> for Failed {
    fn from(error: DecodeError) -> Self {
        Self::Panic(error)
    }
}

impl Failed {
    fn into_io(self) -> io::Error {
        match self {
            Self::Io(error) => error,
            Self::Panic(error) => io::Error::new(io::ErrorKind::InvalidData, error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::path::Path;

    use super::super::open_regular;
    use super::*;

    #[test]
    fn a_decompression_bomb_is_stopped_at_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.gz");
        // One packed megabyte many times over, which is one stream.
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(&vec![0_u8; 1 << 20]).unwrap();
        std::fs::write(&path, packer.finish().unwrap().repeat(200)).unwrap();
        let packed = std::fs::metadata(&path).unwrap().len();
        let mut text = gunzip(open_regular(&path).unwrap()).unwrap();
        // Zeros compress a thousandfold, which no recorded text does.
        let error = io::copy(&mut text, &mut io::sink()).unwrap_err().to_string();
        let most = limits::max_text(packed) >> 20;
        assert_eq!(error, format!("it unpacks to more than {most} MB, which its length does not explain"));
        assert!(most < 200, "{most}");
    }

    #[test]
    fn folders_and_devices_are_refused() {
        assert!(open_regular(Path::new("/")).is_err());
        #[cfg(unix)]
        assert!(open_regular(Path::new("/dev/zero")).is_err());
    }
}
