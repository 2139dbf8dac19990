//! Every table, as far as that fits.

use super::minor::{self, Class, Form, STEPS};
use super::pieces::Rung;
use super::statement::{KEYS_ONLY, NOTE_BYTES, SAMPLES, not_shown, statement};
use crate::prompt::form::SchemaStyle;
use crate::prompt::link::neighbours;
use crate::schema::{Schema, ValueHit};

/// Every table that has rows with every column, its type and samples; bookkeeping and tables without rows shrink as far as they must. `None`
/// where that does not fit. The tables that `asked` names follow in full, so that the text before them is the same for every question.
pub(super) fn told(schema: &Schema, style: SchemaStyle, budget: usize, asked: Option<(&str, &[ValueHit])>) -> Option<String> {
    let classes = minor::classes(schema);
    for samples in [SAMPLES, 1] {
        let rung = Rung { samples, types: true, plain_columns: usize::MAX, style };
        for step in STEPS {
            // Without a table to shrink, all steps are alike.
            if step != (Form::Full, Form::Full) && !classes.iter().any(|class| *class != Class::Told) {
                break;
            }
            let Some(text) = at(schema, &classes, step, &rung, budget) else { continue };
            let shrunk = |place: &usize| classes.get(*place).is_some_and(|class| minor::form(*class, step) != Form::Full);
            let Some((question, hits)) = asked else { return Some(text) };
            let named = minor::named(schema, &classes, question, hits);
            let more: String = named
                .iter()
                .filter(|place| shrunk(place))
                .filter_map(|&place| schema.tables.get(place))
                .map(|t| statement(t, &rung, &[]))
                .collect();
            if text.len() + more.len() <= budget {
                return Some(text + &more);
            }
        }
    }
    None
}

fn at(schema: &Schema, classes: &[Class], step: (Form, Form), rung: &Rung, budget: usize) -> Option<String> {
    let (mut text, mut lines) = (String::new(), minor::counts(classes, step) + &minor::hidden(schema, classes));
    for (table, class) in schema.tables.iter().zip(classes) {
        match minor::form(*class, step) {
            Form::Full => text.push_str(&statement(table, rung, &[])),
            form => lines.push_str(&minor::line(table, *class, form)),
        }
        if text.len() + lines.len() > budget {
            return None;
        }
    }
    Some(text + &lines)
}

/// Every table with less and less: samples go, then types, then columns that are no keys; then as many tables as fit, those first that
/// have rows and that others join. What cannot be told in full for no question in particular.
pub(super) fn most_of(schema: &Schema, style: SchemaStyle, budget: usize) -> String {
    let classes = minor::classes(schema);
    let none = (Form::Out, Form::Out);
    for (types, plain_columns) in [(true, usize::MAX), (false, usize::MAX), (false, 20), (false, 5), (false, 0)] {
        let rung = Rung { samples: 0, types, plain_columns, style };
        let note = if plain_columns == 0 { KEYS_ONLY } else { "" };
        for step in [(Form::Keys, Form::Columns), none] {
            if let Some(text) = at(schema, &classes, step, &rung, budget.saturating_sub(note.len())) {
                return text + note;
            }
        }
    }
    let joined = neighbours(schema);
    let mut places: Vec<usize> = (0..schema.tables.len()).collect();
    let is_minor = |place: usize| classes.get(place).is_some_and(|class| *class != Class::Told);
    places.sort_by_key(|&place| (is_minor(place), std::cmp::Reverse(joined.get(place).map_or(0, Vec::len))));
    let rung = Rung { samples: 0, types: false, plain_columns: 0, style };
    let hidden = minor::hidden(schema, &classes);
    let room = budget.saturating_sub(KEYS_ONLY.len() + NOTE_BYTES + hidden.len());
    let (mut kept, mut bytes) = (Vec::new(), 0);
    for place in places {
        let Some(table) = schema.tables.get(place).filter(|_| classes.get(place) != Some(&Class::Hidden)) else { continue };
        let text = statement(table, &rung, &[]);
        if bytes + text.len() <= room {
            bytes += text.len();
            kept.push((place, text));
        }
    }
    kept.sort_by_key(|&(place, _)| place);
    let mut out: String = kept.iter().map(|(_, text)| text.as_str()).collect();
    out.push_str(KEYS_ONLY);
    let names = classes.iter().filter(|class| **class == Class::Hidden).count();
    out.push_str(&not_shown((schema.tables.len() - kept.len()).saturating_sub(names)));
    out + &hidden
}
