//! German.

use super::{SettingText, SettingTexts, ValueTexts};

/// The settings in German.
pub(in crate::http::portal::messages) const DE: SettingTexts = SettingTexts {
    name: SettingText { label: "Name", help: "Für Menschen: Sie sehen ihn bei der Anmeldung und in ihrer Mail." },
    redirect_uris: SettingText {
        label: "Redirect-URIs",
        help: "Wohin man nach der Anmeldung zurückgeschickt werden darf, Zeichen für Zeichen verglichen.",
    },
    scopes: SettingText { label: "Scopes", help: "Worum sie bitten darf." },
    default_scopes: SettingText {
        label: "Voreingestellte Scopes",
        help: "Was sie bekommt, wenn sie um nichts Bestimmtes bittet.",
    },
    scope_policy: SettingText {
        label: "Scopes, die sie nicht haben darf",
        help: "Was aus Scopes wird, um die sie bittet, ohne sie haben zu dürfen.",
    },
    grants: SettingText { label: "Was sie darf", help: "Die Grants, die sie benutzen darf." },
    post_logout_redirect_uris: SettingText {
        label: "Adressen nach der Abmeldung",
        help: "Wohin man nach der Abmeldung zurückgeschickt werden darf.",
    },
    backchannel_logout_uri: SettingText {
        label: "Adresse für Logout-Tokens",
        help: "Wo sie erfährt, dass die Sitzung einer Person beendet ist (OIDC Back-Channel Logout). Dieser Server schickt ein signiertes Token dorthin, auch wenn der Browser der Person geschlossen ist.",
    },
    backchannel_logout_session_required: SettingText {
        label: "Logout-Tokens nennen eine Sitzung",
        help: "Ob sie wissen muss, welche Sitzung beendet ist. Dann erfährt sie nur von einzelnen Sitzungen, nicht vom Ende von allem, was sie je von einer Person bekommen hat.",
    },
    initiate_login_uri: SettingText {
        label: "Adresse, an der eine Anmeldung beginnt",
        help: "Wo eine Anmeldung bei ihr beginnt (OIDC Core §4), für Menschen, die von ihrer Kontoseite kommen; geht der Startseite vor.",
    },
    audiences: SettingText {
        label: "Audiences",
        help: "Die APIs, für die sie mit den Parametern resource und audience um Tokens bitten darf, außer für sich selbst: jede mit ihrem URL oder mit der Client-ID einer Anwendung, die sie unter ihren erlaubten Aufrufern hat.",
    },
    allowed_callers: SettingText {
        label: "Erlaubte Aufrufer",
        help: "Die Anwendungen, die um Tokens bitten dürfen, die diese hier liest, mit ihrer Client-ID; * steht für jede.",
    },
    may_exchange_for: SettingText {
        label: "Darf Tokens eintauschen für",
        help: "Die APIs, für die sie ein Token eintauschen darf, das ihr geschickt wurde (RFC 8693), sofern sie den Grant dafür hat; mit URL oder Client-ID wie bei den Audiences.",
    },
    token_ttl: SettingText { label: "Lebensdauer der Access-Tokens", help: "Wie lange ihre Access-Tokens gelten." },
    token_format: SettingText {
        label: "Token-Format (typ)",
        help: "Der typ ihrer Access-Tokens und derer, die sie liest. Was die APIs eines Tokens sagen, geht vor.",
    },
    access: SettingText { label: "Wer sie nutzen darf", help: "Wer sie nutzen darf." },
    allowed_groups: SettingText {
        label: "Erlaubte Gruppen",
        help: "Die Gruppen, deren Mitglieder sie nutzen dürfen, wo Gruppen entscheiden.",
    },
    require: SettingText {
        label: "Verlangte Anmeldung",
        help: "Wie man sich bei ihr anmelden muss. Wer keinen Passkey hat, fügt nach einer Anmeldung per E-Mail einen hinzu.",
    },
    visible_groups: SettingText {
        label: "Gruppen, die sie sieht",
        help: "Die Gruppen, die sie von denen einer Person zu sehen bekommt; ist keine genannt, sieht sie alle.",
    },
    groups_claim: SettingText {
        label: "Name der Angabe mit den Gruppen",
        help: "Wie die Angabe (Claim) mit den Gruppen einer Person heißt.",
    },
    groups_in_access_token: SettingText {
        label: "Gruppen in Access-Tokens",
        help: "Ob auch ihre Access-Tokens die Gruppen einer Person nennen, wenn der Scope groups gewährt ist.",
    },
    claims: SettingText {
        label: "Eigene Claims",
        help: "Die Claims, die Attribute von Personen für sie allein sind, einer je Zeile: Attribut=Claim, etwa department=dept.",
    },
    id_token_claims: SettingText {
        label: "Angaben in ID-Tokens",
        help: "Was ihre ID-Tokens über eine Person sagen. Kleine eignen sich für Programme, die sie in einem Cookie aufbewahren.",
    },
    signing_algorithm: SettingText {
        label: "Signaturalgorithmus",
        help: "Womit ihre Tokens signiert werden. RS256 versteht jeder, die anderen sind kürzer oder schneller.",
    },
    dpop_bound: SettingText {
        label: "Gebundene Tokens (DPoP)",
        help: "Ob ihre Tokens an einen Schlüssel gebunden sind, dessen Besitz sie beweist (DPoP), sodass niemand sonst sie benutzen kann.",
    },
    federated: SettingText {
        label: "Workloads anderer Issuer",
        help: "Die Workloads, die diese Anwendung sind: An ihren Tokens wird sie erkannt, statt an einem Secret.",
    },
    jwks: SettingText {
        label: "Öffentliche Schlüssel",
        help: "Öffentliche Schlüssel (RFC 7517), mit denen sie sich statt mit einem Secret ausweist.",
    },
    jwks_uri: SettingText {
        label: "Adresse ihrer öffentlichen Schlüssel",
        help: "Wo sie ihre öffentlichen Schlüssel veröffentlicht, statt sie hier zu registrieren. Sie werden alle fünf Minuten neu gelesen.",
    },
    assertion_audience: SettingText {
        label: "Audience von Client-Assertions",
        help: "Was ihre Client-Assertions als aud haben müssen.",
    },
    description: SettingText {
        label: "Beschreibung",
        help: "Was sie ist, in einem Satz: Man liest ihn bei Anmeldung und Zustimmung.",
    },
    client_uri: SettingText {
        label: "Startseite",
        help: "Ihre Startseite, zu der die Seiten für Anmeldung und Zustimmung führen, und die Kontoseite derer, die sie nutzen dürfen.",
    },
    logo_uri: SettingText {
        label: "Bild",
        help: "Ihr Bild: PNG, JPEG, WebP oder SVG mit höchstens 256 KB. Dieser Server holt es und zeigt eine eigene Kopie.",
    },
    tos_uri: SettingText {
        label: "Nutzungsbedingungen",
        help: "Ihre Nutzungsbedingungen, zu denen die Seiten für Anmeldung und Zustimmung führen.",
    },
    policy_uri: SettingText {
        label: "Datenschutzerklärung",
        help: "Was sie mit persönlichen Daten tut; die Seiten für Anmeldung und Zustimmung führen dorthin.",
    },
    first_party: SettingText {
        label: "Eigene Anwendung",
        help: "Ob sie dem Betreiber dieses Servers gehört, sodass niemand um Zustimmung gefragt wird.",
    },
    pkce: SettingText {
        label: "Schutz des Codes (PKCE)",
        help: "Ob ihre Anfragen PKCE enthalten müssen, das den Code auf dem Rückweg zur Anwendung schützt.",
    },
    link_mode: SettingText {
        label: "Links in Anmelde-Mails",
        help: "Was die Links in ihren Mails tun, wenn die Anwendung selbst um die Mail gebeten hat.",
    },
    unknown_account: SettingText {
        label: "Adressen ohne Konto",
        help: "Was sie erfährt, wenn sie um eine Mail an eine Adresse ohne Konto bittet.",
    },
    values: ValueTexts {
        scope_policy_narrow: "Weglassen; die Antwort sagt, was gewährt wurde",
        scope_policy_strict: "Die Anfrage ablehnen",
        grants_client_credentials: "Tokens für sich selbst, mit dem eigenen Secret (client_credentials)",
        grants_authorization_code: "Menschen melden sich im Browser an (authorization_code)",
        grants_refresh_token: "Angemeldet bleiben, ohne neu zu fragen (refresh_token)",
        grants_device_code: "Menschen erlauben es auf einem anderen Gerät (device_code)",
        grants_token_exchange: "Anfragen im Namen dessen weitergeben, der sie geschickt hat (token-exchange)",
        grants_jwt_bearer: "Tokens auf die Zusicherung eines vertrauten Issuers hin erhalten (jwt-bearer)",
        grants_login_code: "Menschen geben einen Code aus ihrer Mail in die Anwendung ein (login-code)",
        token_format_rfc9068: "RFC 9068: typ ist at+jwt",
        token_format_plain: "Einfach: typ ist JWT, für Prüfer, die nichts Neueres kennen",
        access_everybody: "Alle mit einem Konto hier",
        access_groups: "Mitglieder der erlaubten Gruppen",
        access_owners: "Ihre Verwalter",
        require_any: "Per E-Mail oder mit einem Passkey",
        require_passkey: "Mit einem Passkey",
        id_token_claims_all: "Alles, was ihre Scopes erlauben",
        id_token_claims_sub_only: "Wer es ist (sub), alles andere bei Userinfo",
        assertion_audience_issuer_or_endpoint: "Der Issuer oder der Token-Endpunkt und nichts anderes",
        assertion_audience_issuer: "Nur der Issuer",
        pkce_by_type: "Je nach Typ: verlangt bei spa und native",
        pkce_required: "Verlangt",
        link_mode_auto: "Automatisch: sofort, wenn die Anwendung ihren eigenen Browser erkennt, sonst nach einem Knopf",
        link_mode_direct: "Direkt: immer sofort",
        link_mode_confirm: "Bestätigen: immer nach einem Knopf",
        unknown_account_reject: "Ablehnen: sagen, dass es kein solches Konto gibt",
        unknown_account_conceal: "Verbergen: antworten, als gäbe es eines",
    },
};
