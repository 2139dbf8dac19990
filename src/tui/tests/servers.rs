//! Models behind addresses: listed with F7, and nothing is sent before the person has seen it.

use super::*;

const ADDRESS: &str = "https://models.example/v1";

#[test]
fn nothing_is_sent_before_the_person_has_seen_it() {
    let mut screen = Screen::opened((80, 24));
    let job = screen.ask("Which artist?");
    screen.done(job, Outcome::NotAllowed { address: ADDRESS.into(), prompt: "### System:\nThe whole prompt".into() });
    let drawn = screen.drawn();
    assert!(drawn.contains("https://models.example/v1 is not this machine.") && drawn.contains("look at what would be sent"), "{drawn}");
    screen.press(&["enter"]);
    assert!(screen.drawn().contains("The whole prompt"), "{}", screen.drawn());
    assert!(screen.effects.is_empty());
    // Behind the text is the choice again.
    screen.press(&["esc"]);
    assert!(screen.drawn().contains("do not send it") && screen.effects.is_empty(), "{}", screen.drawn());
    screen.press(&["enter", "enter"]);
    assert!(screen.drawn().contains("do not send it"), "{}", screen.drawn());
    // Asked again, it is the same question; only a yes sends it.
    screen.press(&["esc"]);
    assert!(!screen.drawn().contains("do not send it"), "{}", screen.drawn());
    let job = screen.ask("Which artist?");
    screen.done(job, Outcome::NotAllowed { address: ADDRESS.into(), prompt: "p".into() });
    screen.press(&["down", "enter"]);
    let allow = ModelsWork::Allow { address: ADDRESS.into(), question: "Which artist?".into() };
    let allowing = screen.submitted(|work| *work == Work::Models(allow.clone()));
    screen.done(allowing, Outcome::Finished);
    screen.submitted(|work| matches!(work, Work::Ask(asked) if asked.question == "Which artist?"));
    assert!(!screen.drawn().contains("nobody has allowed"), "{}", screen.drawn());
}

#[test]
fn models_of_servers_are_listed_and_chosen() {
    let mut screen = Screen::opened((80, 24));
    screen.press(&["f7"]);
    let row = |name: &str, usable: bool, server: &str| ModelRow {
        name: name.into(),
        parameters: String::new(),
        quantisation: String::new(),
        bytes: None,
        licence: String::new(),
        note: None,
        presence: if usable { Presence::Installed } else { Presence::Absent },
        fits: None,
        usable,
        server: Some(server.into()),
    };
    let job = screen.submitted(|work| *work == Work::Models(ModelsWork::List));
    let there = row("team#big", true, "at https://models.example/v1");
    screen.done(job, Outcome::Models(vec![there, row("home", false, "nothing answers at http://127.0.0.1:1/v1")]));
    assert!(screen.drawn().contains("at https://models.example/v1"), "{}", screen.drawn());
    screen.press(&["ctrl+d"]);
    assert!(screen.drawn().contains("is deleted on the server"), "{}", screen.drawn());
    screen.press(&["enter"]);
    screen.submitted(|work| *work == Work::Models(ModelsWork::Use { name: "team#big".into() }));
    screen.press(&["down", "enter"]);
    assert!(screen.effects.is_empty() && screen.drawn().contains("nothing answers at"), "{}", screen.drawn());
}

#[test]
fn a_server_is_named_once() {
    #[track_caller]
    fn check(name: &str, expected: &str) {
        let mut screen = Screen::opened((120, 24));
        let job = screen.ask("Which artist?");
        let info = ModelInfo { name: name.into(), device: ADDRESS.into(), ..ModelInfo::default() };
        screen.report(Report::ModelLoaded { job, info });
        let drawn = screen.drawn();
        assert!(drawn.contains(expected), "{drawn}");
    }
    // What its model is called it says with its first answer.
    check(ADDRESS, "read-only │ https://models.example/v1 │");
    check("big", "read-only │ big on https://models.example/v1 │");
}
