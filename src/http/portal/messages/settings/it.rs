//! Italian.

use super::{SettingText, SettingTexts, ValueTexts};

/// The settings in Italian.
pub(in crate::http::portal::messages) const IT: SettingTexts = SettingTexts {
    name: SettingText { label: "Nome", help: "Per le persone: lo vedono quando accedono e nelle loro e-mail." },
    redirect_uris: SettingText {
        label: "URI di reindirizzamento",
        help: "Dove si può tornare dopo l’accesso, confrontato carattere per carattere.",
    },
    scopes: SettingText { label: "Ambiti", help: "Che cosa può chiedere." },
    default_scopes: SettingText {
        label: "Ambiti predefiniti",
        help: "Che cosa ottiene quando non chiede nulla in particolare.",
    },
    scope_policy: SettingText {
        label: "Ambiti che non può avere",
        help: "Che ne è degli ambiti che chiede e non può avere.",
    },
    grants: SettingText { label: "Che cosa può fare", help: "Le concessioni (grant) che può usare." },
    post_logout_redirect_uris: SettingText {
        label: "Indirizzi dopo l’uscita",
        help: "Dove si può tornare dopo essere usciti.",
    },
    backchannel_logout_uri: SettingText {
        label: "Indirizzo per i token di uscita",
        help: "Dove viene avvisata che la sessione di una persona è terminata (OIDC Back-Channel Logout). Questo server vi invia un token firmato, anche quando il browser della persona è chiuso.",
    },
    backchannel_logout_session_required: SettingText {
        label: "I token di uscita nominano una sessione",
        help: "Se deve sapere quale sessione è terminata. Allora viene avvisata solo di singole sessioni, e non che è terminato tutto ciò che ha ottenuto da una persona.",
    },
    initiate_login_uri: SettingText {
        label: "Indirizzo che avvia un accesso",
        help: "Dove comincia un accesso (OIDC Core §4), per chi arriva dalla pagina del proprio account; precede la pagina iniziale.",
    },
    audiences: SettingText {
        label: "Destinatari",
        help: "Le API per cui può chiedere token con i parametri resource e audience, oltre a sé stessa: ciascuna con il suo URL, o con l’ID client di un’applicazione che la ha fra i chiamanti consentiti.",
    },
    allowed_callers: SettingText {
        label: "Chiamanti consentiti",
        help: "Le applicazioni che possono chiedere token che questa legge, per ID client; * le indica tutte.",
    },
    may_exchange_for: SettingText {
        label: "Può scambiare token per",
        help: "Le API per cui può scambiare un token che le è stato inviato (RFC 8693), con la concessione per farlo; per URL o ID client, come i destinatari.",
    },
    token_ttl: SettingText { label: "Durata dei token di accesso", help: "Quanto vivono i suoi token di accesso." },
    token_format: SettingText {
        label: "Formato dei token (typ)",
        help: "Il typ dei suoi token di accesso e di quelli che legge. Ciò che dicono le API di un token ha la precedenza.",
    },
    access: SettingText { label: "Chi può usarla", help: "Chi può usarla." },
    allowed_groups: SettingText {
        label: "Gruppi consentiti",
        help: "I gruppi i cui membri possono usarla, quando decidono i gruppi.",
    },
    require: SettingText {
        label: "Accesso richiesto",
        help: "Come bisogna accedervi. Chi non ha una passkey ne aggiunge una dopo un accesso per e-mail.",
    },
    visible_groups: SettingText {
        label: "Gruppi che vede",
        help: "I gruppi che vede fra quelli di una persona; se non ne è nominato nessuno, li vede tutti.",
    },
    groups_claim: SettingText {
        label: "Nome del dato con i gruppi",
        help: "Come si chiama il dato (claim) con i gruppi di una persona.",
    },
    groups_in_access_token: SettingText {
        label: "Gruppi nei token di accesso",
        help: "Se anche i suoi token di accesso contengono i gruppi di una persona, quando è concesso l’ambito groups.",
    },
    claims: SettingText {
        label: "Claim propri",
        help: "I claim che gli attributi delle persone sono solo per essa, uno per riga: attributo=claim, per esempio department=dept.",
    },
    id_token_claims: SettingText {
        label: "Contenuto dei token di identità",
        help: "Che cosa dicono di una persona i suoi token di identità. Quelli piccoli sono adatti ai programmi che li tengono in un cookie.",
    },
    signing_algorithm: SettingText {
        label: "Algoritmo di firma",
        help: "Con che cosa sono firmati i suoi token. RS256 è compreso ovunque, gli altri sono più brevi o più veloci.",
    },
    dpop_bound: SettingText {
        label: "Token vincolati (DPoP)",
        help: "Se i suoi token sono legati a una chiave che dimostra di avere (DPoP), così che nessun altro possa usarli.",
    },
    federated: SettingText {
        label: "Carichi di lavoro di altri emittenti",
        help: "I carichi di lavoro che sono questa applicazione: la si riconosce dai loro token, invece che da un segreto.",
    },
    jwks: SettingText {
        label: "Chiavi pubbliche",
        help: "Chiavi pubbliche (RFC 7517) con cui autenticarsi, invece di un segreto.",
    },
    jwks_uri: SettingText {
        label: "Indirizzo delle sue chiavi pubbliche",
        help: "Dove pubblica le sue chiavi pubbliche, invece di registrarle qui. Vengono rilette ogni cinque minuti.",
    },
    assertion_audience: SettingText {
        label: "Destinatario delle asserzioni client",
        help: "Che cosa devono avere come aud le sue asserzioni client.",
    },
    description: SettingText {
        label: "Descrizione",
        help: "Che cos’è, in una frase: la si legge quando si accede e si dà il consenso.",
    },
    client_uri: SettingText {
        label: "Pagina iniziale",
        help: "La sua pagina iniziale, a cui portano le pagine di accesso e di consenso, e la pagina dell’account di chi può usarla.",
    },
    logo_uri: SettingText {
        label: "Immagine",
        help: "La sua immagine: PNG, JPEG, WebP o SVG di al massimo 256 KB. Questo server la recupera e ne mostra una propria copia.",
    },
    tos_uri: SettingText {
        label: "Condizioni d’uso",
        help: "Le sue condizioni d’uso, a cui portano le pagine di accesso e di consenso.",
    },
    policy_uri: SettingText {
        label: "Informativa sulla privacy",
        help: "Che cosa fa dei dati personali; vi portano le pagine di accesso e di consenso.",
    },
    first_party: SettingText {
        label: "Applicazione del gestore",
        help: "Se appartiene al gestore di questo server, così che ai suoi utenti non si chiede il consenso.",
    },
    pkce: SettingText {
        label: "Protezione del codice (PKCE)",
        help: "Se le sue richieste devono avere PKCE, che protegge il codice nel ritorno all’applicazione.",
    },
    link_mode: SettingText {
        label: "Link nelle e-mail di accesso",
        help: "Che cosa fanno i link delle sue e-mail, quando è l’applicazione stessa ad aver chiesto l’e-mail.",
    },
    unknown_account: SettingText {
        label: "Indirizzi senza account",
        help: "Che cosa le viene detto quando chiede un’e-mail per un indirizzo senza account.",
    },
    values: ValueTexts {
        scope_policy_narrow: "Tralasciarli; la risposta dice che cosa è stato concesso",
        scope_policy_strict: "Rifiutare la richiesta",
        grants_client_credentials: "Token per sé stessa, con il proprio segreto (client_credentials)",
        grants_authorization_code: "Le persone accedono nel browser (authorization_code)",
        grants_refresh_token: "Restare connessi senza chiedere di nuovo (refresh_token)",
        grants_device_code: "Le persone lo consentono su un altro dispositivo (device_code)",
        grants_token_exchange: "Inoltrare richieste a nome di chi le ha inviate (token-exchange)",
        grants_jwt_bearer: "Ottenere token in base all’asserzione di un emittente fidato (jwt-bearer)",
        grants_login_code: "Le persone scrivono nell’applicazione un codice ricevuto per e-mail (login-code)",
        token_format_rfc9068: "RFC 9068: typ è at+jwt",
        token_format_plain: "Semplice: typ è JWT, per verificatori che non conoscono nulla di più nuovo",
        access_everybody: "Chiunque abbia un account qui",
        access_groups: "I membri dei gruppi consentiti",
        access_owners: "I suoi proprietari",
        require_any: "Per e-mail o con una passkey",
        require_passkey: "Con una passkey",
        id_token_claims_all: "Tutto ciò che i suoi ambiti permettono",
        id_token_claims_sub_only: "Chi è (sub), e il resto presso userinfo",
        assertion_audience_issuer_or_endpoint: "L’emittente o l’endpoint dei token, e nient’altro",
        assertion_audience_issuer: "Solo l’emittente",
        pkce_by_type: "Secondo il tipo: richiesto per spa e native",
        pkce_required: "Richiesto",
        link_mode_auto: "Automatico: subito se l’applicazione riconosce il proprio browser, altrimenti dopo un pulsante",
        link_mode_direct: "Diretto: sempre subito",
        link_mode_confirm: "Conferma: sempre dopo un pulsante",
        unknown_account_reject: "Rifiutare: dire che non esiste un tale account",
        unknown_account_conceal: "Nascondere: rispondere come se esistesse",
    },
};
