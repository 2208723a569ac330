//! What stands around every operator page.

use super::messages::OperatorMessages;
use crate::http::pages::view::Form;
use crate::http::pages::viewer::Operator;

/// The bar at the top.
#[derive(Clone, Debug)]
pub(in crate::http) struct Bar {
    here: Here,
    /// The messages of its language.
    pub(in crate::http) t: &'static OperatorMessages,
    /// Who is signed in.
    pub(in crate::http) address: String,
    /// Ends the session.
    pub(in crate::http) sign_out: Form,
}

/// The page, or the page that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Here {
    Overview,
    Approvals,
    Applications,
    Registration,
    Users,
    Groups,
    Audit,
    Keys,
    Mail,
    Webhooks,
    Scopes,
    Settings,
}

impl Here {
    const ALL: [Self; 12] = [
        Self::Overview,
        Self::Approvals,
        Self::Applications,
        Self::Registration,
        Self::Users,
        Self::Groups,
        Self::Audit,
        Self::Keys,
        Self::Mail,
        Self::Webhooks,
        Self::Scopes,
        Self::Settings,
    ];

    /// Its address.
    pub(in crate::http) const fn href(self) -> &'static str {
        match self {
            Self::Overview => "/admin",
            Self::Approvals => "/admin/approvals",
            Self::Applications => "/admin/applications",
            Self::Registration => "/admin/registration",
            Self::Users => "/admin/users",
            Self::Groups => "/admin/groups",
            Self::Audit => "/admin/audit",
            Self::Keys => "/admin/keys",
            Self::Mail => "/admin/mail",
            Self::Webhooks => "/admin/webhooks",
            Self::Scopes => "/admin/scopes",
            Self::Settings => "/admin/settings",
        }
    }

    /// Its address, where it says what was just done.
    pub(super) fn after(self, done: &str) -> String {
        format!("{}?done={done}", self.href())
    }

    /// What it is called.
    pub(in crate::http) const fn name(self, t: &OperatorMessages) -> &'static str {
        let places = &t.places;
        match self {
            Self::Overview => places.overview,
            Self::Approvals => places.approvals,
            Self::Applications => places.applications,
            Self::Registration => places.registration,
            Self::Users => places.accounts,
            Self::Groups => places.groups,
            Self::Audit => places.audit,
            Self::Keys => places.keys,
            Self::Mail => places.mail,
            Self::Webhooks => places.webhooks,
            Self::Scopes => places.scopes,
            Self::Settings => places.settings,
        }
    }
}

impl Bar {
    /// The bar for this person.
    pub(in crate::http) fn of(operator: &Operator, here: Here) -> Self {
        Self {
            here,
            t: OperatorMessages::of(operator.language),
            address: operator.address(),
            sign_out: operator.form("/account/sign-out"),
        }
    }

    /// Every page that it leads to.
    #[expect(clippy::unused_self, reason = "a template has nothing but values to ask")]
    pub(in crate::http) const fn places(&self) -> [Here; 12] {
        Here::ALL
    }

    /// Whether the page is this one.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "a template hands references over")]
    pub(in crate::http) fn is_at(&self, place: &Here) -> bool {
        self.here == *place
    }
}
