//! Windows with a list or a line to type: opening them, typing in them.

use super::super::event::Effect;
use super::super::keys::{Action, Context};
use super::super::picker::{Choice, Item, Picker, PickerKind};
use super::super::state::{Prompt, PromptKind, State, Window};
use super::super::tab::offered;

/// What F9 shows, in its order.
const SCREENS: [Action; 18] = [
    Action::Open,
    Action::OpenBeside,
    Action::History,
    Action::Favourites,
    Action::Notes,
    Action::Models,
    Action::Learn,
    Action::FineTune,
    Action::Export,
    Action::OpenNotebook,
    Action::WriteNotebook,
    Action::ExportConversation,
    Action::Chart,
    Action::NewTab,
    Action::Settings,
    Action::SwitchTheme,
    Action::Help,
    Action::Quit,
];

pub(super) fn show(state: &mut State, kind: PickerKind, items: Vec<Item>) {
    state.window = Some(Window::List(Picker::new(kind, items)));
}

pub(super) fn prompt(state: &mut State, kind: PromptKind, text: &str) {
    state.window = Some(Window::Prompt(Box::new(Prompt { kind, text: offered(text) })));
}

fn commands(state: &State, wanted: impl Fn(Action) -> bool) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    let mut seen = Vec::new();
    for context in [Context::Everywhere, Context::Conversation, Context::Results, Context::Schema, Context::Editor] {
        for (binding, _) in state.options.keymap.of(context) {
            if wanted(binding.action) && !seen.contains(&binding.action) {
                seen.push(binding.action);
                let detail = state.options.keymap.label_of(binding.action);
                items.push(Item { label: binding.label.into(), detail, choice: Choice::Do(binding.action) });
            }
        }
    }
    items
}

pub(super) fn palette(state: &mut State) -> Vec<Effect> {
    let items = commands(state, |action| !action.is_local());
    show(state, PickerKind::Palette, items);
    Vec::new()
}

pub(super) fn menu(state: &mut State) -> Vec<Effect> {
    let mut items = commands(state, |action| SCREENS.contains(&action));
    items.sort_by_key(|item| SCREENS.iter().position(|action| item.choice == Choice::Do(*action)));
    show(state, PickerKind::Menu, items);
    Vec::new()
}

/// What was typed as a question is a statement: it can be run as it is.
pub(super) fn typed_sql(state: &mut State, sql: &str) -> Vec<Effect> {
    let item = |label: &str, choice| Item { label: label.into(), detail: sql.into(), choice };
    let items = vec![
        item("run it", Choice::Typed { text: sql.into(), is_sql: true }),
        item("ask it as a question", Choice::Typed { text: sql.into(), is_sql: false }),
    ];
    show(state, PickerKind::TypedSql, items);
    Vec::new()
}

/// A server that is not this machine was never sent anything: the person sees what would be sent, and decides.
pub(super) fn allow_server(state: &mut State, address: String, prompt: String, question: String) {
    let item = |label: &str, detail: &str, choice| Item { label: label.into(), detail: detail.into(), choice };
    let title = format!("What would be sent to {address}");
    let items = vec![
        item("look at what would be sent", "the whole prompt", Choice::Look { title, text: prompt }),
        item("send it", "and later questions to this address, too", Choice::Allow { address: address.clone(), question }),
        item("do not send it", "another model is chosen with F7", Choice::Nothing),
    ];
    show(state, PickerKind::AllowServer(address), items);
}

/// The list from which the text that was `closed` was looked at.
pub(super) fn behind(state: &mut State, closed: &Window) {
    let Window::Text { title, .. } = closed else { return };
    if let Some((_, picker)) = state.behind.take().filter(|(of, _)| of == title) {
        state.window = Some(Window::List(picker));
    }
}

/// Two readings are about as likely: the person says which is meant.
pub(super) fn ask_back(state: &mut State, question: String, choices: Vec<(String, String)>) {
    let item = |(text, sql): (String, String)| Item {
        label: text,
        detail: sql.split_whitespace().collect::<Vec<_>>().join(" "),
        choice: Choice::Sql { sql, question: None, history: None, favourite: None },
    };
    show(state, PickerKind::AskBack(question), choices.into_iter().map(item).collect());
}
