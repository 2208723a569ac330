//! Dutch.

use super::{SettingText, SettingTexts, ValueTexts};

/// The settings in Dutch.
pub(in crate::http::portal::messages) const NL: SettingTexts = SettingTexts {
    name: SettingText { label: "Naam", help: "Voor mensen: ze zien hem als ze zich aanmelden, en in hun e-mail." },
    redirect_uris: SettingText {
        label: "Redirect-URI’s",
        help: "Waar mensen na het aanmelden naar terug mogen, teken voor teken vergeleken.",
    },
    scopes: SettingText { label: "Scopes", help: "Waar ze om mag vragen." },
    default_scopes: SettingText { label: "Standaardscopes", help: "Wat ze krijgt als ze om niets bijzonders vraagt." },
    scope_policy: SettingText {
        label: "Scopes die ze niet mag hebben",
        help: "Wat er gebeurt met scopes waar ze om vraagt en die ze niet mag hebben.",
    },
    grants: SettingText { label: "Wat ze mag", help: "De grants die ze mag gebruiken." },
    post_logout_redirect_uris: SettingText {
        label: "Adressen na het afmelden",
        help: "Waar mensen na het afmelden naar terug mogen.",
    },
    backchannel_logout_uri: SettingText {
        label: "Adres voor afmeldtokens",
        help: "Waar ze hoort dat de sessie van iemand is geëindigd (OIDC Back-Channel Logout). Deze server stuurt er een ondertekend token heen, ook als de browser van die persoon gesloten is.",
    },
    backchannel_logout_session_required: SettingText {
        label: "Afmeldtokens noemen een sessie",
        help: "Of ze moet weten welke sessie is geëindigd. Dan hoort ze alleen van afzonderlijke sessies, en niet dat alles wat ze ooit van iemand kreeg is geëindigd.",
    },
    initiate_login_uri: SettingText {
        label: "Adres dat een aanmelding begint",
        help: "Waar een aanmelding bij haar begint (OIDC Core §4), voor mensen die van hun accountpagina komen; gaat vóór de startpagina.",
    },
    audiences: SettingText {
        label: "Audiences",
        help: "De API’s waarvoor ze met de parameters resource en audience om tokens mag vragen, naast zichzelf: elk met de URL, of met de client-id van een toepassing die haar onder haar toegestane aanroepers heeft.",
    },
    allowed_callers: SettingText {
        label: "Toegestane aanroepers",
        help: "De toepassingen die om tokens mogen vragen die deze leest, met hun client-id; * is elke.",
    },
    may_exchange_for: SettingText {
        label: "Mag tokens inwisselen voor",
        help: "De API’s waarvoor ze een token mag inwisselen dat haar is gestuurd (RFC 8693), met de grant daarvoor; met URL of client-id, zoals haar audiences.",
    },
    token_ttl: SettingText { label: "Levensduur van toegangstokens", help: "Hoe lang haar toegangstokens leven." },
    token_format: SettingText {
        label: "Tokenformaat (typ)",
        help: "De typ van haar toegangstokens en van die welke ze leest. Wat de API’s van een token zeggen, gaat voor.",
    },
    access: SettingText { label: "Wie haar mag gebruiken", help: "Wie haar mag gebruiken." },
    allowed_groups: SettingText {
        label: "Toegestane groepen",
        help: "De groepen waarvan de leden haar mogen gebruiken, waar groepen beslissen.",
    },
    require: SettingText {
        label: "Vereiste aanmelding",
        help: "Hoe mensen zich bij haar moeten aanmelden. Wie geen passkey heeft, voegt er een toe na aanmelding per e-mail.",
    },
    visible_groups: SettingText {
        label: "Groepen die ze ziet",
        help: "De groepen die ze ziet van die waar iemand in zit; is er geen genoemd, dan ziet ze ze allemaal.",
    },
    groups_claim: SettingText {
        label: "Naam van het gegeven met groepen",
        help: "Hoe het gegeven (claim) met iemands groepen heet.",
    },
    groups_in_access_token: SettingText {
        label: "Groepen in toegangstokens",
        help: "Of ook haar toegangstokens iemands groepen noemen, als de scope groups is toegestaan.",
    },
    claims: SettingText {
        label: "Eigen claims",
        help: "De claims die attributen van personen voor haar alleen zijn, één per regel: attribuut=claim, zoals department=dept.",
    },
    id_token_claims: SettingText {
        label: "Inhoud van id-tokens",
        help: "Wat haar id-tokens over iemand zeggen. Kleine passen bij programma’s die ze in een cookie bewaren.",
    },
    signing_algorithm: SettingText {
        label: "Ondertekeningsalgoritme",
        help: "Waarmee haar tokens worden ondertekend. RS256 wordt overal begrepen, de andere zijn korter of sneller.",
    },
    dpop_bound: SettingText {
        label: "Gebonden tokens (DPoP)",
        help: "Of haar tokens gebonden zijn aan een sleutel waarvan ze het bezit bewijst (DPoP), zodat niemand anders ze kan gebruiken.",
    },
    federated: SettingText {
        label: "Workloads van andere uitgevers",
        help: "De workloads die deze toepassing zijn: aan hun tokens wordt ze herkend, in plaats van aan een geheim.",
    },
    jwks: SettingText {
        label: "Openbare sleutels",
        help: "Openbare sleutels (RFC 7517) om zich mee te legitimeren, in plaats van een geheim.",
    },
    jwks_uri: SettingText {
        label: "Adres van haar openbare sleutels",
        help: "Waar ze haar openbare sleutels publiceert, in plaats van ze hier te registreren. Ze worden elke vijf minuten opnieuw gelezen.",
    },
    assertion_audience: SettingText {
        label: "Audience van clientverklaringen",
        help: "Wat haar clientverklaringen (assertions) als aud moeten hebben.",
    },
    description: SettingText {
        label: "Beschrijving",
        help: "Wat ze is, in een zin: mensen lezen hem waar ze zich aanmelden en toestemming geven.",
    },
    client_uri: SettingText {
        label: "Startpagina",
        help: "Haar startpagina, waar de pagina’s voor aanmelding en toestemming heen leiden, en de accountpagina van wie haar mag gebruiken.",
    },
    logo_uri: SettingText {
        label: "Afbeelding",
        help: "Haar afbeelding: PNG, JPEG, WebP of SVG van hoogstens 256 KB. Deze server haalt die op en toont een eigen kopie.",
    },
    tos_uri: SettingText {
        label: "Gebruiksvoorwaarden",
        help: "Haar gebruiksvoorwaarden, waar de pagina’s voor aanmelding en toestemming heen leiden.",
    },
    policy_uri: SettingText {
        label: "Privacybeleid",
        help: "Wat ze met persoonsgegevens doet; de pagina’s voor aanmelding en toestemming leiden erheen.",
    },
    first_party: SettingText {
        label: "Eigen toepassing",
        help: "Of ze van de beheerder van deze server is, zodat gebruikers niet om toestemming wordt gevraagd.",
    },
    pkce: SettingText {
        label: "Bescherming van de code (PKCE)",
        help: "Of haar verzoeken PKCE moeten bevatten, dat de code beschermt op de terugweg naar de toepassing.",
    },
    link_mode: SettingText {
        label: "Links in aanmeldmails",
        help: "Wat de links in haar e-mails doen, als de toepassing zelf om de e-mail vroeg.",
    },
    unknown_account: SettingText {
        label: "Adressen zonder account",
        help: "Wat ze te horen krijgt als ze om een e-mail vraagt voor een adres zonder account.",
    },
    values: ValueTexts {
        scope_policy_narrow: "Weglaten; het antwoord zegt wat is toegestaan",
        scope_policy_strict: "Het verzoek weigeren",
        grants_client_credentials: "Tokens voor zichzelf, met haar eigen geheim (client_credentials)",
        grants_authorization_code: "Mensen melden zich aan in hun browser (authorization_code)",
        grants_refresh_token: "Aangemeld blijven zonder opnieuw te vragen (refresh_token)",
        grants_device_code: "Mensen staan het toe op een ander apparaat (device_code)",
        grants_token_exchange: "Verzoeken doorgeven namens wie ze stuurde (token-exchange)",
        grants_jwt_bearer: "Tokens krijgen op de verklaring van een vertrouwde uitgever (jwt-bearer)",
        grants_login_code: "Mensen typen een code uit hun e-mail in de toepassing (login-code)",
        token_format_rfc9068: "RFC 9068: typ is at+jwt",
        token_format_plain: "Gewoon: typ is JWT, voor controleurs die niets nieuwers kennen",
        access_everybody: "Iedereen met een account hier",
        access_groups: "Leden van de toegestane groepen",
        access_owners: "Haar eigenaren",
        require_any: "Per e-mail of met een passkey",
        require_passkey: "Met een passkey",
        id_token_claims_all: "Alles wat haar scopes toestaan",
        id_token_claims_sub_only: "Wie het is (sub), en de rest bij userinfo",
        assertion_audience_issuer_or_endpoint: "De uitgever of het tokeneindpunt, en niets anders",
        assertion_audience_issuer: "Alleen de uitgever",
        pkce_by_type: "Hangt af van het type: vereist voor spa en native",
        pkce_required: "Vereist",
        link_mode_auto: "Automatisch: meteen als de toepassing haar eigen browser herkent, anders na een knop",
        link_mode_direct: "Direct: altijd meteen",
        link_mode_confirm: "Bevestigen: altijd na een knop",
        unknown_account_reject: "Weigeren: zeggen dat er geen zulk account is",
        unknown_account_conceal: "Verbergen: antwoorden alsof het er was",
    },
};
