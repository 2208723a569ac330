//! Who may use an application.

use crate::protocol::named::named;

named! {
    /// Who may use an application, of the people with an account here.
    #[derive(Default)]
    pub enum AccessPolicy {
        /// All of them.
        #[default]
        Everybody = "everybody": "Everybody with an account here",
        /// Those in one of its allowed groups.
        Groups = "groups": "Members of the allowed groups",
        /// Those who look after it.
        Owners = "owners": "Its owners",
    }
}
