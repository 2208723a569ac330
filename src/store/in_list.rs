//! Looking up many rows by their ids: one statement for each fifty, with the same text on both engines.

use super::engine::Statement;

/// How many ids a statement takes.
const AT_ONCE: usize = 50;

/// The placeholders of [`chunks`], to be written behind `in`.
macro_rules! in_list {
    () => {
        "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, \
          $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, \
          $45, $46, $47, $48, $49, $50)"
    };
}

pub(super) use in_list;

/// The statement with the ids of each chunk; a chunk that is not full is padded with empty ids, which match no row.
pub(super) fn chunks(statement: &Statement, ids: &[String]) -> Vec<Statement> {
    let bound = |chunk: &[String]| {
        let padded = chunk.iter().cloned().chain(std::iter::repeat_n(String::new(), AT_ONCE - chunk.len()));
        padded.fold(statement.clone(), Statement::bind)
    };
    ids.chunks(AT_ONCE).map(bound).collect()
}
