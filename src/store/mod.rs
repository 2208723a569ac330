//! MEMORY: everything the server remembers between requests, and all of its SQL.
//!
//! One file per noun; method names begin with the noun. One SQL text serves SQLite and PostgreSQL, and
//! [`engine`] is the only file that tells them apart. Does not own what the facts mean (`domain`) nor when
//! they change (`flows`). Imports `domain` and `protocol`.

mod account_invitations;
mod address_changes;
mod application_days;
mod application_requests;
mod application_settings;
mod applications;
mod approvals;
mod audit;
mod authorization_codes;
mod authorizations;
mod batches;
mod catalogue;
mod client_assertions;
mod consents;
mod delivery_traces;
mod device_grants;
mod engine;
mod error;
mod expiry;
mod forgotten;
mod generations;
mod groups;
mod idempotency_keys;
mod in_list;
mod invitations;
mod keep_links;
mod life_cycle;
mod listings;
mod login_codes;
mod maintenance;
mod migrations;
mod outbox;
mod overview;
mod owners;
mod passkeys;
mod pushed_requests;
mod rate_limits;
mod refresh_tokens;
mod registration_tokens;
mod registrations;
mod revoked_tokens;
mod row;
mod secrets;
mod sessions;
mod set_up;
mod sign_ins;
mod signing_algorithms;
mod signing_keys;
mod token_families;
mod tries;
mod uptime_clock;
mod users;
mod webhook_deliveries;
mod webhooks;

pub use application_days::DayTotal;
pub use applications::{ApplicationUse, StateChange};
pub use audit::AuditLine;
pub use delivery_traces::{DeliveryStep, DeliveryTrace, MOST_OF_A_KIND};
pub use engine::{DatabaseSettings, Location, Pooling, Store, Transaction};
pub use error::StoreError;
pub use generations::{Generation, Generations};
pub use idempotency_keys::KnownRequest;
pub use keep_links::KeepLink;
pub use life_cycle::{DueBy, GuardedStep};
pub use maintenance::ServerLock;
pub use migrations::Schema;
pub use outbox::{ClaimedMail, NewMail, UnsentMail};
pub use overview::Counts;
pub use pushed_requests::PushedRow;
pub use registrations::UnusedRegistrations;
pub use webhook_deliveries::{AfterTry, ClaimedDelivery};
