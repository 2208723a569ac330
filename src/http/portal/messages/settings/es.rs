//! Spanish.

use super::{SettingText, SettingTexts, ValueTexts};

/// The settings in Spanish.
pub(in crate::http::portal::messages) const ES: SettingTexts = SettingTexts {
    name: SettingText { label: "Nombre", help: "Para las personas: lo ven cuando inician sesión y en sus correos." },
    redirect_uris: SettingText {
        label: "URI de redirección",
        help: "Adónde se puede volver después de iniciar sesión, comparado carácter por carácter.",
    },
    scopes: SettingText { label: "Ámbitos", help: "Lo que puede pedir." },
    default_scopes: SettingText {
        label: "Ámbitos predeterminados",
        help: "Lo que obtiene cuando no pide nada en particular.",
    },
    scope_policy: SettingText {
        label: "Ámbitos que no puede tener",
        help: "Qué pasa con los ámbitos que pide y no puede tener.",
    },
    grants: SettingText { label: "Lo que puede hacer", help: "Las concesiones (grants) que puede usar." },
    post_logout_redirect_uris: SettingText {
        label: "Direcciones tras cerrar sesión",
        help: "Adónde se puede volver después de cerrar sesión.",
    },
    backchannel_logout_uri: SettingText {
        label: "Dirección para tokens de cierre de sesión",
        help: "Dónde se le avisa de que la sesión de una persona ha terminado (OIDC Back-Channel Logout). Este servidor envía allí un token firmado, también cuando el navegador de la persona está cerrado.",
    },
    backchannel_logout_session_required: SettingText {
        label: "Los tokens de cierre nombran una sesión",
        help: "Si necesita saber qué sesión ha terminado. Entonces solo se le avisa de sesiones concretas, y no de que ha terminado todo lo que obtuvo de una persona.",
    },
    initiate_login_uri: SettingText {
        label: "Dirección que inicia la sesión",
        help: "Dónde empieza un inicio de sesión (OIDC Core §4), para quienes llegan desde la página de su cuenta; tiene prioridad sobre la página de inicio.",
    },
    audiences: SettingText {
        label: "Audiencias",
        help: "Las API para las que puede pedir tokens con los parámetros resource y audience, además de sí misma: cada una por su URL, o por el ID de cliente de una aplicación que la tenga entre sus llamantes permitidos.",
    },
    allowed_callers: SettingText {
        label: "Llamantes permitidos",
        help: "Las aplicaciones que pueden pedir tokens que esta lee, por ID de cliente; * son todas.",
    },
    may_exchange_for: SettingText {
        label: "Puede canjear tokens para",
        help: "Las API para las que puede canjear un token que le enviaron (RFC 8693), con la concesión para ello; por URL o ID de cliente, como las audiencias.",
    },
    token_ttl: SettingText { label: "Duración de los tokens de acceso", help: "Cuánto viven sus tokens de acceso." },
    token_format: SettingText {
        label: "Formato de los tokens (typ)",
        help: "El typ de sus tokens de acceso y de los que lee. Lo que digan las API de un token va antes.",
    },
    access: SettingText { label: "Quién puede usarla", help: "Quién puede usarla." },
    allowed_groups: SettingText {
        label: "Grupos permitidos",
        help: "Los grupos cuyos miembros pueden usarla, cuando deciden los grupos.",
    },
    require: SettingText {
        label: "Inicio de sesión exigido",
        help: "Cómo hay que iniciar sesión en ella. Quien no tiene llave de acceso añade una tras iniciar sesión por correo.",
    },
    visible_groups: SettingText {
        label: "Grupos que ve",
        help: "Los grupos que ve de entre los de una persona; si no se nombra ninguno, los ve todos.",
    },
    groups_claim: SettingText {
        label: "Nombre del dato con los grupos",
        help: "Cómo se llama el dato (claim) con los grupos de una persona.",
    },
    groups_in_access_token: SettingText {
        label: "Grupos en los tokens de acceso",
        help: "Si sus tokens de acceso llevan también los grupos de una persona, cuando se concede el ámbito groups.",
    },
    claims: SettingText {
        label: "Claims propios",
        help: "Los claims que los atributos de las personas son solo para ella, uno por línea: atributo=claim, por ejemplo department=dept.",
    },
    id_token_claims: SettingText {
        label: "Contenido de los tokens de identidad",
        help: "Lo que sus tokens de identidad dicen de una persona. Los pequeños convienen a los programas que los guardan en una cookie.",
    },
    signing_algorithm: SettingText {
        label: "Algoritmo de firma",
        help: "Con qué se firman sus tokens. RS256 se entiende en todas partes; los demás son más cortos o más rápidos.",
    },
    dpop_bound: SettingText {
        label: "Tokens ligados (DPoP)",
        help: "Si sus tokens están ligados a una clave que demuestra tener (DPoP), para que nadie más pueda usarlos.",
    },
    federated: SettingText {
        label: "Cargas de trabajo de otros emisores",
        help: "Las cargas de trabajo que son esta aplicación: se la reconoce por sus tokens, en lugar de un secreto.",
    },
    jwks: SettingText {
        label: "Claves públicas",
        help: "Claves públicas (RFC 7517) para identificarse, en lugar de un secreto.",
    },
    jwks_uri: SettingText {
        label: "Dirección de sus claves públicas",
        help: "Dónde publica sus claves públicas, en lugar de registrarlas aquí. Se leen de nuevo cada cinco minutos.",
    },
    assertion_audience: SettingText {
        label: "Audiencia de las aserciones de cliente",
        help: "Lo que sus aserciones de cliente deben tener como aud.",
    },
    description: SettingText {
        label: "Descripción",
        help: "Lo que es, en una frase: se lee al iniciar sesión y al dar el consentimiento.",
    },
    client_uri: SettingText {
        label: "Página de inicio",
        help: "Su página de inicio, a la que llevan las páginas de inicio de sesión y de consentimiento, y la página de cuenta de quienes pueden usarla.",
    },
    logo_uri: SettingText {
        label: "Imagen",
        help: "Su imagen: PNG, JPEG, WebP o SVG de 256 KB como máximo. Este servidor la obtiene y muestra una copia propia.",
    },
    tos_uri: SettingText {
        label: "Condiciones de uso",
        help: "Sus condiciones de uso, a las que llevan las páginas de inicio de sesión y de consentimiento.",
    },
    policy_uri: SettingText {
        label: "Política de privacidad",
        help: "Lo que hace con los datos personales; las páginas de inicio de sesión y de consentimiento llevan a ella.",
    },
    first_party: SettingText {
        label: "Aplicación del operador",
        help: "Si pertenece al operador de este servidor, de modo que no se pide el consentimiento de sus usuarios.",
    },
    pkce: SettingText {
        label: "Protección del código (PKCE)",
        help: "Si sus solicitudes deben llevar PKCE, que protege el código en su camino de vuelta a la aplicación.",
    },
    link_mode: SettingText {
        label: "Enlaces en los correos de inicio de sesión",
        help: "Lo que hacen los enlaces de sus correos, cuando la propia aplicación pidió el correo.",
    },
    unknown_account: SettingText {
        label: "Direcciones sin cuenta",
        help: "Lo que se le dice cuando pide un correo para una dirección sin cuenta.",
    },
    values: ValueTexts {
        scope_policy_narrow: "Dejarlos fuera; la respuesta dice lo que se concedió",
        scope_policy_strict: "Rechazar la solicitud",
        grants_client_credentials: "Tokens para sí misma, con su propio secreto (client_credentials)",
        grants_authorization_code: "Las personas inician sesión en su navegador (authorization_code)",
        grants_refresh_token: "Mantener la sesión sin volver a preguntar (refresh_token)",
        grants_device_code: "Las personas lo permiten en otro dispositivo (device_code)",
        grants_token_exchange: "Transmitir solicitudes en nombre de quien las envió (token-exchange)",
        grants_jwt_bearer: "Obtener tokens por la aserción de un emisor de confianza (jwt-bearer)",
        grants_login_code: "Las personas escriben en la aplicación un código de su correo (login-code)",
        token_format_rfc9068: "RFC 9068: typ es at+jwt",
        token_format_plain: "Sencillo: typ es JWT, para verificadores que no conocen nada más nuevo",
        access_everybody: "Cualquiera que tenga cuenta aquí",
        access_groups: "Los miembros de los grupos permitidos",
        access_owners: "Sus propietarios",
        require_any: "Por correo o con una llave de acceso",
        require_passkey: "Con una llave de acceso",
        id_token_claims_all: "Todo lo que permiten sus ámbitos",
        id_token_claims_sub_only: "Quién es (sub), y el resto en userinfo",
        assertion_audience_issuer_or_endpoint: "El emisor o el punto de acceso de tokens, y nada más",
        assertion_audience_issuer: "Solo el emisor",
        pkce_by_type: "Según el tipo: exigido para spa y native",
        pkce_required: "Exigido",
        link_mode_auto: "Automático: de inmediato si la aplicación reconoce su propio navegador; si no, tras un botón",
        link_mode_direct: "Directo: siempre de inmediato",
        link_mode_confirm: "Confirmar: siempre tras un botón",
        unknown_account_reject: "Rechazar: decir que no existe tal cuenta",
        unknown_account_conceal: "Ocultar: responder como si existiera",
    },
};
