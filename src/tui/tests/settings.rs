//! The settings page: every key, checked and saved.

use super::super::state::Window;
use super::*;
use crate::store::config::{KEYS, Setting};
use crate::store::{Config, WhileTyping};

const TEXT: &str = "# mine\ntheme = \"dark\"\ntimeout = 9 # long\n\n[keys]\nzoom = \"f12\"\n";

fn path() -> std::path::PathBuf {
    "/home/someone/config.toml".into()
}

fn opened(screen: &mut Screen) {
    screen.press(&["ctrl+p", "settings", "enter"]);
    let job = screen.submitted(|work| *work == Work::Keep(KeepWork::ReadSettings));
    screen.done(job, Outcome::Settings { path: path(), text: TEXT.into() });
}

/// What is to be saved.
#[track_caller]
fn saved(screen: &Screen) -> (u64, String, Option<String>) {
    let found = screen.effects.iter().find_map(|effect| match effect {
        Effect::Submit { job, work: Work::Keep(KeepWork::ChangeSetting(Setting { name, value })) } => {
            Some((*job, name.clone(), value.clone()))
        }
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{:?}", screen.effects))
}

fn came(screen: &mut Screen, text: &str) {
    let (job, ..) = saved(screen);
    screen.done(job, Outcome::Settings { path: path(), text: text.into() });
}

#[test]
fn every_key_is_on_the_page_with_its_value() {
    check("settings", opened);
    let mut screen = Screen::opened((120, 40));
    opened(&mut screen);
    let drawn = screen.drawn();
    for key in &KEYS {
        assert!(drawn.contains(key.name), "{}: {drawn}", key.name);
    }
    assert!(drawn.contains("1 of your own") && drawn.contains("9   seconds a query may take"), "{drawn}");
}

#[test]
fn values_are_checked_as_they_are_typed_and_saved() {
    check("setting_wrong", |screen| {
        opened(screen);
        screen.press(&["threads", "enter", "0"]);
    });
    let mut screen = Screen::opened((80, 24));
    opened(&mut screen);
    screen.press(&["threads", "enter", "0", "enter"]);
    assert!(screen.drawn().contains("a whole number of 1 or more is needed") && matches!(screen.state.window, Some(Window::Prompt(_))));
    screen.press(&["ctrl+u", "4", "enter"]);
    let (_, name, value) = saved(&screen);
    assert_eq!((name.as_str(), value.as_deref()), ("threads", Some("4")));
    came(&mut screen, &TEXT.replace("theme", "threads = 4\ntheme"));
    assert!(screen.drawn().contains("saved; threads holds from the next start on"), "{}", screen.drawn());
    // Taken back; and Esc in a field goes back to the page.
    screen.press(&["ctrl+d"]);
    assert_eq!(saved(&screen).2, None);
    came(&mut screen, TEXT);
    screen.press(&["enter", "esc"]);
    assert!(matches!(screen.state.window, Some(Window::List(_))));
}

#[test]
fn a_switch_turns_and_holds_at_once() {
    let mut screen = Screen::opened((80, 24));
    opened(&mut screen);
    screen.press(&["ask_and_run", "enter"]);
    let (_, name, value) = saved(&screen);
    assert_eq!((name.as_str(), value.as_deref()), ("ask_and_run", Some("true")));
    came(&mut screen, &format!("ask_and_run = true\n{TEXT}"));
    assert!(screen.state.options.ask_and_run);
    // One Enter asks and runs.
    screen.press(&["esc"]);
    let job = screen.ask("How many artists?");
    screen.done(job, Outcome::Answered(Box::new(answer("How many artists?", "SELECT count(*) FROM artist", AnswerState::Checked))));
    screen.submitted(|work| matches!(work, Work::Run { sql, .. } if sql == "SELECT count(*) FROM artist"));
    // What failed does not run.
    let mut screen = Screen::opened((80, 24));
    screen.state.options.ask_and_run = true;
    let job = screen.ask("How many?");
    screen.done(job, Outcome::Answered(Box::new(answer("How many?", "SELECT", AnswerState::Failed))));
    assert!(!screen.effects.iter().any(|effect| matches!(effect, Effect::Submit { work: Work::Run { .. }, .. })));
}

#[test]
fn a_theme_is_seen_before_it_is_chosen() {
    let mut screen = Screen::opened((80, 24));
    screen.state.theme = Theme::Dark;
    opened(&mut screen);
    screen.press(&["theme", "enter", "down"]);
    assert_eq!(screen.state.theme, Theme::Light);
    screen.press(&["esc"]);
    assert_eq!(screen.state.theme, Theme::Dark);
    screen.press(&["theme", "enter", "down", "enter"]);
    assert_eq!(saved(&screen).2.as_deref(), Some("\"light\""));
    came(&mut screen, &TEXT.replace("dark", "light"));
    assert_eq!(screen.state.theme, Theme::Light);
}

#[test]
fn keys_are_bound_on_the_page() {
    let typed = |screen: &mut Screen, keys: &str| {
        screen.press(&["ctrl+u"]);
        screen.event(Event::Paste(keys.into()));
        screen.press(&["enter"]);
    };
    let mut screen = Screen::opened((80, 24));
    opened(&mut screen);
    screen.press(&["keys", "enter", "run-sql", "enter"]);
    typed(&mut screen, "hyper+x");
    assert!(screen.drawn().contains("there is no such key"), "{}", screen.drawn());
    typed(&mut screen, "ctrl+x");
    let (_, name, value) = saved(&screen);
    assert_eq!((name.as_str(), value.as_deref()), ("keys.run-sql", Some("[\"ctrl+x\"]")));
    came(&mut screen, &format!("{TEXT}run-sql = [\"ctrl+x\"]\n"));
    screen.press(&["esc", "esc", "alt+3", "SELECT 1", "ctrl+x"]);
    screen.submitted(|work| matches!(work, Work::Run { .. }));
}

#[test]
fn a_file_with_a_mistake_is_not_touched() {
    let mut screen = Screen::opened((80, 24));
    screen.press(&["ctrl+p", "settings", "enter"]);
    let job = screen.submitted(|work| *work == Work::Keep(KeepWork::ReadSettings));
    screen.done(job, Outcome::Settings { path: path(), text: "theme = \n".into() });
    assert!(screen.drawn().contains("mend the file first"), "{}", screen.drawn());
}

#[test]
fn what_the_model_does_meanwhile_is_switched() {
    let mut screen = Screen::opened((80, 24));
    for expected in [WhileTyping::Read, WhileTyping::Wait, WhileTyping::Answer] {
        screen.press(&["ctrl+p", "while-typing", "enter"]);
        assert_eq!(screen.state.options.while_typing, expected);
        assert!(screen.drawn().contains("while you type, the model"), "{}", screen.drawn());
    }
}

#[test]
fn a_change_is_written_and_the_rest_of_the_file_stays() {
    let folder = tempfile::tempdir().unwrap();
    let paths = crate::store::Paths::all_in(folder.path());
    let set = |name: &str, value: Option<&str>| Config::change(&paths, &Setting { name: name.into(), value: value.map(str::to_owned) });
    assert_eq!(set("vim", Some("true")).unwrap(), "vim = true\n");
    std::fs::write(paths.config_file(), TEXT).unwrap();
    assert_eq!(set("timeout", Some("7")).unwrap(), TEXT.replace("timeout = 9 # long", "timeout = 7 # long"));
    assert_eq!(std::fs::read_to_string(paths.config_file()).unwrap(), TEXT.replace("= 9", "= 7"));
    // What would be wrong is not written.
    assert!(set("threads", Some("0")).is_err() && set("theme", Some("pink")).is_err() && set("nothing", Some("1")).is_err());
    assert_eq!(std::fs::read_to_string(paths.config_file()).unwrap(), TEXT.replace("= 9", "= 7"));
    assert_eq!(set("timeout", None).unwrap(), TEXT.replace("timeout = 9", "# timeout = 7"));
}
