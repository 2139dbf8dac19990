//! Sentences: nouns with their conditions, and the ways to ask for a thing.

use super::condition::Condition;
use super::draft::Desk;

impl Desk<'_> {
    /// A noun with what is said of it: `active members from Lyon who joined in 2021`. `any`: one of the conditions is enough.
    pub(super) fn described(&mut self, table: usize, conditions: &[Condition], many: bool, any: bool) -> String {
        let (one, several) = self.noun(table);
        let noun = if many { several } else { one };
        let who = self.who(table);
        let (mut before, mut behind, mut clauses): (Vec<String>, Vec<String>, Vec<String>) = Default::default();
        for condition in conditions {
            let adjective = condition.before.clone().filter(|_| before.is_empty() && (!any || conditions.len() == 1));
            let does = self.random.pick(&condition.does).cloned();
            let behind_it = self.random.pick(&condition.behind).cloned();
            match (adjective, does, behind_it) {
                (Some(word), does, _) if does.is_none() || self.random.below(3) > 0 => before.push(word),
                (_, Some(does), None) => clauses.push(if many { does.0 } else { does.1 }),
                (_, Some(does), Some(_)) if self.random.once_in(3) => clauses.push(if many { does.0 } else { does.1 }),
                (_, _, Some(words)) => behind.push(words),
                (Some(word), _, None) => before.push(word),
                (None, None, None) => {}
            }
        }
        let and = if any { " or " } else { " and " };
        // What has a verb of its own comes last.
        behind.sort_by_key(|words| words.starts_with("whose "));
        let mut rest = behind.join(and);
        if !clauses.is_empty() {
            let clauses = format!("{who} {}", clauses.join(and));
            rest = match (rest.is_empty(), any) {
                (true, _) => clauses,
                (false, true) => format!("{rest} or {clauses}"),
                (false, false) if rest.contains("whose ") => format!("{rest} and {clauses}"),
                (false, false) => format!("{rest} {clauses}"),
            };
        }
        [before.join(" "), noun, rest].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// What several of a table do by their conditions, where all of these have verbs.
    pub(super) fn all_do(&mut self, conditions: &[Condition], any: bool) -> Option<String> {
        let mut words = Vec::new();
        for condition in conditions {
            words.push(self.random.pick(&condition.does)?.0.clone());
        }
        Some(words.join(if any { " or " } else { " and " })).filter(|words| !words.is_empty())
    }

    /// Asks for several things: `the names of the owners`.
    pub(super) fn ask_many(&mut self, things: &str) -> String {
        let ways = [
            format!("What are the {things}?"),
            format!("What are the {things}?"),
            format!("What are the {things}?"),
            format!("List the {things}."),
            format!("List the {things}."),
            format!("Show the {things}."),
            format!("Show me the {things}."),
            format!("Give me the {things}."),
            format!("Give the {things}."),
            format!("Find the {things}."),
            format!("Find the {things}."),
            format!("Return the {things}."),
            format!("Please list the {things}."),
            format!("Can you give me the {things}?"),
            format!("Could you show me the {things}?"),
            format!("I would like to see the {things}."),
            format!("I need the {things}."),
            things.to_string(),
            format!("{things}, please"),
            format!("Tell me the {things}."),
            format!("Get the {things}."),
            format!("Display the {things}."),
        ];
        self.pick(&ways)
    }

    /// Asks for one thing: `average weight of the pets`.
    pub(super) fn ask_one(&mut self, thing: &str) -> String {
        let ways = [
            format!("What is the {thing}?"),
            format!("What is the {thing}?"),
            format!("What is the {thing}?"),
            format!("What's the {thing}?"),
            format!("Find the {thing}."),
            format!("Find the {thing}."),
            format!("Give the {thing}."),
            format!("Give me the {thing}."),
            format!("Show the {thing}."),
            format!("Tell me the {thing}."),
            format!("Return the {thing}."),
            format!("Compute the {thing}."),
            format!("I'd like to know the {thing}."),
            format!("Could you tell me the {thing}?"),
            format!("{thing}?"),
            thing.to_string(),
        ];
        self.pick(&ways)
    }

    /// Asks how many there are.
    pub(super) fn ask_count(&mut self, things: &str) -> String {
        let ways = [
            format!("How many {things} are there?"),
            format!("How many {things} are there?"),
            format!("How many {things} are there?"),
            format!("How many {things} do we have?"),
            format!("Count the {things}."),
            format!("What is the number of {things}?"),
            format!("Find the number of {things}."),
            format!("Number of {things}"),
            format!("Tell me how many {things} there are."),
            format!("Give me the total number of {things}."),
            format!("Can you count the {things}?"),
            format!("What is the total number of {things}?"),
        ];
        self.pick(&ways)
    }

    /// Asks for something of each thing: `for each owner`, `the number of pets`.
    pub(super) fn ask_each(&mut self, each: &str, things: &str) -> String {
        let ways = [
            format!("For each {each}, show the {things}."),
            format!("For each {each}, what is the {things}?"),
            format!("For every {each}, give the {things}."),
            format!("What is the {things} for each {each}?"),
            format!("What is the {things} of each {each}?"),
            format!("Show the {things} for each {each}."),
            format!("Find the {things} for each {each}."),
            format!("List the {things} for every {each}."),
            format!("Give me the {things} per {each}."),
            format!("{things} per {each}"),
            format!("{things} by {each}"),
            format!("Per {each}, what is the {things}?"),
        ];
        self.pick(&ways)
    }
}
