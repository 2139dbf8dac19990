//! Notebooks on the screen.

use super::super::notebook::Standing;
use super::super::state::Window;
use super::*;
use crate::jobs::{NotebookOutcome, NotebookWork};
use crate::notebook::{Change, KeptResult, Notebook, Statement, Verdict, change};

const TEXT: &str = "---\ndatabase: shop.sqlite\n---\n# Monthly\n```question\nHow many albums has each artist?\n```\n\n```sql\nSELECT artist_id, count(*) AS albums FROM album GROUP BY artist_id\n```\n\n```csv result\nartist_id,albums\n1,2\n2,5\n3,1\n```\n\n```sql\nSELECT nothing\n```\n\n```question\nWho sold most?\n```\n";

fn kept(rows: &[(i64, i64)]) -> KeptResult {
    let rows = rows.iter().map(|(a, b)| vec![Cell::Integer(*a), Cell::Integer(*b)]).collect();
    KeptResult { table: table(&["artist_id", "albums"], rows) }
}

fn read(screen: &mut Screen, text: &str) {
    let job = screen.submitted(|work| matches!(work, Work::Notebook(_)));
    let notebook = Arc::new(Notebook::parse(text.into()));
    let database = notebook.database_set("/home/someone/figures.md".as_ref()).unwrap().map(|set| set.to_string());
    let path = "/home/someone/figures.md".into();
    screen.done(job, Outcome::Notebook(Box::new(NotebookOutcome::Read { path, notebook, database })));
}

fn opened(screen: &mut Screen) {
    screen.press(&["ctrl+p", "open-notebook", "enter", "ctrl+u", "figures.md", "enter"]);
    let job = screen.submitted(|work| *work == Work::Notebook(NotebookWork::Read { path: "/home/someone/figures.md".into() }));
    assert!(job > 0);
    read(screen, TEXT);
}

fn ran(screen: &mut Screen) {
    screen.press(&["r"]);
    let job = screen.submitted(|work| *work == Work::Notebook(NotebookWork::Run { text: TEXT.into() }));
    let (before, now) = (kept(&[(1, 2), (2, 5), (3, 1)]), kept(&[(1, 2), (2, 6), (3, 1), (4, 1)]));
    let differs = Verdict::Differs(change(&before.table, &now.table, crate::db::RowOrder::Free));
    let first = Statement { sql: "SELECT".into(), kept: Some(before), now, verdict: differs };
    let error = crate::notebook::RunError::Database { message: "no such column: nothing".into(), hint: String::new(), refused: false };
    let second = Statement { sql: "SELECT nothing".into(), kept: None, now: KeptResult::default(), verdict: Verdict::Failed(error) };
    screen.done(job, Outcome::Notebook(Box::new(NotebookOutcome::Ran(vec![vec![first], vec![second], Vec::new()]))));
}

#[test]
fn a_notebook_is_opened_and_run_beside_what_it_keeps() {
    check("notebook_read", opened);
    check("notebook_ran", |screen| {
        opened(screen);
        ran(screen);
    });
}

#[test]
fn what_its_keys_do() {
    let mut screen = Screen::opened((80, 24));
    opened(&mut screen);
    // Nothing is written before it ran, nor without being asked.
    screen.press(&["u"]);
    assert!(screen.effects.is_empty() && screen.drawn().contains("nothing ran yet"), "{}", screen.drawn());
    ran(&mut screen);
    screen.press(&["u"]);
    let is_new = |work: &Work| matches!(work, Work::Notebook(NotebookWork::Replace { before, after, .. }) if before == TEXT && after.contains("1,2\n2,6\n3,1\n4,1\n") && after.ends_with("Who sold most?\n```\n"));
    let job = screen.submitted(is_new);
    assert!(job > 0);
    // The SQL goes into the editor, a question is asked, the named database opened.
    screen.press(&["enter"]);
    assert!(screen.state.window.is_none() && screen.state.sql().starts_with("SELECT artist_id, count(*)"), "{}", screen.state.sql());
    opened(&mut screen);
    screen.press(&["down", "down", "enter"]);
    screen.submitted(|work| matches!(work, Work::Ask(asked) if asked.question == "Who sold most?"));
    let mut screen = Screen::opened((80, 24));
    opened(&mut screen);
    screen.press(&["o"]);
    screen.submitted(|work| *work == Work::Open { database: "/home/someone/shop.sqlite".into() });
    // It is open already, by a name that begins in this folder.
    for name in ["shop.sqlite", "./shop.sqlite", "/home/someone/shop.sqlite"] {
        screen.state.database = name.into();
        opened(&mut screen);
        assert!(!screen.drawn().contains("The notebook names"), "{name}: {}", screen.drawn());
        screen.press(&["esc"]);
    }
    // Closing stops what runs.
    opened(&mut screen);
    screen.press(&["r"]);
    let job = screen.submitted(|work| matches!(work, Work::Notebook(NotebookWork::Run { .. })));
    screen.press(&["esc"]);
    assert!(screen.effects.contains(&Effect::Cancel(job)) && screen.state.window.is_none());
}

