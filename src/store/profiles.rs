//! Profiles of programs' files: the built-in ones (`assets/profiles`), and a person's own in the folder `profiles` beside `config.toml`,
//! in the same form. `assets/profiles/README.md` tells it. A mistake leaves out one file and is said; it is never an error.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use serde::Deserialize;
use toml::Spanned;

use super::Paths;
use super::built_in_profiles::BUILT_IN;
use crate::schema::{Place, Profile, SpanUnit, TimeUnit};

/// Files of a person's that are read, at most.
const MOST_FILES: usize = 200;
/// Bytes of one of them, at most.
const MOST_BYTES: u64 = 1 << 20;
/// Words for one table or column, and letters of a text, at most: they stand in a prompt.
const MOST_WORDS: usize = 8;
const MOST_LETTERS: usize = 160;

/// Profiles that files are held against.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Profiles {
    /// By the names of their files; a person's own in the place of built-in ones of the same name.
    pub all: Vec<Profile>,
    /// What is wrong with a person's own: a sentence each, with file and line.
    pub mistakes: Vec<String>,
}

static OWN: OnceLock<PathBuf> = OnceLock::new();
static IN_USE: OnceLock<Arc<Profiles>> = OnceLock::new();

/// Has the profiles of the person whose `paths` these are taken too, from now on and everywhere: a schema is told alike wherever it is
/// read, to ask and to train. Only the first call counts, before the first database is opened.
pub fn take_own(paths: &Paths) {
    let _ = OWN.set(paths.profiles());
}

/// The profiles in use, read when they are first needed.
pub fn in_use() -> Arc<Profiles> {
    Arc::clone(IN_USE.get_or_init(|| Arc::new(Profiles::read(OWN.get().map(PathBuf::as_path)))))
}

impl Profiles {
    /// The built-in ones, and those in the folder `own`, which need not be there.
    pub fn read(own: Option<&Path>) -> Self {
        let mut named: BTreeMap<String, Profile> = BTreeMap::new();
        let mut mistakes = Vec::new();
        for (name, text) in BUILT_IN {
            // That each is sound is tested.
            named.extend(parse(text).ok().map(|profile| ((*name).to_owned(), profile)));
        }
        for path in own.map(files).unwrap_or_default() {
            let read = match fs::metadata(&path) {
                Ok(file) if file.len() > MOST_BYTES => Err(Mistake::new(None, "it is larger than a profile can be")),
                _ => fs::read_to_string(&path).map_err(|error| Mistake::new(None, &error.to_string())).and_then(|text| parse(&text)),
            };
            match read {
                Ok(profile) => {
                    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                    named.insert(name, profile);
                }
                Err(mistake) => mistakes.push(mistake.said(&path)),
            }
        }
        Self { all: named.into_values().collect(), mistakes }
    }
}

/// The profiles in a folder, by name.
fn files(folder: &Path) -> Vec<PathBuf> {
    let is_profile = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "toml");
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_profile).collect();
    paths.sort();
    paths.truncate(MOST_FILES);
    paths
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mistake {
    line: Option<usize>,
    reason: String,
}

impl Mistake {
    fn new(line: Option<usize>, reason: &str) -> Self {
        // The parser's message may have several lines; a sentence has one.
        Self { line, reason: reason.lines().map(str::trim).collect::<Vec<_>>().join(", ") }
    }

    fn said(&self, path: &Path) -> String {
        let place = self.line.map_or_else(String::new, |line| format!(", line {line}"));
        format!("{}{place}: {}; this profile is left out", path.display(), self.reason)
    }
}

/// A file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: Spanned<String>,
    application_id: Option<Spanned<i64>>,
    #[serde(default)]
    tables: Vec<Spanned<String>>,
    #[serde(default)]
    bookkeeping: Vec<Spanned<String>>,
    #[serde(default)]
    units: Named<Spanned<String>>,
    #[serde(default)]
    lengths: Named<Spanned<String>>,
    #[serde(default)]
    keys: Named<Spanned<String>>,
    #[serde(default)]
    words: Named<Spanned<Vec<String>>>,
    #[serde(default)]
    comments: Named<Spanned<String>>,
}

