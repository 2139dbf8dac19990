//! Several files at once, jumps along keys, the diagram.

use super::*;
use crate::db::FileChange;
use crate::schema::DatabaseSet;

/// The music shop, and beside it a file that has a table of the same name.
fn two_files() -> Arc<Schema> {
    let mut both = (*schema()).clone();
    both.tables.truncate(2);
    let mut contact = both.tables[0].clone();
    (contact.name, contact.database, contact.row_count) = ("contact".into(), Some("crm".into()), Some(7));
    let mut album = both.tables[1].clone();
    (album.database, album.row_count) = (Some("crm".into()), Some(3));
    album.foreign_keys.clear();
    both.tables.extend([contact, album]);
    Arc::new(both)
}

/// The work of the last effects that passes `test`.
#[track_caller]
fn work_of(screen: &Screen, test: impl Fn(&Work) -> bool) -> Work {
    let found = screen.effects.iter().find_map(|effect| match effect {
        Effect::Submit { work, .. } if test(work) => Some(work.clone()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{:?}", screen.effects))
}

fn is_open(work: &Work) -> bool {
    matches!(work, Work::Open { .. })
}

/// Opens a second file by the palette.
fn opened_beside(screen: &mut Screen) {
    screen.press(&["ctrl+p", "open-beside", "enter"]);
    assert!(screen.drawn().contains("Open beside music.sqlite"), "{}", screen.drawn());
    screen.press(&["type", "enter", "crm=/data/crm.db", "enter"]);
    let path = match work_of(screen, is_open) {
        Work::Open { database } => database,
        other => panic!("{other:?}"),
    };
    let set = DatabaseSet::read(&path);
    assert_eq!(
        (set.main.as_str(), set.beside[0].name.as_str(), set.beside[0].file.as_str()),
        ("/home/someone/music.sqlite", "crm", "/data/crm.db")
    );
    let job = screen.submitted(is_open);
    screen.done(job, Outcome::Opened { path, schema: two_files() });
    let prepare = screen.submitted(|work| *work == Work::Prepare);
    screen.done(prepare, Outcome::Prepared);
}

#[test]
fn a_second_file_is_opened_beside_the_first() {
    check("two_files", |screen| {
        opened_beside(screen);
        screen.press(&["alt+1"]);
    });
    let mut screen = Screen::opened((80, 24));
    opened_beside(&mut screen);
    // Rows and names of the second file are named with it.
    screen.press(&["alt+1", "G", "b"]);
    assert_eq!(screen.state.sql(), "SELECT * FROM crm.album");
    screen.press(&["alt+1", "k", "i"]);
    assert_eq!(screen.state.sql(), "crm.contact SELECT * FROM crm.album");
    // The name of the file unfolds and folds.
    screen.press(&["alt+1", "g", "enter"]);
    assert!(screen.drawn().contains("▸ main") && !screen.drawn().contains("artist"), "{}", screen.drawn());
    // It is closed again from the palette.
    screen.press(&["G", "ctrl+p", "close-beside", "enter"]);
    assert_eq!(work_of(&screen, is_open), Work::Open { database: "/home/someone/music.sqlite".into() });
}

#[test]
fn what_cannot_be_opened_beside_is_said() {
    let mut screen = Screen::opened((200, 60));
    screen.press(&["alt+o", "type", "enter", "main=/data/crm.db", "enter"]);
    assert!(screen.drawn().contains("SQLite gives that name itself"), "{}", screen.drawn());
    screen.press(&["ctrl+p", "close-beside", "enter"]);
    assert!(screen.drawn().contains("none is beside it"), "{}", screen.drawn());
    // In place of it, as ever.
    screen.press(&["ctrl+o", "type", "enter", "/data/crm.db", "enter"]);
    assert_eq!(work_of(&screen, is_open), Work::Open { database: "/data/crm.db".into() });
}

/// Shows `rows` of the albums.
fn albums(screen: &mut Screen, rows: Vec<Vec<Cell>>) {
    screen.press(&["alt+3", "SELECT * FROM album"]);
    let info = |name: &str| ColumnInfo { name: name.into(), declared_type: None };
    let table = Table { columns: ["id", "title", "artist_id"].map(info).to_vec(), rows, truncated: false };
    let spool = Arc::new(Spool::of_table(&table).unwrap());
    screen.run(Outcome::Ran { spool, elapsed: Duration::from_millis(3), units: Vec::new() });
    screen.press(&["alt+4"]);
}

fn album(id: i64, title: &str, artist: Cell) -> Vec<Cell> {
    vec![Cell::Integer(id), Cell::Text(title.into()), artist]
}

fn artist(id: i64) -> Outcome {
    let info = |name: &str| ColumnInfo { name: name.into(), declared_type: None };
    let rows = vec![vec![Cell::Integer(id), Cell::Text("AC/DC".into())]];
    let table = Table { columns: ["id", "name"].map(info).to_vec(), rows, truncated: false };
    Outcome::Ran { spool: Arc::new(Spool::of_table(&table).unwrap()), elapsed: Duration::from_millis(1), units: Vec::new() }
}

fn sql_run(screen: &Screen) -> String {
    match work_of(screen, |work| matches!(work, Work::Run { .. })) {
        Work::Run { sql, .. } => sql,
        other => panic!("{other:?}"),
    }
}

#[test]
fn keys_are_followed_there_and_back() {
    let three = || vec![album(1, "One", Cell::Integer(5)), album(2, "Two", Cell::Null), album(3, "Three", Cell::Integer(6))];
    check("jumped", |screen| {
        albums(screen, three());
        screen.press(&["down", "down", "$", "f"]);
        assert_eq!(sql_run(screen), "SELECT * FROM artist WHERE id = 6");
        let job = screen.submitted(|work| matches!(work, Work::Run { .. }));
        screen.done(job, artist(6));
    });
    let mut screen = Screen::opened((200, 60));
    albums(&mut screen, three());
    screen.press(&["down", "down", "$", "f"]);
    let job = screen.submitted(|work| matches!(work, Work::Run { .. }));
    screen.done(job, artist(6));
    // From there to all that refer to it, by the palette.
    screen.press(&["ctrl+p", "referring-rows", "enter"]);
    assert_eq!(sql_run(&screen), "SELECT * FROM album WHERE artist_id = 6");
    // Back twice: the rows, the cursor and the SQL are what they were; what is on its way is stopped.
    screen.press(&["b"]);
    assert!(screen.effects.iter().any(|effect| matches!(effect, Effect::Cancel(_))));
    assert_eq!(screen.state.tab().results.len(), 1);
    screen.press(&["backspace"]);
    let results = &screen.state.tab().results;
    assert_eq!((results.len(), results.row, results.column, screen.state.sql().as_str()), (3, 2, 2, "SELECT * FROM album"));
    assert!(screen.press(&["b"]).drawn().contains("no jump here to go back from"));
}

#[test]
fn where_a_key_leads_nowhere_it_is_said() {
    let mut screen = Screen::opened((200, 60));
    albums(&mut screen, vec![album(1, "One", Cell::Null)]);
    let mut said = |keys: &[&str], words: &str| {
        screen.press(keys);
        let drawn = screen.drawn();
        assert!(drawn.contains(words), "{words}: {drawn}");
        assert!(!screen.effects.iter().any(|effect| matches!(effect, Effect::Submit { .. })));
    };
    said(&["$", "f"], "NULL refers to no row");
    said(&["0", "f"], "album.id is no foreign key");
    said(&["F"], "no table refers to album");
    // A table that the file does not have.
    let mut screen = Screen::opened((200, 60));
    let mut without = (*screen.state.schema).clone();
    without.tables.retain(|table| table.name != "artist");
    screen.state.schema = Arc::new(without);
    albums(&mut screen, vec![album(1, "One", Cell::Integer(5))]);
    screen.press(&["$", "f"]);
    assert!(screen.drawn().contains("album.artist_id refers to artist, which is not in this database"), "{}", screen.drawn());
    let mut screen = Screen::opened((200, 60));
    assert!(screen.press(&["alt+4", "f"]).drawn().contains("there is no row here"));
    screen.press(&["alt+3", "SELECT 1 + 1"]);
    screen.run(rows(2, false));
    assert!(screen.press(&["alt+4", "f"]).drawn().contains("cannot be told which table"));
}

#[test]
fn a_key_that_leads_nowhere_is_told_in_place_of_rows() {
    let none = |screen: &mut Screen| {
        let table = Table { columns: vec![ColumnInfo { name: "id".into(), declared_type: None }], rows: Vec::new(), truncated: false };
        let spool = Arc::new(Spool::of_table(&table).unwrap());
        let job = screen.submitted(|work| matches!(work, Work::Run { .. }));
        screen.done(job, Outcome::Ran { spool, elapsed: Duration::from_millis(1), units: Vec::new() });
    };
    let mut screen = Screen::opened((200, 60));
    albums(&mut screen, vec![album(1, "One", Cell::Integer(99))]);
    screen.press(&["$", "f"]);
    none(&mut screen);
    assert!(screen.drawn().contains("no row of artist has id 99: the key leads nowhere"), "{}", screen.drawn());
    assert!(screen.press(&["b"]).drawn().contains("back where the first jump began"));
    screen.press(&["f"]);
    let job = screen.submitted(|work| matches!(work, Work::Run { .. }));
    screen.done(job, artist(99));
    screen.press(&["F"]);
    none(&mut screen);
    assert!(screen.drawn().contains("no row refers to it: there is no album whose artist_id is 99"), "{}", screen.drawn());
    // What somebody else finds empty is only empty.
    screen.press(&["alt+3", "SELECT id FROM artist WHERE 0 --"]);
    screen.run(Outcome::Ran {
        spool: Arc::new(Spool::of_table(&Table { columns: Vec::new(), rows: Vec::new(), truncated: false }).unwrap()),
        elapsed: Duration::from_millis(1),
        units: Vec::new(),
    });
    assert!(!screen.drawn().contains("whose artist_id"), "{}", screen.drawn());
}

#[test]
fn the_keys_are_drawn() {
    check("diagram", |screen| {
        screen.press(&["alt+1", "D"]);
    });
    let mut screen = Screen::opened((200, 60));
    screen.press(&["ctrl+p", "diagram", "enter", "right"]);
    assert!(screen.drawn().contains("without keys: best_sellers"), "{}", screen.drawn());
    // The rows of the table that is selected.
    screen.press(&["enter"]);
    assert_eq!(sql_run(&screen), "SELECT * FROM album");
    screen.press(&["alt+1", "D", "tab", "tab", "esc"]);
    assert!(screen.state.window.is_none());
}

#[test]
fn a_database_that_changes_is_told() {
    let looked = |screen: &mut Screen, change| {
        screen.press(&["alt+3", "SELECT 1"]);
        screen.run(rows(3, false));
        screen.event(Event::Tick(4_000));
        let job = screen.submitted(|work| *work == Work::Look);
        screen.done(job, Outcome::Looked { change, file: None });
    };
    check("database_changed", |screen| looked(screen, FileChange::Written));
    check("database_replaced", |screen| looked(screen, FileChange::Replaced));
    check("database_gone", |screen| looked(screen, FileChange::Gone));
    let mut screen = Screen::opened((80, 24));
    screen.event(Event::Tick(4_000));
    let job = screen.submitted(|work| *work == Work::Look);
    screen.done(job, Outcome::Looked { change: FileChange::Gone, file: Some("crm.db".into()) });
    assert!(screen.drawn().contains("`crm.db` is gone from its folder"), "{}", screen.drawn());
    // What another file has in its place is read at once, and not when counts are read again.
    let mut screen = Screen::opened((80, 24));
    looked(&mut screen, FileChange::Replaced);
    screen.submitted(|work| *work == Work::Refresh);
    let mut screen = Screen::opened((80, 24));
    looked(&mut screen, FileChange::Written);
    screen.event(Event::Tick(20_000));
    let job = screen.submitted(|work| *work == Work::Refresh);
    let mut counted = (*schema()).clone();
    counted.tables[0].row_count = Some(99);
    screen.done(job, Outcome::Refreshed { schema: Arc::new(counted), restructured: false });
    assert_eq!((screen.effects.len(), screen.drawn().contains("artist            99")), (0, true), "{}", screen.drawn());
    // Somebody who writes all the time is told of once a minute, and rows that ran anew are no longer old.
    screen.press(&["left"]);
    screen.event(Event::Tick(24_000));
    let job = screen.submitted(|work| *work == Work::Look);
    screen.done(job, Outcome::Looked { change: FileChange::Written, file: None });
    assert_eq!(screen.state.notice, None);
    screen.event(Event::Tick(40_000));
    let job = screen.submitted(|work| *work == Work::Refresh);
    screen.done(job, Outcome::Refreshed { schema: schema(), restructured: true });
    screen.submitted(|work| *work == Work::Prepare);
    screen.run(rows(3, false));
    assert!(!screen.state.tab().results.stale);
}
