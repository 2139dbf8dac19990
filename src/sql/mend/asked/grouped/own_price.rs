//! What was sold at the price of today: `SUM(product.price * line.quantity)`, where the line keeps the price that it was sold at.

use std::ops::Range;

use crate::schema::{Column, Holds, Meaning, Schema, Table};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::quote::identifier;
use crate::sql::resolve::{Reference, Resolution, resolve};
use crate::sql::tokens::Tokens;
use crate::text::words::split_name;

/// Words of columns that keep what one thing costs.
const PRICES: [&str; 3] = ["price", "prc", "rate"];
/// Words of columns that keep how many there are.
const AMOUNTS: [&str; 7] = ["quantity", "qty", "count", "units", "amount", "pieces", "number"];
/// Words of prices of another kind.
const OTHERS: [&str; 15] = [
    "vat", "total", "gross", "net", "sum", "exchange", "list", "cost", "purchase", "tax", "discount", "old", "original", "base", "shipping",
];
/// Words of a question that asks for the price of the thing.
const ASKED: [&str; 6] = ["list", "current", "currently", "today", "catalogue", "catalog"];

/// `sql` with the prices that things were sold at, and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let lower = question.to_lowercase();
    let asked = lower.split(|c: char| !c.is_alphanumeric()).any(|word| ASKED.contains(&word));
    let resolution = resolve(sql, schema).filter(|_| !asked && sql.contains('*'));
    let Some(resolution) = resolution else { return (sql.to_owned(), Vec::new()) };
    let tokens = Tokens::new(sql);
    edited(sql, ChangeKind::Column, (0..tokens.len()).filter_map(|at| product(&tokens, &resolution, at)).collect())
}

/// The price in the product whose sign is token `at`: where it stands, and the line's own.
fn product(tokens: &Tokens<'_>, resolution: &Resolution<'_>, at: usize) -> Option<(Range<usize>, String)> {
    if tokens.text(at) != "*" {
        return None;
    }
    let (start, end) = (tokens.operand_before(at)?, tokens.operand_after(at + 1)?);
    let reference = |range: Range<usize>| {
        let bytes = tokens.bytes(range);
        resolution.references.iter().find(|reference| reference.range == bytes)
    };
    let (left, right) = (reference(start..at)?, reference(at + 1..end)?);
    let (price, line) = if is_called(&left.name.text, &PRICES) { (left, right) } else { (right, left) };
    let things = resolution.source(price)?.table()?;
    let source = resolution.source(line)?;
    let lines = source.table()?;
    let sold = is_called(&price.name.text, &PRICES) && is_called(&line.name.text, &AMOUNTS) && price.binding != line.binding;
    let refers = lines.foreign_keys.iter().any(|key| things.is_target_of(lines, key));
    let own = own_price(lines).filter(|_| sold && refers)?;
    // In another unit of money they are two kinds of prices.
    let kind = things.column(&price.name.text)?;
    let same = in_cents(kind) == in_cents(own) && std::mem::discriminant(&kind.meaning) == std::mem::discriminant(&own.meaning);
    same.then(|| (price.range.clone(), qualified(price, &source.alias, own)))
}

fn qualified(price: &Reference, alias: &str, own: &Column) -> String {
    if price.qualifier.is_some() { format!("{}.{}", identifier(alias), identifier(&own.name)) } else { identifier(&own.name) }
}

fn is_called(name: &str, words: &[&str]) -> bool {
    split_name(name).iter().any(|word| words.contains(&word.as_str()) || word.strip_suffix("price").is_some() && words.contains(&"price"))
}

/// The one column of `lines` that keeps what one thing was sold at.
fn own_price(lines: &Table) -> Option<&Column> {
    let is_price = |column: &&Column| {
        let other = split_name(&column.name).iter().any(|word| OTHERS.contains(&word.as_str()));
        let number = column.holds == Holds::Numbers || matches!(column.meaning, Meaning::Number(_));
        is_called(&column.name, &PRICES) && number && !other
    };
    let mut prices = lines.columns.iter().filter(is_price);
    prices.next().filter(|_| prices.next().is_none())
}

/// Whether a price says that it is kept in the hundredth part.
fn in_cents(column: &Column) -> bool {
    split_name(&column.name).iter().any(|word| matches!(word.as_str(), "cents" | "cent" | "pence"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::ForeignKey;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let table = |name: &str, columns: &[&str], foreign_keys| {
            let mut table = Table { foreign_keys, ..Table::named(name, columns) };
            for column in &mut table.columns {
                column.holds = Holds::Numbers;
            }
            table
        };
        let key = || vec![ForeignKey::declared("product_id", "product", "id")];
        let schema = Schema {
            tables: vec![
                table("product", &["id", "price", "list_price"], Vec::new()),
                table("line", &["product_id", "quantity", "unit_price"], key()),
                table("cents", &["product_id", "quantity", "price_cents"], key()),
                table("bare", &["product_id", "quantity"], key()),
            ],
        };
        check_mended(|sql| mend(sql, &schema, question), sql, expected, question);
    }

    #[test]
    fn lines_have_their_own_price() {
        check(
            "What is the revenue?",
            "SELECT SUM(p.price * l.quantity) FROM product p JOIN line l ON l.product_id = p.id",
            "SELECT SUM(l.unit_price * l.quantity) FROM product p JOIN line l ON l.product_id = p.id",
        );
        check(
            "",
            "SELECT quantity * price FROM product p JOIN line l ON l.product_id = p.id",
            "SELECT quantity * unit_price FROM product p JOIN line l ON l.product_id = p.id",
        );
    }

    #[test]
    fn others_stay() {
        for (question, right) in [
            ("What is it worth at current prices?", "SELECT SUM(p.price * l.quantity) FROM product p JOIN line l ON l.product_id = p.id"),
            ("", "SELECT SUM(l.unit_price * l.quantity) FROM product p JOIN line l ON l.product_id = p.id"),
            ("", "SELECT SUM(p.price * c.quantity) FROM product p JOIN cents c ON c.product_id = p.id"),
            ("", "SELECT SUM(p.price * b.quantity) FROM product p JOIN bare b ON b.product_id = p.id"),
            ("", "SELECT p.price * 2 FROM product p JOIN line l ON l.product_id = p.id"),
        ] {
            check(question, right, right);
        }
    }
}
