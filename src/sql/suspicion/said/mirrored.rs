//! The last of a count taken as the first: `minute <= 10` for "in the last 10 minutes of a match".

use sqlparser::ast::{BinaryOperator, Expr};

use crate::schema::{Holds, Meaning};
use crate::sql::suspicion::read::blocks::Blocks;
use crate::sql::suspicion::read::columns::Columns;
use crate::sql::suspicion::read::expressions::{conjuncts, literal};
use crate::sql::suspicion::read::reason::{Suspicion, SuspicionKind, suspect};
use crate::sql::suspicion::read::words::Question;

pub(in crate::sql::suspicion) fn look(blocks: &Blocks<'_>, columns: &Columns<'_, '_>, question: &Question, out: &mut Vec<Suspicion>) {
    let Some(number) = question.last_of() else { return };
    for block in &blocks.out {
        let Some(selection) = &block.select.selection else { continue };
        let mut conditions = Vec::new();
        conjuncts(selection, &mut conditions);
        for condition in conditions {
            let Expr::BinaryOp { left, op: BinaryOperator::Lt | BinaryOperator::LtEq, right } = condition else { continue };
            let (Some(named), Some(value)) = (columns.of(left), literal(right)) else { continue };
            let column = named.column;
            let plain = column.holds == Holds::Numbers && column.meaning == Meaning::Plain;
            let reaches = column.range().is_some_and(|(low, high)| low <= number && high > 2.0 * number);
            if plain && reaches && value.to_string().parse() == Ok(number) {
                let sentence = format!("the question asks for the last {number} of {}, and the query takes the first", column.name);
                suspect(out, SuspicionKind::OtherEnd, sentence);
            }
        }
    }
}
