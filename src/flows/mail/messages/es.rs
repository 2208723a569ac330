//! Spanish.

use super::{
    AccountInvitationMessages, ApprovalMessages, LifeCycleMessages, MailMessages, OwnershipMessages, SignInMessages,
};
use crate::domain::language::{Around, Language, Plural, Sentence};

/// The messages of mails in Spanish.
pub(super) const ES: MailMessages = MailMessages {
    language: Language::Spanish,
    sign_in: SignInMessages {
        heading: Sentence("Iniciar sesión en {target}"),
        request: Sentence("Ha pedido iniciar sesión en {target} como {recipient}."),
        open_link: "Abra este enlace para continuar:",
        or_type: "O escriba este código donde empezó:",
        code: "Su código",
        lifetime: Sentence("El enlace y el código son válidos durante {duration} y una sola vez."),
        minutes: Plural::two("1 minuto", Around("", " minutos")),
        seconds: Plural::two("1 segundo", Around("", " segundos")),
        origin: Sentence("Este correo responde a la solicitud con la referencia {reference}, que vino de:"),
        device: "Dispositivo",
        device_on: "en",
        address: "Dirección",
        time: "Hora",
        not_you: "Si no ha sido usted, ignore este correo. Sin el enlace o el código nadie puede iniciar sesión, así que no los comunique a nadie.",
        full_link: "Si el botón no funciona, abra este enlace:",
    },
    life_cycle: LifeCycleMessages {
        unused_since: Sentence("desde el {date}"),
        unused_ever: Sentence("desde que se registró el {date}"),
        warned: Sentence("{name} se desactivará el {date}"),
        warned_paragraphs: [
            Sentence("Su aplicación {name} (ID de cliente {id}) no se ha utilizado {unused}."),
            Sentence(
                "Si sigue así, se desactivará el {date}. A partir de entonces se rechazarán sus solicitudes de tokens.",
            ),
            Sentence(
                "Si todavía la necesita, consérvela: su plazo empieza entonces de nuevo. Utilizarla una vez tiene el mismo efecto.",
            ),
            Sentence("Si ya no la necesita, no tiene que hacer nada."),
        ],
        keep: Sentence("Conservar {name}"),
        deactivated: Sentence("{name} se ha desactivado"),
        deactivated_paragraphs: [
            Sentence(
                "Su aplicación {name} (ID de cliente {id}) se ha desactivado porque no se ha utilizado {unused}. Sus solicitudes de tokens se rechazan.",
            ),
            Sentence("Puede activarla de nuevo hasta el {date}. Después se eliminará."),
        ],
        deleted: Sentence("{name} se ha eliminado"),
        deleted_paragraphs: [
            Sentence("Su aplicación {name} (ID de cliente {id}) se ha eliminado porque no se ha utilizado {unused}."),
            Sentence("Puede recuperarla con sus secretos hasta el {date}. Después desaparecerá definitivamente."),
        ],
        revived: Sentence("{name} está activa de nuevo"),
        revived_paragraphs: [Sentence(
            "Su aplicación {name} (ID de cliente {id}) se utilizó en el mismo momento en que se desactivaba. Está activa de nuevo y no tiene que hacer nada.",
        )],
        open: Sentence("Abrir {name} en el portal"),
    },
    approval: ApprovalMessages {
        granted: Sentence("{name} ha obtenido lo que pidió"),
        granted_text: "Un operador ha aprobado su solicitud. Vale desde ahora.",
        refused: Sentence("{name} no ha obtenido lo que pidió"),
        refused_text: "Un operador ha rechazado su solicitud. La aplicación sigue como estaba.",
        open: "Abrir la aplicación",
    },
    ownership: OwnershipMessages {
        invited: Sentence("Invitación para ser propietario de una aplicación en {host}"),
        invited_text: Sentence("{by} le invita a ser propietario de la aplicación {name} en {host}."),
        invited_until: Sentence("Puede aceptar hasta el {date}."),
        see_invitation: "Ver la invitación",
        removed: Sentence("Ya no gestiona {name}"),
        removed_text: Sentence(
            "{by} le ha quitado de los propietarios de la aplicación {name} (ID de cliente {id}) en {host}.",
        ),
        removed_advice: "Si no sabe por qué, pregunte a esa persona o al operador de este servidor.",
        an_operator: "Un operador",
    },
    account_invitation: AccountInvitationMessages {
        heading: Sentence("Invitación a {host}"),
        text: Sentence("Puede crear una cuenta en {host}: inicie sesión con esta dirección, no hay contraseña."),
        until: Sentence("La invitación es válida hasta el {date}."),
        sign_in: "Iniciar sesión",
    },
};
