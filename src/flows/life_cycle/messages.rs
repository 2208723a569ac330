//! The mails to owners, in each language.

use super::tell_owners::News;
use crate::domain::application::Application;
use crate::domain::language::Language;
use crate::flows::mail::{moment, quoted};

/// The messages of one mail.
pub(super) struct Words {
    pub(super) subject: String,
    pub(super) paragraphs: Vec<String>,
    /// The label of its button.
    pub(super) label: String,
}

/// The messages for this news in this language.
pub(super) fn words(language: Language, application: &Application, news: News) -> Words {
    match language {
        Language::English => english(application, news),
        Language::German => german(application, news),
    }
}

fn english(application: &Application, news: News) -> Words {
    let name = quoted(Language::English, &application.settings.name);
    let id = &application.client_id;
    let date = |at| moment(Language::English, at);
    let unused = match application.last_used_at {
        Some(used) => format!("since {}", date(used)),
        None => format!("since it was registered on {}", date(application.created_at)),
    };
    let open = format!("Open {name} in the portal");
    match news {
        News::Warned { deactivated_at } => Words {
            subject: format!("{name} will be deactivated on {}", date(deactivated_at)),
            paragraphs: vec![
                format!("Your application {name} (client id {id}) was not used {unused}."),
                format!(
                    "If that stays so, it will be deactivated on {}. From then on its requests for tokens are refused.",
                    date(deactivated_at)
                ),
                "If you still need it, keep it: its time then begins anew. Using it once does the same.".to_owned(),
                "If you do not need it any more, you need not do anything.".to_owned(),
            ],
            label: format!("Keep {name}"),
        },
        News::Deactivated { deleted_at } => Words {
            subject: format!("{name} was deactivated"),
            paragraphs: vec![
                format!(
                    "Your application {name} (client id {id}) was deactivated because it was not used {unused}. \
                     Its requests for tokens are refused."
                ),
                format!("You can activate it again until {}. Then it will be deleted.", date(deleted_at)),
            ],
            label: open,
        },
        News::Deleted { until } => Words {
            subject: format!("{name} was deleted"),
            paragraphs: vec![
                format!("Your application {name} (client id {id}) was deleted because it was not used {unused}."),
                format!("You can bring it back until {}, with its secrets. Then it is gone for good.", date(until)),
            ],
            label: open,
        },
        News::Revived => Words {
            subject: format!("{name} is active again"),
            paragraphs: vec![format!(
                "Your application {name} (client id {id}) was used in the very moment in which it was deactivated. \
                 It is active again, and you need not do anything."
            )],
            label: open,
        },
    }
}

fn german(application: &Application, news: News) -> Words {
    let name = quoted(Language::German, &application.settings.name);
    let id = &application.client_id;
    let date = |at| moment(Language::German, at);
    let unused = match application.last_used_at {
        Some(used) => format!("seit {}", date(used)),
        None => format!("seit der Registrierung am {}", date(application.created_at)),
    };
    let open = format!("{name} im Portal öffnen");
    match news {
        News::Warned { deactivated_at } => Words {
            subject: format!("{name} wird am {} deaktiviert", date(deactivated_at)),
            paragraphs: vec![
                format!("Ihre Anwendung {name} (Client-ID {id}) wurde {unused} nicht benutzt."),
                format!(
                    "Bleibt es dabei, wird sie am {} deaktiviert. Dann bekommt sie keine Tokens mehr.",
                    date(deactivated_at)
                ),
                "Wenn Sie die Anwendung noch brauchen, behalten Sie sie: Ihre Zeit beginnt dann von vorn. \
                 Dasselbe bewirkt es, sie einmal zu benutzen."
                    .to_owned(),
                "Brauchen Sie die Anwendung nicht mehr, müssen Sie nichts tun.".to_owned(),
            ],
            label: format!("{name} behalten"),
        },
        News::Deactivated { deleted_at } => Words {
            subject: format!("{name} wurde deaktiviert"),
            paragraphs: vec![
                format!(
                    "Ihre Anwendung {name} (Client-ID {id}) wurde deaktiviert, weil sie {unused} nicht benutzt \
                     wurde. Sie bekommt keine Tokens mehr."
                ),
                format!("Bis {} können Sie sie wieder aktivieren. Dann wird sie gelöscht.", date(deleted_at)),
            ],
            label: open,
        },
        News::Deleted { until } => Words {
            subject: format!("{name} wurde gelöscht"),
            paragraphs: vec![
                format!(
                    "Ihre Anwendung {name} (Client-ID {id}) wurde gelöscht, weil sie {unused} nicht benutzt wurde."
                ),
                format!(
                    "Bis {} können Sie sie mitsamt ihren Secrets zurückholen. Danach ist sie endgültig weg.",
                    date(until)
                ),
            ],
            label: open,
        },
        News::Revived => Words {
            subject: format!("{name} ist wieder aktiv"),
            paragraphs: vec![format!(
                "Ihre Anwendung {name} (Client-ID {id}) wurde genau in dem Augenblick benutzt, in dem sie deaktiviert \
                 wurde. Sie ist wieder aktiv, Sie müssen nichts tun."
            )],
            label: open,
        },
    }
}
