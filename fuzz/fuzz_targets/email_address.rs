//! Addresses of people and of receivers: what is taken is one address, and stays it in its canonical form.
#![no_main]

use gatepost_fuzz::domain::user::EmailAddress;
use gatepost_fuzz::domain::webhook_url::WebhookUrl;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(address) = text.parse::<EmailAddress>() {
        assert_eq!(address.as_str(), text);
        assert!(text.is_ascii() && text.matches('@').count() == 1);
        assert!(!text.contains(|c: char| c.is_control() || c.is_whitespace() || "<>,;:\"()[]\\".contains(c)));
        let key: EmailAddress = address.key().parse().expect("the canonical form is an address");
        assert_eq!(key.key(), address.key());
        assert!(address.masked().ends_with(text.split_once('@').expect("it has one").1));
    }
    if let Ok(url) = text.parse::<WebhookUrl>() {
        let again: WebhookUrl = url.to_string().parse().expect("what was taken is taken again");
        assert_eq!(again, url);
    }
});
