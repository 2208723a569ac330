//! The pages of an account, in their states.

use std::time::Duration;

use super::{Pages, SCOPES, Values, WAIT, add, now};
use crate::domain::attribute::AttributeType;
use crate::domain::session::Device;
use crate::http::pages::messages::Messages;
use crate::http::pages::view::{
    Account, AccountNotice, AddPasskey, AddPasskeyProblem, AddressProblem, ApplicationLine, AttributeField,
    ChangeAddress, ConfirmAddress, ConnectProblem, ConnectUpstream, DeleteAccount, DeleteProblem, EventLine,
    ExportAccount, ExportFile, IdentityLine, NameProblem, Names, PasskeyLine, PasskeyNeed, SessionLine, UndoAddress,
    WhichSession,
};

fn names(values: &Values, problem: Option<NameProblem>) -> Names {
    let said = || values.person.to_owned();
    Names { name: said(), username: said(), locale: "de-AT".to_owned(), problem }
}

fn fields(t: &Messages, values: &Values, problem: Option<&'static str>) -> Vec<AttributeField> {
    let field = |kind: AttributeType| AttributeField {
        id: format!("attribute-{}", kind.name()),
        label: values.person.to_owned(),
        hint: (kind != AttributeType::Text).then_some(t.attributes.texts),
        value: values.person.to_owned(),
        kind,
        problem: problem.filter(|_| kind == AttributeType::Text),
    };
    AttributeType::ALL.map(field).to_vec()
}

fn sessions(values: &Values) -> Vec<SessionLine> {
    let session = |which, device, age| SessionLine {
        device,
        began: now().minus(Duration::from_secs(age * 9)),
        last_seen: now().minus(Duration::from_secs(age)),
        which,
        end: values.form("/account/sessions/end"),
    };
    let phone = Device::new("198.51.100.23", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6) Version/18.6 Safari/604.1");
    vec![
        session(WhichSession::This, values.device(), 20),
        session(WhichSession::Other, phone, 7300),
        session(WhichSession::Other, Device::new("203.0.113.7", ""), 86_400 * 3),
    ]
}

fn account_page(t: &'static Messages, values: &Values, notice: Option<AccountNotice>) -> Account {
    Account {
        t,
        now: now(),
        address: values.address.to_owned(),
        name: Some(values.person.to_owned()),
        names: names(values, None),
        fields: fields(t, values, None),
        launcher: vec![values.link()],
        events: vec![EventLine {
            at: now(),
            what: t.events.created.to_owned(),
            subject: Some(values.person.to_owned()),
            device: Some(values.device()),
        }],
        notice,
        sessions: sessions(values),
        applications: Vec::new(),
        passkeys: vec![passkey_line(values, "1", true), passkey_line(values, "2", false)],
        add_passkey: Some(values.passkey_button("/account/passkeys")),
        passkey_problem: None,
        identities: Vec::new(),
        upstreams: Vec::new(),
        rename: values.form("/account/name"),
        describe: values.form("/account/attributes"),
        sign_out: values.form("/account/sign-out"),
        sign_out_everywhere: values.form("/account/sign-out-everywhere"),
        change_address: "/account/address".to_owned(),
        export: "/account/export".to_owned(),
        delete: "/account/delete".to_owned(),
    }
}

pub(super) fn account(t: &'static Messages, values: &Values, all: &mut Pages) {
    let line = |scopes: &[&str], host: Option<&str>| ApplicationLine {
        app: values.app(),
        host: host.map(str::to_owned),
        scopes: values.scopes(scopes),
        since: now().minus(Duration::from_secs(86_400 * 40)),
        end: values.form("/account/applications/end"),
    };
    let view = |notice| account_page(t, values, notice);
    add(
        all,
        "account",
        &Account { applications: vec![line(&SCOPES, None), line(&SCOPES[..1], Some(values.domain))], ..view(None) },
    );
    for (name, notice) in [
        ("account-removed", AccountNotice::ApplicationRemoved),
        ("account-ended", AccountNotice::SessionEnded),
        ("account-asked", AccountNotice::AddressAsked),
        ("account-changed", AccountNotice::AddressChanged),
    ] {
        add(all, name, &Account { events: Vec::new(), ..view(Some(notice)) });
    }
    for (name, problem) in [
        ("account-no-name", NameProblem::NoName),
        ("account-no-username", NameProblem::NoUsername),
        ("account-username-taken", NameProblem::Taken),
    ] {
        add(all, name, &Account { names: names(values, Some(problem)), ..view(None) });
    }
    let unfit = Account { fields: fields(t, values, Some(t.attributes.does_not_fit)), ..view(None) };
    add(all, "account-unfit", &unfit);
    addresses(t, values, all);
    for (name, problem) in [("delete", None), ("delete-differs", Some(DeleteProblem::AddressDiffers))] {
        let (address, form) = (values.address.to_owned(), values.form("/account/delete"));
        add(all, name, &DeleteAccount { t, address, problem, form, back: "/account".to_owned() });
    }
}

