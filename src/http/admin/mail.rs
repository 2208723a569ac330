//! `/admin/mail`: mail that was not delivered.

use super::frame::{Bar, Here};
use super::messages::OperatorMessages;
use super::view::MailPage;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::viewer::Operator;

/// `GET /admin/mail`.
pub(in crate::http) async fn show(operator: Operator) -> PageResult {
    Ok(operator.page(&MailPage {
        t: OperatorMessages::of(operator.language),
        bar: Bar::of(&operator, Here::Mail),
        mails: operator.edge.mail().unsent_mail(&operator.caller()).await?,
        now: operator.now(),
    }))
}
