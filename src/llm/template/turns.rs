//! Messages as a template takes them.

use super::super::{Message, Role};

/// What stands between two texts that became one message.
const BETWEEN: &str = "\n\n";

/// The text of system messages before that of the next question; a question of its own where none follows.
pub(super) fn fold_system(messages: &[Message]) -> Vec<Message> {
    let mut out: Vec<Message> = Vec::with_capacity(messages.len());
    let mut waiting = String::new();
    for message in messages {
        match message.role {
            Role::System => append(&mut waiting, &message.content),
            Role::User => {
                append(&mut waiting, &message.content);
                out.push(Message { role: Role::User, content: std::mem::take(&mut waiting) });
            }
            _ => out.push(message.clone()),
        }
    }
    if !waiting.is_empty() {
        out.push(Message { role: Role::User, content: waiting });
    }
    out
}

/// Neighbours of one role as one message; `None` where there are none.
pub(super) fn alternating(messages: &[Message]) -> Option<Vec<Message>> {
    let mut out: Vec<Message> = Vec::with_capacity(messages.len());
    for message in messages {
        match out.last_mut().filter(|last| last.role == message.role) {
            Some(last) => append(&mut last.content, &message.content),
            None => out.push(message.clone()),
        }
    }
    (out.len() < messages.len()).then_some(out)
}

fn append(text: &mut String, more: &str) {
    if !text.is_empty() {
        text.push_str(BETWEEN);
    }
    text.push_str(more);
}