fn passkey_line(values: &Values, id: &str, backed_up: bool) -> PasskeyLine {
    PasskeyLine {
        id: id.to_owned(),
        name: values.person.to_owned(),
        added: now().minus(Duration::from_secs(86_400 * 9)),
        last_used: backed_up.then(|| now().minus(Duration::from_secs(7300))),
        backed_up,
        rename: values.form("/account/passkeys/name"),
        remove: values.form("/account/passkeys/remove"),
    }
}

pub(super) fn passkeys(t: &'static Messages, values: &Values, all: &mut Pages) {
    for (name, problem) in [
        ("add-passkey", None),
        ("add-passkey-refused", Some(AddPasskeyProblem::Refused)),
        ("add-passkey-too-many", Some(AddPasskeyProblem::TooMany)),
        ("add-passkey-no-name", Some(AddPasskeyProblem::NoName)),
    ] {
        let (add_one, later) = (values.passkey_button("/login/add-passkey"), values.form("/login/add-passkey"));
        let how = if name == "add-passkey" { PasskeyNeed::Offered } else { PasskeyNeed::Required };
        add(all, name, &AddPasskey { t, app: Some(values.app()), problem, add: add_one, later, how });
    }
}

fn identity_line(values: &Values, offered: bool) -> IdentityLine {
    IdentityLine {
        label: values.app.to_owned(),
        address: offered.then(|| values.address.to_owned()),
        since: now().minus(Duration::from_secs(86_400 * 9)),
        last_used: offered.then(|| now().minus(Duration::from_secs(7300))),
        offered,
        disconnect: values.form("/account/upstreams/x/disconnect"),
    }
}

pub(super) fn upstreams(t: &'static Messages, values: &Values, all: &mut Pages) {
    for (name, problem) in [("connect", None), ("connect-too-many", Some(ConnectProblem::TooMany))] {
        let view = ConnectUpstream {
            t,
            app: Some(values.app()),
            label: values.app.to_owned(),
            there: Some(values.address.to_owned()),
            here: values.address.to_owned(),
            problem,
            connect: values.form("/login/connect/x"),
            later: values.form("/login/connect/x/later"),
            other_account: "/login/switch?return_to=/login/connect/x".to_owned(),
        };
        add(all, name, &view);
    }
    let notice = Some(AccountNotice::Disconnected);
    let upstreams = vec![values.upstream_button("/login/upstream/corp")];
    add(all, "account-none-connected", &Account { upstreams, ..account_page(t, values, notice) });
    let identities = vec![identity_line(values, true), identity_line(values, false)];
    add(all, "account-connected", &Account { identities, ..account_page(t, values, None) });
}

fn addresses(t: &'static Messages, values: &Values, all: &mut Pages) {
    let change = |problem| ChangeAddress {
        t,
        address: values.address.to_owned(),
        typed: values.address.to_owned(),
        problem,
        form: values.form("/account/address"),
        back: "/account".to_owned(),
    };
    for (name, problem) in [
        ("address", None),
        ("address-no-address", Some(AddressProblem::NoAddress)),
        ("address-same", Some(AddressProblem::Same)),
        ("address-too-many", Some(AddressProblem::TooMany { wait: WAIT })),
    ] {
        add(all, name, &change(problem));
    }
    let (old, new) = (values.address.to_owned(), values.address.to_owned());
    let (form, back) = (values.form("/account/address/x"), "/account".to_owned());
    add(all, "address-confirm", &ConfirmAddress { t, old, new, form, back });
    let (old, form) = (values.address.to_owned(), values.form("/account/undo/x"));
    add(all, "address-undo", &UndoAddress { t, old, form });
    for (name, file) in
        [("export", ExportFile::None), ("export-making", ExportFile::InTheMaking), ("export-ready", ExportFile::Ready)]
    {
        let (form, back) = (values.form("/account/export"), "/account".to_owned());
        add(all, name, &ExportAccount { t, file, form, back });
    }
}
