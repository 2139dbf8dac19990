//! The `sqllama` program: see [`sqllama::cli`].

fn main() {}
