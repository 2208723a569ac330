//! Spanish.

use super::{
    AccountInvitationMessages, AddressMessages, ApprovalMessages, LifeCycleMessages, MailMessages, OwnershipMessages,
    PasskeyMessages, SignInMessages, UpstreamMessages,
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
    passkey: PasskeyMessages {
        added: Sentence("Se ha añadido una llave de acceso a su cuenta en {host}"),
        added_text: Sentence(
            "Con la llave de acceso {name} se puede iniciar sesión en su cuenta desde ahora, sin correo. Se añadió desde {address}.",
        ),
        added_advice: "Si no ha sido usted, quítela en la página de su cuenta, cierre sesión en todas partes y avise al operador del servidor.",
        removed: Sentence("Se ha quitado una llave de acceso de su cuenta en {host}"),
        removed_text: Sentence("Con la llave de acceso {name} ya no se puede iniciar sesión en su cuenta."),
        removed_advice: "Si no ha sido usted, mire la página de su cuenta, cierre sesión en todas partes y avise al operador del servidor.",
        open: "Abrir su cuenta",
    },
    upstream: UpstreamMessages {
        linked: Sentence("Se ha vinculado una cuenta a la suya en {host}"),
        linked_text: Sentence(
            "Quien inicie sesión en {name} como {there} inicia sesión en su cuenta desde ahora, sin correo. Se vinculó desde {address}.",
        ),
        linked_advice: "Si no ha sido usted, desvincúlela en la página de su cuenta, cierre sesión en todas partes y avise al operador del servidor.",
        unlinked: Sentence("Se ha desvinculado una cuenta de la suya en {host}"),
        unlinked_text: Sentence("Con {there} en {name} ya no se puede iniciar sesión en su cuenta."),
    },
    address: AddressMessages {
        proof: Sentence("Confirme su nueva dirección en {host}"),
        proof_text: Sentence("La cuenta de {address} en {host} va a tener esta dirección."),
        proof_where: "Abra el enlace en un navegador en el que haya iniciado sesión en esa cuenta.",
        proof_until: Sentence("Es válido hasta el {date}. Si no lo ha pedido, ignore este correo: no cambia nada."),
        confirm: "Confirmar la dirección",
        taken: Sentence("Esta dirección tiene una cuenta en {host}"),
        taken_text: Sentence(
            "Alguien con la sesión iniciada en otra cuenta de {host} ha querido darle esta dirección.",
        ),
        taken_advice: "Ya tiene una cuenta, así que no se ha cambiado nada. No tiene que hacer nada.",
        changed: Sentence("Su cuenta en {host} tiene ahora otra dirección"),
        changed_text: Sentence("Es {address}. Ya nadie puede iniciar sesión con la presente dirección."),
        changed_advice: Sentence(
            "¿No ha sido usted? Puede deshacerlo hasta el {date}: la cuenta recupera esta dirección y se cierran todas las sesiones abiertas.",
        ),
        undo: "Deshacer el cambio",
    },
};
