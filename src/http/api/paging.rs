//! Long lists in pages.

use axum::response::{IntoResponse, Response};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::problem::Named as _;
use crate::domain::listing::{Search, cursor_of, place_of};
use crate::http::reply::{Answer, Unkept};
use crate::protocol::refusal::Refusal;

/// The most items of a page.
const MOST: u16 = 100;

/// How many items a page has by default.
const USUAL: u16 = 50;

/// One page of a list.
#[derive(Serialize, ToSchema)]
pub(super) struct Page<T> {
    /// The items.
    items: Vec<T>,
    /// The cursor of the next page: send it as `cursor`. None on the last page.
    next_cursor: Option<String>,
}

/// How many items a page is to have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit(u16);

impl Default for Limit {
    fn default() -> Self {
        Self(USUAL)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let number = text.parse().ok().filter(|number| (1..=MOST).contains(number));
        number.map(Self).ok_or_else(|| D::Error::custom(format!("expected a number from 1 to {MOST}")))
    }
}

impl Limit {
    /// How many rows are read: one more than shown tells whether there is another page.
    pub(super) const fn rows(self) -> u16 {
        self.0 + 1
    }

    /// How many items are shown.
    pub(super) fn items(self) -> u32 {
        u32::from(self.0)
    }

    /// The page of these rows; `place` gives the cursor of a row.
    pub(super) fn page<R, T: From<R>, P: Serialize>(self, mut rows: Vec<R>, place: impl Fn(&R) -> P) -> Page<T> {
        let shown = usize::from(self.0);
        let more = rows.len() > shown;
        rows.truncate(shown);
        let next_cursor = rows.last().filter(|_| more).map(|last| cursor_of(&place(last)));
        Page { items: rows.into_iter().map(T::from).collect(), next_cursor }
    }
}

impl<T> Page<T> {
    /// A list on one page.
    pub(super) fn of<R>(rows: impl IntoIterator<Item = R>) -> Self
    where
        T: From<R>,
    {
        Self::whole(rows.into_iter().map(T::from).collect())
    }

    /// The same, as it is shown.
    pub(super) const fn whole(items: Vec<T>) -> Self {
        Self { items, next_cursor: None }
    }
}

impl<T: Serialize> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        Unkept(self).into_response()
    }
}

/// Parses a search text.
pub(super) fn searched(text: Option<&str>) -> Answer<Option<Search>> {
    let wrong = |e| Refusal::invalid_request(format!("'q': {e}")).of("q");
    text.map(|text| text.parse::<Search>().map_err(wrong)).transpose()
}

/// Decodes a cursor.
pub(super) fn place<P: DeserializeOwned>(cursor: Option<&str>) -> Answer<Option<P>> {
    let unknown = || Refusal::invalid_request("this cursor is not one that was handed out").of("cursor");
    cursor.map(|cursor| place_of(cursor).ok_or_else(unknown)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_page_has_no_cursor() {
        let page = |rows: Vec<i32>| Limit(2).page::<i32, i32, i32>(rows, |row| *row);
        assert_eq!((page(vec![1, 2, 3]).items, page(vec![1, 2, 3]).next_cursor), (vec![1, 2], Some(cursor_of(&2))));
        assert_eq!(page(vec![1, 2]).next_cursor, None);
    }
}
