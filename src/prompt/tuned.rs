//! The messages that SQL-tuned models were trained with. Their words are facts of what these models know; the tests hold them beside what
//! their makers published.
//!
//! | form | source |
//! |---|---|
//! | OmniSQL | the template in the README of RUCKBReasoning/OmniSQL, commit 38303df, March 2025; schema and knowledge as its `process_dataset.py` has them, of which snowflakedb/ArcticTraining keeps a copy (commit 258e317) |
//! | XiYanSQL-QwenCoder | the template in the README of XGenerationLab/XiYanSQL-QwenCoder, commit 88ef3c9, March 2025 |
//! | Arctic-Text2SQL-R1 | `projects/arctic_text2sql_r1/bird_eval/infer.py` of snowflakedb/ArcticTraining, commit 0e8db41 |
//! | SLM-SQL | its own code is not published (README of CycloneBoy/slm_sql, commit 641ecab); it names CSC-SQL's, whose `src/cscsql/model/infer.py` was read in the copy scolcy/csc_sql, commit 5ee1015 |
//!
//! Two things are ours, and the same in every form: values that the question mentions stand with what is known beside it and not in the
//! schema, which so stays the same for every question; so do the question before and a person's hint.

use crate::llm::{Message, Prompt, Role};

/// What is asked.
pub(super) struct Asked<'a> {
    /// The schema, as the form has it.
    pub(super) schema: &'a str,
    /// What is known beside the question: earlier turns, values, a hint; may be empty.
    pub(super) known: String,
    /// The question.
    pub(super) question: String,
}

impl Asked<'_> {
    /// What is known, and behind it the question.
    fn with_known(&self) -> String {
        if self.known.is_empty() { self.question.clone() } else { format!("{}\n{}", self.known, self.question) }
    }
}

/// The task, in OmniSQL's words, which Arctic's and SLM-SQL's prompts have too.
const TASK: &str = "You are a data science expert. Below, you are provided with a database schema and a natural language question. Your task is \
                    to understand the schema and generate a valid SQL query to answer the question.";

/// What stands behind the schema.
pub(super) const BEHIND_SCHEMA: &str = "\nThis schema describes the database's structure, including tables, columns, primary keys, foreign \
                                        keys, and any relevant relationships or constraints.";

const INSTRUCTIONS: &str = "Instructions:\n\
    - Make sure you only output the information that is asked in the question. If the question asks for a specific column, make sure to only \
    include that column in the SELECT clause, nothing more.\n\
    - The generated query should return all of the information asked in the question without any missing or extra information.\n\
    - Before generating the final SQL query, please think through the steps of how to write the query.";

/// Engine, schema, question, instructions.
fn body(asked: &Asked<'_>) -> String {
    let (schema, question) = (asked.schema.trim_end(), asked.with_known());
    format!("Database Engine:\nSQLite\n\nDatabase Schema:\n{schema}{BEHIND_SCHEMA}\n\nQuestion:\n{question}\n\n{INSTRUCTIONS}")
}

fn message(role: Role, content: String) -> Message {
    Message { role, content }
}

/// OmniSQL's message.
pub(super) fn omnisql(asked: &Asked<'_>) -> Prompt {
    let text = format!(
        "Task Overview:\n{TASK}\n\n{}\n\nOutput Format:\nIn your answer, please enclose the generated SQL query in a code block:\n```\n-- Your \
         SQL query\n```\n\nTake a deep breath and think step by step to find the correct SQL query.",
        body(asked)
    );
    Prompt::Chat(vec![message(Role::User, text)])
}

/// XiYanSQL's message, for SQLite.
pub(super) fn xiyan(asked: &Asked<'_>) -> Prompt {
    let Asked { schema, known, question } = asked;
    let schema = schema.trim_end();
    let text = format!(
        "你是一名SQLite专家，现在需要阅读并理解下面的【数据库schema】描述，以及可能用到的【参考信息】，并运用SQLite知识生成sql语句回答【用户问题】。\n\
         【用户问题】\n{question}\n\n【数据库schema】\n{schema}\n\n【参考信息】\n{known}\n\n【用户问题】\n{question}\n\n```sql"
    );
    Prompt::Chat(vec![message(Role::User, text)])
}

/// Arctic's messages, the last of which is the beginning of the answer.
pub(super) fn arctic(asked: &Asked<'_>) -> Prompt {
    let text = format!(
        "{}\n\nOutput Format:\nPlease provide a detailed chain-of-thought reasoning process and include your thought process within `<think>` \
         tags. Your final answer should be enclosed within `<answer>` tags.\n\nEnsure that your SQL query follows the correct syntax and is \
         formatted as follows:\n\n```sql\n-- Your SQL query here\n```\n\nExample format:\n<think> Step-by-step reasoning, including \
         self-reflection and corrections if necessary. [Limited by 4K tokens] </think>\n<answer> Summary of the thought process leading to the \
         final SQL query. [Limited by 1K tokens]\n\n```sql\nCorrect SQL query here\n```\n</answer>",
        body(asked)
    );
    Prompt::Chat(vec![
        message(Role::System, TASK.into()),
        message(Role::User, text),
        message(Role::Assistant, "Let me solve this step by step. \n<think>".into()),
    ])
}

/// SLM-SQL's messages.
pub(super) fn slm_sql(asked: &Asked<'_>) -> Prompt {
    let system = "You are a helpful AI Assistant that provides well-reasoned and detailed responses. You first think about the reasoning process \
                  as an internal monologue and then provide the user with the answer. Respond in the following format: <think>\n...\n</think>\n\
                  <answer>\n...\n</answer>";
    let text = format!(
        "You first thinks about the reasoning process in the mind and then provides the user with the answer.\nTask Overview:\n{TASK}\n\n{}\n\n\n\n\
         Output Format:\nShow your work in <think> </think> tags. And return the final SQLite SQL query that starts with keyword `SELECT` in \
         <answer> </answer> tags, for example <answer>SELECT AVG(rating_score) FROM movies</answer>.  \n\nLet me solve this step by step.",
        body(asked)
    );
    Prompt::Chat(vec![message(Role::System, system.into()), message(Role::User, text)])
}
