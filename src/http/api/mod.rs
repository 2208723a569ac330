//! The API under `/api/v1`.

pub(super) mod hello;