/// What is said of tables and columns, by their names.
type Named<T> = BTreeMap<Spanned<String>, T>;

fn parse(text: &str) -> Result<Profile, Mistake> {
    let line = |span: Range<usize>| text.get(..span.start).map(|before| before.matches('\n').count() + 1);
    let written: Written = toml::from_str(text).map_err(|error| Mistake::new(error.span().and_then(line), error.message()))?;
    let wrong = |span: Range<usize>, reason: String| Mistake::new(line(span), &reason);
    let place = |name: &Spanned<String>| {
        Place::parse(name.get_ref())
            .ok_or_else(|| wrong(name.span(), format!("\"{}\" is neither a table nor table.column", name.get_ref())))
    };
    let column = |name: &Spanned<String>| match place(name)? {
        Place { column: None, .. } => Err(wrong(name.span(), format!("\"{}\" is no table.column", name.get_ref()))),
        place => Ok(place),
    };
    let short = |span: Range<usize>, text: &str| match text.chars().count() {
        0 => Err(wrong(span, "an empty text says nothing".into())),
        n if n > MOST_LETTERS => Err(wrong(span, format!("a text has at most {MOST_LETTERS} letters, this one has {n}"))),
        _ => Ok(text.to_owned()),
    };
    let number = |id: &Spanned<i64>| {
        // SQLite keeps 32 bits, and gives them with a sign; documents write them without one.
        let bits = u32::try_from(*id.get_ref()).map(|bits| bits as i32).or_else(|_| i32::try_from(*id.get_ref()));
        bits.map_err(|_| wrong(id.span(), format!("{} is no application_id, which has 32 bits", id.get_ref())))
    };
    if written.application_id.is_none() && written.tables.is_empty() {
        return Err(Mistake::new(line(written.name.span()), "neither application_id nor tables say how such a file is told"));
    }
    let unit = |words: &Spanned<String>| {
        let known: Vec<&str> = TimeUnit::ALL.iter().map(|unit| unit.words()).collect();
        TimeUnit::from_words(words.get_ref())
            .ok_or_else(|| wrong(words.span(), format!("\"{}\" is no unit; they are: {}", words.get_ref(), known.join(", "))))
    };
    let length = |words: &Spanned<String>| {
        SpanUnit::from_words(words.get_ref()).ok_or_else(|| {
            wrong(words.span(), format!("\"{}\" is no unit of lengths; they are: ns, us, ms, s, minutes, hours, days", words.get_ref()))
        })
    };
    let words = |words: &Spanned<Vec<String>>| match words.get_ref().len() {
        n if n > MOST_WORDS => Err(wrong(words.span(), format!("{n} words are too many; {MOST_WORDS} are read"))),
        _ => words.get_ref().iter().map(|word| short(words.span(), word)).collect::<Result<Vec<String>, Mistake>>(),
    };
    Ok(Profile {
        name: short(written.name.span(), written.name.get_ref())?,
        application_id: written.application_id.as_ref().map(number).transpose()?,
        telltale: written.tables.iter().map(place).collect::<Result<_, _>>()?,
        bookkeeping: written.bookkeeping.into_iter().map(Spanned::into_inner).collect(),
        units: written.units.iter().map(|(name, of)| Ok((column(name)?, unit(of)?))).collect::<Result<_, _>>()?,
        lengths: written.lengths.iter().map(|(name, of)| Ok((column(name)?, length(of)?))).collect::<Result<_, _>>()?,
        keys: written.keys.iter().map(|(name, to)| Ok((column(name)?, column(to)?))).collect::<Result<_, _>>()?,
        words: written.words.iter().map(|(name, of)| Ok((place(name)?, words(of)?))).collect::<Result<_, _>>()?,
        comments: written
            .comments
            .iter()
            .map(|(name, of)| Ok((place(name)?, short(of.span(), of.get_ref())?)))
            .collect::<Result<_, _>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_ones_are_sound() {
        for (name, text) in BUILT_IN {
            let profile = parse(text).unwrap_or_else(|mistake| panic!("{name}: {mistake:?}"));
            assert!(text.starts_with('#'), "{name}: its head says where its facts are from");
            assert!(!profile.telltale.is_empty(), "{name}");
        }
        let all = Profiles::read(None).all;
        assert_eq!(all.len(), BUILT_IN.len(), "two have one name");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/profiles");
        let names: Vec<String> = files(&folder).iter().map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
        assert_eq!(names, BUILT_IN.iter().map(|(name, _)| *name).collect::<Vec<_>>(), "every file is built in, by name");
    }

    #[track_caller]
    fn check(text: &str, line: usize, expected: &str) {
        let mistake = parse(text).unwrap_err();
        assert_eq!(mistake.line, Some(line), "{mistake:?}");
        assert!(mistake.reason.contains(expected), "{mistake:?}");
    }

    #[test]
    fn mistakes_are_placed() {
        check("tables = [\"a\"]\n", 1, "missing field `name`");
        check("name = \"x\"\ntable = [\"a\"]\n", 2, "unknown field `table`");
        check("# head\nname = \"x\"\n", 2, "neither application_id nor tables");
        check("name = \"x\"\ntables = [\"a\",\n \"a.\"]\n", 3, "\"a.\" is neither a table nor table.column");
        check(
            "name = \"x\"\ntables = [\"a\"]\n[units]\n\"a.b\" = \"s since 1970\"\n\"a.c\" = \"fortnights\"\n",
            5,
            "\"fortnights\" is no unit; they are: s",
        );
        check("name = \"x\"\ntables = [\"a\"]\n[lengths]\n\"a.b\" = \"weeks\"\n", 4, "\"weeks\" is no unit of lengths; they are: ns");
        check("name = \"x\"\ntables = [\"a\"]\n[units]\n\n\"a\" = \"s since 1970\"\n", 5, "\"a\" is no table.column");
        check("name = \"x\"\ntables = [\"a\"]\n[keys]\n\"a.b\" = \"c\"\n", 4, "\"c\" is no table.column");
        check("name = \"x\"\napplication_id = 99999999999\n", 2, "99999999999 is no application_id");
        check("name = \"\"\ntables = [\"a\"]\n", 1, "an empty text");
        check(&format!("name = \"x\"\ntables = [\"a\"]\n[comments]\na = \"{}\"\n", "x".repeat(500)), 4, "at most 160 letters");
        check("name = \"x\"\ntables = [\"a\"]\n[words]\na = \"b\"\n", 4, "invalid type: string");
        check("name = \n", 1, "");
    }

    #[test]
    fn a_persons_own_come_in_their_place_and_mistakes_are_said() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        assert_eq!(Profiles::read(Some(&folder.path().join("none"))), Profiles::read(None));
        put("mine.toml", "name = \"my diary\"\napplication_id = 0xF0000001\ntables = [\"day\"]\n");
        put("firefox_places.toml", "name = \"my foxes\"\ntables = [\"fox\"]\n");
        put("wrong.toml", "name = \"x\"\n\ntables = 3\n");
        put("notes.txt", "no profile");
        let read = Profiles::read(Some(folder.path()));
        assert_eq!(read.all.len(), BUILT_IN.len() + 1);
        let mine = read.all.iter().find(|profile| profile.name == "my diary").unwrap();
        assert_eq!(mine.application_id, Some(0xF000_0001_u32 as i32));
        assert!(read.all.iter().any(|profile| profile.name == "my foxes"));
        assert!(!read.all.iter().any(|profile| profile.name == "Firefox's history and bookmarks"));
        let [mistake] = read.mistakes.as_slice() else { panic!("{:?}", read.mistakes) };
        assert!(mistake.contains("wrong.toml, line 3: ") && mistake.ends_with("; this profile is left out"), "{mistake}");
    }
}