#[test]
fn a_markdown_file_opens_as_a_notebook_wherever_files_are_opened() {
    let mut screen = Screen::opened((80, 24));
    screen.press(&["ctrl+o", "type a path", "enter", "figures.MD", "enter"]);
    screen.submitted(|work| *work == Work::Notebook(NotebookWork::Read { path: "/home/someone/figures.MD".into() }));
    read(&mut screen, "no cells here\n");
    assert!(screen.drawn().contains("no block ```sql or ```question in this file"), "{}", screen.drawn());
    screen.press(&["r", "u", "enter", "down", "y"]);
    assert!(matches!(screen.state.window, Some(Window::Notebook(_))));
}

#[test]
fn the_conversation_becomes_a_notebook() {
    let mut screen = Screen::opened((80, 24));
    screen.press(&["ctrl+p", "write-notebook", "enter"]);
    assert!(screen.drawn().contains("nothing was asked yet"), "{}", screen.drawn());
    checked(&mut screen);
    screen.press(&["ctrl+p", "write-notebook", "enter"]);
    assert!(screen.drawn().contains("music-notebook.md"), "{}", screen.drawn());
    screen.press(&["enter"]);
    let is_whole = |work: &Work| match work {
        Work::Notebook(NotebookWork::Write { path, text }) => {
            let notebook = Notebook::parse(text.clone());
            let cell = &notebook.cells[0];
            path.ends_with("music-notebook.md")
                && notebook.database.as_deref() == Some("/home/someone/music.sqlite")
                && cell.title() == "Which artist has the most albums?"
                && cell.sql.as_ref().unwrap().0.starts_with("SELECT name, count(*)")
        }
        _ => false,
    };
    assert!(screen.submitted(is_whole) > 0);
    read(&mut screen, TEXT);
    screen.press(&["esc", "ctrl+p", "add-to-notebook", "enter", "enter"]);
    let is_added = |work: &Work| {
        matches!(work, Work::Notebook(NotebookWork::Add { path, question: Some(question), .. })
            if path.ends_with("figures.md") && question == "Which artist has the most albums?")
    };
    assert!(screen.submitted(is_added) > 0);
}

#[test]
fn cells_stand_by_the_worst_of_their_statements() {
    let mut screen = Screen::opened((80, 24));
    opened(&mut screen);
    ran(&mut screen);
    let Some(Window::Notebook(page)) = &screen.state.window else { panic!() };
    let standing: Vec<Standing> = (0..3).map(|at| page.standing(at)).collect();
    assert_eq!(standing, [Standing::Differs, Standing::Failed, Standing::Unanswered]);
    let same = Statement { verdict: Verdict::Same, ..page.ran[0][0].clone() };
    let reordered = Verdict::Differs(Change { reordered: true, ..Change::default() });
    let mut other = (**page).clone();
    other.ran[0] = vec![same.clone(), Statement { verdict: reordered, ..same.clone() }];
    assert_eq!(other.standing(0), Standing::Differs);
    other.ran[0] = vec![same];
    assert_eq!(other.standing(0), Standing::Same);
}
