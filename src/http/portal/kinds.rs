//! The names of application types, and when to choose which.

use crate::domain::application::ApplicationKind;

/// The messages for a type.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct KindMessages {
    /// In a list.
    pub(in crate::http) short: &'static str,
    /// As a choice.
    pub(in crate::http) title: &'static str,
    /// When it is the right one.
    pub(in crate::http) when: &'static str,
}

/// The messages for this type.
pub(in crate::http) const fn words(kind: ApplicationKind) -> KindMessages {
    let (short, title, when) = match kind {
        ApplicationKind::Service => (
            "Service",
            "A program that calls an API by itself",
            "A job, a script, another server. No person signs in: it gets its tokens with its own secret.",
        ),
        ApplicationKind::Web => (
            "Web application",
            "A web application with a server of its own",
            "People sign in, and your server keeps the secret and their tokens.",
        ),
        ApplicationKind::Spa => (
            "Browser application",
            "An application that runs wholly in the browser",
            "People sign in. It has no secret, because every user could read it; PKCE takes its place.",
        ),
        ApplicationKind::Native => (
            "App",
            "An app on a phone or a desktop",
            "People sign in through their browser and come back to the app. No secret, but PKCE.",
        ),
        ApplicationKind::Device => (
            "Device",
            "A device with little or no keyboard",
            "A television, a printer, a command line: people approve it on their phone.",
        ),
    };
    KindMessages { short, title, when }
}
