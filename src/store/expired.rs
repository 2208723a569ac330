//! Deleting what has expired, some rows at a time.

/// Deletes rows that expired by `$1`, by the table's key, at most `$2` of them: for `execute_in_batches`.
macro_rules! expired {
    ($table:literal, $key:literal) => {
        $crate::store::engine::sql(concat!(
            "delete from ",
            $table,
            " where ",
            $key,
            " in (select ",
            $key,
            " from ",
            $table,
            " where expires_at <= $1 order by expires_at limit $2)"
        ))
    };
}

pub(super) use expired;
