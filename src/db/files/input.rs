//! The bytes of a file as UTF-8 text or as they are: unpacked, without a byte order mark, turned from UTF-16.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;

/// Bytes read at once.
pub(super) const CHUNK: usize = 1 << 18;
/// How gzip begins (RFC 1952, 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// How many bytes of a file were read, seen from outside.
pub(super) type Consumed = Arc<AtomicU64>;

struct Counting {
    file: File,
    consumed: Consumed,
}

impl Read for Counting {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(out)?;
        self.consumed.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// Opens the text of a file.
pub(super) fn open(path: &Path, consumed: &Consumed) -> io::Result<Box<dyn Read + Send>> {
    let mut unpacked = unpack(path, consumed)?;
    let mut head = Vec::with_capacity(4);
    unpacked.by_ref().take(3).read_to_end(&mut head)?;
    Ok(match head.as_slice() {
        [0xef, 0xbb, 0xbf] => unpacked,
        [0xff, 0xfe, rest @ ..] => Box::new(Utf16::new(io::Cursor::new(rest.to_vec()).chain(unpacked), false)),
        [0xfe, 0xff, rest @ ..] => Box::new(Utf16::new(io::Cursor::new(rest.to_vec()).chain(unpacked), true)),
        _ => Box::new(io::Cursor::new(head).chain(unpacked)),
    })
}

/// Opens a file, unpacked where it is packed by gzip.
fn unpack(path: &Path, consumed: &Consumed) -> io::Result<Box<dyn Read + Send>> {
    let mut file = Counting { file: File::open(path)?, consumed: Arc::clone(consumed) };
    let mut head = Vec::with_capacity(2);
    (&mut file).take(2).read_to_end(&mut head)?;
    let packed = head == GZIP;
    let whole = BufReader::with_capacity(CHUNK, io::Cursor::new(head).chain(file));
    Ok(if packed { Box::new(MultiGzDecoder::new(whole)) } else { Box::new(whole) })
}

/// The first bytes of the text.
pub(super) fn head(path: &Path, bytes: usize) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    open(path, &Consumed::default())?.take(bytes as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// UTF-16 as UTF-8; what is no character becomes U+FFFD.
struct Utf16<R> {
    input: R,
    big_endian: bool,
    ready: Vec<u8>,
    at: usize,
    /// An odd byte, and a first half of a pair, that wait for the rest.
    byte: Option<u8>,
    half: Option<u16>,
}

impl<R: Read> Utf16<R> {
    fn new(input: R, big_endian: bool) -> Self {
        Self { input, big_endian, ready: Vec::new(), at: 0, byte: None, half: None }
    }

    fn fill(&mut self) -> io::Result<bool> {
        let mut chunk = vec![0; 1 << 16];
        let n = self.input.read(&mut chunk)?;
        self.ready.clear();
        self.at = 0;
        let bytes = self.byte.take().into_iter().chain(chunk.into_iter().take(n));
        let mut units = Vec::with_capacity(n / 2 + 2);
        units.extend(self.half.take());
        let mut first = None;
        for byte in bytes {
            match first.take() {
                None => first = Some(byte),
                Some(before) if self.big_endian => units.push(u16::from_be_bytes([before, byte])),
                Some(before) => units.push(u16::from_le_bytes([before, byte])),
            }
        }
        self.byte = first;
        if n > 0 && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
            self.half = units.pop();
        }
        for c in char::decode_utf16(units) {
            let mut buffer = [0; 4];
            self.ready.extend_from_slice(c.unwrap_or('\u{fffd}').encode_utf8(&mut buffer).as_bytes());
        }
        Ok(n > 0)
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.ready.len() {
            if !self.fill()? && self.ready.is_empty() {
                return Ok(0);
            }
        }
        let mut rest = self.ready.get(self.at..).unwrap_or_default();
        let n = rest.read(out)?;
        self.at += n;
        Ok(n)
    }
}

/// What the bytes 0x80 to 0x9f are in Windows-1252 (unicode.org, `CP1252.TXT`); its five gaps are the control characters of Latin-1.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–',
    '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Bytes that are no UTF-8, as Windows writes them in the west.
pub(super) fn from_windows(bytes: &[u8]) -> String {
    let letter = |byte: &u8| WINDOWS.get(usize::from(byte.wrapping_sub(0x80))).copied().unwrap_or(char::from(*byte));
    bytes.iter().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: &str) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let mut text = String::new();
        open(file.path(), &Consumed::default()).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, expected);
    }

    #[test]
    fn text_is_utf_8_however_it_lies_on_the_disk() {
        check(b"a,b\n", "a,b\n");
        check(b"", "");
        check(b"a", "a");
        check("\u{feff}a,ü".as_bytes(), "a,ü");
        let wide = |text: &str, big: bool| {
            let units = std::iter::once(0xfeff).chain(text.encode_utf16());
            units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect::<Vec<u8>>()
        };
        let long = "ä\t🦙\r\n".repeat(40_000);
        check(&wide(&long, false), &long);
        check(&wide(&long, true), &long);
        check(&wide("", true), "");
        let pack = |text: &str| {
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packer.write_all(text.as_bytes()).unwrap();
            packer.finish().unwrap()
        };
        // gzip files may be put one behind the other.
        check(&[pack("\u{feff}a,b\n"), pack("1,2\n")].concat(), "a,b\n1,2\n");
        assert_eq!(from_windows(b"Z\xfcrich \x80 5"), "Zürich € 5");
    }
}
