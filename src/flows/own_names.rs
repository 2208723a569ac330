//! The names that applications give themselves, by registration or in a document.

use crate::domain::application::ApplicationSettings;
use crate::store::{StoreError, Transaction};

/// What is wrong with a name that [`passes_for_known`].
pub(super) const PASSES_FOR_KNOWN: &str = "'client_name': an application here has this name, or one that looks like it";

/// Whether a new name could be taken for that of an application that people here look after. What registered itself may
/// look like others that did: nobody knows which of them was meant.
pub(super) async fn passes_for_known(
    tx: &mut Transaction,
    before: Option<&ApplicationSettings>,
    settings: &ApplicationSettings,
) -> Result<bool, StoreError> {
    let is_new = before.is_none_or(|before| before.name != settings.name);
    Ok(is_new && tx.is_name_of_known(&settings.name).await?)
}
