//! Zip archives whose entries are stored as they are, which is how PyTorch writes checkpoints: where each entry's bytes lie. Only that; nothing
//! is unpacked. (APPNOTE.TXT of PKWARE, sections 4.3 and 4.5.3)

use std::collections::BTreeMap;
use std::ops::Range;

const END: [u8; 4] = *b"PK\x05\x06";
const END_64: [u8; 4] = *b"PK\x06\x06";
const LOCATOR_64: [u8; 4] = *b"PK\x06\x07";
const ENTRY: [u8; 4] = *b"PK\x01\x02";
const LOCAL: [u8; 4] = *b"PK\x03\x04";
/// Bytes of the record at the archive's end, its comment aside.
const END_LENGTH: usize = 22;
/// A comment is no longer.
const LONGEST_COMMENT: usize = 0xffff;
/// Bytes of an entry's record, its names aside.
const ENTRY_LENGTH: usize = 46;

/// The entries of an archive by name.
pub(super) type Entries = BTreeMap<String, Range<usize>>;

/// Finds the entries of `bytes`; each range lies inside.
pub(super) fn entries(bytes: &[u8]) -> Result<Entries, String> {
    let (count, mut at) = directory(bytes).ok_or("it has no sound zip directory; it may be cut short")?;
    if count > (bytes.len() / ENTRY_LENGTH) as u64 {
        return Err(format!("its zip directory announces {count} entries, more than it can hold"));
    }
    let mut entries = Entries::new();
    for _ in 0..count {
        let (name, range, next) = entry(bytes, at)?;
        if entries.insert(name.clone(), range).is_some() {
            return Err(format!("`{name}` is in it twice"));
        }
        at = next;
    }
    Ok(entries)
}

/// How many entries the archive has, and where their records begin.
fn directory(bytes: &[u8]) -> Option<(u64, usize)> {
    let last = bytes.len().checked_sub(END_LENGTH)?;
    let end = (last.saturating_sub(LONGEST_COMMENT)..=last).rev().find(|&at| bytes.get(at..at + 4).is_some_and(|found| found == END))?;
    let (count, start) = (u64::from(u16_at(bytes, end + 10)?), u64::from(u32_at(bytes, end + 16)?));
    let locator = end.checked_sub(20).filter(|&at| bytes.get(at..at + 4).is_some_and(|found| found == LOCATOR_64));
    let (count, start) = match locator {
        Some(locator) => {
            let at = usize::try_from(u64_at(bytes, locator + 8)?).ok()?;
            if bytes.get(at..at.checked_add(4)?)? != END_64 {
                return None;
            }
            (u64_at(bytes, at + 32)?, u64_at(bytes, at + 48)?)
        }
        None => (count, start),
    };
    Some((count, usize::try_from(start).ok()?))
}

/// The entry whose record stands at `at`: its name, its bytes, and where the next record stands.
fn entry(bytes: &[u8], at: usize) -> Result<(String, Range<usize>, usize), String> {
    let cut = || "its zip directory is cut short".to_owned();
    let record = bytes.get(at..).filter(|record| record.starts_with(&ENTRY)).ok_or_else(cut)?;
    let short = |at: usize| u16_at(record, at).map(usize::from).ok_or_else(cut);
    let long = |at: usize| u32_at(record, at).map(u64::from).ok_or_else(cut);
    let (flags, method) = (short(8)?, short(10)?);
    let (mut packed, mut length, mut local) = (long(20)?, long(24)?, long(42)?);
    let (name_length, extra_length, comment_length) = (short(28)?, short(30)?, short(32)?);
    let name = record.get(ENTRY_LENGTH..ENTRY_LENGTH + name_length).ok_or_else(cut)?;
    let name = String::from_utf8_lossy(name).into_owned();
    let extra = record.get(ENTRY_LENGTH + name_length..).and_then(|rest| rest.get(..extra_length)).ok_or_else(cut)?;
    widen(extra, [&mut length, &mut packed, &mut local]).ok_or_else(|| format!("the sizes of `{name}` are missing"))?;
    if method != 0 || packed != length || flags & 1 != 0 {
        return Err(format!("`{name}` is compressed or encrypted, which PyTorch never writes"));
    }
    let range = data_range(bytes, local, length).ok_or_else(|| format!("`{name}` lies outside the file; it is cut short or corrupt"))?;
    Ok((name, range, at + ENTRY_LENGTH + name_length + extra_length + comment_length))
}

/// Replaces sizes that take more than 32 bits by those of the extra field, in the order in which it has them.
fn widen(mut extra: &[u8], sizes: [&mut u64; 3]) -> Option<()> {
    let mut wide: &[u8] = &[];
    while let (Some(kind), Some(length)) = (u16_at(extra, 0), u16_at(extra, 2)) {
        let body = extra.get(4..4 + usize::from(length))?;
        if kind == 1 {
            wide = body;
        }
        extra = extra.get(4 + usize::from(length)..)?;
    }
    for size in sizes {
        if *size == u64::from(u32::MAX) {
            *size = u64_at(wide, 0)?;
            wide = wide.get(8..)?;
        }
    }
    Some(())
}

fn data_range(bytes: &[u8], local: u64, length: u64) -> Option<Range<usize>> {
    let at = usize::try_from(local).ok()?;
    if bytes.get(at..at.checked_add(4)?)? != LOCAL {
        return None;
    }
    let start = at + 30 + usize::from(u16_at(bytes, at + 26)?) + usize::from(u16_at(bytes, at + 28)?);
    let end = start.checked_add(usize::try_from(length).ok()?)?;
    (end <= bytes.len()).then_some(start..end)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}
