//! The one order in which transactions lock what others lock too, watched while this is developed and tested.
//!
//! On PostgreSQL an update locks its row until the end, and two transactions that lock two rows in opposite orders wait
//! for each other until one of them is ended as a deadlock. So there is one order, for all of them:
//!
//! 1. the counter of applications, which every change of one takes, and every actor who is a person or an application;
//! 2. accounts: that of the actor, then the one it is about;
//! 3. the other counters: of keys, and of groups;
//! 4. what is an account's own: sessions, sign-ins, grants, ways to sign in.
//!
//! Whoever holds the account may lock what is its own in any order, because nobody else locks two of these without it:
//! but who takes away all that an application had, with its counter locked, and who clears away what is long over.

use super::statement::Statement;

/// The tables of what is an account's own.
const OF_AN_ACCOUNT: [&str; 10] = [
    "address_changes",
    "authorization_codes",
    "consents",
    "device_grants",
    "passkeys",
    "session_applications",
    "sessions",
    "sign_ins",
    "token_families",
    "upstream_identities",
];

/// What a statement locks, in the order in which it has to be locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Lock {
    Applications,
    Accounts,
    Counters,
    OfAnAccount(&'static str),
}

/// What a transaction has locked.
#[derive(Debug, Default)]
pub(super) struct LockOrder {
    held: Vec<Lock>,
    clears_away: bool,
}

impl LockOrder {
    /// Says that the transaction deletes only what is over, which nobody else changes any more.
    pub(super) fn clears_away(&mut self) {
        self.clears_away = true;
    }

    /// Notes what the statement locks. Panics if that comes too late, in builds that check such things.
    pub(super) fn note(&mut self, statement: &Statement) {
        if !cfg!(debug_assertions) || self.clears_away {
            return;
        }
        let Some((lock, is_new_row)) = lock_of(statement) else { return };
        if self.held.contains(&lock) {
            return;
        }
        // A row that this transaction makes is nobody else's yet.
        let is_late = !is_new_row && self.is_too_late_for(lock);
        assert!(!is_late, "locks {lock:?} after {:?}: {}", self.held, statement.text());
        self.held.push(lock);
    }

    fn is_too_late_for(&self, lock: Lock) -> bool {
        match lock {
            Lock::OfAnAccount(_) => {
                let another = self.held.iter().any(|held| matches!(held, Lock::OfAnAccount(_)));
                let anchors = [Lock::Accounts, Lock::Applications];
                another && !anchors.iter().any(|anchor| self.held.contains(anchor))
            }
            _ => self.held.iter().any(|held| *held > lock),
        }
    }
}

/// What a statement locks, and whether it makes the row.
fn lock_of(statement: &Statement) -> Option<(Lock, bool)> {
    let mut words = statement.text().split_ascii_whitespace();
    let (table, is_new) = match (words.next()?, words.next()?) {
        ("update", table) => (table, false),
        ("delete", "from") => (words.next()?, false),
        ("insert", "into") => (words.next()?, true),
        _ => return None,
    };
    let lock = match table {
        "generations" if statement.names("applications") => Lock::Applications,
        "generations" => Lock::Counters,
        "users" => Lock::Accounts,
        // A new row of these waits for nobody.
        _ if is_new => return None,
        table => Lock::OfAnAccount(OF_AN_ACCOUNT.into_iter().find(|own| *own == table)?),
    };
    Some((lock, is_new))
}

#[cfg(test)]
mod tests {
    use super::super::sql;
    use super::*;

    fn run(statements: &[Statement]) -> bool {
        let statements = statements.to_vec();
        let running = move || {
            let mut order = LockOrder::default();
            for statement in &statements {
                order.note(statement);
            }
        };
        std::panic::catch_unwind(running).is_ok()
    }

    fn counter(name: &str) -> Statement {
        sql("update generations set value = value + 1 where name = $1").bind(name)
    }

    #[test]
    fn who_locks_out_of_order_is_found() {
        let account = sql("update users set disabled_at = null where id = $1");
        let session = sql("update sessions set ended_at = $2 where id = $1");
        let family = sql("update token_families set ended_at = $1 where session_id = $2");
        let (applications, groups) = (counter("applications"), counter("groups"));
        let good = [&applications, &account, &groups, &session, &family, &account];
        assert!(run(&good.map(Clone::clone)));
        assert!(run(std::slice::from_ref(&session)));
        for bad in [[&account, &applications], [&groups, &account], [&session, &account], [&session, &family]] {
            assert!(!run(&bad.map(Clone::clone)), "{bad:?}");
        }
        // A new account is nobody else's yet.
        let newcomer = sql("insert into users (id) values ($1)");
        assert!(run(&[session, newcomer, account, family]));
    }
}
